"""Vectors in groups: k-means on directions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from lmstudio_tui.vectors.values import Clusters, VectorsError

if TYPE_CHECKING:
    from lmstudio_tui.vectors.arithmetic import Floats, Integers
    from lmstudio_tui.vectors.matrix import Matrix
    from lmstudio_tui.vectors.values import Stop

_FEWEST: Final = 2
_MOST: Final = 12
"""How many clusters there are when nobody says how many."""
_ROUNDS: Final = 50
"""After which the centres stay where they are."""
_SEVERAL_TRIES: Final = 4
_FEW: Final = 5_000
"""So many vectors are few enough to try several times."""
_SAME: Final = 1e-12
"""Cosines that differ by no more than this are of the same direction."""


@dataclass(frozen=True, slots=True)
class _Split:
    """Which vector is in which cluster.

    Attributes:
        labels: of each vector.
        nearness: its cosine to the centre of its cluster.
        sums: of the unit vectors of each cluster.
    """

    labels: Integers
    nearness: Floats
    sums: Floats


def cluster(matrix: Matrix, count: int | None = None, stop: Stop | None = None) -> Clusters:
    """Put vectors of like direction into the same cluster. The same vectors always give the same clusters.

    Args:
        matrix: the vectors; where those with only zeros go has no meaning.
        count: how many clusters at most: there are no more than different directions. None: about √(n/2), 2 to 12.
        stop: asked often.

    Raises:
        VectorsError: when less than one cluster is asked for.
        Stopped: when it was told to stop.
    """
    if count is not None and count < 1:
        raise VectorsError(f"{count} clusters were asked for: ask for 1 or more.")
    wanted = count or max(_FEWEST, min(_MOST, round(math.sqrt(matrix.count / 2))))
    wanted = min(wanted, matrix.count)
    random = Random(0)  # noqa: S311 - the same each time is what is wanted
    best: _Split | None = None
    for _ in range(_SEVERAL_TRIES if matrix.count <= _FEW else 1):
        split = _settled(matrix, _seeds(matrix, wanted, random, stop), stop)
        if best is None or split.nearness.sum() > best.nearness.sum() + _SAME * matrix.count:
            best = split
    assert best is not None
    return _arranged(best)


def _seeds(matrix: Matrix, wanted: int, random: Random, stop: Stop | None) -> Floats:
    """Where the centres begin: each far from those before it (k-means++, the best of several candidates)."""
    import numpy as np

    lengths = matrix.norms
    # The half of the squared distance of unit vectors: what is still to be won by another centre.
    apart = np.where(lengths > 0, 1.0, 0.0)
    candidates = 2 + int(math.log(wanted))
    centres: list[Floats] = []
    while len(centres) < wanted and apart.any():
        reach = np.cumsum(apart)
        drawn = np.searchsorted(reach, [random.random() * reach[-1] for _ in range(candidates)], side="right")
        chosen = _units(matrix.rows(np.minimum(drawn, matrix.count - 1)).scaled)
        left = np.minimum(apart[:, None], 1.0 - _cosines_to(matrix, chosen, stop))
        left[left < _SAME] = 0.0
        winner = int(np.argmin(left.sum(axis=0)))
        centres.append(chosen[winner])
        apart = left[:, winner]
    return np.asarray(centres) if centres else np.zeros((1, matrix.dimensions))


def _settled(matrix: Matrix, centres: Floats, stop: Stop | None) -> _Split:
    """Move the centres to the middle of what is nearest to them until nothing changes."""
    import numpy as np

    split = _split(matrix, centres, stop)
    for _ in range(_ROUNDS):
        filled = split.sums.any(axis=1, keepdims=True)
        moved = np.where(filled, _units(split.sums), centres)
        before, centres = split.labels, moved
        split = _split(matrix, centres, stop)
        if np.array_equal(before, split.labels):
            break
    return split


def _split(matrix: Matrix, centres: Floats, stop: Stop | None) -> _Split:
    import numpy as np

    labels = np.zeros(matrix.count, dtype=np.intp)
    nearness = np.zeros(matrix.count)
    sums = np.zeros_like(centres)
    for start, rows in matrix.blocks(stop):
        here = np.arange(len(rows.values))
        products = rows.scaled @ centres.T
        nearest = np.argmax(products, axis=1)
        shares = np.divide(1.0, rows.lengths, out=np.zeros(len(here)), where=rows.lengths > 0)
        weights = np.zeros((len(centres), len(here)))
        weights[nearest, here] = shares
        sums += weights @ rows.scaled
        labels[start : start + len(here)] = nearest
        nearness[start : start + len(here)] = products[here, nearest] * shares
    return _Split(labels, nearness, sums)


def _arranged(split: _Split) -> Clusters:
    """Number the clusters by their size, and put like ones beside each other."""
    import numpy as np

    sizes = np.bincount(split.labels, minlength=len(split.sums))
    by_size = [int(label) for label in np.argsort(-sizes, kind="stable") if sizes[label]]
    names = np.zeros(len(split.sums), dtype=np.intp)
    names[by_size] = np.arange(len(by_size))
    labels = names[split.labels]
    places = np.empty(len(by_size), dtype=np.intp)
    places[_chain(_units(split.sums[by_size]))] = np.arange(len(by_size))
    order = np.lexsort((-split.nearness, places[labels]))
    return Clusters(tuple(labels.tolist()), tuple(order.tolist()), len(by_size))


def _chain(centres: Floats) -> list[int]:
    """All centres so that neighbours are near: from each of the first ones, always to the nearest; the best of them."""
    import numpy as np

    cosines = centres @ centres.T
    best: list[int] = []
    best_sum = -math.inf
    for start in range(min(len(centres), _MOST)):
        chain, total = [start], 0.0
        free = np.ones(len(centres), dtype=np.bool_)
        free[start] = False
        while free.any():
            following = int(np.argmax(np.where(free, cosines[chain[-1]], -np.inf)))
            total += float(cosines[chain[-1], following])
            chain.append(following)
            free[following] = False
        if total > best_sum + _SAME:
            best, best_sum = chain, total
    return best


def _cosines_to(matrix: Matrix, units: Floats, stop: Stop | None) -> Floats:
    """The cosine of each vector to each of these, a column for each."""
    import numpy as np

    cosines = np.zeros((matrix.count, len(units)))
    for start, rows in matrix.blocks(stop):
        lengths = np.where(rows.lengths > 0, rows.lengths, 1.0)
        cosines[start : start + len(lengths)] = (rows.scaled @ units.T) / lengths[:, None]
    return cosines


def _units(rows: Floats) -> Floats:
    """Each row divided by its length; zeros stay zeros."""
    import numpy as np

    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
