"""What stands behind a shelf: its file, opened when it is first needed, and whoever listens to it."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lmstudio_tui.store.embeddings.file import EmbeddingFile

_SENTENCES_KEPT: Final = 20


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
        self._listeners: list[Callable[[str], None]] = []
        self._sentences: list[str] = []

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

    def _say(self, sentence: str) -> None:
        with self._lock:
            self._sentences = [*self._sentences, sentence][-_SENTENCES_KEPT:]
            listeners = list(self._listeners)
        for callback in listeners:
            with suppress(Exception):
                callback(sentence)


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
