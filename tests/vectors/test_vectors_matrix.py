"""Vectors as one block of numbers."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from vector_parts import doubles, near, small_sets, vectors

from lmstudio_tui.vectors.matrix import Matrix
from lmstudio_tui.vectors.values import VectorsError

if TYPE_CHECKING:
    from lmstudio_tui.vectors.values import Vector


@given(rows=small_sets() | small_sets("d"))
def test_what_goes_in_comes_out(rows: list[Vector]) -> None:
    matrix = Matrix.of(rows)
    assert (matrix.count, matrix.dimensions) == (len(rows), len(rows[0]))
    assert [matrix.vector(index) for index in range(len(rows))] == rows
    assert {matrix.vector(index).typecode for index in range(len(rows))} == {rows[0].typecode}
    np.testing.assert_allclose(matrix.norms, np.linalg.norm(doubles(rows), axis=1), rtol=1e-12)


def test_numbers_of_64_bits_make_all_of_them_so_and_lose_nothing() -> None:
    rows = [array("f", [0.1, 2.0]), array("d", [0.1, 1e300])]
    matrix = Matrix.of(rows)
    assert [list(matrix.vector(index)) for index in range(2)] == [list(row) for row in rows]
    assert matrix.vector(0).typecode == "d"
    assert matrix.bytes >= 2 * 2 * 8


def test_32_bits_take_half_as_much() -> None:
    rows = np.ones((100, 1000))
    assert Matrix.of(vectors(rows)).bytes == 100 * (1000 * 4 + 8)
    assert Matrix.of(vectors(rows, "d")).bytes == 100 * (1000 * 8 + 8)


def test_it_never_changes() -> None:
    row = array("f", [1.0, 2.0])
    matrix = Matrix.of([row])
    row[0] = 9.0
    assert list(matrix.vector(0)) == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        matrix.values[0, 0] = 5.0


def test_some_of_them_in_an_order() -> None:
    matrix = Matrix.of(vectors([[1, 0], [0, 2], [3, 0]]))
    some = matrix.take([2, 0, 2])
    assert [list(some.vector(index)) for index in range(some.count)] == [[3, 0], [1, 0], [3, 0]]
    assert list(some.norms) == [3, 1, 3]


@pytest.mark.parametrize("size", [1e200, 1e308, 1e-200, 5e-324])
def test_lengths_of_numbers_whose_squares_are_none(size: float) -> None:
    rows = vectors([[size, 0.0, size], [1.0, 2.0, 2.0], [0.0, 0.0, 0.0]], "d")
    assert near(Matrix.of(rows).norms, [math.hypot(*row) for row in rows], 1e-15)


def test_a_length_that_no_number_can_say_is_infinite() -> None:
    assert list(Matrix.of(vectors([[1.5e308, 1.5e308]], "d")).norms) == [math.inf]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "There are no vectors"),
        ([array("f")], "no numbers"),
        (
            [array("f", [1.0, 2.0]), array("f", [1.0])],
            "Vector 2 has 1 dimensions, but the first has 2: vectors of different models",
        ),
        ([array("f", [1.0]), array("f", [math.nan])], "Vector 2 has a number that is not finite"),
        ([array("d", [math.inf])], "Vector 1 has a number that is not finite"),
    ],
)
def test_what_cannot_be_computed_with_is_said_in_words(rows: list[Vector], words: str) -> None:
    with pytest.raises(VectorsError, match=words):
        Matrix.of(rows)


def test_the_vector_that_is_wrong_is_found_among_many() -> None:
    rows = vectors(np.ones((2000, 300)))
    rows[1700][299] = math.nan
    with pytest.raises(VectorsError, match="Vector 1701 "):
        Matrix.of(rows)


@pytest.mark.parametrize("index", [-1, 2, 10**9])
def test_an_index_of_none(index: int) -> None:
    matrix = Matrix.of(vectors([[1.0], [2.0]]))
    for ask in (lambda: matrix.vector(index), lambda: matrix.take([0, index])):
        with pytest.raises(VectorsError, match=f"no vector with the index {index}: there are 2"):
            ask()
    with pytest.raises(VectorsError, match="no vectors"):
        matrix.take([])
