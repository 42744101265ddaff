"""The numbers of vectors in columns, made line by line. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from lmstudio_tui.tui.panes.embeddings.bars import level, number, places_for
from lmstudio_tui.tui.panes.embeddings.vector_lines import side_room
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.tui.panes.embeddings.line_view import Piece
    from lmstudio_tui.tui.panes.embeddings.vector_lines import VectorSide

_IN_A_LINE: Final = (20, 16, 10, 8, 5, 4, 3, 2, 1)
"""Numbers in a line: with round ones it is easily seen which is which."""
_FIGURES: Final = 6
"""Figures of the largest number that are shown."""


class ValueGrid:
    """Lines of numbers: the index of the first, then each with a mark of how large it is.

    Args:
        sides: of one model, or of two beside each other.
        width: cells of a line.
    """

    def __init__(self, sides: Sequence[VectorSide], width: int) -> None:
        self._sides = sides
        self._room = side_room(width, len(sides))
        self._largest = [_largest(side) for side in sides]
        self._places = [places_for(largest, _FIGURES) for largest in self._largest]
        self._cells = [
            cell_len(number(-largest, places)) for largest, places in zip(self._largest, self._places, strict=True)
        ]
        longest = max((len(side.values) for side in sides), default=0)
        self._digits = len(str(max(0, longest - 1)))
        widest = max(self._cells, default=0) + 3
        fits = (self._room - self._digits) // widest
        self._each = next((count for count in _IN_A_LINE if count <= fits), 1)
        self.lines = -(-longest // self._each)
        """How many there are."""

    def heading(self) -> list[Piece]:
        """What stands in which column."""
        pieces: list[Piece] = []
        for side, cells in zip(self._sides, self._cells, strict=True):
            steps = "".join(f"{f'+{at}':>{cells + 3}}" for at in range(self._each))
            shown = f"{'':<{self._digits}}{steps}" if side.facts is not None and self._each > 1 else ""
            pieces += [(" ", ""), (fitted(shown, self._room), "dim")]
        return pieces

    def line(self, at: int) -> list[Piece]:
        """One of the lines, from the first."""
        pieces: list[Piece] = []
        for number_of, side in enumerate(self._sides):
            pieces += self._part(number_of, side.values, at * self._each)
        return pieces

    def _part(self, side: int, values: Sequence[float], first: int) -> list[Piece]:
        shown = values[first : first + self._each]
        if not len(shown):
            return [(" " * (self._room + 1), "")]
        pieces: list[Piece] = [(f" {first:>{self._digits}}", "dim")]
        largest, cells = self._largest[side], self._cells[side]
        for value in shown:
            share = abs(value) / largest if largest else 0.0
            pieces.append((f" {level(share)}", "cold" if value < 0 else "warm"))
            pieces.append((f" {number(value, self._places[side]):>{cells}}", ""))
        used = 1 + self._digits + len(shown) * (cells + 3)
        return [*pieces, (" " * max(0, self._room + 1 - used), "")]


def _largest(side: VectorSide) -> float:
    """By size."""
    return 0.0 if side.facts is None else max(abs(side.facts.low), abs(side.facts.high))
