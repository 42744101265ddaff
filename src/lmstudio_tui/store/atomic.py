"""Writing files so that a reader finds the old text or the new one, and never a half."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from lmstudio_tui.store.private import make_private


def write_atomic(path: Path, data: str | bytes, mode: int = 0o600) -> None:
    """Replace the file, or make it, in one step that also survives a loss of power.

    A symbolic link is written through, as an ordinary write would. Text is written as UTF-8, its line ends as they
    are. Missing folders are made, for their owner only.

    Args:
        path: the file.
        data: all that it shall hold.
        mode: its permissions, whatever the umask; Windows knows none.

    Raises:
        OSError: when it cannot be written; what was there before is then still there.
        UnicodeEncodeError: when the text holds half a surrogate pair; nothing was touched.
    """
    content = data.encode() if isinstance(data, str) else data
    # Not Path.resolve, which raises RuntimeError, and not OSError, for a loop of links before Python 3.13.
    target = Path(os.path.realpath(path))
    make_private(target.parent)
    # The name is cut, since a name that just fits would be too long with more around it.
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:32]}.", suffix=".tmp", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if os.name == "posix":
            beside.chmod(mode)
        beside.replace(target)
    finally:
        with suppress(OSError):  # Once it has replaced the target, there is nothing left to remove.
            beside.unlink()
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Put the new name on disk too. Some file systems cannot; the file itself is safe even so."""
    if os.name != "posix":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
