"""What every call tells about itself: figures only, no bodies and no keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


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
