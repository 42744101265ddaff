"""The colours of a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.tui.panes.embeddings.group_colours import group_mark
from lmstudio_tui.tui.panes.embeddings.map_canvas import BRAILLE

if TYPE_CHECKING:
    from rich.style import Style
    from textual.color import Color

_DOTS: Final = chr(BRAILLE + 0xFF)


@dataclass(frozen=True, slots=True)
class MapInks:
    """The colours of a map.

    Attributes:
        base: everything.
        dim: labels and words.
        strong: the text under the cursor.
        mark: the cursor.
        cursor: the label at the cursor.
        ink: the colour of a point without a group.
        behind: of the widget.
        groups: the colours of groups.
    """

    base: Style
    dim: Style
    strong: Style
    mark: Style
    cursor: Style
    ink: Color
    behind: Color
    groups: tuple[Color, ...]

    def group(self, group: int) -> Color:
        """The colour of a group."""
        return self.ink if group < 0 else self.groups[group % len(self.groups)]


def sign_of(group: int, *, marks: bool) -> str:
    """How a group looks on the map: as marks, or as dots."""
    return group_mark(group) if marks else _DOTS
