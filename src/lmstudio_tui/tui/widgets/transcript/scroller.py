"""The part of the transcript that scrolls, follows its size and its styles, and paints."""

from __future__ import annotations

from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Final

from rich.style import Style
from textual.style import Style as Ground

from lmstudio_tui.tui.looks.wishes import COMPACT
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.transcript.chunks import Canvas
from lmstudio_tui.tui.widgets.transcript.keeping import SLICE, RowKeeper
from lmstudio_tui.tui.widgets.transcript.painter import ROW_BITS, Geometry, Look, Painter
from lmstudio_tui.tui.widgets.transcript.palette import Palette

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.geometry import Region
    from textual.strip import Strip

    from lmstudio_tui.tui.widgets.transcript.places import Place
    from lmstudio_tui.tui.widgets.transcript.view import TurnView

_PLAIN: Final = Look()
_MARKED: Final = Look(marked=True)


class TurnScroller(RowKeeper):
    """Draws a document and scrolls it; subclasses fill it and answer to keys."""

    _painting: bool = False
    """Whether rows are asked for to be put on the screen."""
    _seen_rows: int = 0
    """How many rows were in sight when it was last laid out."""

    @cached_property
    def _painter(self) -> Painter:
        return Painter()

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
        palette = Palette.read(self.rich_style, self.get_component_rich_style, compact=app_of(self).has_class(COMPACT))
        geometry = Geometry(width)
        old = self._document.canvas
        if old is not None and (geometry, palette, self._rows) == (
            self._painter.geometry,
            old.palette,
            self._seen_rows,
        ):
            return
        self._seen_rows = self._painter.rows = self._rows
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
            return self._paint_rows(crop) if self._is_bare else super().render_lines(crop)
        finally:
            self._painting = False

    @property
    def _is_bare(self) -> bool:
        """Whether nothing is drawn around the rows, or over them."""
        styles = self.styles
        framed = any(styles.gutter) or any(edge for edge, _ in styles.outline) or styles.has_rule("hatch")
        return not framed and not styles.tint.a and styles.text_opacity == 1.0 and self.opacity == 1.0

    def _paint_rows(self, crop: Region) -> list[Strip]:
        """Paint rows that need no more than a filter: the very same strips as before wherever they stand now.

        Textual keeps a strip for each row of the screen, and makes all of them anew when they move. What is worked out
        for a strip (how it is filtered, how it is cut, its escape sequences) is kept with it.
        """
        below, background = self.background_colors
        ground = Ground(background=below + background).rich_style
        filters = self.get_line_filters()
        width = self.content_region.width
        strips: list[Strip] = []
        for y in crop.line_range:
            strip = self.render_line(y).adjust_cell_length(width, ground)
            for one in filters:
                strip = strip.apply_filter(one, background)
            strips.append(strip)
        if crop.column_span != (0, width):
            return [strip.crop(*crop.column_span) for strip in strips]
        return strips

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
