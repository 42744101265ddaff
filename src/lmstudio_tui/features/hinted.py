"""An error that says what to do next."""

from __future__ import annotations


class HintedError(Exception):
    """Something cannot be done.

    Args:
        message: what is the matter and where, in a sentence; never with a key in it.
        hint: what to do next, in a sentence; empty when there is nothing.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
