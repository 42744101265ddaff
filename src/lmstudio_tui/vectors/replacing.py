"""A file that is there as a whole, or as it was before."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def replaced(path: Path) -> Generator[IO[bytes]]:
    """A file to write to, which takes the place of another at the end, unless something went wrong in between.

    A symbolic link is written through; missing folders are made, for their owner only. What is no ordinary file (a
    pipe, the terminal) is written to as it is.

    Args:
        path: of the file.

    Raises:
        OSError: when it cannot be written; what was there before is then still there.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file() and not target.is_dir():
        with path.open("wb") as file:
            yield file
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:32]}.", suffix=".tmp", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        with suppress(OSError):  # Once it has replaced the target, there is nothing left to remove.
            beside.unlink()
