"""What the library and the file of embeddings have in common as files of SQLite.

POSIX takes all locks of a program on a file away as soon as the program closes any handle of that file
(https://www.sqlite.org/howtocorrupt.html, 2.2): another program then takes SQLite's files for nobody's, and cuts them
off under those that use them. So a file that is open here, and the index beside it, are never read but by SQLite.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from lmstudio_tui.store.library.faults import UnknownFileError
from lmstudio_tui.store.private import make_private

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE: float = 10.0
"""Seconds to wait for another program that is writing."""

_HEADER: Final = 100
_MAGIC: Final = b"SQLite format 3\0"
_VERSION_AT: Final = 60
_APPLICATION_AT: Final = 68

_guard = threading.Lock()


@dataclass(frozen=True, slots=True)
class Kind:
    """Args:
    application_id: stands in the header of a file of this kind.
    version: the latest that this program understands.
    """

    application_id: int
    version: int


class _Connection(sqlite3.Connection):
    """A connection of which is known that it is open, and to which file."""

    file: tuple[int, int] | None = None

    def close(self) -> None:
        super().close()
        with _guard:
            _connections.discard(self)


_connections: WeakSet[_Connection] = WeakSet()


def connect(path: Path, mode: str = "mode=rw", *, any_thread: bool = False) -> sqlite3.Connection:
    """A connection that begins no transaction by itself, waits for others, and reads text that is no UTF-8.

    Args:
        path: the file, or `:memory:`.
        mode: how it is opened, as in SQLite's URIs.
        any_thread: whether it is handed from thread to thread, each of them alone with it.

    Raises:
        sqlite3.Error: when there can be none.
    """
    name = str(path) if str(path) == ":memory:" else f"{path.absolute().as_uri()}?{mode}"
    with _guard:
        connection = sqlite3.connect(
            name,
            timeout=PATIENCE,
            isolation_level=None,
            uri=True,
            check_same_thread=not any_thread,
            factory=_Connection,
        )
        connection.file = _identity(path)
        _connections.add(connection)
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    return connection


def refuse_later(path: Path, kind: Kind) -> None:
    """Leave a later version's file alone, by its header: opening it could change something.

    Raises:
        UnknownFileError: when it is one.
        OSError: when it cannot be read.
    """
    with _guard:
        found = _identity(path)
        if found is not None and any(each.file == found for each in _connections):
            return  # It was looked at before it was opened.
        try:
            with path.open("rb") as file:
                header = file.read(_HEADER)
        except FileNotFoundError:
            return
    version = int.from_bytes(header[_VERSION_AT : _VERSION_AT + 4], "big")
    application = int.from_bytes(header[_APPLICATION_AT : _APPLICATION_AT + 4], "big")
    if header.startswith(_MAGIC) and application == kind.application_id and version > kind.version:
        raise UnknownFileError(_later(path))


def begin(path: Path) -> None:
    """Make the file, 0600, where there is none, and its folder, 0700.

    Raises:
        OSError: when that is impossible.
    """
    make_private(path.parent)
    # SQLite gives the files that it puts beside it the same permissions.
    with _guard, suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    _make_alike(path)


def check_application(connection: sqlite3.Connection, path: Path, kind: Kind) -> None:
    """Make sure that the file is of this kind, or nothing yet.

    Raises:
        UnknownFileError: when it is another program's, or a later version's.
        sqlite3.Error: when it cannot be read.
    """
    if not tables_of(connection):
        return
    if connection.execute("PRAGMA application_id").fetchone()[0] != kind.application_id:
        message = f"{path} is another program's database."
        raise UnknownFileError(message)
    if connection.execute("PRAGMA user_version").fetchone()[0] > kind.version:
        raise UnknownFileError(_later(path))


def tables_of(connection: sqlite3.Connection) -> set[str]:
    """The names of the tables in a file."""
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def use_log(connection: sqlite3.Connection) -> None:
    """Write ahead, where the disk can: then readers and writers do not wait for each other.

    Raises:
        sqlite3.Error: when that cannot be asked.
    """
    # Changing to it needs the file for itself, and SQLite does not wait for that.
    until = time.monotonic() + PATIENCE
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = wal")
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
    connection.execute("PRAGMA synchronous = normal")


def frames_seen(connection: sqlite3.Connection) -> int | None:
    """How many frames of the log SQLite takes for valid; None when that cannot be known now.

    It is asked for a checkpoint that waits for nobody: what that answers is the only place where it tells.
    """
    with suppress(sqlite3.OperationalError):
        busy, frames, _ = connection.execute("PRAGMA wal_checkpoint(passive)").fetchone()
        if not busy and frames >= 0:
            return int(frames)
    return None


def _later(path: Path) -> str:
    return f"{path} was made by a later version of this program."


def _identity(path: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None


def _make_alike(path: Path) -> None:
    """While the file could not be written, SQLite has made files beside it that cannot be written either."""
    if _may_write(path):
        for ending in ("-wal", "-shm"):
            beside = path.with_name(path.name + ending)
            if beside.exists() and not _may_write(beside):
                with suppress(OSError):
                    beside.chmod(path.stat().st_mode)


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
