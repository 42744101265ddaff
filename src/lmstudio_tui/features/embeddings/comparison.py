"""What vectors say of texts: how like each two are, which belong together, and what is nearest to a query.

Everything here takes and gives indices of texts, not rows of a matrix: a text that was not embedded keeps its place,
and has no value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lmstudio_tui.features.embeddings.embedded import Embedded
    from lmstudio_tui.vectors.matrix import Matrix
    from lmstudio_tui.vectors.values import Method, Metric, Neighbour, Stop, Vector

_SAMPLE: Final = 160
"""Texts of which all pairs are looked at to know how far their values spread."""
_TAIL: Final = 0.02
"""The part of the pairs, at each end, that does not stretch a scale."""


class Likeness:
    """How like each two of some texts are, as one model sees them.

    Args:
        texts: all of them.
        embedded: their vectors.
        metric: cosine, dot or Euclidean.
    """

    def __init__(self, texts: Sequence[str], embedded: Embedded, metric: Metric) -> None:
        self._texts = texts
        self._embedded = embedded
        self._scale: tuple[float, float] | None = None
        self.metric: Metric = metric

    @property
    def count(self) -> int:
        """How many texts."""
        return self._embedded.count

    @property
    def title(self) -> str:
        """The name of the model."""
        return self._embedded.key.model

    @property
    def scale(self) -> tuple[float, float]:
        """A value of the least alike and one of the most alike, without the few that are far from all others.

        For distances the first is the larger one. Worked out from a part of the texts, once.
        """
        if self._scale is None:
            self._scale = self._spread()
        return self._scale

    def label(self, index: int) -> str:
        """A text."""
        return self._texts[index]

    def tile(self, rows: Sequence[int], columns: Sequence[int]) -> list[list[float | None]]:
        """The value of each pair, a list for each row; None where a text has no vector. Only these are computed."""
        matrix, row_of = self._embedded.matrix, self._embedded.row
        down, across = [row_of(index) for index in rows], [row_of(index) for index in columns]
        if matrix is None:
            return [[None] * len(across) for _ in down]
        there = [row for row in across if row is not None]
        values = iter(self._values(matrix, [row for row in down if row is not None], there))
        empty = len(there) < len(across)
        found: list[list[float | None]] = []
        for row in down:
            if row is None:
                found.append([None] * len(across))
            else:
                some = next(values)
                found.append(_spaced(some, across) if empty else [*some])
        return found

    def pair(self, row: int, column: int) -> float | None:
        """The value of two texts; None when one has no vector."""
        return self.tile((row,), (column,))[0][0]

    def rows(self, stop: Stop | None = None) -> Iterator[list[float | None]]:
        """The whole matrix, a row at a time, of which no more is in memory than some.

        Raises:
            Stopped: when it was told to stop.
        """
        from lmstudio_tui.vectors.similarity import rows_of

        matrix, row_of = self._embedded.matrix, self._embedded.row_of
        values = None if matrix is None else rows_of(matrix, self.metric, stop)
        for row in row_of:
            if row is None or values is None:
                yield [None] * len(row_of)
            else:
                some = next(values)
                yield [*some] if self._embedded.whole else _spaced(some, row_of)

    def _values(self, matrix: Matrix, rows: Sequence[int], columns: Sequence[int]) -> list[list[float]]:
        from lmstudio_tui.vectors.similarity import tile

        return tile(matrix, rows, columns, self.metric)

    def _spread(self) -> tuple[float, float]:
        matrix = self._embedded.matrix
        if matrix is None:
            return 0.0, 1.0
        rows = range(0, matrix.count, -(-matrix.count // _SAMPLE))
        tile = self._values(matrix, rows, rows)
        values = sorted(value for at, row in enumerate(tile) for value in row[at + 1 :]) or tile[0]
        tail = int(len(values) * _TAIL)
        low, high = values[tail], values[-1 - tail]
        return (high, low) if self.metric == "euclidean" else (low, high)


def _spaced(values: Sequence[float], rows: Sequence[int | None]) -> list[float | None]:
    """The values of those that have one, with gaps for the others."""
    left = iter(values)
    return [None if row is None else next(left) for row in rows]


@dataclass(frozen=True, slots=True)
class Groups:
    """Texts that belong together, by one model.

    Attributes:
        of: the group of each text; -1 for one without a vector.
        order: all texts so that like ones lie together; those without a vector at the end.
        count: how many groups.
    """

    of: tuple[int, ...]
    order: tuple[int, ...]
    count: int


def grouped(embedded: Embedded, count: int | None = None, stop: Stop | None = None) -> Groups:
    """Put like texts into groups. The same vectors always give the same ones.

    Args:
        embedded: the texts' vectors.
        count: how many groups at most; None leaves it to how many texts there are.
        stop: asked often.

    Raises:
        VectorsError: when less than one group is asked for.
        Stopped: when it was told to stop.
    """
    if embedded.matrix is None:
        return Groups((-1,) * embedded.count, tuple(range(embedded.count)), 0)
    from lmstudio_tui.vectors.clusters import cluster

    found = cluster(embedded.matrix, count, stop)
    order = [embedded.indices[row] for row in found.order]
    order += [index for index, row in enumerate(embedded.row_of) if row is None]
    return Groups(tuple(-1 if row is None else found.labels[row] for row in embedded.row_of), tuple(order), found.count)


@dataclass(frozen=True, slots=True)
class TextMap:
    """Texts on a map.

    Attributes:
        points: x and y of each text, from -1 to 1; None for one without a vector.
        method: how it was made.
        explained: which share of the variance each axis shows (PCA).
    """

    points: tuple[tuple[float, float] | None, ...]
    method: Method
    explained: tuple[float, ...] = ()


def mapped(embedded: Embedded, method: Method = "pca", stop: Stop | None = None) -> TextMap:
    """Put texts on a map, on which like ones are near each other.

    Raises:
        VectorsError: when the method is not installed, needs more texts, or fails.
        Stopped: when it was told to stop.
    """
    if embedded.matrix is None:
        return TextMap((None,) * embedded.count, method)
    from lmstudio_tui.vectors.projection import project

    found = project(embedded.matrix, method, stop)
    points = tuple(None if row is None else found.points[row] for row in embedded.row_of)
    return TextMap(points, found.method, found.explained)


@dataclass(frozen=True, slots=True)
class NearText:
    """A text as a query sees it.

    Attributes:
        index: which one.
        places: its score and rank by each model; None by one that has no vector of it.
    """

    index: int
    places: tuple[Neighbour | None, ...]


class Nearest:
    """All texts in the order in which they are near to a query, by one model or by several. Made by `nearest`.

    Args:
        sides: the texts' vectors by each model.
        queries: the query's vector by each; None where there is none.
        metric: how near is measured.
        stop: asked often.
    """

    def __init__(
        self, sides: Sequence[Embedded], queries: Sequence[Vector | None], metric: Metric, stop: Stop | None
    ) -> None:
        from lmstudio_tui.vectors.nearest import ranking

        self._sides = tuple(sides)
        self._rankings = [
            None if side.matrix is None or query is None else ranking(side.matrix, query, metric, stop)
            for side, query in zip(sides, queries, strict=True)
        ]

    def count(self, side: int = 0) -> int:
        """How many texts a model has ranked."""
        ranking = self._rankings[side]
        return 0 if ranking is None else ranking.count

    def top(self, k: int, side: int = 0) -> list[NearText]:
        """The nearest texts by one of the models, with what the others say of them.

        Args:
            k: how many at most.
            side: whose order it is.

        Raises:
            VectorsError: when less than none are asked for.
        """
        ranking = self._rankings[side]
        if ranking is None:
            return []
        return [self.text(self._sides[side].indices[one.index]) for one in ranking.top(k)]

    def text(self, index: int) -> NearText:
        """A certain text."""
        return NearText(index, tuple(self._place(side, index) for side in range(len(self._sides))))

    def _place(self, side: int, index: int) -> Neighbour | None:
        ranking, row = self._rankings[side], self._sides[side].row(index)
        return None if ranking is None or row is None else replace(ranking.neighbour(row), index=index)


def nearest(
    sides: Sequence[Embedded], queries: Sequence[Vector | None], metric: Metric, stop: Stop | None = None
) -> Nearest:
    """Rank texts by how near they are to a query.

    Args:
        sides: the same texts' vectors by each model.
        queries: the query's vector by each; None where there is none.
        metric: how near is measured; of equally near texts the first comes first.
        stop: asked often.

    Raises:
        VectorsError: when a query has other dimensions than the texts.
        Stopped: when it was told to stop.
    """
    return Nearest(sides, queries, metric, stop)
