"""The recordings and files, the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size

from lmstudio_tui.features.models.words import size_in_words
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.transcribe.rows import ItemRows
from lmstudio_tui.tui.panes.transcribe.words import clock, short_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Unpack

    from lmstudio_tui.store.media.records import RecordingRecord
    from lmstudio_tui.tui.typed import WidgetOptions

_SOURCES: Final = {"microphone": "mic", "file": "file", "speech": "spoken"}
_WHEN: Final = 12
"""Cells for when it was; left out where there is no room."""
_SOURCE: Final = 6
_LENGTH: Final = 7
_COUNT: Final = 4
_NARROW: Final = 68


class RecordingList(ItemRows):
    """Recordings, a row each; the cursor stays on its recording whatever happens around it.

    Args:
        now: the time of day.
    """

    def __init__(self, now: Callable[[], datetime], **options: Unpack[WidgetOptions]) -> None:
        super().__init__(self.paint, **options)
        self._now = now
        self._records: tuple[RecordingRecord, ...] = ()
        self._busy: str | None = None
        self._playing: str | None = None

    @property
    def records(self) -> tuple[RecordingRecord, ...]:
        """Those in the list."""
        return self._records

    @property
    def chosen(self) -> RecordingRecord | None:
        """The one under the cursor."""
        cursor = self.cursor
        return self._records[cursor] if cursor is not None else None

    def show(self, records: Sequence[RecordingRecord], *, choose: str | None = None) -> None:
        """Show these.

        Args:
            records: in their order.
            choose: the id of the one to put the cursor on; None leaves it on the one where it is.
        """
        before = self.chosen
        wanted = choose or (before.id if before is not None else None)
        self._records = tuple(records)
        at = next((at for at, one in enumerate(self._records) if one.id == wanted), None)
        self.use_heights([1] * len(self._records), cursor=at)
        self.reveal()
        after = self.chosen
        if before != after:
            self.post_message(self.Moved(self))

    def show_state(self, *, busy: str | None, playing: str | None) -> None:
        """Mark the one that is being transcribed, and the one that is played, by their ids."""
        if (busy, playing) != (self._busy, self._playing):
            self._busy, self._playing = busy, playing
            self.refresh()

    def on_resize(self) -> None:
        """The columns move."""
        self.use_heights([1] * len(self._records))
        self.reveal()

    def paint(self, item: int, row: int) -> list[tuple[str, str]]:
        """Its name, where it comes from, how long it is, how many transcripts it has."""
        del row
        record = self._records[item]
        width = self.columns
        narrow = width < _NARROW
        right: list[tuple[str, str]] = []
        if not narrow:
            right.append((f"  {short_moment(record.made_at, self._now()):<{_WHEN}}", "dim"))
        right.append((f"  {_SOURCES[record.source]:<{_SOURCE}}", "dim"))
        length = clock(record.duration_s) if record.duration_s is not None else size_in_words(record.size_bytes)
        right.append((f" {length:>{_LENGTH}}", "dim"))
        right.append(self._count(record))
        room = max(4, width - 2 - sum(cell_len(text) for text, _ in right))
        name = clean_line(record.name) or record.path.name
        if cell_len(name) > room:
            name = set_cell_size(name, room - 1).rstrip() + "…"
        return [*self._mark(record), (set_cell_size(name, room), "plain"), *right]

    def _mark(self, record: RecordingRecord) -> list[tuple[str, str]]:
        if record.id == self._busy:
            return [("⋯ ", "mark")]
        if record.id == self._playing:
            return [("▶ ", "mark")]
        return [("! ", "warn")] if record.problem else [("  ", "plain")]

    def _count(self, record: RecordingRecord) -> tuple[str, str]:
        """A tick when it has a transcript, and how many when it has several."""
        count = len(record.transcripts)
        text = "" if not count else "✓" if count == 1 else f"✓{min(count, 99)}"
        return f"{text:>{_COUNT}}", "good"
