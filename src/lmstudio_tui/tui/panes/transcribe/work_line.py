"""How far a transcription is, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.style import Style
from rich.text import Text
from textual.message import Message
from textual.widget import Widget

from lmstudio_tui.tui.commands import told

if TYPE_CHECKING:
    from typing import Unpack

    from textual import events
    from textual.app import RenderResult

    from lmstudio_tui.tui.typed import WidgetOptions

_STOP: Final = "{transcribe.stop} stop"
_BAR: Final = 18


class WorkLine(Widget):
    """A line with a bar while something is sent. It takes no more room while it lasts."""

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"work-line--bar", "work-line--dim"}

    DEFAULT_CSS = """
    WorkLine {
        height: 1;
        padding: 0 1;
        display: none;
        &.-some { display: block; }
        & > .work-line--bar { color: $accent; }
        & > .work-line--dim { color: $text-muted; }
    }
    """

    class StopWanted(Message):
        """It is to end."""

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._words = ""
        self._fraction: float | None = None

    def show(self, words: str, fraction: float | None = None) -> None:
        """Show how it stands; empty words when nothing is under way."""
        if (words, fraction) != (self._words, self._fraction):
            self._words, self._fraction = words, fraction
            self.set_class(bool(words), "-some")
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Stop it."""
        if event.x >= self.size.width - len(told(_STOP)) - 1:
            self.post_message(self.StopWanted())

    def render(self) -> RenderResult:
        line = Text("⋯ ", style=self._style("bar"), no_wrap=True, end="")
        if self._fraction is not None:
            full = round(self._fraction * _BAR)
            line.append("▓" * full, self._style("bar")).append("░" * (_BAR - full), self._style("dim")).append("  ")
        room = max(0, self.content_size.width - line.cell_len - len(told(_STOP)) - 2)
        words = Text(self._words, style="not bold")
        words.truncate(room, overflow="ellipsis", pad=True)
        return Text.assemble(line, words, "  ", (told(_STOP), self._style("dim")), no_wrap=True, end="")

    def _style(self, name: str) -> Style:
        return Style(color=self.get_component_rich_style(f"work-line--{name}").color)
