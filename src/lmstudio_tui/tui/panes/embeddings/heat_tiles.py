"""The values of a heat map as far as they are in view: asked for once, of one model or of two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.embeddings.heat_scale import HeatScale

if TYPE_CHECKING:
    from collections.abc import Sequence

Painted = Literal["first", "second", "both"]
"""Whose values are painted; both: of the first below the diagonal, of the second above it."""

_LABEL: Final = 200
"""Characters of a text that are ever shown."""
_LABELS_KEPT: Final = 4096
_MEASURED: Final = 256
"""How many labels are measured to know how wide their column is."""


class HeatSource(Protocol):
    """What one model says of all pairs of texts."""

    @property
    def count(self) -> int:
        """How many texts."""
        ...

    @property
    def scale(self) -> tuple[float, float]:
        """The value painted as the least alike, and the one painted as the most alike: for distances it is less."""
        ...

    @property
    def title(self) -> str:
        """The name of the model."""
        ...

    def label(self, index: int) -> str:
        """A text, or its beginning."""
        ...

    def tile(self, rows: Sequence[int], columns: Sequence[int]) -> list[list[float | None]]:
        """The value of each pair, a list for each row; None where a text has no vector. It is waited for."""
        ...


class Tile(NamedTuple):
    """What is painted: levels and the values themselves, a list for each row of squares."""

    levels: list[list[int]]
    values: list[list[float | None]]


class HeatTiles:
    """One source or two, in an order.

    Args:
        sources: of the same texts.
        order: all texts as they stand from left to right; empty for their own order.
        groups: the group of each text; empty for none.
    """

    def __init__(self, sources: Sequence[HeatSource], order: Sequence[int] = (), groups: Sequence[int] = ()) -> None:
        self.sources = tuple(sources)
        self.count = self.sources[0].count if self.sources else 0
        self._order: Sequence[int] = order if len(order) == self.count else range(self.count)
        self._places: Sequence[int] = _inverse(self._order)
        self._groups = groups
        between = [HeatScale.between(*source.scale) for source in self.sources]
        self.both_ways = any(scale.both_ways for scale in between)
        self.scales = tuple(HeatScale.between(*source.scale, both_ways=self.both_ways) for source in self.sources)
        self._labels: dict[int, str] = {}
        self._key: object = None
        self._tile = Tile([], [])

    @property
    def ordered(self) -> bool:
        """Whether the texts stand in another order than their own."""
        return not isinstance(self._order, range)

    @property
    def grouped(self) -> bool:
        """Whether groups are shown."""
        return len(self._groups) == self.count > 0

    def index(self, position: int) -> int:
        """The text at a position."""
        return self._order[position]

    def position(self, index: int) -> int:
        """Where a text stands."""
        return self._places[index]

    def group(self, index: int) -> int:
        """The group of a text, below 0 for none."""
        return self._groups[index] if self.grouped else -1

    def label(self, index: int) -> str:
        """A text as one harmless line."""
        found = self._labels.get(index)
        if found is None:
            if len(self._labels) >= _LABELS_KEPT:
                self._labels.clear()
            found = self._labels[index] = clean_line(self.sources[0].label(index)[:_LABEL])
        return found

    def some_labels(self) -> list[str]:
        """Labels from everywhere in the set, to measure them."""
        return [self.label(index) for index in range(0, self.count, max(1, self.count // _MEASURED))]

    def pair(self, row: int, column: int) -> tuple[float | None, ...]:
        """What each source says of two texts."""
        return tuple(source.tile((row,), (column,))[0][0] for source in self.sources)

    def tile(self, rows: range, columns: range, stride: int, painted: Painted) -> Tile:
        """What is painted of some squares.

        Args:
            rows: squares from top to bottom.
            columns: squares from left to right.
            stride: every how many texts are a square.
            painted: whose values.
        """
        key = (rows, columns, stride, painted)
        if key != self._key:
            self._key, self._tile = key, self._ask(rows, columns, stride, painted)
        return self._tile

    def _ask(self, rows: range, columns: range, stride: int, painted: Painted) -> Tile:
        across = [self._order[column * stride] for column in columns]
        down = [self._order[row * stride] for row in rows]
        sides = range(len(self.sources)) if painted == "both" else (0,) if painted == "first" else (-1,)
        tiles: list[Tile] = []
        for side in sides:
            values = self.sources[side].tile(down, across)
            tiles.append(Tile([self.scales[side].levels(row) for row in values], values))
        if len(tiles) == 1:
            return tiles[0]
        below, above = tiles
        joined = Tile([], [])
        for number, row in enumerate(rows):
            cut = max(0, min(len(columns), row - columns.start))
            joined.levels.append(below.levels[number][:cut] + above.levels[number][cut:])
            joined.values.append(below.values[number][:cut] + above.values[number][cut:])
        return joined


def _inverse(order: Sequence[int]) -> Sequence[int]:
    if isinstance(order, range):
        return order
    places = [0] * len(order)
    for place, index in enumerate(order):
        places[index] = place
    return places
