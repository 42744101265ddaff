"""Finding conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library_parts import conversation, heard, message, rows, titles

from lmstudio_tui.store.library import Library, index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAID = {
    "Sorting": ("How do I sort a list in Python?", "Use sorted(), or list.sort() in JavaScript-like chains."),
    "Crème brûlée": ("Where is the naïve Straße in ŁÓDŹ?", "ΑΘΗΝΑ and Москва are far away."),
    "東京の天気": ("明日の天気はどうですか", "晴れです。สวัสดีครับ 안녕하세요"),
    "Party": ("🎉 is it? 👩‍💻 x->y", "snake_case_name = C++ && 100%"),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


@pytest.fixture
def library(path: Path) -> Iterator[Library]:
    made = Library(path)
    for number, (title, (prompt, answer)) in enumerate(SAID.items()):
        made.create(conversation(title, title=title, created_at=number + 1.0, updated_at=number + 1e10))
        made.add(message(f"{number}p", prompt, conversation_id=title))
        made.add(message(f"{number}a", answer, f"{number}p", role="assistant", conversation_id=title))
    yield made
    made.close()


CASES: list[tuple[str, list[str]]] = [
    ("sort", ["Sorting"]),
    ("SORT li", ["Sorting"]),
    ("pyth", ["Sorting"]),
    ("pyth ", ["Sorting"]),  # no such word, but there is something within one
    ("python how", ["Sorting"]),
    ("sorting javascript", ["Sorting"]),
    ("javascript brulee", []),
    ('"a list in"', ["Sorting"]),
    ('"list a"', []),
    ('"a lis', ["Sorting"]),
    ("creme bru", ["Crème brûlée"]),
    ("CRÈME", ["Crème brûlée"]),
    ("naive strasse", ["Crème brûlée"]),
    ("straße", ["Crème brûlée"]),
    ("łódź", ["Crème brûlée"]),
    ("αθηνα", ["Crème brûlée"]),
    ("москва", ["Crème brûlée"]),
    ("天気", ["東京の天気"]),
    ("日の天", ["東京の天気"]),
    ("晴", ["東京の天気"]),
    ("วัสดี", ["東京の天気"]),
    ("녕하", ["東京の天気"]),
    ("🎉", ["Party"]),
    ("💻", ["Party"]),
    ("->", ["Party"]),
    ("100%", ["Party"]),
    ("snake_case", ["Party"]),
    ("name sna", ["Party"]),
    ("c++", ["Party"]),
    ("avaScr", ["Sorting"]),  # within a word, since no word begins so
    ("nothing", []),
    ("%", ["Party"]),
    ("_", ["Party"]),
]


@pytest.mark.parametrize(("query", "expected"), CASES)
def test_what_is_found(library: Library, query: str, expected: list[str]) -> None:
    assert titles(library, query) == expected


@pytest.mark.parametrize("query", ["", " ", '"', '""', "\x00", "\n"])
def test_nothing_typed_finds_everything(library: Library, query: str) -> None:
    assert titles(library, query) == list(reversed(SAID))
    assert all(not hit.snippet and not hit.title_marks and not hit.marks for hit in library.conversations(query))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(query=st.text() | st.text("ab\"*()^:-+{}.,;'\\ ANDORNEAR\x00\ud800東🎉"))
def test_anything_may_be_typed(library: Library, query: str) -> None:
    said = heard(library)
    for hit in library.conversations(query):
        assert all(0 <= start < end <= len(hit.snippet) for start, end in hit.marks)
        assert all(0 <= start < end <= len(hit.conversation.title) for start, end in hit.title_marks)
    assert said == []


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("sort li", ["li", "sort", "li"]),
        ("strasse naive", ["naïve", "Straße"]),
        ("日の天", ["日の天"]),
        ('"list in python"', ["list in Python"]),
        ("snake_case", ["snake_case"]),
        ("💻", ["💻"]),
    ],
)
def test_the_hits_are_marked(library: Library, query: str, marked: list[str]) -> None:
    (hit,) = library.conversations(query)
    assert [hit.snippet[start:end] for start, end in hit.marks] == marked


def test_hits_in_a_title_are_marked_there(library: Library) -> None:
    (hit,) = library.conversations("brulee")
    assert [hit.conversation.title[start:end] for start, end in hit.title_marks] == ["brûlée"]
    assert (hit.snippet, hit.message_id) == ("", None)
    (hit,) = library.conversations("sor python")
    assert hit.title_marks == ((0, 3),)
    assert hit.message_id == "0p"


def test_a_snippet_is_one_safe_line_around_the_hit(library: Library) -> None:
    text = "before " * 500 + "\n\n\x1b[31mthe needle\x1b[0m\r\n\twas here\u202e\n" + "after " * 500
    library.add(message("long", text, conversation_id="Party"))
    (hit,) = library.conversations("needle")
    assert hit.message_id == "long"
    assert hit.snippet.isprintable()
    assert "the needle was here after" in hit.snippet
    assert hit.snippet.startswith("…before")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet) < 200
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["needle"]


def test_the_message_that_has_all_words_is_shown(library: Library) -> None:
    for number, text in enumerate(["red", "red and blue", "blue", "red"]):
        library.add(message(f"x{number}", text, conversation_id="Party"))
    assert [hit.message_id for hit in library.conversations("red blue")] == ["x1"]
    assert [hit.message_id for hit in library.conversations("red")] == ["x3"]


def test_the_first_of_many(library: Library) -> None:
    for number in range(30):
        library.add(message(f"n{number}", "common words", conversation_id=f"n{number}"))
    assert len(library.conversations("common", limit=10)) == 10
    assert len(library.conversations("common wor", limit=10)) == 10
    assert len(library.conversations("omm", limit=10)) == 10


def test_what_tools_say_and_models_think_is_not_looked_at(library: Library) -> None:
    library.add(message("t", "toolword", role="tool", conversation_id="Party"))
    library.add(message("r", "said", role="assistant", reasoning="thoughtword", conversation_id="Party"))
    assert library.conversations("toolword") == library.conversations("thoughtword") == ()


def test_without_full_text_search_it_still_finds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmstudio_tui.store.library.connection.has_fts5", lambda: False)
    library = Library(path)
    said = heard(library)
    library.add(message("a", "How to SORT a list", conversation_id="c"))
    library.add(message("b", "明日の天気は", conversation_id="d"))
    assert [hit.message_id for hit in library.conversations("sort list")] == ["a"]
    assert [hit.message_id for hit in library.conversations("天気")] == ["b"]
    library.add(message("a", "something else", conversation_id="c"))
    assert library.conversations("sort") == ()
    library.close()
    assert said == []
    assert rows(path, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'words%'") == [(0,)]


def test_what_a_program_without_it_wrote_is_made_up_for(
    path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert titles(library, "python") == ["Sorting"]
    library.close()
    with monkeypatch.context() as patch:
        patch.setattr("lmstudio_tui.store.library.connection.has_fts5", lambda: False)
        other = Library(path)
        other.add(message("0p", "changed", conversation_id="Sorting"))
        other.add(message("new", "added", conversation_id="Sorting"))
        other.close()
    assert library.conversations("python") == ()
    assert titles(library, "changed") == titles(library, "added") == ["Sorting"]


def test_an_index_that_is_damaged_is_made_anew(path: Path, library: Library) -> None:
    said = heard(library)
    assert titles(library, "python") == ["Sorting"]
    library.close()
    # Its blocks, but not the record of its structure, which is number 10.
    rows(path, "UPDATE words_data SET block = x'00ff00ff00ff' WHERE id > 10")
    assert titles(library, "python") == ["Sorting"]
    assert said == []
    assert [each.name for each in path.parent.iterdir() if "broken" in each.name] == []


def test_an_index_that_is_beyond_that_costs_nothing_either(path: Path, library: Library) -> None:
    said = heard(library)
    assert titles(library, "python") == ["Sorting"]
    library.close()
    rows(path, "UPDATE words_data SET block = x'00ff00ff00ff'")
    assert titles(library, "python") == ["Sorting"]
    assert titles(library) == list(reversed(SAID))
    assert len(said) == 1
    assert "4 of its conversations are in a new one." in said[0]


def test_whether_there_is_full_text_search(monkeypatch: pytest.MonkeyPatch) -> None:
    assert index.has_fts5()
    index.has_fts5.cache_clear()
    monkeypatch.setattr(index, "_CREATE", "CREATE VIRTUAL TABLE words USING none(text)")
    assert not index.has_fts5()
    index.has_fts5.cache_clear()
