"""What the tests of sound are made of: tones, WAV files, and comparing what was heard with what was played."""

from __future__ import annotations

import wave
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any

import numpy as np
import soundfile  # pyright: ignore[reportMissingTypeStubs]
import soxr  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

from lmstudio_tui.audio.capture import Block
from lmstudio_tui.audio.values import Device

Sound = NDArray[np.float32]


def tone(seconds: float, *, rate: int = 16_000, hertz: float = 440.0, loud: float = 0.5) -> Sound:
    """A sine, as a column."""
    at = np.arange(round(seconds * rate)) / rate
    return (loud * np.sin(2 * np.pi * hertz * at)).astype(np.float32)[:, None]


def silence(seconds: float, *, rate: int = 16_000) -> Sound:
    """Nothing, as a column."""
    return np.zeros((round(seconds * rate), 1), dtype=np.float32)


def write_wav(path: Path, samples: Sound, rate: int = 16_000) -> Path:
    """A WAV file of 16 bits, written by a library that is not ours."""
    soundfile.write(path, samples, rate, subtype="PCM_16")
    return path


def read_wav(path: Path) -> tuple[Sound, int]:
    """The first channel of a file, and its sample rate."""
    samples: Any
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return samples[:, 0], int(rate)


def seconds_of(path: Path) -> float:
    """How long a WAV file is, by the header and a reader that is not ours."""
    with wave.open(str(path)) as file:
        return file.getnframes() / file.getframerate()


def likeness(played: Path, heard: Path) -> float:
    """The correlation of all of a file with what was heard of it, wherever it begins there.

    Silence at both ends of the original may be missing in what was heard.
    """
    original, from_rate = read_wav(played)
    recorded, rate = read_wav(heard)
    resampled: Any = soxr.resample(original, from_rate, rate)
    recorded = np.pad(recorded, len(resampled))
    size = 1 << (len(resampled) + len(recorded)).bit_length()
    spectrum = np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(resampled, size))
    shift = int(np.fft.irfft(spectrum, size)[: len(recorded)].argmax())
    piece = np.pad(recorded, (0, len(resampled)))[shift : shift + len(resampled)]
    return float(piece @ resampled / np.sqrt((piece @ piece) * (resampled @ resampled)))


class FakeCapture:
    """A microphone that hears what it is told."""

    latency_s = 0.0

    def __init__(self, rate: int = 16_000, channels: int = 1) -> None:
        self.key = ""
        self.wanted = self.channels = channels
        self.rate = rate
        self.device = Device("Test: mic", "mic", "Test", channels, 0, rate)
        self.held = False
        self.alive = True
        self.closed = Event()
        self._blocks: SimpleQueue[Block | None] = SimpleQueue()

    def hear(self, samples: Sound, *, held: bool | None = None) -> None:
        """Give the samples out in twentieths of a second."""
        for piece in np.array_split(samples, max(1, round(len(samples) / self.rate * 20))):
            self._blocks.put(Block(piece, self.held if held is None else held))

    def take(self, patience_s: float) -> Block | None:
        try:
            return self._blocks.get(timeout=patience_s / 20)
        except Empty:
            return None

    def wake(self) -> None:
        self._blocks.put(None)

    def forget(self) -> None:
        while not self._blocks.empty():
            self._blocks.get()

    def close(self) -> None:
        self.closed.set()


def near(value: float, wanted: float, within: float = 1e-3) -> bool:
    """Whether it is that, but for a little."""
    return abs(value - wanted) <= within
