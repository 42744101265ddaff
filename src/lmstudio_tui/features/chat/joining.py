"""Joining what comes to what was there, when a model goes on with an answer that was cut short.

A server may send only what is new, or repeat the end of what was there first, or all of it.
"""

from __future__ import annotations

from typing import Final

_WINDOW: Final = 2000
"""Characters at the end of what was there, in which a repetition is looked for."""

_LEAST: Final = 12
"""Characters of a repetition of the end; words that are really said twice are mostly shorter."""

_LEAST_WHOLE: Final = 3
"""Characters of a repetition of everything."""

_LEAST_LETTERS: Final = 5
"""Different characters of a repetition: a row of dashes that goes on is none."""


class Joiner:
    """Cuts a repetition out of what comes, once, at its beginning.

    While what has come might be one, it is held back: that ends with the first piece that was not there before.

    Args:
        before: the answer so far.
    """

    __slots__ = ("_before", "_decided", "_held", "_tail")

    def __init__(self, before: str) -> None:
        self._before = before
        self._tail = before[-_WINDOW:]
        self._held = ""
        self._decided = not before

    def feed(self, piece: str) -> str:
        """What of the next piece is to be put behind the answer; empty while that is not clear."""
        if self._decided:
            return piece
        self._held += piece
        body = self._held.lstrip()
        return "" if self._may_repeat(self._held) or self._may_repeat(body) else self.flush()

    def flush(self) -> str:
        """What was held back and is new, at the end of the text."""
        held, self._held, self._decided = self._held, "", True
        cut = self._repeated(held)
        if not cut:
            body = held.lstrip()
            within = self._repeated(body)
            cut = len(held) - len(body) + within if within else 0
        return held[cut:]

    def _may_repeat(self, text: str) -> bool:
        """Whether this, with what follows, may turn out to be a repetition."""
        return text in self._tail or self._before.startswith(text)

    def _repeated(self, text: str) -> int:
        """How many characters at the beginning of a text were there before."""
        if len(self._before) >= _LEAST_WHOLE and text.startswith(self._before):
            return len(self._before)
        for length in range(min(len(text), len(self._tail)), _LEAST - 1, -1):
            overlap = text[:length]
            if self._tail.endswith(overlap):
                return length if _is_telling(overlap) else 0
        return 0


def joined(before: str, more: str) -> str:
    """An answer that was gone on with: what was there and what came, without what was repeated."""
    joiner = Joiner(before)
    return before + joiner.feed(more) + joiner.flush()


def _is_telling(overlap: str) -> bool:
    """Whether so much is not there twice by chance: no row of the same, and no rhythm that just goes on."""
    if len(set(overlap) - {" ", "\n", "\t"}) < _LEAST_LETTERS:
        return False
    # The overlap has a rhythm when it is found again within itself, moved by half of its length or less.
    return (overlap + overlap).find(overlap, 1) == len(overlap) and overlap.find(overlap[: len(overlap) // 2], 1) == -1
