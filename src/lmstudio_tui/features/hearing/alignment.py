"""The shortest way from one sequence of words to another, exactly, and in bounded memory.

The edit distances of a whole column are kept as bits of two long integers: where they rise by one, and where they fall
by one (Myers 1999, Hyyrö 2003). So a column costs a few operations on integers, whatever its length: two texts of
20,000 words take under a second. Going back needs every column; they are kept one in many, and those between are made
once more when they are needed.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Pair = tuple[int | None, int | None]
"""Places in the first and in the second sequence; None where one has nothing."""


class _Column(NamedTuple):
    """The distances of one column: bit `i` tells of the step from row `i` to row `i + 1`."""

    rises: int
    falls: int


def aligned(first: Sequence[str], second: Sequence[str], check: Callable[[], None] = lambda: None) -> list[Pair]:
    """Pair the members of two sequences so that as few as possible differ (Levenshtein).

    Args:
        first: one sequence.
        second: the other one.
        check: is called now and then; what it raises ends the work.
    """
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    end = 0
    while end < min(len(first), len(second)) - start and first[-1 - end] == second[-1 - end]:
        end += 1
    middle = _middle(first[start : len(first) - end], second[start : len(second) - end], check)
    return [
        *((at, at) for at in range(start)),
        *((_plus(here, start), _plus(there, start)) for here, there in middle),
        *((len(first) - end + at, len(second) - end + at) for at in range(end)),
    ]


def _plus(place: int | None, more: int) -> int | None:
    return None if place is None else place + more


def _middle(first: Sequence[str], second: Sequence[str], check: Callable[[], None]) -> list[Pair]:
    if not first or not second:
        return [*((at, None) for at in range(len(first))), *((None, at) for at in range(len(second)))]
    places: dict[str, int] = {}
    for at, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << at
    step = isqrt(len(second)) + 1
    start = _Column((1 << len(first)) - 1, 0)
    columns = _columns(start, places, second, len(first), 0, len(second), check)
    kept = {0: start} | {at: column for at, column in columns if at % step == 0}
    return _way_back(first, second, places, kept, step, check)


def _columns(
    column: _Column,
    places: dict[str, int],
    second: Sequence[str],
    height: int,
    start: int,
    stop: int,
    check: Callable[[], None],
) -> Iterator[tuple[int, _Column]]:
    """The columns after `start` up to `stop`, each with its number."""
    every = (1 << height) - 1
    rises, falls = column
    for at in range(start, stop):
        check()
        same = places.get(second[at], 0)
        level = (((same & rises) + rises) ^ rises) | same | falls
        across_rises = falls | ~(level | rises) & every
        across_falls = rises & level
        # The first row rises by one with each column.
        across_rises = (across_rises << 1 | 1) & every
        across_falls = (across_falls << 1) & every
        rises = (across_falls | ~(level | across_rises)) & every
        falls = across_rises & level & every
        yield at + 1, _Column(rises, falls)


def _way_back(
    first: Sequence[str],
    second: Sequence[str],
    places: dict[str, int],
    kept: dict[int, _Column],
    step: int,
    check: Callable[[], None],
) -> list[Pair]:
    """The pairs, found from the end to the beginning."""
    pairs: list[Pair] = []
    block: dict[int, _Column] = {}
    row, at = len(first), len(second)
    while row and at:
        if at - 1 not in block:
            base = (at - 1) // step * step
            block = {base: kept[base]} | dict(_columns(kept[base], places, second, len(first), base, at, check))
        if block[at].rises >> (row - 1) & 1:
            row -= 1
            pairs.append((row, None))
        elif block[at - 1].falls >> (row - 1) & 1:
            at -= 1
            pairs.append((None, at))
        else:
            row, at = row - 1, at - 1
            pairs.append((row, at))
    pairs += [(here, None) for here in range(row - 1, -1, -1)]
    pairs += [(None, there) for there in range(at - 1, -1, -1)]
    return pairs[::-1]
