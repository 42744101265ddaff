"""A prompt that is spoken: recorded, and made into text. What blocks is done in threads."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Final, Literal

from lmstudio_tui.audio.values import SoundError
from lmstudio_tui.sdk import LMStudioError, RequestCancelledError
from lmstudio_tui.store.media.errors import StoreError
from lmstudio_tui.store.media.records import RecordingRecord
from lmstudio_tui.text_safety import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from lmstudio_tui.audio.recorder import Recorder
    from lmstudio_tui.audio.sound import Sound
    from lmstudio_tui.audio.values import RecorderState, RecordingOptions
    from lmstudio_tui.features.hearing.progress import Progress
    from lmstudio_tui.features.hearing.transcribing import TranscribeOptions
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.store.media.shelf import MediaShelf
    from lmstudio_tui.tui.worker_bridge import Run, Runs

Phase = Literal["opening", "recording", "transcribing", "over"]

_PATIENCE_S: Final = 0.4
"""How long the end of the app waits for the end of a recording."""


@dataclass(frozen=True, slots=True)
class Dictated:
    """What came of it.

    Attributes:
        text: what was said; empty when nothing was understood, or it was given up.
        problem: what went wrong, in words; empty when nothing did.
    """

    text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    id: str
    path: Path
    made_at: datetime


class Dictation:
    """One recording, from the key that begins it to its text.

    Args:
        runs: what runs on behalf of the pane.
        sound: gives the recorder.
        media: where the recording is kept.
        now: the time of day.
        ended: is told what came of it, unless it was given up.
    """

    def __init__(
        self,
        runs: Runs,
        sound: Sound,
        media: MediaShelf,
        now: Callable[[], datetime],
        ended: Callable[[Dictated], None],
    ) -> None:
        self.phase: Phase = "opening"
        self.heard = ""
        """What the server has understood so far."""
        self._runs = runs
        self._recorder: Recorder = sound.recorder()
        self._shelf = media.recordings
        self._now = now
        self._ended = ended
        self._place: _Place | None = None
        self._began = monotonic()
        self._stop_wanted = False
        self._run: Run[Progress, Dictated] | None = None

    @property
    def state(self) -> RecorderState:
        """How far the recording is."""
        return self._recorder.state

    @property
    def wave(self) -> tuple[float, ...]:
        """The last peaks."""
        return self._recorder.waveform(24)

    @property
    def seconds(self) -> float:
        """How long it is made into text already."""
        return monotonic() - self._began

    @property
    def stopped_by_itself(self) -> bool:
        """Whether the recording has ended without a key: silence, its limit, or a device that went away."""
        return self.phase == "recording" and self.state.phase in {"done", "failed"}

    @property
    def stop_wanted(self) -> bool:
        """Whether it was to end before it had begun."""
        return self.phase == "recording" and self._stop_wanted

    # Recording

    def start(self, options: RecordingOptions) -> None:
        """Begin to record."""

        def begin(emit: object, scope: CancelScope) -> _Place | str:
            del emit, scope
            return self._opened(options)

        self._runs.start(begin, finished=self._started, crashed=self._crashed, name="recorder")

    def _opened(self, options: RecordingOptions) -> _Place | str:
        made_at = self._now()
        try:
            id_, path = self._shelf.new_file(".wav")
            try:
                self._recorder.start(path, options)
            except SoundError:
                _remove(path)
                raise
        except (SoundError, StoreError) as error:
            return in_words(error)
        return _Place(id_, path, made_at)

    def _started(self, found: _Place | str) -> None:
        if self.phase == "over":
            # It was given up while the device was opened.
            self._discard()
            return
        if isinstance(found, str):
            self._end(Dictated(problem=found))
            return
        self._place, self.phase = found, "recording"

    def stop_soon(self) -> None:
        """End the recording as soon as it has begun."""
        self._stop_wanted = True

    def cancel(self) -> None:
        """Give it up: what is being recorded is thrown away; what was recorded is kept."""
        before, self.phase = self.phase, "over"
        if self._run is not None:
            self._run.drop()
        if before == "recording":
            self._discard()

    def leave(self) -> None:
        """The app ends: keep what is being recorded. Blocks for a moment, and not for longer."""
        before, self.phase = self.phase, "over"
        if before == "recording" and self._place is not None:
            self._recorder.end(_PATIENCE_S)
            # One that does not end in time is mended at the next start.
            if self.state.phase in {"done", "failed"}:
                with suppress(SoundError, StoreError):
                    self._kept(self._place)

    def _discard(self) -> None:
        def work(emit: object, scope: CancelScope) -> None:
            del emit, scope
            self._recorder.discard()

        self._runs.start(work, name="recorder")

    # Transcribing

    def transcribe(self, client: LMStudioSDK | None, options: Callable[[], TranscribeOptions]) -> None:
        """End the recording, and have a server make it into text.

        Args:
            client: of the server for audio.
            options: gives how; called in the thread.
        """
        place = self._place
        if self.phase != "recording" or place is None:
            return
        self.phase, self._began = "transcribing", monotonic()

        def work(emit: Callable[[Progress], None], scope: CancelScope) -> Dictated:
            return self._transcribed(client, options, place, emit, scope)

        self._run = self._runs.start(
            work, items=self._progressed, finished=self._end, crashed=self._crashed, name="dictation"
        )

    def _transcribed(
        self,
        client: LMStudioSDK | None,
        options: Callable[[], TranscribeOptions],
        place: _Place,
        emit: Callable[[Progress], None],
        scope: CancelScope,
    ) -> Dictated:
        """The text of the recording. Blocks."""
        from lmstudio_tui.features.hearing.transcribing import TranscriptInterruptedError, transcribe

        record: RecordingRecord | None = None
        try:
            record = self._kept(place)
            if client is None:
                raise SoundError("There is no server yet that could transcribe it.")
            transcript = transcribe(client, record.path, options(), tell=emit, scope=scope, now=self._now)
        except TranscriptInterruptedError as error:
            return Dictated(clean(error.record.text).strip(), _kept_in_words(in_words(error)))
        except RequestCancelledError:
            return Dictated()
        except (SoundError, StoreError, LMStudioError) as error:
            said = in_words(error)
            return Dictated(problem=_kept_in_words(said) if record is not None else said)
        with suppress(StoreError):
            self._shelf.keep(replace(record, transcripts=(transcript,)))
        text = clean(transcript.text).strip()
        return Dictated(text, record.problem if text else "Nothing was understood.")

    def _kept(self, place: _Place) -> RecordingRecord:
        """The recording, ended and described.

        Raises:
            SoundError: nothing was recorded.
            StoreError: it cannot be described.
        """
        recorded = self._recorder.stop()
        if not recorded.duration_s:
            _remove(place.path)
            raise recorded.problem or SoundError("Nothing was recorded.", "Is the microphone switched on?")
        size = 0
        with suppress(OSError):
            size = recorded.path.stat().st_size
        return self._shelf.keep(
            RecordingRecord(
                id=place.id,
                path=recorded.path,
                made_at=place.made_at,
                name=f"Dictation {place.made_at:%d %b %H:%M}",
                duration_s=recorded.duration_s,
                size_bytes=size,
                problem=in_words(recorded.problem) if recorded.problem is not None else "",
            )
        )

    def _progressed(self, items: list[Progress]) -> None:
        for item in items:
            self.heard = getattr(item, "text", self.heard)

    def _end(self, dictated: Dictated) -> None:
        if self.phase != "over":
            self.phase = "over"
            self._ended(dictated)

    def _crashed(self, error: BaseException) -> None:
        self._end(Dictated(problem=f"Something went wrong in the app itself ({type(error).__name__})."))


def in_words(error: SoundError | StoreError | LMStudioError) -> str:
    """What happened, and what to do next."""
    return f"{error.message} {error.hint}".strip()


def _kept_in_words(said: str) -> str:
    return f"{said} The recording is kept: it is in the Transcribe pane."


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
