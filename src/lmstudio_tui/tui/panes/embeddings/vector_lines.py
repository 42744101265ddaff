"""What is said of a vector, as lines. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.embeddings.bars import number, places_for
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.tui.panes.embeddings.line_view import Piece
    from lmstudio_tui.vectors.values import VectorFacts

    Lines = list[list[Piece]]

_LABEL: Final = 12
"""Cells of what facts are called."""
_CELL: Final = 20
"""Cells of a fact, at least, where it stands above its chart."""
_UNIT: Final = 0.001
"""How far a length may be from 1 to count as 1."""
_LOOKED_AT: Final = 4000
"""Characters of a text from which its lines are made."""


@dataclass(frozen=True, slots=True)
class VectorSide:
    """A text's vector by one model.

    Attributes:
        model: which.
        facts: what is said of it; None when there is none.
        values: the numbers.
        absent: why there is none.
    """

    model: str
    facts: VectorFacts | None
    values: Sequence[float] = ()
    absent: str = "not embedded"


def text_lines(text: str, width: int, most: int) -> Lines:
    """The text itself, in a few lines.

    Args:
        text: may hold anything.
        width: cells of a line.
        most: lines.
    """
    rows = wrap(clean_line(text[:_LOOKED_AT]), max(8, width - 2), break_on_hyphens=False)
    if len(rows) > most:
        rows = [*rows[: most - 1], " ".join(rows[most - 1 :])]
    return [[(" ", ""), (fitted(row, max(0, width - 2)), "quiet")] for row in rows]


def short_names(models: Sequence[str]) -> list[str]:
    """The last part of each name, as long as that tells them apart."""
    names = [clean_line(model) for model in models]
    short = [name.rpartition("/")[2] for name in names]
    return short if all(short) and len(set(short)) == len(set(names)) else names


def in_lines(text: str, width: int) -> list[str]:
    """A text in lines, cut where no blank is."""
    line, most = clean_line(text), max(1, width)
    long = any(cell_len(word) > most for word in line.split())
    # A name that is too long is cut at one of its hyphens, if it has some.
    rows = wrap(line, most, break_on_hyphens=long) or [""]
    return [fitted(row, width).rstrip() if cell_len(row) > width else row for row in rows]


def fact_lines(sides: Sequence[VectorSide], width: int) -> Lines:
    """What is said of them, a column for each model; what is longer than its cell goes on below."""
    rooms = _columns(width, len(sides))
    lines: Lines = []
    if len(sides) > 1:
        names = short_names([side.model for side in sides])
        lines += _row("", names, [f"group-{at}" for at in range(len(sides))], rooms)
    facts = [_facts(side) for side in sides]
    for label in dict.fromkeys(label for side in facts for label in side):
        cells = [side.get(label, "·") for side in facts]
        lines += _row(label, cells, ["" if label in side else "dim" for side in facts], rooms)
    return lines


def _columns(width: int, count: int) -> list[int]:
    """Cells of each model's column: it begins where its chart does, as far as there is room for that."""
    side = side_room(width, count)
    if side - _LABEL >= _CELL:
        return [side - _LABEL, *([side] * (count - 1))]
    return [max(1, (width - _LABEL - 1) // max(1, count) - 1)] * count


def _row(label: str, cells: Sequence[str], styles: Sequence[str], rooms: Sequence[int]) -> Lines:
    columns = [in_lines(cell, room) for cell, room in zip(cells, rooms, strict=True)]
    return [
        [
            (f" {'' if at else label:<{_LABEL}}", "dim"),
            *((f"{fitted(cell, room)} ", style) for cell, style, room in zip(row, styles, rooms, strict=True)),
        ]
        for at, row in enumerate(zip_longest(*columns, fillvalue=""))
    ]


def _facts(side: VectorSide) -> dict[str, str]:
    facts = side.facts
    if facts is None:
        return {"dimensions": side.absent}
    places = places_for(max(abs(facts.low), abs(facts.high)), 6)
    return {
        "dimensions": f"{facts.dimensions:,} × {facts.exact_bits} bit",
        "norm": number(facts.norm, min(6, places_for(facts.norm, 7))),
        "normalised": "yes" if abs(facts.norm - 1) <= _UNIT else "no",
        "smallest": number(facts.low, places),
        "largest": number(facts.high, places),
        "mean": number(facts.mean, places),
        "deviation": number(facts.deviation, places),
        "zeros": f"{facts.zeros:,}",
    }


def side_room(width: int, sides: int) -> int:
    """Cells of one model's column, without the blank before it."""
    return max(1, (width - 1) // max(1, sides) - 1)


def beside(left: Lines, right: Lines, width: int) -> Lines:
    """Lines beside each other.

    Args:
        left: is filled up.
        right: begins behind it.
        width: cells of what is at the left.
    """
    lines: Lines = []
    for one, other in zip_longest(left, right, fillvalue=()):
        used = sum(cell_len(text) for text, _ in one)
        lines.append([*one, (" " * max(0, width - used), ""), *other])
    return lines


def colour_of(side: int, sides: Sequence[VectorSide]) -> str:
    """The colour of a model; a single one has the accent."""
    return f"group-{side}" if len(sides) > 1 else "warm"
