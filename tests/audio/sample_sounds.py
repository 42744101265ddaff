"""Sounds and files for the tests of decoding and playing."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import soundfile  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

from lmstudio_tui.audio.readers import Reader

Sound = NDArray[np.float32]

RATE = 24_000
FORMATS = ("wav", "flac", "mp3", "vorbis", "opus")
LOSSLESS = ("wav", "flac")
_WRITTEN: dict[str, dict[str, Any]] = {
    "wav": {"format": "WAV", "subtype": "PCM_16"},
    "float": {"format": "WAV", "subtype": "FLOAT"},
    "wide": {"format": "WAV", "subtype": "PCM_24"},
    "int32": {"format": "WAV", "subtype": "PCM_32"},
    "bytes": {"format": "WAV", "subtype": "PCM_U8"},
    "double": {"format": "WAV", "subtype": "DOUBLE"},
    "mulaw": {"format": "WAV", "subtype": "ULAW"},
    "alaw": {"format": "WAV", "subtype": "ALAW"},
    "extensible": {"format": "WAVEX", "subtype": "PCM_16"},
    "rf64": {"format": "RF64", "subtype": "PCM_16"},
    "adpcm": {"format": "WAV", "subtype": "IMA_ADPCM"},
    "flac": {"format": "FLAC", "subtype": "PCM_16"},
    "mp3": {"format": "MP3"},
    "vorbis": {"format": "OGG", "subtype": "VORBIS"},
    "opus": {"format": "OGG", "subtype": "OPUS"},
}


def sweep(seconds: float, *, rate: int = RATE, start: float = 0.0) -> Sound:
    """A tone that climbs, falls and wavers: no piece is like another. The later part of a longer one with `start`."""
    at = start + np.arange(round(seconds * rate)) / rate
    climbing = np.sin(2 * np.pi * 800 * at + 260 * np.cos(2 * np.pi * 0.31 * at))
    wavering = np.sin(2 * np.pi * 2.3 * at) * np.sin(2 * np.pi * 950 * at + 400 * np.sin(2 * np.pi * 0.17 * at))
    return (0.35 * climbing + 0.25 * wavering).astype(np.float32)


def encoded(sound: Sound, form: str, *, rate: int = RATE) -> bytes:
    """A file of it, by a library that is not ours."""
    file = io.BytesIO()
    soundfile.write(file, sound, rate, **_WRITTEN[form])
    return file.getvalue()


def without_length(wav: bytes, length: int) -> bytes:
    """A WAV file of 16 bits whose head says another length."""
    at = wav.index(b"data") + 4
    return wav[:4] + length.to_bytes(4, "little") + wav[8:at] + length.to_bytes(4, "little") + wav[at + 4 :]


def all_of(reader: Reader, count: int = 5000) -> Sound:
    """Everything that comes, the first channel of it."""
    blocks: list[Sound] = []
    while (block := reader.read(count)) is not None:
        blocks.append(block[:, 0])
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def alike(original: Sound, other: Sound, *, most_shift: int = 2000) -> float:
    """The correlation of the middle of a sound with another one, wherever it lies within a few samples."""
    middle = original[most_shift:-most_shift]
    best = 0.0
    size = 1 << (len(other) + len(middle)).bit_length()
    products = np.fft.irfft(np.fft.rfft(other, size) * np.conj(np.fft.rfft(middle, size)), size)
    for shift in np.argsort(products[: 2 * most_shift])[-3:]:
        piece = other[shift : shift + len(middle)]
        if len(piece) == len(middle) and piece.any():
            best = max(best, float(piece @ middle / np.sqrt((piece @ piece) * (middle @ middle))))
    return best
