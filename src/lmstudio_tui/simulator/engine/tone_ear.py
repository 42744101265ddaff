"""Finds the frames of the tone code in a waveform that has been through a lot.

The waveform comes a block at a time, 16,000 samples a second, and is forgotten once it was listened to: its length does
not matter. A chime is looked for in a spectrogram, placed exactly by its energy, and followed by a header; the payload
is tried at several paces, since the clocks of two machines differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lmstudio_tui.simulator.engine.tone_code import (
    CHIME_HZ,
    CHIME_S,
    HEADER_S,
    SYMBOL_S,
    frame_seconds,
    header_tones,
    payload_tones,
    symbol_seconds,
)
from lmstudio_tui.simulator.engine.tone_frames import HEADER_BYTES, Header, unpack_header
from lmstudio_tui.simulator.engine.voices import VOICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from lmstudio_tui.simulator.engine.tone_code import Samples

EAR_RATE = 16_000
"""Samples a second that the ear wants."""

_HOP = 80
_WINDOW = 320
_HOPS_A_SYMBOL = round(SYMBOL_S * EAR_RATE) // _HOP
_BIN_HZ = EAR_RATE / _WINDOW
_LOWEST_BIN = 5
"""Below 250 Hz are the hum of the mains and an offset, which are not counted."""
_CHIME_SHARE = 0.4
"""The part of a chime's energy that has to be in its tones."""
_BLOCK = 8 * EAR_RATE
_LONGEST = round(12.0 * EAR_RATE)
"""More than the slowest frame has."""
_MARGIN = EAR_RATE // 10
_LONGEST_GAP = 3 * EAR_RATE
_GRAIN = EAR_RATE // 1000
_GAP_GRAINS = 8
_SILENT_PART = 0.05
_PART_OF_SYMBOL = 0.87
_DRIFTS = tuple(sorted((step / 1000 for step in range(-8, 9)), key=abs))
_FINE_S = np.arange(-6, 6.01, 0.25) / 1000
_FAINTEST = 1e-9


@dataclass(frozen=True, slots=True)
class HeardFrame:
    """A frame that was heard.

    Attributes:
        start_s: When its chime begins, from the beginning of the waveform.
        end_s: When it ends.
        header: What it says of itself.
        data: What it carries; None when that could not be made out.
    """

    start_s: float
    end_s: float
    header: Header
    data: bytes | None

    def time_of(self, place: int) -> float:
        """When the byte at `place` of the data is spoken."""
        length = self.end_s - self.start_s
        before = CHIME_S + HEADER_S + place * symbol_seconds(self.header)
        return self.start_s + length * before / frame_seconds(self.header)


class Ear:
    """Listens to one waveform."""

    def __init__(self) -> None:
        # A chime whose very beginning was cut off is found too.
        self._kept: Samples = np.zeros(_MARGIN, np.float32)
        self._kept_from = -_MARGIN
        self._deaf_until = -_MARGIN

    def hear(self, samples: Samples) -> Iterator[HeardFrame]:
        """Listen on.

        Args:
            samples: What follows what came before, of any length.
        """
        self._kept = np.concatenate((self._kept, samples))
        if len(self._kept) >= _BLOCK + _LONGEST:
            yield from self._listen(len(self._kept) - _LONGEST)

    def end(self) -> Iterator[HeardFrame]:
        """Listen to the rest."""
        self._kept = np.concatenate((self._kept, np.zeros(2 * _MARGIN, np.float32)))
        yield from self._listen(len(self._kept) - _MARGIN)

    def _listen(self, until: int) -> Iterator[HeardFrame]:
        """Find the frames that begin before the sample `until`, and forget what lies before it."""
        for place in _chimes(self._kept[: until + round(CHIME_S * EAR_RATE) + _WINDOW]):
            if place >= until or self._kept_from + place < self._deaf_until:
                continue
            frame = self._frame_at(place)
            if frame is not None:
                self._deaf_until = round(frame.end_s * EAR_RATE) - round(SYMBOL_S * EAR_RATE)
                yield frame
        kept = max(0, until - _WINDOW)
        self._kept, self._kept_from = self._kept[kept:], self._kept_from + kept

    def _frame_at(self, place: int) -> HeardFrame | None:
        """The frame whose chime is about `place`, if there is one."""
        start = _exactly(self._kept, place / EAR_RATE)
        for drift in (0.0, 0.004, -0.004):
            word, _ = _read(self._kept, start + CHIME_S * (1 + drift), HEADER_BYTES, SYMBOL_S, header_tones(), drift)
            header = unpack_header(word, len(VOICES))
            if header is not None:
                data, drift_found = self._payload(header, start)
                begun = start + self._kept_from / EAR_RATE
                return HeardFrame(max(0.0, begun), begun + frame_seconds(header) * (1 + drift_found), header, data)
        return None

    def _payload(self, header: Header, start: float) -> tuple[bytes | None, float]:
        """The data of a frame, and by how much its clock was slower than ours."""
        tones, seconds, count = payload_tones(header), symbol_seconds(header), header.payload_bytes

        def attempt(drift: float) -> tuple[bytes, float]:
            begin = start + (CHIME_S + HEADER_S) * (1 + drift)
            return _read(self._kept, begin, count, seconds, tones, drift)

        at_once = header.unpack_payload(attempt(0.0)[0])
        if at_once is not None:
            return at_once, 0.0
        tries = sorted(((*attempt(drift), drift) for drift in _DRIFTS), key=lambda found: -found[1])
        for word, _, drift in tries[:6]:
            data = header.unpack_payload(word)
            if data is not None:
                return data, drift
        return self._with_gap(header, start), tries[0][2]

    def _with_gap(self, header: Header, start: float) -> bytes | None:
        """The data of a frame that was interrupted by silence, as of a network that was too slow for the player."""
        first = round((start + CHIME_S + HEADER_S) * EAR_RATE)
        length = round(header.payload_bytes * symbol_seconds(header) * EAR_RATE)
        sounding = _without_silence(self._kept[first : first + length + _LONGEST_GAP])
        if len(sounding) < length or len(sounding) == length + _LONGEST_GAP:
            return None
        word, _ = _read(sounding, 0.0, header.payload_bytes, symbol_seconds(header), payload_tones(header), 0.0)
        return header.unpack_payload(word)


def _chimes(samples: Samples) -> list[int]:
    """About where the chimes in `samples` begin."""
    count = (len(samples) - _WINDOW) // _HOP + 1
    if count <= _HOPS_A_SYMBOL * len(CHIME_HZ):
        return []
    windows = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    window = np.hanning(_WINDOW).astype(np.float32)
    shares = np.empty((len(CHIME_HZ), len(windows)), np.float32)
    # A few seconds at a time: the spectra of a whole block would take much memory.
    for first in range(0, len(windows), 1000):
        spectra = np.fft.rfft(windows[first : first + 1000] * window, axis=1)
        energy = np.square(spectra.real) + np.square(spectra.imag)
        total = energy[:, _LOWEST_BIN:].sum(axis=1) + _FAINTEST
        for number, pitch in enumerate(CHIME_HZ):
            middle = round(pitch / _BIN_HZ)
            shares[number, first : first + 1000] = energy[:, middle - 1 : middle + 2].sum(axis=1) / total
    last = shares.shape[1] - _HOPS_A_SYMBOL * (len(CHIME_HZ) - 1)
    score = sum(shares[number, number * _HOPS_A_SYMBOL :][:last] for number in range(len(CHIME_HZ))) / len(CHIME_HZ)
    return [round(place * _HOP - (SYMBOL_S * EAR_RATE - _WINDOW) / 2) for place in _peaks(np.asarray(score))]


def _without_silence(samples: Samples) -> Samples:
    """`samples` without the stretches in which there is next to nothing."""
    count = len(samples) // _GRAIN
    grains = samples[: count * _GRAIN].reshape(count, _GRAIN)
    peaks = np.abs(grains).max(axis=1, initial=0.0)
    silent = peaks < _SILENT_PART * np.percentile(peaks, 90) if count else peaks > 0
    # Where a chord fades into the next one it is quiet for a moment, too: only a long silence is a gap.
    edges = np.flatnonzero(np.diff(np.concatenate(([0], silent.astype(np.int8), [0]))))
    for begin, end in edges.reshape(-1, 2).tolist():
        if end - begin < _GAP_GRAINS:
            silent[begin:end] = False
    return grains[~silent].reshape(-1)


def _peaks(score: NDArray[np.float32]) -> list[int]:
    """Where `score` is higher than about it, and high enough."""
    found: list[int] = []
    for place in np.flatnonzero(score > _CHIME_SHARE).tolist():
        around = score[max(0, place - _HOPS_A_SYMBOL) : place + _HOPS_A_SYMBOL + 1]
        if score[place] >= around.max() and (not found or place - found[-1] > _HOPS_A_SYMBOL):
            found.append(place)
    return found


def _exactly(samples: Samples, about_s: float) -> float:
    """When the chime begins that begins about `about_s`: where its tones have most energy."""
    length = round(SYMBOL_S * EAR_RATE)
    time = np.arange(length) / EAR_RATE
    energy = np.zeros(len(_FINE_S))
    for number, pitch in enumerate(CHIME_HZ):
        starts = np.round((about_s + _FINE_S + number * SYMBOL_S) * EAR_RATE).astype(np.int64)
        places = np.clip(starts[:, None] + np.arange(length), 0, len(samples) - 1)
        energy += _energy(samples[places], time, np.array([pitch]))[:, 0]
    # The middle of the hill, since its top is flat.
    weight = np.maximum(0.0, energy - 0.8 * energy.max())
    return about_s + float((weight * _FINE_S).sum() / (weight.sum() + _FAINTEST))


def _energy(rows: Samples, time: NDArray[np.float64], tones: NDArray[np.float64]) -> Samples:
    """How much of each of `tones` (columns) is in each of `rows`, whose samples are at `time`."""
    angles = 2 * np.pi * np.outer(time, tones)
    # Of single precision, which the library multiplies without waking other threads.
    cosine, sine = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
    return np.square(rows @ cosine) + np.square(rows @ sine)


def _read(
    samples: Samples, start_s: float, count: int, seconds: float, tones: NDArray[np.float64], drift: float
) -> tuple[bytes, float]:
    """The bytes of `count` chords, and how clearly they were heard: from 0 to 1.

    Args:
        samples: The waveform.
        start_s: When the first chord begins in it.
        count: How many there are.
        seconds: How long one is.
        tones: Their frequencies: sixteen for the lower half of a byte, sixteen for the upper.
        drift: By how much the other clock is slower.
    """
    seconds *= 1 + drift
    length = round(seconds * _PART_OF_SYMBOL * EAR_RATE)
    # Chords fade in for a moment, so that their middle is a little later.
    middles = start_s + (np.arange(count) + 0.5) * seconds + 0.0015
    starts = np.round(middles * EAR_RATE - length / 2).astype(np.int64)
    places = np.clip(starts[:, None] + np.arange(length), 0, len(samples) - 1)
    energy = _energy(samples[places], np.arange(length) / EAR_RATE, tones / (1 + drift))
    low, high = energy[:, :16], energy[:, 16:]
    word = low.argmax(axis=1) | high.argmax(axis=1) << 4
    clarity = low.max(axis=1) / (low.sum(axis=1) + _FAINTEST) + high.max(axis=1) / (high.sum(axis=1) + _FAINTEST)
    return word.astype(np.uint8).tobytes(), float(clarity.mean() / 2)
