"""Waiting for what another thread or another process does."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FOR_PROGRAMS = f"import sys; sys.path.append({str(Path(__file__).parent)!r}); from waiting import until\n"
"""How the code of a program that a test starts begins, when that program has to wait."""


def until(condition: Callable[[], object], *, seconds: float = 60.0, what: str = "it did not come to pass") -> None:
    """Wait until the condition holds; fail when it does not in so many seconds.

    Args:
        condition: asked again and again, and a last time when the time is over.
        seconds: long enough for a machine that is busy; no test takes that long when all is well.
        what: the message of the failure, its beginning.
    """
    assert comes_true(condition, seconds=seconds), f"{what} within {seconds:g} s"


def comes_true(condition: Callable[[], object], *, seconds: float = 60.0) -> bool:
    """As `until`, for who goes on when it does not."""
    end = time.monotonic() + seconds
    while True:
        late = time.monotonic() > end
        if condition():
            return True
        if late:
            return False
        time.sleep(0.01)
