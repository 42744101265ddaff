"""Waveforms for the tests of the simulator's ear."""

from __future__ import annotations

import io
from importlib import import_module
from typing import Any

import numpy as np

from lmstudio_tui.simulator.engine.hearing import Hearing, Segment
from lmstudio_tui.simulator.engine.sound_files import SoundWriter
from lmstudio_tui.simulator.engine.sound_formats import SpeechFormat
from lmstudio_tui.simulator.engine.tone_code import RATE, Samples, Utterance

soundfile: Any = import_module("soundfile")
soxr: Any = import_module("soxr")

TEXT = (
    "The quick brown fox jumps over the lazy dog. Grüße aus Köln, 日本語のテキスト。\n"
    "And a very long sentence without any stop that goes on and on and on, longer than one frame can be 🚀!"
)


def spoken(text: str = TEXT, voice: int = 0, speed: float = 1.0) -> Samples:
    """The waveform of `text`."""
    return np.concatenate(list(Utterance.of(text, voice, speed).pieces()))


def file_of(sound: Samples, kind: SpeechFormat) -> bytes:
    """A file as it is sent, with this sound in some pieces."""
    writer = SoundWriter(kind, len(sound))
    pieces = [writer.add(piece) for piece in np.array_split(sound, 7)]
    return b"".join([*pieces, writer.end()])


def wav(sound: Samples, rate: int = RATE) -> bytes:
    """A WAV file of 32-bit floats, so that nothing is lost."""
    file = io.BytesIO()
    soundfile.write(file, sound, rate, format="WAV", subtype="FLOAT")
    return file.getvalue()


def resampled(sound: Samples, rate: float) -> Samples:
    """The same sound with `rate` samples a second."""
    return soxr.resample(sound, RATE, rate)


def segments(data: bytes) -> list[Segment]:
    """What is heard in a file."""
    return list(Hearing(io.BytesIO(data)).segments())


def heard(sound: Samples, rate: int = RATE) -> str:
    """The text that is heard in a waveform."""
    return "".join(segment.text for segment in segments(wav(sound, rate)))


def noise(like: Samples, decibels: float) -> Samples:
    """White noise that is quieter than `like` by so much."""
    power = float(np.square(like).mean()) * 10 ** (-decibels / 10)
    return np.random.default_rng(1).normal(0, power**0.5, like.shape).astype(np.float32)
