"""The set in front, and the others in the store: opening, adding, remembering. It shows nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypedDict

from lmstudio_tui.features.embeddings.reading import parse_pasted
from lmstudio_tui.store.embeddings import StoreError, TextRecord
from lmstudio_tui.tui.panes.embeddings.holding import HeldSet
from lmstudio_tui.tui.panes.embeddings.settings import PaneSettings, SettingsFile
from lmstudio_tui.tui.panes.embeddings.words import added_in_words
from lmstudio_tui.tui.panes.embeddings.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Unpack

    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.embeddings import EmbeddingShelf, SetRecord
    from lmstudio_tui.tui.panes.embeddings.view_tabs import ViewName
    from lmstudio_tui.tui.worker_bridge import Runs
    from lmstudio_tui.vectors.values import Metric

MOST: Final = 50_000
"""Texts of a set."""


class Remembered(TypedDict, total=False):
    """What can be remembered, as in `PaneSettings`."""

    set_id: str
    view: ViewName
    metric: Metric
    sorted: bool


Opened = tuple["SetRecord | None", "list[TextRecord]"]


class SetDesk:
    """Holds the set in front, and keeps it. Nothing here blocks.

    Args:
        runs: what runs on behalf of the pane.
        shelf: where sets and vectors are kept.
        failed: is told what went wrong in passing, in words.

    Attributes:
        held: the set in front.
        writer: writes it.
        settings: how the pane was left.
        loaded: whether it is known which set is in front.
    """

    def __init__(self, runs: Runs, shelf: EmbeddingShelf, failed: Callable[[str], None]) -> None:
        self._runs = runs
        self._failed = failed
        self._file = SettingsFile(shelf.path.with_name("embeddings-pane.json"))
        self._early: list[Callable[[], object]] = []
        self.shelf = shelf
        self.writer = Writer(runs, failed)
        self.held = HeldSet(shelf, self.writer, self._held_changed)
        self.settings = PaneSettings()
        self.loaded = False

    def _held_changed(self) -> None:
        """Other texts, or other prefixes, are in front."""

    def _drop_vectors(self) -> None:
        """Another set is about to be in front."""

    def load(self, done: Callable[[], None]) -> None:
        """Open the set that was in front the last time, else the one that was changed last."""
        file, shelf = self._file, self.shelf

        def look(emit: object, scope: CancelScope) -> tuple[PaneSettings, Opened, str]:
            del emit, scope
            settings = file.load()
            try:
                record = shelf.get(settings.set_id) if settings.set_id else None
                if record is None:
                    record = next(iter(shelf.sets()), None)
                return settings, (record, shelf.texts(record.id) if record is not None else []), ""
            except StoreError as error:
                return settings, (None, []), f"{error.message} {error.hint}"

        def found(what: tuple[PaneSettings, Opened, str]) -> None:
            self.settings, (record, texts), problem = what
            self.loaded = True
            if problem:
                self._failed(problem)
            if record is not None:
                self.held.open(record, texts)
            self._catch_up()
            done()

        self._runs.start(look, finished=found, name="embeddings")

    def _catch_up(self) -> None:
        """Do what was wanted before it was known which set is in front, in the same order."""
        early, self._early = self._early, []
        for what in early:
            what()

    def open(self, set_id: str) -> None:
        """Open a set that is in the store."""
        if not self.loaded:
            self._early.append(lambda: self.open(set_id))
            return
        shelf, writer = self.shelf, self.writer

        def look(emit: object, scope: CancelScope) -> Opened | str:
            del emit, scope
            for problem in writer.flush():
                return problem
            try:
                return shelf.get(set_id), shelf.texts(set_id)
            except StoreError as error:
                return f"{error.message} {error.hint}"

        def found(what: Opened | str) -> None:
            if isinstance(what, str):
                self._failed(what)
            elif what[0] is not None:
                self._drop_vectors()
                self.held.open(what[0], what[1])
                self.remember(set_id=set_id)

        self._runs.start(look, finished=found, name="embeddings")

    def begin(self) -> None:
        """A new set; the one before is kept."""
        if not self.loaded:
            self._early.append(self.begin)
            return
        self._drop_vectors()
        self.held.begin()

    def add_pasted(self, text: str) -> tuple[int, int]:
        """Add texts, one a line. Returns how many were added, and how many there were."""
        texts = [TextRecord(line) for line in parse_pasted(text)]
        return self.add(texts), len(texts)

    def add(self, texts: Sequence[TextRecord], name: str = "") -> int:
        """Add texts, as far as there is room. Returns how many were added."""
        if not self.loaded:
            self._early.append(lambda: self._add_late(texts, name))
            return len(texts)
        some = texts[: max(0, MOST - self.held.count)]
        self.held.add(some, name)
        return len(some)

    def _add_late(self, texts: Sequence[TextRecord], name: str) -> None:
        """Add what came before it was known how much room there is."""
        count = self.add(texts, name)
        if count < len(texts):
            self._failed(added_in_words(count, len(texts), MOST))

    def remember(self, **values: Unpack[Remembered]) -> None:
        """Remember this for the next start."""
        self.settings = replace(self.settings, **values)
        settings, file = self.settings, self._file
        self.writer.write(lambda: file.save(settings))

    def leave(self) -> None:
        """Write what still waits to be written. It blocks for as long as that takes."""
        if not self.loaded:
            # It is not known yet which set the texts belong to; as one of their own they are not lost.
            self.loaded = True
            self._catch_up()
        for problem in self.writer.flush():
            self._failed(problem)
        if self.held.id and self.held.id != self.settings.set_id:
            self._file.save(replace(self.settings, set_id=self.held.id))
