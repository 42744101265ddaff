"""The formats that the simulator speaks in, by name."""

from __future__ import annotations

from enum import Enum


class NotAudioError(Exception):
    """What should be audio is none: a sentence that says so."""


class SpeechFormat(Enum):
    """A format, by the name that it is asked for with."""

    MP3 = "mp3"
    WAV = "wav"
    FLAC = "flac"
    OPUS = "opus"
    OGG = "ogg"
    PCM = "pcm"

    @property
    def media_type(self) -> str:
        """Its content type. PCM is of 16 bits, little-endian, mono."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    SpeechFormat.MP3: "audio/mpeg",
    SpeechFormat.WAV: "audio/wav",
    SpeechFormat.FLAC: "audio/flac",
    SpeechFormat.OPUS: "audio/ogg",
    SpeechFormat.OGG: "audio/ogg",
    SpeechFormat.PCM: "audio/pcm;rate=24000",
}
