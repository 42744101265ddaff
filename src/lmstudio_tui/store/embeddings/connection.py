"""Opening the file of embeddings, to write in it or only to read."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from lmstudio_tui.store.embeddings.schema import APPLICATION_ID, MIGRATIONS, PAGE_SIZE, TABLES
from lmstudio_tui.store.library.faults import DamagedError, UnknownFileError
from lmstudio_tui.store.library.schema import migrate, missing, version_of
from lmstudio_tui.store.private import make_private

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE: float = 10.0
"""Seconds to wait for another program that is writing."""

_LONGEST_LOG: Final = 64_000_000
"""Bytes that the log beside the file keeps when it is not needed."""

_HEADER: Final = 100
_MAGIC: Final = b"SQLite format 3\0"
_VERSION_AT: Final = 60
_APPLICATION_AT: Final = 68


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the file, or begin one: the folder 0700, the file 0600. The connection may be used by any one thread.

    Raises:
        UnknownFileError: when it is not to be touched.
        DamagedError: when something is missing in it.
        sqlite3.Error, OSError: when it cannot be opened.
    """
    _refuse_later(path)
    make_private(path.parent)
    # SQLite gives the files that it puts beside it the same permissions.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    _make_alike(path)
    connection = connect(path)
    try:
        _check_application(connection, path)
        if not connection.execute("PRAGMA page_count").fetchone()[0]:
            connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
            connection.execute("PRAGMA auto_vacuum = incremental")
        _use_log(connection)
        migrate(connection, MIGRATIONS)
        if lacks := missing(connection, TABLES, MIGRATIONS):
            raise DamagedError(f"it has no {' and no '.join(lacks)}")
    except BaseException:
        connection.close()
        raise
    return connection


def open_to_read(path: Path) -> sqlite3.Connection | None:
    """Open a file that cannot be written, as in a read-only folder; None when there is nothing in it.

    Raises:
        UnknownFileError: when it is not this program's.
        sqlite3.Error, OSError: when that cannot be read.
    """
    _refuse_later(path)
    log = path.with_name(f"{path.name}-wal")
    # Without a log nobody writes to it, and SQLite need put no files beside it.
    logged = log.exists() and log.stat().st_size > 0
    connection = connect(path, "mode=ro" if logged else "immutable=1")
    try:
        _check_application(connection, path)
        if not TABLES - _tables(connection):
            return connection
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None


def connect(path: Path, mode: str = "mode=rw") -> sqlite3.Connection:
    """A connection that begins no transaction by itself, waits for others, and reads text that is no UTF-8.

    Args:
        path: the file.
        mode: how it is opened, as in SQLite's URIs.

    Raises:
        sqlite3.Error: when there can be none.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        timeout=PATIENCE,
        isolation_level=None,
        uri=True,
        check_same_thread=False,  # One thread at a time has it, but not always the same.
    )
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    return connection


def _refuse_later(path: Path) -> None:
    """Leave a later version's file alone, by its header: opening it could change something."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except FileNotFoundError:
        return
    version = int.from_bytes(header[_VERSION_AT : _VERSION_AT + 4], "big")
    application = int.from_bytes(header[_APPLICATION_AT : _APPLICATION_AT + 4], "big")
    if header.startswith(_MAGIC) and application == APPLICATION_ID and version > len(MIGRATIONS):
        raise UnknownFileError(_later(path))


def _check_application(connection: sqlite3.Connection, path: Path) -> None:
    """Make sure that the file is one of embeddings, or nothing yet."""
    if not _tables(connection):
        return
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise UnknownFileError(f"{path} is another program's database.")
    if version_of(connection) > len(MIGRATIONS):
        raise UnknownFileError(_later(path))


def _later(path: Path) -> str:
    return f"{path} was made by a later version of this program."


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def _use_log(connection: sqlite3.Connection) -> None:
    """Write ahead, where the disk can: then readers and writers do not wait for each other."""
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
    connection.execute(f"PRAGMA journal_size_limit = {_LONGEST_LOG}")


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
