"""Which vectors are nearest to a query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.vectors.arithmetic import Rows, each_with_one
from lmstudio_tui.vectors.values import Neighbour, VectorsError

if TYPE_CHECKING:
    from lmstudio_tui.vectors.arithmetic import Floats, Integers
    from lmstudio_tui.vectors.matrix import Matrix
    from lmstudio_tui.vectors.values import Metric, Stop, Vector


class Ranking:
    """All vectors of a set in the order in which they are near to a query; of equally near ones the first comes first.

    Made by `ranking`.

    Args:
        scores: of each vector.
        order: the indices, the nearest first.
    """

    def __init__(self, scores: Floats, order: Integers) -> None:
        self._scores = scores
        self._order = order
        self._ranks: Integers | None = None

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._order)

    def top(self, k: int) -> list[Neighbour]:
        """The nearest ones, all of them if there are no more than that.

        Raises:
            VectorsError: when less than none are asked for.
        """
        if k < 0:
            raise VectorsError(f"The {k} nearest were asked for: ask for 1 or more.")
        order: list[int] = self._order[:k].tolist()
        scores: list[float] = self._scores[self._order[:k]].tolist()
        return [
            Neighbour(index, score, place + 1) for place, (index, score) in enumerate(zip(order, scores, strict=True))
        ]

    def neighbour(self, index: int) -> Neighbour:
        """A certain one of them.

        Raises:
            VectorsError: when there is none of that index.
        """
        if not 0 <= index < self.count:
            raise VectorsError(f"There is no vector with the index {index}: there are {self.count:,}, from 0.")
        if self._ranks is None:
            self._ranks = _ranks(self._order)
        return Neighbour(index, float(self._scores[index]), int(self._ranks[index]))


def ranking(matrix: Matrix, query: Vector, metric: Metric, stop: Stop | None = None) -> Ranking:
    """Compare a query with every vector.

    Args:
        matrix: the vectors.
        query: of as many dimensions.
        metric: with cosine, a query of only zeros is equally near to all.
        stop: asked often.

    Raises:
        VectorsError: when the query has other dimensions than the vectors, or a number that is not finite.
        Stopped: when it was told to stop.
    """
    import numpy as np

    if len(query) != matrix.dimensions:
        raise VectorsError(
            f"The query has {len(query):,} dimensions, but the texts have {matrix.dimensions:,}: "
            "both have to be embedded by the same model, with the same dimensions."
        )
    numbers = np.asarray(query, dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise VectorsError("The query has a number that is not finite: nothing can be compared with it.")
    one = Rows.of(numbers[None, :])
    scores = np.empty(matrix.count)
    for start, rows in matrix.blocks(stop):
        scores[start : start + len(rows.values)] = each_with_one(rows, one, metric)
    order = np.argsort(scores if metric == "euclidean" else -scores, kind="stable")
    return Ranking(scores, order)


def _ranks(order: Integers) -> Integers:
    import numpy as np

    ranks = np.empty_like(order)
    ranks[order] = np.arange(1, len(order) + 1)
    return ranks
