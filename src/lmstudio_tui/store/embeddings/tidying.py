"""What is removed for good: sets that were deleted long ago, and vectors that no set uses any more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from lmstudio_tui.store.embeddings import sets
from lmstudio_tui.store.embeddings.records import content_hash
from lmstudio_tui.store.embeddings.vectors import remove
from lmstudio_tui.store.library.base import transaction

if TYPE_CHECKING:
    import sqlite3

    from lmstudio_tui.store.embeddings.file import EmbeddingFile

_AT_ONCE: Final = 500
"""Pages in one step: so others need not wait long."""


def tidy(file: EmbeddingFile, before: float) -> int:
    """Remove the sets that were deleted before a moment; if there were any, also the vectors that none uses.

    Args:
        file: of embeddings.
        before: seconds since 1970; vectors that were kept later stay.

    Returns:
        how many sets were removed.
    """
    gone = file.read(partial(_due, before=before), 0)
    if gone:
        gone = file.write(partial(sets.purge, before=before))
        file.tend(partial(_remove_unused, before=before))
        give_back(file)
    return gone


def give_back(file: EmbeddingFile) -> None:
    """Give room that is free within the file back to the disk."""
    file.tend(_shrink)


def _due(connection: sqlite3.Connection, before: float) -> int:
    return connection.execute("SELECT count(*) FROM sets WHERE deleted_at < ?", (before,)).fetchone()[0]


def _remove_unused(connection: sqlite3.Connection, before: float) -> None:
    connection.execute("CREATE TEMP TABLE used(hash BLOB PRIMARY KEY) WITHOUT ROWID")
    try:
        with transaction(connection):
            hashes = ((content_hash(text),) for text in sets.sent(connection))
            connection.executemany("INSERT OR IGNORE INTO temp.used VALUES(?)", hashes)
        unused = connection.execute(
            "SELECT number FROM vectors WHERE kept_at < ? AND hash NOT IN (SELECT hash FROM temp.used)", (before,)
        ).fetchall()
    finally:
        connection.execute("DROP TABLE temp.used")
    remove(connection, (row[0] for row in unused))


def _shrink(connection: sqlite3.Connection) -> None:
    while connection.execute("PRAGMA freelist_count").fetchone()[0]:
        before = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA incremental_vacuum({_AT_ONCE})").fetchall()
        if connection.execute("PRAGMA page_count").fetchone()[0] >= before:
            return
