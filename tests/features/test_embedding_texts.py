"""Texts into vectors: out of the store what is there, from the server what is not, whatever ends it."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from embedding_server import EmbeddingServer, vector
from lmstudio_tui.features.embeddings.embedded import Embedded, EmbeddingProgress
from lmstudio_tui.features.embeddings.embedding import embed_texts
from lmstudio_tui.features.embeddings.keys import vector_key
from lmstudio_tui.features.embeddings.memory import bytes_needed, check_memory, memory_limit
from lmstudio_tui.features.embeddings.query_vectors import QueryVectors
from lmstudio_tui.features.embeddings.text_set import TextSet
from lmstudio_tui.sdk import CancelScope, ModelCrashedError, ValidationError, Vector
from lmstudio_tui.store.embeddings import EmbeddingShelf, StoreError, TextRecord, VectorKey, content_hash


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with EmbeddingServer() as running:
        yield running


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[EmbeddingShelf]:
    there = EmbeddingShelf(tmp_path / "embeddings.sqlite")
    yield there
    there.close()


def texts(count: int, first: int = 0) -> list[str]:
    return [f"text {number}" for number in range(first, first + count)]


def key(server: EmbeddingServer, model: str = "shuffled", dimensions: int = 0) -> VectorKey:
    return VectorKey(server.base_url, model, dimensions)


def embed(
    server: EmbeddingServer,
    shelf: EmbeddingShelf | None,
    some: Sequence[str],
    model: str = "shuffled",
    *,
    batch_size: int | None = 10,
    tell: list[EmbeddingProgress] | None = None,
    scope: CancelScope | None = None,
    anew: bool = False,
    memory: int | None = None,
) -> Embedded:
    told: list[EmbeddingProgress] = [] if tell is None else tell
    with server.client() as client:
        return embed_texts(
            client,
            shelf,
            key(server, model),
            some,
            batch_size=batch_size,
            tell=told.append,
            scope=scope,
            anew=anew,
            memory=memory,
        )


def has_its_own_vectors(found: Embedded, some: Sequence[str], model: str = "shuffled", dimensions: int = 12) -> None:
    for index, text in enumerate(some):
        there = found.vector(index)
        assert there is not None
        assert there.tolist() == vector(text, model, dimensions)


def test_each_text_has_its_own_vector_exactly(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    found = embed(server, shelf, texts(25))
    has_its_own_vectors(found, texts(25))
    assert [len(batch) for batch in server.asked] == [10, 10, 5]
    assert (found.whole, found.error, found.stopped, found.problems) == (True, None, False, ())
    assert (found.reused, found.asked, found.prompt_tokens, found.dimensions) == (0, 25, 50, 12)
    assert found.kept == 25
    assert [batch.size for batch in found.batches] == [10, 10, 5]
    assert found.took_s > 0


def test_nothing_is_embedded_twice(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    embed(server, shelf, texts(25))
    server.asked.clear()
    again = embed(server, shelf, texts(25))
    assert (server.bodies[3:], again.reused, again.asked, again.prompt_tokens) == ([], 25, 0, 0)
    has_its_own_vectors(again, texts(25))
    more = embed(server, shelf, texts(10, 20))
    assert server.texts == texts(5, 25)
    assert (more.reused, more.asked) == (5, 5)
    has_its_own_vectors(more, texts(10, 20))


def test_a_text_that_is_there_twice_is_asked_for_once(server: EmbeddingServer) -> None:
    told: list[EmbeddingProgress] = []
    found = embed(server, None, ["a", "b", "a", "a"], tell=told)
    assert server.texts == ["a", "b"]
    has_its_own_vectors(found, ["a", "b", "a", "a"])
    assert [(one.done, one.asking) for one in told] == [(0, False), (0, True), (4, True)]
    assert found.asked == 2


def test_other_servers_models_and_dimensions_are_others(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    embed(server, shelf, ["a"])
    with server.client() as client:
        for other in (key(server, "second"), key(server, "shuffled", 5), VectorKey("http://x", "shuffled")):
            found = embed_texts(client, shelf, other, ["a"])
            assert (found.reused, found.asked) == (0, 1)
    assert server.bodies[2]["dimensions"] == 5
    assert "dimensions" not in server.bodies[0]


def test_anew_asks_for_all_and_keeps_that(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    embed(server, shelf, texts(3))
    shelf.keep(
        key(server), [(content_hash("text 0"), shelf.vectors(key(server), [content_hash("text 1")]).popitem()[1])]
    )
    found = embed(server, shelf, texts(3), anew=True)
    has_its_own_vectors(found, texts(3))
    assert len(server.texts) == 6
    has_its_own_vectors(embed(server, shelf, texts(3)), texts(3))


# What ends it


def test_what_was_done_before_a_cancel_is_kept(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    server.holding, scope = 3, CancelScope()
    canceller = threading.Thread(target=lambda: (server.held.wait(20), scope.cancel()))
    canceller.start()
    found = embed(server, shelf, texts(50), scope=scope)
    canceller.join()
    assert (found.stopped, found.error, found.embedded, found.whole) == (True, None, 30, False)
    has_its_own_vectors(found, texts(30))
    assert found.vector(30) is None
    server.holding = None
    server.asked.clear()
    again = embed(server, shelf, texts(50))
    assert server.texts == texts(20, 30)
    assert (again.whole, again.reused) == (True, 30)
    has_its_own_vectors(again, texts(50))


def test_what_was_done_before_an_error_is_kept(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    server.dying = 2
    found = embed(server, shelf, texts(50))
    assert isinstance(found.error, ModelCrashedError)
    assert (found.embedded, found.stopped) == (20, False)
    server.dying = None
    server.asked.clear()
    embed(server, shelf, texts(50))
    assert server.texts == texts(30, 20)


def test_an_exception_from_elsewhere_costs_no_batch(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    def tell(now: EmbeddingProgress) -> None:
        if now.done == 20:
            raise KeyboardInterrupt

    with server.client() as client, pytest.raises(KeyboardInterrupt):
        embed_texts(client, shelf, key(server), texts(50), batch_size=10, tell=tell)
    assert embed(server, shelf, texts(20)).reused == 20


def test_one_that_is_cancelled_before_asks_nothing(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    scope = CancelScope()
    scope.cancel()
    found = embed(server, shelf, texts(3), scope=scope)
    assert (found.stopped, found.embedded, found.matrix, server.bodies) == (True, 0, None, [])


# What servers do


def test_texts_that_are_refused_cost_no_others(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    server.refuse = lambda text: "input is too large to process" if text in {"text 3", "text 12"} else ""
    found = embed(server, shelf, [*texts(20), "text 3"])
    assert list(found.refused) == [3, 12, 20]
    assert "too large" in found.refused[3]
    assert (found.embedded, found.whole, found.error, found.too_long) == (18, False, None, 3)
    assert found.indices == tuple(index for index in range(20) if index not in {3, 12})
    assert found.vector(3) is None
    there = found.vector(19)
    assert there is not None
    assert there.tolist() == vector("text 19", "shuffled", 12)


def test_a_server_that_takes_fewer_at_once(server: EmbeddingServer) -> None:
    server.most = 4
    found = embed(server, None, texts(25))
    has_its_own_vectors(found, texts(25))
    assert max(map(len, server.asked)) <= 4


def test_vectors_are_kept_by_the_model_that_made_them(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    server.named = {"typo": "first"}
    found = embed(server, shelf, texts(15), "typo")
    assert (found.key.model, found.model_asked) == ("first", "typo")
    assert any("first has answered" in problem for problem in found.problems)
    has_its_own_vectors(found, texts(15), "first")
    assert embed(server, shelf, texts(15), "first").reused == 15
    server.named = {"typo": "second"}
    other = embed(server, shelf, texts(15), "typo")
    assert other.key.model == "second"
    has_its_own_vectors(other, texts(15), "second")


def test_what_the_model_that_answers_has_made_before_is_used(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    server.named = {"alias": "shuffled model", "": "shuffled model"}
    embed(server, shelf, texts(40), "alias")
    for asked in ("alias", ""):
        server.asked.clear()
        found = embed(server, shelf, texts(45), asked)
        assert len(server.texts) < 20, "the first batch tells who answers"
        has_its_own_vectors(found, texts(45), "shuffled model")


def test_a_model_that_changes_its_name_all_the_time_is_not_kept(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    names = iter(["one", "two", "three", "four", "five"])
    answer = server.answer

    def renamed(body: dict[str, object]) -> tuple[int, dict[str, object]]:
        status, found = answer(body)
        return status, {**found, "model": next(names)}

    server.answer = renamed
    assert embed(server, shelf, texts(25), "alias").embedded == 25
    assert [found.model for found, _ in shelf.sizes().vectors] == ["one"]


def test_another_model_behind_the_same_name(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    embed(server, shelf, texts(15))
    server.dimensions = 7
    told: list[EmbeddingProgress] = []
    found = embed(server, shelf, texts(30), tell=told)
    has_its_own_vectors(found, texts(30), dimensions=7)
    assert any("all are made anew" in problem for problem in found.problems)
    assert (found.reused, told[-1].done, told[-1].reused) == (0, 30, 0)
    has_its_own_vectors(embed(server, shelf, texts(30)), texts(30), dimensions=7)


def test_vectors_of_two_lengths_under_one_name_are_not_used(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    embed(server, shelf, ["a"])
    server.dimensions = 7
    embed(server, None, ["b"])
    other = embed(server, None, ["b"]).vector(0)
    assert other is not None
    shelf.keep(key(server), [(content_hash("b"), other)])
    found = embed(server, shelf, ["a", "b"])
    assert found.reused == 0
    has_its_own_vectors(found, ["a", "b"], dimensions=7)


# What the store does


class Failing(EmbeddingShelf):
    """A store on a disk that is full, or cannot be read."""

    def __init__(self, path: Path, *, reads: bool) -> None:
        super().__init__(path)
        self.reads = reads
        self.tries = 0

    def vectors(self, key: VectorKey, hashes: Sequence[bytes]) -> dict[bytes, Vector]:
        if not self.reads:
            raise StoreError("Embeddings cannot be read.", "Look at the disk.")
        return {}

    def keep(self, key: VectorKey, vectors: Iterable[tuple[bytes, Vector]]) -> int:
        self.tries += 1
        raise StoreError("Embeddings cannot be saved: the disk is full.", "Make room on it.")


def test_two_programs_share_the_work(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    both, answer = threading.Barrier(2), server.answer
    first = iter([True, True])

    def together(body: dict[str, object]) -> tuple[int, dict[str, object]]:
        if next(first, False):
            both.wait(20)
        return answer(body)

    server.answer = together
    found: list[Embedded] = []
    others = EmbeddingShelf(shelf.path)

    def run_with(one: EmbeddingShelf) -> None:
        found.append(embed(server, one, texts(400)))

    runs = [threading.Thread(target=run_with, args=(one,)) for one in (shelf, others)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    others.close()
    for one in found:
        has_its_own_vectors(one, texts(400))
        assert (one.problems, one.kept) == ((), 400)
    assert len(server.texts) < 500, "without sharing there would be 800"


def test_what_another_model_of_that_name_makes_meanwhile_is_left_alone(
    server: EmbeddingServer, shelf: EmbeddingShelf
) -> None:
    def tell(now: EmbeddingProgress) -> None:
        if now.done == 10:
            server.dimensions = 7
            embed(server, None, ["x"])
            server.dimensions = 12
            shelf.forget(key(server))
            shelf.keep(key(server), [(content_hash(text), array("f", [1.0] * 7)) for text in texts(20, 20)])

    with server.client() as client:
        found = embed_texts(client, shelf, key(server), texts(50), batch_size=10, tell=tell)
    has_its_own_vectors(found, texts(50))
    assert found.reused == 0


def test_dimensions_that_the_server_ignores_are_told_each_time(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    answer = server.answer
    server.answer = lambda body: answer({**body, "dimensions": None})
    for reused in (0, 2):
        with server.client() as client:
            found = embed_texts(client, shelf, key(server, dimensions=8), texts(2))
        assert found.problems == ("8 dimensions were asked for; the model gives 12.",)
        assert found.reused == reused


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("http://localhost:1234", "http://127.0.0.1:1234"),
        ("LOCALHOST:1234/v1/", "http://127.0.0.1:1234"),
        ("http://[::1]:1234/api/v0", "http://127.0.0.1:1234"),
        ("http://127.0.0.2:1234", "http://127.0.0.2:1234"),
        ("https://Box.lan:443/proxy/v1", "https://box.lan/proxy"),
        ("http://box.lan:80", "http://box.lan"),
        ("http://[fe80::1]:1", "http://[fe80::1]:1"),
        ("simulator", "simulator"),
        ("not an address", "not an address"),
    ],
)
def test_a_server_has_one_key_however_its_address_is_written(address: str, name: str) -> None:
    assert vector_key(address, "m") == VectorKey(name, "m", 0)
    assert vector_key(address, "m", 8) == VectorKey(name, "m", 8)
    assert vector_key(address, "m", simulated=True) == VectorKey("simulator", "m")


# Queries


def test_a_query_is_embedded_once(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    some = embed(server, shelf, texts(3))
    server.asked.clear()
    with server.client() as client:
        vectors = [QueryVectors(shelf=shelf).vector(client, some, "q") for _ in range(2)]
        assert [one.tolist() for one in vectors] == [vector("q", "shuffled", 12)] * 2
        assert server.asked == [["q"]]
        assert QueryVectors(shelf=shelf).vector(client, some, "text 1").tolist() == vector("text 1", "shuffled", 12)
        assert len(server.asked) == 1, "a text of the set is a query that has been embedded"
        QueryVectors(shelf=shelf, anew=True).vector(client, some, "q")
        QueryVectors().vector(client, some, "q")
        assert len(server.asked) == 3
        server.dimensions = 7
        QueryVectors(shelf=shelf).vector(client, some, "other")
    assert content_hash("other") not in shelf.vectors(key(server), [content_hash("other")])


def test_a_store_that_fails_costs_no_query(server: EmbeddingServer, tmp_path: Path) -> None:
    some = embed(server, None, texts(3))
    for reads in (True, False):
        with server.client() as client:
            found = QueryVectors(shelf=Failing(tmp_path / "x", reads=reads)).vector(client, some, "q")
        assert found.tolist() == vector("q", "shuffled", 12)


@pytest.mark.parametrize(("reads", "tries", "said"), [(True, 1, "the disk is full"), (False, 0, "cannot be read")])
def test_a_store_that_fails_costs_no_vectors(
    server: EmbeddingServer, tmp_path: Path, reads: bool, tries: int, said: str
) -> None:
    shelf = Failing(tmp_path / "x", reads=reads)
    found = embed(server, shelf, texts(25))
    has_its_own_vectors(found, texts(25))
    (problem,) = found.problems
    assert said in problem
    assert "not kept" in problem
    assert shelf.tries == tries
    assert found.kept == 0


# Memory, progress, sets


def test_what_does_not_fit_is_refused_in_words(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    found = embed(server, shelf, texts(50), memory=bytes_needed(49, 12, 8))
    assert isinstance(found.error, ValidationError)
    assert "50 vectors of 12 numbers" in found.error.message
    assert (len(server.bodies), found.embedded) == (1, 0), "it is known with the first answer"
    embed(server, shelf, texts(50))
    again = embed(server, shelf, texts(50), memory=bytes_needed(49, 12, 8))
    assert isinstance(again.error, ValidationError)
    assert memory_limit() > 0
    check_memory(50_000, 768, 4, bytes_needed(50_000, 768, 4))


def test_progress(server: EmbeddingServer, shelf: EmbeddingShelf) -> None:
    embed(server, shelf, texts(10))
    told: list[EmbeddingProgress] = []
    embed(server, shelf, texts(30), tell=told)
    assert {(one.total, one.reused) for one in told} == {(30, 10)}
    assert [(one.done, one.asking) for one in told] == [(10, False), (10, True), (20, True), (30, True)]
    assert (told[0].per_second, told[0].left_s) == (None, None)
    assert told[2].per_second == 10 / told[2].took_s
    assert (told[1].per_second, told[1].left_s) == (None, None)
    assert told[2].left_s is not None
    assert abs(told[2].left_s - told[2].took_s) < 1e-6


def test_a_set_says_what_is_sent() -> None:
    some = TextSet((TextRecord("a", "x.csv"), TextRecord("b")), "query: ", "text: ")
    assert (some.count, some.texts, some.sources) == (2, ["a", "b"], ["x.csv", ""])
    assert (some.sent, some.sent_query("q")) == (["text: a", "text: b"], "query: q")
    assert TextSet.of(["a"], document_prefix="> ").sent == ["> a"]


def test_no_texts(server: EmbeddingServer) -> None:
    found = embed(server, None, [])
    assert (found.count, found.matrix, found.whole, server.bodies) == (0, None, True, [])
