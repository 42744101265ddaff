"""The part of the transcript that keeps its rows, its scroll position and the screen in step."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final, cast

from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.widget import Widget

from lmstudio_tui.tui.widgets.transcript.chunks import Canvas
from lmstudio_tui.tui.widgets.transcript.document import Anchor, Document
from lmstudio_tui.tui.widgets.transcript.inline import make_parser
from lmstudio_tui.tui.widgets.transcript.painter import ROW_BITS, Geometry, Look, Painter
from lmstudio_tui.tui.widgets.transcript.palette import Palette

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.reactive import Reactive
    from textual.strip import Strip
    from textual.timer import Timer

    from lmstudio_tui.tui.widgets.transcript.document import Place
    from lmstudio_tui.tui.widgets.transcript.view import TurnView

_INTERVAL: Final = 1 / 16
"""Shortest time between two drawings of text that streams in, in seconds."""
_SHARE: Final = 8
"""A drawing that took long is followed by a pause this many times longer, so that a core is never used up."""
SLICE: Final = 0.012
"""Longest time, in seconds, that cutting a long text may take at once."""
_PLAIN: Final = Look()
_MARKED: Final = Look(marked=True)


class TurnScroller(ScrollView):
    """Draws a document and scrolls it; subclasses fill it and answer to keys."""

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - the name Textual gives it
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._document = Document(make_parser)
        self._painter = Painter()
        self._dirty: dict[int, TurnView] = {}
        self._timer: Timer | None = None
        self._flushed_at = 0.0
        self._pause = _INTERVAL
        self._follow = True
        self._anchor: Anchor | None = None
        self._selected: TurnView | None = None
        self._new_lines = 0
        self._told: tuple[bool, int] = (True, 0)
        self._moving = False
        self._painting = False
        self._seen_rows = 0

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
        """Have a turn drawn again soon."""
        self._dirty[view.serial] = view
        self._schedule()

    def _schedule(self) -> None:
        if self._timer is None and self._document.canvas is not None:
            wait = self._flushed_at + self._pause - perf_counter()
            self._timer = self.set_timer(max(wait, 0.001), self._flush)

    def _flush(self) -> None:
        """Draw what has changed since the last time."""
        self._timer = None
        if self._document.canvas is None:
            return
        started = perf_counter()
        deadline = started + SLICE
        changed = self._document.height
        before = changed
        # What is in view comes first, and then one after the other: many long texts cut at once need memory for all.
        for view in sorted(self._dirty.values(), key=lambda view: not self._document.was_seen(view)):
            if self._document.by_serial(view.serial) is not view:
                del self._dirty[view.serial]
                continue
            if self._document.advance(view, deadline):
                del self._dirty[view.serial]
            elif self._document.was_seen(view):
                # The others in view have their turn before it goes on.
                self._dirty[view.serial] = self._dirty.pop(view.serial)
            changed = min(changed, self._document.top(view) + view.stable)
            if perf_counter() > deadline:
                break
        if not self._follow:
            self._new_lines += max(0, self._document.height - before)
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
            self._mark(view)
        self._apply(row, changed)

    def _apply(self, top: int, changed: int | None) -> None:
        moved = top != self.scroll_offset.y
        size = Size(self.scrollable_content_region.width, self._document.height)
        self._moving = True
        try:
            if size != self.virtual_size:
                # Set quietly: the reactive would lay out the whole screen, and only the scroll bar depends on it.
                self.set_reactive(cast("Reactive[Size]", Widget.virtual_size), size)
                self._scroll_update(size)
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

    # --- scrolling ------------------------------------------------------------------------------------------------

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw what came into view, and hold what is read in place while heights become known."""
        super().watch_scroll_y(old_value, new_value)
        old, new = round(old_value), round(new_value)
        if self._moving or old == new:
            return
        self._follow = new >= self._last_top
        if abs(new - old) <= 2 * self._rows and not self._follow:
            self._scroll_from(old, new - old)
            return
        anchor = self._document.anchor(new)
        if anchor is not None:
            self._show(lambda: self._last_top if self._follow else self._document.row_of(anchor))

    def _scroll_from(self, row: int, delta: int) -> None:
        """Scroll by exactly `delta` rows from what stands at `row`."""
        anchor = self._document.anchor(row)
        if anchor is None:
            return
        self._show(lambda: self._document.row_of(anchor) + delta)
        self._follow = self.scroll_offset.y >= self._last_top
        if self._follow:
            self._new_lines = 0
        self._tell()

    def _scroll_by(self, delta: int) -> None:
        self._scroll_from(self.scroll_offset.y, delta)

    def _scroll_start(self) -> None:
        self._follow = False
        self._show(lambda: 0)
        self._follow = self._last_top == 0
        self._tell()

    def _scroll_end(self) -> None:
        self._follow = True
        self._show(lambda: self._last_top)

    def _reveal(self, row: Callable[[], int], lead: int = 0) -> None:
        """Bring a row into view, given as a function of the heights as they become known.

        Args:
            row: Returns the row.
            lead: How many rows are left above it where it was out of view; with none, it moves only as far as it must.
        """
        top = self.scroll_offset.y
        if top <= row() < top + self._rows:
            return
        self._follow = False
        above = lead or (self._rows - 1 if row() >= top + self._rows else 0)
        self._show(lambda: row() - above)
        self._follow = self.scroll_offset.y >= self._last_top
        self._tell()

    def _scroll_to_turn(self, view: TurnView) -> None:
        self._follow = False
        self._show(lambda: self._document.top(view))
        self._follow = self.scroll_offset.y >= self._last_top
        self._tell()

    # --- size and styles ------------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Lay out for the new size."""
        del event
        self._restyle()

    def on_hide(self) -> None:
        """Out of sight: nothing is drawn until it comes back."""
        self._seen_rows = 0

    def on_show(self) -> None:
        """In sight again: draw what was added meanwhile."""
        self._restyle()
        self.refresh()

    def notify_style_update(self) -> None:
        """Draw again when the theme has changed what things look like."""
        super().notify_style_update()
        if self.is_attached and self._document.canvas is not None:
            self.call_later(self._restyle)

    def _restyle(self) -> None:
        """Lay out anew if the width or the styles have changed."""
        width = self.scrollable_content_region.width
        if width <= 0 or self._rows <= 0:
            # Not in sight: what is added now is not drawn, and has to be when it comes back, at whatever size.
            self._seen_rows = 0
            return
        palette = Palette.read(self.rich_style, self.get_component_rich_style)
        geometry = Geometry(width)
        old = self._document.canvas
        if old is not None and (geometry, palette, self._rows) == (
            self._painter.geometry,
            old.palette,
            self._seen_rows,
        ):
            return
        self._seen_rows = self._rows
        if old is None or geometry != self._painter.geometry or palette != old.palette:
            version = 0 if old is None else old.version + 1
            self._painter.use(geometry, palette)
            self._document.use(Canvas(geometry.text, palette, version))
            self._drop_selection()
        self._relayout(deadline=perf_counter() + SLICE)
        if self._dirty:
            self._schedule()

    def _drop_selection(self) -> None:
        """Forget a text selection, whose rows have changed."""
        if not self.is_attached:
            return
        selections = self.screen.selections
        if self in selections:
            self.screen.selections = {widget: part for widget, part in selections.items() if widget is not self}

    # --- painting -------------------------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint some rows, without what only the mouse asks for: thousands of styles that are never the same twice."""
        self._painting = True
        try:
            return super().render_lines(crop)
        finally:
            self._painting = False

    def render_line(self, y: int) -> Strip:
        """Return one row of the screen."""
        place = self._document.place(self.scroll_offset.y + y)
        strip = self._painter.blank() if place is None else self._painter.paint(place, self._look(place))
        if place is not None and not self._painting:
            strip = self._painter.name(strip, place)
        pill = self._pill
        return self._painter.pill(strip, pill) if pill and y == self._rows - 1 else strip

    def _look(self, place: Place) -> Look:
        """Return what sets a line apart at the moment."""
        marked = place.view is self._selected
        selection = self.text_selection
        span = None if selection is None else selection.get_span(place.view.serial << ROW_BITS | place.row)
        if span is None:
            return _MARKED if marked else _PLAIN
        style = self.screen.get_component_rich_style("screen--selection")
        # Most themes leave the text as it is: a colour that is all transparent, and as a rich style the ground's own.
        seen = self.screen.get_component_styles("screen--selection").color.a > 0
        return Look(marked, span, style if seen else Style(bgcolor=style.bgcolor))

    @property
    def _pill(self) -> str:
        if self._follow or not self._new_lines:
            return ""
        return f"↓ {self._new_lines:,} new line{'s' if self._new_lines != 1 else ''}"
