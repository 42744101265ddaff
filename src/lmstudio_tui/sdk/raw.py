"""Sending what somebody else has put together, byte for byte, as an inspector does that repeats a request."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.answer import LONGEST_BODY
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.classify import complaint_of, is_refusal
from lmstudio_tui.sdk.gathering import Gatherer
from lmstudio_tui.sdk.sse import EventReader, StrayLine
from lmstudio_tui.sdk.transport import Transport
from lmstudio_tui.sdk.wire import is_object, json_or_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from lmstudio_tui.sdk.answer import Answer
    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.sse import ServerEvent
    from lmstudio_tui.sdk.telemetry import Tally

_DRAIN = 0.05
_STREAMS = (b"data:", b"event:", b"id:", b":")


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What came back for bytes that were sent as they are.

    Attributes:
        status: the HTTP status, whatever it is.
        headers: names in lower case, and values.
        size: bytes of the body that were read, decompressed.
        duration_ms: from the call to the last byte.
        events: how many events came; 0 of an answer that is no stream.
        complaint: what the server says is wrong, without the key; empty when it does not complain.
        cut: whether the body was longer than what is read of one.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    size: int
    duration_ms: float
    events: int = 0
    complaint: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class RawCall(Call):
    """A call whose body is ready: `raw`, and the `content_type` that it has."""

    raw: bytes | None = None
    content_type: str = "application/json"


def raw_call(method: str, target: str, body: bytes | None, content_type: str) -> RawCall:
    """The call of these bytes.

    Args:
        target: the path below the base URL, with its query.

    Raises:
        ValidationError: the method is another than GET and POST, or the target is no path.
    """
    if method not in {"GET", "POST"}:
        raise errors.ValidationError(f"Only GET and POST can be sent, not {method!r}.", field="method")
    # What does not begin with a slash would become a part of the host's name.
    if not target.startswith("/") or target.startswith("//"):
        raise errors.ValidationError("The path must begin with one slash.", field="path")
    parts = urlsplit(target)
    asked = None if body is None else json_or_none(body)
    return RawCall(
        method,
        parts.path,
        "replay",
        params=dict(parse_qsl(parts.query, keep_blank_values=True)),
        works=method == "POST",
        stream=is_object(asked) and asked.get("stream") is True,
        raw=body,
        content_type=content_type,
    )


class RawTransport(Transport):
    """A transport that also sends bytes as they are, once, and takes whatever comes back for an answer."""

    def send(self, call: RawCall, scope: CancelScope | None = None) -> RawAnswer:
        """Send the call and read the whole answer.

        Raises:
            LMStudioError: connection errors, `RequestCancelledError`, and `ProtocolError` for an endless event.
        """
        started = time.monotonic()
        with self._accounts.of(call, self._context(call)) as tally:
            tally.sent = len(call.raw or b"")
            answer = self._send(call, scope, tally)
            try:
                reading = _Reading(self, call, answer)
                reading.run()
            finally:
                answer.close()
            return RawAnswer(
                status=answer.status,
                headers=tuple((name.lower(), value) for name, value in answer.headers.items()),
                size=tally.received,
                duration_ms=(time.monotonic() - started) * 1000,
                events=reading.events,
                complaint=reading.complaint,
                cut=reading.cut,
            )

    def _exchange(self, call: Call, content: bytes | None, tally: Tally) -> httpx.Response:
        return super()._exchange(call, call.raw if isinstance(call, RawCall) else content, tally)

    def _request(self, call: Call, content: bytes | Iterator[bytes] | None) -> httpx.Request:
        request = super()._request(call, content)
        if isinstance(call, RawCall) and content is not None:
            request.headers["content-type"] = call.content_type
        return request


class _Reading:
    """Reads one answer to its end, as a stream or in one piece, and tells the recorder."""

    def __init__(self, transport: RawTransport, call: RawCall, answer: Answer) -> None:
        self.events = 0
        self.complaint = ""
        self.cut = False
        self._transport = transport
        self._call = call
        self._answer = answer
        self._gatherer: Gatherer | None = Gatherer()

    def run(self) -> None:
        """Read all of it."""
        chunks = self._answer.chunks()
        head = next(chunks, b"")
        good = 200 <= self._answer.status < 300
        declared = self._answer.content_type == "text/event-stream"
        if good and (declared or (self._call.stream and head.lstrip().startswith(_STREAMS))):
            self._read_events(head, chunks)
        else:
            self._read_body(head, chunks)

    def _read_body(self, head: bytes, chunks: Iterator[bytes]) -> None:
        parts, size = [head], len(head)
        for chunk in chunks:
            parts.append(chunk)
            size += len(chunk)
            if size > LONGEST_BODY:
                self.cut = True
                break
        raw = b"".join(parts)[:LONGEST_BODY]
        self._answer.note_body(raw)
        status = self._answer.status
        body = json_or_none(raw) if raw.lstrip().startswith((b"{", b"[")) else None
        if not 200 <= status < 300 or is_refusal(body):
            self._complain(status, body, raw)

    def _read_events(self, head: bytes, chunks: Iterator[bytes]) -> None:
        reader = EventReader()
        packet: bytes | None = head
        while packet is not None:
            if self._note(reader.feed(packet)):
                # A server that leaves the connection open after its last word is not waited for.
                self._answer.drain(_DRAIN)
                return
            packet = next(chunks, None)
        self._note(reader.flush())

    def _note(self, events: list[ServerEvent | StrayLine]) -> bool:
        """Tell of some events; whether the last one was among them."""
        recording = self._answer.recording
        for event in events:
            name, data = ("", event.line) if isinstance(event, StrayLine) else (event.name, event.data)
            self.events += 1
            if recording is not None:
                recording.event(name, data, stray=isinstance(event, StrayLine))
            if data.strip() == b"[DONE]":
                return True
            self._look(name, data)
        return False

    def _look(self, name: str, data: bytes) -> None:
        """Notice the first output of a model, and what a server complains of."""
        suspect = not self.complaint and (name == "error" or b'"error"' in data)
        if self._gatherer is None and not suspect:
            return
        body = json_or_none(data) if data.lstrip().startswith(b"{") else None
        if not is_object(body):
            return
        if suspect and not body.get("choices") and complaint_of(body) is not None:
            self._complain(200, body, b"")
        if self._gatherer is not None:
            self._gatherer.add(body)
            if self._gatherer.deltas:
                self._gatherer = None
                if self._answer.recording is not None:
                    self._answer.recording.output()

    def _complain(self, status: int, body: object, raw: bytes) -> None:
        failure = self._transport.refusal(status, body, raw.decode("utf-8", "replace"), self._call)
        self.complaint = failure.message
        if self._answer.recording is not None:
            self._answer.recording.failed(failure, None)
