"""What a store has to say, for whoever listens."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_KEPT: Final = 20
"""Sentences that are told to those who come later."""


class Telling:
    """Sentences, told in the thread in which they are said. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Callable[[str], None]] = []
        self._sentences: list[str] = []

    def listen(self, callback: Callable[[str], None]) -> None:
        """Be told from now on; what was said before is told at once.

        Args:
            callback: is called with a sentence.
        """
        with self._lock:
            self._listeners.append(callback)
            before = list(self._sentences)
        for sentence in before:
            callback(sentence)

    def say(self, sentence: str) -> None:
        """Tell everybody; a listener that fails does no harm."""
        with self._lock:
            self._sentences = [*self._sentences, sentence][-_KEPT:]
            listeners = list(self._listeners)
        for callback in listeners:
            with suppress(Exception):
                callback(sentence)
