"""What stands there when the terminal is too small for what is behind it: how large it has to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.app import RenderResult
    from textual.screen import Screen

USABLE: Final = Size(40, 10)
"""Columns and rows that a pane or a dialog needs to make sense: three columns and four rows of a list, framed."""
PROMPT: Final = Size(20, 5)
"""What is enough for a line of the transcript and the prompt, and for a short list."""


class TooSmall(Widget, can_focus=False):
    """Lies above everything on a screen of class `-cramped`; what is below it goes on.

    Args:
        way_out: the last sentence, which says how to get away from here.
    """

    DEFAULT_CSS = """
    TooSmall {
        display: none;
        dock: top;
        layer: cover;
        width: 100%;
        height: 100%;
        background: $background;
        color: $text-muted;
        content-align: center middle;
        text-align: center;
    }
    """

    def __init__(self, way_out: str) -> None:
        super().__init__()
        self._way_out = way_out
        self._needed = USABLE

    def need(self, size: Size) -> None:
        """Tell that so much is needed."""
        self._needed = size
        self.refresh()

    def render(self) -> RenderResult:
        """As many sentences as there is room for, the most needed first."""
        width, height = self.size
        here = self.screen.size
        needed = f"{self._needed.width}×{self._needed.height}"
        text = Text(f"This needs {needed}; here are {here.width}×{here.height}.", "bold")
        for more in ("Make the terminal larger: nothing is lost, and what runs goes on.", self._way_out):
            longer = Text("\n").join([text, Text(more)])
            if len(longer.wrap(Console(width=max(1, width)), max(1, width))) <= height:
                text = longer
        return text


def fit(screen: Screen[Any], needed: Size, here: Size) -> None:
    """Cover a screen, or uncover it.

    Args:
        screen: one with a `TooSmall` in it.
        needed: what its content needs.
        here: what there is.
    """
    for cover in screen.query_children(TooSmall):
        cover.need(needed)
    screen.set_class(here.width < needed.width or here.height < needed.height, "-cramped")
