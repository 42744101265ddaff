"""Opening a library: on disk, in memory, and as a copy in memory of one that is on disk."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lmstudio_tui.store.library import schema
from lmstudio_tui.store.library.base import Base, transaction
from lmstudio_tui.store.library.faults import DamagedError
from lmstudio_tui.store.library.index import has_fts5, has_index, needs_rebuild, rebuild
from lmstudio_tui.store.sqlite_file import Kind, begin, check_application, connect, refuse_later, use_log

if TYPE_CHECKING:
    import sqlite3


def open_base(path: Path) -> Base:
    """Open the library, or begin one: the folder 0700, the file 0600.

    Raises:
        UnknownFileError: when it is not to be touched.
        DamagedError: when something is missing in it.
        sqlite3.Error, OSError: when it cannot be opened.
    """
    refuse_later(path, _kind())
    begin(path)
    with ExitStack() as failing:
        connection = failing.enter_context(closing(connect(path)))
        check_application(connection, path, _kind())
        use_log(connection)
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
    refuse_later(path, _kind())
    with tempfile.TemporaryDirectory(prefix="library-") as folder:
        copy = Path(folder) / "library"
        shutil.copyfile(path, copy)
        with suppress(FileNotFoundError):
            shutil.copyfile(path.with_name(f"{path.name}-wal"), copy.with_name("library-wal"))
        with closing(connect(copy)) as connection:
            check_application(connection, path, _kind())
            return copied_base(connection)


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


def _kind() -> Kind:
    return Kind(schema.APPLICATION_ID, len(schema.MIGRATIONS))
