"""What is removed for good: sets that were deleted long ago, and vectors that no set uses any more.

Everything is done in small steps, and between two of them others write: this program, which may be about to end, and
others that use the file. So before each step it is made sure that no set has changed since it was looked which
vectors they use.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final

from lmstudio_tui.store.embeddings import sets
from lmstudio_tui.store.embeddings.records import content_hash
from lmstudio_tui.store.library.base import transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from lmstudio_tui.store.embeddings.file import EmbeddingFile

_PAGES: Final = 100
_ROWS: Final = 500
"""Pages, and vectors, in one step."""
_PAUSE: Final = 0.002
"""Seconds between two steps: whoever waits to write has its turn."""
_TRIES: Final = 3


def tidy(file: EmbeddingFile, before: float, stopped: Callable[[], bool]) -> int:
    """Remove the sets that were deleted before a moment, and first the vectors that no other set uses.

    A set that is brought back meanwhile stays. Whatever is left undone is done the next time.

    Args:
        file: of embeddings.
        before: seconds since 1970; vectors that were kept later stay.
        stopped: whether to leave it at what is done.

    Returns:
        how many sets were removed.
    """
    for _ in range(_TRIES):
        if stopped() or not file.read(partial(_due, before=before), 0):
            return 0
        state = file.read(sets.state, [])
        unused = file.read(partial(_unused, before=before), list[int]())
        if _remove(file, unused, state, before, stopped):
            gone = file.write(partial(_purge, before=before, state=state))
            if gone is not None:
                give_back(file, stopped)
                return gone
    return 0


def give_back(file: EmbeddingFile, stopped: Callable[[], bool] = lambda: False) -> None:
    """Give room that is free within the file back to the disk.

    Args:
        file: of embeddings.
        stopped: whether to leave it at what is done.
    """
    while not stopped() and file.tend(_shrink):
        time.sleep(_PAUSE)


def _due(connection: sqlite3.Connection, before: float) -> int:
    return connection.execute("SELECT count(*) FROM sets WHERE deleted_at < ?", (before,)).fetchone()[0]


def _unused(connection: sqlite3.Connection, before: float) -> list[int]:
    """The rows of vectors that no set uses but those that are to go. Others write in the meantime."""
    connection.execute("CREATE TEMP TABLE used(hash BLOB PRIMARY KEY) WITHOUT ROWID")
    try:
        with transaction(connection):
            hashes = ((content_hash(text),) for text in sets.sent(connection, before))
            connection.executemany("INSERT OR IGNORE INTO temp.used VALUES(?)", hashes)
        rows = connection.execute(
            "SELECT number FROM vectors WHERE kept_at < ? AND hash NOT IN (SELECT hash FROM temp.used) ORDER BY number",
            (before,),
        ).fetchall()
    finally:
        connection.execute("DROP TABLE temp.used")
    return [row[0] for row in rows]


def _remove(
    file: EmbeddingFile, rows: list[int], state: list[sets.State], before: float, stopped: Callable[[], bool]
) -> bool:
    """Remove vectors. Whether all are gone: not when a set has changed meanwhile, which may use them."""

    def remove(connection: sqlite3.Connection, some: list[int]) -> bool:
        same = sets.state(connection) == state
        if same:
            # One that was kept anew meanwhile stays.
            given = ((row, before) for row in some)
            connection.executemany("DELETE FROM vectors WHERE number = ? AND kept_at < ?", given)
        return same

    for start in range(0, len(rows), _ROWS):
        if stopped() or not file.write(partial(remove, some=rows[start : start + _ROWS])):
            return False
        time.sleep(_PAUSE)
    return not stopped()


def _purge(connection: sqlite3.Connection, before: float, state: list[sets.State]) -> int | None:
    return sets.purge(connection, before) if sets.state(connection) == state else None


def _shrink(connection: sqlite3.Connection) -> bool:
    """Give some pages back. Whether there are more."""
    before = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
    if connection.execute("PRAGMA page_count").fetchone()[0] >= before:
        return False
    return connection.execute("PRAGMA freelist_count").fetchone()[0] > 0
