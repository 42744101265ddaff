"""Copying, and the truth about whether it worked."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Copied(StrEnum):
    """How sure it is that the text is on the clipboard."""

    VERIFIED = "copied"
    SENT = "sent to the terminal"


def is_remote(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this runs on another machine than the one with the clipboard."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def copy_natively(text: str) -> bool:
    """Put a text on this machine's clipboard and read it back. Blocks (it runs a program); for a worker thread.

    Returns:
        whether the clipboard now holds the text.
    """
    if is_remote():
        return False
    # pyperclip looks for its tools when it is imported.
    import pyperclip

    try:
        pyperclip.copy(text)
        return _same(pyperclip.paste(), text)
    except (pyperclip.PyperclipException, OSError, UnicodeError):
        return False


def _same(found: str, text: str) -> bool:
    """Windows gives line ends of its own back."""
    return found.replace("\r\n", "\n") == text.replace("\r\n", "\n")
