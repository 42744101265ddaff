"""What vectors say of texts, recomputed with numpy; and texts without a vector keep their place."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np
import pytest

from embedding_server import EmbeddingServer
from lmstudio_tui.features.embeddings.comparison import Likeness, grouped, mapped, nearest
from lmstudio_tui.features.embeddings.embedded import BatchTime, Embedded
from lmstudio_tui.features.embeddings.embedding import embed_texts
from lmstudio_tui.features.embeddings.query_vectors import QueryVectors
from lmstudio_tui.features.embeddings.sweeping import Sweep, paces_of, sweep
from lmstudio_tui.sdk import BadRequestError, CancelScope, RequestCancelledError, ValidationError, Vector
from lmstudio_tui.store.embeddings.records import VectorKey
from lmstudio_tui.vectors.matrix import Matrix
from lmstudio_tui.vectors.values import METRICS, Metric, VectorsError

TEXTS = [f"text {number}" for number in range(9)]
MISSING = {2, 7}
HAVE = [index for index in range(9) if index not in MISSING]


def some_vectors(count: int, dimensions: int = 6, seed: int = 1) -> list[Vector]:
    return [array("d", row) for row in np.random.default_rng(seed).normal(size=(count, dimensions)).tolist()]


def embedded(vectors: list[Vector | None], model: str = "m") -> Embedded:
    there = [vector for vector in vectors if vector is not None]
    indices = tuple(index for index, vector in enumerate(vectors) if vector is not None)
    rows = {index: row for row, index in enumerate(indices)}
    return Embedded(
        key=VectorKey("http://x", model),
        model_asked=model,
        matrix=Matrix.of(there) if there else None,
        row_of=tuple(rows.get(index) for index in range(len(vectors))),
        indices=indices,
        refused={},
    )


def with_gaps(seed: int = 1, model: str = "m") -> Embedded:
    found: list[Vector | None] = [*some_vectors(9, seed=seed)]
    for index in MISSING:
        found[index] = None
    return embedded(found, model)


def numbers(seed: int = 1) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([vector.tolist() for vector in some_vectors(9, seed=seed)])


def by_numpy(row: int, column: int, metric: Metric, seed: int = 1) -> float:
    one, other = numbers(seed)[row], numbers(seed)[column]
    if metric == "euclidean":
        return float(np.linalg.norm(one - other))
    product = float(one @ other)
    return product if metric == "dot" else product / float(np.linalg.norm(one) * np.linalg.norm(other))


@pytest.mark.parametrize("metric", METRICS)
def test_every_pair_is_what_numpy_says(metric: Metric) -> None:
    likeness = Likeness(TEXTS, with_gaps(), metric)
    assert (likeness.count, likeness.title, likeness.label(3)) == (9, "m", "text 3")
    everything = list(likeness.rows())
    assert everything == likeness.tile(range(9), range(9))
    for row in range(9):
        for column in range(9):
            value = everything[row][column]
            if {row, column} & MISSING:
                assert value is None
            else:
                assert value is not None
                assert abs(value - by_numpy(row, column, metric)) < 1e-9
    assert likeness.tile((7, 8), (0, 2)) == [[None, None], [everything[8][0], None]]
    assert likeness.pair(4, 5) == everything[4][5]
    assert likeness.pair(4, 2) is None


@pytest.mark.parametrize("metric", METRICS)
def test_a_scale_goes_from_the_least_alike_to_the_most_alike(metric: Metric) -> None:
    likeness = Likeness(TEXTS, with_gaps(), metric)
    values = [by_numpy(row, column, metric) for row in HAVE for column in HAVE if row < column]
    least, most = likeness.scale
    ends = (max(values), min(values)) if metric == "euclidean" else (min(values), max(values))
    assert abs(least - ends[0]) + abs(most - ends[1]) < 1e-9
    assert likeness.scale is likeness.scale


def test_nothing_embedded_compares_to_nothing() -> None:
    nothing = embedded([None, None])
    likeness = Likeness(["a", "b"], nothing, "cosine")
    assert likeness.tile((0, 1), (1,)) == [[None], [None]]
    assert list(likeness.rows()) == [[None, None], [None, None]]
    assert likeness.scale == (0.0, 1.0)
    assert Likeness(["a"], embedded([*some_vectors(1)]), "cosine").scale == (1.0, 1.0)
    assert grouped(nothing).of == (-1, -1)
    assert mapped(nothing).points == (None, None)
    assert nearest([nothing], [None], "cosine").top(5) == []


def test_groups_and_maps_are_by_text() -> None:
    near: list[Vector | None] = [array("d", [1.0, index / 50]) for index in range(4)]
    far: list[Vector | None] = [array("d", [index / 50, -1.0]) for index in range(4)]
    some = embedded([near[0], far[0], None, near[1], far[1], near[2], far[2], far[3]])
    groups = grouped(some, 2)
    assert groups.count == 2
    assert groups.of == (1, 0, -1, 1, 0, 1, 0, 0)
    assert groups.order[-1] == 2
    assert sorted(groups.order) == list(range(8))
    assert len({groups.of[index] for index in groups.order[:3]}) == 1
    there = mapped(some)
    assert [point is None for point in there.points] == [index == 2 for index in range(8)]
    assert (there.method, len(there.explained)) == ("pca", 2)


@pytest.mark.parametrize("metric", METRICS)
def test_what_is_nearest_and_which_rank_each_model_gives(metric: Metric) -> None:
    first, second = with_gaps(1, "one"), embedded([*some_vectors(9, seed=2)], "two")
    query = array("d", some_vectors(1, seed=5)[0])
    found = nearest([first, second], [query, query], metric)
    assert (found.count(), found.count(1)) == (7, 9)
    scores = {index: by_numpy_query(query, index, metric, 1) for index in HAVE}
    expected = sorted(HAVE, key=lambda index: scores[index] if metric == "euclidean" else -scores[index])
    top = found.top(20)
    assert [one.index for one in top] == expected
    for rank, one in enumerate(top, 1):
        place, other = one.places
        assert place is not None
        assert other is not None
        assert (place.index, place.rank) == (one.index, rank)
        assert abs(place.score - scores[one.index]) < 1e-9
        assert abs(other.score - by_numpy_query(query, one.index, metric, 2)) < 1e-9
    by_second = found.top(9, 1)
    ranks = [place.rank for one in by_second if (place := one.places[1]) is not None]
    assert ranks == list(range(1, 10))
    assert found.text(2).places[0] is None
    assert len(found.top(3)) == 3


def by_numpy_query(query: Vector, index: int, metric: Metric, seed: int) -> float:
    one, other = np.array(query.tolist()), numbers(seed)[index]
    if metric == "euclidean":
        return float(np.linalg.norm(one - other))
    product = float(one @ other)
    return product if metric == "dot" else product / float(np.linalg.norm(one) * np.linalg.norm(other))


def test_a_query_of_other_dimensions_is_refused_in_words() -> None:
    with pytest.raises(VectorsError, match="2 dimensions"):
        nearest([with_gaps()], [array("d", [1.0, 2.0])], "cosine")


# With a server


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with EmbeddingServer() as running:
        yield running


def test_a_query_is_asked_for_once(server: EmbeddingServer) -> None:
    queries = QueryVectors(kept=2)
    with server.client() as client:
        some = embed_texts(client, None, VectorKey(server.base_url, "shuffled", 5), ["a"])
        one = queries.vector(client, some, "what")
        assert queries.vector(client, some, "what") is one
        assert (len(one), server.texts) == (5, ["a", "what"])
        for query in ("b", "what", "c", "b"):
            queries.vector(client, some, query)
        assert server.texts == ["a", "what", "b", "c", "b"], "the one that was used longest ago is forgotten"
        server.refuse = lambda _: "the model says no"
        with pytest.raises(BadRequestError, match="says no"):
            queries.vector(client, some, "another")


def test_a_sweep_measures_real_requests(server: EmbeddingServer) -> None:
    told: list[Sweep] = []
    with server.client() as client:
        key = VectorKey(server.base_url, "shuffled")
        found = sweep(client, key, TEXTS, sizes=(1, 4, 8), seconds_each=0.0, tell=told.append)
    assert [len(texts) for texts in server.asked] == [1, 1, 4, 8], "the first one is not counted"
    assert server.texts[:9] == TEXTS, "each request has other texts than the one before"
    assert [pace.size for pace in found.paces] == [1, 4, 8]
    assert told[-1] == found
    for pace in found.paces:
        assert pace.requests == 1
        assert abs(pace.texts_per_s * pace.per_text_s - 1) < 1e-9
    assert found.best in found.paces
    assert found.problems == ()


def test_a_sweep_ends_at_what_the_server_takes(server: EmbeddingServer) -> None:
    server.most = 4
    with server.client() as client:
        found = sweep(client, VectorKey(server.base_url, "shuffled"), TEXTS[:3], sizes=(2, 4, 8, 16), seconds_each=0.0)
    assert [pace.size for pace in found.paces] == [2, 4]
    assert "3 texts" in found.problems[0]
    assert found.problems[1] == "The server does not take 8 texts at once."


def test_a_sweep_of_nothing_or_cancelled(server: EmbeddingServer) -> None:
    key, scope = VectorKey(server.base_url, "shuffled"), CancelScope()
    scope.cancel()
    with server.client() as client:
        with pytest.raises(ValidationError):
            sweep(client, key, [])
        with pytest.raises(RequestCancelledError):
            sweep(client, key, TEXTS, scope=scope)


def test_paces_of_the_batches_of_a_run() -> None:
    one, other = paces_of([BatchTime(32, 2.0), BatchTime(5, 1.0), BatchTime(32, 6.0), BatchTime(32, 4.0)])
    assert (one.size, one.requests, one.latency_s, one.texts_per_s) == (5, 1, 1.0, 5.0)
    assert (other.size, other.requests, other.latency_s, other.texts_per_s) == (32, 3, 4.0, 8.0)
    assert paces_of([]) == ()
