"""Choices that look random and are not: they follow from the request."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A source of choices determined by `parts`: the same parts, the same choices."""

    def __init__(self, *parts: object) -> None:
        self._key = blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        self._drawn = 0

    def number(self, below: int) -> int:
        """The next whole number from 0 up to, but not including, `below`."""
        self._drawn += 1
        drawn = blake2b(self._drawn.to_bytes(8, "big"), key=self._key, digest_size=8).digest()
        return int.from_bytes(drawn, "big") % below

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`."""
        return options[self.number(len(options))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """All of `options` in another order."""
        left = list(options)
        return [left.pop(self.number(len(left))) for _ in range(len(left))]

    def digest(self) -> str:
        """Eight hexadecimal digits that name this source; drawing does not change them."""
        return self._key.hex()[:8]
