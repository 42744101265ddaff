"""Vectors in the file: as bytes, without any loss, each with a checksum. Only `remove` begins transactions."""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Final, TypeAlias
from zlib import crc32

from lmstudio_tui.store.embeddings.records import VectorKey
from lmstudio_tui.store.library.base import placeholders, transaction
from lmstudio_tui.store.library.rows import storable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from lmstudio_tui.store.embeddings.records import Vector

Row: TypeAlias = tuple[bytes, str, int, bytes]
"""Hash, kind, checksum and bytes of a vector."""

_AT_ONCE: Final = 500
_REMOVED_AT_ONCE: Final = 2000
_KINDS: Final = ("f", "d")
_KEEP: Final = """INSERT INTO vectors(key, kept_at, hash, kind, checksum, numbers) VALUES(?, ?, ?, ?, ?, ?)
    ON CONFLICT(key, hash) DO UPDATE SET kind = excluded.kind, checksum = excluded.checksum,
    kept_at = excluded.kept_at, numbers = excluded.numbers"""


def found(connection: sqlite3.Connection, key: VectorKey, hashes: Sequence[bytes]) -> dict[bytes, Vector]:
    """The vectors that are there; one whose bytes are not what they were is not."""
    number = _number_of(connection, key)
    vectors: dict[bytes, Vector] = {}
    if number is None:
        return vectors
    for start in range(0, len(hashes), _AT_ONCE):
        some = hashes[start : start + _AT_ONCE]
        rows = connection.execute(
            "SELECT hash, kind, checksum, numbers FROM vectors"  # noqa: S608
            f" WHERE key = ? AND hash IN ({placeholders(len(some))})",
            (number, *some),
        )
        for hash_, kind, checksum, numbers in rows:
            if is_whole(kind, checksum, numbers):
                vectors[hash_] = _vector_of(kind, numbers)
    return vectors


def keep(connection: sqlite3.Connection, key: VectorKey, rows: Iterable[Row], moment: float) -> None:
    """Keep vectors, each in place of the one that its hash had.

    Args:
        connection: to the file.
        key: whose they are.
        rows: what `packed` has made of them.
        moment: now, in seconds since 1970.
    """
    number = number_for(connection, key)
    connection.executemany(_KEEP, ((number, moment, *row) for row in rows))


def numbers_of(connection: sqlite3.Connection, key: VectorKey, hashes: Sequence[bytes] | None) -> list[int]:
    """The numbers of the rows of those vectors that are there; of all of the key without hashes."""
    number = _number_of(connection, key)
    if hashes is None:
        return [row[0] for row in connection.execute("SELECT number FROM vectors WHERE key = ?", (number,))]
    there: list[int] = []
    for start in range(0, len(hashes), _AT_ONCE):
        some = hashes[start : start + _AT_ONCE]
        rows = connection.execute(
            f"SELECT number FROM vectors WHERE key = ? AND hash IN ({placeholders(len(some))})",  # noqa: S608
            (number, *some),
        )
        there.extend(row[0] for row in rows)
    return there


def remove(connection: sqlite3.Connection, numbers: Iterable[int]) -> int:
    """Remove rows, some in each transaction, so that others need not wait long. Returns how many."""
    # As they lie in the file: then whole pages become free, and are not written again and again.
    rows = sorted(numbers)
    for start in range(0, len(rows), _REMOVED_AT_ONCE):
        with transaction(connection):
            some = ((row,) for row in rows[start : start + _REMOVED_AT_ONCE])
            connection.executemany("DELETE FROM vectors WHERE number = ?", some)
    return len(rows)


def counts(connection: sqlite3.Connection) -> tuple[tuple[VectorKey, int], ...]:
    """How many vectors there are of each key."""
    rows = connection.execute(
        "SELECT server, model, dimensions, count FROM keys"
        " JOIN (SELECT key, count(*) AS count FROM vectors GROUP BY key) ON key = keys.number ORDER BY keys.number"
    )
    return tuple((VectorKey(server, model, dimensions), count) for server, model, dimensions, count in rows)


def number_for(connection: sqlite3.Connection, key: VectorKey) -> int:
    """The number of a key, which it has from now on."""
    number = _number_of(connection, key)
    if number is None:
        number = connection.execute(
            "INSERT INTO keys(server, model, dimensions) VALUES(?, ?, ?)", _spelled(key)
        ).lastrowid
        assert number is not None
    return number


def packed(hash_: bytes, vector: Vector) -> Row:
    """A vector as it is written.

    Raises:
        ValueError: when it is not one of type `f` or `d`.
    """
    if vector.typecode not in _KINDS or not vector:
        raise ValueError("a vector is an array of type f or d, with numbers in it")
    numbers = _little(vector).tobytes()
    return hash_, vector.typecode, crc32(numbers), numbers


def is_whole(kind: object, checksum: object, numbers: object) -> bool:
    """Whether a row holds what was written there."""
    return (
        kind in _KINDS
        and isinstance(numbers, bytes)
        and crc32(numbers) == checksum
        and len(numbers) % array(str(kind)).itemsize == 0
    )


def _vector_of(kind: str, numbers: bytes) -> Vector:
    vector: Vector = array("f" if kind == "f" else "d", numbers)
    return _little(vector)


def _little(vector: Vector) -> Vector:
    """The same numbers with the bytes turned round, on machines that have them the other way than the file."""
    if sys.byteorder == "big":
        vector = vector[:]
        vector.byteswap()
    return vector


def _number_of(connection: sqlite3.Connection, key: VectorKey) -> int | None:
    row = connection.execute(
        "SELECT number FROM keys WHERE server = ? AND model = ? AND dimensions = ?", _spelled(key)
    ).fetchone()
    return None if row is None else row[0]


def _spelled(key: VectorKey) -> tuple[str, str, int]:
    return storable(key.server), storable(key.model), key.dimensions
