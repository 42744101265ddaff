"""What was spoken, a line each, by the line API."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar, Final, cast

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.panes.speech.words import length_in_words, when_in_words
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual import events
    from textual.binding import BindingType
    from textual.reactive import Reactive

    from lmstudio_tui.store.media.records import UtteranceRecord

_MARK: Final = 2
_WHEN: Final = 6
_VOICE: Final = 12
_FORMAT: Final = 4
_LENGTH: Final = 7
_GAP: Final = 2
_VOICE_FROM: Final = 56
_FORMAT_FROM: Final = 44
"""Cells from which on there is room for these."""
_MOST_OF_A_TEXT: Final = 400
"""Characters of a text that are looked at for its line."""


class UtteranceList(ScrollView, can_focus=True, inherit_bindings=False):
    """Utterances, the newest first, and a cursor that stays on its own while others come in above it.

    Args:
        now: the time of day.
    """

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "utterances--dim", "utterances--mark", "utterances--warn", "utterances--cursor", "utterances--cursor-quiet",
        "utterances--heading",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("speech.up", "speech.down", "speech.page_up", "speech.page_down", "speech.first", "speech.last"),
    ]

    DEFAULT_CSS = """
    UtteranceList {
        height: 1fr;
        background: transparent;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        & > .utterances--dim { color: $text-muted; }
        & > .utterances--heading { color: $foreground; text-style: bold; }
        & > .utterances--mark { color: $accent; }
        & > .utterances--warn { color: $text-warning; }
        & > .utterances--cursor { background: $accent 22%; }
        & > .utterances--cursor-quiet { background: $panel; }
    }
    """

    class Moved(Message):
        """The cursor stands on another utterance, or on none."""

    class Opened(Message):
        """The utterance under the cursor was clicked twice."""

    def __init__(self, now: Callable[[], datetime], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._now = now
        self._records: tuple[UtteranceRecord, ...] = ()
        self._cursor = 0
        self._playing = ""
        self._notice: tuple[str, ...] = ()

    @property
    def chosen(self) -> UtteranceRecord | None:
        """The one under the cursor."""
        return self._records[self._cursor] if self._records else None

    def show(self, records: Sequence[UtteranceRecord], playing: str, notice: tuple[str, ...]) -> None:
        """Show these.

        Args:
            records: the newest first.
            playing: the id of the one that is heard; empty for none.
            notice: what stands there when there are none; the first line is the loudest.
        """
        before, at = self.chosen, self._cursor
        self._records, self._playing, self._notice = tuple(records), playing, notice
        places = {record.id: place for place, record in enumerate(records)}
        # Who stands on the newest stays on the newest.
        kept = None if before is None or at == 0 else places.get(before.id)
        self._cursor = kept if kept is not None else min(at, max(0, len(records) - 1))
        self._measure()
        self._reveal()
        self.refresh()
        if self.chosen != before:
            self.post_message(self.Moved())

    def choose(self, utterance_id: str) -> None:
        """Put the cursor on one."""
        for place, record in enumerate(self._records):
            if record.id == utterance_id:
                self._put(place)

    def _measure(self) -> None:
        size = Size(self.size.width, len(self._records))
        if size != self.virtual_size:
            # Set quietly: the reactive would lay out the whole screen, and only the scroll bar depends on it.
            self.set_reactive(cast("Reactive[Size]", Widget.virtual_size), size)
            self._scroll_update(size)

    @property
    def _room(self) -> int:
        return max(1, self.scrollable_content_region.height)

    def _put(self, cursor: int) -> None:
        before = self._cursor
        self._cursor = max(0, min(len(self._records) - 1, cursor))
        self._reveal()
        self.refresh()
        if self._cursor != before:
            self.post_message(self.Moved())

    def _reveal(self) -> None:
        top = self.scroll_offset.y
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, immediate=True)
        elif self._cursor >= top + self._room:
            self.scroll_to(y=self._cursor - self._room + 1, animate=False, immediate=True)

    # Painting

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._measure()
        self._reveal()

    def on_focus(self) -> None:
        """The cursor looks another way when the keys go here."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor looks another way when the keys go elsewhere."""
        self.refresh()

    def _colour(self, name: str) -> Style:
        found = self.get_component_rich_style(f"utterances--{name}")
        return Style(color=found.color, bold=found.bold)

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width = self.scrollable_content_region.width
        row = self.scroll_offset.y + y
        base = self.rich_style
        if not self._records:
            return self._notice_line(y, width, base)
        if row >= len(self._records):
            return Strip.blank(width, base)
        under_cursor = row == self._cursor
        if under_cursor:
            name = "cursor" if self.has_focus else "cursor-quiet"
            base += Style(bgcolor=self.get_component_rich_style(f"utterances--{name}").bgcolor)
        return self._record_line(self._records[row], under_cursor, width, base)

    def _record_line(self, record: UtteranceRecord, under_cursor: bool, width: int, base: Style) -> Strip:
        dim, mark, warn = base + self._colour("dim"), base + self._colour("mark"), base + self._colour("warn")
        sign = "▶" if record.id == self._playing else "!" if record.problem else " "
        room = width - _MARK - _WHEN - _GAP - _LENGTH - _GAP
        tail: list[Segment] = []
        if width >= _VOICE_FROM:
            room -= _VOICE + _GAP
            tail.append(Segment(" " * _GAP + fitted(clean_line(record.voice or ""), _VOICE), dim))
        if width >= _FORMAT_FROM:
            room -= _FORMAT + _GAP
            tail.append(Segment(" " * _GAP + fitted(clean_line(record.format), _FORMAT), dim))
        tail.append(Segment(" " * _GAP + length_in_words(record).rjust(_LENGTH), dim))
        text = clean_line(record.text[:_MOST_OF_A_TEXT])
        segments = [
            Segment("▌" if under_cursor and self.has_focus else " ", mark),
            Segment(sign, warn if sign == "!" else mark),
            Segment(fitted(when_in_words(record.made_at, self._now()), _WHEN) + " " * _GAP, dim),
            Segment(fitted(text or "(its text is not known)", max(4, room)), base if text else dim),
            *tail,
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _notice_line(self, y: int, width: int, base: Style) -> Strip:
        rows = [
            (row, text is self._notice[0]) for text in self._notice for row in wrap(text, max(8, width - 4)) or [""]
        ]
        number = y - max(0, (self.size.height - len(rows)) // 3)
        if not 0 <= number < len(rows):
            return Strip.blank(width, base)
        text, first = rows[number]
        pad = " " * ((width - cell_len(text)) // 2)
        style = base + self._colour("heading" if first else "dim")
        return Strip([Segment(pad, base), Segment(text, style)]).adjust_cell_length(width, base)

    # Keys and mouse

    def on_click(self, event: events.Click) -> None:
        """Choose; a second click opens."""
        row = self.scroll_offset.y + event.y
        if row < len(self._records):
            again = row == self._cursor and event.chain > 1
            self._put(row)
            if again:
                self.post_message(self.Opened())

    def action_move(self, rows: int) -> None:
        """Go up or down."""
        self._put(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        """Go a page up or down."""
        self._put(self._cursor + pages * max(1, self._room - 1))

    def action_first(self) -> None:
        """Go to the newest."""
        self._put(0)

    def action_last(self) -> None:
        """Go to the oldest."""
        self._put(len(self._records) - 1)
