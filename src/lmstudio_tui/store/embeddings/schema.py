"""The tables of the file of embeddings.

The number of a text is the number of its set, shifted by `SHIFT` bits, and a place in it. So the texts of a set lie
together in the file and in their order; between two places there is room for others, so that what is put in the
middle moves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lmstudio_tui.store.library.schema import Migration

APPLICATION_ID: Final = 0x4C4D5456
"""Stands in the file's header, so that nobody takes it for another program's ("LMTV")."""

PAGE_SIZE: Final = 16384
"""Bytes. Of a vector of 768 numbers a page of the usual size holds one, and is a quarter empty."""

SHIFT: Final = 40
STEP: Final = 1 << 12
"""From one place to the next, as long as nothing was put between them."""

_FIRST: Final[Migration] = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    """CREATE TABLE sets(
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL,
        count INTEGER NOT NULL,
        query_prefix TEXT NOT NULL,
        document_prefix TEXT NOT NULL,
        models TEXT NOT NULL,
        deleted_at REAL
    )""",
    # Also those that a set had before: whoever goes back to one finds its vectors.
    "CREATE TABLE prefixes(set_number INTEGER, prefix TEXT, PRIMARY KEY(set_number, prefix)) WITHOUT ROWID",
    # A text that is no Unicode, with half a surrogate pair, is a blob.
    "CREATE TABLE texts(number INTEGER PRIMARY KEY, text NOT NULL, source TEXT NOT NULL)",
    """CREATE TABLE keys(
        number INTEGER PRIMARY KEY,
        server TEXT NOT NULL,
        model TEXT NOT NULL,
        dimensions INTEGER NOT NULL,
        UNIQUE(server, model, dimensions)
    )""",
    """CREATE TABLE vectors(
        number INTEGER PRIMARY KEY,
        key INTEGER NOT NULL,
        hash BLOB NOT NULL,
        kind TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        kept_at REAL NOT NULL,
        numbers BLOB NOT NULL
    )""",
    "CREATE UNIQUE INDEX vectors_by_hash ON vectors(key, hash)",
)

MIGRATIONS: Final[tuple[Migration, ...]] = (_FIRST,)
"""What makes a file of each version one of the next; the first makes one of nothing."""

TABLES: Final = frozenset({"sets", "prefixes", "texts", "keys", "vectors"})
