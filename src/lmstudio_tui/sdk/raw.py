"""Sending what somebody else has put together, byte for byte, as an inspector does that repeats a request."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.transport import Transport
from lmstudio_tui.sdk.wire import is_object, json_or_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.telemetry import Tally


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
        from lmstudio_tui.sdk.raw_reading import Reading

        started = time.monotonic()
        with self._accounts.of(call, self._context(call)) as tally:
            tally.sent = len(call.raw or b"")
            answer = self._send(call, scope, tally)
            try:
                reading = Reading(self, call, answer)
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
