"""A library that cannot be written now: nothing is lost while the app runs, and it is tried again."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from library_parts import conversation, filled, heard, message, rows, texts, titles

from lmstudio_tui.store import sqlite_file
from lmstudio_tui.store.library import Library, connection, damage, keeper
from waiting import until

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again soon, and it does not wait long for others."""
    monkeypatch.setattr(keeper, "_FIRST_PAUSE", 0.05)
    monkeypatch.setattr(keeper, "_LONGEST_PAUSE", 0.1)
    monkeypatch.setattr(sqlite_file, "PATIENCE", 0.2)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose permissions count: who may do everything is somebody else for a while."""
    made = Path(tempfile.mkdtemp())
    if os.name != "posix":
        pytest.skip("permissions are another thing there")
    # What is imported when it is used may not be readable for somebody else.
    Library(made / "warm.db").conversations()
    filled(made / "warm.db", 1, 1)
    root = os.geteuid() == 0
    if root:
        os.chown(made, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield made
    finally:
        if root:
            os.seteuid(0)
        made.chmod(0o700)
        shutil.rmtree(made)


class Disk:
    """A disk of which a test says how many pages there is room for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pages = 1_000_000
        self._connections: list[sqlite3.Connection] = []
        original = connection.connect

        def connect(path: Path, *arguments: str) -> sqlite3.Connection:
            made = original(path, *arguments)
            if str(path) != ":memory:":
                made.execute(f"PRAGMA max_page_count = {self.pages}")
            return made

        monkeypatch.setattr(connection, "connect", connect)


def saved(sentences: list[str]) -> bool:
    return any("are saved again" in each for each in sentences)


def test_a_full_disk(path: Path, soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    disk = Disk(monkeypatch)
    disk.pages = path.stat().st_size // 4096 + 2
    library = Library(path)
    said = heard(library)
    writer = library.begin(message("a", role="assistant"))
    for number in range(50):
        library.add(message(f"n{number}", f"word{number} " * 500))
        writer.text(f"{number} ")
    # Everything is there, what was on disk and what could not be put there.
    assert len(texts(library)) == 51
    assert texts(library)["a"] == "".join(f"{number} " for number in range(50))
    assert titles(library, "title") == ["Title 2", "Title 1", "Title 0"]
    assert [hit.message_id for hit in library.conversations("word49")] == ["n49"]
    assert not library.flush()
    writer.end(message("a", "whole", role="assistant"))
    assert texts(library)["a"] == "whole"
    assert len(said) == 1
    assert said[0].startswith(f"Conversations cannot be saved in {path}: the disk is full.")
    assert said[0].endswith("Make room on it.")
    disk.pages = 1_000_000
    until(lambda: saved(said))
    assert library.flush()
    assert len(said) == 2
    library.close()
    assert rows(path, "SELECT count(*) FROM messages") == [(12 + 51,)]
    assert texts(Library(path))["a"] == "whole"
    assert list(texts(Library(path)))[1:] == [f"n{number}" for number in range(50)]


def test_what_waits_is_not_tried_all_the_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    tries: list[object] = []

    def refuse(*_: object) -> sqlite3.Connection:
        tries.append(None)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(keeper, "open_base", refuse)
    monkeypatch.setattr(keeper, "_FIRST_PAUSE", 0.1)
    library = Library(path)
    said = heard(library)
    for number in range(200):
        library.add(message(f"n{number}"))
        library.conversations()
    assert len(tries) < 10
    assert len(said) == 1
    assert "it may not be written" in said[0]
    monkeypatch.undo()
    assert library.flush()
    assert saved(said)
    library.close()


def test_another_program_that_keeps_it_locked(path: Path, soon: None) -> None:
    filled(path)
    library = Library(path)
    said = heard(library)
    library.add(message("m0", "before"))
    assert library.flush()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        library.add(message("m1", "meanwhile"))
        assert texts(library) == {"m0": "before", "m1": "meanwhile"}
        assert "another program keeps it locked" in said[0]
        other.execute("UPDATE conversations SET title = 'theirs' WHERE id = 'c0'")
        other.execute("COMMIT")
    until(lambda: saved(said))
    assert texts(library) == {"m0": "before", "m1": "meanwhile"}
    assert "theirs" in titles(library)
    assert len(said) == 2
    library.close()
    assert [each.name for each in path.parent.iterdir()] == ["library.db"]


@contextmanager
def writable(path: Path, *, now: bool) -> Generator[None]:
    mode = path.stat().st_mode
    path.chmod(mode & ~0o222 if not now else mode | 0o200)
    yield
    path.chmod(mode)


def test_a_folder_that_may_not_be_written(folder: Path, soon: None) -> None:
    path = folder / "library.db"
    filled(path)
    # Some of it is in the log only, as after a crash.
    library = Library(path)
    library.create(conversation("log", title="in the log"))
    assert library.flush()
    other = folder / "read only"
    other.mkdir()
    for ending in ("", "-wal"):
        shutil.copyfile(f"{path}{ending}", other / f"library.db{ending}")
    library.close()
    library = Library(other / "library.db")
    with writable(other, now=False), writable(other / "library.db", now=False):
        said = heard(library)
        assert set(titles(library)) == {"in the log", "Title 0", "Title 1", "Title 2"}
        library.add(message("m", "kept in memory"))
        assert texts(library) == {"m": "kept in memory"}
        assert not library.flush()
        assert len(said) == 1
    until(lambda: saved(said))
    library.close()
    assert texts(Library(other / "library.db")) == {"m": "kept in memory"}


def test_a_file_that_may_not_be_written(folder: Path, soon: None) -> None:
    path = folder / "library.db"
    filled(path)
    library = Library(path)
    with writable(path, now=False):
        said = heard(library)
        assert len(titles(library)) == 3
        library.add(message("m", "kept in memory"))
        assert texts(library) == {"m": "kept in memory"}
        until(lambda: len(said) == 1)
        assert "it may not be written" in said[0] or "cannot be opened" in said[0]
    until(lambda: saved(said))
    library.close()
    assert len(titles(Library(path))) == 4


def test_a_folder_that_cannot_be_made(folder: Path, soon: None) -> None:
    with writable(folder, now=False):
        library = Library(folder / "new" / "deep" / "library.db")
        said = heard(library)
        assert library.conversations() == ()
        assert said == []
        library.create(conversation(title="here"))
        assert titles(library) == ["here"]
        assert len(said) == 1
    assert library.flush()
    library.close()
    assert titles(Library(library.path)) == ["here"]


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    library = Library(tmp_path / "file" / "library.db")
    said = heard(library)
    assert library.conversations() == ()
    library.create(conversation(title="here"))
    assert titles(library) == ["here"]
    assert not library.flush()
    library.close()
    assert said[0].startswith(f"Conversations cannot be saved in {library.path}: ")
    assert said[-1] == f"What was last said could not be saved in {library.path}."


def test_a_folder_in_the_place_of_the_file(path: Path) -> None:
    path.mkdir()
    library = Library(path)
    said = heard(library)
    assert library.conversations() == ()
    library.create(conversation(title="here"))
    assert titles(library) == ["here"]
    assert len(said) == 1
    assert path.is_dir()
    library.close()


def test_damage_that_cannot_be_set_aside(path: Path, soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"garbage" * 1000)

    def refuse(_: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(damage, "set_aside", refuse)
        library = Library(path)
        said = heard(library)
        library.create(conversation(title="here"))
        assert titles(library) == ["here"]
        assert not library.flush()
        assert path.read_bytes() == b"garbage" * 1000
    until(lambda: saved(said))
    assert titles(library) == ["here"]
    assert any("is damaged" in each for each in said)
    library.close()


def test_it_is_said_to_who_listens_later(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.create(conversation())
    assert not library.flush()
    assert len(heard(library)) == 1
    library.listen(lambda _: None)

    def mistaken(_: str) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        library.listen(mistaken)
    library.close()
    assert len(heard(library)) == 2
