"""The vectors of a set as one block of numbers."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from lmstudio_tui.vectors.arithmetic import BLOCK, Rows, ask, times_power
from lmstudio_tui.vectors.one_core import use_one_core
from lmstudio_tui.vectors.values import VectorsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from lmstudio_tui.vectors.arithmetic import Floats, Integers
    from lmstudio_tui.vectors.values import Stop, Vector


class Matrix:
    """Vectors of the same number of dimensions. It never changes; made by `Matrix.of`.

    Attributes:
        values: a row for each vector, 32-bit numbers if all came so, else 64-bit ones; read-only.
        exponents: as in `Rows`.
    """

    __slots__ = ("_lengths", "exponents", "values")

    def __init__(self, values: NDArray[Any]) -> None:
        use_one_core()
        self.values = values
        self.values.flags.writeable = False
        self._lengths, self.exponents = _measured(values)

    @staticmethod
    def of(vectors: Sequence[Vector]) -> Matrix:
        """All of these, in their order.

        Raises:
            VectorsError: when there are none, they differ in their dimensions, or a number is not finite.
        """
        import numpy as np

        if not vectors:
            raise VectorsError("There are no vectors to compute with.")
        dimensions = len(vectors[0])
        if not dimensions:
            raise VectorsError("The first vector has no numbers.")
        narrow = all(vector.typecode == "f" for vector in vectors)
        values = np.empty((len(vectors), dimensions), dtype=np.float32 if narrow else np.float64)
        for index, vector in enumerate(vectors):
            if len(vector) != dimensions:
                raise VectorsError(
                    f"Vector {index + 1} has {len(vector):,} dimensions, but the first has {dimensions:,}: "
                    "vectors of different models cannot be compared."
                )
            values[index] = vector
        return Matrix(values)

    @property
    def count(self) -> int:
        """How many vectors."""
        return self.values.shape[0]

    @property
    def dimensions(self) -> int:
        """How many numbers each has."""
        return self.values.shape[1]

    @property
    def bytes(self) -> int:
        """What it takes in memory."""
        exponents = 0 if self.exponents is None else self.exponents.nbytes
        return self.values.nbytes + self._lengths.nbytes + exponents

    @property
    def norms(self) -> Floats:
        """The Euclidean length of each; infinite where no 64-bit number is as large."""
        return times_power(self._lengths, self.exponents)

    def vector(self, index: int) -> Vector:
        """One of them. 32-bit numbers come back as 64-bit ones, and the same, if others of the set need 64.

        Raises:
            VectorsError: when there is none of that index.
        """
        row = self.values[self.checked([index])[0]]
        return array("f" if row.itemsize == 4 else "d", row.tobytes())

    def take(self, indices: Sequence[int]) -> Matrix:
        """Some of them, in this order.

        Raises:
            VectorsError: when they are none, or there is none of such an index.
        """
        if not len(indices):
            raise VectorsError("There are no vectors to compute with.")
        return Matrix(self.values[self.checked(indices)])

    def checked(self, indices: Sequence[int]) -> Integers:
        """Indices as numpy wants them.

        Raises:
            VectorsError: when there is no vector of such an index.
        """
        import numpy as np

        wanted = np.asarray(indices, dtype=np.intp)
        if wanted.size and (wanted.min() < 0 or wanted.max() >= self.count):
            wrong = next(index for index in indices if not 0 <= index < self.count)
            raise VectorsError(f"There is no vector with the index {wrong}: there are {self.count:,}, from 0.")
        return wanted

    def rows(self, indices: Integers | slice) -> Rows:
        """Some of them, to compute with."""
        import numpy as np

        return self._rows(self.values[indices].astype(np.float64, copy=False), indices)

    def blocks(self, stop: Stop | None = None) -> Iterator[tuple[int, Rows]]:
        """All of them, some at a time, with the index of the first; a block holds until the next is asked for.

        Raises:
            Stopped: when it was told to stop.
        """
        for part, block in _in_doubles(self.values):
            ask(stop)
            yield part.start, self._rows(block, part)

    def _rows(self, values: Floats, indices: Integers | slice) -> Rows:
        import numpy as np

        if self.exponents is None:
            return Rows(values, values, self._lengths[indices], None)
        exponents = self.exponents[indices]
        return Rows(values, np.ldexp(values, -exponents[:, None]), self._lengths[indices], exponents)


def _in_doubles(values: NDArray[Any]) -> Iterator[tuple[slice, Floats]]:
    """All rows, some at a time, as 64-bit numbers in a space that is used again."""
    import numpy as np

    count, dimensions = values.shape
    step = max(1, BLOCK // dimensions)
    space = None if values.dtype == np.float64 else np.empty((min(step, count), dimensions))
    for start in range(0, count, step):
        part = slice(start, min(start + step, count))
        block = values[part]
        if space is not None:
            np.copyto(space[: len(block)], block)
            block = space[: len(block)]
        yield part, block


def _measured(values: NDArray[Any]) -> tuple[Floats, Integers | None]:
    """The lengths and exponents of all rows, as in `Rows`."""
    import numpy as np

    lengths = np.empty(len(values))
    exponents = np.zeros(len(values), dtype=np.intp)
    for part, block in _in_doubles(values):
        finite = np.isfinite(block).all(axis=1)
        if not finite.all():
            wrong = part.start + int(np.argmin(finite)) + 1
            raise VectorsError(f"Vector {wrong} has a number that is not finite: nothing can be computed with it.")
        rows = Rows.of(block)
        lengths[part] = rows.lengths
        if rows.exponents is not None:
            exponents[part] = rows.exponents
    return lengths, exponents if exponents.any() else None
