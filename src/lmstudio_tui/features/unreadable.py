"""Why a file that somebody has named cannot be read, in a sentence."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final

from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from pathlib import Path

_REASONS: Final = {
    errno.EACCES: "you may not read it",
    errno.EPERM: "you may not read it",
    errno.ENAMETOOLONG: "that name is too long",
    errno.ELOOP: "its links lead in a circle",
}


def why_unreadable(error: Exception, path: Path, name: str) -> str:
    """The sentence.

    Args:
        error: what came of expanding the path, or of reading the file.
        path: as it was given.
        name: what the file is called in the sentence, safe to show.
    """
    if isinstance(error, RuntimeError):
        return f"There is no such user: {clean_line(str(path))}."
    if not isinstance(error, OSError):
        return "A path cannot hold such a character."
    said = _REASONS.get(error.errno or 0) or clean_line(error.strerror or type(error).__name__).rstrip(".")
    return f"{name} could not be read: {said}."
