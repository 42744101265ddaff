"""The directions in which vectors differ most (principal component analysis)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.vectors.arithmetic import BLOCK, ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lmstudio_tui.vectors.arithmetic import Floats
    from lmstudio_tui.vectors.matrix import Matrix
    from lmstudio_tui.vectors.values import Stop

_EXACT: Final = 1024
"""Up to so many vectors or dimensions, all axes are computed; with more of both, the first ones are approached."""
_TOGETHER: Final = 8
"""How many directions are followed at the same time."""
_STEPS: Final = 40
_CLOSE: Final = 1e-10
"""How near to an axis a direction has to be, beside the largest variance, to count as it."""
_NOTHING: Final = 1e-13
"""A variance that is no more than this share of all comes from rounding."""


@dataclass(frozen=True, slots=True)
class Components:
    """The first principal components.

    Attributes:
        scores: where each vector lies on each axis, a row for each vector; very large or very small ones are brought
            nearer to 1 by one power of two.
        shares: of the variance that each axis has; empty when all vectors are the same.
    """

    scores: Floats
    shares: tuple[float, ...]


def principal_components(matrix: Matrix, wanted: int, stop: Stop | None = None) -> Components:
    """The axes along which the vectors differ most; the same vectors always give the same ones.

    Args:
        matrix: the vectors.
        wanted: how many axes; those that do not exist are zeros.
        stop: asked often.

    Raises:
        Stopped: when it was told to stop.
    """
    import numpy as np

    centred = _Centred(matrix, stop)
    scores = np.zeros((matrix.count, wanted))
    if not centred.variance:
        return Components(scores, ())
    axes, variances = _axes(centred, min(wanted, matrix.count, matrix.dimensions))
    there = variances > _NOTHING * centred.variance
    axes = axes[:, there] * _signs(axes[:, there])
    for start, block in centred.blocks():
        scores[start : start + len(block), : axes.shape[1]] = block @ axes
    shares = np.zeros(wanted)
    shares[: axes.shape[1]] = variances[there] / centred.variance
    return Components(scores, tuple(np.minimum(shares, 1.0).tolist()))


class _Centred:
    """Vectors with their mean taken away, some at a time.

    Attributes:
        variance: the sum of all their squares.
    """

    def __init__(self, matrix: Matrix, stop: Stop | None) -> None:
        import numpy as np

        self.count = matrix.count
        self.dimensions = matrix.dimensions
        self.stop = stop
        self._matrix = matrix
        # One power of two for all: what counts is how they lie to each other.
        self._exponent = 0 if matrix.exponents is None else int(matrix.exponents.max())
        # The first one is taken away before the mean: equal vectors are then exactly nothing.
        self._first = self._brought(matrix.values[:1].astype(np.float64))
        self._mean = np.zeros((1, matrix.dimensions))
        self._mean = sum((block.sum(axis=0, keepdims=True) for _, block in self.blocks()), self._mean) / matrix.count
        self.variance = sum(float(np.square(block).sum()) for _, block in self.blocks())

    def blocks(self) -> Iterator[tuple[int, Floats]]:
        """All of them, with the index of the first of each block."""
        for start, rows in self._matrix.blocks(self.stop):
            yield start, self._brought(rows.values) - self._first - self._mean

    def columns(self) -> Iterator[tuple[slice, Floats]]:
        """All vectors, some dimensions at a time."""
        import numpy as np

        step = max(1, BLOCK // self.count)
        for start in range(0, self.dimensions, step):
            ask(self.stop)
            part = slice(start, min(start + step, self.dimensions))
            values = self._brought(self._matrix.values[:, part].astype(np.float64))
            yield part, values - self._first[:, part] - self._mean[:, part]

    def _brought(self, values: Floats) -> Floats:
        import numpy as np

        return np.ldexp(values, -self._exponent) if self._exponent else values


def _axes(centred: _Centred, wanted: int) -> tuple[Floats, Floats]:
    """Directions, a column for each, of length 1, and how much of the variance they have; the largest comes first."""
    if min(centred.count, centred.dimensions) > _EXACT:
        return _approached(centred, wanted)
    if centred.count < centred.dimensions:
        return _from_vectors(centred, wanted)
    return _from_dimensions(centred, wanted)


def _from_dimensions(centred: _Centred, wanted: int) -> tuple[Floats, Floats]:
    """By the product of every dimension with every other."""
    import numpy as np

    products = np.zeros((centred.dimensions, centred.dimensions))
    for _, block in centred.blocks():
        products += block.T @ block
    return _largest(products, wanted)


def _from_vectors(centred: _Centred, wanted: int) -> tuple[Floats, Floats]:
    """By the product of every vector with every other."""
    import numpy as np

    products = np.zeros((centred.count, centred.count))
    for _, block in centred.columns():
        products += block @ block.T
    places, variances = _largest(products, wanted)
    axes = np.empty((centred.dimensions, wanted))
    for part, block in centred.columns():
        axes[part] = block.T @ places
    lengths = np.sqrt(np.square(axes).sum(axis=0))
    return np.divide(axes, lengths, out=np.zeros_like(axes), where=lengths > 0), variances


def _approached(centred: _Centred, wanted: int) -> tuple[Floats, Floats]:
    """By a block Krylov method: each step multiplies with the vectors twice and forgets nothing."""
    import numpy as np

    start = np.random.default_rng(0).standard_normal((centred.dimensions, _TOGETHER))
    basis = _orthonormal(start)
    images = _image(centred, basis)
    for _ in range(_STEPS):
        places, variances = _largest(basis.T @ images, wanted)
        axes = basis @ places
        if np.abs(images @ places - axes * variances).max() <= _CLOSE * variances[0]:
            break
        latest = images[:, -_TOGETHER:]
        for _ in range(2):  # The second time takes away what rounding has left.
            latest = _orthonormal(latest - basis @ (basis.T @ latest))
        basis = np.hstack((basis, latest))
        images = np.hstack((images, _image(centred, latest)))
    places, variances = _largest(basis.T @ images, wanted)
    return basis @ places, variances


def _image(centred: _Centred, directions: Floats) -> Floats:
    """Directions multiplied by the vectors, and by the vectors again."""
    import numpy as np

    image = np.zeros_like(directions)
    for _, block in centred.blocks():
        image += block.T @ (block @ directions)
    return image


def _largest(products: Floats, wanted: int) -> tuple[Floats, Floats]:
    """The eigenvectors of a symmetric matrix with the largest eigenvalues, and these, the largest first."""
    import numpy as np

    values, vectors = np.linalg.eigh((products + products.T) / 2)
    return vectors[:, : -wanted - 1 : -1], values[: -wanted - 1 : -1]


def _orthonormal(columns: Floats) -> Floats:
    import numpy as np

    return np.linalg.qr(columns)[0]


def _signs(axes: Floats) -> Floats:
    """1 or -1 for each axis, so that its largest number is positive: either direction of it is as good."""
    import numpy as np

    largest = np.abs(axes).argmax(axis=0)
    return np.where(axes[largest, np.arange(axes.shape[1])] < 0, -1.0, 1.0)
