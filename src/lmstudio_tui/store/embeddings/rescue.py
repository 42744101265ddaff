"""What can still be read of a damaged file of embeddings is taken over into the new one."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from lmstudio_tui.store.embeddings import vectors
from lmstudio_tui.store.embeddings.records import VectorKey
from lmstudio_tui.store.embeddings.schema import SHIFT
from lmstudio_tui.store.library.base import transaction
from lmstudio_tui.store.library.records import new_id
from lmstudio_tui.store.sqlite_file import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOST_GAPS: Final = 1000
_AT_ONCE: Final = 500

_SETS: Final = {
    "id": str,
    "name": str,
    "created_at": float,
    "updated_at": float,
    "count": int,
    "query_prefix": str,
    "document_prefix": str,
    "models": str,
}
_TEXTS: Final = {"text": (str, bytes), "source": str}
_KEYS: Final = {"server": str, "model": str, "dimensions": int}
_VECTORS: Final = {"key": int, "hash": bytes, "kind": str, "checksum": int, "kept_at": float, "numbers": bytes}


def rescue(connection: sqlite3.Connection, broken: Path) -> int:
    """Take over what can be read of a damaged file.

    Args:
        connection: to the new file, in which others may have written already.
        broken: the damaged one.

    Returns:
        the number of sets.

    Raises:
        sqlite3.Error: when it cannot be written. What cannot be read raises nothing.
    """
    # Without a log nobody writes to it, and SQLite need put no files beside it.
    has_log = broken.with_name(f"{broken.name}-wal").exists()
    with closing(connect(broken, "mode=ro" if has_log else "immutable=1")) as source:
        with transaction(connection):
            rescued = _take_sets(connection, source)
        _take_vectors(connection, source)
    return rescued


def _take_sets(connection: sqlite3.Connection, source: sqlite3.Connection) -> int:
    """Sets and texts, each under a number that is still free."""
    first = connection.execute("SELECT coalesce(max(number), 0) FROM sets").fetchone()[0]
    names = ", ".join(_SETS)
    for number, *values, deleted_at in _readable(source, "sets", {**_SETS, "deleted_at": (float, type(None))}):
        connection.execute(
            f"INSERT OR IGNORE INTO sets(number, {names}, deleted_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (first + number, *values, deleted_at),
        )
    rows = _readable(source, "texts", _TEXTS)
    connection.executemany(
        "INSERT OR IGNORE INTO texts(number, text, source) VALUES(?, ?, ?)",
        ((number + (first << SHIFT), text, file) for number, text, file in rows),
    )
    for prefix in ("query_prefix", "document_prefix"):
        connection.execute(
            f"INSERT OR IGNORE INTO prefixes SELECT number, {prefix} FROM sets WHERE number > ? AND {prefix} <> ''",  # noqa: S608
            (first,),
        )
    _adopt(connection)
    connection.execute(
        "UPDATE sets SET count = (SELECT count(*) FROM texts"  # noqa: S608
        f" WHERE texts.number >= sets.number << {SHIFT} AND texts.number < (sets.number + 1) << {SHIFT})"
        " WHERE number > ?",
        (first,),
    )
    return connection.execute("SELECT count(*) FROM sets WHERE number > ? AND deleted_at IS NULL", (first,)).fetchone()[
        0
    ]


def _adopt(connection: sqlite3.Connection) -> None:
    """Texts whose set could not be read get one."""
    orphans = connection.execute(
        f"SELECT DISTINCT number >> {SHIFT} FROM texts"  # noqa: S608
        f" WHERE NOT EXISTS (SELECT 1 FROM sets WHERE sets.number = texts.number >> {SHIFT})"
    ).fetchall()
    moment = time.time()
    connection.executemany(
        "INSERT INTO sets(number, id, name, created_at, updated_at, count, query_prefix, document_prefix, models)"
        " VALUES(?, ?, 'Rescued texts', ?, ?, 0, '', '', '[]')",
        [(number, new_id(), moment, moment) for (number,) in orphans],
    )


def _take_vectors(connection: sqlite3.Connection, source: sqlite3.Connection) -> None:
    """Vectors that are whole, some at a time."""
    keys = {number: VectorKey(*values) for number, *values in _readable(source, "keys", _KEYS)}
    rows = (row[1:] for row in _readable(source, "vectors", _VECTORS))
    while some := list(islice(rows, _AT_ONCE)):
        with transaction(connection):
            numbers = {number: vectors.number_for(connection, key) for number, key in keys.items()}
            connection.executemany(
                "INSERT OR IGNORE INTO vectors(key, hash, kind, checksum, kept_at, numbers) VALUES(?, ?, ?, ?, ?, ?)",
                [
                    (numbers[key], hash_, kind, checksum, kept_at, packed)
                    for key, hash_, kind, checksum, kept_at, packed in some
                    if key in numbers and vectors.is_whole(kind, checksum, packed)
                ],
            )


def _readable(source: sqlite3.Connection, table: str, columns: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a table that are what they should be, each with its number before it.

    Places that cannot be read are stepped over, farther each time.
    """
    query = f"SELECT number, {', '.join(columns)} FROM {table} WHERE number > ? ORDER BY number"  # noqa: S608
    last, step = -1, 1
    for _ in range(_MOST_GAPS):
        try:
            for row in source.execute(query, (last,)):
                if not isinstance(row[0], int) or row[0] <= last:  # A damaged table may lead back to its beginning.
                    break
                last, step = row[0], 1
                if all(isinstance(value, type_) for value, type_ in zip(row[1:], columns.values(), strict=True)):
                    yield row
            else:
                return
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            pass
        last, step = last + step, step * 2
        if last >= 1 << 62:
            return
