"""Telling a recorder about calls, with every secret taken out of what it is told."""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from lmstudio_tui.sdk.errors import RequestCancelledError
from lmstudio_tui.sdk.recording import (
    AttemptFailed,
    BodyReceived,
    CallFinished,
    CallStarted,
    ChunkReceived,
    Connected,
    EventReceived,
    HeadersReceived,
)
from lmstudio_tui.sdk.redaction import PLACEHOLDER, Redactor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lmstudio_tui.sdk.calls import Call
    from lmstudio_tui.sdk.errors import LMStudioError
    from lmstudio_tui.sdk.recording import Headers, Moment, Outcome, Recorder
    from lmstudio_tui.sdk.telemetry import Tally

_log = logging.getLogger(__name__)

_SECRET_NAME = re.compile(r"auth|key|token|secret|cookie|password")
_SECRET_ANSWER = re.compile(r"authorization|authentication|api-?key|secret|cookie|password|(?:^|-)token$")
_SCHEME = re.compile(r"(?i)(bearer|basic) ")

_REMEMBERED_SIZES = range(16 * 1024, 4 * 1024 * 1024)
_MOST_REMEMBERED = 4
"""Answers that are looked at again and again: a server's lists of models are long, and mostly stay the same."""


class Teller:
    """Makes the recordings of calls.

    Args:
        recorder: is told.
        secrets: appear in nothing that it is told, nor as they are written within JSON or an address.
    """

    def __init__(self, recorder: Recorder, secrets: Iterable[str]) -> None:
        self.recorder = recorder
        plain = list(secrets)
        written = [form for secret in plain for form in (json.dumps(secret)[1:-1], quote(secret, ""), quote(secret))]
        self.redact = Redactor([*plain, *written, *map(quote_plus, plain)])
        self._cleaned: dict[str, tuple[bytes, bytes]] = {}

    def begin(self, call: Call, tally: Tally) -> Recording:
        """The recording of a call that is about to be sent."""
        return Recording(self, call, tally)

    def clean(self, raw: bytes) -> bytes:
        """A body without the keys; all its other bytes stay as they are."""
        try:
            return self.redact(raw.decode()).encode()
        except UnicodeDecodeError:
            return self.redact(raw.decode("latin-1")).encode("latin-1")

    def clean_answer(self, path: str, raw: bytes) -> bytes:
        """As `clean`, for the answer at a path; a long one that is the same as the last time costs nothing."""
        if len(raw) not in _REMEMBERED_SIZES:
            return self.clean(raw)
        before, cleaned = self._cleaned.get(path, (b"", b""))
        if raw != before:
            cleaned = self.clean(raw)
            if path in self._cleaned or len(self._cleaned) < _MOST_REMEMBERED:
                self._cleaned[path] = (raw, cleaned)
        return cleaned

    def headers(self, pairs: Iterable[tuple[str, str]], secret_names: re.Pattern[str]) -> Headers:
        """Headers with the secret ones hidden."""
        return tuple((self.redact(name.lower()), self._value(name, value, secret_names)) for name, value in pairs)

    def _value(self, name: str, value: str, secret_names: re.Pattern[str]) -> str:
        if secret_names.search(name.lower()) is None:
            return self.redact(value)
        scheme = _SCHEME.match(value)
        return f"{scheme[1]} {PLACEHOLDER}" if scheme else PLACEHOLDER


class Recording:
    """Tells about one call. Used by the thread that makes it.

    Args:
        teller: to whom, and without what.
        call: what is asked.
        tally: what is counted of it.
    """

    def __init__(self, teller: Teller, call: Call, tally: Tally) -> None:
        self._teller = teller
        self._call = call
        self._tally = tally
        self._id = uuid.uuid4().hex
        self._begun = False
        self._muted = False
        self._marks: dict[str, float] = {}
        self._first_token: float | None = None

    def sending(
        self, url: str, headers: Iterable[tuple[str, str]], body: bytes | None, size: int | None = None
    ) -> None:
        """An attempt begins; the first one begins the call. `size` is that of a body of which only the head is here."""
        self._marks = {"begun": time.monotonic()}
        if self._begun:
            return
        self._begun = True
        teller, call = self._teller, self._call
        started = CallStarted(
            call_id=self._id,
            method=call.method,
            url=teller.redact(url),
            path=teller.redact(call.path),
            headers=teller.headers(headers, _SECRET_NAME),
            body=None if body is None else teller.clean(body),
            stream=call.stream,
            started_at=self._tally.started_at,
            feature=call.feature,
            background=call.background,
            body_size=None if body is None or size == len(body) else size,
        )
        self._tell(started)

    def trace(self, event: str, _: Mapping[str, object]) -> None:
        """httpcore's own report of what it does, by the names of its steps."""
        self._marks[event.partition(".")[2]] = time.monotonic()
        if event.endswith("send_request_headers.started"):
            connect = self._between("connect_tcp.started", "connect_tcp.complete")
            if connect is not None:
                tls = self._between("start_tls.started", "start_tls.complete")
                self._tell(Connected(self._id, self._now(), self._tally.attempts, connect, tls))

    def answered(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """The headers of an answer have come."""
        self._marks["answered"] = time.monotonic()
        shown = self._teller.headers(headers, _SECRET_ANSWER)
        self._tell(HeadersReceived(self._id, self._now(), self._tally.attempts, status, shown))

    def failed(self, error: LMStudioError, wait: float | None) -> None:
        """An attempt has failed; the next begins after so many seconds, None when there is none."""
        if not self._begun:
            return
        moment = AttemptFailed(
            call_id=self._id,
            at_ms=self._now(),
            attempt=self._tally.attempts,
            error=type(error).__name__,
            message=self._teller.redact(error.message),
            status=self._tally.status,
            retry_in_ms=None if wait is None else wait * 1000,
        )
        self._tell(moment)

    def chunk(self, size: int) -> None:
        """A piece of a body has come."""
        self._tell(ChunkReceived(self._id, self._now(), size))

    def event(self, name: str, data: bytes, *, stray: bool = False) -> None:
        """An event of a stream, or a line that is none."""
        redact = self._teller.redact
        text = redact(data.decode("utf-8", "replace"))
        self._tell(EventReceived(self._id, self._now(), redact(name), text, stray))

    def output(self) -> None:
        """A model has put something out."""
        if self._first_token is None:
            self._first_token = time.monotonic()

    def body(self, raw: bytes, size: int | None = None) -> None:
        """A body that is no stream was read; `size` is its own, where this is only its beginning."""
        clean = self._teller.clean_answer(self._call.path, raw)
        self._tell(BodyReceived(self._id, self._now(), clean, size))

    def finished(self, error: BaseException | None) -> None:
        """It is over."""
        if not self._begun:
            return
        tally, now = self._tally, self._now()
        first = tally.first_byte
        connect = self._between("connect_tcp.started", "connect_tcp.complete")
        tls = self._between("start_tls.started", "start_tls.complete")
        sent = "send_request_body.complete" if "send_request_body.complete" in self._marks else "begun"
        finished = CallFinished(
            call_id=self._id,
            at_ms=now,
            outcome=_outcome(error),
            error=type(error).__name__ if error is not None else "",
            message=self._teller.redact(str(error)) if error is not None else "",
            status=tally.status,
            attempts=tally.attempts,
            bytes_sent=tally.sent,
            bytes_received=tally.received,
            duration_ms=now,
            connect_ms=None if connect is None else connect + (tls or 0.0),
            send_ms=self._between("send_request_headers.started", "send_request_body.complete"),
            wait_ms=self._between(sent, "answered"),
            first_byte_ms=None if first is None else self._since_start(first),
            first_token_ms=None if self._first_token is None else self._since_start(self._first_token),
            stream_ms=None if first is None else now - self._since_start(first),
        )
        self._tell(finished)

    def _now(self) -> float:
        return self._since_start(time.monotonic())

    def _since_start(self, moment: float) -> float:
        return (moment - self._tally.started) * 1000

    def _between(self, first: str, last: str) -> float | None:
        """Milliseconds between two marks; None unless both are set."""
        start, end = self._marks.get(first), self._marks.get(last)
        return None if start is None or end is None else (end - start) * 1000

    def _tell(self, moment: Moment) -> None:
        if self._muted:
            return
        try:
            self._teller.recorder.record(moment)
        except Exception:  # noqa: BLE001 - a recorder's mistake must not cost the caller the answer
            self._muted = True
            _log.exception("a recorder failed; it is told no more of this call")


def _outcome(error: BaseException | None) -> Outcome:
    match error:
        case None:
            return "ok"
        case GeneratorExit():
            return "abandoned"
        case RequestCancelledError():
            return "cancelled"
        case _:
            return "failed"
