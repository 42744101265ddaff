"""A database that is open, on disk or in memory."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Generator, Iterable, Sequence

Row: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """An open library.

    Args:
        connection: to the database; it begins no transaction by itself.
        searchable: whether there is a full-text index.
    """

    connection: sqlite3.Connection
    searchable: bool

    def run(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Carry out one statement."""
        return self.connection.execute(sql, tuple(values))

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """All that a query finds."""
        return self.run(sql, values).fetchall()

    def first(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """The first row that a query finds."""
        return self.run(sql, values).fetchone()

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Carry out one statement for each of the rows."""
        self.connection.executemany(sql, rows)


@dataclass(frozen=True, slots=True)
class Op:
    """Something to be written.

    Args:
        apply: writes it; the transaction is the caller's. It may be called again, on another database.
        kept: is called when it is on disk.
    """

    apply: Callable[[Base], None]
    kept: Callable[[], None] | None = None


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """All of it or nothing. It waits for other writers at its beginning, where that is safe."""
    connection.execute("BEGIN IMMEDIATE")
    # It commits at the end, and rolls back whatever is raised; a full disk, among others, has done so already.
    with connection:
        yield


def placeholders(count: int) -> str:
    """As many question marks, for a statement."""
    return ",".join("?" * count)
