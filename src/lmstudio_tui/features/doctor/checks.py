"""What a check says, and how a check that may take for ever is left."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LIMIT = 5.0
"""Seconds that a check may wait for the network."""


class Status(StrEnum):
    """How a check has ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """What a check has found.

    Args:
        name: of what was looked at.
        status: how it is.
        detail: what was found; may have several lines.
        hint: what to do about it; empty when there is nothing to do.
    """

    name: str
    status: Status
    detail: str
    hint: str = ""


class TooSlowError(Exception):
    """Something did not end in time."""


def within(seconds: float, action: Callable[[], T]) -> T:
    """Do something in a thread of its own, and leave it there when it takes too long.

    Raises:
        TooSlowError: when it does.
        Exception: what the action raises.
    """
    results: list[T] = []
    failures: list[Exception] = []
    done = threading.Event()

    def run() -> None:
        try:
            results.append(action())
        except Exception as error:  # noqa: BLE001 - raised again below, in the thread that waits
            failures.append(error)
        finally:
            done.set()

    threading.Thread(target=run, name="check", daemon=True).start()
    if not done.wait(seconds):
        raise TooSlowError
    if failures:
        raise failures[0]
    return results[0]
