"""The matrix of similarities, in parts and as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vector_parts import doubles, mixture, most_memory, near, plainly, precisely, slack, small_sets, vectors

from lmstudio_tui.vectors.matrix import Matrix
from lmstudio_tui.vectors.similarity import pair, rows_of, tile
from lmstudio_tui.vectors.values import METRICS, Metric, Stopped, VectorsError

if TYPE_CHECKING:
    from lmstudio_tui.vectors.values import Vector

metrics = st.sampled_from(METRICS)


@given(rows=small_sets() | small_sets("d"), metric=metrics, data=st.data())
def test_a_part_is_what_numpy_says_in_the_plainest_way(rows: list[Vector], metric: Metric, data: st.DataObject) -> None:
    indices = st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=10)
    left, top = data.draw(indices), data.draw(indices)
    numbers = doubles(rows)
    expected = plainly(numbers[left], numbers[top], metric)
    largest = 1 + float(np.abs(numbers).max()) ** (2 if metric == "dot" else 1)
    np.testing.assert_allclose(tile(Matrix.of(rows), left, top, metric), expected, rtol=1e-11, atol=1e-13 * largest)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("count", "dimensions"), [(1, 1), (2, 1), (2, 768), (300, 768), (40, 4097)])
def test_the_whole_is_what_numpy_says(metric: Metric, count: int, dimensions: int) -> None:
    _, rows = mixture(count, dimensions)
    numbers = doubles(rows)
    whole = np.array(list(rows_of(Matrix.of(rows), metric)))
    np.testing.assert_allclose(whole, plainly(numbers, numbers, metric), rtol=1e-12, atol=1e-12)


huge = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([1e308, -1e308, 1e-308, 5e-324, 0.0])


@given(numbers=st.lists(st.tuples(huge, huge, huge), min_size=2, max_size=5), metric=metrics)
def test_numbers_of_any_size(numbers: list[tuple[float, ...]], metric: Metric) -> None:
    rows = vectors(numbers, "d")
    got = tile(Matrix.of(rows), range(len(rows)), range(len(rows)), metric)
    for row, left in enumerate(rows):
        for column, right in enumerate(rows):
            expected = precisely(left, right, metric)
            assert near(got[row][column], expected, slack=slack(left, right, metric))


@pytest.mark.parametrize("metric", METRICS)
def test_large_norms_beside_small_ones(metric: Metric) -> None:
    random = np.random.default_rng(1)
    rows = vectors(random.standard_normal((30, 50)) * 10.0 ** random.integers(-30, 30, (30, 1)))
    numbers = doubles(rows)
    np.testing.assert_allclose(
        tile(Matrix.of(rows), range(30), range(30), metric), plainly(numbers, numbers, metric), rtol=1e-9, atol=1e-12
    )


def test_vectors_that_hardly_differ_keep_their_distance() -> None:
    random = np.random.default_rng(2)
    base = random.standard_normal(768) * 1e6
    rows = vectors([base + difference * random.standard_normal(768) for difference in (0, 1e-3, 1e-6, 1.0, 0)], "d")
    numbers = doubles(rows)
    got = np.array(tile(Matrix.of(rows), range(5), range(5), "euclidean"))
    np.testing.assert_allclose(got, plainly(numbers, numbers, "euclidean"), rtol=1e-12)
    assert list(got.diagonal()) == [0.0] * 5
    assert got[0, 4] == 0.0


def test_zeros_are_like_nothing_and_cosines_never_leave_their_range() -> None:
    rows = vectors([[0, 0, 0], [0.1, 0.1, 0.1], [0.3, 0.3, 0.3], [-0.7, -0.7, -0.7]])
    got = np.array(tile(Matrix.of(rows), range(4), range(4), "cosine"))
    assert not got[0].any()
    assert not got[:, 0].any()
    assert abs(got).max() <= 1.0
    np.testing.assert_allclose(got[1:, 1:], [[1, 1, -1], [1, 1, -1], [-1, -1, 1]], atol=1e-15)


@given(rows=small_sets(), metric=metrics)
def test_a_pair_is_one_of_the_part(rows: list[Vector], metric: Metric) -> None:
    matrix = Matrix.of(rows)
    last = len(rows) - 1
    assert near(pair(matrix, 0, last, metric), tile(matrix, range(len(rows)), [last], metric)[0][0])


def test_parts_of_nothing() -> None:
    matrix = Matrix.of(vectors([[1.0], [2.0]]))
    assert tile(matrix, [], [0, 1], "cosine") == []
    assert tile(matrix, [0, 1], [], "cosine") == [[], []]


@pytest.mark.parametrize(("rows", "columns"), [([2], [0]), ([0], [-1]), ([0, 1, 5], [1])])
def test_an_index_of_none(rows: list[int], columns: list[int]) -> None:
    with pytest.raises(VectorsError, match=r"no vector with the index (2|-1|5): there are 2"):
        tile(Matrix.of(vectors([[1.0], [2.0]])), rows, columns, "dot")


def test_the_whole_can_be_stopped() -> None:
    asked: list[None] = []

    def stop() -> bool:
        asked.append(None)
        return len(asked) > 5

    with pytest.raises(Stopped):
        list(rows_of(Matrix.of(mixture(100, 8)[1]), "cosine", stop))


@pytest.mark.parametrize("metric", METRICS)
def test_the_whole_of_fifty_thousand_is_never_in_memory(metric: Metric) -> None:
    matrix = Matrix.of(mixture(50_000, 384)[1])
    with most_memory() as most:
        rows = rows_of(matrix, metric)
        assert len(next(rows)) == 50_000
    assert most[0] < 60_000_000, "the matrix is of 20 GB, its vectors are of 77 MB"
