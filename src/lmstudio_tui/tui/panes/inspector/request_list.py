"""The list of requests, by the line API."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from lmstudio_tui.tui.panes.inspector.columns import View, columns_for, gap_for, longest_of, request_line, title_line
from lmstudio_tui.tui.panes.inspector.scroller import Scroller
from lmstudio_tui.tui.widgets.empty_state import notice_row
from lmstudio_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Unpack

    from rich.style import Style
    from textual import events

    from lmstudio_tui.features.inspector.exchange import Summary
    from lmstudio_tui.tui.typed import WidgetOptions


_DRAWN = 300
"""Painted requests that are kept."""


class RequestList(Rows, Scroller):
    """Requests, the newest first, and a cursor that stays on its request while others come in above it.

    Args:
        now: the time of day.
    """

    ALLOW_SELECT: ClassVar[bool] = False
    HEAD: ClassVar[int] = 1

    class Moved(Message):
        """The cursor stands on another request, or on none.

        Args:
            by_hand: whether a person has moved it.
        """

        def __init__(self, *, by_hand: bool) -> None:
            super().__init__()
            self.by_hand = by_hand

    class Opened(Message):
        """A request is to be shown."""

    def __init__(self, now: Callable[[], datetime], **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._now = now
        self._shown: list[Summary] = []
        self._index: dict[str, int] = {}
        self._following = True
        self._notice: tuple[str, ...] = ()
        self._longest = 0.0
        self._drawn: dict[str, tuple[Summary, object, Strip]] = {}

    @property
    def shown(self) -> Sequence[Summary]:
        """The requests in the list."""
        return self._shown

    @property
    def chosen(self) -> Summary | None:
        """The request under the cursor."""
        return self._shown[self.place] if self._shown else None

    def show(self, summaries: list[Summary]) -> None:
        """Show these. The cursor stays where it was, unless it is on the newest: then it stays on the newest."""
        known, longest = self._shown, self._longest
        before = self.chosen
        height = len(known)
        old = self.place
        self._shown = summaries
        self._longest = longest_of(summaries)
        if self._longest == longest and [one.call_id for one in known] == [one.call_id for one in summaries]:
            self._refresh_changed(known)
            return
        self._index = {summary.call_id: index for index, summary in enumerate(summaries)}
        at = None if before is None else self._index.get(before.call_id)
        if self._following:
            self.place = 0
        else:
            self.place = min(old, max(0, len(summaries) - 1)) if at is None else at
        self._resize(height, moved=0 if at is None or self._following else at - old)
        self.refresh()
        after = self.chosen
        if (before and before.call_id) != (after and after.call_id):
            self.post_message(self.Moved(by_hand=False))

    def _refresh_changed(self, known: Sequence[Summary]) -> None:
        """Draw again what has changed of the requests in view; they stand where they stood."""
        top = self.scroll_offset.y
        for row in range(top, min(top + self.room, len(known))):
            if self._shown[row] is not known[row]:
                self.refresh(Region(0, row - top + 1, self.size.width, 1))

    def hold(self) -> None:
        """The cursor stays on its request from now on, even on the newest."""
        self._following = False

    def release(self) -> None:
        """The cursor goes with the newest again if it stands there."""
        self._following = self.place == 0

    def say(self, *notice: str) -> None:
        """What stands there while the list is empty, a line each; the first is the loudest."""
        if notice != self._notice:
            self._notice = notice
            self.refresh()

    def choose(self, call_id: str) -> bool:
        """Put the cursor on a request; whether it is in the list."""
        at = self._index.get(call_id)
        if at is not None:
            self.put(at)
        return at is not None

    def _resize(self, before: int, *, moved: int) -> None:
        """Keep what is read in its place when requests come in above it."""
        self.use_size(Size(self.size.width, len(self._shown) + 1))
        top = self.scroll_offset.y
        if moved and top:
            self.scroll_to(y=max(0, top + moved), animate=False, immediate=True)
        elif len(self._shown) < before:
            self.reveal()

    @property
    def lines(self) -> int:
        """How many requests there are."""
        return len(self._shown)

    def moved(self) -> None:
        """A person has moved the cursor to another request."""
        self.post_message(self.Moved(by_hand=True))

    def put(self, place: int) -> None:
        """Move the cursor there by hand. On the newest it goes on to what is newer."""
        if self._shown:
            super().put(place)
            self._following = self.place == 0

    # Painting

    def notify_style_update(self) -> None:
        """Another theme: other colours."""
        super().notify_style_update()
        self._drawn.clear()

    def on_resize(self, event: events.Resize) -> None:
        """Keep the cursor in view."""
        del event
        self._resize(len(self._shown), moved=0)
        self.reveal()
        self.refresh()

    def tick(self) -> None:
        """Draw again what changes with the time: the requests under way."""
        for y, summary in enumerate(self._shown[self.scroll_offset.y : self.scroll_offset.y + self.room], 1):
            if summary.under_way and not summary.background:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """One row of the screen: the titles, or a request."""
        width = self.scrollable_content_region.width
        base = self.looks.base
        row = self.scroll_offset.y + y - 1
        if not self._shown:
            return self._render_notice(y, width, base)
        if row >= len(self._shown):
            return Strip.blank(width, base)
        if not y:
            return self._painted(" ", title_line(self._view(width)), width, base)
        return self._render_request(self._shown[row], row == self.place, width, base)

    def _view(self, width: int) -> View:
        now = self._now()
        room = max(4, width - 2)
        return View(columns_for(room), gap_for(room), self._longest, now.timestamp(), now.tzinfo)

    def _render_request(self, summary: Summary, under_cursor: bool, width: int, base: Style) -> Strip:
        """A request; one that has ended is painted once, for others come in above it all the time."""
        how = (width, self._longest, under_cursor, self.has_focus, self._now().tzinfo)
        drawn = self._drawn.get(summary.call_id)
        if drawn is not None and drawn[0] is summary and drawn[1] == how:
            return drawn[2]
        if under_cursor:
            base += self.looks["cursor" if self.has_focus else "cursor-quiet"]
        strip = self._painted("▌" if under_cursor else " ", request_line(summary, self._view(width)), width, base)
        if not summary.under_way:
            if len(self._drawn) > _DRAWN:
                self._drawn.clear()
            self._drawn[summary.call_id] = (summary, how, strip)
        return strip

    def _painted(self, mark: str, pieces: list[tuple[str, str]], width: int, base: Style) -> Strip:
        accent = self.looks["word"] if self.has_focus else self.looks["mark"]
        segments = [Segment(mark, base + accent), *(Segment(text, base + self.looks[style]) for text, style in pieces)]
        return Strip(segments).adjust_cell_length(width, base)

    def _render_notice(self, y: int, width: int, base: Style) -> Strip:
        """What to do first, in the middle."""
        size = Size(width, self.size.height)
        return notice_row(self._notice, y, size, base, base + self.looks["heading"], base + self.looks["dim"])

    # Keys and mouse

    def on_click(self, event: events.Click) -> None:
        """Choose; a second click opens."""
        row = self.scroll_offset.y + event.y - 1
        if not self._shown:
            self.post_message(self.Opened())
        if event.y < 1 or row >= len(self._shown):
            return
        again = row == self.place
        self.put(row)
        if again or event.chain > 1:
            self.post_message(self.Opened())

    def action_line(self, rows: int) -> None:
        """Go up or down."""
        self.action_move(rows)

    def action_start(self) -> None:
        """Go to the newest, and follow it."""
        self.action_first()

    def action_end(self) -> None:
        """Go to the oldest."""
        self.action_last()
