"""Vectors by what was embedded: exactly as they came, and never twice."""

from __future__ import annotations

import random
import struct
from array import array
from hashlib import sha256
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest
from embedding_parts import KEY, OTHER, Clock, entries, hashes, made, many, vector
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library_parts import rows

from lmstudio_tui.store.embeddings import EmbeddingShelf, ShelfSizes, VectorKey, content_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lmstudio_tui.store.embeddings.records import Vector


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "embeddings.sqlite"


@pytest.fixture
def shelf(path: Path) -> EmbeddingShelf:
    return EmbeddingShelf(path)


def test_a_hash_is_that_of_the_text_as_it_is_sent() -> None:
    assert content_hash("query: Zürich") == sha256("query: Zürich".encode()).digest()
    assert EmbeddingShelf.content_hash("x") == content_hash("x")
    assert content_hash("\ud800") != content_hash("\ud801")


def test_nothing_is_there_before_it_was_kept(shelf: EmbeddingShelf, path: Path) -> None:
    assert shelf.vectors(KEY, hashes(0, 3)) == {}
    assert shelf.forget(KEY) == 0
    assert not path.exists()
    assert shelf.keep(KEY, []) == 0
    assert not path.exists()


def test_vectors_of_different_keys_are_never_mixed(shelf: EmbeddingShelf) -> None:
    keys = [KEY, OTHER, VectorKey(KEY.server, KEY.model, 256), VectorKey("simulator", KEY.model)]
    for number, key in enumerate(keys):
        assert shelf.keep(key, [(content_hash("a"), vector(number))]) == 1
    again = EmbeddingShelf(shelf.path)
    for number, key in enumerate(keys):
        assert again.vectors(key, [content_hash("a"), content_hash("b")]) == {content_hash("a"): vector(number)}
    assert again.vectors(VectorKey("elsewhere", KEY.model), [content_hash("a")]) == {}
    sizes = again.sizes()
    assert sizes.vectors == tuple((key, 1) for key in keys)
    assert sizes.bytes >= shelf.path.stat().st_size


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)
@given(
    st.one_of(
        st.lists(st.floats(width=32), min_size=1).map(lambda numbers: array("f", numbers)),
        st.lists(st.floats(), min_size=1).map(lambda numbers: array("d", numbers)),
    )
)
def test_every_bit_comes_back(shelf: EmbeddingShelf, kept: Vector) -> None:
    shelf.keep(KEY, [(b"hash", kept)])
    found = shelf.vectors(KEY, [b"hash"])[b"hash"]
    assert found.typecode == kept.typecode
    assert found.tobytes() == kept.tobytes()


def test_bytes_are_little_endian_in_the_file(shelf: EmbeddingShelf, path: Path) -> None:
    shelf.keep(KEY, [(b"hash", array("f", [1.5, -2.0]))])
    assert rows(path, "SELECT numbers FROM vectors") == [(struct.pack("<2f", 1.5, -2.0),)]


def test_a_machine_that_has_its_bytes_the_other_way(shelf: EmbeddingShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.byteorder", "big")
    kept = array("f", [1.5, -2.0])
    shelf.keep(KEY, [(b"hash", kept)])
    assert kept == array("f", [1.5, -2.0])
    assert shelf.vectors(KEY, [b"hash"]) == {b"hash": kept}
    monkeypatch.undo()
    assert shelf.vectors(KEY, [b"hash"])[b"hash"] != kept


@pytest.mark.parametrize("wrong", [array("i", [1, 2]), array("f")])
def test_what_is_no_vector_is_refused(shelf: EmbeddingShelf, wrong: array[float]) -> None:
    with pytest.raises(ValueError, match="type f or d"):
        shelf.keep(KEY, [*made(0, 2), (b"hash", wrong), *made(5, 6)])
    assert len(shelf.vectors(KEY, hashes(0, 6))) == 2


def test_the_last_one_of_a_hash_counts(shelf: EmbeddingShelf) -> None:
    shelf.keep(KEY, [(b"hash", vector(1)), (b"hash", vector(2))])
    assert shelf.vectors(KEY, [b"hash", b"hash"]) == {b"hash": vector(2)}
    shelf.keep(KEY, [(b"hash", vector(3))])
    assert shelf.vectors(KEY, [b"hash"]) == {b"hash": vector(3)}
    assert shelf.sizes().vectors == ((KEY, 1),)


def test_thousands_in_any_order(shelf: EmbeddingShelf) -> None:
    kept = made(0, 5000)
    assert shelf.keep(KEY, iter(kept)) == 5000
    asked = hashes(-100, 5100)
    random.Random(1).shuffle(asked)
    assert shelf.vectors(KEY, asked) == dict(kept)


def test_what_came_before_a_failure_is_kept(shelf: EmbeddingShelf) -> None:
    def failing() -> Iterator[tuple[bytes, Vector]]:
        yield from made(0, 700)
        raise RuntimeError("the server is gone")

    with pytest.raises(RuntimeError, match="gone"):
        shelf.keep(KEY, failing())
    assert len(shelf.vectors(KEY, hashes(0, 1000))) == 700


def test_a_slow_source_is_written_while_it_goes_on(shelf: EmbeddingShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    other = EmbeddingShelf(shelf.path)
    counts: list[int] = []

    def slow() -> Iterator[tuple[bytes, Vector]]:
        for pair in made(0, 4):
            yield pair
            counts.append(len(other.vectors(KEY, hashes(0, 4))))

    monkeypatch.setattr("lmstudio_tui.store.embeddings.shelf._LONGEST", 0.0)
    assert shelf.keep(KEY, slow()) == 4
    assert counts == [1, 2, 3, 4]


def test_large_ones_are_written_some_at_a_time(shelf: EmbeddingShelf) -> None:
    other = EmbeddingShelf(shelf.path)
    counts: list[int] = []

    def large() -> Iterator[tuple[bytes, Vector]]:
        for number in range(6):
            yield content_hash(f"text {number}"), vector(number, 500_000)
            counts.append(len(other.vectors(KEY, hashes(0, 6))))

    assert shelf.keep(KEY, large()) == 6
    # Of four bytes each: two are four million.
    assert counts == [0, 2, 2, 4, 4, 6]


def test_forgetting_some_and_all(shelf: EmbeddingShelf) -> None:
    shelf.keep(KEY, made(0, 3000))
    shelf.keep(OTHER, made(0, 10))
    assert shelf.forget(KEY, [*hashes(0, 1500), *hashes(0, 5), content_hash("no")]) == 1500
    assert set(shelf.vectors(KEY, hashes(0, 3000))) == set(hashes(1500, 3000))
    assert shelf.forget(KEY) == 1500
    assert shelf.forget(KEY) == 0
    assert shelf.sizes().vectors == ((OTHER, 10),)
    assert shelf.vectors(OTHER, hashes(0, 10)) == dict(made(0, 10))


def test_forgotten_vectors_give_their_room_back(shelf: EmbeddingShelf) -> None:
    shelf.keep(KEY, ((hash_, vector(1, 2000)) for hash_ in hashes(0, 1000)))
    shelf.close()
    before = shelf.sizes().bytes
    assert before > 8_000_000
    shelf.forget(KEY)
    shelf.close()
    assert shelf.sizes().bytes < before / 20


def test_one_whose_bytes_are_not_what_they_were_is_not_there(shelf: EmbeddingShelf, path: Path) -> None:
    shelf.keep(KEY, made(0, 3))
    for number, change in enumerate(("numbers = zeroblob(32)", "kind = 'x'", "numbers = 'text'"), 1):
        rows(path, f"UPDATE vectors SET {change} WHERE number = {number}")
    assert shelf.vectors(KEY, hashes(0, 3)) == {}
    # It is made again, and kept in its place.
    shelf.keep(KEY, made(0, 3))
    assert shelf.vectors(KEY, hashes(0, 3)) == dict(made(0, 3))


def test_vectors_go_with_the_last_set_that_used_them(path: Path) -> None:
    clock = Clock()
    shelf = EmbeddingShelf(path, clock)
    shelf.create("kept", entries("text 1", "\ud800"), document_prefix="old: ")
    (record,) = shelf.sets()
    shelf.change(record.id, document_prefix="new: ", query_prefix="q: ")
    gone = shelf.create("gone", many(5))
    deleted_later = shelf.create("deleted later", entries("text 4"))
    used = ["text 1", "old: text 1", "new: text 1", "q: text 1", "text 4", "\ud800", "old: \ud800"]
    unused = ["text 0", "text 2", "other: text 1", "a question"]
    for key in (KEY, OTHER):
        shelf.keep(key, [(content_hash(text), vector(1)) for text in (*used, *unused)])
    shelf.delete(gone.id)
    clock.pass_days(6)
    shelf.delete(deleted_later.id)
    shelf.keep(KEY, [(content_hash("a new question"), vector(2))])
    assert shelf.tidy() == 0
    clock.pass_days(2)
    assert shelf.tidy() == 1
    asked = [content_hash(text) for text in (*used, *unused, "a new question")]
    assert set(shelf.vectors(KEY, asked)) == {content_hash(text) for text in (*used, "a new question")}
    assert set(shelf.vectors(OTHER, asked)) == {content_hash(text) for text in used}


def test_many_threads_at_once(shelf: EmbeddingShelf) -> None:
    barrier = Barrier(6)
    wrong: list[object] = []

    def work(number: int) -> None:
        barrier.wait()
        try:
            record = shelf.create(f"set {number}")
            for step in range(20):
                start = (number * 20 + step) * 10
                shelf.keep(KEY, made(start, start + 10))
                shelf.append(record.id, entries(f"text {step}"))
                assert shelf.vectors(KEY, hashes(start, start + 10)) == dict(made(start, start + 10))
                assert record.id in {each.id for each in shelf.sets("text")}
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test is to say so
            wrong.append(error)

    threads = [Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert [each.count for each in shelf.sets()] == [20] * 6
    assert len(shelf.vectors(KEY, hashes(0, 1200))) == 1200
    assert len(shelf._file._idle) <= 3
    shelf.close()
    assert shelf.sizes() == ShelfSizes(shelf.path.stat().st_size, 6, ((KEY, 1200),))
