"""What is under way, a line each: models being loaded, downloads, and what went wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget

from lmstudio_tui.tui.commands import moves, told
from lmstudio_tui.tui.widgets.frames import BETWEEN, framed
from lmstudio_tui.tui.widgets.model_table.fitting import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import RenderResult
    from textual.binding import BindingType

_NAME = 26
_BAR = (6, 28)
_LEAST_HEIGHT = 5
"""Lines of the strip, its frame included, however small the pane is."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One line.

    Attributes:
        id: names it.
        name: what it is about.
        words: how it stands; one that failed may need several lines.
        tone: running, resting (not ended, but nothing is seen to happen), done, or failed.
        fraction: how much is done, from 0 to 1; None for no bar.
        can_stop: whether waiting for it can be ended.
    """

    id: str
    name: str
    words: str
    tone: Literal["running", "resting", "done", "failed"] = "running"
    fraction: float | None = None
    can_stop: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.tone in {"done", "failed"}

    @property
    def can_dismiss(self) -> bool:
        """Whether it can be put away."""
        return self.tone != "running"

    @property
    def button(self) -> str:
        """What can be done with it, for the mouse; the letter is the key."""
        if self.can_dismiss:
            return told("{models.dismiss} dismiss" if self.ended else "{models.dismiss} forget")
        return told("{models.stop} stop") if self.can_stop else ""


class ActivityLine(Widget, can_focus=True):
    """One line; it grows only when it has failed, since then it has more to say and no longer changes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "activity-line--dim", "activity-line--bar", "activity-line--done", "activity-line--failed",
    }  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="screen.focus_previous('ActivityLine')", down="screen.focus_next('ActivityLine')"),
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
    """The lines, those under way first; it is there only while there are any."""

    DEFAULT_CSS = """
    ActivityStrip {
        display: none;
        height: auto;
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        &.-some { display: block; }
        &:focus-within { border: round $border; border-title-color: $accent; border-title-style: bold; }
    }
    """

    def show(self, activities: Sequence[Activity]) -> None:
        """Show these lines: those under way, those at rest, those that have ended; each in the order given."""
        activities = sorted(activities, key=lambda one: (one.ended, one.tone == "resting"))
        lines = {line.activity.id: line for line in self.query(ActivityLine)}
        wanted = {activity.id for activity in activities}
        for line_id, line in lines.items():
            if line_id not in wanted:
                line.display = False
                line.remove()
        for activity in activities:
            if activity.id in lines:
                lines[activity.id].show(activity)
            else:
                self.mount(ActivityLine(activity))
        self._put_in_order([activity.id for activity in activities])
        ended = sum(activity.ended for activity in activities)
        resting = sum(activity.tone == "resting" for activity in activities)
        running = len(activities) - ended - resting
        counts = ((running, "under way"), (resting, "at rest"), (ended, "ended"))
        self.border_title = framed(BETWEEN.join(f"{count} {words}" for count, words in counts if count))
        self.set_class(bool(activities), "-some")
        self.call_after_refresh(self._count_hidden)

    def fit(self, height: int) -> None:
        """Take no more than a third of the pane.

        Args:
            height: lines of the pane.
        """
        self.styles.max_height = max(_LEAST_HEIGHT, height // 3)
        self.call_after_refresh(self._count_hidden)

    def on_resize(self) -> None:
        """Count anew what is out of view, now that it is known how much is in view."""
        self.call_after_refresh(self._count_hidden)

    def go_to(self, activity_id: str) -> None:
        """Put the cursor on a line."""
        for line in self.query(ActivityLine):
            if line.activity.id == activity_id:
                line.focus()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Count anew what is out of view."""
        super().watch_scroll_y(old_value, new_value)
        self._count_hidden()

    def _count_hidden(self) -> None:
        """Say how many lines are out of view, and how to get to them."""
        top, height = round(self.scroll_y), self.scrollable_content_region.height
        # A line that is on its way out is not missed.
        starts = [line.virtual_region.y for line in self.query(ActivityLine) if line.is_attached and line.display]
        hidden = sum(not top <= start < top + height for start in starts) if height else 0
        subtitle = f"+{hidden} more ─ Tab, then ↓" if hidden and self.display else ""
        if subtitle != (self.border_subtitle or ""):
            self.border_subtitle = subtitle

    def _put_in_order(self, ids: list[str]) -> None:
        places = {one: at for at, one in enumerate(ids)}

        def place(widget: Widget) -> int:
            return places.get(widget.activity.id, -1) if isinstance(widget, ActivityLine) else -1

        now = [place(child) for child in self.children]
        if now != sorted(now):
            self.sort_children(key=place)

    @property
    def focused_line(self) -> Activity | None:
        """The line with the keyboard."""
        return next((line.activity for line in self.query(ActivityLine) if line.has_focus), None)
