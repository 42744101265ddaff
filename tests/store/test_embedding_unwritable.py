"""A file of embeddings that cannot be written now: it is said in words, and what is there can be read."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from embedding_parts import KEY, entries, filled, hashes, heard, made, many, names, vector, words

from lmstudio_tui.store import sqlite_file
from lmstudio_tui.store.embeddings import EmbeddingShelf, StoreError, connection

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from lmstudio_tui.store.embeddings.records import Vector

NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "embeddings.sqlite"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not wait long for others."""
    monkeypatch.setattr(sqlite_file, "PATIENCE", 0.1)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose permissions count: who may do everything is somebody else for a while."""
    made = Path(tempfile.mkdtemp())
    if os.name != "posix":
        pytest.skip("permissions are another thing there")
    # What is imported when it is used may not be readable for somebody else.
    with tempfile.TemporaryDirectory() as warm:
        damaged = Path(warm) / "warm.sqlite"
        damaged.write_bytes(b"garbage" * 500)
        filled(damaged, 1, 1)
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
        original = connection.connect

        def connect(path: Path, mode: str = "mode=rw", *, any_thread: bool = False) -> sqlite3.Connection:
            made = original(path, mode, any_thread=any_thread)
            made.execute(f"PRAGMA max_page_count = {self.pages}")
            return made

        monkeypatch.setattr(connection, "connect", connect)


@contextmanager
def unwritable(*paths: Path) -> Generator[None]:
    modes = [path.stat().st_mode for path in paths]
    for path, mode in zip(paths, modes, strict=True):
        path.chmod(mode & ~0o222)
    yield
    for path, mode in zip(paths, modes, strict=True):
        path.chmod(mode)


def writes(shelf: EmbeddingShelf, set_id: str) -> list[Callable[[], object]]:
    return [
        lambda: shelf.create("new", many(3000)),
        lambda: shelf.append(set_id, many(3000)),
        lambda: shelf.replace(set_id, many(3000)),
        lambda: shelf.keep(KEY, made(1000, 3000)),
    ]


def test_a_full_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    disk = Disk(monkeypatch)
    disk.pages = path.stat().st_size // 16384 + 1
    shelf = EmbeddingShelf(path)
    said = heard(shelf)
    before = shelf.sets()
    for write in writes(shelf, before[0].id):
        with pytest.raises(StoreError) as caught:
            write()
        assert caught.value.message == f"Embeddings cannot be saved in {path}: the disk is full."
        assert caught.value.hint == "Make room on it."
        # All of it or nothing, and what was there can be read.
        assert shelf.sets() == before
        assert len(shelf.texts(before[0].id)) == 40
        assert shelf.vectors(KEY, hashes(0, 200)) == dict(made(0, 200))
    disk.pages = 1_000_000
    shelf.close()
    for write in writes(shelf, before[0].id):
        write()
    assert shelf.vectors(KEY, hashes(0, 3000)) == dict(made(0, 200) + made(1000, 3000))
    assert said == []
    shelf.close()


def test_what_was_kept_before_the_disk_was_full_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(monkeypatch)
    disk.pages = 1000
    shelf = EmbeddingShelf(path)
    taken: list[bytes] = []

    def source() -> Iterator[tuple[bytes, Vector]]:
        for hash_ in hashes(0, 10_000):
            taken.append(hash_)
            yield hash_, vector(1, 1000)

    with pytest.raises(StoreError, match="the disk is full"):
        shelf.keep(KEY, source())
    assert len(taken) < 10_000
    found = shelf.vectors(KEY, taken)
    assert 2000 < len(found) < len(taken)
    assert set(found) == set(taken[: len(found)])
    shelf.close()


def test_another_program_that_keeps_it_locked(path: Path, impatient: None) -> None:
    filled(path)
    shelf = EmbeddingShelf(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program keeps it locked") as caught:
            shelf.create("new")
        assert caught.value.hint == "Close that program."
        # Reading goes on meanwhile.
        assert len(names(shelf)) == 3
        other.execute("COMMIT")
    shelf.create("new")
    assert names(shelf)[0] == "new"
    shelf.close()


def test_a_folder_that_may_not_be_written(folder: Path) -> None:
    path = folder / "embeddings.sqlite"
    filled(path)
    shelf = EmbeddingShelf(path)
    with unwritable(folder, path):
        assert set(names(shelf)) == {"Set 0", "Set 1", "Set 2"}
        assert names(shelf, "word1") == ["Set 1"]
        assert shelf.vectors(KEY, hashes(0, 200)) == dict(made(0, 200))
        set_id = shelf.sets()[0].id
        for write in (*writes(shelf, set_id), lambda: shelf.delete(set_id), shelf.undo, lambda: shelf.forget(KEY)):
            with pytest.raises(StoreError, match=r"may not be written|cannot be opened") as caught:
                write()
            assert "who may write there" in caught.value.hint
    shelf.append(set_id, entries("new"))
    assert words(shelf, set_id)[-1] == "new"
    shelf.close()
    assert sorted(each.name for each in folder.iterdir()) == ["embeddings.sqlite"]


def test_a_folder_that_may_not_be_written_after_a_crash(folder: Path) -> None:
    path = folder / "embeddings.sqlite"
    filled(path)
    shelf = EmbeddingShelf(path)
    shelf.create("in the log", many(10))
    other = folder / "read only"
    other.mkdir()
    for ending in ("", "-wal", "-shm"):
        shutil.copyfile(f"{path}{ending}", other / f"embeddings.sqlite{ending}")
    shelf.close()
    shelf = EmbeddingShelf(other / "embeddings.sqlite")
    with unwritable(other, *other.iterdir()):
        assert names(shelf)[0] == "in the log"
        with pytest.raises(StoreError):
            shelf.create("new")
    shelf.create("new")
    assert names(shelf)[:2] == ["new", "in the log"]
    shelf.close()


def test_a_file_that_may_not_be_written(folder: Path) -> None:
    path = folder / "embeddings.sqlite"
    filled(path)
    shelf = EmbeddingShelf(path)
    with unwritable(path):
        assert len(names(shelf)) == 3
        with pytest.raises(StoreError, match="may not be written"):
            shelf.create("new")
        assert len(names(shelf)) == 3
    shelf.create("new")
    assert len(names(shelf)) == 4
    shelf.close()


def test_an_empty_file_that_may_not_be_written(folder: Path) -> None:
    path = folder / "embeddings.sqlite"
    path.touch()
    shelf = EmbeddingShelf(path)
    with unwritable(folder, path):
        assert shelf.sets() == []
        with pytest.raises(StoreError, match="cannot be saved"):
            shelf.create("new")
    shelf.create("new")
    assert names(shelf) == ["new"]
    shelf.close()


def test_a_folder_that_cannot_be_made(folder: Path) -> None:
    shelf = EmbeddingShelf(folder / "new" / "deep" / "embeddings.sqlite")
    with unwritable(folder):
        assert shelf.sets() == []
        with pytest.raises(StoreError, match="may not be written"):
            shelf.create("new")
    shelf.create("new")
    assert names(shelf) == ["new"]
    shelf.close()


def test_a_damaged_file_in_a_folder_that_may_not_be_written(folder: Path) -> None:
    path = folder / "embeddings.sqlite"
    path.write_bytes(b"garbage" * 5000)
    shelf = EmbeddingShelf(path)
    with unwritable(folder, path), pytest.raises(StoreError, match="is damaged") as caught:
        shelf.sets()
    assert "cannot be set aside" in caught.value.message
    assert path.read_bytes() == b"garbage" * 5000
