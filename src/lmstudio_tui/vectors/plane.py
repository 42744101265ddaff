"""Points in a plane, and what of them is in each cell of a grid that lies over it: of many points in no time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.intp]

_BITS: Final = (0, 3, 1, 4, 2, 5, 6, 7)
"""The bit of each dot of a cell in braille, from left to right and from top to bottom."""
_ACROSS: Final = 2
_DOWN: Final = 4
"""Dots of a cell in each direction."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells over a part of the plane. A cell is twice as high as it is wide.

    Attributes:
        width: cells of a line.
        height: lines.
        x: what is in the middle.
        y: the same, upwards.
        scale: cells in a line for a unit of the plane.
    """

    width: int
    height: int
    x: float
    y: float
    scale: float


@dataclass(frozen=True, slots=True)
class Raster:
    """What is in the cells of a grid. They count line by line, from the top left.

    Attributes:
        dots: of each cell, as the bits of a braille character.
        groups: of each cell with points the group of most of them.
        counts: how many points are in each cell with points.
        tops: the first point of each cell with points.
        total: how many points are in the grid.
        of_groups: how many of them are of each group.
    """

    dots: bytes
    groups: dict[int, int]
    counts: dict[int, int]
    tops: dict[int, int]
    total: int
    of_groups: dict[int, int]


class _Arrays(NamedTuple):
    """The points that are in the plane.

    Attributes:
        numbers: which of the places they are.
        xs: to the right.
        ys: upwards.
    """

    numbers: Integers
    xs: Floats
    ys: Floats


class Plane:
    """Points in a plane. What is not a number is left out. The first look at them takes the longest: see `prepare`.

    Args:
        places: x and y of each; None for one that has no place.

    Attributes:
        places: as they were given.
    """

    def __init__(self, places: Sequence[tuple[float, float] | None] = ()) -> None:
        self.places = places

    def prepare(self) -> Self:
        """Do now what the first look would do; a thread may. Returns the same plane."""
        _ = self.bounds
        return self

    @cached_property
    def _arrays(self) -> _Arrays:
        import numpy as np

        nowhere = (np.nan, np.nan)
        found = np.array([nowhere if place is None else place for place in self.places], dtype=np.float64)
        found = found.reshape(-1, 2)
        numbers = np.flatnonzero(np.isfinite(found).all(axis=1))
        xs, ys = (np.ascontiguousarray(found[numbers, axis]) for axis in (0, 1))
        return _Arrays(numbers, xs, ys)

    def __len__(self) -> int:
        return self._arrays.numbers.size if self.places else 0

    def has(self, number: int) -> bool:
        """Whether the place of this number is in the plane."""
        place = self.places[number] if 0 <= number < len(self.places) else None
        return place is not None and isfinite(place[0]) and isfinite(place[1])

    @property
    def first(self) -> int:
        """The first number that is in the plane; -1 when none is."""
        return int(self._arrays.numbers[0]) if len(self) else -1

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top; 0 where there are no points."""
        if not len(self):
            return 0.0, 0.0, 0.0, 0.0
        _, xs, ys = self._arrays
        return float(xs.min()), float(xs.max()), float(ys.min()), float(ys.max())

    @cached_property
    def points(self) -> list[tuple[float, float, int]]:
        """x, y and number of each point."""
        numbers, xs, ys = self._arrays
        return list(zip(xs.tolist(), ys.tolist(), numbers.tolist(), strict=True))

    def kinds(self, groups: Sequence[int]) -> Integers:
        """The group of each point in the plane, as `raster` takes them.

        Args:
            groups: of each place, below 0 for none; empty for none at all.
        """
        import numpy as np

        if not len(groups):
            return np.full(len(self), -1, dtype=np.intp)
        return np.maximum(np.asarray(groups, dtype=np.intp)[self._arrays.numbers], -1)

    def tally(self, kinds: Integers) -> dict[int, int]:
        """How many points are of each group, of those of which there are any."""
        import numpy as np

        found, counts = np.unique(kinds, return_counts=True)
        return dict(zip(found.tolist(), counts.tolist(), strict=True))

    def raster(self, grid: Grid, kinds: Integers) -> Raster:
        """What is in each cell.

        Args:
            grid: the cells.
            kinds: the group of each point, by `kinds`.
        """
        import numpy as np

        numbers, xs, ys = self._arrays
        width, height = grid.width, grid.height
        with np.errstate(over="ignore", invalid="ignore"):  # what is too far away to be a number is not seen either
            columns = np.floor((xs - grid.x) * (_ACROSS * grid.scale) + _ACROSS * width / 2)
            lines = np.floor((grid.y - ys) * (_DOWN / 2 * grid.scale) + _DOWN * height / 2)
        seen = (columns >= 0) & (columns < _ACROSS * width) & (lines >= 0) & (lines < _DOWN * height)
        column, line = columns[seen].astype(np.intp), lines[seen].astype(np.intp)
        cells = line // _DOWN * width + column // _ACROSS
        bits = np.array(_BITS, dtype=np.intp)[line % _DOWN * _ACROSS + column % _ACROSS]
        there = np.bincount(cells * 8 + bits, minlength=8 * width * height) > 0
        dots = np.packbits(there.reshape(-1, 8), axis=1, bitorder="little")
        return self._told(dots.tobytes(), cells, kinds[seen], numbers[seen])

    def _told(self, dots: bytes, cells: Integers, kinds: Integers, numbers: Integers) -> Raster:
        """What is in the cells of which these are the points."""
        import numpy as np

        many = int(kinds.max(initial=-1)) + 2
        tallies, points = np.unique(cells * many + kinds + 1, return_counts=True)
        # Of each cell the group of most points comes last, and so does its first point: what comes last stays.
        order = np.lexsort((-tallies, points, tallies // many))
        of_cells = (tallies // many)[order].tolist()
        groups: dict[int, int] = dict(zip(of_cells, (tallies % many - 1)[order].tolist(), strict=True))
        where, counts = np.unique(cells, return_counts=True)
        return Raster(
            dots=dots,
            groups=groups,
            counts=dict(zip(where.tolist(), counts.tolist(), strict=True)),
            tops=dict(zip(cells[::-1].tolist(), numbers[::-1].tolist(), strict=True)),
            total=cells.size,
            of_groups=self.tally(kinds),
        )

    def inside(self, left: float, right: float, bottom: float, top: float) -> list[int]:
        """The numbers of the points in a rectangle; those on its left and its upper edge are, too."""
        numbers, xs, ys = self._arrays
        found: list[int] = numbers[(xs >= left) & (xs < right) & (ys > bottom) & (ys <= top)].tolist()
        return found
