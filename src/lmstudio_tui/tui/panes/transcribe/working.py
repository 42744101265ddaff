"""A recording being transcribed: one at a time, in a thread, with what is heard of it so far."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lmstudio_tui.audio.values import SoundError
from lmstudio_tui.features.hearing.progress import Heard, Listening, Preparing, Progress, Uploading
from lmstudio_tui.features.models.words import size_in_words
from lmstudio_tui.sdk import LMStudioError, RequestCancelledError
from lmstudio_tui.store.media.errors import StoreError
from lmstudio_tui.store.media.records import SegmentRecord, TranscriptRecord
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.transcribe.words import clock, defect_in_words, failure_in_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lmstudio_tui.features.hearing.transcribing import TranscribeOptions
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.store.media.records import RecordingRecord
    from lmstudio_tui.tui.worker_bridge import Run, Runs

STOPPED = "It was stopped before its end."


class Kept(Protocol):
    """Puts a transcript to its recording, and gives a sentence when it could not be written. Blocks."""

    def __call__(self, recording: str, transcript: TranscriptRecord) -> str: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended.

    Attributes:
        recording: the id of what was listened to.
        transcript: what was heard; None when nothing was.
        problem: what went wrong, in words; empty when nothing did.
        unwritten: why what was heard is not on disk, in words; empty when it is.
        doubt: whether the server is to be looked at.
    """

    recording: str
    transcript: TranscriptRecord | None = None
    problem: str = ""
    unwritten: str = ""
    doubt: bool = False

    @property
    def trouble(self) -> str:
        """All that went wrong, in words."""
        return f"{self.problem} {self.unwritten}".strip()


class Transcribing:
    """One transcription at a time.

    Args:
        runs: for the thread.
        now: the time of day.
        keep: keeps what was heard. Called in the thread, so that it is kept even when nobody is there any more.
        changed: is called when there is something else to be shown.
        ended: is told how it ended.
    """

    def __init__(
        self,
        runs: Runs,
        now: Callable[[], datetime],
        keep: Kept,
        changed: Callable[[], None],
        ended: Callable[[Outcome], None],
    ) -> None:
        self.recording: RecordingRecord | None = None
        self.text = ""
        self.segments: tuple[SegmentRecord, ...] = ()
        self._options: TranscribeOptions | None = None
        self._server = ""
        self._runs = runs
        self._now = now
        self._keep = keep
        self._changed = changed
        self._ended = ended
        self._run: Run[Progress, Outcome] | None = None
        self._began = 0.0
        self._progress: Progress | None = None
        self._note = ""
        self._stopping = False

    @property
    def busy(self) -> bool:
        """Whether one is under way."""
        return self._run is not None

    @property
    def fraction(self) -> float | None:
        """How much of the file is sent; None when that is not what is waited for."""
        progress = self._progress
        if isinstance(progress, Uploading) and progress.total:
            return min(1.0, progress.sent / progress.total)
        return None

    @property
    def words(self) -> str:
        """How it stands, in a line."""
        if self._stopping:
            return "stopping …"
        elapsed = clock(time.monotonic() - self._began)
        match self._progress:
            case Uploading(sent=sent, total=total):
                share = f"{sent * 100 // total} % of {size_in_words(total)}" if total else size_in_words(sent)
                return f"sending {share}  {elapsed}"
            case Listening() | None:
                return f"{self._verb}  {elapsed}{self._note}"
            case Heard():
                return f"{self._verb}  {elapsed}  {len(self.text.split()):,} words"
            case Preparing():
                return f"preparing  {elapsed}{self._note}"

    @property
    def _verb(self) -> str:
        translating = self._options is not None and self._options.task == "translate"
        return "translating" if translating else "transcribing"

    def start(self, client: LMStudioSDK, record: RecordingRecord, options: TranscribeOptions) -> None:
        """Begin, unless one is under way."""
        if self.busy:
            return
        self.recording, self._options, self._server = record, options, client.config.base_url
        self.text, self.segments = "", ()
        self._progress, self._note, self._stopping = None, "", False
        self._began = time.monotonic()

        def work(emit: Callable[[Progress], None], scope: CancelScope) -> Outcome:
            from lmstudio_tui.features.hearing.transcribing import TranscriptInterruptedError, transcribe

            try:
                heard = transcribe(client, record.path, options, tell=emit, scope=scope, now=self._now)
            except TranscriptInterruptedError as error:
                unwritten = self._keep(record.id, error.record)
                return Outcome(record.id, error.record, failure_in_words(error), unwritten, doubt=True)
            except RequestCancelledError:
                return Outcome(record.id, problem=STOPPED)
            except (LMStudioError, SoundError, StoreError) as error:
                return Outcome(record.id, problem=failure_in_words(error), doubt=isinstance(error, LMStudioError))
            return Outcome(record.id, heard, unwritten=self._keep(record.id, heard))

        self._run = self._runs.start(
            work, items=self._heard, finished=self._finished, crashed=self._crashed, name="transcribe"
        )
        self._changed()

    def cancel(self) -> None:
        """Ask it to end; what was heard so far is kept."""
        if self._run is not None:
            self._stopping = True
            self._run.cancel()
            self._changed()

    def _heard(self, items: list[Progress]) -> None:
        """Take note of the last of each kind."""
        for item in items:
            if isinstance(item, Preparing):
                self._note = f"  {clean_line(item.reason)}"
        self._progress = items[-1]
        if isinstance(items[-1], Heard):
            self.text, self.segments = items[-1].text, tuple(items[-1].segments)
        self._changed()

    def _finished(self, outcome: Outcome) -> None:
        self._run = None
        if outcome.problem == STOPPED and self.text.strip():
            partial = self._partial()
            self._runs.start(
                lambda _emit, _scope: self._keep(outcome.recording, partial),
                finished=lambda unwritten: self._end(Outcome(outcome.recording, partial, STOPPED, unwritten)),
                crashed=self._crashed,
                name="transcribe",
            )
        else:
            self._end(outcome)

    def _partial(self) -> TranscriptRecord:
        """What was heard until it was stopped."""
        options, record = self._options, self.recording
        return TranscriptRecord(
            id=uuid.uuid4().hex,
            made_at=self._now(),
            task=options.task if options is not None else "transcribe",
            text=self.text,
            segments=self.segments,
            model=options.model if options is not None else None,
            server=self._server,
            # How long that part took is known, and how long that part is, is not.
            duration_s=None if record is None or not self.segments else self.segments[-1].end_s,
            took_s=time.monotonic() - self._began,
            problem=STOPPED,
        )

    def _end(self, outcome: Outcome) -> None:
        self.recording = None
        self.text, self.segments, self._progress = "", (), None
        self._changed()
        self._ended(outcome)

    def _crashed(self, error: BaseException) -> None:
        self._run = None
        recording = self.recording.id if self.recording is not None else ""
        self._end(Outcome(recording, problem=defect_in_words(error)))
