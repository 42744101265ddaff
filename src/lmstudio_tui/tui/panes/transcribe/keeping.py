"""The recordings as the pane has them: shown at once, written in threads, and every step can be taken back."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lmstudio_tui.store.media.errors import StoreError
from lmstudio_tui.tui.panes.transcribe.words import defect_in_words, failure_in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.media.records import RecordingRecord, TranscriptRecord
    from lmstudio_tui.store.media.shelf import Shelf
    from lmstudio_tui.tui.worker_bridge import Runs

_STEPS = 50
"""How many steps can be taken back."""


@dataclass(frozen=True, slots=True)
class _Deleted:
    record: RecordingRecord


@dataclass(frozen=True, slots=True)
class _Edited:
    recording: str
    before: tuple[TranscriptRecord, ...]


class Recordings:
    """All recordings, the newest first.

    Args:
        runs: for the threads.
        shelf: where they are kept.
        changed: is called when there is something else to be shown.
        failed: is called with a sentence when something could not be kept.
    """

    def __init__(
        self,
        runs: Runs,
        shelf: Shelf[RecordingRecord],
        changed: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        self.shelf = shelf
        self.loaded = False
        self._runs = runs
        self._changed = changed
        self._failed = failed
        self._known: dict[str, RecordingRecord] = {}
        # What memory knows and the disk does not yet, with the reason when there is one.
        self._unwritten: dict[str, str] = {}
        self._gone: set[str] = set()
        self._steps: list[_Deleted | _Edited] = []
        self._count = 0
        # One for what is in memory, held for a moment; one for the disk, which only threads wait for.
        self._memory = threading.Lock()
        self._disk = threading.Lock()

    @property
    def all(self) -> tuple[RecordingRecord, ...]:
        """Those there are."""
        with self._memory:
            found = list(self._known.values())
        return tuple(sorted(found, key=lambda one: (one.made_at, one.id), reverse=True))

    def get(self, recording: str | None) -> RecordingRecord | None:
        """The one of that id; None when it is not there any more."""
        with self._memory:
            return self._known.get(recording or "")

    def why_unwritten(self, recording: str) -> str:
        """Why it is not on disk as it is shown, in words; empty when it is, or will be in a moment."""
        with self._memory:
            return self._unwritten.get(recording, "")

    @property
    def at_stake(self) -> list[RecordingRecord]:
        """Those that could not be written as they are."""
        with self._memory:
            return [self._known[one] for one, why in self._unwritten.items() if why and one in self._known]

    def load(self) -> None:
        """See what is on the shelf, where another app may have put something, and write what could not be written."""
        count = self._count

        def work(emit: object, scope: CancelScope) -> tuple[RecordingRecord, ...]:
            del emit, scope
            for one in self.at_stake:
                self._keep(one.id)
            with self._disk:
                return self.shelf.all()

        def found(records: tuple[RecordingRecord, ...]) -> None:
            self.loaded = True
            if count != self._count:
                # Something was changed meanwhile: what was read may be older than that.
                self.load()
                return
            with self._memory:
                here = {one: self._known[one] for one in self._unwritten if one in self._known}
                self._known = {one.id: one for one in records if one.id not in self._gone} | here
            self._changed()

        self._runs.start(work, finished=found, crashed=self._crashed, name="recordings")

    # Changing

    def add(self, record: RecordingRecord) -> None:
        """One more, or another look of one."""
        with self._memory:
            self._put(record)
        self._write(record.id)
        self._changed()

    def keep_now(self, record: RecordingRecord) -> None:
        """One more, or another look of one, on disk when it returns. Blocks: for a thread.

        Raises:
            StoreError: it could not be kept.
        """
        with self._memory:
            self._count += 1
            self._put(record)
        self._write_now(record.id)

    def rename(self, recording: str, name: str) -> None:
        """Give it another name."""
        self._change(recording, lambda one: replace(one, name=name))

    def keep_heard(self, recording: str, transcript: TranscriptRecord, name: str = "") -> str:
        """Put a transcript before the others, on disk too. Blocks: for a thread.

        Args:
            recording: what was listened to.
            transcript: what was heard.
            name: what the recording is called from now on; empty keeps its name.

        Returns:
            why it could not be kept, in words; empty when it was.
        """
        with self._memory:
            self._count += 1
            record = self._known.get(recording)
            if record is None:
                return "The recording was deleted meanwhile."
            self._put(replace(record, transcripts=(transcript, *record.transcripts), name=name or record.name))
        return self._keep(recording)

    def put_edited(self, recording: str, transcript: TranscriptRecord, *, beside: str | None) -> None:
        """Take an edited transcript.

        Args:
            recording: whose it is.
            transcript: as it was edited.
            beside: the id of the one before which it is put; None when it replaces the one of its own id.
        """
        record = self.get(recording)
        if record is None:
            return
        after: list[TranscriptRecord] = []
        for one in record.transcripts:
            if one.id == beside:
                after.append(transcript)
            after.append(transcript if beside is None and one.id == transcript.id else one)
        self._remember(_Edited(recording, record.transcripts))
        self._change(recording, lambda known: replace(known, transcripts=tuple(after)))

    def remove(self, recording: str) -> None:
        """Delete it; a file of the user's own stays where it is."""
        with self._memory:
            self._count += 1
            record = self._known.pop(recording, None)
            unwritten = self._unwritten.pop(recording, None)
            self._gone.add(recording)
        if record is None:
            return
        self._remember(_Deleted(record))

        def work(emit: object, scope: CancelScope) -> str:
            del emit, scope
            try:
                with self._disk:
                    self.shelf.remove(recording)
            except StoreError as error:
                return failure_in_words(error)
            return ""

        def done(problem: str) -> None:
            if problem:
                self._gone.discard(recording)
                with self._memory:
                    self._known[recording] = record
                    if unwritten is not None:
                        self._unwritten[recording] = unwritten
                self._tell(problem)

        self._runs.start(work, finished=done, crashed=self._crashed, name="recordings")
        self._changed()

    def _remember(self, step: _Deleted | _Edited) -> None:
        self._steps = [*self._steps[1 - _STEPS :], step]

    @property
    def can_undo(self) -> bool:
        """Whether there is a step that can be taken back."""
        return bool(self._steps)

    def undo(self) -> tuple[str, str]:
        """Take back the last step. Returns the id of the recording and a remark; both empty when there was none."""
        if not self._steps:
            return "", ""
        step = self._steps.pop()
        if isinstance(step, _Edited):
            self._change(step.recording, lambda one: replace(one, transcripts=step.before))
            return step.recording, "The transcript is as it was before."
        record = step.record
        self._gone.discard(record.id)
        with self._memory:
            self._count += 1
            self._put(record)

        def work(emit: object, scope: CancelScope) -> RecordingRecord | str | None:
            del emit, scope
            try:
                with self._disk:
                    found = self.shelf.restore(record.id)
            except StoreError as error:
                return failure_in_words(error)
            if found is not None:
                # What could not be written before it was deleted is not in the trash either.
                self._keep(record.id)
            return found

        def done(found: RecordingRecord | str | None) -> None:
            if isinstance(found, str) or found is None:
                with self._memory:
                    self._known.pop(record.id, None)
                    self._unwritten.pop(record.id, None)
                self._tell(found or f"{record.name} is not in the trash any more.")

        self._runs.start(work, finished=done, crashed=self._crashed, name="recordings")
        self._changed()
        return record.id, f"{record.name} is back."

    def _change(self, recording: str, change: Callable[[RecordingRecord], RecordingRecord]) -> None:
        with self._memory:
            if recording not in self._known:
                return
            self._put(change(self._known[recording]))
        self._write(recording)
        self._changed()

    # Writing

    def _put(self, record: RecordingRecord) -> None:
        """Memory knows it so, and the disk not yet. Call it with memory locked."""
        self._known[record.id] = record
        self._unwritten.setdefault(record.id, "")

    def _write(self, recording: str) -> None:
        """Write how it is now, in a thread: whichever comes last writes the last of it."""
        self._count += 1

        def work(emit: object, scope: CancelScope) -> str:
            del emit, scope
            return self._keep(recording)

        self._runs.start(work, finished=self._tell, crashed=self._crashed, name="recordings")

    def _keep(self, recording: str) -> str:
        try:
            self._write_now(recording)
        except StoreError as error:
            return failure_in_words(error)
        return ""

    def _write_now(self, recording: str) -> None:
        with self._disk:
            record = self.get(recording)
            if record is None:
                return
            try:
                self.shelf.keep(record)
            except StoreError as error:
                with self._memory:
                    self._unwritten[recording] = failure_in_words(error)
                raise
            with self._memory:
                # What was changed meanwhile is written by whoever changed it.
                if self._known.get(recording) is record:
                    self._unwritten.pop(recording, None)

    def _tell(self, problem: str) -> None:
        if problem:
            self._failed(problem)
            self._changed()

    def _crashed(self, error: BaseException) -> None:
        self._failed(defect_in_words(error))
