"""Sets of texts: what is kept of them, searching, editing, deleting."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import pytest
from embedding_parts import Clock, entries, many, names, words
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library_parts import rows

from lmstudio_tui.store.embeddings import EmbeddingShelf, SetRecord, StoreError, TextRecord

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "embeddings.sqlite"


@pytest.fixture
def shelf(path: Path) -> EmbeddingShelf:
    return EmbeddingShelf(path, Clock())


def test_reading_makes_no_file(shelf: EmbeddingShelf) -> None:
    assert shelf.sets() == []
    assert shelf.sets("word") == []
    assert shelf.texts("none") == []
    assert shelf.get("none") is None
    assert shelf.undo() is None
    assert shelf.delete("none") is False
    assert shelf.sizes().bytes == 0
    assert not shelf.path.parent.exists()


def test_a_set_as_it_was_made(shelf: EmbeddingShelf) -> None:
    made = shelf.create(
        "Cities",
        [TextRecord("Bern", "a.txt"), TextRecord("Zürich 🏔"), TextRecord("Bern", "a.txt")],
        query_prefix="query: ",
        document_prefix="passage: ",
        models=("a", "b"),
    )
    again = EmbeddingShelf(shelf.path)
    (found,) = again.sets()
    assert found == again.get(made.id) == made
    assert isinstance(found, SetRecord)
    assert (found.count, found.models, found.query_prefix) == (3, ("a", "b"), "query: ")
    assert found.created_at.tzinfo is not None
    assert again.texts(made.id) == [TextRecord("Bern", "a.txt"), TextRecord("Zürich 🏔"), TextRecord("Bern", "a.txt")]


@pytest.mark.parametrize(
    "text", ["a\0b", "\ud800 alone", "\x1b[31m", "  spaces  ", "two\r\nlines", "\u2028", "x" * 100_000]
)
def test_texts_come_back_exactly(shelf: EmbeddingShelf, text: str) -> None:
    made = shelf.create("", entries(text))
    assert words(EmbeddingShelf(shelf.path), made.id) == [text]
    assert shelf.sets("alone") == ([made] if "alone" in text else [])


def test_what_cannot_be_unicode_is_replaced_in_names(shelf: EmbeddingShelf) -> None:
    made = shelf.create("\udcff.txt", [TextRecord("text", "\udcff")])
    assert shelf.sets()[0].name == "\ufffd.txt"
    assert shelf.texts(made.id) == [TextRecord("text", "\ufffd")]


def test_the_one_that_was_changed_last_comes_first(shelf: EmbeddingShelf) -> None:
    first, second = shelf.create("first"), shelf.create("second")
    assert names(shelf) == ["second", "first"]
    shelf.append(first.id, entries("text"))
    assert names(shelf) == ["first", "second"]
    changed = shelf.change(second.id, name="renamed", models=("m",))
    assert (changed.name, changed.models, changed.count) == ("renamed", ("m",), 0)
    assert changed.updated_at > second.updated_at
    assert changed.created_at == second.created_at
    assert names(shelf) == ["renamed", "first"]
    # What is the same changes nothing.
    assert shelf.change(first.id, name="first") == shelf.get(first.id)
    assert names(shelf) == ["renamed", "first"]


def test_searching_names_and_texts(shelf: EmbeddingShelf) -> None:
    shelf.create("Café menu", many(2000, "dish"))
    shelf.create("Support", entries("The printer is on fire", "Rückgabe der Straße"))
    shelf.create("", entries("50% off", "c++ and a_b"))
    assert names(shelf, "cafe") == ["Café menu"]
    assert names(shelf, "DISH 1999") == ["Café menu"]
    assert names(shelf, '"dish 1999"') == ["Café menu"]
    # Words in quotes follow each other in one text, and not from one to the next.
    assert names(shelf, '"dish 3 dish 4"') == []
    assert names(shelf, "menu dish") == ["Café menu"]
    assert names(shelf, "fire support") == ["Support"]
    assert names(shelf, "ruckgabe") == ["Support"]
    assert names(shelf, "rint") == ["Support"]
    assert names(shelf, "50% off") == [""]
    assert names(shelf, "c++") == [""]
    assert names(shelf, "nothing") == []
    assert len(names(shelf, "  ")) == 3


def test_appending_costs_what_is_appended(shelf: EmbeddingShelf) -> None:
    made = shelf.create("", many(5000))
    before = rows(shelf.path, "SELECT number FROM texts ORDER BY number")
    changed = written(shelf, lambda: shelf.append(made.id, entries("new", "newer")))
    assert changed == 2 + 1
    assert rows(shelf.path, "SELECT number FROM texts ORDER BY number")[:5000] == before
    assert words(shelf, made.id)[-3:] == ["text 4999", "new", "newer"]
    found = shelf.get(made.id)
    assert found is not None
    assert found.count == 5002


NEW = TextRecord("new")
TEXTS = many(4000)
EDITED: list[tuple[list[TextRecord], int]] = [
    (TEXTS, 0),
    (TEXTS[:2000] + TEXTS[2001:], 2),
    ([*TEXTS[:2000], NEW, *TEXTS[2000:]], 2),
    ([*TEXTS[:2000], NEW, *TEXTS[2001:]], 3),
    ([*TEXTS, NEW], 2),
    ([NEW, *TEXTS], 2),
    (TEXTS[:-3], 4),
    (TEXTS[3:], 4),
]


@pytest.mark.parametrize(("wanted", "most"), EDITED)
def test_replacing_writes_what_is_different(shelf: EmbeddingShelf, wanted: list[TextRecord], most: int) -> None:
    made = shelf.create("", TEXTS)
    assert written(shelf, lambda: shelf.replace(made.id, wanted)) == most
    assert shelf.texts(made.id) == wanted


def test_many_texts_in_one_place_make_room_for_themselves(shelf: EmbeddingShelf) -> None:
    made = shelf.create("", many(50))
    wanted = shelf.texts(made.id)
    for number in range(40):
        wanted.insert(20, TextRecord(f"new {number}"))
        shelf.replace(made.id, wanted)
    wanted[25:25] = many(10_000, "more")
    record = shelf.replace(made.id, wanted)
    assert record.count == len(wanted) == 10_090
    assert shelf.texts(made.id) == wanted


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(st.lists(st.lists(st.sampled_from("abc"), max_size=8), max_size=6))
def test_any_texts_in_place_of_any_others(shelf: EmbeddingShelf, states: list[list[str]]) -> None:
    neighbour = shelf.create("", entries("before"))
    made = shelf.create("", entries("a", "b"))
    other = shelf.create("", entries("behind"))
    for state in states:
        assert shelf.replace(made.id, entries(*state)).count == len(state)
        assert words(shelf, made.id) == state
    assert words(shelf, neighbour.id) == ["before"]
    assert words(shelf, other.id) == ["behind"]


def test_deleting_is_undone_the_last_first(shelf: EmbeddingShelf) -> None:
    one, two = shelf.create("one", many(3)), shelf.create("two")
    assert shelf.delete(one.id)
    assert shelf.delete(two.id)
    assert not shelf.delete(two.id)
    assert shelf.sets() == []
    assert shelf.get(one.id) is None
    assert shelf.texts(one.id) == []
    assert shelf.sizes().sets == 0
    shelf.close()
    again = EmbeddingShelf(shelf.path)
    assert again.undo() == two
    assert again.undo() == one
    assert again.undo() is None
    assert words(again, one.id) == ["text 0", "text 1", "text 2"]


def test_a_set_that_is_gone_cannot_be_changed(shelf: EmbeddingShelf) -> None:
    made = shelf.create("one")
    shelf.delete(made.id)
    for change in (
        lambda: shelf.append(made.id, entries("x")),
        lambda: shelf.replace(made.id, entries("x")),
        lambda: shelf.change(made.id, name="x"),
    ):
        with pytest.raises(StoreError, match="not there any more"):
            change()
    assert shelf.undo() == made
    assert shelf.texts(made.id) == []


def test_sets_that_were_deleted_long_ago_go_for_good(path: Path) -> None:
    clock = Clock()
    shelf = EmbeddingShelf(path, clock)
    kept, gone = shelf.create("kept", many(10)), shelf.create("gone", many(5000))
    assert shelf.tidy() == 0
    shelf.delete(gone.id)
    clock.pass_days(6.9)
    assert shelf.tidy() == 0
    assert shelf.undo() == gone
    shelf.delete(gone.id)
    clock.pass_days(7.1)
    before = shelf.sizes().bytes
    assert shelf.tidy() == 1
    assert shelf.undo() is None
    assert names(shelf) == ["kept"]
    assert words(shelf, kept.id) == [f"text {number}" for number in range(10)]
    shelf.close()
    assert shelf.sizes().bytes < before
    assert rows(path, "SELECT count(*) FROM texts") == [(10,)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_nothing_is_tidied_where_nothing_is(shelf: EmbeddingShelf) -> None:
    assert shelf.tidy() == 0
    assert not shelf.path.exists()


def test_values_that_somebody_else_has_broken(shelf: EmbeddingShelf) -> None:
    shelf.create("one", entries("x"))
    with closing(sqlite3.connect(shelf.path)) as other, other:
        other.execute("UPDATE sets SET models = '{', updated_at = 1e300, name = CAST(x'61ff' AS TEXT)")
    (found,) = shelf.sets()
    assert (found.models, found.name) == ((), "a\ufffd")
    assert found.updated_at.astimezone(UTC).year == 1970
    with closing(sqlite3.connect(shelf.path)) as other, other:
        other.execute("UPDATE sets SET models = '[1, \"m\"]'")
    assert shelf.sets()[0].models == ("m",)


def test_the_time_is_the_zone_of_this_place(path: Path) -> None:
    shelf = EmbeddingShelf(path)
    made = shelf.create("now")
    assert made.created_at.utcoffset() == shelf.sets()[0].created_at.utcoffset()
    assert abs(shelf.sets()[0].created_at - made.created_at) < timedelta(milliseconds=1)


def test_only_the_owner_may_read_it(shelf: EmbeddingShelf) -> None:
    shelf.create("one")
    if sys.platform != "win32":
        assert shelf.path.stat().st_mode & 0o777 == 0o600
        assert shelf.path.parent.stat().st_mode & 0o777 == 0o700
    shelf.close()
    assert [each.name for each in shelf.path.parent.iterdir()] == ["embeddings.sqlite"]


def written(shelf: EmbeddingShelf, change: Callable[[], object]) -> int:
    """How many rows a change writes or removes, that of the set included."""

    def changes() -> int:
        return sum(connection.total_changes for connection in shelf._file._idle)

    shelf.sets()
    before = changes()
    change()
    return changes() - before
