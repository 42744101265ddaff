"""What goes wrong with files, in words."""

from __future__ import annotations

import errno
from typing import Final

from lmstudio_tui.store import reasons

_REASONS: Final = {
    errno.ENOSPC: ("the disk is full", "Make room on it, then try again."),
    errno.EDQUOT: ("your share of the disk is used up", "Make room, then try again."),
    errno.EACCES: reasons.FORBIDDEN,
    errno.EPERM: reasons.FORBIDDEN,
    errno.EROFS: ("the disk is read-only", "Choose another folder, or make it writable."),
    errno.EFBIG: ("the file is too large for this disk", "Use another disk."),
    errno.EIO: ("the disk reports an error", "Check the disk."),
    errno.ENOENT: ("it is not there", "Was it moved or deleted?"),
    errno.ENOTDIR: ("a file is where a folder should be", "Move that file away."),
    errno.EEXIST: ("a file is where a folder should be", "Move that file away."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter one."),
}


class StoreError(Exception):
    """A file that cannot be kept, or cannot be had.

    Args:
        message: what happened and why, in a sentence.
        hint: the next step, or nothing.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def reason_of(error: OSError) -> tuple[str, str]:
    """Why a file cannot be written or read, to go on a sentence with, and what to do about it."""
    return reasons.reason_of(error, _REASONS)


def failed(what: str, error: OSError) -> StoreError:
    """An error of the system as ours.

    Args:
        what: cannot be done, as the beginning of a sentence: `The recording cannot be kept`.
        error: why.
    """
    reason, hint = reason_of(error)
    return StoreError(f"{what}: {reason}.", hint)
