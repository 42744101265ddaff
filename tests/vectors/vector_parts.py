"""Vectors to compute with, and the plainest way to compute with them."""

from __future__ import annotations

import math
import os
import sys
import tracemalloc
from array import array
from contextlib import contextmanager
from decimal import Context, Decimal, localcontext
from importlib import invalidate_caches
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    import pytest
    from numpy.typing import NDArray

    from lmstudio_tui.vectors.values import Metric, Vector

    Floats = NDArray[np.float64]

GROUPED_SEED = 7


def vectors(rows: Any, kind: str = "f") -> list[Vector]:
    """Rows of numbers as a server's vectors: 32 bits or 64."""
    return [array(kind, np.asarray(row, dtype=np.float64).astype(kind).tobytes()) for row in rows]


def mixture(
    count: int, dimensions: int, *, groups: int = 4, spread: float = 0.3, kind: str = "f"
) -> tuple[list[int], list[Vector]]:
    """Vectors around a few directions, and which of them each belongs to."""
    random = np.random.default_rng(GROUPED_SEED)
    middles = random.standard_normal((groups, dimensions))
    labels = random.integers(0, groups, count)
    return labels.tolist(), vectors(middles[labels] + spread * random.standard_normal((count, dimensions)), kind)


def doubles(rows: Sequence[Vector]) -> Floats:
    """The same numbers in 64 bits, as numpy has them."""
    return np.array([list(row) for row in rows], dtype=np.float64)


def plainly(rows: Floats, columns: Floats, metric: Metric) -> Floats:
    """How near each is to each, by the formula."""
    if metric == "dot":
        return rows @ columns.T
    if metric == "euclidean":
        return np.array([[np.linalg.norm(row - column) for column in columns] for row in rows], dtype=np.float64)
    lengths = np.outer(np.linalg.norm(rows, axis=1), np.linalg.norm(columns, axis=1))
    return np.where(lengths > 0, rows @ columns.T / np.where(lengths > 0, lengths, 1), 0.0).astype(np.float64)


def precisely(left: Vector, right: Vector, metric: Metric) -> float:
    """The same for two vectors with numbers of any size, by 60 decimal digits."""
    with localcontext(Context(prec=60, Emax=999_999, Emin=-999_999)):
        pairs = [(Decimal(a), Decimal(b)) for a, b in zip(left, right, strict=True)]
        product = sum((a * b for a, b in pairs), Decimal(0))
        if metric == "dot":
            return float(product)
        if metric == "euclidean":
            return float(sum(((a - b) ** 2 for a, b in pairs), Decimal(0)).sqrt())
        lengths = sum(a * a for a, _ in pairs), sum(b * b for _, b in pairs)
        return float(product / (Decimal(lengths[0]) * Decimal(lengths[1])).sqrt()) if all(lengths) else 0.0


def slack(left: Vector, right: Vector, metric: Metric) -> float:
    """How far the rounding of 64-bit numbers may lead away from `precisely`."""
    lengths = math.hypot(*left), math.hypot(*right)
    return {"cosine": 1e-14, "dot": 1e-15 * lengths[0] * lengths[1], "euclidean": 1e-15 * max(lengths)}[metric] + 1e-320


def near(got: Any, wanted: Any, within: float = 1e-12, slack: float = 0.0) -> bool:
    """Whether numbers are those, but for a share of them, or a little."""
    with np.errstate(all="ignore"):
        return len(np.shape(got)) == len(np.shape(wanted)) and np.allclose(got, wanted, rtol=within, atol=slack)


def missing(module: str) -> bool:
    """In the place of `installed`: no module is."""
    return not module


def small_sets(kind: str = "f", largest: float = 1e4) -> st.SearchStrategy[list[Vector]]:
    """A few vectors of a few dimensions, with zeros and with some that are there twice."""
    sizes = st.floats(2.0**-20, largest, width=32 if kind == "f" else 64)
    numbers = sizes | sizes.map(lambda size: -size) | st.just(0.0)

    def sets(dimensions: int) -> st.SearchStrategy[list[Vector]]:
        row = st.lists(numbers, min_size=dimensions, max_size=dimensions)
        return st.lists(row, min_size=1, max_size=8).flatmap(
            lambda rows: st.lists(st.sampled_from(rows), max_size=3).map(lambda more: vectors([*rows, *more], kind))
        )

    return st.integers(1, 6).flatmap(sets)


@contextmanager
def most_memory() -> Generator[list[int]]:
    """Afterwards, the most bytes that were taken at the same time beyond what was there before."""
    most: list[int] = []
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        yield most
        most.append(tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()


def put_module(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, source: str) -> None:
    """A module that this process and those it starts can import."""
    path = folder.joinpath(*name.split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    for parent in path.relative_to(folder).parents[:-1]:
        (folder / parent / "__init__.py").touch()
    path.write_text(source)
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    invalidate_caches()
    there = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(folder), there))))
