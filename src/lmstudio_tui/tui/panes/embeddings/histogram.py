"""Histograms as standing bars with an axis. Pure."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from lmstudio_tui.tui.panes.embeddings.bars import columns, number, places_for
from lmstudio_tui.tui.panes.embeddings.vector_lines import colour_of, side_room
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.tui.panes.embeddings.line_view import Piece
    from lmstudio_tui.tui.panes.embeddings.vector_lines import Lines, VectorSide
    from lmstudio_tui.vectors.values import Histogram

_WIDEST: Final = 72
"""Cells of a histogram."""
_ALONE: Final = 4
"""Cells of a bar that is the only one."""


def histogram_lines(sides: Sequence[VectorSide], width: int, height: int) -> Lines:
    """How often numbers lie where, of one model or of two beside each other.

    Args:
        sides: the models.
        width: cells of a line.
        height: of the bars, in lines.
    """
    room = side_room(width, len(sides))
    parts = [_part(side, min(_WIDEST, room), height, colour_of(at, sides)) for at, side in enumerate(sides)]
    blank: Piece = ("", "")
    return [
        [piece for text, style in row for piece in ((" ", ""), (fitted(text, room), style))]
        for row in zip_longest(*parts, fillvalue=blank)
    ]


def _part(side: VectorSide, room: int, height: int, colour: str) -> list[Piece]:
    if side.facts is None:
        return []
    histogram = side.facts.histogram
    counts = _merged(histogram.counts, room)
    wide = max(1, room // len(counts)) if len(counts) > 1 else min(_ALONE, room)
    most = max(counts, default=0)
    shares = [count / most if most else 0.0 for count in counts for _ in range(wide)]
    zero = _zero(histogram, len(shares))
    tallest = f"tallest bar: {most:,} of {side.facts.dimensions:,}"
    return [
        *((line, colour) for line in columns(shares, height)),
        (_axis(zero, len(shares)), "dim"),
        (_ends(histogram, zero, len(shares), room), "dim"),
        (tallest if len(tallest) <= room else f"tallest bar: {most:,}", "dim"),
    ]


def _merged(counts: Sequence[int], room: int) -> list[int]:
    """No more bins than there are cells."""
    together = -(-len(counts) // max(1, room))
    return [sum(counts[at : at + together]) for at in range(0, len(counts), together)] or [0]


def _zero(histogram: Histogram, cells: int) -> int | None:
    """The cell in which 0 lies; None where it is beyond the ends."""
    low, high = histogram.low, histogram.high
    if not low < 0 < high:
        return None
    # Halves: the whole width may be too large for a number.
    return min(cells - 1, int(cells * (-low / 2 / (high / 2 - low / 2))))


def _axis(zero: int | None, cells: int) -> str:
    """The line below the bars, with a mark where 0 is."""
    line = ["─"] * cells
    line[0], line[-1] = "└", "┘"
    if zero is not None:
        line[zero] = "┴"
    return "".join(line)


def _ends(histogram: Histogram, zero: int | None, cells: int, room: int) -> str:
    """What the ends of the axis stand for, and where 0 is if there is room for it."""
    places = places_for(max(abs(histogram.low), abs(histogram.high)), 4)
    low, high = number(histogram.low, places), number(histogram.high, places)
    if histogram.low == histogram.high:
        return low
    between = cells - cell_len(low) - cell_len(high)
    if between < 1:
        return f"{low} … {high}"[:room]
    middle = [" "] * between
    if zero is not None and 1 <= zero - cell_len(low) < between - 1:
        middle[zero - cell_len(low)] = "0"
    return low + "".join(middle) + high
