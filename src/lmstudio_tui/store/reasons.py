"""Why the system refuses to read or write a file, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Reason: TypeAlias = tuple[str, str]
"""Why something is impossible, to go on a sentence with; and what to do about it."""

FORBIDDEN: Reason = ("it may not be written", "Check who may write there.")


def reason_of(error: OSError, known: Mapping[int, Reason]) -> Reason:
    """The reason that is known for the error's number, else what the system says.

    Args:
        error: what the system has raised.
        known: reasons by numbers of `errno`.
    """
    usual = (str(error.strerror or error).lower(), "Check the folder and who may write there.")
    return known.get(error.errno or 0, usual)
