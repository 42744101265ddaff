"""The images that are kept: read, taken away and brought back in threads; what is shown follows at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from lmstudio_tui.store.media.errors import StoreError
from lmstudio_tui.tui.panes.images.rows import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.media.records import ImageRecord
    from lmstudio_tui.store.media.shelf import Shelf
    from lmstudio_tui.tui.worker_bridge import Runs


Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Failure:
    sentence: str


class Album:
    """All images, the newest first.

    Args:
        runs: what runs on behalf of the pane.
        shelf: where they are kept.
        changed: is called when there are others.
        say: is told, in a sentence, what did not work.
    """

    def __init__(
        self, runs: Runs, shelf: Shelf[ImageRecord], changed: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        self._runs = runs
        self._shelf = shelf
        self._changed = changed
        self._say = say
        self._records: tuple[ImageRecord, ...] = ()
        self._removed: list[ImageRecord] = []
        # Counts each change as it is shown and as it is on disk: what was read across one may be older than it.
        self._changes = 0
        self.loaded = False

    @property
    def records(self) -> tuple[ImageRecord, ...]:
        """The images, the newest first."""
        return self._records

    @property
    def can_undo(self) -> bool:
        """Whether one can be brought back."""
        return bool(self._removed)

    def load(self) -> None:
        """Look at what is there: other windows make images, too."""
        changes = self._changes

        def read(emit: object, scope: CancelScope) -> tuple[ImageRecord, ...] | _Failure:
            del emit, scope
            return _tried(self._shelf.all)

        def show(found: tuple[ImageRecord, ...] | _Failure) -> None:
            self.loaded = True
            if changes != self._changes:
                self.load()
                return
            if isinstance(found, _Failure):
                self._say(found.sentence)
                found = self._records
            gone = {one.id for one in self._removed}
            self._take(one for one in found if one.id not in gone)

        self._runs.start(read, finished=show, name="images")

    def add(self, records: Iterable[ImageRecord]) -> None:
        """Some were made."""
        self._changes += 1
        self._take((*records, *self._records))

    def _take(self, records: Iterable[ImageRecord]) -> None:
        ordered = in_order({one.id: one for one in records}.values())
        if ordered != self._records or not ordered:
            self._records = ordered
            self._changed()

    def remove(self, record: ImageRecord) -> None:
        """Take one away; it can be brought back."""
        self._removed.append(record)
        self._take(one for one in self._records if one.id != record.id)

        def done(failure: _Failure | None) -> None:
            if failure is not None:
                self._forget(record)
                self._take((record, *self._records))
                self._say(failure.sentence)

        self._do(lambda: self._shelf.remove(record.id), done)

    def undo(self) -> ImageRecord | None:
        """Bring back the one that was taken away last; None when there is none."""
        if not self._removed:
            return None
        record = self._removed.pop()
        self._take((record, *self._records))

        def done(failure: _Failure | None) -> None:
            if failure is not None:
                self._take(one for one in self._records if one.id != record.id)
                self._say(failure.sentence)

        self._do(lambda: self._shelf.restore(record.id), done)
        return record

    def _forget(self, record: ImageRecord) -> None:
        self._removed = [one for one in self._removed if one.id != record.id]

    def _do(self, work: Callable[[], object], done: Callable[[_Failure | None], None]) -> None:
        def run(emit: object, scope: CancelScope) -> _Failure | None:
            del emit, scope
            found = _tried(work)
            return found if isinstance(found, _Failure) else None

        def ended(failure: _Failure | None) -> None:
            self._changes += 1
            done(failure)
            self.load()

        self._changes += 1
        self._runs.start(run, finished=ended, name="images")


def _tried(work: Callable[[], Result]) -> Result | _Failure:
    try:
        return work()
    except StoreError as error:
        return _Failure(f"{error.message} {error.hint}".strip())
