"""Which processes are writing: each that writes an answer holds a lock on a file of its own beside the library.

The system lets go of the lock when the process ends, however it ends.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lmstudio_tui.store.library.records import new_id
from lmstudio_tui.store.locks import discard, is_held, taken

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import BaseFileLock

_ENDING = ".lock"


class Presence:
    """This process, as others see it.

    Args:
        database: the library.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._token: str | None = None
        self._lock: BaseFileLock | None = None

    def token(self) -> str | None:
        """What others know this process by, from the first call on; None where files cannot be locked."""
        if self._lock is None:
            token = new_id()
            self._lock = taken(self._path(token), seconds=1.0)
            self._token = token if self._lock is not None else None
        return self._token

    def alive(self, token: str | None) -> bool:
        """Whether the process of that name is still there."""
        if token is None or not token.isalnum():
            return False
        return token == self._token or is_held(self._path(token))

    def clean(self) -> None:
        """Remove what processes have left that are gone."""
        with suppress(OSError):
            for path in list(self._database.parent.iterdir()):
                token = path.name.removeprefix(f"{self._database.name}.").removesuffix(_ENDING)
                if path == self._path(token):
                    self.alive(token)

    def leave(self) -> None:
        """This process writes no more."""
        if self._lock is not None and self._token is not None:
            discard(self._path(self._token), self._lock)
        self._lock = self._token = None

    def _path(self, token: str) -> Path:
        return self._database.with_name(f"{self._database.name}.{token}{_ENDING}")
