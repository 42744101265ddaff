"""One text's vector: what is said of it, how its numbers are spread, and the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.tui.panes.embeddings.histogram import histogram_lines
from lmstudio_tui.tui.panes.embeddings.line_view import LineView
from lmstudio_tui.tui.panes.embeddings.value_grid import ValueGrid
from lmstudio_tui.tui.panes.embeddings.vector_lines import VectorSide, beside, fact_lines, text_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from lmstudio_tui.tui.panes.embeddings.line_view import Piece
    from lmstudio_tui.tui.typed import WidgetOptions

__all__ = ["VectorSide", "VectorView"]

_BESIDE: Final = 70
"""Cells from which on the histogram stands beside the facts."""
_FACTS: Final = 36
_LOW: Final = 24
"""Lines of the widget below which the histogram and the text are lower."""


class VectorView(LineView):
    """The vector of a text by one model, or by two beside each other. It is scrolled as a whole."""

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._sides: tuple[VectorSide, ...] = ()
        self._text = ""
        self._top: list[list[Piece]] = []
        self._grid = ValueGrid((), 1)
        self.say("No vector yet.", "It is here as soon as the text under the cursor is embedded.")

    @property
    def sides(self) -> tuple[VectorSide, ...]:
        """What is shown."""
        return self._sides

    @property
    def lines(self) -> int:
        """How many there are, with all numbers."""
        return len(self._top) + self._grid.lines if self._sides else 0

    def show(self, sides: Sequence[VectorSide], text: str = "") -> None:
        """Show these; it stays where it is scrolled to while the vectors are as long as before.

        Args:
            sides: of one model or of two; empty to show nothing.
            text: whose vector it is.
        """
        before = [len(side.values) for side in self._sides]
        self._sides, self._text = tuple(sides), text
        if [len(side.values) for side in self._sides] != before:
            self.scroll_into(0)
        self.measure()

    def lay_out(self, width: int) -> None:
        """The lines above the numbers are made again for another width or height."""
        if not self._sides:
            self._top, self._grid = [], ValueGrid((), 1)
            return
        low = self.size.height < _LOW
        self._grid = ValueGrid(self._sides, width)
        # Of two models both charts are to be in view at once, however low that is.
        blank: list[list[Piece]] = [] if low and len(self._sides) > 1 else [[]]
        text = text_lines(self._text, width, 1 if not blank else 2 if low else 4)
        top = [*text, *blank] if text else []
        if any(side.facts is not None for side in self._sides):
            heading = self._grid.heading()
            top += [*self._facts(width, 3 if not blank else 4 if low else 6, blank), []]
            top += [heading] if any(text.strip() for text, _ in heading) else []
        else:
            top += fact_lines(self._sides, width)
        self._top = top

    def _facts(self, width: int, height: int, blank: list[list[Piece]]) -> list[list[Piece]]:
        """Facts and histogram: of one vector beside each other where there is room."""
        if len(self._sides) > 1 or width < _BESIDE:
            return [*fact_lines(self._sides, width), *blank, *histogram_lines(self._sides, width, height)]
        return beside(fact_lines(self._sides, _FACTS), histogram_lines(self._sides, width - _FACTS, height), _FACTS)

    def line(self, at: int, width: int) -> Sequence[Piece]:
        """One of the lines."""
        del width
        return self._top[at] if at < len(self._top) else self._grid.line(at - len(self._top))
