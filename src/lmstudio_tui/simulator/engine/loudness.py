"""What is said honestly of sound that is no tone code: how long, how loud, and where there is silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lmstudio_tui.simulator.engine.tone_ear import EAR_RATE

if TYPE_CHECKING:
    from lmstudio_tui.simulator.engine.tone_code import Samples

_WINDOW_S = 0.02
_WINDOW = round(_WINDOW_S * EAR_RATE)
_SILENCE_DB = -60.0
_BELOW_SOUND_DB = 35.0
_SHORTEST_S = 0.2
_SHORTEST_SOUND_S = 0.05
"""Less is where a file begins and ends."""
_MOST_NAMED = 5


class LoudnessMeter:
    """Measures a waveform that comes a block at a time; it keeps a number for each fiftieth of a second."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.float32)
        self._powers: list[Samples] = []

    def hear(self, samples: Samples) -> None:
        """Measure on, at the ear's rate."""
        samples = np.concatenate((self._rest, samples))
        count = len(samples) // _WINDOW
        windows = samples[: count * _WINDOW].reshape(count, _WINDOW)
        # The variance, so that an offset is no sound.
        self._powers.append(windows.var(axis=1))
        self._rest = samples[count * _WINDOW :]

    def description(self, duration_s: float) -> str:
        """What there was, in words.

        Args:
            duration_s: How long the file is.
        """
        powers = np.concatenate([*self._powers, np.zeros(0, np.float32)])
        if not len(powers):
            return f"There is nothing to hear: the audio is {duration_s:.2f} s long."
        levels = 10 * np.log10(powers + 1e-12)
        limit = max(_SILENCE_DB, float(np.percentile(levels, 95)) - _BELOW_SOUND_DB)
        sounding = levels > limit
        if sounding.sum() * _WINDOW_S < _SHORTEST_SOUND_S:
            return f"There is nothing to hear: {_seconds(duration_s)} s of silence, at {_decibels(powers)} dB."
        silences = _silences(sounding, duration_s)
        heard = duration_s - sum(end - start for start, end in silences)
        sound = f"{_seconds(heard)} s of sound at {_decibels(powers[sounding])} dB"
        return f"This is not the simulator's tone code: {sound}, {_told(silences)}."


def _decibels(powers: Samples) -> str:
    """The mean power of a full-scale waveform's, with a proper minus sign."""
    return f"{10 * np.log10(float(powers.mean()) + 1e-12):.0f}".replace("-", "−")


def _silences(sounding: np.ndarray[tuple[int], np.dtype[np.bool_]], duration_s: float) -> list[tuple[float, float]]:
    """From when to when there is no sound for a while, in seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], sounding, [True])).astype(np.int8)))
    pairs = [(int(start) * _WINDOW_S, int(end) * _WINDOW_S) for start, end in edges.reshape(-1, 2)]
    if pairs and pairs[-1][1] + _WINDOW_S > duration_s - _WINDOW_S:
        pairs[-1] = (pairs[-1][0], max(duration_s, pairs[-1][0]))
    return [(start, end) for start, end in pairs if end - start >= _SHORTEST_S]


def _told(silences: list[tuple[float, float]]) -> str:
    if not silences:
        return "without a silence"
    spans = [f"from {_seconds(start)} to {_seconds(end)} s" for start, end in silences[:_MOST_NAMED]]
    more = len(silences) - len(spans)
    if more:
        spans.append(f"{more} more")
    return "silence " + (spans[0] if len(spans) == 1 else f"{', '.join(spans[:-1])} and {spans[-1]}")


def _seconds(value: float) -> str:
    return f"{value:,.1f}"
