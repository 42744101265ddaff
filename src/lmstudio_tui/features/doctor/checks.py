"""What a check says, and how a check that may take for ever is left."""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
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
    outcome = Future[T]()

    def run() -> None:
        try:
            outcome.set_result(action())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again in the thread that waits
            outcome.set_exception(error)

    # A thread of a pool would be waited for when the program ends.
    threading.Thread(target=run, name="check", daemon=True).start()
    if not wait([outcome], seconds).done:
        raise TooSlowError
    return outcome.result()
