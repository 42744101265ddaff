"""What the tests of the voice in the chat are made of: a microphone and a loudspeaker that are none."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from app_parts import Driver, FakeServer, services

from lmstudio_tui.audio.player import Feed
from lmstudio_tui.audio.sound import Sound
from lmstudio_tui.audio.values import PlayerState, Recorded, RecorderState, RecordingOptions, SoundError
from lmstudio_tui.sdk import ClientConfig, LMStudioClient, LMStudioSDK
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.panes.chat.voice_line import VoiceLine

CHAT_URL = "http://127.0.0.1:1234"


@dataclass
class Microphone:
    """Records what it is given; `hold` keeps it from opening."""

    says: bytes = b""
    error: SoundError | None = None
    hold: threading.Event | None = None
    problem: SoundError | None = None
    state: RecorderState = field(default_factory=RecorderState)
    path: Path | None = None
    options: RecordingOptions | None = None
    discarded: int = 0

    def start(self, path: Path, options: RecordingOptions) -> None:
        if self.hold is not None:
            self.hold.wait(15)
        if self.error is not None:
            raise self.error
        self.path, self.options = path, options
        path.write_bytes(self.says)
        self.state = RecorderState("recording", 4.2, -8.0, -14.0, device="USB microphone", device_rate=48_000)

    def end(self, patience_s: float) -> None:
        self.state = replace(self.state, phase="done", ended_by="user")

    def stop(self) -> Recorded:
        assert self.path is not None
        self.state = replace(self.state, phase="done", ended_by="user")
        return Recorded(self.path, 4.2 if self.says else 0.0, 16_000, 1, problem=self.problem)

    def discard(self) -> None:
        self.discarded += 1
        self.state = RecorderState()
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def waveform(self, columns: int) -> tuple[float, ...]:
        return tuple((at % 7) / 7 for at in range(columns))


@dataclass
class Loudspeaker:
    """Takes what is played, and says that it sounds; until it is told to `finish`."""

    state: PlayerState = field(default_factory=PlayerState)
    format: str = ""
    heard: bytearray = field(default_factory=bytearray)
    problem: str | None = None
    stopped: int = 0
    refuses: SoundError | None = None

    def stream(self, format: str, *, pcm_rate: int = 24_000) -> Feed:
        self.format = format
        self.heard.clear()
        if self.refuses is not None:
            self.state = PlayerState("failed", problem=self.refuses)
        else:
            self.state = PlayerState("playing", 1.0, 3.0)
        return cast("Feed", self)

    def feed(self, data: bytes) -> None:
        self.heard += data

    def end(self, problem: str = "") -> None:
        self.problem = problem
        self.state = replace(self.state, complete=True)

    def stop(self) -> None:
        self.stopped += 1
        self.state = PlayerState()

    def finish(self) -> None:
        self.state = replace(self.state, phase="ended")


@dataclass
class FakeSound:
    """The two together."""

    mic: Microphone = field(default_factory=Microphone)
    speaker: Loudspeaker = field(default_factory=Loudspeaker)
    closed: bool = False

    def recorder(self) -> Microphone:
        return self.mic

    def player(self) -> Loudspeaker:
        return self.speaker

    def close(self) -> None:
        self.closed = True


class Voiced(Driver):
    """The app with a voice, and short names for what tests do with it."""

    def __init__(self, app: LMStudioApp, pilot: Any, sound: FakeSound | Sound) -> None:
        super().__init__(app, pilot)
        fake = sound if isinstance(sound, FakeSound) else FakeSound()
        self.mic = fake.mic
        self.speaker = fake.speaker

    @property
    def line(self) -> VoiceLine:
        """The line above the prompt."""
        return self.pane.view.query_one(VoiceLine)

    async def complains(self, *texts: str) -> None:
        """Wait until the line says all of this, wherever it breaks its lines."""
        voice = self.pane._voice  # pyright: ignore[reportPrivateUsage]
        await self.until(lambda: all(text in voice._problem for text in texts))  # pyright: ignore[reportPrivateUsage]
        await self.shows("✗ ", "Esc closes this")

    async def silent(self) -> None:
        """Wait until the line is gone."""
        await self.until(lambda: not any(line.display for line in self.pane.view.query(VoiceLine)))


@asynccontextmanager
async def voiced(
    folder: Path,
    audio_url: str | None,
    *,
    sound: FakeSound | Sound | None = None,
    chat: FakeServer | None = None,
    size: tuple[int, int] = (100, 30),
    audio: Callable[[ClientConfig], LMStudioSDK] = LMStudioClient,
    **settings: Any,
) -> AsyncGenerator[Voiced]:
    """The app: chats with a fake, speaks and listens with a server for audio.

    Args:
        folder: for its files.
        audio_url: where that is; None when the one that chats is to do it.
        sound: fakes, or the real thing.
        audio: makes its client.
        settings: of that client.
    """
    chat = chat or FakeServer()
    sound = sound or FakeSound()
    own = None if audio_url is None else ClientConfig(base_url=audio_url, enable_audio=True, max_retries=0, **settings)

    def connect(config: ClientConfig) -> LMStudioSDK:
        return audio(config) if config.base_url == audio_url else chat.connect(config)

    handed = services(
        CHAT_URL,
        folder,
        connect=connect,
        sound=cast("Sound", sound),
        service_config=lambda service, _main, _profile: own if service == "audio" else None,
    )
    app = LMStudioApp(handed)
    async with app.run_test(size=size, notifications=True) as pilot:
        ui = Voiced(app, pilot, sound)
        await ui.ready()
        yield ui
