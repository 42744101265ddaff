"""Sets of texts and their vectors as everybody uses them."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, TypedDict, TypeVar

from lmstudio_tui.store.embeddings import sets, tidying, vectors
from lmstudio_tui.store.embeddings.records import SetRecord, ShelfSizes, content_hash
from lmstudio_tui.store.embeddings.vectors import keep, packed
from lmstudio_tui.store.library.records import new_id
from lmstudio_tui.store.library.words import terms_of
from lmstudio_tui.store.media.errors import StoreError
from lmstudio_tui.text_safety import clean

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path
    from typing import Unpack

    from lmstudio_tui.store.embeddings.file import EmbeddingFile
    from lmstudio_tui.store.embeddings.records import TextRecord, Vector, VectorKey
    from lmstudio_tui.store.embeddings.vectors import Row

T = TypeVar("T")

KEPT_DELETED: Final = timedelta(days=7)
"""How long a deleted set can be brought back."""

_AT_ONCE: Final = 4_000_000
_LONGEST: Final = 1.0
"""Bytes, and seconds, of vectors that are gathered before they are written."""

_SENTENCES_KEPT: Final = 20


class Changes(TypedDict, total=False):
    """What can be changed about a set, its texts apart."""

    name: str
    query_prefix: str
    document_prefix: str
    models: tuple[str, ...]


class EmbeddingShelf:
    """Sets of texts, and vectors by what was embedded. Thread-safe; everything blocks, and is for worker threads.

    Several programs can use one file at once. Making a shelf touches nothing, and reading makes no file. Whatever is
    written is on disk when the call returns, all of it or nothing; `keep` writes some at a time. Every method raises
    `StoreError` when the file cannot be used, with the reason in words; nothing in it is lost then.

    Args:
        path: of the file.
        now: tells the time, with its zone.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] | None = None) -> None:
        self.path = path
        self._now = now or _now
        self._lock = threading.Lock()
        self._made: EmbeddingFile | None = None
        self._listeners: list[Callable[[str], None]] = []
        self._sentences: list[str] = []

    content_hash = staticmethod(content_hash)

    def listen(self, callback: Callable[[str], None]) -> None:
        """Be told that the file was found damaged, and what became of it.

        Args:
            callback: is called with a sentence, in the thread that has found it. What was said before is told at once.
        """
        with self._lock:
            self._listeners.append(callback)
            before = list(self._sentences)
        for sentence in before:
            callback(sentence)

    # Sets

    def sets(self, query: str = "") -> list[SetRecord]:
        """The sets that a query finds, or all; the one that was changed last comes first.

        Args:
            query: words that must all be in the name or the texts; those in quotes follow each other. Where that finds
                nothing, parts of words do as well.
        """
        typed = clean(query)

        def look(connection: sqlite3.Connection) -> list[SetRecord]:
            there = sets.listed(connection, terms_of(typed))
            return there or sets.listed(connection, terms_of(typed, loose=True))

        return self._file.read(look, [])

    def get(self, set_id: str) -> SetRecord | None:
        """One set; None when there is none, or it is deleted."""
        there = self._file.read(partial(sets.found, set_id=set_id), None)
        return None if there is None else there[1]

    def texts(self, set_id: str) -> list[TextRecord]:
        """The texts of a set, in order; none when there is no such set."""

        def look(connection: sqlite3.Connection) -> list[TextRecord]:
            there = sets.found(connection, set_id)
            return [] if there is None else sets.texts(connection, there[0])

        return self._file.read(look, [])

    def create(
        self,
        name: str,
        texts: Iterable[TextRecord] = (),
        *,
        query_prefix: str = "",
        document_prefix: str = "",
        models: Iterable[str] = (),
    ) -> SetRecord:
        """A new set.

        Args:
            name: as the user calls it; may be empty.
            texts: in order.
            query_prefix: goes before a query.
            document_prefix: goes before each text.
            models: that were chosen for it.
        """
        moment, entries = self._now(), tuple(texts)
        record = SetRecord(
            id=new_id(),
            name=name,
            created_at=moment,
            updated_at=moment,
            count=len(entries),
            query_prefix=query_prefix,
            document_prefix=document_prefix,
            models=tuple(models),
        )
        self._file.write(partial(sets.create, record=record, entries=entries))
        return record

    def append(self, set_id: str, texts: Iterable[TextRecord]) -> SetRecord:
        """Put texts behind those that a set has. What it costs depends on them alone.

        Raises:
            StoreError: also when there is no such set.
        """
        entries = tuple(texts)
        return self._changed(
            set_id,
            lambda connection, number, _: sets.append(connection, number, entries, self._now().timestamp()),
        )

    def replace(self, set_id: str, texts: Iterable[TextRecord]) -> SetRecord:
        """Make these the texts of a set. What is the same at the beginning and the end is not written again.

        Raises:
            StoreError: also when there is no such set.
        """
        entries = tuple(texts)
        return self._changed(
            set_id,
            lambda connection, number, _: sets.replace(connection, number, entries, self._now().timestamp()),
        )

    def change(self, set_id: str, **values: Unpack[Changes]) -> SetRecord:
        """Change a set, its texts apart.

        Args:
            set_id: which.
            values: name, query_prefix, document_prefix, models; what is left out stays.

        Raises:
            StoreError: also when there is no such set.
        """

        def change(connection: sqlite3.Connection, number: int, record: SetRecord) -> None:
            changed = replace(record, **values)
            if changed != record:
                sets.change(connection, number, changed, self._now().timestamp())

        return self._changed(set_id, change)

    def delete(self, set_id: str) -> bool:
        """Delete a set; for 7 days `undo` brings it back. False when there is none."""
        if not self.path.exists():
            return False
        return self._file.write(partial(sets.delete, set_id=set_id, moment=self._now().timestamp()))

    def undo(self) -> SetRecord | None:
        """Bring back the set that was deleted last, by whichever program; None when there is none left."""
        if not self.path.exists():
            return None
        return self._file.write(sets.undo)

    # Vectors

    def vectors(self, key: VectorKey, hashes: Sequence[bytes]) -> dict[bytes, Vector]:
        """The vectors that are there, exactly as they were kept.

        Args:
            key: whose they are.
            hashes: of the texts, by `content_hash`.
        """
        return self._file.read(partial(vectors.found, key=key, hashes=list(dict.fromkeys(hashes))), {})

    def keep(self, key: VectorKey, vectors: Iterable[tuple[bytes, Vector]]) -> int:
        """Keep vectors, some at a time: what came before a failure, here or where they come from, is kept.

        Args:
            key: whose they are.
            vectors: each with the hash of its text; may be made while they are taken.

        Returns:
            how many were kept.

        Raises:
            StoreError: when they cannot be written.
            ValueError: when one is no array of type `f` or `d`; those before it are kept.
        """
        gathered: list[Row] = []
        kept = size = 0
        until = time.monotonic() + _LONGEST
        try:
            for hash_, vector in vectors:
                row = packed(hash_, vector)
                gathered.append(row)
                size += len(row[-1])
                if size >= _AT_ONCE or time.monotonic() > until:
                    kept += self._keep(key, gathered)
                    size, until = 0, time.monotonic() + _LONGEST
        finally:
            kept += self._keep(key, gathered)
        return kept

    def forget(self, key: VectorKey, hashes: Iterable[bytes] | None = None) -> int:
        """Remove vectors, and give their room back to the disk.

        Args:
            key: whose they are.
            hashes: which of them; None for all.

        Returns:
            how many were removed.
        """
        if not self.path.exists():
            return 0
        some = None if hashes is None else list(dict.fromkeys(hashes))

        def forget(connection: sqlite3.Connection) -> int:
            return vectors.remove(connection, vectors.numbers_of(connection, key, some))

        gone = self._file.tend(forget)
        if gone:
            tidying.give_back(self._file)
        return gone

    # The file

    def sizes(self) -> ShelfSizes:
        """What is kept, and how much room it takes."""

        def look(connection: sqlite3.Connection) -> ShelfSizes:
            count = connection.execute("SELECT count(*) FROM sets WHERE deleted_at IS NULL").fetchone()[0]
            return ShelfSizes(0, count, vectors.counts(connection))

        there = self._file.read(look, ShelfSizes())
        return replace(there, bytes=self._file.size())

    def tidy(self) -> int:
        """Remove for good the sets that were deleted long ago, and then the vectors that no set uses.

        Vectors that were kept in the last 7 days stay. May take seconds; once after a start is often enough.

        Returns:
            how many sets were removed.
        """
        if not self.path.exists():
            return 0
        return tidying.tidy(self._file, (self._now() - KEPT_DELETED).timestamp())

    def close(self) -> None:
        """Let go of the file. Whoever uses the shelf again opens it again."""
        if self._made is not None:
            self._made.close()

    @property
    def _file(self) -> EmbeddingFile:
        with self._lock:
            if self._made is None:
                # SQLite is imported here, not when the app starts.
                from lmstudio_tui.store.embeddings.file import EmbeddingFile

                self._made = EmbeddingFile(self.path, self._say)
            return self._made

    def _keep(self, key: VectorKey, gathered: list[Row]) -> int:
        rows = gathered[:]
        # Before they are written: what cannot be is not tried again on the way out.
        gathered.clear()
        if rows:
            self._file.write(partial(keep, key=key, rows=rows, moment=self._now().timestamp()))
        return len(rows)

    def _changed(self, set_id: str, change: Callable[[sqlite3.Connection, int, SetRecord], object]) -> SetRecord:
        def write(connection: sqlite3.Connection) -> SetRecord:
            there = sets.found(connection, set_id)
            if there is not None:
                change(connection, *there)
                there = sets.found(connection, set_id)
            if there is None:
                raise StoreError("That set is not there any more.", "Was it deleted? Undo brings it back.")
            return there[1]

        return self._file.write(write)

    def _say(self, sentence: str) -> None:
        with self._lock:
            self._sentences = [*self._sentences, sentence][-_SENTENCES_KEPT:]
            listeners = list(self._listeners)
        for callback in listeners:
            with suppress(Exception):
                callback(sentence)


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
