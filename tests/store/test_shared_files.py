"""What keeps several programs from harming each other's files: the locks of each stay while it has the file open."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from embedding_parts import KEY, hashes, made
from library_parts import CHAT, conversation, end, start, titles

from lmstudio_tui.store.embeddings import EmbeddingShelf
from lmstudio_tui.store.library import Library
from lmstudio_tui.store.library.faults import UnknownFileError
from lmstudio_tui.store.sqlite_file import Kind, connect, refuse_later

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps locks by handle")

# https://www.sqlite.org/src/file/src/os_unix.c: the shared bytes of a database, the byte of an index's users.
SHARED_FIRST, SHARED_COUNT = 0x40000000 + 2, 510
USERS = 128
OTHERS = """
import fcntl, sys
first, count = map(int, sys.argv[2:4])
with open(sys.argv[1], "r+b") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, count, first)
        print("free")
    except OSError:
        print("in use")
"""
LIBRARY = """
import pathlib, sys
from lmstudio_tui.store.library import *
library = Library(pathlib.Path(sys.argv[1]))
library.create(Conversation(id="chat", title="Before"))
assert library.flush()
print("kept", flush=True)
sys.stdin.read()
"""
SHELF = """
import pathlib, sys
from array import array
from lmstudio_tui.store.embeddings import *
shelf = EmbeddingShelf(pathlib.Path(sys.argv[1]))
shelf.create("before")
print("kept", flush=True)
sys.stdin.read()
"""


def seen_by_others(path: Path, first: int, count: int) -> str:
    """Whether another program could take these bytes of a file for itself."""
    command = [sys.executable, "-c", OTHERS, str(path), str(first), str(count)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def assert_in_use(path: Path) -> None:
    assert seen_by_others(path, SHARED_FIRST, SHARED_COUNT) == "in use"
    assert seen_by_others(path.with_name(f"{path.name}-shm"), USERS, 1) == "in use"


def leave_a_log(code: str, path: Path) -> None:
    """Be killed with changes in the log."""
    program = start(code, path)
    assert program.stdout is not None
    assert program.stdout.readline() == "kept\n"
    end(program)
    assert path.with_name(f"{path.name}-wal").stat().st_size > 0


def test_a_library_with_a_log_is_looked_at_and_stays_in_use(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    leave_a_log(LIBRARY, path)
    library = Library(path)
    assert titles(library) == ["Before"]
    library.create(conversation("more", title="More"))
    assert library.flush()
    assert_in_use(path)
    assert library.load(CHAT) is not None
    library.close()
    assert [each.name for each in tmp_path.iterdir()] == ["library.db"]


def test_embeddings_with_a_log_are_looked_at_and_stay_in_use_by_several_threads(tmp_path: Path) -> None:
    path = tmp_path / "embeddings.sqlite"
    leave_a_log(SHELF, path)
    shelf = EmbeddingShelf(path)
    assert [each.name for each in shelf.sets()] == ["before"]
    inside, go_on = threading.Event(), threading.Event()

    def slow() -> Iterator[tuple[bytes, array[float]]]:
        yield from made(0, 10)
        inside.set()
        assert go_on.wait(60)

    keeping = threading.Thread(target=lambda: shelf.keep(KEY, slow()))
    keeping.start()
    try:
        assert inside.wait(60)
        assert len(shelf.sets()) == 1  # In a second connection, while the first is busy.
        assert_in_use(path)
    finally:
        go_on.set()
        keeping.join()
    assert_in_use(path)
    assert len(shelf.vectors(KEY, hashes(0, 10))) == 10
    shelf.close()


def test_a_header_is_read_again_when_nobody_has_the_file_open(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    path.touch()
    connection = connect(path)
    connection.execute("PRAGMA application_id = 77")
    connection.execute("PRAGMA user_version = 3")
    refuse_later(path, Kind(77, 2))  # It is open: there it was looked at before.
    connection.close()
    with pytest.raises(UnknownFileError, match="made by a later version"):
        refuse_later(path, Kind(77, 2))
