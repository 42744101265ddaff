"""What every call tells about itself: figures only, no bodies and no keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lmstudio_tui.sdk.telling import Recording


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One finished call, however it ended.

    Attributes:
        method: `GET` or `POST`.
        path: below the base URL, such as `/v1/models`.
        status: the HTTP status of the last attempt; None when no answer came.
        started_at: seconds since the epoch.
        duration_ms: from the call to the last byte (or the failure), waits between attempts included.
        first_byte_ms: from the call to the headers of the answer; None when none came.
        bytes_sent: of the body, all attempts together.
        bytes_received: of the body.
        attempts: how often it was sent.
        streamed: whether a stream was asked for.
        outcome: `ok`, `cancelled`, or the name of the error's class.
        request_id: what the server called it (`x-request-id`), if it did.
    """

    method: str
    path: str
    status: int | None
    started_at: float
    duration_ms: float
    first_byte_ms: float | None
    bytes_sent: int
    bytes_received: int
    attempts: int
    streamed: bool
    outcome: str
    request_id: str | None = None


CallListener = Callable[[CallRecord], None]
"""Called once for each call, in the thread that made it. It must be quick, and must not raise."""


@dataclass(slots=True)
class Tally:
    """What is counted during a call, for its `CallRecord`; and who else is told of it."""

    started_at: float = field(default_factory=time.time)
    started: float = field(default_factory=time.monotonic)
    first_byte: float | None = None
    status: int | None = None
    sent: int = 0
    received: int = 0
    attempts: int = 0
    outcome: str = "ok"
    request_id: str | None = None
    recording: Recording | None = None

    def begin_attempt(self, size: int) -> None:
        """One more attempt, with a body of `size` bytes."""
        self.attempts += 1
        self.sent += size
        self.status = self.first_byte = self.request_id = None

    def answered(self, status: int, request_id: str | None) -> None:
        """The headers of an answer have come."""
        self.first_byte = time.monotonic()
        self.status = status
        self.request_id = request_id

    def record(self, method: str, path: str, *, streamed: bool) -> CallRecord:
        """The figures of a call that has just ended."""
        first = self.first_byte
        return CallRecord(
            method=method,
            path=path,
            status=self.status,
            started_at=self.started_at,
            duration_ms=(time.monotonic() - self.started) * 1000,
            first_byte_ms=None if first is None else (first - self.started) * 1000,
            bytes_sent=self.sent,
            bytes_received=self.received,
            attempts=self.attempts,
            streamed=streamed,
            outcome=self.outcome,
            request_id=self.request_id,
        )
