"""What it costs to compare embeddings, beside numpy's plain product of numbers that lie ready in 64 bits."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable
from functools import cache

import numpy as np

from lmstudio_tui.vectors.matrix import Matrix
from lmstudio_tui.vectors.nearest import ranking
from lmstudio_tui.vectors.similarity import tile

COUNT = 10_000
DIMENSIONS = 768
ROWS = range(50)
COLUMNS = range(1000, 1150)
_RUNS = 30


@cache
def _matrix() -> Matrix:
    """Embeddings as a server sends them: 32 bits. Making it puts numpy on one core, for the floors, too."""
    numbers = np.random.default_rng(0).standard_normal((COUNT, DIMENSIONS)).astype(np.float32)
    return Matrix.of([array("f", row.tobytes()) for row in numbers])


@cache
def _doubles() -> np.ndarray:
    return _matrix().values.astype(np.float64)


def _milliseconds(work: Callable[[], object]) -> float:
    """CPU of the best of some runs."""
    best = float("inf")
    for _ in range(_RUNS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best * 1000


def nearest() -> float:
    """CPU of the 50 nearest by cosine, in ms."""
    matrix = _matrix()
    query = matrix.vector(5)
    return _milliseconds(lambda: ranking(matrix, query, "cosine").top(50))


def nearest_floor() -> float:
    """CPU of the product of all with a query, in ms."""
    doubles = _doubles()
    query = doubles[5].copy()
    return _milliseconds(lambda: doubles @ query)


def heat_map() -> float:
    """CPU of what is seen of a heat map on a large screen, in ms."""
    matrix = _matrix()
    return _milliseconds(lambda: tile(matrix, ROWS, COLUMNS, "cosine"))


def heat_map_floor() -> float:
    """CPU of the product of those rows and columns, in ms."""
    rows, columns = _doubles()[ROWS.start : ROWS.stop], _doubles()[COLUMNS.start : COLUMNS.stop]
    return _milliseconds(lambda: rows @ columns.T)
