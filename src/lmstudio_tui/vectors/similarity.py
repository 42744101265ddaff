"""How near the vectors of a set are to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.vectors.arithmetic import ask, each_with_each

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lmstudio_tui.vectors.matrix import Matrix
    from lmstudio_tui.vectors.values import Metric, Stop

_AT_A_TIME: Final = 1 << 20
"""Numbers of the whole matrix that are there at once: 8 MB."""


def tile(matrix: Matrix, rows: Sequence[int], columns: Sequence[int], metric: Metric) -> list[list[float]]:
    """A part of the matrix of similarities: only that part is computed.

    Args:
        matrix: the vectors.
        rows: the indices of those that have a row.
        columns: the indices of those that have a column.
        metric: a vector with only zeros has the cosine 0 to every other.

    Returns:
        A list for each row.

    Raises:
        VectorsError: when there is no vector of such an index.
    """
    left, top = matrix.checked(rows), matrix.checked(columns)
    if not left.size or not top.size:
        return [[] for _ in rows]
    return each_with_each(matrix.rows(left), matrix.rows(top), metric).tolist()


def pair(matrix: Matrix, row: int, column: int, metric: Metric) -> float:
    """One number of the matrix of similarities.

    Raises:
        VectorsError: when there is no vector of such an index.
    """
    return tile(matrix, [row], [column], metric)[0][0]


def rows_of(matrix: Matrix, metric: Metric, stop: Stop | None = None) -> Iterator[list[float]]:
    """The whole matrix of similarities, a row at a time; no more of it is ever in memory than some rows.

    Raises:
        Stopped: when it was told to stop.
    """
    import numpy as np

    step = max(1, _AT_A_TIME // matrix.count)
    for start in range(0, matrix.count, step):
        some = matrix.rows(slice(start, min(start + step, matrix.count)))
        numbers = np.empty((len(some.values), matrix.count))
        for first, columns in matrix.blocks(stop):
            numbers[:, first : first + len(columns.values)] = each_with_each(some, columns, metric)
        for row in numbers:
            ask(stop)
            yield row.tolist()
