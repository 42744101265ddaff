"""Long texts by the line API: whatever their length, only the rows in view cost anything."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.panes.inspector.looks import CSS, STYLES, Looks, json_spans
from lmstudio_tui.tui.panes.inspector.paragraphs import Document, Paragraph, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.binding import BindingType
    from textual.reactive import Reactive
    from textual.selection import Selection

_ROW_BITS = 16
"""A row that may be selected is named by its paragraph's index and, in these lowest bits, its number there."""


class WireView(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows paragraphs, scrolls them, and lets text be selected."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"wire--{name}" for name in STYLES} | {
        "wire--cursor", "wire--cursor-quiet",
    }  # fmt: skip
    ALLOW_SELECT: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(
            *("inspector.up", "inspector.down", "inspector.page_up", "inspector.page_down"),
            *("inspector.start", "inspector.end"),
        )
    ]

    DEFAULT_CSS: ClassVar[str] = f"""
    WireView {{
        height: 1fr;
        background: transparent;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        {CSS}
    }}
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._document = Document()
        self.looks = Looks(self)

    # Content

    @property
    def columns(self) -> int:
        """How many cells a row has."""
        return max(4, self.scrollable_content_region.width)

    def show(self, paragraphs: Sequence[Paragraph], *, anew: bool = True) -> None:
        """Show other paragraphs, from their beginning; or, not anew, what has become of those that are shown."""
        at_end = self._at_end
        changed = self._document.show(paragraphs)
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

    @property
    def _at_end(self) -> bool:
        height = self.scrollable_content_region.height
        return self._document.height > height and self.scroll_offset.y >= self._document.height - height

    def _apply(self, *, follow: bool, top: int | None) -> None:
        size = Size(self.columns, self._document.height)
        if size != self.virtual_size:
            # Set quietly: the reactive would lay out the whole screen, and only the scroll bar depends on it.
            self.set_reactive(cast("Reactive[Size]", Widget.virtual_size), size)
            self._scroll_update(size)
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

    def notify_style_update(self) -> None:
        """Another theme: other colours."""
        super().notify_style_update()
        self.looks.forget()

    # Painting

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        base = self.rich_style
        width = self.scrollable_content_region.width
        place = self._document.place(self.scroll_offset.y + y)
        if place is None:
            return Strip.blank(width, base)
        index, row, number = place
        name = index << _ROW_BITS | number
        segments = [Segment(" " * row.hang, base)] if row.hang else []
        segments += [
            Segment(text, base + self.looks[style])
            for text, style in _cut(_coloured(self._document.paragraphs[index]), row)
        ]
        selection = self.text_selection
        span = None if selection is None else selection.get_span(name)
        if span is not None:
            segments = _marked(segments, span, self.screen.get_component_rich_style("screen--selection"))
        return Strip(segments).adjust_cell_length(width, base).apply_offsets(0, name)

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
        """Scroll by rows."""
        self.scroll_relative(y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by pages, less the row that keeps the eye in place."""
        self.scroll_relative(y=pages * max(1, self.size.height - 1), animate=False)

    def action_start(self) -> None:
        """To the first row."""
        self.scroll_to(y=0, animate=False)

    def action_end(self) -> None:
        """To the last row."""
        self.scroll_to(y=self._document.height, animate=False)


def _coloured(paragraph: Paragraph) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for text, style in paragraph.pieces:
        if style == "json":
            found += json_spans(text)
        else:
            found.append((text, style))
    return found


def _cut(pieces: list[tuple[str, str]], row: Row) -> list[tuple[str, str]]:
    """What of the pieces stands in a row."""
    found: list[tuple[str, str]] = []
    at = 0
    for text, style in pieces:
        start, end = max(row.start - at, 0), min(row.end - at, len(text))
        if start < end:
            found.append((text[start:end], style))
        at += len(text)
    return found


def _marked(segments: list[Segment], span: tuple[int, int], highlight: Style) -> list[Segment]:
    """The segments with the characters of a selection in its style; an end of -1 is that of the row."""
    ends = list(accumulate(len(segment.text) for segment in segments))
    first, last = span[0], span[1] if span[1] >= 0 else (ends[-1] if ends else 0)
    found: list[Segment] = []
    for segment, end in zip(segments, ends, strict=True):
        start = end - len(segment.text)
        cuts = [min(max(at, start), end) - start for at in (first, last)]
        style = segment.style or Style.null()
        for text, own in (
            (segment.text[: cuts[0]], style),
            (segment.text[cuts[0] : cuts[1]], style + highlight),
            (segment.text[cuts[1] :], style),
        ):
            if text:
                found.append(Segment(text, own))
    return found
