"""The styles of a heat map: made when they are first needed, and the same objects from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.style import Style

from lmstudio_tui.tui.panes.embeddings.heat_scale import ABSENT, STEPS, heat_colours, lifted
from lmstudio_tui.tui.panes.embeddings.perception import lab_of

if TYPE_CHECKING:
    from textual.color import Color

LIFT: Final = STEPS + 1
"""Added to a level in the row and the column of the cursor."""
CURSOR: Final = 2 * LIFT
"""The pair under the cursor, where a square is too small for a mark."""

_LIFTED: Final = 0.16
_BRIGHT: Final = 0.6
"""The lightness from which on dark figures are read better."""


class HeatPalette:
    """Colours out of the theme.

    Args:
        ground: of the least alike.
        warm: of the alike.
        cold: of what is below 0.
        behind: of the widget; a pair without a value has none of its own.
        ink: of text.
        dim: of quiet text.
        both_ways: whether the scale goes through 0.
        plain: whether there are no colours.
    """

    def __init__(
        self,
        *,
        ground: Color,
        warm: Color,
        cold: Color,
        behind: Color,
        ink: Color,
        dim: Color,
        both_ways: bool = False,
        plain: bool = False,
    ) -> None:
        self.plain = plain
        colours = [*heat_colours(ground, warm, cold, both_ways=both_ways), behind]
        self._colours = [*colours, *lifted(colours, ink, _LIFTED), ink]
        darker, lighter = sorted((behind, ink), key=lambda colour: lab_of(colour)[0])
        self._texts = [darker if lab_of(colour)[0] > _BRIGHT else lighter for colour in self._colours]
        self._texts[ABSENT] = self._texts[ABSENT + LIFT] = dim
        self._texts[CURSOR] = behind
        self._cells: dict[int, Style] = {}
        self._halves: dict[tuple[int, int], Style] = {}
        self._plain = Style(color=ink.rich_color, bgcolor=behind.rich_color)

    def colour(self, code: int) -> Color:
        """The colour of a level, lifted or not."""
        return self._colours[code]

    def cell(self, code: int) -> Style:
        """A cell of one level, with figures that can be read."""
        style = self._cells.get(code)
        if style is None:
            style = self._plain + Style(reverse=code == CURSOR)
            if not self.plain:
                ground, text = self._colours[code], self._texts[code]
                style = Style(color=text.rich_color, bgcolor=ground.rich_color, bold=code == CURSOR)
            self._cells[code] = style
        return style

    def halves(self, pair: tuple[int, int]) -> Style:
        """A cell whose upper half is of one level and the lower of another, for `▀`."""
        style = self._halves.get(pair)
        if style is None:
            above, below = self._colours[pair[0]], self._colours[pair[1]]
            style = self._halves[pair] = Style(color=above.rich_color, bgcolor=below.rich_color)
        return style
