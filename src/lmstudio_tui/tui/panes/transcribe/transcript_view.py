"""What was heard: its segments with their times, each of which can be played; or the text alone, as it comes."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from lmstudio_tui.text_safety import clean
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.panes.transcribe.selecting import SelectableRows
from lmstudio_tui.tui.panes.transcribe.transcript_lines import Growing, rows_of
from lmstudio_tui.tui.panes.transcribe.words import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from textual.binding import BindingType

    from lmstudio_tui.store.media.records import SegmentRecord
    from lmstudio_tui.tui.typed import WidgetOptions

_GAP = 2
_HOUR = 3600.0
_LENIENT = 0.05


class TranscriptView(SelectableRows):
    """A transcript. The cursor stands on a segment, where there are any."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("transcribe.segment")]

    class SegmentWanted(Message):
        """It is to be played from the segment under the cursor."""

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(self.paint, **options)
        self._segments: tuple[SegmentRecord, ...] = ()
        self._texts: list[str] = []
        self._rows: list[list[tuple[int, int]]] = []
        self._growing = Growing()
        self._width = 0
        self._playing: int | None = None
        self._recording: str | None = None

    @property
    def pointing(self) -> bool:
        """A text without segments has no places to go to."""
        return bool(self._segments)

    @property
    def segment(self) -> SegmentRecord | None:
        """The one under the cursor."""
        cursor = self.cursor
        return self._segments[cursor] if self._segments and cursor is not None else None

    def show(
        self, text: str, segments: Sequence[SegmentRecord], *, recording: str | None, growing: bool = False
    ) -> None:
        """Show a transcript. Another one of the same recording keeps the place.

        Args:
            text: all of it; shown where there are no segments.
            segments: with times.
            recording: the id of what it was heard in; with another one the view begins at the top.
            growing: whether more of it comes: then whoever looks at the end follows it.
        """
        anew = recording != self._recording
        follow = growing and not anew and self.at_end
        known = 0 if anew else self._same(segments)
        before, before_texts = self.segment, self._texts
        self._recording = recording
        self._segments = tuple(segments)
        if self._segments:
            self._texts = self._texts[:known] + [clean(one.text).strip() for one in self._segments[known:]]
        else:
            self._texts = [clean(text)] if text.strip() else []
        if anew or (self._texts[: len(before_texts)] != before_texts and not growing):
            self.forget_selection()
        self._break(known)
        self.use_heights([len(rows) for rows in self._rows], cursor=0 if anew else self._at(before))
        if anew:
            self._playing = None
            self.scroll_to(y=0, animate=False, immediate=True)
        elif follow:
            self.show_end()

    def _at(self, before: SegmentRecord | None) -> int:
        """The segment of the same time."""
        if before is None or not self._segments:
            return 0
        return max(0, bisect_right(self._segments, before.start_s, key=lambda one: one.start_s) - 1)

    def show_playing(self, position_s: float | None) -> None:
        """Mark the segment that is heard; None when nothing is."""
        at = None
        if position_s is not None and self._segments:
            # A player may say that it is a little before the place where it was told to begin.
            at = max(0, bisect_right(self._segments, position_s + _LENIENT, key=lambda one: one.start_s) - 1)
        if at != self._playing:
            self._playing = at
            self.refresh()

    def _same(self, segments: Sequence[SegmentRecord]) -> int:
        """How many at the beginning are those that are shown."""
        if self._width != self._text_width:
            return 0
        pairs = enumerate(zip(self._segments, segments, strict=False))
        return next((at for at, (old, new) in pairs if old != new), min(len(self._segments), len(segments)))

    @property
    def _time_width(self) -> int:
        last = self._segments[-1].start_s if self._segments else 0.0
        return len(clock(last if last >= _HOUR else 0.0, tenths=True)) + _GAP if self._segments else 0

    @property
    def _text_width(self) -> int:
        return max(4, self.columns - self._time_width)

    def _break(self, known: int = 0) -> None:
        width = self._text_width
        if width != self._width:
            known = 0
        self._width = width
        if self._segments:
            self._rows = self._rows[:known] + [rows_of(text, width) for text in self._texts[known:]]
        else:
            self._rows = [self._growing.show(text, width) for text in self._texts]

    def on_resize(self) -> None:
        """Break the text for the new width."""
        if self._width != self._text_width:
            self.forget_selection()
            self._break()
        self.use_heights([len(rows) for rows in self._rows])
        if self.pointing:
            self.reveal()

    # Selecting

    @property
    def lead(self) -> int:
        """The mark of the cursor, and the time."""
        return _GAP + self._time_width

    def text_of(self, item: int) -> str:
        """What was said in a segment."""
        return self._texts[item]

    def part_of(self, item: int, row: int) -> tuple[int, int]:
        """The characters of a row."""
        return self._rows[item][row]

    def paint(self, item: int, row: int) -> list[tuple[str, str]]:
        """The time in the first row of a segment, and the text."""
        start, end = self._rows[item][row]
        text = self._texts[item][start:end].replace("\t", " ")
        if not self._segments:
            return [(text, "plain")]
        playing = item == self._playing
        width = self._time_width
        time = clock(self._segments[item].start_s, tenths=True) if not row else ""
        mark = "▶ " if playing and not row else " " * _GAP
        return [(f"{time:>{width - _GAP}}", "mark" if playing else "dim"), (mark, "mark"), (text, "plain")]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The space bar records where there is nothing to be played."""
        del parameters
        return bool(self._texts) if action == "segment" else True

    def action_segment(self) -> None:
        """Play from the segment under the cursor."""
        self.post_message(self.SegmentWanted())
