"""Finding a text in rows: also where it is broken over several of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.tui.widgets.transcript.lines import Line

_WORD: Final = re.compile(r"[^\W_]+")

_MARKS: Final = "*_`~\\"
"""What Markdown takes out of the middle of a word."""


class Part(NamedTuple):
    """A part of a hit that stands in one row."""

    row: int
    start: int
    """First character in the row's text."""
    end: int


def count(text: str, needle: str) -> int:
    """Return how often a text that has been case-folded stands in another, which has not."""
    return text.casefold().count(needle)


def may_show(source: str, words: Sequence[str]) -> bool:
    """Whether what is shown of a source may hold all of some case-folded words, whatever marks stand inside of them."""
    folded = source.casefold()
    if all(word in folded for word in words):
        return True
    for mark in _MARKS:
        folded = folded.replace(mark, "")
    return all(word in folded for word in words)


def words_of(needle: str) -> tuple[str, ...]:
    """Return the runs of letters and digits, which must stand in the source of whatever shows `needle`."""
    return tuple(_WORD.findall(needle))


def find_in_lines(lines: Sequence[Line], needle: str) -> list[tuple[Part, ...]]:
    """Return where a case-folded text stands in rows that follow each other, as it would be copied."""
    texts: list[str] = []
    starts: list[tuple[int, int, int]] = []
    offset = 0
    for row, line in enumerate(lines):
        if texts:
            texts.append(line.join)
            offset += len(line.join)
        text = line.text[line.indent : len(line.text) - line.trailing] if line.copied else ""
        starts.append((offset, row, line.indent))
        texts.append(text)
        offset += len(text)
    whole = "".join(texts)
    lengths = [len(text) for text in texts[::2]]
    hits = [_parts(start, end, starts, lengths) for start, end in _matches(whole, needle)]
    return [parts for parts in hits if parts]


def _matches(text: str, needle: str) -> list[tuple[int, int]]:
    folded = text.casefold()
    places = [match.span() for match in re.finditer(re.escape(needle), folded)]
    if len(folded) == len(text) or not places:
        return places
    # Some characters become two when they are folded: count back to where they stand in the text.
    origin = [index for index, character in enumerate(text) for _ in character.casefold()]
    origin.append(len(text))
    return [(origin[start], origin[end - 1] + 1) for start, end in places]


def _parts(start: int, end: int, starts: list[tuple[int, int, int]], lengths: list[int]) -> tuple[Part, ...]:
    parts: list[Part] = []
    for (offset, row, indent), length in zip(starts, lengths, strict=True):
        first, last = max(start, offset), min(end, offset + length)
        if first < last:
            parts.append(Part(row, first - offset + indent, last - offset + indent))
    return tuple(parts)
