"""Which processes are writing files into a folder: each holds a lock there, named in the names of its files.

The system lets go of the lock when the process ends, however it ends. So a file without a description is known for one
that is being written, or for one that was left behind.
"""

from __future__ import annotations

import secrets
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from lmstudio_tui.store.locks import discard, is_held, taken

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import BaseFileLock


class Writers:
    """The writers of one folder, and this process as one of them.

    Args:
        folder: the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: BaseFileLock | None = None
        self._mutex = threading.Lock()
        self.token = secrets.token_hex(4)

    def join(self) -> bool:
        """Show others that this process writes. False where files cannot be locked."""
        with self._mutex:
            if self._lock is None:
                self._lock = taken(self._path(self.token), seconds=1.0)
            return self._lock is not None

    def alive(self, token: str) -> bool:
        """Whether the process of that name is still there."""
        return token == self.token or is_held(self._path(token))

    def clean(self) -> None:
        """Remove the locks of processes that are gone."""
        with suppress(OSError):
            for path in list(self._folder.glob(".writer-*.lock")):
                self.alive(path.name.removeprefix(".writer-").removesuffix(".lock"))

    def leave(self) -> None:
        """This process writes no more."""
        with self._mutex:
            if self._lock is not None:
                discard(self._path(self.token), self._lock)
                self._lock = None

    def _path(self, token: str) -> Path:
        return self._folder / f".writer-{token}.lock"
