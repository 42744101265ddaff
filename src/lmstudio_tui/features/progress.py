"""How far something is, in words of a fixed width. Pure: whoever shows it brings the clock."""

from __future__ import annotations

import math
from collections import deque

from lmstudio_tui.features.models import size_in_words

_REMEMBERED = 8


def duration_in_words(seconds: float) -> str:
    """`7 s`, `1:05 min`, `2:03 h`."""
    whole = max(0, math.floor(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"


def percent_in_words(fraction: float | None) -> str:
    """` 61 %`, always five columns; blank when unknown. It says 100 only when nothing is missing."""
    return " " * 5 if fraction is None else f"{math.floor(fraction * 100):3d} %"


def amount_in_words(done: int | None, total: int | None) -> str:
    """`2.6 GB of 4.3 GB`, or as much of it as is known."""
    if done is None:
        return size_in_words(total)
    return f"{size_in_words(done)} of {size_in_words(total)}" if total else size_in_words(done)


class Pace:
    """How quickly something grows, from the last few looks at it."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED)

    def look(self, now: float, done: int | None) -> None:
        """Take note of how much there is.

        Args:
            now: in seconds, on any clock that only goes forward.
            done: how much there is; None when that is not known.
        """
        if done is None:
            return
        if self._looks and done < self._looks[-1][1]:
            self._looks.clear()  # it has begun anew
        self._looks.append((now, done))

    @property
    def per_second(self) -> float | None:
        """How much is added in a second; None when that cannot be told yet."""
        if len(self._looks) < 2:
            return None
        (first, had), (last, has) = self._looks[0], self._looks[-1]
        return (has - had) / (last - first) if last > first else None
