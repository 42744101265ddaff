"""Speech of the simulator: an audible code, from which `hearing` has the text back to the letter.

Each frame begins with a chime of six tones, always the same. Then each byte is a chord of two tones, one of sixteen
low ones and one of sixteen high ones. The header is always in the same place and pace; the payload in those of its
voice and its speed. Everything up to double speed lies below 3.5 kHz, so that a telephone carries it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from lmstudio_tui.simulator.engine.tone_frames import HEADER_BYTES, Frame, Header, frames_of
from lmstudio_tui.simulator.engine.voices import VOICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Samples: TypeAlias = "NDArray[np.float32]"

RATE = 24_000
"""Samples a second of what is spoken."""
SYMBOL_S = 0.025
CHIME_HZ = (1050.0, 1300.0, 1550.0, 2100.0, 1750.0, 2350.0)
CHIME_S = SYMBOL_S * len(CHIME_HZ)
HEADER_S = SYMBOL_S * HEADER_BYTES
TONES = 32
SPACING_HZ = 46.0

_HEADER_HZ = 640.0
_TELEPHONE_HZ, _HIGHEST_HZ = 3500.0, 7200.0
_LEAD_S, _TAIL_S = 0.06, 0.1
_SENTENCE_GAP_S, _FRAME_GAP_S = 0.15, 0.015
_CROSSFADE_S = 0.003
_LOUDNESS = 0.5


def symbol_seconds(header: Header) -> float:
    """How long a chord of the payload is."""
    return SYMBOL_S / header.rate


def frame_seconds(header: Header) -> float:
    """How long a frame is, from its chime to its end."""
    return CHIME_S + HEADER_S + header.payload_bytes * symbol_seconds(header)


def header_tones() -> NDArray[np.float64]:
    """The frequencies of the header's tones: the sixteen for the lower half of a byte, then those for the upper."""
    return _HEADER_HZ + SPACING_HZ * np.arange(TONES, dtype=np.float64)


def payload_tones(header: Header) -> NDArray[np.float64]:
    """The same for the payload that follows `header`. A faster one has them further apart, and lower."""
    spacing = SPACING_HZ * max(1.0, header.rate)
    width = spacing * (TONES - 1)
    ceiling = _TELEPHONE_HZ if width <= _TELEPHONE_HZ - 300 else _HIGHEST_HZ
    return min(VOICES[header.voice].lowest_hz, ceiling - width) + spacing * np.arange(TONES, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Utterance:
    """A text that is to be spoken.

    Attributes:
        frames: What is said, a frame at a time.
    """

    frames: tuple[Frame, ...]

    @classmethod
    def of(cls, text: str, voice: int = 0, speed: float = 1.0) -> Utterance:
        """The utterance of `text`; see `frames_of`."""
        return cls(tuple(frames_of(text, voice, speed)))

    @property
    def length(self) -> int:
        """How many samples it has."""
        return sum(self._before(frame) + _length(frame) for frame in self.frames) + round(_TAIL_S * RATE)

    def pieces(self) -> Iterator[Samples]:
        """The waveform, a frame at a time, with the silence before it; the last one with that after it too."""
        for frame in self.frames:
            silence = np.zeros(self._before(frame), np.float32)
            tail = np.zeros(round(_TAIL_S * RATE) if frame is self.frames[-1] else 0, np.float32)
            yield np.concatenate((silence, _sounded(frame), tail))

    def _before(self, frame: Frame) -> int:
        """Samples of silence before a frame."""
        if frame.header.begins and frame is self.frames[0]:
            return round(_LEAD_S * RATE)
        gap = _SENTENCE_GAP_S / frame.header.rate if frame.header.new_sentence else _FRAME_GAP_S
        return round(gap * RATE)


def _length(frame: Frame) -> int:
    return round((frame_seconds(frame.header) + _CROSSFADE_S) * RATE)


def _sounded(frame: Frame) -> Samples:
    """The waveform of one frame."""
    header, sound = frame.header, np.zeros(_length(frame), np.float64)
    time = 0.0
    for pitch in CHIME_HZ:
        _add(sound, time, SYMBOL_S, (pitch, pitch))
        time += SYMBOL_S
    for word, tones, seconds in (
        (header.pack(), header_tones(), SYMBOL_S),
        (header.pack_payload(frame.data), payload_tones(header), symbol_seconds(header)),
    ):
        for byte in word:
            _add(sound, time, seconds, (tones[byte & 15], tones[16 + (byte >> 4)]))
            time += seconds
    return sound.astype(np.float32)


def _add(sound: NDArray[np.float64], start_s: float, seconds: float, chord: tuple[float, float]) -> None:
    """Add a chord that fades into the ones before and after it."""
    first = max(0, int(np.ceil(start_s * RATE)))
    after = min(len(sound), int((start_s + seconds + _CROSSFADE_S) * RATE))
    time = np.arange(first, after) / RATE - start_s
    edge = np.minimum(1.0, np.minimum(time, seconds + _CROSSFADE_S - time) / _CROSSFADE_S)
    fade = np.sin(np.pi / 2 * edge) ** 2
    waves = np.sin(2 * np.pi * chord[0] * time) + np.sin(2 * np.pi * chord[1] * time)
    sound[first:after] += _LOUDNESS / 2 * fade * waves
