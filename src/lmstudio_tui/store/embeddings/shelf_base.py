"""What stands behind a shelf: its file, opened when it is first needed, and whoever listens to it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lmstudio_tui.store.telling import Telling

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lmstudio_tui.store.embeddings.file import EmbeddingFile


class ShelfBase:
    """Args:
    path: of the file.
    now: tells the time, with its zone.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] | None = None) -> None:
        self.path = path
        self._now = now or _now
        self._lock = threading.Lock()
        self._made: EmbeddingFile | None = None
        self._telling = Telling()

    def listen(self, callback: Callable[[str], None]) -> None:
        """Be told that the file was found damaged, and what became of it.

        Args:
            callback: is called with a sentence, in the thread that has found it. What was said before is told at once.
        """
        self._telling.listen(callback)

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

                self._made = EmbeddingFile(self.path, self._telling.say)
            return self._made


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
