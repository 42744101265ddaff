"""Texts with highlighted places, made harmless and cut to so many cells around what was found. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import split_graphemes

from lmstudio_tui.text_safety import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST: Final = 1000
"""Characters that are looked at; a title that somebody imported may have a million."""
_LEAST: Final = 3
"""Cells in which there is room for a letter between two ellipses."""

Pieces = list[tuple[str, bool]]
"""A text in pieces, each with whether it is highlighted."""


def pieces_of(text: str, marks: Iterable[tuple[int, int]] = ()) -> Pieces:
    """A text as one harmless line.

    Args:
        text: may hold anything.
        marks: start and end of what is highlighted in it, in characters.
    """
    text = text[:_LONGEST]
    found: Pieces = []
    at = 0
    for start, end in sorted(marks):
        # Marks come from elsewhere: they may overlap, or reach beyond the text.
        start, end = max(start, at), min(end, len(text))
        if start < end:
            found += [(_line(text[at:start]), False), (_line(text[start:end]), True)]
            at = end
    found.append((_line(text[at:]), False))
    return [piece for piece in found if piece[0]]


def fitted(pieces: Sequence[tuple[str, bool]], width: int) -> tuple[Pieces, int]:
    """As much as fits in so many cells, with the first highlighted place in it, and how many cells that is.

    An ellipsis stands for what is left out at either end.
    """
    text = "".join(text for text, _ in pieces)
    spans, total = _spans(text)
    if total <= width:
        return list(pieces), total
    if width < _LEAST:
        return [("…", False)], 1
    lit = [marked for piece, marked in pieces for _ in piece]
    first, last = _window(spans, lit, total, width)
    before = ["…"] if first else []
    after = ["…"] if last < len(spans) else []
    found: Pieces = [("…", False) for _ in before]
    for start, end, _ in spans[first:last]:
        if found and found[-1][1] == lit[start] and found[-1][0] != "…":
            found[-1] = (found[-1][0] + text[start:end], lit[start])
        else:
            found.append((text[start:end], lit[start]))
    found += [("…", False) for _ in after]
    return found, sum(cells for _, _, cells in spans[first:last]) + len(before) + len(after)


def _window(spans: list[tuple[int, int, int]], lit: list[bool], total: int, width: int) -> tuple[int, int]:
    """The first of the spans that are shown, and the one after the last."""
    first = 0
    mark = next((at for at, (start, _, _) in enumerate(spans) if lit[start]), None)
    if mark is not None:
        ahead = sum(cells for _, _, cells in spans[:mark])
        run = 0
        for start, _, cells in spans[mark:]:
            if not lit[start]:
                break
            run += cells
        if ahead + run > width - 1:
            # What was found stands at a third, with the end of the text where that is nearer.
            skip = min(ahead - width // 3, total - width + 1)
            while first < mark and skip > 0:
                skip -= spans[first][2]
                first += 1
    room = width - (1 if first else 0)
    rest = sum(cells for _, _, cells in spans[first:])
    room -= 1 if rest > room else 0
    last = first
    while last < len(spans) and spans[last][2] <= room:
        room -= spans[last][2]
        last += 1
    return first, last


def _spans(text: str) -> tuple[list[tuple[int, int, int]], int]:
    """Start, end and cells of each thing that is drawn as one, and the cells of all."""
    if text.isascii():
        return [(at, at + 1, 1) for at in range(len(text))], len(text)
    return split_graphemes(text)


def _line(text: str) -> str:
    return clean(text).replace("\n", " ").replace("\t", " ")
