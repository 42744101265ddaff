"""What is nearest to a query."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vector_parts import doubles, mixture, most_memory, near, plainly, small_sets, vectors

from lmstudio_tui.vectors.matrix import Matrix
from lmstudio_tui.vectors.nearest import ranking
from lmstudio_tui.vectors.values import METRICS, Metric, Neighbour, Stopped, VectorsError

if TYPE_CHECKING:
    from lmstudio_tui.vectors.values import Vector


@given(rows=small_sets() | small_sets("d"), metric=st.sampled_from(METRICS), data=st.data())
def test_every_score_is_numpys_and_they_are_in_order(rows: list[Vector], metric: Metric, data: st.DataObject) -> None:
    query = data.draw(st.sampled_from(rows))
    all_of_them = ranking(Matrix.of(rows), query, metric).top(len(rows) + 5)
    assert [one.rank for one in all_of_them] == list(range(1, len(rows) + 1))
    assert sorted(one.index for one in all_of_them) == list(range(len(rows)))
    expected = plainly(doubles(rows), doubles([query]), metric)[:, 0]
    largest = 1 + float(np.abs(doubles(rows)).max()) ** 2
    for one in all_of_them:
        assert near(one.score, expected[one.index], 1e-11, 1e-13 * largest)
    sign = 1 if metric == "euclidean" else -1
    keys = [(sign * one.score, one.index) for one in all_of_them]
    assert keys == sorted(keys), "equally near ones come by their index"


@pytest.mark.parametrize("metric", METRICS)
def test_ten_thousand(metric: Metric) -> None:
    _, rows = mixture(10_000, 768)
    query = rows[4321]
    found = ranking(Matrix.of(rows), query, metric)
    expected = plainly(doubles(rows), doubles([query]), metric)[:, 0]
    order = np.argsort(expected if metric == "euclidean" else -expected, kind="stable")
    top = found.top(100)
    assert [one.index for one in top] == order[:100].tolist()
    np.testing.assert_allclose([one.score for one in top], expected[order[:100]], rtol=1e-12, atol=1e-12)
    for rank in (1, 2, 5_000, 10_000):
        index = int(order[rank - 1])
        assert found.neighbour(index) == found.top(rank)[-1]
        assert found.neighbour(index).rank == rank


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dimensions", [1, 3, 77, 384, 769])
def test_equal_vectors_are_equally_near_wherever_they_are(metric: Metric, dimensions: int) -> None:
    random = np.random.default_rng(dimensions)
    rows = vectors(np.repeat(random.standard_normal((1, dimensions)), 3001, axis=0))
    found = ranking(Matrix.of(rows), vectors([random.standard_normal(dimensions)])[0], metric)
    assert [one.index for one in found.top(3001)] == list(range(3001))
    assert len({one.score for one in found.top(3001)}) == 1


@pytest.mark.parametrize("size", [1e-310, 1e-200, 1.0, 1e200, 1e307])
def test_the_size_of_the_numbers_does_not_matter(size: float) -> None:
    rows = vectors([[size, 0], [size, size], [0, size], [-size, 0], [0, 0]], "d")
    query = array("d", [size, 0.0])
    cosines = ranking(Matrix.of(rows), query, "cosine")
    assert [one.index for one in cosines.top(5)] == [0, 1, 2, 4, 3]
    assert near([one.score for one in cosines.top(5)], [1, math.sqrt(0.5), 0, 0, -1], slack=1e-12)
    distances = ranking(Matrix.of(rows), query, "euclidean")
    expected = [math.dist(row, query) / size for row in rows]
    assert near([distances.neighbour(index).score / size for index in range(5)], expected)


def test_a_query_of_zeros_is_as_near_to_all() -> None:
    found = ranking(Matrix.of(vectors([[1, 2], [3, 4], [0, 0]])), array("f", [0.0, 0.0]), "cosine")
    assert found.top(3) == [Neighbour(0, 0.0, 1), Neighbour(1, 0.0, 2), Neighbour(2, 0.0, 3)]


def test_a_query_of_64_bits_among_32() -> None:
    query = array("d", [0.1, 0.2])
    found = ranking(Matrix.of(vectors([[1, 0]])), query, "dot")
    assert found.top(1)[0].score == 0.1


def test_fewer_than_there_are_and_none() -> None:
    found = ranking(Matrix.of(vectors([[1], [3], [2]])), array("f", [1.0]), "dot")
    assert found.count == 3
    assert [one.index for one in found.top(2)] == [1, 2]
    assert found.top(0) == []


def test_what_cannot_be_ranked_is_said_in_words() -> None:
    matrix = Matrix.of(vectors([[1, 2], [3, 4]]))
    with pytest.raises(VectorsError, match="The query has 3 dimensions, but the texts have 2: both have to be"):
        ranking(matrix, array("f", [1, 2, 3]), "cosine")
    with pytest.raises(VectorsError, match="not finite"):
        ranking(matrix, array("f", [1, math.nan]), "cosine")
    found = ranking(matrix, array("f", [1, 2]), "cosine")
    with pytest.raises(VectorsError, match="ask for 1 or more"):
        found.top(-1)
    for index in (-1, 2):
        with pytest.raises(VectorsError, match=f"index {index}"):
            found.neighbour(index)
    with pytest.raises(Stopped):
        ranking(matrix, array("f", [1, 2]), "cosine", lambda: True)


@pytest.mark.parametrize("metric", METRICS)
def test_fifty_thousand_take_little_memory_more(metric: Metric) -> None:
    _, rows = mixture(50_000, 384)
    matrix = Matrix.of(rows)
    with most_memory() as most:
        ranking(matrix, rows[7], metric).top(50)
    assert most[0] < 12_000_000, "the vectors are of 77 MB; in 64 bits, of 154"
