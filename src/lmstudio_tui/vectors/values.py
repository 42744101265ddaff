"""What the computations take and give: plain values, so that nobody else needs numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable

    Vector: TypeAlias = "array[float]"
    """Numbers of type `f` (32 bits) or `d` (64 bits), as they came."""

    Stop: TypeAlias = Callable[[], bool]
    """Whether a long computation is to be given up; asked often."""

Metric = Literal["cosine", "dot", "euclidean"]
"""How near two vectors are. Cosine and dot: the larger, the nearer; Euclidean: the smaller."""

METRICS: tuple[Metric, ...] = ("cosine", "dot", "euclidean")

Method = Literal["pca", "tsne", "umap"]
"""How many dimensions become two."""

METHODS: tuple[Method, ...] = ("pca", "tsne", "umap")

ExportForm = Literal["npy", "jsonl", "csv", "parquet"]
"""What kind of file vectors are written to."""

EXPORT_FORMS: tuple[ExportForm, ...] = ("npy", "jsonl", "csv", "parquet")


class Stopped(Exception):  # noqa: N818 - it is no mistake
    """A computation was given up, because it was told to."""


class VectorsError(Exception):
    """Something cannot be computed or written; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A vector as a query sees it.

    Attributes:
        index: which one.
        score: by the metric that was asked for.
        rank: 1 is the nearest.
    """

    index: int
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Clusters:
    """Texts in groups.

    Attributes:
        labels: the number of the cluster of each, from 0; the largest cluster is 0.
        order: all of them so that like ones lie together.
        count: how many clusters.
    """

    labels: tuple[int, ...]
    order: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Projection:
    """A map of the texts.

    Attributes:
        points: x and y of each, between -1 and 1, both axes to the same scale.
        method: how it was made.
        explained: which share of the variance each axis shows (PCA); empty where that has no meaning.
    """

    points: tuple[tuple[float, float], ...]
    method: Method
    explained: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often values lie where.

    Attributes:
        low: the left edge of the first bin.
        high: the right edge of the last.
        counts: in each bin, all of one width.
    """

    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VectorFacts:
    """What can be said of one vector.

    Attributes:
        dimensions: how many numbers.
        norm: its Euclidean length.
        low: the smallest number.
        high: the largest.
        mean: of the numbers.
        deviation: standard deviation of the numbers.
        zeros: how many are exactly 0.
        histogram: of the numbers.
        exact_bits: 32 or 64, in which they are held without loss.
    """

    dimensions: int
    norm: float
    low: float
    high: float
    mean: float
    deviation: float
    zeros: int
    histogram: Histogram
    exact_bits: int


@dataclass(frozen=True, slots=True)
class SetFacts:
    """What can be said of all vectors of a set.

    Attributes:
        count: how many.
        dimensions: of each.
        norms: the smallest, mean and largest length.
        normalised: whether all have length 1, to within 0.001.
        same: how many have the same numbers as one before them.
        bytes: what they take in memory.
    """

    count: int
    dimensions: int
    norms: tuple[float, float, float]
    normalised: bool
    same: int
    bytes: int
