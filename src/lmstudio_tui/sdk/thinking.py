"""Reasoning that arrives inside the answer, between `<think>` and `</think>`.

Server contract, 2.2: the tags may be split over chunks anywhere, and some models send only the closing one.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

_OPEN = "<think>"
_CLOSE = "</think>"
_FENCE = re.compile(r"(?m)^ {0,3}(?:```|~~~)")


class Part(Enum):
    """What a piece is. The last two move what was already given: ALL_WAS_REASONING has no text of its own."""

    TEXT = "text"
    REASONING = "reasoning"
    ALL_WAS_REASONING = "all was reasoning"
    REASONING_WAS_TEXT = "reasoning was text"


class Piece(NamedTuple):
    """A piece of what a model said."""

    part: Part
    text: str = ""


class ThinkSplitter:
    """Divides the content of a stream into answer and reasoning.

    A tag in code (a fence or backticks) is content. A tag that opens in the middle of an answer and never closes was
    content, too.
    """

    def __init__(self) -> None:
        self._code = _CodeWatch()
        self._spoke = False
        self._inner: list[str] = []
        self._held = ""
        self._inside = False
        self._seen = False
        self._trim = False

    def passes(self, delta: str) -> bool:
        """Take in a delta that is answer as it is, which most are; False for one that `feed` has to look at."""
        if self._held or self._trim or self._inside or "<" in delta:
            return False
        self._code.feed(delta)
        self._spoke = self._spoke or not delta.isspace()
        return True

    def feed(self, delta: str) -> list[Piece]:
        """The pieces that this delta completes; a possible beginning of a tag is held back."""
        text, self._held = self._held + delta, ""
        found: list[Piece] = []
        while text:
            if self._trim:
                text = text.lstrip("\n")
                if not text:
                    break
                self._trim = False
            text = self._step(text, found)
        return found

    def finish(self) -> list[Piece]:
        """The end of the stream: what was held back is content."""
        found: list[Piece] = []
        if self._held:
            held, self._held = self._held, ""
            self._say(held, found)
        if self._inside and self._spoke:
            found.append(Piece(Part.REASONING_WAS_TEXT, "".join(self._inner)))
            self._inside = False
        return found

    def note_reasoning(self) -> None:
        """Reasoning came in a field of its own: a lone closing tag is content then."""
        self._seen = True

    def _step(self, text: str, found: list[Piece]) -> str:
        """Take from the text up to and with the next tag, and give what remains."""
        tag = _CLOSE if self._inside or not self._seen else _OPEN
        places = [(text.find(tag), tag)]
        if not self._inside and tag == _CLOSE:
            places.append((text.find(_OPEN), _OPEN))
        at, tag = min((place for place in places if place[0] >= 0), default=(-1, ""))
        if at < 0:
            keep = _held_length(text)
            self._held = text[len(text) - keep :] if keep else ""
            self._say(text[: len(text) - keep], found)
            return ""
        before, after = text[:at], text[at + len(tag) :]
        self._say(before, found)
        if not self._inside and self._code.within:
            self._say(tag, found)
            return after
        if tag == _OPEN:
            self._inside = True
            self._inner.clear()
        elif self._inside:
            self._inside = False
        else:
            found.append(Piece(Part.ALL_WAS_REASONING))
            self._spoke = False
            self._code = _CodeWatch()
        self._seen = self._trim = True
        return after

    def _say(self, text: str, found: list[Piece]) -> None:
        if not text:
            return
        if self._inside:
            self._inner.append(text)
            found.append(Piece(Part.REASONING, text))
            return
        self._code.feed(text)
        self._spoke = self._spoke or not text.isspace()
        found.append(Piece(Part.TEXT, text))


class _CodeWatch:
    """Whether the end of a text stands in a code fence or between backticks. Looks at each character once."""

    def __init__(self) -> None:
        self._unread: list[str] = []
        self._line = ""
        self._in_fence = False

    def feed(self, text: str) -> None:
        """More of the text."""
        self._unread.append(text)

    @property
    def within(self) -> bool:
        """Whether what follows is code."""
        text = self._line + "".join(self._unread)
        self._unread.clear()
        lines, newline, self._line = text.rpartition("\n")
        if newline:
            self._in_fence ^= len(_FENCE.findall(lines)) % 2 == 1
        fenced = self._in_fence ^ bool(_FENCE.match(self._line))
        return fenced or self._line.count("`") % 2 == 1


def _held_length(text: str) -> int:
    """How much of the end may be the beginning of a tag."""
    tail = text[-len(_CLOSE) + 1 :]
    at = tail.rfind("<")
    if at < 0:
        return 0
    start = tail[at:]
    return len(start) if _OPEN.startswith(start) or _CLOSE.startswith(start) else 0


def split_thinking(text: str) -> tuple[str, str]:
    """The answer and the reasoning of a whole text."""
    splitter = ThinkSplitter()
    answer, reasoning = "", ""
    for piece in [*splitter.feed(text), *splitter.finish()]:
        answer, reasoning = fold(answer, reasoning, piece)
    return answer, reasoning


def fold(answer: str, reasoning: str, piece: Piece) -> tuple[str, str]:
    """Answer and reasoning, with one more piece."""
    match piece.part:
        case Part.TEXT:
            return answer + piece.text, reasoning
        case Part.REASONING:
            return answer, reasoning + piece.text
        case Part.ALL_WAS_REASONING:
            return "", reasoning + answer
        case Part.REASONING_WAS_TEXT:
            return answer + _OPEN + piece.text, reasoning.removesuffix(piece.text)
