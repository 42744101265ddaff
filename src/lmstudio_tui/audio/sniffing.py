"""What bytes are, by their beginning. Names and content types are not asked: they lie too often."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal, cast

from lmstudio_tui.audio.mp3_frames import id3_length, looks_like_mp3

if TYPE_CHECKING:
    from typing import BinaryIO

AudioKind = Literal["wav", "flac", "ogg", "mp3"]

HEAD_BYTES: Final = 16_384
"""So much of the beginning is enough to tell."""
ACCEPTED: Final = "WAV, FLAC, Ogg (Vorbis, Opus) and MP3"

_MAGIC: Final[tuple[tuple[int, bytes, str], ...]] = (
    (8, b"AVI ", "an AVI video"),
    (8, b"WEBP", "a WebP picture"),
    (0, b"FORM", "AIFF audio"),
    (0, b".snd", "AU audio"),
    (0, b"caff", "Core Audio (CAF)"),
    (0, b"#!AMR", "AMR audio"),
    (0, b"MThd", "a MIDI file, which holds notes and no sound"),
    (0, b"wvpk", "WavPack audio"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"TTA1", "TTA audio"),
    (0, b"DSD ", "DSD audio"),
    (0, b"ADIF", "AAC audio"),
    (0, b"\x0b\x77", "AC-3 audio"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media (WMA or WMV)"),
    (0, b"FLV\x01", "a Flash video"),
    (0, b"\x00\x00\x01\xba", "an MPEG video"),
    (0, b"\x00\x00\x01\xb3", "an MPEG video"),
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive, or a document that is one"),
    (0, b"PK\x05\x06", "an empty ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\x00", "an xz archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"GIF8", "a GIF picture"),
    (0, b"II*\x00", "a TIFF picture"),
    (0, b"MM\x00*", "a TIFF picture"),
    (0, b"GGUF", "a GGUF model"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"SQLite format 3", "an SQLite database"),
)
_PICTURE_BRANDS: Final = (b"avif", b"heic", b"heix", b"mif1")


def kind_of(head: bytes) -> AudioKind | None:
    """Which of the formats that can be read it is; None when it is none of them.

    Args:
        head: the beginning, without tags before it; `HEAD_BYTES` are enough.
    """
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"OggS":
        return "ogg" if _ogg_codec(head) is None else None
    return "mp3" if looks_like_mp3(head) else None


def head_of(file: BinaryIO) -> tuple[int, bytes]:
    """Where a file begins, after ID3 tags, and its first bytes from there.

    Raises:
        OSError: when it cannot be read.
    """
    start = 0
    while True:
        file.seek(start)
        head = file.read(HEAD_BYTES)
        tag = id3_length(head)
        if not tag:
            return start, head
        start += tag


def described(head: bytes) -> str:
    """What something that is no audio for us is, with its article; empty when that cannot be told."""
    if not head:
        return "empty"
    if head[4:8] == b"ftyp":
        return _iso_media(head[8:12])
    if head[:4] == b"\x1aE\xdf\xa3":
        return "WebM (audio or video)" if b"webm" in head[:64] else "Matroska (MKV, MKA)"
    if head[:4] == b"OggS":
        return _ogg_codec(head) or ""
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xF6 == 0xF0:
        return "AAC audio"
    for offset, magic, name in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return name
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "an MPEG transport stream"
    if not any(head):
        return "nothing but zeros"
    return _text(head)


def _iso_media(brand: bytes) -> str:
    if brand in (b"M4A ", b"M4B "):
        return "M4A (AAC audio)"
    if brand == b"qt  ":
        return "a QuickTime video"
    if brand in _PICTURE_BRANDS:
        return "a HEIF or AVIF picture"
    return "3GP (audio or video)" if brand.startswith(b"3g") else "MP4 (audio or video)"


def _ogg_codec(head: bytes) -> str | None:
    """What an Ogg file holds that cannot be decoded here; None when it can be, as far as is known."""
    if b"\x80theora" in head[:512]:
        return "an Ogg video"
    return "Ogg with Speex" if b"Speex   " in head[:128] else None


def _text(head: bytes) -> str:
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return ""
        text = head[: error.start].decode("utf-8-sig")
    if sum(letter < " " and letter not in "\t\r\n\f\x1b" for letter in text):
        return ""
    start = text.lstrip().lower()
    if start.startswith(("<!doctype html", "<html")):
        return "a web page (HTML)"
    if start.startswith(("<?xml", "<svg")):
        return "XML"
    if start.startswith(("{", "[")) and (len(head) >= HEAD_BYTES or _is_json(text)):
        return "JSON"
    return "text"


def _is_json(text: str) -> bool:
    try:
        cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return False
    return True
