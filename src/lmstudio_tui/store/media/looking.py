"""What lies in a folder: names, files and descriptions, none of which is believed."""

from __future__ import annotations

import stat
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from lmstudio_tui.sdk.wire import document_of, is_object
from lmstudio_tui.store.media.errors import reason_of
from lmstudio_tui.store.media.kinds import Found

if TYPE_CHECKING:
    from pathlib import Path

GONE: Final = "The file is not there any more; it was moved or deleted."
_NO_FILE: Final = "What lies there is no file."

_LARGEST: Final = 64_000_000
"""Bytes of a description; what is larger is none."""
_FORBIDDEN: Final = frozenset("/\\:\0\n")


def is_plain(name: str) -> bool:
    """Whether it names something in our folder, and nothing else."""
    return 0 < len(name) <= 200 and not name.startswith(".") and not _FORBIDDEN.intersection(name)


def safe_suffix(suffix: str) -> str:
    """A suffix as it may stand in the name of a file: servers have a say in it."""
    plain = "".join(character for character in suffix.lower() if character.isascii() and character.isalnum())
    return f".{plain[:8]}" if plain else ""


def members_in(path: Path) -> dict[str, Any] | None:
    """The members of a description; None when it is damaged, or cannot be read."""
    try:
        state = path.stat()
        # Reading a pipe would wait for ever.
        if not stat.S_ISREG(state.st_mode) or state.st_size > _LARGEST:
            return None
        value = document_of(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if is_object(value) else None


def signature_of(path: Path) -> tuple[int, ...] | None:
    """What changes whenever a file is written anew; None when it cannot be seen."""
    try:
        state = path.stat()
    except (OSError, ValueError):
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


def look(id: str, path: Path) -> Found:  # noqa: A002 - as the record calls it
    """What there is to be seen of a file."""
    long_ago = datetime.fromtimestamp(0).astimezone()
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return Found(id, path, long_ago, None, GONE)
    except OSError as error:
        return Found(id, path, long_ago, None, f"The file cannot be read: {reason_of(error)[0]}.")
    if not stat.S_ISREG(state.st_mode):
        return Found(id, path, long_ago, None, _NO_FILE)
    return Found(id, path, datetime.fromtimestamp(state.st_mtime).astimezone(), state.st_size)
