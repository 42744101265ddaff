"""What the tests of the transcribe pane are made of: the pane in an app of its own, with fake sound and server."""

from __future__ import annotations

import threading
import wave
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import pi, sin
from pathlib import Path
from struct import pack
from types import SimpleNamespace
from typing import Any, Self, cast

from app_parts import NOW, Piloted
from pane_app import MediaPaneApp
from textual.app import ComposeResult
from textual.pilot import Pilot

from lmstudio_tui.audio.sound import Sound
from lmstudio_tui.audio.values import (
    Device,
    PlayerState,
    Recorded,
    RecorderState,
    RecordingOptions,
    SoundError,
)
from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.features.service_view import ServiceView
from lmstudio_tui.sdk import (
    CancelScope,
    Capability,
    ClientConfig,
    HealthStatus,
    LMStudioError,
    LMStudioSDK,
    ModelSummary,
    ServerKind,
    ServerRefusedError,
)
from lmstudio_tui.sdk.types.audio import (
    SpeechRequest,
    TranscriptDelta,
    TranscriptEvent,
    Transcription,
    TranscriptionRequest,
    TranscriptSegment,
    TranscriptSegmentCame,
)
from lmstudio_tui.sdk.types.kinds import CAPABILITIES
from lmstudio_tui.store.media.records import RecordingRecord, SegmentRecord, TranscriptRecord
from lmstudio_tui.store.media.shelf import MediaShelf
from lmstudio_tui.tui.messages import PromptWanted, SaveWanted
from lmstudio_tui.tui.panes.transcribe import TranscribePane
from lmstudio_tui.tui.panes.transcribe.recording_list import RecordingList
from lmstudio_tui.tui.panes.transcribe.transcript_view import TranscriptView
from lmstudio_tui.tui.services import Services
from lmstudio_tui.tui.widgets.key_footer import KeyFooter

URL = "http://127.0.0.1:8000"
MIC = Device("alsa: USB microphone", "USB microphone", "ALSA", 1, 0, 48_000.0, default_input=True)
WEBCAM = Device("alsa: Webcam", "Webcam", "ALSA", 2, 0, 44_100.0)
SPEAKER = Device("alsa: Loudspeaker", "Loudspeaker", "ALSA", 0, 2, 48_000.0, default_output=True)

SEGMENTS = (
    TranscriptSegment(start=0.0, end=2.1, text="Local inference is online."),
    TranscriptSegment(start=2.1, end=5.4, text="The next item is the budget."),
    TranscriptSegment(start=5.4, end=9.0, text="We agreed to spend nothing at all on it this year."),
)
HEARD = Transcription(
    text=" ".join(one.text for one in SEGMENTS),
    language="en",
    duration=9.0,
    segments=SEGMENTS,
    model="whisper-large-v3",
)


def write_wav(path: Path, seconds: float = 1.0, rate: int = 16_000) -> Path:
    """A tone, as a WAV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(
            b"".join(pack("<h", round(9000 * sin(2 * pi * 440 * at / rate))) for at in range(round(seconds * rate)))
        )
    return path


@dataclass
class FakeRecorder:
    """Records a tone, as long as it is told."""

    error: SoundError | None = None
    now: RecorderState = field(default_factory=RecorderState)
    seconds: float = 2.0
    hold: threading.Event | None = None
    path: Path | None = None
    options: RecordingOptions | None = None
    monitored: list[str] = field(default_factory=list[str])
    unmonitored: int = 0
    problem: SoundError | None = None

    @property
    def state(self) -> RecorderState:
        return self.now

    def start(self, path: Path, options: RecordingOptions) -> None:
        if self.hold is not None:
            self.hold.wait(10)
        if self.error is not None:
            raise self.error
        self.path, self.options = path, options
        write_wav(path, self.seconds)
        self.now = RecorderState("recording", self.seconds, -6.0, -14.0, device="USB microphone", device_rate=48_000)

    def pause(self) -> None:
        self.now = replace(self.now, phase="paused")

    def resume(self) -> None:
        self.now = replace(self.now, phase="recording")

    def end(self, patience_s: float) -> None:
        self.now = replace(self.now, phase="done", ended_by="user")

    def discard(self) -> None:
        self.now = RecorderState()
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def stop(self) -> Recorded:
        assert self.path is not None
        self.now = replace(self.now, phase="done", ended_by="user")
        return Recorded(self.path, self.seconds, 16_000, 1, peak_db=-6.0, problem=self.problem)

    def waveform(self, columns: int) -> tuple[float, ...]:
        return tuple(abs(sin(at / 5)) * (0.25 + 0.75 * (at % 17) / 17) for at in range(columns))

    def monitor(self, device: str = "") -> None:
        self.monitored.append(device)
        if self.error is not None:
            raise self.error
        self.now = RecorderState("idle", 0.0, -12.0, -20.0, device=device, device_rate=48_000)

    def unmonitor(self) -> None:
        self.unmonitored += 1


@dataclass
class FakePlayer:
    """Plays nothing, and says that it does."""

    now: PlayerState = field(default_factory=PlayerState)
    played: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    volume: float = 1.0

    @property
    def state(self) -> PlayerState:
        return replace(self.now, volume=self.volume)

    def play(self, path: Path, from_s: float = 0.0) -> None:
        self.played.append((path.name, from_s))
        self.now = PlayerState("playing", from_s, 9.0, complete=True)

    def pause(self) -> None:
        self.now = replace(self.now, phase="paused")

    def resume(self) -> None:
        self.now = replace(self.now, phase="playing")

    def stop(self) -> None:
        self.now = PlayerState()

    def seek(self, seconds: float) -> None:
        self.now = replace(self.now, position_s=seconds)


@dataclass
class FakeSound:
    """Two microphones and a loudspeaker."""

    listed: tuple[Device, ...] | SoundError = (MIC, WEBCAM, SPEAKER)
    mic: FakeRecorder = field(default_factory=FakeRecorder)
    speaker: FakePlayer = field(default_factory=FakePlayer)

    def devices(self) -> tuple[Device, ...]:
        if isinstance(self.listed, SoundError):
            raise self.listed
        return self.listed

    def recorder(self) -> FakeRecorder:
        return self.mic

    def player(self) -> FakePlayer:
        return self.speaker

    def close(self) -> None:
        pass

    def sound(self) -> Sound:
        return cast("Sound", self)


@dataclass
class FakeListener:
    """A server that hears what it is told. `hold` keeps it waiting before its answer, or before the end of a stream."""

    answer: Transcription = HEARD
    error: LMStudioError | None = None
    hold: threading.Event | None = None
    streams: bool = False
    times: bool = True
    held_after: int = 1
    upload: tuple[int, int] | None = None
    asked: list[tuple[str, Path, TranscriptionRequest]] = field(
        default_factory=list[tuple[str, Path, TranscriptionRequest]]
    )
    spoken: list[SpeechRequest] = field(default_factory=list[SpeechRequest])
    speech: bytes = b""

    @property
    def config(self) -> ClientConfig:
        return ClientConfig(base_url=URL)

    def _answer(self, task: str, audio: Any, request: TranscriptionRequest, progress: Any, scope: Any) -> Transcription:
        self.asked.append((task, Path(audio), request))
        if progress is not None and self.upload is not None:
            progress(*self.upload)
        self._wait(scope)
        if self.error is not None:
            raise self.error
        return self.answer

    def _wait(self, scope: CancelScope | None) -> None:
        while self.hold is not None and not self.hold.wait(0.005):
            (scope or CancelScope()).raise_if_cancelled()

    def create_transcription(
        self,
        audio: Any,
        request: TranscriptionRequest,
        *,
        filename: Any = None,
        progress: Any = None,
        scope: Any = None,
    ) -> Transcription:
        return self._answer("transcribe", audio, request, progress, scope)

    def create_translation(
        self,
        audio: Any,
        request: TranscriptionRequest,
        *,
        filename: Any = None,
        progress: Any = None,
        scope: Any = None,
    ) -> Transcription:
        return self._answer("translate", audio, request, progress, scope)

    def stream_transcription(
        self,
        audio: Any,
        request: TranscriptionRequest,
        *,
        task: str = "transcription",
        filename: Any = None,
        progress: Any = None,
        scope: Any = None,
    ) -> _Stream:
        said = "translate" if task == "translation" else "transcribe"
        return _Stream(self, said, Path(audio), request, progress, scope)

    def create_speech(self, request: SpeechRequest, *, scope: Any = None) -> _Speech:
        self.spoken.append(request)
        return _Speech(self)

    def client(self) -> LMStudioSDK:
        return cast("LMStudioSDK", self)


class _Stream:
    """Its answer in segments, where it streams; else in one piece."""

    def __init__(
        self,
        server: FakeListener,
        task: str,
        path: Path,
        request: TranscriptionRequest,
        progress: Any,
        scope: CancelScope,
    ) -> None:
        self._server = server
        self._scope = scope
        self._ask = (task, path, request, progress)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __iter__(self) -> Iterator[TranscriptEvent]:
        server = self._server
        if not server.streams:
            server._answer(*self._ask, self._scope)
            return
        task, path, request, progress = self._ask
        server.asked.append((task, path, request))
        if progress is not None and server.upload is not None:
            progress(*server.upload)
        for at, segment in enumerate(server.answer.segments):
            if at == server.held_after:
                server._wait(self._scope)
                if server.error is not None:
                    raise server.error
            yield TranscriptDelta(f" {segment.text}" if at else segment.text)
            if server.times:
                yield TranscriptSegmentCame(segment)

    @property
    def result(self) -> Transcription:
        return self._server.answer


class _Speech:
    """A WAV file in pieces."""

    content_type = "audio/wav"
    format = "wav"
    sample_rate = None
    first_audio_ms = 120.0

    def __init__(self, server: FakeListener) -> None:
        self._server = server

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __iter__(self) -> Iterator[bytes]:
        if self._server.error is not None and not self._server.asked:
            raise self._server.error
        data = self._server.speech
        for at in range(0, len(data), 4096):
            yield data[at : at + 4096]


MODELS = (
    ModelSummary(id="kokoro", type="text-to-speech"),
    ModelSummary(id="llama-3.1-8b", type="llm"),
    ModelSummary(id="whisper-large-v3", type="automatic-speech-recognition"),
)


def service(
    *, cannot: tuple[str, ...] = (), models: tuple[ModelSummary, ...] = MODELS, own: bool = True
) -> ServiceView:
    """A server for audio that answers."""
    can = {name: Capability(available=True, reason="It is served.") for name in CAPABILITIES}
    can |= {name: Capability(available=False, reason=f"This server has no {name}.") for name in cannot}
    status = HealthStatus(
        status="ok",
        kind=ServerKind.OPENAI,
        latency_ms=3.0,
        capabilities=can,
        surfaces=("/v1/models",),
        version="0.8.2",
        software="speaches",
    )
    return ServiceView("audio", URL, own, ServerView(URL, presence=Presence.ONLINE, status=status, models=models))


def studio() -> ServiceView:
    """An LM Studio, which serves no audio."""
    can = {name: Capability(available=True, reason="It is served.") for name in CAPABILITIES}
    can |= {
        name: Capability(available=False, reason="LM Studio serves no audio.", missing=("endpoint",))
        for name in ("transcription", "translation", "speech")
    }
    url = "http://127.0.0.1:1234"
    status = HealthStatus(
        status="ok", kind=ServerKind.LM_STUDIO, latency_ms=3.0, capabilities=can, surfaces=("/api/v1/models",),
        version="0.4.12",
    )  # fmt: skip
    return ServiceView("audio", url, False, ServerView(url, presence=Presence.ONLINE, status=status))


def nobody() -> ServiceView:
    """A server for audio that is not there."""
    error = ServerRefusedError("Nothing answers: connection refused.")
    return ServiceView("audio", URL, True, ServerView(URL, presence=Presence.OFFLINE, error=error))


def transcript(id_: str = "t1", **changes: Any) -> TranscriptRecord:
    """What was heard, as it is kept."""
    segments = tuple(SegmentRecord(one.start, one.end, one.text) for one in SEGMENTS)
    kept = TranscriptRecord(
        id=id_,
        made_at=NOW,
        task="transcribe",
        text=HEARD.text,
        segments=segments,
        model="whisper-large-v3",
        server=URL,
        language="en",
        duration_s=9.0,
        took_s=0.72,
    )
    return replace(kept, **changes)


def keep(
    media: MediaShelf, name: str, *transcripts: TranscriptRecord, ago: float = 1.0, seconds: float = 1.0
) -> RecordingRecord:
    """Put a recording on the shelf.

    Args:
        media: the shelf.
        name: of it.
        transcripts: what was heard in it.
        ago: minutes since it was made.
        seconds: of it.
    """
    id_, path = media.recordings.new_file(".wav")
    write_wav(path, min(seconds, 1.0))
    record = RecordingRecord(
        id=id_,
        path=path,
        made_at=NOW - timedelta(minutes=ago),
        name=name,
        duration_s=seconds,
        size_bytes=path.stat().st_size,
        transcripts=transcripts,
    )
    media.recordings.keep(record)
    return record


def shelf(folder: Path, now: Callable[[], datetime] = lambda: NOW) -> MediaShelf:
    """A real shelf."""
    return MediaShelf(folder / "media", now)


class PaneApp(MediaPaneApp):
    """The pane, and nothing else."""

    def __init__(self, sound: FakeSound, media: MediaShelf, theme: str | None = None) -> None:
        super().__init__(media, theme)
        self.fake = sound
        self.prompts: list[str] = []
        self.saved: list[SaveWanted] = []

    def compose(self) -> ComposeResult:
        handed = SimpleNamespace(sound=self.fake.sound(), media=self.media, now=lambda: NOW)
        yield TranscribePane(cast("Services", handed), id="transcribe")
        yield KeyFooter()

    def on_prompt_wanted(self, event: PromptWanted) -> None:
        self.prompts.append(event.text)

    def on_save_wanted(self, event: SaveWanted) -> None:
        self.saved.append(event)


class Hearing(Piloted):
    """The app under test, and short names for what tests do with it."""

    def __init__(self, app: PaneApp, pilot: Pilot[None]) -> None:
        super().__init__(pilot)
        self.app = app
        self.server = FakeListener()

    @property
    def pane(self) -> TranscribePane:
        return self.app.query_one(TranscribePane)

    @property
    def list(self) -> RecordingList:
        return self.app.query_one(RecordingList)

    @property
    def text(self) -> TranscriptView:
        return self.app.query_one(TranscriptView)

    @property
    def mic(self) -> FakeRecorder:
        return self.app.fake.mic

    @property
    def speaker(self) -> FakePlayer:
        return self.app.fake.speaker

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.list.records]

    def kept(self) -> tuple[RecordingRecord, ...]:
        """What is on the shelf, newest first."""
        return self.app.media.recordings.all()

    def use(self, view: ServiceView | None = None) -> None:
        """Talk to a server that looks like that."""
        self.pane.use_service("audio", self.server.client(), view or service())

    async def loaded(self) -> None:
        """Wait until the shelf was looked at."""
        await self.until(lambda: self.pane._recordings.loaded)


@asynccontextmanager
async def transcribe_pane(
    folder: Path,
    *,
    size: tuple[int, int] = (80, 24),
    sound: FakeSound | None = None,
    server: FakeListener | None = None,
    seen: ServiceView | None = None,
    online: bool = True,
    media: MediaShelf | None = None,
    theme: str | None = None,
) -> AsyncGenerator[Hearing]:
    """The pane in an app of its own. `online=False` leaves it without a server."""
    app = PaneApp(sound or FakeSound(), media or shelf(folder), theme)
    async with app.run_test(size=size, notifications=True) as pilot:
        ui = Hearing(app, pilot)
        ui.server = server or FakeListener()
        if online:
            ui.use(seen)
        ui.pane.arrive()
        await ui.loaded()
        yield ui
