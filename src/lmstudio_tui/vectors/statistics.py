"""What can be said of vectors by themselves."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from lmstudio_tui.vectors.arithmetic import Rows
from lmstudio_tui.vectors.values import Histogram, SetFacts, VectorFacts, VectorsError

if TYPE_CHECKING:
    from lmstudio_tui.vectors.arithmetic import Floats
    from lmstudio_tui.vectors.matrix import Matrix
    from lmstudio_tui.vectors.values import Stop, Vector

DEFAULT_BINS: Final = 32
_UNIT: Final = 0.001
"""How far a length may be from 1 to count as 1."""


def describe(vector: Vector, bins: int = DEFAULT_BINS) -> VectorFacts:
    """One vector.

    Args:
        vector: the numbers.
        bins: of the histogram; it has a single one when all numbers are the same.

    Raises:
        VectorsError: when it has no numbers, one that is not finite, or the histogram would have no bins.
    """
    import numpy as np

    if bins < 1:
        raise VectorsError(f"A histogram of {bins} bins was asked for: ask for 1 or more.")
    if not len(vector):
        raise VectorsError("The vector has no numbers.")
    numbers = np.asarray(vector, dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise VectorsError("The vector has a number that is not finite: nothing can be computed with it.")
    row = Rows.of(numbers[None, :])
    mean, deviation = _spread(numbers)
    with np.errstate(over="ignore", under="ignore"):
        narrow = bool((numbers.astype(np.float32) == numbers).all())
    return VectorFacts(
        dimensions=len(vector),
        norm=float(row.norms[0]),
        low=float(numbers.min()),
        high=float(numbers.max()),
        mean=mean,
        deviation=deviation,
        zeros=int((numbers == 0).sum()),
        histogram=_histogram(numbers, bins),
        exact_bits=32 if narrow else 64,
    )


def describe_all(matrix: Matrix, stop: Stop | None = None) -> SetFacts:
    """All vectors of a set.

    Raises:
        Stopped: when it was told to stop.
    """
    import numpy as np

    seen: set[bytes] = set()
    for _, rows in matrix.blocks(stop):
        # Adding 0 makes -0.0 to 0.0: the same number in other bytes.
        seen.update(blake2b(row, digest_size=16).digest() for row in rows.values + 0.0)
    norms = matrix.norms
    return SetFacts(
        count=matrix.count,
        dimensions=matrix.dimensions,
        norms=(float(norms.min()), float(norms.mean()), float(norms.max())),
        normalised=bool((np.abs(norms - 1.0) <= _UNIT).all()),
        same=matrix.count - len(seen),
        bytes=matrix.bytes,
    )


def _spread(numbers: Floats) -> tuple[float, float]:
    """The mean and the standard deviation, also where the sum would be too large."""
    import numpy as np

    exponent = int(np.frexp(np.abs(numbers).max())[1])
    scaled = np.ldexp(numbers, -exponent)
    return float(np.ldexp(scaled.mean(), exponent)), float(np.ldexp(scaled.std(), exponent))


def _histogram(numbers: Floats, bins: int) -> Histogram:
    import numpy as np

    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        return Histogram(low, high, (len(numbers),))
    # Shares of the whole width are taken of halves: the width itself may be too large.
    width = high / 2 - low / 2
    shares = (numbers / 2 - low / 2) / width if width > 0 else (numbers == high).astype(np.float64)
    places = np.minimum((shares * bins).astype(np.intp), bins - 1)
    return Histogram(low, high, tuple(np.bincount(places, minlength=bins).tolist()))
