"""What is under way, a line each: models being loaded, downloads, and what went wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget

from lmstudio_tui.tui.widgets.model_table.fitting import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import RenderResult
    from textual.binding import BindingType

_NAME = 26
_BAR = (6, 28)


@dataclass(frozen=True, slots=True)
class Activity:
    """One line.

    Attributes:
        id: names it.
        name: what it is about.
        words: how it stands; one that failed may need several lines.
        tone: running, done, or failed.
        fraction: how much is done, from 0 to 1; None for no bar.
        can_stop: whether waiting for it can be ended.
    """

    id: str
    name: str
    words: str
    tone: Literal["running", "done", "failed"] = "running"
    fraction: float | None = None
    can_stop: bool = False

    @property
    def ended(self) -> bool:
        """Whether it can be put away."""
        return self.tone != "running"

    @property
    def button(self) -> str:
        """What can be done with it, for the mouse; the letter is the key."""
        return "x dismiss" if self.ended else "s stop" if self.can_stop else ""


class ActivityLine(Widget, can_focus=True):
    """One line; it grows only when it has failed, since then it has more to say and no longer changes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "activity-line--dim", "activity-line--bar", "activity-line--done", "activity-line--failed",
    }  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "screen.focus_previous('ActivityLine')", "Up", show=False),
        Binding("down,j", "screen.focus_next('ActivityLine')", "Down", show=False),
    ]

    DEFAULT_CSS = """
    ActivityLine {
        height: 1;
        &.-failed { height: auto; }
        &:focus { background: $accent 22%; }
        & > .activity-line--dim { color: $text-muted; }
        & > .activity-line--bar { color: $accent; }
        & > .activity-line--done { color: $text-success; }
        & > .activity-line--failed { color: $text-error; }
    }
    """

    @dataclass
    class Pressed(Message):
        """Its button was clicked."""

        activity: Activity

    def __init__(self, activity: Activity) -> None:
        super().__init__(classes="-failed" if activity.tone == "failed" else None)
        self.activity = activity

    def show(self, activity: Activity) -> None:
        """Show how it stands now."""
        if activity == self.activity:
            return
        self.activity = activity
        self.set_class(activity.tone == "failed", "-failed")
        self.refresh(layout=activity.tone == "failed")

    def on_click(self, event: events.Click) -> None:
        """Press the button at the right end."""
        button = self.activity.button
        if button and event.y == 0 and event.x >= self.size.width - len(button):
            self.post_message(self.Pressed(self.activity))

    def render(self) -> RenderResult:
        width = self.size.width
        activity = self.activity
        button = Text(activity.button, style=self._style("dim"))
        if activity.tone == "failed":
            return self._failed(width, button)
        mark = "✓ " if activity.tone == "done" else ""
        name = min(_NAME, max(12, width // 4), max(10, len(mark) + cell_len(activity.name)))
        words = Text(activity.words, no_wrap=True)
        room = width - name - 2 - (button.cell_len + 2 if button else 0)
        line = Text.assemble((mark, self._style("done")), cut(activity.name, name - len(mark)), no_wrap=True, end="")
        line.append("  ")
        bar = min(_BAR[1], room - words.cell_len - 3)
        if activity.fraction is not None and bar >= _BAR[0]:
            full = int(activity.fraction * bar)
            line.append("▓" * full, self._style("bar")).append("░" * (bar - full), self._style("dim")).append("  ")
            room -= bar + 2
        words.truncate(max(0, room), overflow="ellipsis", pad=True)
        line.append_text(words)
        return line.append("  ").append_text(button) if button else line

    def _failed(self, width: int, button: Text) -> Text:
        """As many lines as it takes, with the button at the end of the first."""
        activity = self.activity
        room = max(10, width - button.cell_len - 4)
        said = Text.assemble((activity.name, "bold"), "  ", activity.words).wrap(Console(width=room), room)
        lines: list[Text] = []
        for at, part in enumerate(said):
            part.rstrip()
            part.pad_right(max(0, room - part.cell_len))
            start = Text("✗ " if at == 0 else "  ", style=self._style("failed"))
            lines.append(Text.assemble(start, part, "  ", button if at == 0 else ""))
        return Text("\n", no_wrap=True).join(lines)

    def _style(self, name: str) -> Style:
        return Style(color=self.get_component_rich_style(f"activity-line--{name}").color)


class ActivityStrip(VerticalScroll, can_focus=False):
    """The lines; it is there only while there are any."""

    DEFAULT_CSS = """
    ActivityStrip {
        display: none;
        height: auto;
        max-height: 8;
        border: round $border-blurred;
        border-title-color: $text-muted;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        &.-some { display: block; }
        &:focus-within { border: round $border; border-title-color: $accent; border-title-style: bold; }
    }
    """

    def show(self, activities: Sequence[Activity]) -> None:
        """Show these lines; those that were there before stay where they are."""
        lines = {line.activity.id: line for line in self.query(ActivityLine)}
        wanted = {activity.id for activity in activities}
        for line_id, line in lines.items():
            if line_id not in wanted:
                line.remove()
        for activity in activities:
            if activity.id in lines:
                lines[activity.id].show(activity)
            else:
                self.mount(ActivityLine(activity))
        running = sum(not activity.ended for activity in activities)
        ended = len(activities) - running
        counts = [f"{running} under way" if running else "", f"{ended} ended" if ended else ""]
        self.border_title = " ─ ".join(part for part in counts if part)
        self.set_class(bool(activities), "-some")

    @property
    def focused_line(self) -> Activity | None:
        """The line with the keyboard."""
        return next((line.activity for line in self.query(ActivityLine) if line.has_focus), None)
