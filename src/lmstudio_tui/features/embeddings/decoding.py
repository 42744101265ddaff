"""In which encoding a text is written, as its first bytes tell."""

from __future__ import annotations

import codecs
import re
from typing import Final

from lmstudio_tui.features.embeddings.gathering import FORMATS, ReadingError

LOOKED_AT: Final = 65_536
_SOME, _FEW = 0.3, 0.01
"""Bytes at the beginning that tell what a file is, and which part of them may be control characters in a text.

Few bytes are no character of Latin-1, so that anything would pass for it.
"""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", ""),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
"""UTF-32 is looked for first: its mark begins with that of UTF-16."""

MARKED: Final = frozenset({"utf-16", "utf-32"})

_CONTROLS: Final = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_KNOWN: Final = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a packed file, as office documents are",
    b"\x1f\x8b": "a packed file",
    b"\x7fELF": "a program",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"SQLite format 3\0": "a database",
    b"PAR1": "a Parquet file",
}


def encodings(head: bytes, name: str) -> list[tuple[str, str]]:
    """How a file may be written, with what is to be said of it, the likeliest first.

    Raises:
        ReadingError: when it is empty or no text.
    """
    if not head:
        raise ReadingError(f"{name} is empty.", "Choose a file that has texts.")
    for start, called in _KNOWN.items():
        if head.startswith(start):
            raise ReadingError(f"{name} is {called}, and no text.", "Save what it says as text, and load that.")
    for mark, encoding, called in _MARKS:
        if head.startswith(mark):
            return [(encoding, f"It was read as {called}." if called else "")]
    if b"\0" in head:
        return [(_without_mark(head, name), "It was read as UTF-16.")]
    if len(_CONTROLS.findall(head)) > (_SOME if _is_utf_8(head) else _FEW) * len(head):
        raise binary(name)
    said = "It is not UTF-8; it was read as Latin-1 (Windows-1252), so look at its accents."
    return [("utf-8", ""), ("cp1252", said), ("latin-1", said)]


def _is_utf_8(head: bytes) -> bool:
    """Whether it may be UTF-8; the last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _without_mark(head: bytes, name: str) -> str:
    """UTF-16 without a mark has its zero bytes in every other place."""
    even, odd, enough = head[::2].count(0), head[1::2].count(0), max(1, len(head) // 2) * 0.3
    if len(head) > 1 and odd > enough and not even:
        return "utf-16-le"
    if len(head) > 1 and even > enough and not odd:
        return "utf-16-be"
    raise binary(name)


def binary(name: str) -> ReadingError:
    """That something is no text."""
    return ReadingError(
        f"{name} is no text: there are bytes in it that no text has.", f"Texts are read from {FORMATS}."
    )
