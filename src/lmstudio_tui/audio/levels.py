"""How loud a sound is, a tenth of a second at a time."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Final

from lmstudio_tui.audio.values import QUIETEST_DB

if TYPE_CHECKING:
    from lmstudio_tui.audio.resampling import Samples

COLUMNS_A_SECOND: Final = 10
_KEPT: Final = 4096
"""More columns than any screen is wide."""
_FULL: Final = 32_767 / 32_768
"""The largest sample of a 16-bit device."""


@dataclass(frozen=True, slots=True)
class Column:
    """A tenth of a second.

    Attributes:
        peak: the largest sample, 0 to 1.
        rms: the root of the mean square, 0 to 1.
        clipped: whether a sample was at full scale.
    """

    peak: float = 0.0
    rms: float = 0.0
    clipped: bool = False


class Levels:
    """Measures a sound that comes in pieces. Fed by one thread, read by any.

    Args:
        sample_rate: in Hz.
    """

    def __init__(self, sample_rate: float) -> None:
        self._frames_wanted = max(1, round(sample_rate / COLUMNS_A_SECOND))
        self._columns: deque[Column] = deque(maxlen=_KEPT)
        self._lock = Lock()
        self._peak = 0.0
        self._squares = 0.0
        self._frames = 0
        self.loudest = 0.0

    def feed(self, samples: Samples) -> tuple[Column, ...]:
        """The columns that are complete with these samples; channels count as one sound."""
        done: list[Column] = []
        while len(samples):
            piece, samples = (
                samples[: self._frames_wanted - self._frames],
                samples[self._frames_wanted - self._frames :],
            )
            self._peak = max(self._peak, float(abs(piece).max()))
            self._squares += float((piece.astype("f8") ** 2).mean(axis=1).sum())
            self._frames += len(piece)
            if self._frames >= self._frames_wanted:
                rms = math.sqrt(self._squares / self._frames)
                done.append(Column(min(1.0, self._peak), min(1.0, rms), self._peak >= _FULL))
                self.loudest = max(self.loudest, self._peak)
                self._peak, self._squares, self._frames = 0.0, 0.0, 0
        if done:
            with self._lock:
                self._columns.extend(done)
        return tuple(done)

    def last(self, columns: int) -> tuple[Column, ...]:
        """The last ones there are, the oldest first."""
        with self._lock:
            return tuple(islice(self._columns, max(0, len(self._columns) - columns), None))

    def peak_of_all(self) -> float:
        """The largest sample so far, 0 to 1."""
        return min(1.0, max(self.loudest, self._peak))


def decibels(level: float) -> float:
    """A level of 0 to 1 in dB below full scale, not below `QUIETEST_DB`."""
    return max(QUIETEST_DB, 20 * math.log10(level)) if level > 0 else QUIETEST_DB


def fraction(decibel: float) -> float:
    """The other way round."""
    return 10 ** (decibel / 20)
