"""A file that cannot be understood: it is set aside, and what can still be read of it is taken over."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from lmstudio_tui.store.library.base import placeholders
from lmstudio_tui.store.library.index import index_waiting
from lmstudio_tui.store.library.schema import SHIFT, TABLES
from lmstudio_tui.store.sqlite_file import connect
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lmstudio_tui.store.library.base import Base, Row

_ENDINGS: Final = ("-wal", "-shm", "")
"""In this order: a file without its log loses something, but a log without its file would spoil the next one."""

_MOST_GAPS: Final = 200
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "TEXT": (str,),
    "INTEGER": (int,),
    "REAL": (float, int),
    "BLOB": (bytes,),
}
_LONGEST_TITLE: Final = 60


def set_aside(path: Path) -> Path:
    """Rename the files of a library, and return the new name of the first.

    Raises:
        OSError: when that is impossible.
    """
    broken = free_name(path)
    for ending in _ENDINGS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(broken.with_name(broken.name + ending))
    return broken


def copy_log_aside(path: Path) -> Path:
    """Keep a copy of the log of a library, and return its name.

    Raises:
        OSError: when that is impossible.
    """
    broken = free_name(path)
    copy = broken.with_name(f"{broken.name}-wal")
    shutil.copyfile(path.with_name(f"{path.name}-wal"), copy)
    copy.chmod(0o600)
    return copy


def move_log_aside(path: Path) -> Path:
    """Take the log of a library away, and return its new name.

    Raises:
        OSError: when that is impossible.
    """
    broken = free_name(path)
    moved = broken.with_name(f"{broken.name}-wal")
    path.with_name(f"{path.name}-wal").rename(moved)
    with suppress(FileNotFoundError):
        path.with_name(f"{path.name}-shm").unlink()
    return moved


def free_name(path: Path) -> Path:
    """A name for a library that is set aside now, which no file has."""
    moment = f"{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    broken = path.with_name(f"{path.name}.broken-{moment}")
    number = 1
    while any(broken.with_name(broken.name + ending).exists() for ending in _ENDINGS):
        number += 1
        broken = path.with_name(f"{path.name}.broken-{moment}-{number}")
    return broken


def rescue(base: Base, broken: Path) -> int:
    """Take over what can be read of a damaged library.

    Returns:
        the number of conversations.

    Raises:
        sqlite3.Error: when it cannot be written. What cannot be read raises nothing.
    """
    before = _conversations(base)
    # Without a log nobody writes to it, and SQLite need put no files beside it.
    has_log = broken.with_name(f"{broken.name}-wal").exists()
    with closing(connect(broken, "mode=ro" if has_log else "immutable=1")) as source:
        for table in TABLES:
            if table != "notes":
                _copy(base, source, table)
    _adopt(base)
    index_waiting(base)
    return _conversations(base) - before


def _conversations(base: Base) -> int:
    return int(base.rows("SELECT count(*) FROM conversations WHERE deleted_at IS NULL")[0][0])


def _copy(base: Base, source: sqlite3.Connection, table: str) -> None:
    """Copy the rows that can be read and are what they should be."""
    there = _columns_there(source, table)
    columns = [column for column in base.rows(f"PRAGMA table_info({table})") if column[1] in there]
    names = [column[1] for column in columns]
    if not names:
        return
    sql = f"INSERT OR IGNORE INTO {table}({', '.join(names)}) VALUES({placeholders(len(names))})"
    for values in _readable(source, f"SELECT rowid, {', '.join(names)} FROM {table}"):  # noqa: S608
        if all(_fits(value, column) for value, column in zip(values, columns, strict=True)):
            base.run(sql, [0 if name == "indexed" else value for name, value in zip(names, values, strict=True)])


def _columns_there(source: sqlite3.Connection, table: str) -> set[str]:
    try:
        return {column[0] for column in source.execute(f"SELECT * FROM {table} LIMIT 0").description}  # noqa: S608
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return set()


def _fits(value: object, column: Row) -> bool:
    """Whether a value may stand in a column, as `PRAGMA table_info` describes it."""
    _, _, declared, required, _, _ = column
    return not required if value is None else isinstance(value, _TYPES[declared])


def _readable(source: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a table, but for those in places that cannot be read; these are stepped over, farther each time."""
    last, step = -1, 1
    for _ in range(_MOST_GAPS):
        try:
            for row in source.execute(f"{query} WHERE rowid > ? ORDER BY rowid", (last,)):
                if not isinstance(row[0], int) or row[0] <= last:  # A damaged table may lead back to its beginning.
                    break
                last, step = row[0], 1
                yield row[1:]
            else:
                return
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            pass
        last, step = last + step, step * 2
        if last >= 1 << 62:
            return


def _adopt(base: Base) -> None:
    """Messages whose conversation could not be read get one, named by their first prompt."""
    orphans = base.rows(
        f"SELECT number >> {SHIFT} AS conversation, min(created_at), max(created_at) FROM messages"  # noqa: S608
        " WHERE NOT EXISTS (SELECT 1 FROM conversations WHERE conversations.number = messages.number >> "
        f"{SHIFT}) GROUP BY conversation"
    )
    for number, begun, ended in orphans:
        low = number << SHIFT
        prompt = base.first(
            "SELECT text FROM messages WHERE number >= ? AND number < ? AND role = 'user' ORDER BY number LIMIT 1",
            (low, low + (1 << SHIFT)),
        )
        last = base.first(
            "SELECT id FROM messages WHERE number >= ? AND number < ? ORDER BY number DESC LIMIT 1",
            (low, low + (1 << SHIFT)),
        )
        # The same each time, since this may be done in memory before it is done on disk.
        id_ = blake2b(f"rescued {number} {last}".encode(), digest_size=16).hexdigest()
        base.run(
            "INSERT OR IGNORE INTO conversations(number, id, title, created_at, updated_at, head)"
            " VALUES(?, ?, ?, ?, ?, ?)",
            (
                number,
                id_,
                clean_line(prompt[0][:_LONGEST_TITLE]) if prompt else "",
                begun,
                ended,
                last[0] if last else None,
            ),
        )
