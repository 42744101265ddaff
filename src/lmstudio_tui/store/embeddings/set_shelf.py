"""Sets of texts as everybody uses them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypedDict

from lmstudio_tui.store.embeddings import sets
from lmstudio_tui.store.embeddings.records import SetRecord
from lmstudio_tui.store.embeddings.shelf_base import ShelfBase
from lmstudio_tui.store.library.records import new_id
from lmstudio_tui.store.library.words import terms_of
from lmstudio_tui.store.media.errors import StoreError
from lmstudio_tui.text_safety import clean

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from typing import Unpack

    from lmstudio_tui.store.embeddings.records import TextRecord


class Changes(TypedDict, total=False):
    """What can be changed about a set, its texts apart."""

    name: str
    query_prefix: str
    document_prefix: str
    models: tuple[str, ...]


class SetShelf(ShelfBase):
    """The part of a shelf that has the sets. The arguments are those of `ShelfBase`."""

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
