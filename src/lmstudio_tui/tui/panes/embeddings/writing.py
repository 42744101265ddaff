"""Writing to the store, one thing after the other, in a thread; and at once when the app ends."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from lmstudio_tui.store.embeddings import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.tui.worker_bridge import Runs


class Writer:
    """Does what it is given in order, off the app's loop.

    Args:
        runs: what runs on behalf of the pane.
        failed: is told why something could not be written, in words.
    """

    def __init__(self, runs: Runs, failed: Callable[[str], None]) -> None:
        self._runs = runs
        self._failed = failed
        self._waiting: deque[Callable[[], object]] = deque()
        self._disk = threading.Lock()
        self._told: set[str] = set()

    def write(self, what: Callable[[], object]) -> None:
        """Have something written: it blocks, and may raise `StoreError`."""
        self._waiting.append(what)

        def work(emit: object, scope: CancelScope) -> tuple[str, ...]:
            del emit, scope
            return self.flush()

        self._runs.start(work, finished=self._tell, name="embeddings")

    def flush(self) -> tuple[str, ...]:
        """Write all that waits, and wait for it. Blocks.

        Returns:
            what could not be written, and why, a sentence or two each.
        """
        problems: list[str] = []
        with self._disk:
            while self._waiting:
                what = self._waiting.popleft()
                try:
                    what()
                except StoreError as error:
                    problems.append(f"{error.message} {error.hint}".strip())
                else:
                    self._told.clear()
        return tuple(problems)

    def _tell(self, problems: tuple[str, ...]) -> None:
        """Tell of what has gone wrong, once until something could be written again."""
        for problem in problems:
            if problem not in self._told:
                self._told.add(problem)
                self._failed(problem)
