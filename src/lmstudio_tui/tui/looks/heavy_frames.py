"""The frame that has the focus, in heavy lines: where its colour cannot tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

if TYPE_CHECKING:
    from rich.style import Style

_HEAVY: Final = str.maketrans("─│╭╮╰╯┌┐└┘├┤┬┴", "━┃┏┓┗┛┏┓┗┛┣┫┳┻")
_FRAME: Final = frozenset("─│╭╮╰╯┌┐└┘├┤┬┴ ")


class HeavyFrames(LineFilter):
    """Draws frames of one colour in heavy lines.

    Args:
        colour: of the frame that has the focus.
    """

    def __init__(self, colour: str) -> None:
        super().__init__()
        self._colour = Color.parse(colour).rich_color.triplet

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line."""
        del background
        return [
            Segment(one.text.translate(_HEAVY), one.style, one.control) if self._is_frame(one.text, one.style) else one
            for one in segments
        ]

    def _is_frame(self, text: str, style: Style | None) -> bool:
        if style is None or style.color is None or style.color.triplet != self._colour:
            return False
        return _FRAME.issuperset(text)
