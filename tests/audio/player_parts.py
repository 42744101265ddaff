"""What the player's tests share: loudspeakers that are stand-ins, and something to play."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sample_sounds import Sound, encoded, sweep

from lmstudio_tui.audio.mixer import Mixer
from lmstudio_tui.audio.player import Player
from lmstudio_tui.audio.values import Device, SoundError

ORIGINAL = sweep(1.5)
DEVICE_RATE = 48_000
AT_DEVICE = sweep(1.5, rate=DEVICE_RATE)


class Speaker:
    """A loudspeaker that takes ten times as much as it should, so that tests are quick."""

    latency_s = 0.0

    def __init__(self, key: str, volume: float, wake: Callable[[], None]) -> None:
        self.key = key
        self.device = Device(key, key or "default", "Test", 0, 2, DEVICE_RATE)
        self.mixer = Mixer(DEVICE_RATE, 2, volume)
        self.alive = True
        self.hung = False
        self.closed = threading.Event()
        self.heard: list[Sound] = []
        self._wake = wake
        self._taking = threading.Thread(target=self._take, daemon=True)
        self._taking.start()

    def _take(self) -> None:
        while not self.closed.wait(0.001):
            if self.hung:
                continue
            out = np.zeros((480, 2), np.float32)
            news = self.mixer.mix(out, time.monotonic())
            self.heard.append(out[:, 0].copy())
            if news:
                self._wake()

    def lose(self) -> None:
        """It is unplugged."""
        self.alive = False
        self._wake()

    def close(self) -> None:
        self.closed.set()
        self._taking.join(20)


class Shop:
    """Gives out loudspeakers, and remembers them."""

    def __init__(self) -> None:
        self.given: list[Speaker] = []
        self.refuses: SoundError | None = None

    def __call__(self, key: str, volume: float, wake: Callable[[], None]) -> Speaker:
        if self.refuses is not None:
            raise self.refuses
        self.given.append(Speaker(key, volume, wake))
        return self.given[-1]

    @property
    def sound(self) -> Sound:
        """All that was heard, without the silence in it."""
        heard = np.concatenate([block for speaker in self.given for block in speaker.heard])
        return heard[heard != 0]


def phase_is(player: Player, *phases: str) -> Callable[[], bool]:
    """Whether the player is in one of these phases, as a condition."""
    return lambda: player.state.phase in phases


def file_of(folder: Path, sound: Sound = ORIGINAL, form: str = "wav") -> Path:
    """A file that can be played."""
    path = folder / "speech"
    path.write_bytes(encoded(sound, form))
    return path
