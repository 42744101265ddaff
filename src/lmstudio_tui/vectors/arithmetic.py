"""Products and distances of rows of numbers, in 64 bits, of any size that a number can have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.vectors.values import Stopped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lmstudio_tui.vectors.values import Metric, Stop

    Floats = NDArray[np.float64]
    Integers = NDArray[np.intp]

BLOCK: Final = 1 << 18
"""So many numbers are worked on at a time: 2 MB, which a processor's cache holds."""
_SMALL: Final = 1e-100
_LARGE: Final = 1e100
"""Between the two, squares can be added without a thought."""
_NEAR: Final = 1e-4
"""Of the sum of the squares: a squared distance below it has lost digits when it was made from products."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some vectors, ready to be computed with.

    Attributes:
        values: a row for each, as they are.
        scaled: the same, each divided by a power of two where its numbers are very large or very small.
        lengths: the Euclidean length of each row of `scaled`.
        exponents: of those powers of two; None when nothing had to be divided.
    """

    values: Floats
    scaled: Floats
    lengths: Floats
    exponents: Integers | None

    @staticmethod
    def of(values: Floats) -> Rows:
        """Rows of any numbers that are finite."""
        import numpy as np

        exponents = exponents_of(values)
        scaled = values if exponents is None else np.ldexp(values, -exponents[:, None])
        return Rows(values, scaled, lengths_of(scaled), exponents)

    @property
    def norms(self) -> Floats:
        """The Euclidean lengths; infinite where no 64-bit number is as large."""
        return times_power(self.lengths, self.exponents)


def exponents_of(values: Floats) -> Integers | None:
    """By which power of two each row is to be divided before it is squared; None when none has to be."""
    import numpy as np

    peaks = np.abs(values).max(axis=1)
    if bool(((peaks == 0) | ((peaks > _SMALL) & (peaks < _LARGE))).all()):
        return None
    return np.frexp(peaks)[1].astype(np.intp)


def lengths_of(rows: Floats) -> Floats:
    """The Euclidean length of each row, of numbers whose squares can be added."""
    import numpy as np

    return np.sqrt(np.einsum("ij,ij->i", rows, rows))


def times_power(numbers: Floats, exponents: Integers | None) -> Floats:
    """Numbers times two to the power of these."""
    import numpy as np

    if exponents is None:
        return numbers
    with np.errstate(over="ignore", under="ignore"):
        return np.ldexp(numbers, exponents)


def cosines(products: Floats, lengths: Floats) -> Floats:
    """Products divided by lengths, from -1 to 1; 0 where a length is 0."""
    import numpy as np

    quotients = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return np.clip(quotients, -1.0, 1.0, out=quotients)


def each_with_each(rows: Rows, columns: Rows, metric: Metric) -> Floats:
    """How near each of the rows is to each of the columns."""
    import numpy as np

    with np.errstate(all="ignore"):  # Some BLAS report what happened in numbers that were none of ours.
        products = rows.scaled @ columns.scaled.T
    if metric == "cosine":
        return cosines(products, rows.lengths[:, None] * columns.lengths[None, :])
    if metric == "dot":
        return _times_powers(products, rows.exponents, columns.exponents)
    return _distances(products, rows, columns)


def each_with_one(rows: Rows, one: Rows, metric: Metric) -> Floats:
    """How near each of the rows is to a single one.

    Not by a product of matrices: there the place of a row decides how its sum is rounded, and equal rows would differ.
    """
    import numpy as np

    if metric == "euclidean":
        return _gaps(rows.values, one.values, plain=rows.exponents is None and one.exponents is None)
    products = np.einsum("ij,j->i", rows.scaled, one.scaled[0])
    if metric == "cosine":
        return cosines(products, rows.lengths * one.lengths[0])
    return _times_powers(products[:, None], rows.exponents, one.exponents)[:, 0]


def ask(stop: Stop | None) -> None:
    """Whether to go on.

    Raises:
        Stopped: when not.
    """
    if stop is not None and stop():
        raise Stopped


def _times_powers(products: Floats, rows: Integers | None, columns: Integers | None) -> Floats:
    import numpy as np

    if rows is None and columns is None:
        return products
    exponents = np.zeros(products.shape, dtype=np.intp)
    if rows is not None:
        exponents += rows[:, None]
    if columns is not None:
        exponents += columns[None, :]
    return times_power(products, exponents)


def _distances(products: Floats, rows: Rows, columns: Rows) -> Floats:
    """From the products where that loses nothing, else from the differences."""
    import numpy as np

    plain = rows.exponents is None and columns.exponents is None
    if plain:
        sums = np.square(rows.lengths)[:, None] + np.square(columns.lengths)[None, :]
        squares = sums - 2 * products
        left, right = np.nonzero(squares < _NEAR * sums)
        distances = np.sqrt(np.maximum(squares, 0.0))
    else:
        distances = np.empty_like(products)
        left, right = np.nonzero(np.ones(products.shape, dtype=np.bool_))
    step = max(1, BLOCK // rows.values.shape[1])
    for start in range(0, len(left), step):
        i, j = left[start : start + step], right[start : start + step]
        distances[i, j] = _gaps(rows.values[i], columns.values[j], plain=plain)
    return distances


def _gaps(rows: Floats, others: Floats, *, plain: bool) -> Floats:
    """The distance of each row from the one beside it."""
    import numpy as np

    if plain:
        return lengths_of(rows - others)
    # Halves, since the difference of two large numbers may be too large.
    halves = Rows.of(rows * 0.5 - others * 0.5).norms
    with np.errstate(over="ignore"):
        return halves * 2
