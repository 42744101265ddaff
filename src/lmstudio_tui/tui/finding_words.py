"""How like a line is to what somebody types to find it, and which letters of it that are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from textual.content import Content

if TYPE_CHECKING:
    from textual.style import Style

_WORD: Final = re.compile(r"\w+")
_WHOLE: Final = 2.0
"""How much more counts what is the whole line."""
_WITHIN: Final = 0.5
"""How much less counts what is in the middle of a word."""
_INITIALS: Final = 0.25
"""How much less count the beginnings of words, as in `gtm` for `Go to Models`."""


def likeness(query: str, *lines: tuple[str, float]) -> float:
    """How like some lines are to what is typed: every word of it has to be in one of them; 0 when they are not.

    Args:
        query: what is typed.
        lines: each with how much it counts.
    """
    plain = query.lower().strip()
    if not plain:
        return 0.0
    lowered = [(line.lower(), weight) for line, weight in lines]
    words = plain.split()
    found = [max(_in(word, line) * weight for line, weight in lowered) for word in words]
    if all(found):
        whole = max((weight * _WHOLE for line, weight in lowered if line == plain), default=0.0)
        return sum(found) / len(found) + whole
    letters = "".join(words)
    if len(letters) < 2:
        return 0.0
    return max((weight * _INITIALS for line, weight in lowered if _has_initials(letters, line)), default=0.0)


def _in(word: str, line: str) -> float:
    """Whether a word is in a line: best at the beginning of one of its words."""
    at = line.find(word)
    if at < 0:
        return 0.0
    while at >= 0:
        if at == 0 or not line[at - 1].isalnum():
            return 1.0
        at = line.find(word, at + 1)
    return _WITHIN


def _has_initials(letters: str, line: str) -> bool:
    """Whether letters are the beginnings of words, in their order: each goes on in a word, or begins a later one."""
    starts = [found.start() for found in _WORD.finditer(line)]
    reached = {at for at in starts if line[at] == letters[0]}
    for letter in letters[1:]:
        if not reached:
            break
        first = min(reached)
        on = {at + 1 for at in reached if line[at + 1 : at + 2] == letter}
        reached = on | {at for at in starts if at > first and line[at] == letter}
    return bool(reached)


def painted(line: str, query: str, style: Style | None) -> Content:
    """A line with the words of it that are typed."""
    content = Content(line)
    lowered = line.lower()
    for word in query.lower().split():
        at = lowered.find(word)
        if at >= 0:
            content = content.stylize(style or "reverse", at, at + len(word))
    return content
