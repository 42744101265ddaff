"""What is read from a file, and how it is told that it cannot be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.store.library.records import Loaded

LARGEST_FILE: Final = 512 * 1024 * 1024
"""Bytes. An export of years fits; what is longer is no export, or needs to be divided."""
MOST_CONVERSATIONS: Final = 50_000
MOST_MESSAGES: Final = 100_000
"""In one conversation."""
LONGEST_TEXT: Final = 64 * 1024 * 1024
"""Characters of one message."""
LONGEST_TITLE: Final = 200
"""Characters; what is longer is cut, since it is one line of a list."""
LARGEST_ATTACHMENT: Final = 64 * 1024 * 1024
"""Bytes."""


class UnreadableError(ValueError):
    """A file does not hold what it seemed to.

    Args:
        message: what is wrong, in one sentence.
        where: the place in the file, such as `messages[3].role` or `line 7`; empty for the file as a whole.
        hint: the next step, or nothing.
    """

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """The place and what is wrong there."""
        return f"{self.where}: {self.message}" if self.where else self.message


@dataclass(frozen=True, slots=True)
class Imported:
    """A conversation out of a file, not yet in any library.

    Args:
        loaded: the conversation and its messages.
        blobs: the bytes of its attachments, as far as the file has them, by their SHA-256.
        notes: what could not be taken over, a sentence each.
    """

    loaded: Loaded
    blobs: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    notes: tuple[str, ...] = ()
