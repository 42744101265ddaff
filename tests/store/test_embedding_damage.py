"""A file of embeddings that cannot be understood, or that is not to be touched."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from embedding_parts import KEY, OTHER, entries, filled, hashes, heard, made, many, names, vector, words
from library_parts import end, rows, start

from lmstudio_tui.store.embeddings import EmbeddingShelf, StoreError
from lmstudio_tui.store.embeddings.schema import MIGRATIONS, PAGE_SIZE
from lmstudio_tui.store.library import damage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "embeddings.sqlite"


def broken_files(path: Path) -> list[Path]:
    return sorted(each for each in path.parent.iterdir() if ".broken-" in each.name)


def spoil(path: Path, table: str, *, first: int = 0, count: int = 1) -> None:
    """Make pages of a table unreadable."""
    query = f"SELECT pageno FROM dbstat WHERE name = '{table}' AND pagetype = 'leaf' ORDER BY pageno"
    pages = rows(path, query)[first : first + count]
    with path.open("r+b") as file:
        for (page,) in pages:
            file.seek((page - 1) * PAGE_SIZE)
            file.write(b"\xff" * PAGE_SIZE)


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database\n" * 1000)


def cut_in_a_page(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: PAGE_SIZE * 3 + 100])


def cut_in_the_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


def garbage_behind_the_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100] + bytes(range(256)) * 100)


def without_a_table(path: Path) -> None:
    rows(path, "DROP TABLE texts")


DAMAGES = [garbage, cut_in_a_page, cut_in_the_header, garbage_behind_the_header, without_a_table]


@pytest.mark.parametrize("harm", DAMAGES)
@pytest.mark.parametrize("first", ["read", "write"])
def test_it_is_set_aside_and_a_new_one_begun(path: Path, harm: Callable[[Path], None], first: str) -> None:
    filled(path)
    harm(path)
    content = path.read_bytes()
    shelf = EmbeddingShelf(path)
    said = heard(shelf)
    if first == "write":
        shelf.create("new", entries("text"))
    found = [each for each in names(shelf) if each != "new"]
    shelf.create("newer")
    shelf.keep(KEY, made(500, 510))
    assert len(shelf.vectors(KEY, hashes(500, 510))) == 10
    shelf.close()
    assert len(said) == 1
    assert said[0].startswith(f"The embeddings {path} are damaged (")
    (broken,) = broken_files(path)
    assert str(broken) in said[0]
    assert broken.read_bytes() == content
    assert set(names(EmbeddingShelf(path))) == {*found, "newer", *(["new"] if first == "write" else [])}
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    # Who listens later is told, too.
    assert heard(shelf) == said


def test_what_can_be_read_is_taken_over(path: Path) -> None:
    filled(path, sets=5, texts=1000)
    shelf = EmbeddingShelf(path)
    gone = shelf.create("deleted", entries("gone"))
    shelf.change(shelf.sets("word0")[0].id, document_prefix="passage: ", models=("m",))
    shelf.keep(OTHER, made(0, 10))
    shelf.delete(gone.id)
    before = {each.name: each for each in shelf.sets()}
    shelf.close()
    spoil(path, "texts", first=12, count=2)
    shelf = EmbeddingShelf(path)
    said = heard(shelf)
    # The sets can be read as they are; their texts cannot.
    assert all(map(shelf.texts, [each.id for each in shelf.sets()]))
    after = {each.name: each for each in shelf.sets()}
    assert after.keys() == before.keys()
    for each in after.values():
        assert each.count == len(shelf.texts(each.id))
    read = [words(shelf, each.id) for each in after.values()]
    assert 5000 - 600 < sum(map(len, read)) < 5000
    assert "5 of its sets are in a new one." in said[0]
    assert after["Set 0"].document_prefix == "passage: "
    assert rows(path, "SELECT prefix FROM prefixes") == [("passage: ",)]
    assert shelf.vectors(KEY, hashes(0, 200)) == dict(made(0, 200))
    assert shelf.vectors(OTHER, hashes(0, 10)) == dict(made(0, 10))
    undone = shelf.undo()
    assert undone is not None
    assert words(shelf, undone.id) == ["gone"]
    shelf.close()


def test_damage_that_only_a_later_read_finds(path: Path) -> None:
    filled(path)
    shelf = EmbeddingShelf(path)
    shelf.keep(KEY, ((hash_, vector(5, 1000)) for hash_ in hashes(0, 400)))
    shelf.close()
    spoil(path, "vectors", first=5, count=3)
    said = heard(shelf)
    assert len(names(shelf)) == 3
    assert said == []
    found = shelf.vectors(KEY, hashes(0, 400))
    assert 300 < len(found) < 400
    assert set(map(bytes, found.values())) == {bytes(vector(5, 1000))}
    assert len(said) == 1
    # What is missing is made again.
    shelf.keep(KEY, ((hash_, vector(6, 1000)) for hash_ in hashes(0, 400)))
    assert len(shelf.vectors(KEY, hashes(0, 400))) == 400
    assert len(said) == 1
    shelf.close()


def test_texts_whose_set_is_lost_get_another(path: Path) -> None:
    filled(path, sets=2)
    spoil(path, "sets")
    shelf = EmbeddingShelf(path)
    said = heard(shelf)
    found = shelf.sets()
    assert [each.name for each in found] == ["Rescued texts"] * 2
    assert [each.count for each in found] == [40, 40]
    assert "2 of its sets are" in said[0]
    shelf.close()


def test_an_edit_of_a_set_that_is_lost(path: Path) -> None:
    filled(path, sets=1)
    shelf = EmbeddingShelf(path)
    (record,) = shelf.sets()
    shelf.close()
    garbage(path)
    with pytest.raises(StoreError, match="not there any more"):
        shelf.append(record.id, entries("x"))
    assert shelf.sets() == []
    shelf.create("new")
    assert names(shelf) == ["new"]
    shelf.close()


def test_nothing_of_what_is_set_aside_is_ever_overwritten(path: Path) -> None:
    for number in range(3):
        path.write_bytes(f"garbage {number} ".encode() * 500)
        shelf = EmbeddingShelf(path)
        assert shelf.sets() == []
        shelf.close()
    assert [each.read_bytes()[:9] for each in broken_files(path)] == [b"garbage 0", b"garbage 1", b"garbage 2"]


def test_two_programs_that_find_it_damaged_set_it_aside_once(path: Path) -> None:
    garbage(path)
    code = (
        "import pathlib, sys; from lmstudio_tui.store.embeddings import *;"
        "s = EmbeddingShelf(pathlib.Path(sys.argv[1]));"
        "sys.stdin.readline(); s.create(sys.argv[2]); s.close()"
    )
    programs = [start(code, path, name) for name in "abcd"]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        assert program.wait() == 0
        end(program)
    assert sorted(names(EmbeddingShelf(path))) == list("abcd")
    assert len(broken_files(path)) == 1


def test_damage_that_cannot_be_set_aside(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    garbage(path)

    def refuse(_: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    shelf = EmbeddingShelf(path)
    with monkeypatch.context() as patch:
        patch.setattr(damage, "set_aside", refuse)
        for use in (shelf.sets, lambda: shelf.create("new")):
            with pytest.raises(StoreError, match="is damaged") as caught:
                use()
            assert "cannot be set aside" in caught.value.message
            assert caught.value.hint
    assert path.read_bytes().startswith(b"this is no database")
    shelf.create("new")
    assert names(shelf) == ["new"]
    shelf.close()


def test_what_is_rescued_while_the_disk_is_full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    spoil(path, "texts")

    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lmstudio_tui.store.embeddings.file.rescue", refuse)
    shelf = EmbeddingShelf(path)
    said = heard(shelf)
    assert [each.count for each in shelf.sets("word0")] == []
    assert "Nothing could be rescued because the disk is full." in said[0]
    assert len(broken_files(path)) == 1
    shelf.close()


@pytest.mark.parametrize("which", ["later", "another's", "the library's"])
def test_a_file_that_is_not_ours_is_left_as_it_is(path: Path, which: str) -> None:
    if which == "later":
        filled(path)
        rows(path, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    elif which == "another's":
        rows(path, "CREATE TABLE things(name)")
    else:
        from library_parts import filled as filled_library

        filled_library(path)
    content = path.read_bytes()
    shelf = EmbeddingShelf(path)
    for use in (shelf.sets, shelf.sizes, lambda: shelf.create("new"), lambda: shelf.keep(KEY, made(0, 1)), shelf.undo):
        with pytest.raises(StoreError, match="later version" if which == "later" else "another program's") as caught:
            use()
        assert "left as it is" in caught.value.hint
    assert path.read_bytes() == content
    assert broken_files(path) == []


def test_a_file_that_is_gone_is_begun_anew(path: Path) -> None:
    filled(path)
    shelf = EmbeddingShelf(path)
    assert len(names(shelf)) == 3
    for each in list(path.parent.iterdir()):
        each.unlink()
    assert names(shelf) == []
    shelf.create("new")
    assert names(shelf) == ["new"]
    shelf.close()
    assert names(EmbeddingShelf(path)) == ["new"]


def test_a_file_in_its_place(path: Path) -> None:
    shelf = EmbeddingShelf(path)
    shelf.create("old")
    other = path.with_name("other.sqlite")
    filled(other)
    shelf.close()
    shelf.sets()
    other.replace(path)
    assert set(names(shelf)) == {"Set 0", "Set 1", "Set 2"}
    shelf.create("new")
    shelf.close()
    assert len(names(EmbeddingShelf(path))) == 4


def with_log(path: Path, other: Path) -> EmbeddingShelf:
    """A file whose last changes are in its log only, as after a kill."""
    filled(path)
    shelf = EmbeddingShelf(path)
    shelf.create("in the log", many(100))
    for ending in ("", "-wal"):
        shutil.copyfile(f"{path}{ending}", f"{other}{ending}")
    shelf.close()
    return EmbeddingShelf(other)


def test_what_is_in_the_log_only_is_there(path: Path) -> None:
    shelf = with_log(path, path.with_name("other.sqlite"))
    assert names(shelf)[0] == "in the log"
    shelf.close()


@pytest.mark.parametrize("place", [0, 100])
def test_a_log_that_is_damaged(path: Path, place: int) -> None:
    other = path.with_name("other.sqlite")
    shelf = with_log(path, other)
    log = other.with_name("other.sqlite-wal")
    with log.open("r+b") as file:
        file.seek(place)
        file.write(b"\xff" * 20)
    content = log.read_bytes()
    said = heard(shelf)
    assert sorted(names(shelf)) == ["Set 0", "Set 1", "Set 2"]
    assert len(said) == 1
    assert "the log beside it is damaged" in said[0]
    (kept,) = broken_files(other)
    assert kept.read_bytes() == content
    shelf.close()


def test_a_folder_in_the_place_of_the_file(path: Path) -> None:
    path.mkdir()
    shelf = EmbeddingShelf(path)
    for use in (shelf.sets, lambda: shelf.create("x")):
        with pytest.raises(StoreError, match=r"cannot be (read|saved)"):
            use()
    assert path.is_dir()


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shelf = EmbeddingShelf(tmp_path / "file" / "embeddings.sqlite")
    assert shelf.sets() == []
    with pytest.raises(StoreError, match="cannot be saved") as caught:
        shelf.create("x")
    assert caught.value.hint


def test_a_value_that_no_database_takes(path: Path) -> None:
    shelf = EmbeddingShelf(path)
    with pytest.raises(StoreError, match="cannot be saved"):
        shelf.keep(type(KEY)("s", "m", 1 << 70), made(0, 1))
    shelf.create("here")
    assert names(shelf) == ["here"]
    shelf.close()
