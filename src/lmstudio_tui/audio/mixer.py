"""What the loudspeaker takes next: queued samples, made louder or softer without a click; and when they are heard."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

FADE_S: Final = 0.008
"""So long a sound takes to become silent, or to come back; a click is shorter."""


class _Heard(NamedTuple):
    """Some samples in time: when the first of them is heard, its number, and how many they are."""

    at: float
    start: int
    frames: int


class Mixer:
    """Between one thread that puts samples and the device's own thread that takes them.

    It is silent until `open`. When it runs dry it fades out, keeps its place and says so in `starved`.

    Args:
        rate: in Hz, of the device.
        channels: of the device.
        volume: 1 is as it came.

    Attributes:
        silenced: is set while nothing is heard.
        starved: whether it stopped by itself because nothing more was there.
        first_at: when the first sample was heard, by `time.monotonic`; None before.
        ended_at: when the last sample is heard, once it was taken; None before.
        taken_at: when the device last asked.
    """

    def __init__(self, rate: int, channels: int, volume: float = 1.0) -> None:
        self.rate = rate
        self.channels = channels
        self.volume = volume
        self.silenced = threading.Event()
        self.silenced.set()
        self.taken_at = time.monotonic()
        self._fade = max(1, round(FADE_S * rate))
        self._lock = threading.Lock()
        self._gain = 0.0
        self._open = False
        self._forget()

    def _forget(self) -> None:
        self.starved = False
        self.first_at: float | None = None
        self.ended_at: float | None = None
        self._queue: deque[Samples] = deque()
        self._queued = 0
        self._finished = False
        self._taken = 0
        self._heard: deque[_Heard] = deque()

    @property
    def queued(self) -> int:
        """How many frames wait."""
        return self._queued

    def put(self, samples: Samples) -> None:
        """Queue some."""
        with self._lock:
            self._queue.append(samples)
            self._queued += len(samples)

    def finish(self) -> None:
        """Nothing more comes: what is queued is played to its very end."""
        with self._lock:
            self._finished = True
            if not self._queued:
                self.ended_at = max((one.at + one.frames / self.rate for one in self._heard), default=time.monotonic())

    def open(self, *, faded: bool) -> None:
        """Let it sound; faded in, where that is not its beginning."""
        with self._lock:
            self._open, self.starved = True, False
            if not faded:
                self._gain = self.volume
            self.silenced.clear()

    def shut(self) -> None:
        """Fade out and keep the place. `silenced` is set when that was done."""
        with self._lock:
            self._open = False
            if self._gain == 0:
                self.silenced.set()

    def clear(self) -> None:
        """Forget what is queued; count from nought. To be silent before is the caller's affair."""
        with self._lock:
            self._open, self._gain = False, 0.0
            self._forget()
            self.silenced.set()

    def heard(self, now: float) -> int:
        """How many frames were heard by a time of `time.monotonic`, since `clear`."""
        with self._lock:
            frames = 0
            for at, start, count in self._heard:
                if at > now:
                    break
                frames = start + min(count, round((now - at) * self.rate))
            return frames

    def mix(self, out: Samples, heard_at: float) -> bool:
        """Fill a block. Whether something happened that the other thread has to know.

        Args:
            out: a row for each frame; filled.
            heard_at: when its first frame is heard, by `time.monotonic`.
        """
        self.taken_at = time.monotonic()
        out.fill(0)
        with self._lock:
            if self.silenced.is_set():
                return False
            return self._mix(out, heard_at)

    def _mix(self, out: Samples, heard_at: float) -> bool:
        import numpy as np

        step = 1 / self._fade
        count = min(len(out), self._queued)
        wanted = self.volume if self._open else 0.0
        if not self._open:
            count = min(count, int(np.ceil(self._gain / step)))
        ramp = np.arange(1, count + 1, dtype=np.float32) * np.float32(step)
        gains = np.minimum(self._gain + ramp, wanted) if wanted > self._gain else np.maximum(self._gain - ramp, wanted)
        if not self._finished:
            # Never louder than what is left allows to fade out in, however small the blocks are.
            gains = np.minimum(gains, np.float32(self._queued * step) - ramp).clip(0)
        if count:
            np.clip(self._take(count) * gains[:, None], -1, 1, out=out[:count])
            self._note(heard_at, count)
            self._gain = float(gains[-1])
        dry = self._open and not self._finished and not self._queued
        if dry:
            self._open, self.starved = False, True
        if not self._open and (dry or self._gain == 0 or not self._queued):
            self._gain = 0.0
            self.silenced.set()
            return True
        if self._finished and not self._queued and self.ended_at is None:
            self.ended_at = heard_at + count / self.rate
            return True
        return False

    def _take(self, count: int) -> Samples:
        import numpy as np

        taken: list[Samples] = []
        rest = count
        while rest:
            block = self._queue.popleft()
            if len(block) > rest:
                self._queue.appendleft(block[rest:])
                block = block[:rest]
            taken.append(block)
            rest -= len(block)
        self._queued -= count
        return taken[0] if len(taken) == 1 else np.concatenate(taken)

    def _note(self, heard_at: float, count: int) -> None:
        if self.first_at is None:
            self.first_at = heard_at
        while len(self._heard) > 1 and self._heard[1].at <= self.taken_at:
            self._heard.popleft()
        self._heard.append(_Heard(heard_at, self._taken, count))
        self._taken += count
