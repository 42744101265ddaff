"""Dim text that can be read."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from lmstudio_tui.tui.looks.contrast import readable

_KEPT: Final = 0.66
"""How much of its colour dim text keeps; the rest is what is behind it."""


class LegibleDim(LineFilter):
    """Draws dim text in a paler colour of the theme; terminals would do so in one that nobody has looked at.

    Args:
        least: the least contrast.
    """

    def __init__(self, least: float) -> None:
        super().__init__()
        self._least = least

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line."""
        least = self._least
        return [
            Segment(one.text, _paler(one.style, background, least), one.control)
            if one.style is not None and one.style.dim and one.style.color is not None
            else one
            for one in segments
        ]


@lru_cache(maxsize=1024)
def _paler(style: Style, background: Color, least: float) -> Style:
    ground = background if style.bgcolor is None else Color.from_rich_color(style.bgcolor)
    ink = Color.from_rich_color(style.color)
    if ground.ansi is not None or ink.ansi is not None or ground.a < 1:
        return style
    paler = readable(ground.blend(ink, _KEPT, 1.0), [ground], least)
    return style + Style(color=paler.rich_color, dim=False)
