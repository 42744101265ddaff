"""The files that a command was told to write: what others may do with them, and what is no file at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def is_special(path: Path | None) -> bool:
    """Whether it is a pipe, a terminal, the null device: to be written to, and never to be replaced by a file."""
    return path is not None and path.exists() and not path.is_file() and not path.is_dir()


def permissions(path: Path) -> int:
    """Those that a file has; of one that is not there, those that the umask gives to new ones."""
    return path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_mask()


def replace(path: Path, data: bytes) -> None:
    """Write a file in one step, with the permissions that one before it had; what is no file is written to.

    Raises:
        OSError: when it cannot be written; what was there before is then still there.
    """
    from lmstudio_tui.store.atomic import write_atomic

    if is_special(path):
        path.write_bytes(data)
    else:
        write_atomic(path, data, permissions(path))


def _mask() -> int:
    """Which permissions new files do not get. It can be read only by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
