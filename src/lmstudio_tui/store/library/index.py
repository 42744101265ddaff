"""The full-text index: the words of titles, prompts and answers, as `words.tokens` cuts them.

It is kept by hand, not by triggers: so a Python whose SQLite has no FTS5 can write the library too, and one that has it
makes up for what is missing.
"""

from __future__ import annotations

from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Final

from lmstudio_tui.store.library.words import tokens

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from lmstudio_tui.store.library.base import Base

SEARCHED_ROLES: Final = ("user", "assistant")
"""Prompts and answers; what tools say is not looked for."""

_CREATE: Final = "CREATE VIRTUAL TABLE words USING fts5(text, prefix='1 2 3', tokenize='ascii')"
_WAITING: Final = "indexed = 0 AND status <> 'streaming' AND deleted_at IS NULL"


@cache
def has_fts5() -> bool:
    """Whether this Python's SQLite has full-text search."""
    import sqlite3

    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute(_CREATE)
        except sqlite3.OperationalError:
            return False
    return True


def has_index(connection: sqlite3.Connection) -> bool:
    """Whether the file has an index."""
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'words'").fetchone() is not None


def needs_rebuild(base: Base) -> bool:
    """Whether the index is missing, or a program that could not keep it has changed what it knows."""
    if not base.searchable:
        return False
    return not has_index(base.connection) or base.first("SELECT 1 FROM notes WHERE name = 'reindex'") is not None


def rebuild(base: Base) -> None:
    """Make the index anew.

    Raises:
        DamagedError: when the old one is so damaged that it cannot even be removed.
    """
    import sqlite3

    from lmstudio_tui.store.library.faults import DamagedError

    try:
        base.run("DROP TABLE IF EXISTS words")
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # No room, or in use.
            raise
        message = "its index cannot be read"
        raise DamagedError(message) from error
    base.run(_CREATE)
    base.run("DELETE FROM notes WHERE name = 'reindex'")
    base.run("UPDATE messages SET indexed = 0 WHERE indexed <> 0")
    index_waiting(base)


def has_waiting(base: Base) -> bool:
    """Whether there are messages that the index does not know."""
    return base.searchable and base.first(f"SELECT 1 FROM messages WHERE {_WAITING} LIMIT 1") is not None  # noqa: S608


def index_waiting(base: Base) -> None:
    """Put into the index what is not in it."""
    numbers = [row[0] for row in base.rows(f"SELECT number FROM messages WHERE {_WAITING}")]  # noqa: S608
    for number in numbers:
        index_message(base, number)


def index_message(base: Base, number: int) -> None:
    """Put a message into the index; not one that is still written, is deleted or is no prompt or answer."""
    if not base.searchable:
        return
    row = base.first(f"SELECT role, text FROM messages WHERE number = ? AND {_WAITING}", (number,))  # noqa: S608
    if row is None:
        return
    words = " ".join(tokens(row[1])) if row[0] in SEARCHED_ROLES else ""
    if words:
        base.run("INSERT OR REPLACE INTO words(rowid, text) VALUES(?, ?)", (number, words))
    base.run("UPDATE messages SET indexed = 1 WHERE number = ?", (number,))


def forget_messages(base: Base, numbers: Iterable[int]) -> None:
    """Take messages out of the index, before they change or go."""
    known = [
        number for number in numbers if base.first("SELECT 1 FROM messages WHERE number = ? AND indexed = 1", (number,))
    ]
    if not known:
        return
    if base.searchable:
        base.many("DELETE FROM words WHERE rowid = ?", [(number,) for number in known])
    else:
        base.run("INSERT OR REPLACE INTO notes VALUES('reindex', '1')")
    base.many("UPDATE messages SET indexed = 0 WHERE number = ?", [(number,) for number in known])
