"""What was spoken: fetched from the disk, deleted and brought back, without waiting for either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.store.media.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.media.records import UtteranceRecord
    from lmstudio_tui.store.media.shelf import Shelf
    from lmstudio_tui.tui.worker_bridge import Runs


class History:
    """The utterances, the newest first.

    Args:
        runs: the threads of the pane.
        shelf: where they are kept.
        changed: is called when there are others.
        failed: is given a sentence about what did not work.
    """

    def __init__(
        self,
        runs: Runs,
        shelf: Shelf[UtteranceRecord],
        changed: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        self._runs = runs
        self._shelf = shelf
        self._changed = changed
        self._failed = failed
        self._deleted: list[UtteranceRecord] = []
        self._looked = 0
        self.records: tuple[UtteranceRecord, ...] = ()
        self.loaded = False

    def look(self) -> None:
        """Fetch all of them."""
        self._looked += 1
        looked = self._looked

        def work(emit: object, scope: CancelScope) -> tuple[UtteranceRecord, ...]:
            del emit, scope
            return self._shelf.all()

        def found(records: tuple[UtteranceRecord, ...]) -> None:
            # A later look knows better.
            if looked == self._looked:
                self._take(records)

        self._runs.start(work, finished=found, crashed=self._crashed, name="utterances")

    def add(self, record: UtteranceRecord) -> None:
        """One was just kept."""
        others = tuple(one for one in self.records if one.id != record.id)
        self._take((record, *others))
        self.look()

    def find(self, utterance_id: str) -> UtteranceRecord | None:
        """The one with that id."""
        return next((record for record in self.records if record.id == utterance_id), None)

    def delete(self, record: UtteranceRecord) -> None:
        """Put one into the trash. It is out of sight at once, and back when that did not work."""
        self._looked += 1
        self._take(tuple(one for one in self.records if one.id != record.id))

        def work(emit: object, scope: CancelScope) -> str:
            del emit, scope
            try:
                self._shelf.remove(record.id)
            except StoreError as error:
                return error.message
            return ""

        def done(problem: str) -> None:
            if problem:
                self._failed(problem)
            else:
                self._deleted.append(record)
            self.look()

        self._runs.start(work, finished=done, crashed=self._crashed, name="delete utterance")

    def undo(self) -> bool:
        """Bring back the one deleted last. False when there is none."""
        if not self._deleted:
            return False
        record = self._deleted.pop()

        def work(emit: object, scope: CancelScope) -> str:
            del emit, scope
            try:
                return "" if self._shelf.restore(record.id) else "It is not in the trash any more."
            except StoreError as error:
                return error.message

        def done(problem: str) -> None:
            if problem:
                self._failed(problem)
            self.look()

        self._runs.start(work, finished=done, crashed=self._crashed, name="restore utterance")
        return True

    def _take(self, records: tuple[UtteranceRecord, ...]) -> None:
        self.records, self.loaded = records, True
        self._changed()

    def _crashed(self, error: BaseException) -> None:
        self._failed(f"Something went wrong in the app itself ({type(error).__name__}).")
