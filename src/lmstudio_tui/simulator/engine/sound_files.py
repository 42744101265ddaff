"""Sound in files: reading any of them a block at a time, and writing one that is sent while it grows."""

from __future__ import annotations

import io
import struct
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from lmstudio_tui.simulator.engine.sound_formats import NotAudioError, SpeechFormat
from lmstudio_tui.simulator.engine.tone_code import RATE
from lmstudio_tui.simulator.engine.tone_ear import EAR_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lmstudio_tui.simulator.engine.tone_code import Samples

_BLOCK_S = 2
_SLOWEST_RATE, _FASTEST_RATE = 2_000, 1_000_000
_CANCELLED = 0.02
"""Channels whose sum has less than this part of the energy of the first are the same one upside down."""
_LIBRARY_NAMES: dict[SpeechFormat, tuple[str, str, dict[str, Any]]] = {
    SpeechFormat.MP3: ("MP3", "MPEG_LAYER_III", {"bitrate_mode": "CONSTANT", "compression_level": 0.7}),
    SpeechFormat.FLAC: ("FLAC", "PCM_16", {}),
    SpeechFormat.OPUS: ("OGG", "OPUS", {}),
    SpeechFormat.OGG: ("OGG", "VORBIS", {}),
}
"""How the library calls them. An MP3 of this kind begins with no frame that would be written at its end."""
_FLAC_LENGTH_AT = 21


class SoundReader:
    """An audio file, read from its beginning to its end."""

    def __init__(self, file: BinaryIO) -> None:
        """Open it.

        Args:
            file: Where it is, from its present position.

        Raises:
            NotAudioError: It is no audio that the library reads.
        """
        library: Any = import_module("soundfile")
        self._broken: type[Exception] = library.LibsndfileError
        try:
            self._sound: Any = library.SoundFile(file)
        except (self._broken, TypeError, ValueError) as error:
            message = "This is no audio that can be read: WAV, FLAC, Ogg (Opus or Vorbis), MP3 and AIFF can."
            raise NotAudioError(message) from error
        # Otherwise it seeks to where it is after each read, at which an MP3 decoder loses what it had begun.
        self._sound.seekable = _never
        self._rate = int(self._sound.samplerate)
        if not _SLOWEST_RATE <= self._rate <= _FASTEST_RATE:
            message = f"A sample rate of {self._rate} Hz is none that sound has."
            raise NotAudioError(message)
        self._read = 0

    @property
    def duration_s(self) -> float:
        """How much was read, in seconds."""
        return self._read / self._rate

    def blocks(self) -> Iterator[Samples]:
        """The sound in mono at the ear's rate. A file that breaks off ends there."""
        soxr: Any = import_module("soxr")
        resampler = soxr.ResampleStream(self._rate, EAR_RATE, 1, dtype="float32", quality="MQ")
        with self._sound:
            while len(block := self._next()):
                self._read += len(block)
                yield resampler.resample_chunk(_in_mono(block))
        yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)

    def _next(self) -> Samples:
        try:
            return self._sound.read(_BLOCK_S * self._rate, dtype="float32", always_2d=True)
        except self._broken:
            return np.zeros((0, 1), np.float32)


def _never() -> bool:
    return False


def _in_mono(block: Samples) -> Samples:
    """The mean of the channels, or the first one where they cancel each other out."""
    block = np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0)
    mono = block.mean(axis=1, dtype=np.float32)
    if block.shape[1] > 1 and np.square(mono).sum() < _CANCELLED * np.square(block[:, 0]).sum():
        mono = np.ascontiguousarray(block[:, 0])
    return mono


class SoundWriter:
    """Makes an audio file of what is spoken, in pieces that can be sent at once."""

    def __init__(self, kind: SpeechFormat, length: int) -> None:
        """Begin one.

        Args:
            kind: The format.
            length: How many samples it will have, as some formats say at their beginning.
        """
        self._length = length
        self._kind = kind
        self._begun = False
        self._sent = 0
        self._file = io.BytesIO()
        self._sound: Any = None
        if kind in _LIBRARY_NAMES:
            library: Any = import_module("soundfile")
            name, subtype, options = _LIBRARY_NAMES[kind]
            self._sound = library.SoundFile(self._file, "w", RATE, 1, subtype=subtype, format=name, **options)

    def add(self, samples: Samples) -> bytes:
        """Add some samples; return the bytes that can be sent because of them."""
        if self._sound is not None:
            self._sound.write(samples)
            return self._news()
        head = b"" if self._begun or self._kind is SpeechFormat.PCM else self._wav_head()
        self._begun = True
        return head + (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()

    def end(self) -> bytes:
        """End the file; return the rest of its bytes."""
        if self._sound is None:
            return b""
        self._sound.close()
        return self._news()

    def _news(self) -> bytes:
        """What was written since the last time."""
        news = bytearray(self._file.getbuffer()[self._sent :])
        if self._kind is SpeechFormat.FLAC and not self._sent and len(news) >= _FLAC_LENGTH_AT + 5:
            # The library would write the length when all is there, to where it was sent from long ago.
            news[_FLAC_LENGTH_AT] |= self._length >> 32 & 0xF
            news[_FLAC_LENGTH_AT + 1 : _FLAC_LENGTH_AT + 5] = (self._length & 0xFFFFFFFF).to_bytes(4, "big")
        self._sent += len(news)
        return bytes(news)

    def _wav_head(self) -> bytes:
        size = min(2 * self._length, 0xFFFFFFFF - 36)
        form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16)
        return struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE") + form + struct.pack("<4sI", b"data", size)
