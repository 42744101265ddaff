"""The tables of the library, and how an older file becomes one of today.

The number of a message is the number of its conversation, shifted by `SHIFT` bits, and a count: so the messages of a
conversation lie together in the file, and the full-text index knows the conversation of a hit by itself.
"""

from __future__ import annotations

from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from lmstudio_tui.store.library.base import transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

APPLICATION_ID: Final = 0x4C4D5455
"""Stands in the file's header, so that nobody takes it for another program's ("LMTU")."""

SHIFT: Final = 24

Migration: TypeAlias = tuple[str, ...]

_FIRST: Final[Migration] = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    """CREATE TABLE conversations(
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL DEFAULT '',
        titled INTEGER NOT NULL DEFAULT 0,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL,
        pinned INTEGER NOT NULL DEFAULT 0,
        head TEXT,
        parameters TEXT,
        draft TEXT NOT NULL DEFAULT '',
        model TEXT NOT NULL DEFAULT '',
        deleted_at REAL
    )""",
    """CREATE INDEX conversations_listed ON conversations(pinned DESC, updated_at DESC, number DESC)
        WHERE deleted_at IS NULL""",
    "CREATE INDEX conversations_used ON conversations(updated_at DESC, number DESC) WHERE deleted_at IS NULL",
    """CREATE TABLE messages(
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        parent_id TEXT,
        role TEXT NOT NULL,
        text TEXT NOT NULL,
        reasoning TEXT NOT NULL,
        tool_calls TEXT,
        tool_call_id TEXT,
        attachments TEXT,
        status TEXT NOT NULL,
        requested_model TEXT,
        model TEXT NOT NULL,
        parameters TEXT,
        usage TEXT,
        stats TEXT,
        finish_reason TEXT,
        note TEXT NOT NULL,
        created_at REAL NOT NULL,
        writer TEXT,
        indexed INTEGER NOT NULL DEFAULT 0,
        deleted_at REAL
    )""",
    "CREATE INDEX messages_there ON messages(number) WHERE deleted_at IS NULL",
    "CREATE INDEX messages_gone ON messages(deleted_at) WHERE deleted_at IS NOT NULL",
    "CREATE INDEX messages_below ON messages(parent_id)",
    "CREATE INDEX messages_streaming ON messages(number) WHERE status = 'streaming'",
    "CREATE INDEX messages_unindexed ON messages(number) WHERE indexed = 0",
    "CREATE INDEX messages_asked ON messages(created_at) WHERE role = 'user' AND deleted_at IS NULL",
    """CREATE TABLE pieces(
        number INTEGER PRIMARY KEY,
        message_id TEXT NOT NULL,
        kind INTEGER NOT NULL,
        text TEXT NOT NULL
    )""",
    "CREATE INDEX pieces_of ON pieces(message_id)",
    "CREATE TABLE blobs(sha256 TEXT PRIMARY KEY, content BLOB NOT NULL, stored_at REAL NOT NULL)",
    "CREATE TABLE presets(name TEXT PRIMARY KEY, parameters TEXT)",
    "CREATE TABLE notes(name TEXT PRIMARY KEY, value TEXT)",
)

MIGRATIONS: Final[tuple[Migration, ...]] = (_FIRST,)
"""What makes a file of each version one of the next; the first makes one of nothing."""

TABLES: Final = ("conversations", "messages", "pieces", "blobs", "presets", "notes")


def version_of(connection: sqlite3.Connection) -> int:
    """How many of the migrations a file has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, migrations: tuple[Migration, ...] | None = None) -> None:
    """Bring a file to the latest version, each step as a whole or not at all.

    Args:
        connection: to the database.
        migrations: the steps; by default `MIGRATIONS`.

    Raises:
        sqlite3.Error: when it cannot be written; the steps before stay.
    """
    steps = MIGRATIONS if migrations is None else migrations
    while version_of(connection) < len(steps):
        with transaction(connection):
            # Another program may have taken this step while this one waited for the file.
            version = version_of(connection)
            if version < len(steps):
                for statement in steps[version]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version + 1}")


def missing(connection: sqlite3.Connection, tables: Iterable[str], migrations: tuple[Migration, ...]) -> list[str]:
    """What a file at the latest version lacks, in words: tables, and columns where the schema itself is damaged."""
    found: list[str] = []
    for table, columns in sorted(_made_by(migrations).items()):
        if table in tables:
            there = _columns(connection, table)
            found += [f"{column} in {table}" for column in sorted(columns - there)] if there else [table]
    return found


@cache
def _made_by(migrations: tuple[Migration, ...]) -> dict[str, frozenset[str]]:
    """The columns of each table in a new file."""
    import sqlite3

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in (each for step in migrations for each in step):
            connection.execute(statement)
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {table: _columns(connection, table) for table in tables}


def _columns(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    return frozenset(row[1] for row in connection.execute(f"PRAGMA table_info({table})"))
