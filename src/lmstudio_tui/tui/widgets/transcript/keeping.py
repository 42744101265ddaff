"""The part of the transcript that keeps its rows, its scroll position and the screen in step."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final

from textual.geometry import Region, Size

from lmstudio_tui.tui.timers import once
from lmstudio_tui.tui.widgets.quiet_scroll import QuietScrollView
from lmstudio_tui.tui.widgets.transcript.document import Document
from lmstudio_tui.tui.widgets.transcript.inline import make_parser

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from textual.timer import Timer

    from lmstudio_tui.tui.typed import WidgetOptions
    from lmstudio_tui.tui.widgets.transcript.places import Anchor
    from lmstudio_tui.tui.widgets.transcript.view import TurnView

_INTERVAL: Final = 1 / 16
"""Shortest time between two drawings of text that streams in, in seconds."""
_SHARE: Final = 8
"""A drawing that took long is followed by a pause this many times longer, so that a core is never used up."""
SLICE: Final = 0.012
"""Longest time, in seconds, that cutting a long text may take at once."""


class RowKeeper(QuietScrollView):
    """Brings what has changed in a document to the screen; subclasses scroll it and paint it."""

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._document = Document(make_parser)
        self._dirty: dict[int, TurnView] = {}
        self._unfinished: set[int] = set()
        self._timer: Timer | None = None
        self._flushed_at = 0.0
        self._pause = _INTERVAL
        self._follow = True
        self._anchor: Anchor | None = None
        self._selected: TurnView | None = None
        self._new_lines = 0
        self._told: tuple[bool, int] = (True, 0)
        self._moving = False

    @property
    def at_end(self) -> bool:
        """Whether the end is in view, and stays in view as more comes in."""
        return self._follow

    @property
    def new_lines(self) -> int:
        """How many lines came in below what is read."""
        return self._new_lines

    @property
    def _rows(self) -> int:
        return self.scrollable_content_region.height

    # --- bringing the screen up to date ---------------------------------------------------------------------------

    def _mark(self, view: TurnView) -> None:
        """Have a turn drawn again soon: something has come in."""
        self._unfinished.discard(view.serial)
        self._dirty[view.serial] = view
        self._schedule()

    def _go_on_with(self, view: TurnView) -> None:
        """Have the rest of a turn drawn that took too long to be drawn at once. It is nothing new."""
        if view.serial not in self._dirty:
            self._unfinished.add(view.serial)
            self._dirty[view.serial] = view
        self._schedule()

    def _schedule(self) -> None:
        if self._timer is None and self._document.canvas is not None:
            wait = self._flushed_at + self._pause - perf_counter()
            self._timer = once(self, max(wait, 0.001), self._flush)

    def _flush(self) -> None:
        """Draw what has changed since the last time."""
        self._timer = None
        if self._document.canvas is None:
            return
        started = perf_counter()
        deadline = started + SLICE
        changed = self._document.height
        # What is in view comes first, and then one after the other: many long texts cut at once need memory for all.
        for view in sorted(self._dirty.values(), key=lambda view: not self._document.was_seen(view)):
            if self._document.by_serial(view.serial) is not view:
                self._done_with(view)
                continue
            height = self._document.height
            new = view.serial not in self._unfinished
            if self._document.advance(view, deadline):
                self._done_with(view)
            elif self._document.was_seen(view):
                # The others in view have their turn before it goes on.
                self._dirty[view.serial] = self._dirty.pop(view.serial)
            changed = min(changed, self._document.top(view) + view.stable)
            if new and self._is_below(view):
                self._new_lines += max(0, self._document.height - height)
            if perf_counter() > deadline:
                break
        self._relayout(changed, deadline)
        if not self._dirty:
            self._document.take_in(deadline)
        self._flushed_at = perf_counter()
        # What is left over from a slice is not held back: it has arrived, and is to be seen.
        self._pause = (
            0.0 if self._dirty or self._document.has_bulk else max(_INTERVAL, _SHARE * (self._flushed_at - started))
        )
        if self._dirty or self._document.has_bulk:
            self._schedule()

    def _done_with(self, view: TurnView) -> None:
        self._dirty.pop(view.serial, None)
        self._unfinished.discard(view.serial)

    def _is_below(self, view: TurnView) -> bool:
        """Whether a turn ends below what is read."""
        if self._follow or self._anchor is None:
            return False
        return self._document.index(view) >= self._document.index(self._anchor.view)

    def _relayout(self, changed: int | None = None, deadline: float | None = None) -> None:
        """Keep the end or the anchor in place after a change of the content; rows before `changed` are as before."""
        anchor = self._anchor
        if self._follow or anchor is None:
            self._show(lambda: self._last_top, changed, deadline)
        else:
            self._show(lambda: self._document.row_of(anchor), changed, deadline)

    @property
    def _last_top(self) -> int:
        return max(0, self._document.height - self._rows)

    def _show(self, top: Callable[[], int], changed: int | None = None, deadline: float | None = None) -> None:
        """Scroll to a row, given as a function of the heights as they become known."""
        document = self._document
        if document.canvas is None:
            return
        document.following = self._follow
        if deadline is None:
            deadline = perf_counter() + SLICE
        row = document.settle(lambda: min(max(0, top()), self._last_top), self._rows, deadline)
        for view in document.take_unfinished():
            self._go_on_with(view)
        self._apply(row, changed)

    def _apply(self, top: int, changed: int | None) -> None:
        moved = top != self.scroll_offset.y
        self._moving = True
        try:
            self.use_size(Size(self.scrollable_content_region.width, self._document.height))
            if moved or round(self.scroll_y) != top:
                self.scroll_y = top
                self.scroll_target_y = top
        finally:
            self._moving = False
        self._anchor = self._document.anchor(top)
        if self._follow or top >= self._last_top:
            self._new_lines = 0
        self._new_lines = min(self._new_lines, max(0, self._document.height - top - self._rows))
        if changed is None or moved:
            self.refresh()
        elif changed < top + self._rows:
            start = max(0, changed - top)
            self.refresh(Region(0, start, self.size.width, self._rows - start))
        self._tell()

    def _tell(self) -> None:
        now = (self._follow, self._new_lines)
        if now != self._told:
            self._told = now
            self.refresh(Region(0, max(0, self._rows - 1), self.size.width, 1))
            self._follow_changed(*now)

    def _follow_changed(self, at_end: bool, new_lines: int) -> None:
        """Called when the end was left or reached, or more came in below."""
