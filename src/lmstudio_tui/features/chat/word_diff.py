"""What is different between two texts, word by word. Pure, and bounded however long they are.

Lines that both have are found first, then words between them. Each time the words that occur once in both come first,
since they are the ones that mean something; what is left between them is compared greedily (Myers), a stretch at a
time, so that the work grows with the length of the texts and not with its square.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Kind: TypeAlias = Literal["same", "removed", "added"]

_MARKS: Final = (
    r"!-/:-@\[-^`{-~\u00a1\u00ab\u00b7\u00bb\u00bf\u2010-\u2027\u2030-\u205e"
    r"\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_SIGNS: Final = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Chinese and Japanese have no spaces: each character counts as a word."""
_PLAIN: Final = rf"[^\s{_MARKS}{_SIGNS}]+"
_WORD: Final = re.compile(
    rf"(?:{_PLAIN}(?:['’.]{_PLAIN})*|[{_SIGNS}][\ufe00-\ufe0f\u3099\u309a]*|([{_MARKS}])\1*)\s*|\s+"
)
_WORDY: Final = re.compile(rf"[^\s{_MARKS}]")

_DEEPEST: Final = 24
"""How often a stretch is cut at words that occur once in it."""
_MOST: Final = 128
"""How many words may differ in one stretch that is compared greedily."""
_WINDOW: Final = 4096
"""How many words are looked at for that."""
_FEW: Final = 3
"""So few words in common between two larger changes are chance."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of both texts.

    Args:
        kind: whether both have it, or only one.
        before: as it is in the first text; empty for what was added.
        after: as it is in the second one; empty for what was removed. Where both have it, white space may differ.
    """

    kind: Kind
    before: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        """It as it is shown in one text."""
        return self.before if self.kind == "removed" else self.after


class Counts(NamedTuple):
    """How many words are the same, were removed, and were added."""

    same: int
    removed: int
    added: int

    @property
    def share(self) -> float:
        """How much of both texts is the same, from 0 to 1; two empty texts are the same."""
        every = 2 * self.same + self.removed + self.added
        return 2 * self.same / every if every else 1.0


class _Block(NamedTuple):
    """A stretch that both have: where it begins in each, and how long it is."""

    first: int
    second: int
    length: int


class _Stretch(NamedTuple):
    """A part of both: from where and up to where."""

    first: int
    first_end: int
    second: int
    second_end: int


class _Part(NamedTuple):
    """A stretch of words: the same ones, or different ones."""

    same: bool
    before: tuple[str, ...]
    after: tuple[str, ...]


def word_diff(before: str, after: str, check: Callable[[], None] = lambda: None) -> tuple[Piece, ...]:
    """Compare two texts. For a worker thread, when they are long.

    What the pieces say of one text is that text, character by character.

    Args:
        before: the first text.
        after: the second one.
        check: is called now and then; what it raises ends the work.
    """
    pieces: list[Piece] = []
    for part in _calmed(_parts(_lines(before), _lines(after), check)):
        first, second = "".join(part.before), "".join(part.after)
        if part.same:
            pieces.append(Piece("same", first, second))
            continue
        if first:
            pieces.append(Piece("removed", before=first))
        if second:
            pieces.append(Piece("added", after=second))
    return tuple(pieces)


def counted(pieces: Sequence[Piece]) -> Counts:
    """How much of it is the same. Punctuation does not count."""
    found = Counter[str]()
    for piece in pieces:
        found[piece.kind] += sum(1 for word in words(piece.text) if _WORDY.search(word))
    return Counts(found["same"], found["removed"], found["added"])


def words(text: str) -> Iterator[str]:
    """The words of a text, each with the space that follows it; marks are words, too. Together they are the text."""
    # One by one: a single call for a text of megabytes would hold up every other thread.
    return (match[0] for match in _WORD.finditer(text))


def _lines(text: str) -> list[str]:
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [text[text.rfind("\n") + 1 :]]


def _parts(before: list[str], after: list[str], check: Callable[[], None]) -> Iterator[_Part]:
    """Compare line by line, and what is between the same lines word by word."""
    blocks = _blocks(_keys(before), _keys(after), check)
    # An empty line, or a fence, is in every text: alone it says nothing about what belongs together.
    blocks = [block for block in blocks if any(map(_WORDY.search, before[block.first : block.first + block.length]))]
    ends = _Block(len(before), len(after), 0)
    for block, following in pairwise([_Block(0, 0, 0), *blocks, ends]):
        stop, stop_after = block.first + block.length, block.second + block.length
        if block.length:
            yield _Part(True, tuple(before[block.first : stop]), tuple(after[block.second : stop_after]))
        yield from _words_of(before[stop : following.first], after[stop_after : following.second], check)


def _words_of(before: list[str], after: list[str], check: Callable[[], None]) -> Iterator[_Part]:
    """Compare lines word by word."""
    first, second = (list(chain.from_iterable(map(words, lines))) for lines in (before, after))
    at, at_after = 0, 0
    for block in [*_blocks(_keys(first), _keys(second), check), _Block(len(first), len(second), 0)]:
        if at < block.first or at_after < block.second:
            here, there = tuple(first[at : block.first]), tuple(second[at_after : block.second])
            yield _Part(not "".join(here + there).strip(), here, there)
        at, at_after = block.first + block.length, block.second + block.length
        if block.length:
            yield _Part(True, tuple(first[block.first : at]), tuple(second[block.second : at_after]))


def _keys(texts: list[str]) -> list[str]:
    """What is compared: white space does not count."""
    return [" ".join(text.split()) for text in texts]


def _calmed(parts: Iterator[_Part]) -> list[_Part]:
    """Put neighbours together, and take few words in common between larger changes for a part of the change."""
    calm: list[_Part] = []
    for part in parts:
        found = part
        if calm and calm[-1].same == found.same:
            found = _together(calm.pop(), found)
        while not found.same and len(calm) > 1 and _by_chance(calm[-2], calm[-1], found):
            middle = calm.pop()
            found = _together(_together(calm.pop(), middle), found)
        calm.append(found)
    return calm


def _together(one: _Part, other: _Part) -> _Part:
    return _Part(one.same and other.same, one.before + other.before, one.after + other.after)


def _by_chance(change: _Part, same: _Part, other: _Part) -> bool:
    if len(same.after) > 2 * _FEW:
        return False
    common = sum(1 for word in same.after if _WORDY.search(word))
    return common <= _FEW and common < min(max(len(one.before), len(one.after)) for one in (change, other))


# Finding what both have


def _blocks(first: list[str], second: list[str], check: Callable[[], None]) -> list[_Block]:
    """What both have, in order."""
    found: list[_Block] = []
    todo = [(_Stretch(0, len(first), 0, len(second)), 0)]
    while todo:
        check()
        stretch, depth = todo.pop()
        stretch = _bare(first, second, stretch, found)
        if stretch.first == stretch.first_end or stretch.second == stretch.second_end:
            continue
        anchors = _anchors(first, second, stretch) if depth < _DEEPEST else []
        if not anchors:
            _greedy(first, second, stretch, found, check)
            continue
        found += [_Block(at, other, 1) for at, other in anchors]
        ends = [(stretch.first - 1, stretch.second - 1), *anchors, (stretch.first_end, stretch.second_end)]
        todo += [
            (_Stretch(at + 1, until, other + 1, other_until), depth + 1)
            for (at, other), (until, other_until) in pairwise(ends)
        ]
    return sorted(found)


def _bare(first: list[str], second: list[str], stretch: _Stretch, found: list[_Block]) -> _Stretch:
    """A stretch without what both begin and end with."""
    start, end, other, other_end = stretch
    while start < end and other < other_end and first[start] == second[other]:
        start, other = start + 1, other + 1
    if start > stretch.first:
        found.append(_Block(stretch.first, stretch.second, start - stretch.first))
    while start < end and other < other_end and first[end - 1] == second[other_end - 1]:
        end, other_end = end - 1, other_end - 1
    if end < stretch.first_end:
        found.append(_Block(end, other_end, stretch.first_end - end))
    return _Stretch(start, end, other, other_end)


def _anchors(first: list[str], second: list[str], stretch: _Stretch) -> list[tuple[int, int]]:
    """The places of what occurs once in each: as many as are in the same order in both."""
    here = _once(first, stretch.first, stretch.first_end)
    there = _once(second, stretch.second, stretch.second_end)
    pairs = [(at, there[text]) for text, at in here.items() if text in there and _WORDY.search(text)]
    # The longest run that rises in both: for each length the pair that such a run may end with soonest.
    ends: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for number, (_, other) in enumerate(pairs):
        length = bisect_left(ends, other)
        before.append(last[length - 1] if length else None)
        ends[length : length + 1] = [other]
        last[length : length + 1] = [number]
    run: list[tuple[int, int]] = []
    number = last[-1] if last else None
    while number is not None:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]


def _once(texts: list[str], start: int, end: int) -> dict[str, int]:
    """What occurs once in a stretch, in order, and where."""
    counts = Counter(texts[start:end])
    return {texts[at]: at for at in range(start, end) if counts[texts[at]] == 1}


def _greedy(
    first: list[str], second: list[str], stretch: _Stretch, found: list[_Block], check: Callable[[], None]
) -> None:
    """Compare a stretch with as few changes as possible; a long one in parts."""
    start, end, other, other_end = stretch
    while start < end and other < other_end:
        check()
        window = min(end, start + _WINDOW), min(other_end, other + _WINDOW)
        blocks, across, down = _shortest(first[start : window[0]], second[other : window[1]])
        found += [_Block(start + block.first, other + block.second, block.length) for block in blocks]
        start, other = start + across, other + down


def _shortest(first: list[str], second: list[str]) -> tuple[list[_Block], int, int]:
    """Follow Myers' shortest edit script as far as `_MOST` changes lead.

    Returns:
        what both have, and how far that is in each.
    """
    width, height = len(first), len(second)
    front: dict[int, int] = {}
    trail: list[dict[int, int]] = []
    for changes in range(_MOST + 1):
        trail.append(front)
        before, front = front, {}
        for line in range(-changes, changes + 1, 2):
            start = _start(before, line, width, height) if changes else 0
            if start < 0:
                continue
            x = start
            while x < width and x - line < height and first[x] == second[x - line]:
                x += 1
            front[line] = x
            if x == width and x - line == height:
                return _traced(trail, line, x, width, height), width, height
    line = max(front, key=lambda each: 2 * front[each] - each)
    return _traced(trail, line, front[line], width, height), front[line], front[line] - line


def _start(before: dict[int, int], line: int, width: int, height: int) -> int:
    """Where the furthest way along a diagonal begins with one more change; -1 when there is none."""
    across, down = before.get(line - 1, -2) + 1, before.get(line + 1, -1)
    return max(across if across <= width else -1, down if down - line <= height else -1)


def _traced(trail: list[dict[int, int]], line: int, x: int, width: int, height: int) -> list[_Block]:
    """The stretches that a way passed through, from its end back to its beginning."""
    blocks: list[_Block] = []
    for changes in range(len(trail) - 1, -1, -1):
        start = _start(trail[changes], line, width, height) if changes else 0
        if x > start:
            blocks.append(_Block(start, start - line, x - start))
        if changes:
            across = trail[changes].get(line - 1, -2) + 1
            line += -1 if across == start and across <= width else 1
            x = trail[changes][line]
    return blocks[::-1]
