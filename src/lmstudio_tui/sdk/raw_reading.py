"""Reading whatever came back for bytes that were sent as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.sdk.answer import LONGEST_BODY
from lmstudio_tui.sdk.classify import complaint_of, is_refusal
from lmstudio_tui.sdk.gathering import Gatherer
from lmstudio_tui.sdk.sse import EventReader, StrayLine
from lmstudio_tui.sdk.wire import is_object, json_or_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lmstudio_tui.sdk.answer import Answer
    from lmstudio_tui.sdk.raw import RawCall, RawTransport
    from lmstudio_tui.sdk.sse import ServerEvent

_DRAIN = 0.05
_STREAMS = (b"data:", b"event:", b"id:", b":")


class Reading:
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
