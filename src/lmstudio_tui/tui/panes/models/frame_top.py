"""The upper edge of the pane's frame: its title, the counts, and the filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget

from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.widgets.filter_input import FilterInput
from lmstudio_tui.tui.widgets.frames import BETWEEN, pieces_of

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult, RenderResult


_AROUND: Final = 5
"""Cells around the words, from the corner on: half of what is said of the title would not be told."""


class FrameEdge(Widget):
    """The line of the frame, with the title at its left and a hint at its right."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "frame-edge--title",
        "frame-edge--hint",
        "frame-edge--line",
        "frame-edge--plain",
        "frame-edge--good",
    }

    class Clicked(Message):
        """It was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self._title = "Models"
        self._hint = ""
        self._stale = False

    def show(self, title: str, hint: str, *, stale: bool) -> None:
        """Show other words."""
        if (title, hint, stale) != (self._title, self._hint, self._stale):
            self._title, self._hint, self._stale = title, hint, stale
            self.refresh()

    def render(self) -> RenderResult:
        width = self.size.width
        words = self._title
        while BETWEEN in words and cell_len(words) + _AROUND > width:
            words = words.rpartition(BETWEEN)[0]
        title = Text(" ")
        for text, kind in pieces_of(words, {} if self._stale else {"loaded": "good"}):
            title.append(text, self.get_component_rich_style(f"frame-edge--{kind}"))
        title.append("" if BETWEEN in words else " ")
        title.truncate(max(0, width - 3), overflow="ellipsis")
        hint = Text(f" {self._hint} " if self._hint else "", style=self.get_component_rich_style("frame-edge--hint"))
        if title.cell_len + hint.cell_len + 6 > width:
            hint = Text()
        rest = max(0, width - 2 - title.cell_len - hint.cell_len)
        return Text.assemble("╭─", title, "─" * rest, hint, no_wrap=True, end="")

    def on_click(self, event: events.Click) -> None:
        """Go to the filter."""
        event.stop()
        self.post_message(self.Clicked())


class FrameTop(Horizontal):
    """One line: the title, the filter while there is one, and the corner."""

    DEFAULT_CSS = """
    FrameTop {
        height: 1;
        & > FrameEdge {
            width: 1fr;
            height: 1;
            color: $border-blurred;
            & > .frame-edge--title, & > .frame-edge--hint { color: $text-muted; }
            & > .frame-edge--plain { color: $foreground; background: $panel; }
            & > .frame-edge--good { color: $text-success; background: $success-muted; }
        }
        & > .corner { width: 2; height: 1; color: $border-blurred; }
        & > FilterInput, & > FilterInput:focus {
            display: none;
            width: 46%;
            max-width: 52;
            height: 1;
            border: none;
            padding: 0 1;
            background: $panel;
        }
        &.-filtering > FilterInput { display: block; }
        &.-lit > FrameEdge { color: $border; }
        &.-lit > .corner { color: $border; }
        &.-lit > FrameEdge > .frame-edge--title { color: $accent; text-style: bold; }
    }
    """

    def compose(self) -> ComposeResult:
        yield FrameEdge()
        yield FilterInput(placeholder="qwen  type:vlm  loaded  size<8gb")
        yield Corner(classes="corner")

    @property
    def filter(self) -> FilterInput:
        """Where the filter is typed."""
        return self.query_one(FilterInput)

    def show(self, title: str, *, stale: bool = False) -> None:
        """Show the title; the filter is there while something is in it, or the cursor is.

        Args:
            title: with what is said of it.
            stale: whether that is what was known before: then nothing of it is good.
        """
        filtering = bool(self.filter.value) or self.filter.has_focus
        self.set_class(filtering, "-filtering")
        self.query_one(FrameEdge).show(title, "" if filtering else told("{models.filter} filter"), stale=stale)


class Corner(Widget):
    """The right end of the edge."""

    def render(self) -> RenderResult:
        return "─╮"
