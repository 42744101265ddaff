"""Text on its way to be cut: handed on in parts that are cheap to take apart."""

from __future__ import annotations

from collections import deque
from typing import Final

PART: Final = 65_536
"""Longest part, in characters."""


class Inflow:
    """A queue of text. A part is short, for whatever takes it copies the rest of it with each block it cuts off."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: deque[str] = deque()

    def __bool__(self) -> bool:
        return bool(self._parts)

    def put(self, text: str) -> None:
        """Take more text."""
        if len(text) <= PART:
            self._parts.append(text)
            return
        self._parts.extend([text[start : start + PART] for start in range(0, len(text), PART)])

    def take(self) -> str:
        """Return the next part, or several short ones."""
        size = 0
        taken: list[str] = []
        while self._parts and (not taken or size + len(self._parts[0]) <= PART):
            taken.append(self._parts.popleft())
            size += len(taken[-1])
        return "".join(taken)
