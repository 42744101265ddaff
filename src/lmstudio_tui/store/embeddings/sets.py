"""Sets of texts in the file. A transaction is the caller's affair."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from lmstudio_tui.store.embeddings.records import SetRecord, TextRecord
from lmstudio_tui.store.embeddings.schema import SHIFT, STEP
from lmstudio_tui.store.library.rows import storable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from lmstudio_tui.store.library.words import Term

State: TypeAlias = tuple[int, float, float | None]
"""Number of a set, when it was changed, and when it was deleted."""

_COLUMNS: Final = "id, name, created_at, updated_at, count, query_prefix, document_prefix, models"
_ADD_TEXT: Final = "INSERT INTO texts(number, text, source) VALUES(?, ?, ?)"
_AT_ONCE: Final = 500
"""Texts that are searched in one go; in between other threads have their turn."""


def listed(connection: sqlite3.Connection, terms: tuple[Term, ...] = ()) -> list[SetRecord]:
    """The sets, newest first.

    Args:
        connection: to the file.
        terms: all of them must be in a set, each in its name or in any of its texts.
    """
    rows = connection.execute(
        f"SELECT number, {_COLUMNS} FROM sets WHERE deleted_at IS NULL ORDER BY updated_at DESC, number DESC"  # noqa: S608
    ).fetchall()
    records = [(number, record_of(values)) for number, *values in rows]
    return [record for number, record in records if _has(connection, number, record, terms)]


def found(connection: sqlite3.Connection, set_id: str) -> tuple[int, SetRecord] | None:
    """A set with its number; None when there is none, or it is deleted."""
    row = connection.execute(
        f"SELECT number, {_COLUMNS} FROM sets WHERE id = ? AND deleted_at IS NULL",  # noqa: S608
        (set_id,),
    ).fetchone()
    if row is not None and not isinstance(row[0], int):
        from lmstudio_tui.store.library.faults import DamagedError

        raise DamagedError("a set has no number")
    return None if row is None else (row[0], record_of(row[1:]))


def texts(connection: sqlite3.Connection, number: int) -> list[TextRecord]:
    """The texts of a set, in order."""
    rows = connection.execute(
        "SELECT text, source FROM texts WHERE number >= ? AND number < ? ORDER BY number", within(number)
    )
    return [TextRecord(read(text), source) for text, source in rows]


def create(connection: sqlite3.Connection, record: SetRecord, entries: Iterable[TextRecord]) -> int:
    """A new set. Returns how many texts it has."""
    moment = record.created_at.timestamp()
    number = connection.execute(
        "INSERT INTO sets(id, name, created_at, updated_at, count, query_prefix, document_prefix, models)"
        " VALUES(?, ?, ?, ?, 0, ?, ?, ?)",
        (record.id, *_stored(record)[:1], moment, moment, *_stored(record)[1:]),
    ).lastrowid
    assert number is not None
    _remember_prefixes(connection, number, record)
    return append(connection, number, entries, moment)


def append(connection: sqlite3.Connection, number: int, entries: Iterable[TextRecord], moment: float) -> int:
    """Put texts behind the others. Returns how many there are then."""
    low, high = within(number)
    last = connection.execute("SELECT max(number) FROM texts WHERE number >= ? AND number < ?", (low, high)).fetchone()[
        0
    ]
    _insert(connection, entries, low if last is None else last, STEP)
    return _touch(connection, number, moment)


def replace(connection: sqlite3.Connection, number: int, entries: Sequence[TextRecord], moment: float) -> int:
    """Make these the texts of a set; only what is different is written. Returns how many there are then."""
    low, high = within(number)
    rows = connection.execute(
        "SELECT number, text, source FROM texts WHERE number >= ? AND number < ? ORDER BY number", (low, high)
    ).fetchall()
    places = [row[0] for row in rows]
    before = [TextRecord(read(text), source) for _, text, source in rows]
    start = _alike(before, entries)
    if start == len(before) == len(entries):
        return len(before)
    # As many at the end as are not among those at the beginning.
    end = min(_alike(before[::-1], entries[::-1]), len(before) - start, len(entries) - start)
    left = places[start - 1] if start else low
    right = places[-end] if end else None
    new = entries[start : len(entries) - end]
    room = STEP if right is None else (right - left) // (len(new) + 1)
    if not room:
        # They are moved apart from here on.
        right, new, room = None, entries[start:], STEP
    connection.execute("DELETE FROM texts WHERE number > ? AND number < ?", (left, high if right is None else right))
    _insert(connection, new, left, room)
    return _touch(connection, number, moment)


def change(connection: sqlite3.Connection, number: int, record: SetRecord, moment: float) -> None:
    """Write everything of a set that is no text."""
    connection.execute(
        "UPDATE sets SET updated_at = ?, name = ?, query_prefix = ?, document_prefix = ?, models = ? WHERE number = ?",
        (moment, *_stored(record), number),
    )
    _remember_prefixes(connection, number, record)


def delete(connection: sqlite3.Connection, set_id: str, moment: float) -> bool:
    """Mark a set as deleted. Returns whether there was one."""
    marked = connection.execute("UPDATE sets SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL", (moment, set_id))
    return marked.rowcount > 0


def undo(connection: sqlite3.Connection) -> SetRecord | None:
    """Bring back the set that was deleted last; None when there is none."""
    row = connection.execute(
        f"SELECT number, {_COLUMNS} FROM sets WHERE deleted_at IS NOT NULL"  # noqa: S608
        " ORDER BY deleted_at DESC, number DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    connection.execute("UPDATE sets SET deleted_at = NULL WHERE number = ?", (row[0],))
    return record_of(row[1:])


def purge(connection: sqlite3.Connection, before: float) -> int:
    """Remove for good the sets that were deleted before a moment. Returns how many they were."""
    gone = connection.execute("SELECT number FROM sets WHERE deleted_at < ?", (before,)).fetchall()
    for (number,) in gone:
        connection.execute("DELETE FROM texts WHERE number >= ? AND number < ?", within(number))
        connection.execute("DELETE FROM prefixes WHERE set_number = ?", (number,))
        connection.execute("DELETE FROM sets WHERE number = ?", (number,))
    return len(gone)


def state(connection: sqlite3.Connection) -> list[State]:
    """What is another list as soon as anything of any set was changed."""
    return connection.execute("SELECT number, updated_at, deleted_at FROM sets ORDER BY number").fetchall()


def sent(connection: sqlite3.Connection, before: float) -> Iterator[str]:
    """Every text as any of the sets may have sent it, with all prefixes that they had.

    Args:
        connection: to the file.
        before: sets that were deleted before this moment do not count; those deleted later do.
    """
    there = connection.execute("SELECT number FROM sets WHERE deleted_at IS NULL OR deleted_at >= ?", (before,))
    for (number,) in there.fetchall():
        rows = connection.execute("SELECT prefix FROM prefixes WHERE set_number = ?", (number,))
        prefixes = {"", *(row[0] for row in rows)}
        for (stored,) in connection.execute("SELECT text FROM texts WHERE number >= ? AND number < ?", within(number)):
            text = read(stored)
            yield from (prefix + text for prefix in prefixes)


def record_of(values: Sequence[Any]) -> SetRecord:
    """A set out of the columns that describe it."""
    id_, name, created_at, updated_at, count, query_prefix, document_prefix, models = values
    return SetRecord(
        id=id_,
        name=name,
        created_at=_moment(created_at),
        updated_at=_moment(updated_at),
        count=count,
        query_prefix=query_prefix,
        document_prefix=document_prefix,
        models=_models(models),
    )


def within(number: int) -> tuple[int, int]:
    """The lowest number of a text of a set, and the first that is none any more."""
    return number << SHIFT, (number + 1) << SHIFT


def written(text: str) -> str | bytes:
    """A text as it stands in the file."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def read(stored: object) -> str:
    """A text out of the file; of one that is damaged what can be read."""
    if not isinstance(stored, bytes):
        return stored if isinstance(stored, str) else ""
    try:
        return stored.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return stored.decode("utf-8", "replace")


def _has(connection: sqlite3.Connection, number: int, record: SetRecord, terms: tuple[Term, ...]) -> bool:
    wanted = [term for term in terms if term.first(record.name) < 0]
    if not wanted:
        return True
    rows = (
        row for row in connection.execute("SELECT text FROM texts WHERE number >= ? AND number < ?", within(number))
    )
    while some := [read(text) for (text,) in islice(rows, _AT_ONCE)]:
        # Together they are searched much faster; what goes from one text into the next is none.
        together = "\n".join(some)
        wanted = [term for term in wanted if term.first(together) < 0 or all(term.first(text) < 0 for text in some)]
        if not wanted:
            return True
    return False


def _insert(connection: sqlite3.Connection, entries: Iterable[TextRecord], after: int, step: int) -> None:
    rows = (
        (after + index * step, written(entry.text), storable(entry.source)) for index, entry in enumerate(entries, 1)
    )
    connection.executemany(_ADD_TEXT, rows)


def _touch(connection: sqlite3.Connection, number: int, moment: float) -> int:
    count = connection.execute(
        "SELECT count(*) FROM texts WHERE number >= ? AND number < ?", within(number)
    ).fetchone()[0]
    connection.execute("UPDATE sets SET updated_at = ?, count = ? WHERE number = ?", (moment, count, number))
    return count


def _alike(one: Sequence[TextRecord], other: Sequence[TextRecord]) -> int:
    """How many at the beginning are the same."""
    for index, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return index
    return min(len(one), len(other))


def _stored(record: SetRecord) -> tuple[str, str, str, str]:
    return (
        storable(record.name),
        storable(record.query_prefix),
        storable(record.document_prefix),
        json.dumps(record.models),
    )


def _remember_prefixes(connection: sqlite3.Connection, number: int, record: SetRecord) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO prefixes(set_number, prefix) VALUES(?, ?)",
        [(number, storable(prefix)) for prefix in (record.query_prefix, record.document_prefix) if prefix],
    )


def _moment(stored: float) -> datetime:
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(stored, UTC).astimezone()
    return datetime.fromtimestamp(0, UTC).astimezone()


def _models(stored: str) -> tuple[str, ...]:
    with suppress(ValueError, TypeError):  # TypeError: in a damaged file it may be no text
        value: object = json.loads(stored)
        if isinstance(value, list):
            return tuple(each for each in cast("list[object]", value) if isinstance(each, str))
    return ()
