"""One embedding as it is written in an answer: numbers, or their bytes in base64 (server contract, section 1)."""

from __future__ import annotations

import binascii
import math
import re
import sys
from array import array
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pydantic_core import from_json

if TYPE_CHECKING:
    from lmstudio_tui.sdk.types.embeddings import Vector

_OF_NUMBERS = b"0123456789+-.eE, \t\r\n[]"
_SPACE = re.compile(rb"\s+")
_OTHER_ALPHABET = bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why what stands for an embedding is none.

    Attributes:
        text: the rest of a sentence that begins with "the embedding".
        hint: the next step, where one is known.
    """

    text: str
    hint: str = ""


Found: TypeAlias = "Vector | Flaw"
"""An embedding, or why it is none."""


def of_numbers(written: bytes) -> Found:
    """The embedding that is written as a JSON list of numbers.

    Args:
        written: the list, with its brackets and without lists within it.

    Returns:
        32 bits for each number where that loses nothing of what is written, else 64.
    """
    if written.translate(None, _OF_NUMBERS):
        return _odd(written)
    try:
        numbers: list[float] = from_json(written)
        small = array("f", numbers)
        found = small if small.tolist() == numbers else array("d", numbers)
    except (ValueError, TypeError, OverflowError):
        return Flaw("is no list of numbers")
    return _checked(found)


def of_base64(written: bytes) -> Found:
    """The embedding whose numbers, of 32 bits and little-endian, are written in base64, of either alphabet."""
    plain = _SPACE.sub(b"", written).translate(_OTHER_ALPHABET).rstrip(b"=")
    try:
        data = b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        return Flaw("is a text that is no base64")
    if len(data) % 4:
        return Flaw(f"has {len(data):,} bytes in base64, which are no whole number of 32-bit numbers")
    found = array("f")
    found.frombytes(data)
    if sys.byteorder == "big":
        found.byteswap()
    return _checked(found)


def _checked(found: Vector) -> Found:
    """The embedding, unless there is nothing in it, or what cannot be computed with."""
    if not found:
        return Flaw("is empty")
    # The sum is finite only when all are; it may overflow although all are.
    if math.isfinite(sum(found)) or all(map(math.isfinite, found)):
        return found
    return Flaw("holds NaN" if any(map(math.isnan, found)) else "holds an infinite number")


def _odd(written: bytes) -> Flaw:
    """What stands among the numbers."""
    words = written.lower()
    for word, what in ((b"null", "null"), (b"nan", "NaN"), (b"inf", "an infinite number")):
        if word in words:
            return Flaw(f"holds {what}")
    return Flaw("holds something that is no number")
