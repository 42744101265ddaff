"""What an error of SQLite means, and how to say it."""

from __future__ import annotations

import errno
import sqlite3
from enum import Enum, auto
from typing import Final

from lmstudio_tui.store import reasons


class Fault(Enum):
    """What is to be done about an error."""

    DAMAGED = auto()
    """The file cannot be understood: it is set aside."""
    INDEX = auto()
    """Only the full-text index is wrong: it is made anew."""
    UNUSABLE = auto()
    """It cannot be read or written now: no room, no right, in use; it is tried again."""
    REFUSED = auto()
    """What was to be written is impossible; everything else can go on."""


class DamagedError(Exception):
    """A file that SQLite understands, but that lacks what belongs into it."""


class UnknownFileError(Exception):
    """A database that is not to be touched: a later version's, or another program's. Its text says which."""


_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_UNUSABLE: Final = {
    sqlite3.SQLITE_PERM: reasons.FORBIDDEN,
    sqlite3.SQLITE_BUSY: ("another program keeps it locked", "Close that program."),
    sqlite3.SQLITE_LOCKED: ("another program keeps it locked", "Close that program."),
    sqlite3.SQLITE_NOMEM: ("there is not enough memory", "Close something else."),
    sqlite3.SQLITE_READONLY: reasons.FORBIDDEN,
    sqlite3.SQLITE_IOERR: ("the disk reports an error", "Check the disk."),
    sqlite3.SQLITE_FULL: ("the disk is full", "Make room on it."),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "Check the folder and who may write there."),
    sqlite3.SQLITE_PROTOCOL: ("another program keeps it locked", "Close that program."),
    sqlite3.SQLITE_NOLFS: ("it is too large for this disk", "Move it to another disk."),
    sqlite3.SQLITE_AUTH: reasons.FORBIDDEN,
}
_OF_THE_SYSTEM: Final = {
    errno.ENOSPC: _UNUSABLE[sqlite3.SQLITE_FULL],
    errno.EDQUOT: _UNUSABLE[sqlite3.SQLITE_FULL],
    errno.EACCES: reasons.FORBIDDEN,
    errno.EPERM: reasons.FORBIDDEN,
    errno.EROFS: reasons.FORBIDDEN,
}
_INDEX_DAMAGED: Final = sqlite3.SQLITE_CORRUPT_VTAB


def fault_of(error: Exception) -> Fault:
    """What is to be done about an error that a database, or its file, has raised."""
    # Of texts nothing is wrong to read; but Python cannot read what SQLite says of a table whose name is damaged.
    if isinstance(error, DamagedError | UnicodeDecodeError):
        return Fault.DAMAGED
    if isinstance(error, OSError):
        return Fault.UNUSABLE
    code = _code(error)
    if code == _INDEX_DAMAGED:
        return Fault.INDEX
    if code & 0xFF in _DAMAGED:
        return Fault.DAMAGED
    return Fault.UNUSABLE if code & 0xFF in _UNUSABLE else Fault.REFUSED


def reason_of(error: Exception) -> tuple[str, str]:
    """Why something is impossible, and what can be done about it, in words."""
    if isinstance(error, OSError):
        return reasons.reason_of(error, _OF_THE_SYSTEM)
    return _UNUSABLE.get(_code(error) & 0xFF, (str(error), "Check the file."))


def _code(error: Exception) -> int:
    # What Python's own module refuses has no code.
    return int(getattr(error, "sqlite_errorcode", None) or 0)
