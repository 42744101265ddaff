"""Folders and files for their owner only, whatever the umask says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def make_private(folder: Path) -> None:
    """Make the folder and its missing parents 0700; `mkdir(parents=True)` would leave the parents to the umask.

    Raises:
        OSError: that is impossible.
    """
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(20, "Not a directory")


def privately(path: str, flags: int) -> int:
    """An `opener` for `open` that makes a file 0600; one that is there keeps its permissions."""
    return os.open(path, flags, 0o600)
