"""Locks on files that say that a process is there: the system lets go of them when it ends, however it ends."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import BaseFileLock


def taken(path: Path, seconds: float = 0.0) -> BaseFileLock | None:
    """A lock on that file, which is made if need be; None when another process has it, or files cannot be locked."""
    from filelock import FileLock, SoftFileLock, Timeout

    # The thread that takes it need not be the one that gives it back.
    lock = FileLock(path, timeout=seconds, mode=0o600, thread_local=False)
    try:
        lock.acquire(poll_interval=0.02)
    except (OSError, NotImplementedError, Timeout):
        return None
    if isinstance(cast("object", lock), SoftFileLock):  # A file that outlives its process says nothing about it.
        lock.release()
        return None
    return lock


def discard(path: Path, lock: BaseFileLock) -> None:
    """Give a lock back, and remove its file."""
    # While the lock is held, so that nobody holds one on a file that is gone; Windows allows it only afterwards.
    with suppress(OSError):
        path.unlink()
    with suppress(OSError):
        lock.release()
    if os.name == "nt":
        with suppress(OSError):
            path.unlink()


def is_held(path: Path) -> bool:
    """Whether another process has the lock on that file. One that nobody has is removed."""
    if not path.exists():
        return False
    lock = taken(path)
    if lock is None:
        return True
    discard(path, lock)
    return False
