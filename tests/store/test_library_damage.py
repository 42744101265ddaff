"""A library that cannot be understood."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from library_parts import conversation, filled, heard, message, rows, start, texts, titles

from lmstudio_tui.store.library import Library, Preset
from lmstudio_tui.store.library.damage import free_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def broken_files(path: Path) -> list[Path]:
    return sorted(each for each in path.parent.iterdir() if ".broken-" in each.name)


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database\n" * 1000)


def cut_in_a_page(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: PAGE * 3 + 100])


def cut_in_the_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


def garbage_behind_the_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100] + bytes(range(256)) * 100)


def another_header(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xa5" * 20_000)


def without_a_table(path: Path) -> None:
    rows(path, "DROP TABLE messages")


@pytest.mark.parametrize(
    "damage",
    [garbage, cut_in_a_page, cut_in_the_header, garbage_behind_the_header, another_header, without_a_table],
)
@pytest.mark.parametrize("first", ["read", "write"])
def test_it_is_set_aside_and_a_new_one_begun(path: Path, damage: Callable[[Path], None], first: str) -> None:
    filled(path)
    damage(path)
    content = path.read_bytes()
    library = Library(path)
    said = heard(library)
    if first == "write":
        library.create(conversation("new", title="new"))
    found = titles(library)
    library.create(conversation("new", title="new"))
    assert "new" in titles(library)
    library.close()
    assert len(said) == 1
    assert f"The library {path} is damaged (" in said[0]
    (broken,) = broken_files(path)
    assert str(broken) in said[0]
    assert broken.read_bytes() == content
    assert set(titles(Library(path))) == {*found, "new"}
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_nothing_of_what_is_set_aside_is_ever_overwritten(path: Path) -> None:
    for number in range(3):
        path.write_bytes(f"garbage {number} ".encode() * 500)
        library = Library(path)
        assert library.conversations() == ()
        library.close()
    assert [each.read_bytes()[:9] for each in broken_files(path)] == [b"garbage 0", b"garbage 1", b"garbage 2"]
    assert free_name(path) not in broken_files(path)


def test_damage_that_only_a_later_read_finds(path: Path) -> None:
    filled(path, conversations=40, messages=10)
    library = Library(path)
    said = heard(library)
    library.save_preset(Preset("kept", {"a": 1}))
    blob = library.put_blob(b"bytes")
    assert library.flush()
    library.close()
    pages = rows(path, "SELECT pageno FROM dbstat WHERE name = 'messages' AND pagetype = 'leaf' ORDER BY pageno")
    with path.open("r+b") as file:
        for (page,) in pages[5:8]:
            file.seek((page - 1) * PAGE)
            file.write(b"\xff" * PAGE)
    assert len(titles(library)) == 40
    library.create(conversation("new", title="new"))
    loaded = [library.load(f"c{number}") for number in range(40)]
    messages = [each.id for one in loaded if one for each in one.messages]
    assert 400 - 40 < len(messages) < 400
    assert set(titles(library)) == {"new", *(f"Title {number}" for number in range(40))}
    assert library.presets() == (Preset("kept", {"a": 1}),)
    assert library.blob(blob) == b"bytes"
    assert [hit.conversation.id for hit in library.conversations('"text 30"')] == ["c30"]
    assert len(said) == 1
    assert "of its conversations are in a new one." in said[0]
    library.close()


def test_messages_whose_conversation_is_lost_get_another(path: Path) -> None:
    filled(path, conversations=2)
    for (page,) in rows(path, "SELECT pageno FROM dbstat WHERE name = 'conversations'"):
        with path.open("r+b") as file:
            file.seek((page - 1) * PAGE)
            file.write(b"\xff" * PAGE)
    library = Library(path)
    said = heard(library)
    found = library.conversations()
    assert sorted(hit.conversation.title[:10] for hit in found) == ["text 0 0 x", "text 1 0 x"]
    assert sorted(len(texts(library, hit.conversation.id)) for hit in found) == [4, 4]
    assert "2 of its conversations are in a new one." in said[0]
    library.close()


def test_an_answer_goes_on_though_the_file_is_lost_below_it(path: Path) -> None:
    library = Library(path)
    said = heard(library)
    writer = library.begin(message("a", role="assistant"))
    for word in ("one ", "two ", "three "):
        writer.text(word)
        assert library.flush()
    rows(path, "PRAGMA wal_checkpoint(truncate)")
    content = path.read_bytes()
    with path.open("r+b") as file:
        file.write(b"\xff" * len(content))
    # SQLite has pages in memory, and would go on with them.
    library._worker.ask(lambda keeper: keeper._let_go())
    writer.text("four")
    loaded = library.load("chat")
    assert loaded is not None
    assert [(each.text, each.status) for each in loaded.messages] == [("one two three four", "streaming")]
    assert len(said) == 1
    library.close()


def test_another_program_has_set_it_aside_meanwhile(path: Path) -> None:
    library = Library(path)
    library.add(message("m", "here"))
    writer = library.begin(message("a", role="assistant"))
    writer.text("one ")
    writer.calls(())
    assert library.flush()
    for each in list(path.parent.iterdir()):
        if each.suffix != ".lock":
            each.rename(each.with_name(f"moved-{each.name}"))
    filled(path, conversations=1)
    writer.text("two")
    assert texts(library) == {"a": "one two"}
    assert titles(library, "title") == ["Title 0"]
    library.close()
    assert set(titles(Library(path))) == {"Title 0", ""}


def test_two_programs_that_find_it_damaged_set_it_aside_once(path: Path) -> None:
    garbage(path)
    code = (
        "import pathlib, sys; from lmstudio_tui.store.library import *; l = Library(pathlib.Path(sys.argv[1]));"
        "l.create(Conversation(id=sys.argv[2])); l.flush(); l.close()"
    )
    programs = [start(code, path, name) for name in "abcd"]
    for program in programs:
        program.communicate()
    assert {hit.conversation.id for hit in Library(path).conversations()} == set("abcd")
    assert len(broken_files(path)) == 1


def test_a_file_that_is_gone_is_begun_anew(path: Path) -> None:
    library = Library(path)
    library.create(conversation())
    assert library.flush()
    for each in list(path.parent.iterdir()):
        each.unlink()
    assert library.conversations() == ()
    library.create(conversation("new"))
    assert [hit.conversation.id for hit in library.conversations()] == ["new"]
    library.close()


def test_text_that_is_no_text_is_shown_as_far_as_it_goes(path: Path) -> None:
    filled(path, 1, 1)
    rows(path, "UPDATE messages SET text = CAST(x'61ff62' AS TEXT), usage = '{', role = 'x', status = 'y'")
    library = Library(path)
    said = heard(library)
    loaded = library.load("c0")
    assert loaded is not None
    (one,) = loaded.messages
    assert (one.text, one.usage, one.role, one.status) == ("a\ufffdb", None, "user", "complete")
    library.close()
    assert said == []


# The log beside the file


def crashed(path: Path) -> None:
    """A library as a program leaves it that is killed: a part of it is in the log."""
    live = path.with_name("live.db")
    library = Library(live)
    library.create(conversation("old", title="old"))
    library.close()
    for number in range(20):
        library.add(message(f"m{number}", "words " * 500, conversation_id="old"))
        assert library.flush()
    for ending in ("", "-wal"):
        shutil.copyfile(f"{live}{ending}", f"{path}{ending}")
    library.close()


def log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def test_a_log_that_was_left_is_used(path: Path) -> None:
    crashed(path)
    library = Library(path)
    said = heard(library)
    assert len(texts(library, "old")) == 20
    library.close()
    assert said == []
    assert broken_files(path) == []


def test_a_log_whose_end_is_missing_is_used_as_far_as_it_goes(path: Path) -> None:
    crashed(path)
    content = log(path).read_bytes()
    log(path).write_bytes(content[: len(content) - 100])
    library = Library(path)
    said = heard(library)
    assert len(texts(library, "old")) == 19
    library.close()
    assert said == []


@pytest.mark.parametrize("place", ["everything", "magic", "checksum", "middle"])
def test_a_log_that_is_broken_is_kept_and_said(path: Path, place: str) -> None:
    crashed(path)
    content = bytearray(log(path).read_bytes())
    match place:
        case "everything":
            content[:] = b"\xa5" * len(content)
        case "magic":
            content[0] ^= 1
        case "checksum":
            content[17] ^= 1
        case _:
            content[len(content) // 2] ^= 1
    log(path).write_bytes(content)
    library = Library(path)
    said = heard(library)
    kept = texts(library, "old")
    assert len(kept) < 20
    assert len(kept) > 5 or place != "middle"
    library.add(message("new", "new", conversation_id="old"))
    library.close()
    (aside,) = broken_files(path)
    assert aside.read_bytes() == bytes(content)
    assert len(said) == 1
    assert str(aside) in said[0]
    assert set(texts(Library(path), "old")) == {*kept, "new"}
