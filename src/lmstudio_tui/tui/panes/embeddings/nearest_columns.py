"""What stands in which column of the nearest texts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.embeddings.bars import thin_bar, told_apart
from lmstudio_tui.tui.panes.embeddings.heat_scale import exact
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.tui.panes.embeddings.line_view import Piece
    from lmstudio_tui.vectors.values import Metric, Neighbour

_LOOKED_AT: Final = 2000
"""Characters of a text from which its row is made."""
_BARS: Final = {1: ((110, 20), (84, 16), (64, 10), (40, 6)), 2: ((110, 10), (84, 8), (64, 4))}
"""For one and for two models: from how many cells of a row on a bar has how many."""
_BOTH_SCORES_FROM: Final = 48
"""Cells of a row in which there is room for the score of the model that the rows are not ordered by."""
MEASURES: Final[dict[Metric, str]] = {"cosine": "cosine", "dot": "dot", "euclidean": "distance"}
"""What a score is, in a word of at most 8 letters."""
_LONG: Final = 9999.0
_LONGER: Final = 9.9e99
"""Scores from which on they are written with a power of ten, and with one of three figures."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How wide the columns are, for one model each.

    Attributes:
        ranks: cells of the ranks.
        scores: cells of the scores.
        largest: the score of a whole bar.
        differences: cells of how many ranks lie between two models.
        measure: what the scores are, in a word.
    """

    ranks: tuple[int, ...] = ()
    scores: tuple[int, ...] = ()
    largest: tuple[float, ...] = ()
    differences: int = 5
    measure: str = ""

    @classmethod
    def of(cls, rows: Sequence[tuple[Neighbour | None, ...]], metric: Metric) -> Columns:
        """The columns in which all of these have room.

        Args:
            rows: score and rank of each text by each model.
            metric: a cosine's whole bar is 1; of another metric it is the largest score.
        """
        found = [[place for place in side if place is not None] for side in zip(*rows, strict=True)]
        sizes = [max((abs(place.score) for place in side), default=0.0) for side in found]
        lows = [min((place.score for place in side), default=0.0) for side in found]
        apart = [
            abs(one.rank - other.rank) for one, other in (row[:2] for row in rows if len(row) > 1) if one and other
        ]
        return cls(
            tuple(max(2, len(str(max((place.rank for place in side), default=1)))) for side in found),
            tuple(_score_cells(size, low) for size, low in zip(sizes, lows, strict=True)),
            tuple(1.0 if metric == "cosine" else size for size in sizes),
            max(3, 1 + len(str(max(apart, default=0)))),
            MEASURES[metric],
        )

    def bar_width(self, width: int) -> int:
        """Cells of a bar."""
        return next((cells for least, cells in _BARS[min(2, max(1, len(self.ranks)))] if width >= least), 0)

    def score_width(self, side: int, width: int, *, main: bool) -> int:
        """Cells of a score; there may be none of the model that the rows are not ordered by."""
        return self.scores[side] if main or width >= _BOTH_SCORES_FROM else 0

    def side_width(self, side: int, width: int, *, main: bool) -> int:
        """Cells of what is said by one model, without the blank before it."""
        parts = (self.ranks[side], self.bar_width(width), self.score_width(side, width, main=main))
        return sum(part + 1 for part in parts if part) - 1


def _score_cells(size: float, low: float) -> int:
    """Cells in which the largest of the scores has room, and each that is smaller."""
    figures = len(exact(size)) if size < _LONG else len("1.234e+05") + (size >= _LONGER)
    return max(5, figures + (low < 0))


def heading(columns: Columns, models: tuple[str, ...], side: int, width: int) -> list[Piece]:
    """The names of the models above what they say; a mark at the one that the rows are ordered by.

    With one model the name of the metric stands above the scores.
    """
    if len(models) < 2:
        room = columns.side_width(0, width, main=True) if columns.ranks else 0
        return [(f" {columns.measure[:room]:>{room}}  text", "dim")] if room else []
    wide = [columns.side_width(at, width, main=at == side) for at in range(len(columns.ranks))]
    names = [clean_line(model) for model in models]
    pieces: list[Piece] = []
    for at, cells in enumerate(wide):
        mark, style = ("▾", "mark") if at == side else (" ", "dim")
        pieces.append((f" {mark}{told_apart(names, cells - 1)[at]}", style))
    return [*pieces, (f" {fitted('±', columns.differences)}  text", "dim")]


def pieces_of(columns: Columns, places: tuple[Neighbour | None, ...], text: str, side: int, width: int) -> list[Piece]:
    """A row, without the mark of the cursor.

    Args:
        columns: how wide they are.
        places: its score and rank by each model.
        text: may hold anything.
        side: the model that the rows are ordered by.
        width: cells of the whole row.
    """
    pieces: list[Piece] = []
    for at, place in enumerate(places):
        pieces += _side(columns, at, place, main=at == side, width=width)
        pieces.append((" ", ""))
    if len(places) > 1:
        pieces += [_difference(places[side], places[1 - side], columns.differences), (" ", "")]
    room = width - 1 - sum(len(piece) for piece, _ in pieces) - 1
    line = clean_line(text.lstrip()[:_LOOKED_AT])
    return [*pieces, (" " + fitted(line or "blank", max(0, room)), "" if line else "dim")]


def _side(columns: Columns, at: int, place: Neighbour | None, *, main: bool, width: int) -> list[Piece]:
    """What one model says."""
    if place is None:
        room = columns.side_width(at, width, main=main)
        text = f"{'·':>{columns.ranks[at]}} not embedded"
        return [(text.ljust(room) if len(text) <= room else f"{'·':>{columns.ranks[at]}}".ljust(room), "dim")]
    cells, largest = columns.bar_width(width), columns.largest[at]
    pieces: list[Piece] = [(f"{place.rank:>{columns.ranks[at]}}", "quiet" if main else "dim")]
    if cells:
        share = abs(place.score) / largest if largest > 0 else 0.0
        pieces.append((" " + thin_bar(share, cells), "cold" if place.score < 0 else "warm" if main else "dim"))
    if score := columns.score_width(at, width, main=main):
        pieces.append((f" {exact(place.score):>{score}}", "" if main else "dim"))
    return pieces


def _difference(here: Neighbour | None, there: Neighbour | None, cells: int) -> Piece:
    """By how many ranks the other model has a text nearer or farther."""
    if here is None or there is None:
        return "·".ljust(cells), "dim"
    by = here.rank - there.rank
    if not by:
        return "=".ljust(cells), "dim"
    return f"{'▲' if by > 0 else '▼'}{abs(by)}".ljust(cells), "good" if by > 0 else "cold"


def in_words(places: tuple[Neighbour | None, ...], models: tuple[str, ...], side: int) -> tuple[str, ...]:
    """What two models say of one text, the longest way first; nothing for one model."""
    if len(places) < 2 or len(models) < 2:
        return ()
    said = ["no rank" if place is None else f"rank {place.rank:,} ({exact(place.score)})" for place in places]
    names = [clean_line(model) for model in models]
    apart = _apart(places[side], places[1 - side])
    end = f": {apart}" if apart else ""
    return (
        " · ".join(f"{one} by {name}" for one, name in zip(said, names, strict=True)) + end,
        f"{said[side]} · {said[1 - side]}{end}",
        f"{said[side]} · {said[1 - side]}",
    )


def _apart(here: Neighbour | None, there: Neighbour | None) -> str:
    if here is None or there is None:
        return ""
    by = here.rank - there.rank
    if not by:
        return "the same"
    return f"{abs(by):,} {'nearer' if by > 0 else 'farther'} by the other"
