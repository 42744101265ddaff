"""Silence at both ends of a recording is cut off."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lmstudio_tui.audio.levels import fraction
from lmstudio_tui.audio.resampling import from_int16
from lmstudio_tui.audio.wavfile import WavWriter, read_facts

if TYPE_CHECKING:
    from lmstudio_tui.audio.wavfile import WavFacts

_MARGIN_S: Final = 0.3
"""What stays before and after: a word begins and ends more quietly than it is."""
_WINDOW_S: Final = 0.02
_AT_ONCE_S: Final = 20.0


def trim_silence(path: Path, silence_db: float, margin_s: float = _MARGIN_S) -> float:
    """Cut silence off a WAV file of 16 bits. One in which nothing is heard stays as it is.

    Args:
        path: of the file; it is replaced in one step.
        silence_db: what is quieter counts as silence: the loudness of a fiftieth of a second, in dB below full scale.
        margin_s: how much of it stays.

    Returns:
        How many seconds were cut off.

    Raises:
        AudioFormatError: when it is no WAV file.
        OSError: when it cannot be read, or there is no room for the other one; it is then as it was.
    """
    facts = read_facts(path)
    heard = _heard(path, facts, fraction(silence_db))
    if heard is None:
        return 0.0
    margin = round(margin_s * facts.sample_rate)
    first, last = max(0, heard[0] - margin), min(facts.frames, heard[1] + margin)
    if last - first >= facts.frames:
        return 0.0
    _keep(path, facts, first, last)
    return (facts.frames - (last - first)) / facts.sample_rate


def _heard(path: Path, facts: WavFacts, quiet: float) -> tuple[int, int] | None:
    """From which frame to which one something is heard; None when nothing is."""
    step = max(1, round(_AT_ONCE_S / _WINDOW_S)) * _window(facts)
    starts = range(0, facts.frames, step)
    first = next((at + loud[0] for at in starts if (loud := _loud(path, facts, at, step, quiet))), None)
    if first is None:
        return None
    last = next(at + loud[1] for at in reversed(starts) if (loud := _loud(path, facts, at, step, quiet)))
    return first, last


def _loud(path: Path, facts: WavFacts, at: int, frames: int, quiet: float) -> tuple[int, int] | None:
    """Where the first loud window begins and the last one ends among the frames from `at` on, counted from there."""
    import numpy as np

    samples = from_int16(_read(path, facts, at, frames), facts.channels)
    window = _window(facts)
    # The last window may be a short one.
    padded = np.pad(samples, ((0, -len(samples) % window), (0, 0)))
    squares = (padded.reshape(-1, window, facts.channels) ** 2).mean(axis=1).max(axis=1)
    (loud,) = np.nonzero(squares >= quiet**2)
    if not len(loud):
        return None
    return int(loud[0]) * window, min(len(samples), (int(loud[-1]) + 1) * window)


def _window(facts: WavFacts) -> int:
    return max(1, round(_WINDOW_S * facts.sample_rate))


def _read(path: Path, facts: WavFacts, at: int, frames: int) -> bytes:
    with path.open("rb") as file:
        file.seek(facts.data_at + at * facts.frame_bytes)
        return file.read(max(0, min(frames, facts.frames - at)) * facts.frame_bytes)


def _keep(path: Path, facts: WavFacts, first: int, last: int) -> None:
    with tempfile.TemporaryDirectory(prefix=".trim-", dir=path.parent) as folder:
        beside = Path(folder) / "trimmed.wav"
        writer = WavWriter(beside, facts.sample_rate, facts.channels)
        try:
            step = round(_AT_ONCE_S * facts.sample_rate)
            for at in range(first, last, step):
                writer.write(_read(path, facts, at, min(step, last - at)))
        finally:
            writer.close()
        beside.chmod(path.stat().st_mode)
        beside.replace(path)
