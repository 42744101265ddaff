"""Vectors in groups."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vector_parts import doubles, mixture, most_memory, small_sets, vectors

from lmstudio_tui.vectors.clusters import cluster
from lmstudio_tui.vectors.matrix import Matrix
from lmstudio_tui.vectors.values import Stopped, VectorsError

if TYPE_CHECKING:
    from lmstudio_tui.vectors.values import Vector


@given(rows=small_sets() | small_sets("d", 1e300), count=st.none() | st.integers(1, 9))
def test_what_holds_of_any_clusters(rows: list[Vector], count: int | None) -> None:
    found = cluster(Matrix.of(rows), count)
    assert sorted(found.order) == list(range(len(rows)))
    assert len(found.labels) == len(rows)
    sizes = Counter(found.labels)
    assert sorted(sizes) == list(range(found.count)), "none is empty"
    assert [sizes[label] for label in range(found.count)] == sorted(sizes.values(), reverse=True)
    assert found.count <= min(count or 12, len(rows))
    runs = [found.labels[index] for index in found.order]
    assert len([a for a, b in pairwise(runs) if a != b]) == found.count - 1, "each lies together"
    assert cluster(Matrix.of(rows), count) == found


def test_groups_that_are_there_are_found() -> None:
    labels, rows = mixture(400, 64, groups=5)
    found = cluster(Matrix.of(rows), 5)
    assert found.count == 5
    assert len(set(zip(labels, found.labels, strict=True))) == 5
    assert [found.labels.count(label) for label in range(5)] == sorted(Counter(labels).values(), reverse=True)


def test_only_the_direction_counts() -> None:
    _, rows = mixture(60, 16, groups=3, kind="d")
    scaled = vectors([np.array(row) * 4.0 ** (index % 7 * 80 - 240) for index, row in enumerate(rows)], "d")
    assert cluster(Matrix.of(scaled), 3).labels == cluster(Matrix.of(rows), 3).labels


def test_inside_a_cluster_the_nearest_to_its_middle_comes_first() -> None:
    _, rows = mixture(200, 32, groups=3, spread=0.5)
    found = cluster(Matrix.of(rows), 3)
    units = doubles(rows) / np.linalg.norm(doubles(rows), axis=1, keepdims=True)
    for label in range(found.count):
        members = [index for index in found.order if found.labels[index] == label]
        middle = units[members].sum(axis=0)
        nearness = units[members] @ middle / np.linalg.norm(middle)
        assert (np.diff(nearness) <= 1e-12).all()


def test_like_clusters_lie_beside_each_other() -> None:
    angles = np.radians([0, 80, 20, 60, 40])
    random = np.random.default_rng(0)
    rows = [(np.cos(a + n), np.sin(a + n)) for a in angles for n in random.normal(0, 0.01, 20)]
    found = cluster(Matrix.of(vectors(rows)), 5)
    along = [index // 20 for index in found.order[::20]]
    assert along in ([0, 2, 4, 3, 1], [1, 3, 4, 2, 0])


@pytest.mark.parametrize(
    ("count", "expected"), [(1, 1), (2, 2), (8, 2), (18, 3), (32, 4), (200, 10), (288, 12), (5_000, 12)]
)
def test_how_many_there_are_when_nobody_says(count: int, expected: int) -> None:
    random = np.random.default_rng(0)
    assert cluster(Matrix.of(vectors(random.standard_normal((count, 24))))).count == expected


def test_there_are_no_more_than_directions() -> None:
    rows = vectors([[1, 0], [2, 0], [0, 1], [0, 5], [0, 3]])
    found = cluster(Matrix.of(rows), 4)
    assert found.count == 2
    assert found.labels == (1, 1, 0, 0, 0)
    assert cluster(Matrix.of(rows), 100).count == 2
    assert cluster(Matrix.of(vectors([[0, 0]] * 3)), 3).labels == (0, 0, 0)


def test_zeros_do_not_disturb_the_others() -> None:
    labels, rows = mixture(90, 16, groups=3)
    found = cluster(Matrix.of([*rows, *vectors([[0] * 16] * 5)]), 3)
    assert len(set(zip(labels, found.labels, strict=False))) == 3


def test_less_than_one_cluster_is_none() -> None:
    with pytest.raises(VectorsError, match="0 clusters were asked for"):
        cluster(Matrix.of(vectors([[1.0]])), 0)


def test_it_can_be_stopped() -> None:
    asked: list[None] = []

    def stop() -> bool:
        asked.append(None)
        return len(asked) > 10

    with pytest.raises(Stopped):
        cluster(Matrix.of(mixture(3000, 384)[1]), stop=stop)


def test_fifty_thousand_take_little_memory_more() -> None:
    labels, rows = mixture(50_000, 384, groups=4)
    matrix = Matrix.of(rows)
    with most_memory() as most:
        found = cluster(matrix, 4)
    assert len(set(zip(labels, found.labels, strict=True))) == 4
    assert most[0] < 30_000_000, "the vectors are of 77 MB; in 64 bits, of 154"
