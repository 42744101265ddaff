"""What is kept of one request while it goes on, and how much memory that takes."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from sys import getsizeof
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.inspector.exchange import Attempt, Body, Exchange, State, Summary
from lmstudio_tui.features.inspector.secrets import masked
from lmstudio_tui.features.inspector.timing import whole_of
from lmstudio_tui.sdk.recording import (
    AttemptFailed,
    BodyReceived,
    CallFinished,
    ChunkReceived,
    Connected,
    EventReceived,
    HeadersReceived,
)

if TYPE_CHECKING:
    from lmstudio_tui.sdk.recording import CallStarted, Headers, Moment

BODY_LIMIT: Final = 8_000_000
"""Bytes that are kept of one body."""
EVENTS_LIMIT: Final = 12_000_000
"""Bytes of memory for the events of one stream: half for the first ones, half for the last."""
EVENT_LIMIT: Final = 1_000_000
"""Characters that are kept of one event."""
_TEXT_LIMIT: Final = 8_000
_PER_EVENT: Final = 160
"""Bytes that an event takes beside its text."""
_PER_REQUEST: Final = 3_000


class Kept:
    """One request on its way. It is told every moment of it, by one thread at a time.

    Args:
        started: its beginning.
        background: whether the watching of the server made it.
        replay_of: which request it repeats.

    Attributes:
        weight: the bytes of memory that it takes, about.
        background: as above.
        finished: the last moment of it.
    """

    def __init__(self, started: CallStarted, *, background: bool, replay_of: str | None) -> None:
        self.background = background
        self.finished: CallFinished | None = None
        self.dropped = False
        self.weight = _PER_REQUEST
        self._started = replace(started, body=None, headers=(), url=started.url[:_TEXT_LIMIT])
        self._replay_of = replay_of
        self._request_headers: Headers = masked(started.headers)
        self._request_body = None if started.body is None else _kept(started.body, started.body_size)
        self._response_headers: Headers = ()
        self._response_body: Body | None = None
        self._headers_dropped = False
        self._attempts = [Attempt(1, 0.0)]
        self._head: list[EventReceived] = []
        self._tail: deque[EventReceived] = deque()
        self._head_weight = self._tail_weight = 0
        self._events = 0
        self._bytes_cut = 0
        self._received = 0
        self._last_ms = 0.0
        self._summary: Summary | None = None
        self._exchange: Exchange | None = None
        self.weight += _size(self._request_body) + _size_of_headers(self._request_headers)

    # What it is told

    def note(self, moment: Moment) -> None:
        """Take note of a moment; the commonest kinds come first."""
        self._summary = self._exchange = None
        if isinstance(moment, ChunkReceived):
            self._received += moment.size
            self._last_ms = moment.at_ms
        elif isinstance(moment, EventReceived):
            self._events += 1
            if not self.dropped:
                self._keep(moment)
        else:
            self._note_step(moment)

    def _keep(self, event: EventReceived) -> None:
        """Keep the first events and the last ones."""
        if len(event.data) > EVENT_LIMIT:
            event = self._cut(event)
        weight = getsizeof(event.data) + _PER_EVENT
        if not self._tail and self._head_weight + weight <= EVENTS_LIMIT // 2:
            self._head.append(event)
            self._head_weight += weight
            self.weight += weight
            return
        self._tail.append(event)
        self._tail_weight += weight
        self.weight += weight
        while self._tail_weight > EVENTS_LIMIT // 2 and len(self._tail) > 1:
            gone = self._tail.popleft()
            weight = getsizeof(gone.data) + _PER_EVENT
            self._bytes_cut += len(gone.data)
            self._tail_weight -= weight
            self.weight -= weight

    def _cut(self, event: EventReceived) -> EventReceived:
        half = EVENT_LIMIT // 2
        gone = len(event.data) - 2 * half
        self._bytes_cut += gone
        return replace(event, data=f"{event.data[:half]}\n… {gone:,} characters left out …\n{event.data[-half:]}")

    def _note_step(self, moment: Moment) -> None:
        match moment:
            case Connected():
                self._last_ms = moment.at_ms
                self._change(moment.attempt, connect_ms=moment.connect_ms, tls_ms=moment.tls_ms)
            case HeadersReceived():
                self._last_ms = moment.at_ms
                self._change(moment.attempt, headers_ms=moment.at_ms, status=moment.status)
                self.weight -= _size_of_headers(self._response_headers)
                self._response_headers = masked(moment.headers)
                self.weight += _size_of_headers(self._response_headers)
            case AttemptFailed():
                self._note_failure(moment)
            case BodyReceived():
                self.weight -= _size(self._response_body)
                kept = _kept(moment.body, moment.size)
                self._response_body = Body(size=kept.size, dropped=True) if self.dropped else kept
                self.weight += _size(self._response_body)
            case CallFinished():
                self._finish(moment)
            case _:
                pass

    def _note_failure(self, moment: AttemptFailed) -> None:
        again = moment.retry_in_ms
        self._last_ms = moment.at_ms
        self._change(
            moment.attempt,
            ended_ms=moment.at_ms,
            error=moment.error,
            message=moment.message[:_TEXT_LIMIT],
            status=moment.status,
            retry_in_ms=again,
        )
        if again is not None:
            self._attempts.append(Attempt(moment.attempt + 1, moment.at_ms + again))

    def _finish(self, finished: CallFinished) -> None:
        self.finished = finished = replace(finished, message=finished.message[:_TEXT_LIMIT])
        # One that was to come after a pause in which it was cancelled has never been.
        del self._attempts[max(1, finished.attempts) :]
        last = self._attempts[-1]
        failed = finished.outcome == "failed" and not last.error
        self._attempts[-1] = replace(
            last,
            send_ms=finished.send_ms,
            output_ms=finished.first_token_ms if last.headers_ms is not None else None,
            ended_ms=finished.at_ms if last.ended_ms is None else last.ended_ms,
            error=finished.error if failed else last.error,
            message=finished.message if failed else last.message,
        )

    def _change(self, number: int, **values: object) -> None:
        while len(self._attempts) < number:
            self._attempts.append(Attempt(len(self._attempts) + 1, self._last_ms))
        self._attempts[number - 1] = replace(self._attempts[number - 1], **values)

    # Letting go

    def drop_bodies(self) -> None:
        """Keep no body and no event of it, now and later."""
        for body in (self._request_body, self._response_body):
            self.weight -= _size(body)
        self.weight -= self._head_weight + self._tail_weight
        if self._request_body is not None:
            self._request_body = Body(size=self._request_body.size, dropped=True)
        if self._response_body is not None:
            self._response_body = Body(size=self._response_body.size, dropped=True)
        self._head, self._tail = [], deque()
        self._head_weight = self._tail_weight = 0
        self.dropped = True
        self._summary = self._exchange = None

    def drop_headers(self) -> None:
        """Keep no headers of it."""
        self.weight -= _size_of_headers(self._request_headers) + _size_of_headers(self._response_headers)
        self._request_headers = self._response_headers = ()
        self._headers_dropped = True
        self._summary = self._exchange = None

    @property
    def body_weight(self) -> int:
        """What dropping its bodies would free, in bytes."""
        return self._head_weight + self._tail_weight + _size(self._request_body) + _size(self._response_body)

    @property
    def header_weight(self) -> int:
        """What dropping its headers would free, in bytes."""
        return _size_of_headers(self._request_headers) + _size_of_headers(self._response_headers)

    # What is shown

    @property
    def summary(self) -> Summary:
        """How it stands, for a list."""
        if self._summary is None:
            self._summary = self._summarise()
        return self._summary

    def _summarise(self) -> Summary:
        started, finished, last = self._started, self.finished, self._attempts[-1]
        now_ms = self._last_ms if finished is None else finished.at_ms
        headers = last.headers_ms
        failed = finished is not None and finished.outcome == "failed"
        return Summary(
            call_id=started.call_id,
            method=started.method,
            url=started.url,
            path=started.path[:_TEXT_LIMIT],
            started_at=started.started_at,
            stream=started.stream,
            feature=started.feature,
            background=self.background,
            replay_of=self._replay_of,
            state=_state(finished, last),
            outcome=None if finished is None else finished.outcome,
            status=last.status if finished is None else finished.status,
            error=finished.error if finished is not None and failed else last.error,
            message=finished.message if finished is not None and failed else last.message,
            duration_ms=None if finished is None else finished.duration_ms,
            first_byte_ms=headers if finished is None else finished.first_byte_ms,
            first_token_ms=None if finished is None else finished.first_token_ms,
            bytes_sent=0 if finished is None else finished.bytes_sent,
            bytes_received=self._received if finished is None else finished.bytes_received,
            attempts=len(self._attempts),
            events=self._events,
            parts=whole_of(self._attempts, now_ms, stream=bool(self._events)),
        )

    @property
    def exchange(self) -> Exchange:
        """All that is kept of it."""
        if self._exchange is None:
            events = (*self._head, *self._tail)
            self._exchange = Exchange(
                summary=self.summary,
                request_headers=self._request_headers,
                request_body=self._request_body,
                response_headers=self._response_headers,
                response_body=self._response_body,
                events=events,
                head_events=len(self._head),
                events_left_out=self._events - len(events),
                bytes_left_out=self._bytes_cut,
                headers_dropped=self._headers_dropped,
                attempts=tuple(self._attempts),
            )
        return self._exchange


def _state(finished: CallFinished | None, last: Attempt) -> State:
    if finished is None:
        return "receiving" if last.headers_ms is not None and last.ended_ms is None else "waiting"
    if finished.outcome in {"cancelled", "abandoned"}:
        return "stopped"
    # An answer that is handed on as it is, whatever it says, is a refusal all the same.
    refused = bool(last.error) or (finished.status or 0) >= 400
    return "failed" if finished.outcome == "failed" or refused else "ok"


def _kept(body: bytes, size: int | None) -> Body:
    """Args:
    size: of the whole body, where this is only its beginning.
    """
    if len(body) <= BODY_LIMIT:
        return Body(body, size=len(body) if size is None else size)
    return Body(body[: BODY_LIMIT * 3 // 4], body[-(BODY_LIMIT // 4) :], len(body))


def _size(body: Body | None) -> int:
    return 0 if body is None else len(body.head) + len(body.tail)


def _size_of_headers(headers: Headers) -> int:
    return sum(len(name) + len(value) + 120 for name, value in headers)
