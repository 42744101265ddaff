"""What was spoken, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment

from lmstudio_tui.store.media.records import UtteranceRecord
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import moves
from lmstudio_tui.tui.panes.speech.words import length_in_words, when_in_words
from lmstudio_tui.tui.widgets.fitting import fitted
from lmstudio_tui.tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Unpack

    from rich.style import Style
    from textual.binding import BindingType

    from lmstudio_tui.tui.typed import WidgetOptions

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


class UtteranceList(RecordList[UtteranceRecord]):
    """A row for each utterance.

    Args:
        now: the time of day.
    """

    FOLLOWS_NEWEST: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="move(-1)", down="move(1)", page_up="page(-1)", page_down="page(1)"),
        *moves(half_up="page(-0.5)", half_down="page(0.5)", first="first", last="last"),
    ]

    def __init__(self, now: Callable[[], datetime], **options: Unpack[WidgetOptions]) -> None:
        super().__init__(now, self._row, **options)
        self._playing = ""

    def show_playing(self, playing: str) -> None:
        """Mark the one that is heard.

        Args:
            playing: its id; empty for none.
        """
        if playing != self._playing:
            self._playing = playing
            self.refresh()

    def _row(self, record: UtteranceRecord, width: int, base: Style, *, under_cursor: bool) -> list[Segment]:
        """When, what, in which voice and format, and how long it is."""
        dim, mark, warn = base + self.ink("dim"), base + self.ink("mark"), base + self.ink("warn")
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
        return [
            Segment("▌" if under_cursor and self.has_focus else " ", mark),
            Segment(sign, warn if sign == "!" else mark),
            Segment(fitted(when_in_words(record.made_at, self._now()), _WHEN) + " " * _GAP, dim),
            Segment(fitted(text or "(its text is not known)", max(4, room)), base if text else dim),
            *tail,
        ]
