"""An answer whose headers have arrived, and whose body is still to be read."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol, TypeVar

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.network import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import httpx

    from lmstudio_tui.sdk.telemetry import Tally

T = TypeVar("T")

LONGEST_BODY = 64 * 1024 * 1024
"""Bytes. No answer that is no stream is as long as that."""


class Guard(Protocol):
    """Does something with the network: cancellable, and with nothing but the SDK's own errors."""

    def __call__(self, action: Callable[[], T], watch: Watch) -> T: ...


class Answer:
    """The answer to one call.

    Args:
        response: as it came, its body unread.
        guard: reads from it.
        watch: what a read looks at while it waits.
        tally: counts the bytes.
        heard: is told when a piece of the body has arrived.
    """

    def __init__(
        self, response: httpx.Response, guard: Guard, watch: Watch, tally: Tally, heard: Callable[[], None]
    ) -> None:
        self._response = response
        self._chunks = response.iter_bytes()
        self._guard = guard
        self._tally = tally
        self._heard = heard
        self.recording = tally.recording
        self.watch = watch
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self.charset = response.charset_encoding or ""
        """In which a text is written, as the server calls it; empty when it does not say."""
        self.framed = "content-length" in response.headers or "transfer-encoding" in response.headers
        """Whether the end of the body can be told from a cut connection."""

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives; what was given once is not given again.

        Raises:
            RequestCancelledError, ServerConnectionError, ProtocolError
        """
        recording = self.recording
        while True:
            chunk = self._guard(lambda: next(self._chunks, None), self.watch)
            if chunk is None:
                return
            self._heard()
            self._tally.received += len(chunk)
            if recording is not None:
                recording.chunk(len(chunk))
            yield chunk

    def read(self, head: bytes = b"", limit: int = LONGEST_BODY, told: int | None = None) -> bytes:
        """The whole body.

        Args:
            head: what of it was read before.
            limit: the longest that it may be, in bytes.
            told: bytes of it that the recorder is told; None tells it all.

        Raises:
            ProtocolError: when it is longer than `limit` bytes.
        """
        parts, size = [head], len(head)
        for chunk in self.chunks():
            size += len(chunk)
            if size > limit:
                raise errors.ProtocolError(f"The answer is longer than {limit:,} bytes; the rest was not read.")
            parts.append(chunk)
        body = b"".join(parts)
        if told is None or len(body) <= told:
            self.note_body(body)
        else:
            self.note_body(body[:told], len(body))
        return body

    def note_body(self, body: bytes, size: int | None = None) -> None:
        """Tell the recorder, if there is one, what was read of a body that is no stream.

        Args:
            size: bytes that were read, where `body` is only the beginning of them.
        """
        if self.recording is not None:
            self.recording.body(body, size)

    def beginning(self, limit: int, seconds: float) -> bytes:
        """At most so much of the body, read for at most so long; a failure ends it as an end would.

        Raises:
            RequestCancelledError
        """
        self.watch = self.watch.within(seconds)
        found = bytearray()
        with contextlib.suppress(errors.ServerConnectionError, errors.ProtocolError):
            for chunk in self.chunks():
                found += chunk[:limit]
                if len(found) >= limit:
                    break
        body = bytes(found[:limit])
        self.note_body(body)
        return body

    def drain(self, seconds: float) -> None:
        """Read what is left for a moment, so that the connection can be used again. It cannot be cancelled."""
        self.watch = Watch().within(seconds)
        with contextlib.suppress(errors.ServerConnectionError, errors.ProtocolError):
            for _ in self.chunks():
                pass

    def close(self) -> None:
        """Let go of it; an unfinished body closes its connection, so that the server notices."""
        with contextlib.suppress(errors.LMStudioError):
            self._guard(self._response.close, Watch())
