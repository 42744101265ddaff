"""Sets of texts and their vectors as everybody uses them."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from lmstudio_tui.store.embeddings import tidying, vectors
from lmstudio_tui.store.embeddings.records import ShelfSizes, content_hash
from lmstudio_tui.store.embeddings.set_shelf import SetShelf
from lmstudio_tui.store.embeddings.vectors import keep, packed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    from lmstudio_tui.store.embeddings.records import Vector, VectorKey
    from lmstudio_tui.store.embeddings.vectors import Row

KEPT_DELETED: Final = timedelta(days=7)
"""How long a deleted set can be brought back."""

_AT_ONCE: Final = 4_000_000
_LONGEST: Final = 1.0
"""Bytes, and seconds, of vectors that are gathered before they are written."""


class EmbeddingShelf(SetShelf):
    """Sets of texts, and vectors by what was embedded. Thread-safe; everything blocks, and is for worker threads.

    Several programs can use one file at once. Making a shelf touches nothing, and reading makes no file. Whatever is
    written is on disk when the call returns, all of it or nothing; `keep` writes some at a time. Every method raises
    `StoreError` when the file cannot be used, with the reason in words; nothing in it is lost then.

    Args:
        path: of the file.
        now: tells the time, with its zone.
    """

    content_hash = staticmethod(content_hash)

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

    def tidy(self, stopped: Callable[[], bool] = lambda: False) -> int:
        """Remove for good the sets that were deleted long ago, and the vectors that no other set uses.

        Vectors that were kept in the last 7 days stay. May take seconds; others can write meanwhile. Once after a start
        is often enough.

        Args:
            stopped: is asked again and again whether to leave it at what is done; the rest is done the next time.

        Returns:
            how many sets were removed.
        """
        if not self.path.exists():
            return 0
        return tidying.tidy(self._file, (self._now() - KEPT_DELETED).timestamp(), stopped)

    def _keep(self, key: VectorKey, gathered: list[Row]) -> int:
        rows = gathered[:]
        # Before they are written: what cannot be is not tried again on the way out.
        gathered.clear()
        if rows:
            self._file.write(partial(keep, key=key, rows=rows, moment=self._now().timestamp()))
        return len(rows)
