"""One request with its answer, as it is looked at: values that do not change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lmstudio_tui.features.inspector.words import size_of

if TYPE_CHECKING:
    from lmstudio_tui.features.inspector.timing import Part
    from lmstudio_tui.sdk.recording import EventReceived, Headers, Outcome

State = Literal["waiting", "receiving", "ok", "failed", "stopped"]
"""How a request stands: its answer is waited for, or comes in; or how it has ended."""

DROPPED = "body dropped to keep memory bounded"


@dataclass(frozen=True, slots=True)
class Body:
    """A body, or as much of it as is kept.

    Attributes:
        head: its beginning; all of it, when nothing is left out.
        tail: its end, when something is left out between them.
        size: the bytes that it had.
        dropped: whether nothing of it is kept any more.
    """

    head: bytes = b""
    tail: bytes = b""
    size: int = 0
    dropped: bool = False

    @property
    def left_out(self) -> int:
        """How many of its bytes are not kept."""
        return self.size - len(self.head) - len(self.tail)

    @property
    def whole(self) -> bool:
        """Whether all of it is there."""
        return not self.dropped and not self.left_out

    @property
    def missing(self) -> str:
        """What is missing, in words; empty when it is whole."""
        if self.dropped:
            return DROPPED
        return f"{size_of(self.left_out)} left out to keep memory bounded" if self.left_out else ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time that a request was sent. Moments and durations are in milliseconds; moments count from its beginning.

    Attributes:
        number: counted from 1.
        started_ms: when it began.
        connect_ms: finding the address and connecting; None when a connection was used again, or never came about.
        tls_ms: the TLS handshake; None without one.
        send_ms: from the connection to the last byte of the request; None when that was not measured.
        headers_ms: when the headers of the answer came.
        output_ms: when a model's first output came.
        ended_ms: when it was over; None while it goes on.
        status: of its answer.
        error: the name of the error's class that it failed with.
        message: what the error says.
        retry_in_ms: the wait before the next one; None when it was the last.
    """

    number: int
    started_ms: float
    connect_ms: float | None = None
    tls_ms: float | None = None
    send_ms: float | None = None
    headers_ms: float | None = None
    output_ms: float | None = None
    ended_ms: float | None = None
    status: int | None = None
    error: str = ""
    message: str = ""
    retry_in_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows of a request: no bodies, no headers. Durations are in milliseconds.

    Attributes:
        call_id: names it.
        feature: what it was for, such as `chat`.
        path: below the base URL.
        started_at: seconds since the epoch.
        stream: whether a stream was asked for.
        background: whether the watching of the server made it, and not a person.
        replay_of: the `call_id` of the request that this one repeats.
        status: the HTTP status, as soon as there is one.
        error: the name of the error's class.
        message: what the error says.
        duration_ms: the whole call; None while it is under way.
        first_byte_ms: from the beginning of the call to the headers of the answer.
        first_token_ms: from the beginning of the call to a model's first output.
        attempts: how often it was sent.
        events: how many events its stream has had.
        parts: of its time, one after the other; what came before the last attempt is one of them.
    """

    call_id: str
    method: str
    url: str
    path: str
    started_at: float
    stream: bool = False
    feature: str = ""
    background: bool = False
    replay_of: str | None = None
    state: State = "waiting"
    outcome: Outcome | None = None
    status: int | None = None
    error: str = ""
    message: str = ""
    duration_ms: float | None = None
    first_byte_ms: float | None = None
    first_token_ms: float | None = None
    bytes_sent: int = 0
    bytes_received: int = 0
    attempts: int = 1
    events: int = 0
    parts: tuple[Part, ...] = ()

    @property
    def under_way(self) -> bool:
        """Whether it goes on."""
        return self.state in {"waiting", "receiving"}

    @property
    def failed(self) -> bool:
        """Whether it has not done what it should: refused, cut off, unreadable."""
        return self.state == "failed"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with everything that is kept of it.

    Attributes:
        request_body: None when there was none.
        response_body: None when there was none, or a stream.
        events: of a stream, as many as are kept.
        head_events: how many of them stand before what was left out.
        events_left_out: how many events are not kept.
        bytes_left_out: how many bytes of events are not kept.
        headers_dropped: whether the headers are not kept any more.
    """

    summary: Summary
    request_headers: Headers = ()
    request_body: Body | None = None
    response_headers: Headers = ()
    response_body: Body | None = None
    events: tuple[EventReceived, ...] = ()
    head_events: int = 0
    events_left_out: int = 0
    bytes_left_out: int = 0
    headers_dropped: bool = False
    attempts: tuple[Attempt, ...] = ()

    @property
    def content_type(self) -> str:
        """Of the answer, without its parameters, in lower case."""
        return header(self.response_headers, "content-type").partition(";")[0].strip().lower()


def header(headers: Headers, name: str) -> str:
    """The value of a header, empty when there is none."""
    return next((value for known, value in headers if known.lower() == name), "")
