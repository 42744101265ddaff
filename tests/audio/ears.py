"""Listening to what a loudspeaker plays."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from sample_sounds import Sound

from sound_server import SoundServer
from waiting import until

RATE = 48_000
_FRAME_BYTES = 4


class Ears:
    """A loudspeaker that is the default one during `with`, and hears what it plays.

    Attributes:
        sound: what was heard (48 kHz, one channel), after `with`.
    """

    def __init__(self, server: SoundServer, folder: Path) -> None:
        self._server = server
        self._path = folder / "heard"
        self._process: subprocess.Popen[bytes] | None = None
        self._module = ""
        self.sound: Sound = np.zeros(0, np.float32)

    def __enter__(self) -> Self:
        # When a sink takes back what it has not played yet, its monitor has heard it already.
        sink = ("sink_name=ears", "rate=48000", "channels=2", "norewinds=1")
        self._module = self._server.control("load-module", "module-null-sink", *sink).strip()
        self._server.control("set-default-sink", "ears")
        words = ["parec", "--device=ears.monitor", "--rate=48000", "--channels=2", "--format=s16le", "--raw"]
        with self._path.open("wb") as file:
            self._process = subprocess.Popen(
                [*words, "--latency-msec=20"], env=self._server.surroundings(), stdout=file
            )
        # A virtual loudspeaker that nobody listens to sleeps, and needs up to two seconds to wake.
        until(lambda: self.seconds > 0.1)
        return self

    @property
    def seconds(self) -> float:
        """How much was heard until now."""
        return self._path.stat().st_size / _FRAME_BYTES / RATE

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        now = self.seconds
        if kind is None:
            until(lambda: self.seconds > now + 0.4)
        self._process.kill()
        self._process.wait(20)
        self._server.control("set-default-sink", "spk")
        self._server.control("unload-module", self._module)
        data = self._path.read_bytes()
        whole = len(data) // _FRAME_BYTES * _FRAME_BYTES
        self.sound = np.frombuffer(data[:whole], "<i2").reshape(-1, 2)[:, 0].astype(np.float32) / np.float32(32768)

    def place(self, piece: Sound) -> tuple[int, float]:
        """Where a piece is in what was heard, and how alike it is there (1 is the same)."""
        sound = np.pad(self.sound, len(piece))
        size = 1 << (len(sound) + len(piece)).bit_length()
        products = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(piece, size)), size)
        at = int(products[: len(sound) - len(piece)].argmax())
        there = sound[at : at + len(piece)]
        likeness = float(there @ piece / np.sqrt(float(there @ there) * float(piece @ piece) + 1e-12))
        return at - len(piece), likeness

    def silence_after(self, at: int) -> int:
        """How many samples are silent, in the first silence of a hundredth of a second after a place."""
        silent = np.abs(self.sound[at:]) < 2e-4
        edges = np.flatnonzero(np.diff(np.concatenate(([False], silent, [False])).astype(np.int8)))
        lengths = edges[1::2] - edges[::2]
        long = np.flatnonzero(lengths > RATE // 100)
        return int(lengths[long[0]]) if len(long) else 0
