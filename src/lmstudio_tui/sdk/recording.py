"""What a recorder is told of every call: enough to show it whole, and nothing that holds a key.

A recorder is handed one moment after the other, in the thread that makes the call and in the order in which they
happened: `CallStarted` first and `CallFinished` last. How much of it is kept, and for how long, is its own affair.

Every text and every body in a moment is redacted already: the values of headers that carry a secret are replaced as a
whole, and the keys in use are taken out of everything else, wherever they stand. `at_ms` is counted in milliseconds
from the beginning of the call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Headers = tuple[tuple[str, str], ...]
"""Names, in lower case, and values, in the order in which they go over the wire."""

Outcome = Literal["ok", "failed", "cancelled", "abandoned"]


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A call is about to be sent for the first time. One that is cancelled or refused before that is not recorded.

    Attributes:
        call_id: names this call in all moments that follow.
        method: `GET` or `POST`.
        url: the whole address, with its query.
        path: below the base URL, such as `/v1/models`.
        headers: as they are sent.
        body: as it is sent; None when there is none. Of a form with a long file it is the beginning.
        stream: whether a stream is asked for.
        started_at: seconds since the epoch.
        feature: what the call is for: `health`, `models`, `chat`, `completions`, `model_load`, `download` …
        background: whether it was made by the watching of the server, and not for a person.
        body_size: bytes of the body, where `body` is only the beginning of it; otherwise None.
    """

    call_id: str
    method: str
    url: str
    path: str
    headers: Headers
    body: bytes | None
    stream: bool
    started_at: float
    feature: str = ""
    background: bool = False
    body_size: int | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection was made for the call; one that is used again is not told of.

    Attributes:
        attempt: counted from 1.
        connect_ms: finding the address and connecting.
        tls_ms: the TLS handshake; None without TLS.
    """

    call_id: str
    at_ms: float
    attempt: int
    connect_ms: float
    tls_ms: float | None


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """An attempt has failed before its answer could be used.

    Attributes:
        attempt: counted from 1.
        error: the name of the error's class.
        message: in words.
        status: the HTTP status; None when no answer came.
        retry_in_ms: the wait before the next attempt; None when there is none.
    """

    call_id: str
    at_ms: float
    attempt: int
    error: str
    message: str
    status: int | None
    retry_in_ms: float | None


@dataclass(frozen=True, slots=True)
class HeadersReceived:
    """The headers of an answer have arrived."""

    call_id: str
    at_ms: float
    attempt: int
    status: int
    headers: Headers


@dataclass(frozen=True, slots=True)
class ChunkReceived:
    """A piece of an answer's body has arrived: `size` bytes, decompressed."""

    call_id: str
    at_ms: float
    size: int


@dataclass(frozen=True, slots=True)
class EventReceived:
    """An event of a stream. `stray` is a line that is no event, where there should only be events."""

    call_id: str
    at_ms: float
    name: str
    data: str
    stray: bool = False


@dataclass(frozen=True, slots=True)
class BodyReceived:
    """The whole body of an answer that is no stream, or as much of it as was read.

    Attributes:
        body: what was read; of audio and images it is the beginning.
        size: bytes that were read, where `body` is only the beginning of them; otherwise None.
    """

    call_id: str
    at_ms: float
    body: bytes
    size: int | None = None


@dataclass(frozen=True, slots=True)
class CallFinished:
    """The end of a call: nothing more is told of it. Durations are in milliseconds, None when there is no such part.

    Attributes:
        outcome: `ok`; `failed`; `cancelled` by its scope; `abandoned`: its stream was closed before its end.
        error: the name of the error's class, empty when all went well.
        message: what the error says.
        status: the HTTP status of the last attempt.
        attempts: how often it was sent.
        bytes_sent: of the body, all attempts together.
        bytes_received: of the body, decompressed.
        duration_ms: the whole call, waits between attempts included.
        connect_ms: of the last attempt: address, connection and TLS; None when a connection was used again.
        send_ms: of the last attempt: from the connection to the last byte of the request.
        wait_ms: of the last attempt: from there to the headers of the answer.
        first_byte_ms: from the beginning of the call to the headers of the answer.
        first_token_ms: from the beginning of the call to the first output of a model; of a stream only.
        stream_ms: from the headers of the answer to its end.
    """

    call_id: str
    at_ms: float
    outcome: Outcome
    error: str
    message: str
    status: int | None
    attempts: int
    bytes_sent: int
    bytes_received: int
    duration_ms: float
    connect_ms: float | None
    send_ms: float | None
    wait_ms: float | None
    first_byte_ms: float | None
    first_token_ms: float | None
    stream_ms: float | None


Moment = (
    CallStarted
    | Connected
    | AttemptFailed
    | HeadersReceived
    | ChunkReceived
    | EventReceived
    | BodyReceived
    | CallFinished
)


class Recorder(Protocol):
    """Is told what goes over the wire."""

    def record(self, moment: Moment, /) -> None:
        """Take note. It must be quick, since the call waits for it; if it raises, it is told no more of that call.

        Calls from different threads come at the same time.
        """
        ...
