"""Recording: what blocks is done in threads, and how it stands is asked while it goes on."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from lmstudio_tui.audio.values import RecorderState, SoundError
from lmstudio_tui.store.media.errors import StoreError
from lmstudio_tui.store.media.records import RecordingRecord, first_name
from lmstudio_tui.tui.panes.transcribe.words import defect_in_words, failure_in_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from lmstudio_tui.audio.recorder import Recorder
    from lmstudio_tui.audio.sound import Sound
    from lmstudio_tui.audio.values import Recorded, RecordingOptions
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.media.shelf import Shelf
    from lmstudio_tui.tui.worker_bridge import Runs

Phase = Literal["idle", "opening", "recording", "closing"]

_PATIENCE_S: Final = 0.4
"""How long the end of the app waits for the end of a recording."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a recording goes."""

    id: str
    path: Path
    made_at: datetime


class Taking:
    """One recording at a time.

    Args:
        runs: for the threads.
        sound: gives the recorder.
        shelf: where recordings are kept.
        now: the time of day.
        changed: is called when it begins, ends, or cannot.
        ended: is given the recording, and whether it was thrown away at once.
    """

    def __init__(
        self,
        runs: Runs,
        sound: Sound,
        shelf: Shelf[RecordingRecord],
        now: Callable[[], datetime],
        changed: Callable[[], None],
        ended: Callable[[RecordingRecord, bool], None],
    ) -> None:
        self.phase: Phase = "idle"
        self.problem = ""
        self._runs = runs
        self._sound = sound
        self._shelf = shelf
        self._now = now
        self._changed = changed
        self._ended = ended
        self._recorder: Recorder | None = None
        self._place: _Place | None = None
        self._wanted: Literal["", "stop", "discard"] = ""
        self._discarding = False
        self._left = False
        self._closed = threading.Event()

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self.phase != "idle"

    @property
    def state(self) -> RecorderState:
        """How far it is."""
        return self._recorder.state if self._recorder is not None and self.busy else RecorderState()

    @property
    def paused(self) -> bool:
        """Whether it is held."""
        return self.state.phase == "paused"

    def waveform(self, columns: int) -> tuple[float, ...]:
        """The last peaks."""
        return self._recorder.waveform(columns) if self._recorder is not None else ()

    def start(self, options: RecordingOptions) -> None:
        """Begin, unless something is under way."""
        if self.busy:
            return
        self.phase, self.problem, self._wanted = "opening", "", ""

        def work(emit: object, scope: CancelScope) -> tuple[Recorder, _Place] | str:
            del emit, scope
            made_at = self._now()
            try:
                id_, path = self._shelf.new_file(".wav")
                recorder = self._sound.recorder()
                try:
                    recorder.start(path, options)
                except SoundError:
                    _remove(path)
                    raise
            except (SoundError, StoreError) as error:
                return failure_in_words(error)
            if self._left:
                recorder.discard()
            return recorder, _Place(id_, path, made_at)

        self._runs.start(work, finished=self._started, crashed=self._crashed, name="recorder")
        self._changed()

    def _started(self, result: tuple[Recorder, _Place] | str) -> None:
        if isinstance(result, str):
            self._fail(result)
            return
        self._recorder, self._place = result
        self.phase = "recording"
        self._changed()
        if self._wanted:
            self.stop(discard=self._wanted == "discard")

    def forget(self) -> None:
        """What was in the way may be so no more."""
        self.problem = ""

    def pause(self) -> None:
        """Hold it, or go on."""
        if self._recorder is None or self.phase != "recording":
            return
        if self.paused:
            self._recorder.resume()
        else:
            self._recorder.pause()
        self._changed()

    def tick(self) -> None:
        """See whether it has ended by itself."""
        if self.phase == "recording" and self.state.phase in {"done", "failed"}:
            self.stop()

    def stop(self, *, discard: bool = False) -> None:
        """End it, and keep what there is; or throw it away, which can be taken back."""
        if self.phase == "opening":
            self._wanted = "discard" if discard else "stop"
            return
        recorder, place = self._recorder, self._place
        if self.phase != "recording" or recorder is None or place is None:
            return
        self.phase = "closing"
        self._discarding = discard
        self._closed.clear()

        def work(emit: object, scope: CancelScope) -> RecordingRecord | str:
            del emit, scope
            try:
                # Here, so that it is described even when nobody is there any more to be told of it.
                return self._kept(recorder, place)
            finally:
                self._closed.set()

        self._runs.start(work, finished=self._stopped, crashed=self._crashed, name="recorder")
        self._changed()

    def leave(self) -> None:
        """The app ends: keep what is being recorded. Blocks for a moment, and not for longer."""
        self._left = True
        recorder, place = self._recorder, self._place
        if self.phase == "closing":
            self._closed.wait(_PATIENCE_S)
        elif self.phase == "recording" and recorder is not None and place is not None:
            self.phase = "closing"
            recorder.end(_PATIENCE_S)
            # One that does not end in time is mended at the next start.
            if recorder.state.phase in {"done", "failed"}:
                self._kept(recorder, place)
            self._closed.set()

    def _kept(self, recorder: Recorder, place: _Place) -> RecordingRecord | str:
        """End it, and describe it. Returns why there is nothing, in words, where that is so. Blocks."""
        try:
            recorded = recorder.stop()
            record = _record_of(place, recorded)
            if record.duration_s:
                self._shelf.keep(record)
                return record
            _remove(place.path)
        except (SoundError, StoreError) as error:
            return failure_in_words(error)
        return failure_in_words(recorded.problem) if recorded.problem else "Nothing was recorded."

    def _stopped(self, result: RecordingRecord | str) -> None:
        if isinstance(result, str):
            self._fail("" if self._discarding else result)
            return
        self.phase, self._place = "idle", None
        self.problem = result.problem
        self._changed()
        self._ended(result, self._discarding)

    def _crashed(self, error: BaseException) -> None:
        self._fail(defect_in_words(error))

    def _fail(self, problem: str) -> None:
        self.phase, self._place, self.problem = "idle", None, problem
        self._changed()


def _record_of(place: _Place, recorded: Recorded) -> RecordingRecord:
    size = 0
    with suppress(OSError):
        size = recorded.path.stat().st_size
    return RecordingRecord(
        id=place.id,
        path=recorded.path,
        made_at=place.made_at,
        name=first_name(place.made_at),
        duration_s=recorded.duration_s,
        size_bytes=size,
        problem=failure_in_words(recorded.problem) if recorded.problem is not None else "",
    )


def _remove(path: Path) -> None:
    """Take away a file in which there is nothing."""
    with suppress(OSError):
        path.unlink()
