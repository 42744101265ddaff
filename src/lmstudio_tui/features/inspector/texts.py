"""Bytes as a person reads them: text, JSON laid out, or neither."""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from typing import Final

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)
_UNREADABLE: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def text_of(raw: bytes, *, cut: bool = False) -> str | None:
    """The text that the bytes are; None when they are none.

    Args:
        cut: whether there was more, so that the last character may be only half there.
    """
    try:
        text = getincrementaldecoder("utf-8")().decode(raw, final=not cut)
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


def is_plain(text: str) -> bool:
    """Whether a text holds nothing that a terminal would act on when it is pasted there."""
    return _UNREADABLE.search(text) is None and "\r" not in text


def is_json(text: str) -> bool:
    """Whether a text is a JSON object or list."""
    if text.lstrip()[:1] not in {"{", "["}:
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def laid_out(text: str, limit: int | None = None) -> str:
    """JSON with a line for each member, every number and string written as it came.

    Args:
        text: JSON; of what is none, something is made that looks like it.
        limit: about how many characters are wanted at most.
    """
    parts: list[str] = []
    depth = size = 0
    last = ""
    for match in _TOKEN.finditer(text):
        piece = match[0]
        closes = piece in {"}", "]"}
        if closes:
            depth = max(0, depth - 1)
        if piece in {",", ":"} or not last or (closes and last in {"{", "["}):
            gap = ""
        elif last == ":":
            gap = " "
        elif last in {"{", "[", ","} or closes:
            gap = "\n" + "  " * min(depth, 40)
        else:
            gap = " "
        parts.append(gap + piece)
        size += len(gap) + len(piece)
        if piece in {"{", "["}:
            depth += 1
        last = piece
        if limit is not None and size > limit:
            break
    return "".join(parts)
