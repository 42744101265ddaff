"""A list of records, a row each, by the line API: only rows in view exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from lmstudio_tui.tui.widgets.empty_state import notice_row
from lmstudio_tui.tui.widgets.quiet_scroll import QuietScrollView
from lmstudio_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Unpack

    from rich.segment import Segment
    from textual import events

    from lmstudio_tui.tui.typed import WidgetOptions


class Named(Protocol):
    """Something that is known by an id."""

    @property
    def id(self) -> str:
        """Unlike that of any other."""
        ...


Record = TypeVar("Record", bound=Named)
Shown = TypeVar("Shown", bound=Named, contravariant=True)


class Paint(Protocol[Shown]):
    """Draws a row."""

    def __call__(self, record: Shown, width: int, base: Style, /, *, under_cursor: bool) -> list[Segment]:
        """Draw it.

        Args:
            record: whose row.
            width: cells that there are, the mark of the cursor among them.
            base: the ground that it stands on.
            under_cursor: whether the cursor is on it.
        """
        ...


class RecordList(Rows, QuietScrollView, Generic[Record], can_focus=True, inherit_bindings=False):
    """A row for each record, the newest first, and a cursor that stays on its record while others come in above it.

    Who inherits says which keys there are for `move`, `page`, `first` and `last`.

    Args:
        now: the time of day.
        paint: what a row looks like.
    """

    ALLOW_SELECT: ClassVar[bool] = False
    FOLLOWS_NEWEST: ClassVar[bool] = False
    """Whether a cursor on the newest goes on to what is newer."""
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "records--cursor", "records--cursor-quiet", "records--dim", "records--mark", "records--warn",
        "records--heading",
    }  # fmt: skip

    DEFAULT_CSS = """
    RecordList {
        height: 1fr;
        background: transparent;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        & > .records--cursor { background: $accent 22%; }
        & > .records--cursor-quiet { background: $foreground 8%; }
        & > .records--dim { color: $text-muted; }
        & > .records--mark { color: $accent; }
        & > .records--warn { color: $text-warning; }
        & > .records--heading { color: $foreground; text-style: bold; }
    }
    """

    class Moved(Message):
        """The cursor stands on another record, or on none."""

    class Opened(Message):
        """The record under the cursor was clicked twice."""

    def __init__(self, now: Callable[[], datetime], paint: Paint[Record], **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._now = now
        self._paint = paint
        self._shown: tuple[Record, ...] = ()
        self._notice: tuple[str, ...] = ()

    # For who inherits

    def ink(self, name: str) -> Style:
        """The colour of a part, on whatever is behind it."""
        found = self.get_component_rich_style(f"records--{name}")
        return Style(color=found.color, bold=found.bold)

    # The records

    @property
    def shown(self) -> tuple[Record, ...]:
        """The records in the list."""
        return self._shown

    @property
    def chosen(self) -> Record | None:
        """The record under the cursor."""
        return self._shown[self.place] if self._shown else None

    def show(self, records: Sequence[Record]) -> None:
        """Show these; the cursor stays on its record, else in its place."""
        before, at = self.chosen, self.place
        self._shown = tuple(records)
        places = {record.id: place for place, record in enumerate(self._shown)}
        goes_on = self.FOLLOWS_NEWEST and at == 0
        kept = None if before is None or goes_on else places.get(before.id)
        self.place = max(0, min(at, len(self._shown) - 1)) if kept is None else kept
        self._measure()
        self.reveal()
        self.refresh()
        if self.chosen != before:
            self.post_message(self.Moved())

    def say(self, *notice: str) -> None:
        """What stands there while the list is empty, a line each; the first is the loudest."""
        if notice != self._notice:
            self._notice = notice
            self.refresh()

    def choose(self, record_id: str) -> None:
        """Put the cursor on a record, if it is in the list."""
        at = next((at for at, record in enumerate(self._shown) if record.id == record_id), None)
        if at is not None:
            self.put(at)

    def _measure(self) -> None:
        self.use_size(Size(self.size.width, len(self._shown)))

    @property
    def lines(self) -> int:
        """How many records there are."""
        return len(self._shown)

    def moved(self) -> None:
        """The cursor stands on another record."""
        self.post_message(self.Moved())

    # Painting

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._measure()
        self.reveal()

    def render_line(self, y: int) -> Strip:
        """A row of the screen."""
        width, base = self.scrollable_content_region.width, self.rich_style
        if not self._shown:
            return self._render_notice(y, width, base)
        at = self.scroll_offset.y + y
        if at >= len(self._shown):
            return Strip.blank(width, base)
        under_cursor = at == self.place
        if under_cursor:
            cursor = self.get_component_rich_style(f"records--{'cursor' if self.has_focus else 'cursor-quiet'}")
            base += Style(bgcolor=cursor.bgcolor, bold=cursor.bold)
        segments = self._paint(self._shown[at], width, base, under_cursor=under_cursor)
        return Strip(segments).adjust_cell_length(width, base)

    def _render_notice(self, y: int, width: int, base: Style) -> Strip:
        """What to do first, in the middle."""
        size = Size(width, self.size.height)
        return notice_row(self._notice, y, size, base, base + self.ink("heading"), base + self.ink("dim"))

    # Keys and mouse

    def on_click(self, event: events.Click) -> None:
        """Choose; a double click opens."""
        at = self.scroll_offset.y + event.y
        if at < len(self._shown):
            # Another may have come in above it since the first click.
            again = at == self.place and event.chain > 1
            self.put(at)
            if again:
                self.post_message(self.Opened())
