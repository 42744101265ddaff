"""A server that speaks and a player that plays, both as the test wants them."""

from __future__ import annotations

import io
import threading
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from lmstudio_tui.audio.values import AudioFormatError, PlayerState, SoundError
from lmstudio_tui.sdk import BadRequestError, CancelScope, ClientConfig, LMStudioError, LMStudioSDK
from lmstudio_tui.sdk.types.audio import SpeechRequest, Voice

if TYPE_CHECKING:
    from lmstudio_tui.audio.player import Feed, Player

URL = "http://127.0.0.1:8000"
VOICES = (
    Voice(id="alto", language="en", model="sim-speech"),
    Voice(id="bass", language="en", model="sim-speech"),
    Voice(id="tenor", name="Tenor", language="de"),
)


def sound_of(seconds: float = 1.0) -> bytes:
    """So much silence as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(b"\0\0" * int(8000 * seconds))
    return file.getvalue()


def pieces_of(data: bytes, count: int = 4) -> list[bytes]:
    """The same in so many pieces."""
    size = -(-len(data) // count)
    return [data[at : at + size] for at in range(0, len(data), size)]


@dataclass
class FakeFeed:
    """Takes what comes, as the player would."""

    player: FakePlayer
    data: bytes = b""
    ended: bool = False
    problem: str = ""

    def feed(self, data: bytes) -> None:
        self.data += data

    def end(self, problem: str = "") -> None:
        self.ended, self.problem = True, problem


@dataclass
class FakePlayer:
    """A player whose state is what the test says; `cannot` are the formats that it does not play."""

    state: PlayerState = field(default_factory=PlayerState)
    cannot: tuple[str, ...] = ("aac",)
    problem: SoundError | None = None
    feeds: list[FakeFeed] = field(default_factory=list[FakeFeed])
    played: list[Path] = field(default_factory=list[Path])
    done: list[str] = field(default_factory=list[str])

    def set(self, **values: object) -> None:
        """It is another way from now on."""
        self.state = replace(self.state, **values)  # pyright: ignore[reportArgumentType]

    def stream(self, format: str, *, pcm_rate: int = 24_000) -> Feed:
        self.done.append(f"stream {format} {pcm_rate}")
        feed = FakeFeed(self)
        self.feeds.append(feed)
        self._begin(format)
        return cast("Feed", feed)

    def play(self, path: Path, from_s: float = 0.0) -> None:
        self.done.append(f"play {from_s:g}")
        self.played.append(path)
        self._begin(path.suffix.removeprefix("."))

    def _begin(self, kind: str) -> None:
        volume = self.state.volume
        problem = AudioFormatError(f"{kind} cannot be played here.") if kind in self.cannot else self.problem
        if problem is not None:
            self.state = PlayerState("failed", volume=volume, problem=problem)
        else:
            self.state = PlayerState("playing", 0.0, 0.5, volume=volume, first_sound_ms=40.0)

    def pause(self) -> None:
        self.done.append("pause")
        self.set(phase="paused")

    def resume(self) -> None:
        self.done.append("resume")
        self.set(phase="playing")

    def stop(self) -> None:
        self.done.append("stop")
        if self.state.phase != "idle":
            self.set(phase="ended")

    def seek(self, seconds: float) -> None:
        self.done.append(f"seek {seconds:g}")
        self.set(position_s=seconds)

    @property
    def volume(self) -> float:
        return self.state.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self.done.append(f"volume {volume:g}")
        self.set(volume=volume)

    def close(self) -> None:
        pass


class FakeSound:
    """The sound of a machine with that player."""

    def __init__(self, player: FakePlayer) -> None:
        self._player = player

    def player(self) -> Player:
        return cast("Player", self._player)

    def close(self) -> None:
        pass


@dataclass
class FakeSpeech:
    """A server that speaks; with `wants_voice` only where one is named.

    `hold` makes it wait before its last `held` pieces.
    """

    base_url: str = URL
    pieces: Sequence[bytes] = field(default_factory=lambda: pieces_of(sound_of()))
    format: str = "wav"
    sample_rate: int | None = None
    error: LMStudioError | None = None
    broken: LMStudioError | None = None
    voices: Sequence[Voice] | LMStudioError = VOICES
    hold: threading.Event | None = None
    held: int = 1
    wants_voice: bool = False
    asked: list[SpeechRequest] = field(default_factory=list[SpeechRequest])
    voices_asked: list[str | None] = field(default_factory=list[str | None])

    @property
    def config(self) -> ClientConfig:
        return ClientConfig(base_url=self.base_url)

    def list_voices(self, model: str | None = None, *, scope: CancelScope | None = None) -> list[Voice]:
        self.voices_asked.append(model)
        if isinstance(self.voices, LMStudioError):
            raise self.voices
        return list(self.voices)

    def create_speech(self, request: SpeechRequest, *, scope: CancelScope | None = None) -> FakeStream:
        self.asked.append(request)
        if self.wants_voice and request.voice is None:
            raise BadRequestError("voice: Field required", status=422)
        return FakeStream(self, scope or CancelScope())

    def client(self) -> LMStudioSDK:
        return cast("LMStudioSDK", self)


class FakeStream:
    """What a `FakeSpeech` says."""

    first_audio_ms: float | None = 120.0

    def __init__(self, server: FakeSpeech, scope: CancelScope) -> None:
        self._server = server
        self._scope = scope
        self.format = server.format
        self.sample_rate = server.sample_rate

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __iter__(self) -> Iterator[bytes]:
        server = self._server
        if server.error is not None:
            raise server.error
        for number, piece in enumerate(server.pieces):
            if server.hold is not None and number == len(server.pieces) - server.held:
                while not server.hold.wait(0.01):
                    self._scope.raise_if_cancelled()
            yield piece
        if server.broken is not None:
            raise server.broken
