"""Long texts by the line API: whatever their length, only the rows in view cost anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from lmstudio_tui.tui.panes.inspector.painting import coloured, cut
from lmstudio_tui.tui.panes.inspector.paragraphs import Document, Paragraph
from lmstudio_tui.tui.panes.inspector.scroller import Scroller
from lmstudio_tui.tui.widgets.marked import marked
from lmstudio_tui.tui.widgets.rows import in_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from textual import events
    from textual.selection import Selection

    from lmstudio_tui.tui.typed import WidgetOptions

_ROW_BITS = 16
"""A row that may be selected is named by its paragraph's index and, in these lowest bits, its number there."""


class WireView(Scroller):
    """Shows paragraphs, scrolls them, and lets text be selected.

    Where some of them can be unfolded, a cursor goes from one of these to the next while they are in view.
    """

    ALLOW_SELECT: ClassVar[bool] = True

    class Unfolded(Message):
        """Something is to be unfolded, or folded again.

        Args:
            view: where it stands.
            number: the `fold` of its paragraphs.
        """

        def __init__(self, view: WireView, number: int) -> None:
            super().__init__()
            self.view = view
            self.number = number

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._document = Document()
        self._fold = -1

    # Content

    @property
    def columns(self) -> int:
        """How many cells a row has."""
        return max(4, self.scrollable_content_region.width)

    def show(self, paragraphs: Sequence[Paragraph], *, anew: bool = True) -> None:
        """Show other paragraphs, from their beginning; or, not anew, what has become of those that are shown."""
        at_end = self._at_end
        changed = self._document.show(paragraphs)
        self._fold = -1 if anew else self._fold
        self._apply(follow=at_end and not anew, top=0 if anew else None)
        if anew:
            self._forget_selection()
            self.refresh()
        else:
            self._refresh_from(changed)

    def extend(self, paragraphs: Sequence[Paragraph]) -> None:
        """Put more at the end; whoever looks at the end sees it."""
        at_end = self._at_end
        changed = self._document.extend(paragraphs)
        self._apply(follow=at_end, top=None)
        self._refresh_from(changed)

    def replace(self, fold: int, paragraphs: Sequence[Paragraph]) -> None:
        """Show what can be unfolded in another way; its beginning stays in view, or comes into view."""
        known = self._document.paragraphs
        places = [index for index, each in enumerate(known) if each.fold == fold]
        if not places:
            return
        start, end = places[0], places[-1] + 1
        self._fold = fold
        self._forget_selection()
        self._document.show([*known[:start], *paragraphs, *known[end:]])
        self._apply(follow=False, top=min(self.scroll_offset.y, self._document.top(start)))
        self.refresh()

    @property
    def _at_end(self) -> bool:
        height = self.scrollable_content_region.height
        return self._document.height > height and self.scroll_offset.y >= self._document.height - height

    def _apply(self, *, follow: bool, top: int | None) -> None:
        size = Size(self.columns, self._document.height)
        self.use_size(size)
        last = max(0, size.height - self.scrollable_content_region.height)
        wanted = last if follow else min(self.scroll_offset.y if top is None else top, last)
        if wanted != self.scroll_offset.y:
            self.scroll_to(y=wanted, animate=False, immediate=True)

    def _refresh_from(self, row: int) -> None:
        y = max(0, row - self.scroll_offset.y)
        if y < self.size.height:
            self.refresh(Region(0, y, self.size.width, self.size.height - y))

    def on_resize(self, event: events.Resize) -> None:
        """Break the text for the new width."""
        del event
        self._document.use_width(self.columns)
        self._forget_selection()
        self._apply(follow=False, top=None)
        self.refresh()

    # Painting

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        base = self.looks.base
        width = self.scrollable_content_region.width
        place = self._document.place(self.scroll_offset.y + y)
        if place is None:
            return Strip.blank(width, base)
        index, row, number = place
        name = index << _ROW_BITS | number
        segments = [Segment(" " * row.hang, base)] if row.hang else []
        segments += [
            Segment(text, base + self.looks[style])
            for text, style in cut(coloured(self._document.paragraphs[index]), row)
        ]
        if row.start == 0 and self._is_under_cursor(index):
            ground = self.looks["cursor" if self.has_focus else "cursor-quiet"]
            segments = [Segment(part.text, (part.style or base) + ground) for part in segments]
        selection = self.text_selection
        span = None if selection is None else selection.get_span(name)
        if span is not None:
            segments = marked(segments, span, self.screen.get_component_rich_style("screen--selection"))
        return Strip(segments).adjust_cell_length(width, base).apply_offsets(0, name)

    # Unfolding

    def _is_under_cursor(self, index: int) -> bool:
        """Whether a paragraph is the first or the last of what the cursor stands on."""
        each, cursor = self._document.paragraphs[index], self._cursor
        if cursor < 0 or each.fold != cursor:
            return False
        return each.is_note or not index or self._document.paragraphs[index - 1].fold != cursor

    def _folds(self) -> list[int]:
        """What of that in view can be unfolded, from top to bottom."""
        top = self.scroll_offset.y
        places = (self._document.place(top + y) for y in range(self.scrollable_content_region.height))
        folds = (self._document.paragraphs[place[0]].fold for place in places if place is not None)
        return list(dict.fromkeys(fold for fold in folds if fold >= 0))

    @property
    def _cursor(self) -> int:
        """What would be unfolded: where the cursor was put, or else the first in view."""
        if not self._document.foldable:
            return -1
        folds = self._folds()
        return self._fold if self._fold in folds else folds[0] if folds else -1

    @property
    def can_unfold(self) -> bool:
        """Whether there is anything to unfold."""
        return self._document.foldable

    def unfold(self) -> None:
        """Unfold what is under the cursor, or fold it again."""
        if self._cursor >= 0:
            self.post_message(self.Unfolded(self, self._cursor))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; its note unfolds it."""
        place = self._document.place(self.scroll_offset.y + event.y)
        if place is None or (each := self._document.paragraphs[place[0]]).fold < 0:
            return
        self._fold = each.fold
        self.refresh()
        if each.is_note:
            self.unfold()

    # Selecting

    def text_select_all(self) -> None:
        """Do nothing: a double click does not take it all."""

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, without the ends of rows that are none of the text."""
        paragraphs = self._document.paragraphs
        if not paragraphs:
            return None
        first, start = (0, 0) if selection.start is None else self._char(selection.start.y, selection.start.x)
        if selection.end is None:
            last, end = len(paragraphs) - 1, len(paragraphs[-1].text)
        else:
            last, end = self._char(selection.end.y, selection.end.x)
        parts: list[str] = []
        for index in range(first, min(last, len(paragraphs) - 1) + 1):
            text = paragraphs[index].text
            part = text[start if index == first else 0 : end if index == last else len(text)]
            parts += ["" if index == first or paragraphs[index].joined else "\n", part]
        return "".join(parts), "\n"

    def _char(self, y: int, x: int) -> tuple[int, int]:
        """The paragraph and the character at a place of the selection."""
        index, number = y >> _ROW_BITS, y & ((1 << _ROW_BITS) - 1)
        index = min(index, len(self._document.paragraphs) - 1)
        rows = self._document.rows(index)
        row = rows[min(number, len(rows) - 1)]
        return index, min(row.start + max(0, x - row.hang), row.end)

    def selection_updated(self, selection: Selection | None) -> None:
        """Show another selection."""
        del selection
        self.refresh()

    def _forget_selection(self) -> None:
        if self.is_attached and self in self.screen.selections:
            kept = {widget: part for widget, part in self.screen.selections.items() if widget is not self}
            self.screen.selections = kept

    # Keys

    def action_line(self, rows: int) -> None:
        """To what else can be unfolded in view; else scroll by rows."""
        folds, cursor = (self._folds(), self._cursor) if self._document.foldable else ([], -1)
        at = folds.index(cursor) + rows if cursor >= 0 else -1
        if 0 <= at < len(folds):
            self._fold = folds[at]
            self.refresh()
            return
        self.scroll_relative(y=rows, animate=False)

    def action_page(self, pages: float) -> None:
        """Scroll by pages, less the row that keeps the eye in place."""
        self.scroll_relative(y=in_lines(pages, self.size.height), animate=False)

    def action_start(self) -> None:
        """To the first row."""
        self.scroll_to(y=0, animate=False)

    def action_end(self) -> None:
        """To the last row."""
        self.scroll_to(y=self._document.height, animate=False)
