"""What some bytes are: told by how they begin, never by a name or a content type, both of which lie."""

from __future__ import annotations

AUDIO_TYPES = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "aac": "audio/aac",
    "m4a": "audio/mp4",
    "webm": "audio/webm",
}
"""The content type of each format that is told by its beginning."""

ENOUGH = 16
"""Bytes that are enough to tell."""

_MARKED = (
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b"\x1aE\xdf\xa3", "webm"),
    (b"ADIF", "aac"),
)
_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


def audio_format(head: bytes) -> str:
    """`wav`, `mp3`, `flac`, `ogg`, `aac`, `m4a`, `webm`; empty for what is none of them, as samples alone are.

    Args:
        head: the beginning; `ENOUGH` bytes of it.
    """
    for mark, name in _MARKED:
        if head.startswith(mark):
            return name
    if head[:4] in {b"RIFF", b"RF64", b"RIFX"} and head[8:12] == b"WAVE":
        return "wav"
    if head[4:8] == b"ftyp":
        return "m4a"
    if len(head) < 2 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return ""
    # A frame of MPEG audio: the two bits of the layer are 0 in AAC's, which has nothing but the sync word in common.
    if head[1] & 0xF6 == 0xF0:
        return "aac"
    sensible = len(head) >= 3 and head[1] & 0x18 != 0x08 and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C
    return "mp3" if head[1] & 0x06 and sensible else ""


def image_type(head: bytes) -> str:
    """The media type of an image; empty for what is none that is known here."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for mark, kind in _IMAGES if head.startswith(mark)), "")


def is_text(head: bytes) -> bool:
    """Whether some bytes are nothing but text that can be printed. Audio hardly ever is, for so much as 16 bytes."""
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return False
        text = head[: error.start].decode()
    return bool(text) and all(char.isprintable() or char in "\t\r\n\ufeff" for char in text)
