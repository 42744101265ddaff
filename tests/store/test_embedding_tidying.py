"""What was deleted long ago goes for good, whoever else writes in the meantime, and nothing else does."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from embedding_parts import KEY, Clock, hashes, made, many, names, words
from library_parts import rows

from lmstudio_tui.store.embeddings import EmbeddingShelf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "embeddings.sqlite"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shelf(path: Path, clock: Clock) -> EmbeddingShelf:
    """Texts 0 to 59 in a set that stays, 50 to 1999 in one that was deleted eight days ago; all have vectors."""
    shelf = EmbeddingShelf(path, clock)
    shelf.create("stays", many(60))
    gone = shelf.create("goes", many(2000)[50:])
    shelf.keep(KEY, made(0, 2000))
    shelf.delete(gone.id)
    clock.pass_days(8)
    return shelf


class Meanwhile:
    """Does something the second time that it is asked whether to stop: when it is known what is to be removed.

    Args:
        what: is to be done.
        stops: whether nothing is to be done from then on.
    """

    def __init__(self, what: Callable[[], object], *, stops: bool = False) -> None:
        self._what = what
        self._stops = stops
        self._asked = 0

    def __call__(self) -> bool:
        self._asked += 1
        if self._asked == 2:
            self._what()
        return self._stops and self._asked >= 2


def kept(shelf: EmbeddingShelf) -> int:
    """How many of the vectors are there."""
    return len(shelf.vectors(KEY, hashes(0, 2000)))


def test_vectors_go_with_the_last_set_that_uses_them(shelf: EmbeddingShelf) -> None:
    shelf.keep(KEY, made(100, 110))
    assert shelf.tidy() == 1
    assert shelf.vectors(KEY, hashes(0, 2000)) == dict([*made(0, 60), *made(100, 110)]), "those kept lately stay"
    assert shelf.undo() is None
    assert shelf.tidy() == 0


def test_a_set_that_another_program_brings_back_meanwhile_stays(shelf: EmbeddingShelf, path: Path) -> None:
    other = EmbeddingShelf(path)
    assert shelf.tidy(Meanwhile(other.undo)) == 0
    assert kept(shelf) == 2000
    assert names(shelf) == ["goes", "stays"]
    assert words(other, shelf.sets("goes")[0].id) == [f"text {number}" for number in range(50, 2000)]


def test_what_a_set_of_another_program_uses_from_now_on_stays(shelf: EmbeddingShelf, path: Path, clock: Clock) -> None:
    other = EmbeddingShelf(path, clock)
    assert shelf.tidy(Meanwhile(lambda: other.create("new", many(1500)))) == 1
    assert shelf.vectors(KEY, hashes(0, 2000)) == dict(made(0, 1500))


def test_a_set_that_was_deleted_lately_can_be_brought_back_afterwards(shelf: EmbeddingShelf, path: Path) -> None:
    stays = shelf.sets()[0]
    shelf.delete(stays.id)
    assert EmbeddingShelf(path, lambda: shelf._now()).tidy() == 1
    assert shelf.undo() == stays
    assert shelf.vectors(KEY, hashes(0, 60)) == dict(made(0, 60))


def test_what_is_left_undone_is_done_the_next_time(shelf: EmbeddingShelf) -> None:
    assert shelf.tidy(Meanwhile(lambda: None, stops=True)) == 0
    assert kept(shelf) == 2000
    removed = iter([False, False, False, True])
    assert shelf.tidy(lambda: next(removed, True)) == 0
    assert 60 < kept(shelf) < 2000
    assert shelf.tidy() == 1
    assert kept(shelf) == 60


def test_others_can_write_between_two_steps(shelf: EmbeddingShelf) -> None:
    def write() -> None:
        writer = threading.Thread(target=lambda: shelf.create("meanwhile"))
        writer.start()
        writer.join(20)
        assert not writer.is_alive()

    assert shelf.tidy(Meanwhile(write)) == 1
    assert names(shelf) == ["meanwhile", "stays"]


def test_two_programs_tidy_at_once(shelf: EmbeddingShelf, path: Path, clock: Clock) -> None:
    found: list[int] = []

    def tidy(one: EmbeddingShelf) -> None:
        found.append(one.tidy())

    both = [threading.Thread(target=tidy, args=(one,)) for one in (shelf, EmbeddingShelf(path, clock))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sum(found) == 1
    assert kept(shelf) == 60
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
