"""What is said of vectors by themselves."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vector_parts import doubles, mixture, near, small_sets, vectors

from lmstudio_tui.vectors.matrix import Matrix
from lmstudio_tui.vectors.statistics import describe, describe_all
from lmstudio_tui.vectors.values import Stopped, VectorsError

if TYPE_CHECKING:
    from lmstudio_tui.vectors.values import Vector


@given(rows=small_sets() | small_sets("d"), bins=st.integers(1, 40))
def test_one_vector_is_what_numpy_says(rows: list[Vector], bins: int) -> None:
    numbers = doubles(rows[:1])[0]
    facts = describe(rows[0], bins)
    assert facts.dimensions == len(rows[0])
    assert (facts.low, facts.high) == (numbers.min(), numbers.max())
    assert facts.zeros == list(rows[0]).count(0)
    got = (facts.norm, facts.mean, facts.deviation)
    slack = 1e-14 * float(np.abs(numbers).max())
    assert near(got, (np.linalg.norm(numbers), numbers.mean(), numbers.std()), slack=slack)
    assert sum(facts.histogram.counts) == len(numbers)
    assert (facts.histogram.low, facts.histogram.high) == (facts.low, facts.high)
    assert len(facts.histogram.counts) == (bins if facts.low < facts.high else 1)


@pytest.mark.parametrize("bins", [1, 7, 32, 1000])
def test_a_histogram_is_numpys(bins: int) -> None:
    numbers = np.random.default_rng(0).standard_normal(768)
    assert list(describe(vectors([numbers], "d")[0], bins).histogram.counts) == np.histogram(numbers, bins)[0].tolist()


@pytest.mark.parametrize(
    ("numbers", "counts"),
    [
        ([5.0, 5.0, 5.0], (3,)),
        ([-1.7e308, 0.0, 1.7e308], (1, 0, 1, 1)),
        ([0.0, 5e-324], (1, 0, 0, 1)),
        ([1.0, math.nextafter(1.0, 2.0)], (1, 0, 0, 1)),
        ([0.0, 1.0, 2.0, 3.0, 4.0], (1, 1, 1, 2)),
    ],
)
def test_a_histogram_of_strange_numbers(numbers: list[float], counts: tuple[int, ...]) -> None:
    assert describe(array("d", numbers), 4).histogram.counts == counts


def test_numbers_at_the_end_of_what_there_is() -> None:
    facts = describe(array("d", [1.5e308, 1.5e308, -1.5e308, -1.5e308]))
    assert (facts.norm, facts.mean, facts.deviation) == (math.inf, 0.0, 1.5e308)


@pytest.mark.parametrize(
    ("vector", "bits"),
    [
        (array("f", [0.1, 0.2]), 32),
        (array("d", [0.1, 0.2]), 64),
        (array("d", [0.5, -3.0, 0.0]), 32),
        (array("d", [1e300]), 64),
        (array("d", [1e-60]), 64),
    ],
)
def test_in_how_many_bits_nothing_is_lost(vector: Vector, bits: int) -> None:
    assert describe(vector).exact_bits == bits


def test_what_cannot_be_described_is_said_in_words() -> None:
    with pytest.raises(VectorsError, match="no numbers"):
        describe(array("f"))
    with pytest.raises(VectorsError, match="not finite"):
        describe(array("f", [math.inf]))
    with pytest.raises(VectorsError, match="0 bins"):
        describe(array("f", [1.0]), 0)


@given(rows=small_sets() | small_sets("d"))
def test_all_of_them(rows: list[Vector]) -> None:
    matrix = Matrix.of(rows)
    facts = describe_all(matrix)
    norms = np.linalg.norm(doubles(rows), axis=1)
    assert (facts.count, facts.dimensions, facts.bytes) == (len(rows), len(rows[0]), matrix.bytes)
    assert near(facts.norms, (norms.min(), norms.mean(), norms.max()))
    assert facts.same == len(rows) - len({tuple(row) for row in rows})
    assert facts.normalised == bool((abs(norms - 1) <= 0.001).all())


def test_lengths_that_are_about_one() -> None:
    _, rows = mixture(500, 100)
    units = doubles(rows) / np.linalg.norm(doubles(rows), axis=1, keepdims=True)
    assert describe_all(Matrix.of(vectors(units))).normalised
    assert describe_all(Matrix.of(vectors(units * 1.0009))).normalised
    assert not describe_all(Matrix.of(vectors(units * 1.0011))).normalised
    assert not describe_all(Matrix.of([*vectors(units), array("f", [0.0] * 100)])).normalised


def test_the_same_numbers_in_other_bytes() -> None:
    rows = [array("f", [0.0, 1.0]), array("f", [-0.0, 1.0]), array("d", [0.0, 1.0]), array("f", [1.0, 0.0])]
    assert describe_all(Matrix.of(rows)).same == 2


def test_it_can_be_stopped() -> None:
    with pytest.raises(Stopped):
        describe_all(Matrix.of(vectors([[1.0]])), lambda: True)
