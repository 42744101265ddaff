"""Opening the file of embeddings, to write in it or only to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.store.embeddings.schema import APPLICATION_ID, MIGRATIONS, PAGE_SIZE, TABLES
from lmstudio_tui.store.library.faults import DamagedError
from lmstudio_tui.store.library.schema import migrate, missing
from lmstudio_tui.store.sqlite_file import Kind, begin, check_application, connect, refuse_later, tables_of, use_log

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

_LONGEST_LOG: Final = 64_000_000
"""Bytes that the log beside the file keeps when it is not needed."""

_KIND: Final = Kind(APPLICATION_ID, len(MIGRATIONS))


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the file, or begin one: the folder 0700, the file 0600. The connection may be used by any one thread.

    Raises:
        UnknownFileError: when it is not to be touched.
        DamagedError: when something is missing in it.
        sqlite3.Error, OSError: when it cannot be opened.
    """
    refuse_later(path, _KIND)
    begin(path)
    connection = connect(path, any_thread=True)
    try:
        check_application(connection, path, _KIND)
        if not connection.execute("PRAGMA page_count").fetchone()[0]:
            connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
            connection.execute("PRAGMA auto_vacuum = incremental")
        use_log(connection)
        connection.execute(f"PRAGMA journal_size_limit = {_LONGEST_LOG}")
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
    refuse_later(path, _KIND)
    log = path.with_name(f"{path.name}-wal")
    # Without a log nobody writes to it, and SQLite need put no files beside it.
    logged = log.exists() and log.stat().st_size > 0
    connection = connect(path, "mode=ro" if logged else "immutable=1", any_thread=True)
    try:
        check_application(connection, path, _KIND)
        if not TABLES - tables_of(connection):
            return connection
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None
