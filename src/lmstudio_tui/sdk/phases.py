"""How long a server took for what: loading the model, reading the prompt, reasoning, answering. Times in milliseconds.

llama.cpp tells it in the `timings` of its last chunk, LM Studio in `stats`, and its native chat by events as they
happen (server contract, 2.3 and 2.4).
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.types.events import PhaseName

Phases = tuple[tuple[str, float], ...]
"""Names and milliseconds, in order."""

_LONGEST = 7 * 24 * 3600 * 1000.0


class PhaseClock:
    """Times the phases that a server announces. Written by one thread, read from any."""

    def __init__(self) -> None:
        # Replaced, never changed, so that another thread sees the one or the other.
        self._spent: dict[str, float] = {}
        self._running: tuple[PhaseName, float] | None = None

    def enter(self, name: PhaseName) -> bool:
        """This phase goes on, or begins.

        Returns:
            whether it begins.
        """
        running = self._running
        if running is not None and running[0] == name:
            return False
        self.stop()
        self._spent = {name: 0.0, **self._spent} if name == "load" else {**self._spent, name: self._spent.get(name, 0)}
        self._running = (name, time.monotonic())
        return True

    def stop(self) -> None:
        """No phase goes on."""
        running, self._running = self._running, None
        if running is not None:
            name, since = running
            self._spent = {**self._spent, name: self._spent[name] + (time.monotonic() - since) * 1000}

    def settle(self, name: PhaseName, seconds: object) -> None:
        """This phase is over; the server's own figure counts, where it is one."""
        if self._running is not None and self._running[0] == name:
            self.stop()
        told = milliseconds(seconds, 1000)
        if told is not None:
            self._spent = {**self._spent, name: told}

    @property
    def phases(self) -> Phases:
        """What took how long, up to now."""
        spent, running = self._spent, self._running
        if running is not None:
            spent = {**spent, running[0]: spent.get(running[0], 0) + (time.monotonic() - running[1]) * 1000}
        return tuple((name, round(value, 1)) for name, value in spent.items())


def told_phases(timings: Mapping[str, Any] | None, stats: Mapping[str, Any] | None) -> Phases:
    """What a server tells at the end of an answer.

    Args:
        timings: llama.cpp's figures, in milliseconds.
        stats: LM Studio's, in seconds.
    """
    timings, stats = timings or {}, stats or {}
    found = (
        ("load", milliseconds(stats.get("model_load_time_seconds"), 1000)),
        ("prompt", milliseconds(timings.get("prompt_ms")) or milliseconds(stats.get("time_to_first_token"), 1000)),
        ("answer", milliseconds(timings.get("predicted_ms")) or milliseconds(stats.get("generation_time"), 1000)),
    )
    return tuple((name, round(value, 1)) for name, value in found if value)


def milliseconds(value: object, unit: float = 1.0) -> float | None:
    """A duration that a server tells, in milliseconds; None for what is none.

    Args:
        value: as it came.
        unit: how many milliseconds it counts in.
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        length = float(value) * unit
    except OverflowError:
        return None
    return length if math.isfinite(length) and 0 <= length <= _LONGEST else None
