"""The set of texts that is in front: what is in it, and that all of it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.embeddings.text_set import TextSet
from lmstudio_tui.store.embeddings import StoreError
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lmstudio_tui.store.embeddings import EmbeddingShelf, SetRecord, TextRecord
    from lmstudio_tui.tui.panes.embeddings.writing import Writer

_STEPS: Final = 20
"""So many changes can be taken back."""
_NAME: Final = 40
"""Characters of a text that are taken for a name."""


@dataclass
class _Stored:
    """Where the set is in the store.

    Attributes:
        id: its id; empty as long as it was not written.
        begun: whether it is written, or will be.
        behind: whether something could not be written, so that all of it has to be.
    """

    id: str = ""
    begun: bool = False
    behind: bool = False


class HeldSet:
    """Texts, prefixes and models, as they are now. Whatever changes is written by itself, in the order of the changes.

    Each set keeps the models that were chosen for it, the second one, too. A set for which none was chosen goes with
    the model that is used for embeddings on the server. A new set begins with those of the set before it.

    Args:
        shelf: where sets are kept.
        writer: writes.
        changed: is told that the texts or the prefixes are others.

    Attributes:
        texts: the texts and the prefixes.
        name: of the set; empty until it has one.
        models: the models that were chosen for it, none to two.
        revision: another number for each look of the texts and prefixes.
    """

    def __init__(self, shelf: EmbeddingShelf, writer: Writer, changed: Callable[[], None]) -> None:
        self._shelf = shelf
        self._writer = writer
        self._changed = changed
        self._stored = _Stored()
        self._steps: list[tuple[str, tuple[TextRecord, ...]]] = []
        self.texts = TextSet()
        self.name = ""
        self.models: tuple[str, ...] = ()
        self.revision = 0

    @property
    def id(self) -> str:
        """Its id in the store; empty while it has none."""
        return self._stored.id

    @property
    def count(self) -> int:
        """How many texts."""
        return self.texts.count

    @property
    def can_undo(self) -> bool:
        """Whether a change of the texts can be taken back."""
        return bool(self._steps)

    # Which set

    def begin(self) -> None:
        """A new one, without texts, to be embedded by the same models."""
        self._take(_Stored(), "", TextSet(), self.models)

    def open(self, record: SetRecord, texts: Iterable[TextRecord]) -> None:
        """One that is in the store."""
        held = TextSet(tuple(texts), record.query_prefix, record.document_prefix)
        self._take(_Stored(record.id, begun=True), record.name, held, record.models)

    def _take(self, stored: _Stored, name: str, texts: TextSet, models: tuple[str, ...]) -> None:
        self._stored, self.name, self.texts, self.models = stored, name, texts, models
        self._steps = []
        self._tell()

    def _tell(self) -> None:
        self.revision += 1
        self._changed()

    # Changes

    def add(self, texts: Sequence[TextRecord], name: str = "") -> None:
        """Put texts behind the others.

        Args:
            texts: in order.
            name: what the set is called if it has no name yet.
        """
        if not texts:
            return
        self._remember(f"{len(texts):,} texts are out again." if len(texts) > 1 else "The text is out again.")
        self._set((*self.texts.records, *texts))
        added = tuple(texts)
        self._write(lambda set_id: self._shelf.append(set_id, added))
        if not self.name:
            self.rename(name or clean_line(texts[0].text)[:_NAME])
        self._tell()

    def edit(self, index: int, text: str) -> None:
        """Make another text of one."""
        records = list(self.texts.records)
        if records[index].text != text:
            records[index] = type(records[index])(text, records[index].source)
            self._change("The text is as it was before.", records)

    def remove(self, indices: Iterable[int]) -> int:
        """Take texts out. Returns how many there were."""
        gone = set(indices)
        kept = [record for index, record in enumerate(self.texts.records) if index not in gone]
        count = self.count - len(kept)
        if count:
            self._change(f"{count:,} texts are back." if count > 1 else "The text is back.", kept)
        return count

    def undo(self) -> str:
        """Take the last change of the texts back, and say what came of it; empty when there was nothing."""
        if not self._steps:
            return ""
        what, records = self._steps.pop()
        self._replace(records)
        return what

    def _change(self, what: str, records: Sequence[TextRecord]) -> None:
        self._remember(what)
        self._replace(records)

    def _replace(self, records: Sequence[TextRecord]) -> None:
        whole = tuple(records)
        self._set(whole)
        self._write(lambda set_id: self._shelf.replace(set_id, whole))
        self._tell()

    def _remember(self, what: str) -> None:
        self._steps = [*self._steps[1 - _STEPS :], (what, self.texts.records)]

    def _set(self, records: tuple[TextRecord, ...]) -> None:
        self.texts = TextSet(records, self.texts.query_prefix, self.texts.document_prefix)

    # What is said of it

    def rename(self, name: str) -> None:
        """Call it something else."""
        self.name = name
        self._write(lambda set_id: self._shelf.change(set_id, name=name))

    def use_prefixes(self, query: str, document: str) -> None:
        """Send these before a query, and before each text."""
        if (query, document) == (self.texts.query_prefix, self.texts.document_prefix):
            return
        self.texts = TextSet(self.texts.records, query, document)
        self._write(lambda set_id: self._shelf.change(set_id, query_prefix=query, document_prefix=document))
        self._tell()

    def use_models(self, *models: str) -> None:
        """Take note of which models were chosen for it."""
        if models != self.models:
            self.models = models
            self._write(lambda set_id: self._shelf.change(set_id, models=models))

    # Writing

    def _write(self, change: Callable[[str], object]) -> None:
        """Have a change written; where the set is not in the store yet, all of it. One without texts is not kept."""
        stored, name, texts, models = self._stored, self.name, self.texts, self.models
        if not stored.begun and not texts.count:
            return
        stored.begun = True

        def write() -> None:
            try:
                if stored.id and stored.behind and self._shelf.get(stored.id) is None:
                    stored.id = ""  # somebody else has deleted it
                if not stored.id:
                    stored.id = self._created(name, texts, models)
                elif stored.behind:
                    self._shelf.replace(stored.id, texts.records)
                    self._shelf.change(
                        stored.id,
                        name=name,
                        query_prefix=texts.query_prefix,
                        document_prefix=texts.document_prefix,
                        models=models,
                    )
                else:
                    change(stored.id)
            except StoreError:
                stored.behind = True
                raise
            stored.behind = False

        self._writer.write(write)

    def _created(self, name: str, texts: TextSet, models: tuple[str, ...]) -> str:
        record = self._shelf.create(
            name,
            texts.records,
            query_prefix=texts.query_prefix,
            document_prefix=texts.document_prefix,
            models=models,
        )
        return record.id
