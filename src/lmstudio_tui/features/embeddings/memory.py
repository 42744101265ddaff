"""How much memory vectors take, and how much they may."""

from __future__ import annotations

import os
from typing import Final

from lmstudio_tui.features.models import size_in_words
from lmstudio_tui.sdk import ValidationError

_UNKNOWN: Final = 4 * 1024**3
"""Bytes that are taken to be there where the system does not tell."""
_COPIES: Final = 2
"""While they are put into one block, they are there twice."""


def bytes_needed(count: int, dimensions: int, number_bytes: int = 8) -> int:
    """What vectors take at most, while they are put together.

    Args:
        count: how many.
        dimensions: numbers in each.
        number_bytes: of each number, 4 or 8.
    """
    return _COPIES * count * dimensions * number_bytes


def memory_limit() -> int:
    """How many bytes vectors may take: half of what the machine has."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return _UNKNOWN
    return whole // 2 if whole > 0 else _UNKNOWN


def check_memory(count: int, dimensions: int, number_bytes: int, limit: int | None = None) -> None:
    """Refuse to begin what would not fit.

    Args:
        count: how many vectors.
        dimensions: numbers in each.
        number_bytes: of each number, 4 or 8.
        limit: in bytes; None for half of what the machine has.

    Raises:
        ValidationError: when they would take more.
    """
    needed, most = bytes_needed(count, dimensions, number_bytes), memory_limit() if limit is None else limit
    if needed > most:
        raise ValidationError(
            f"{count:,} vectors of {dimensions:,} numbers take {size_in_words(needed)} of memory, "
            f"and more than {size_in_words(most)} are not used.",
            field="input",
            hint="Take fewer texts at a time, or ask for fewer dimensions.",
        )
