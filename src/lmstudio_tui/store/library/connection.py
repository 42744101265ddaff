"""Opening a library: on disk, in memory, and as a copy in memory of one that is on disk."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path
from typing import Final

from lmstudio_tui.store.library import schema
from lmstudio_tui.store.library.base import Base, transaction
from lmstudio_tui.store.library.faults import DamagedError, UnknownFileError
from lmstudio_tui.store.library.index import has_fts5, has_index, needs_rebuild, rebuild
from lmstudio_tui.store.private import make_private

PATIENCE: float = 10.0
"""Seconds to wait for another program that is writing."""

_HEADER: Final = 100
_MAGIC: Final = b"SQLite format 3\0"
_VERSION_AT: Final = 60
_APPLICATION_AT: Final = 68


def open_base(path: Path) -> Base:
    """Open the library, or begin one: the folder 0700, the file 0600.

    Raises:
        UnknownFileError: when it is not to be touched.
        DamagedError: when something is missing in it.
        sqlite3.Error, OSError: when it cannot be opened.
    """
    _refuse_later(path)
    _create(path)
    _make_alike(path)
    with ExitStack() as failing:
        connection = failing.enter_context(closing(connect(path)))
        _check_application(connection, path)
        _use_log(connection)
        base = _made_ready(connection)
        failing.pop_all()
    return base


def empty_base() -> Base:
    """A library in memory, with nothing in it."""
    return _made_ready(connect(Path(":memory:")))


def copied_base(source: sqlite3.Connection) -> Base:
    """A library in memory with all that is in another.

    Raises:
        sqlite3.Error: when that cannot be read.
    """
    with ExitStack() as failing:
        copy = failing.enter_context(closing(connect(Path(":memory:"))))
        source.backup(copy)
        base = _made_ready(copy)
        failing.pop_all()
    return base


def copied_file(path: Path) -> Base:
    """A library in memory with all that is in a file that SQLite cannot open where it is, as in a read-only folder.

    Raises:
        UnknownFileError: when it is not this program's.
        sqlite3.Error, OSError: when that cannot be read.
    """
    _refuse_later(path)
    with tempfile.TemporaryDirectory(prefix="library-") as folder:
        copy = Path(folder) / "library"
        shutil.copyfile(path, copy)
        with suppress(FileNotFoundError):
            shutil.copyfile(path.with_name(f"{path.name}-wal"), copy.with_name("library-wal"))
        with closing(connect(copy)) as connection:
            _check_application(connection, path)
            return copied_base(connection)


def connect(path: Path, mode: str = "mode=rw") -> sqlite3.Connection:
    """A connection that begins no transaction by itself, waits for others, and reads text that is no UTF-8.

    Args:
        path: the file, or `:memory:`.
        mode: how it is opened, as in SQLite's URIs.

    Raises:
        sqlite3.Error: when there can be none.
    """
    name = str(path) if str(path) == ":memory:" else f"{path.absolute().as_uri()}?{mode}"
    connection = sqlite3.connect(name, timeout=PATIENCE, isolation_level=None, uri=True)
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    return connection


def _made_ready(connection: sqlite3.Connection) -> Base:
    schema.migrate(connection)
    if missing := schema.missing(connection, schema.TABLES, schema.MIGRATIONS):
        message = f"it has no {' and no '.join(missing)}"
        raise DamagedError(message)
    base = Base(connection, has_fts5())
    if needs_rebuild(base):
        with transaction(connection):
            if needs_rebuild(base):
                rebuild(base)
    return base if has_index(connection) else Base(connection, searchable=False)


def _refuse_later(path: Path) -> None:
    """Leave a later version's file alone, by its header: opening it could change something."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except FileNotFoundError:
        return
    version = int.from_bytes(header[_VERSION_AT : _VERSION_AT + 4], "big")
    application = int.from_bytes(header[_APPLICATION_AT : _APPLICATION_AT + 4], "big")
    if header.startswith(_MAGIC) and application == schema.APPLICATION_ID and version > len(schema.MIGRATIONS):
        raise UnknownFileError(_later(path))


def _check_application(connection: sqlite3.Connection, path: Path) -> None:
    """Make sure that the file is a library, or nothing yet."""
    tables = _tables(connection)
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if tables and application != schema.APPLICATION_ID:
        message = f"{path} is another program's database."
        raise UnknownFileError(message)
    if tables and schema.version_of(connection) > len(schema.MIGRATIONS):
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


def _create(path: Path) -> None:
    make_private(path.parent)
    # SQLite gives the files that it puts beside it the same permissions.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
