"""Reading the answer to a completion, whatever it turns out to be.

A stream of events, one without `[DONE]`, bare JSON lines, a whole answer or a refusal in place of a stream, or
something else altogether (server contract, 2.2 and 2.5): it is told apart by what arrives, hardly by what the headers
say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.answer import LONGEST_BODY
from lmstudio_tui.sdk.classify import complaint_of
from lmstudio_tui.sdk.gathering import MOST_WARNINGS
from lmstudio_tui.sdk.sse import EventReader, StrayLine
from lmstudio_tui.sdk.types.events import ReasoningDelta, Reclassified, StreamingDowngraded, TextDelta
from lmstudio_tui.sdk.wire import as_objects, as_text, dumped, is_object, json_or_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lmstudio_tui.sdk.answer import Answer
    from lmstudio_tui.sdk.calls import Call
    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.gathering import Gatherer
    from lmstudio_tui.sdk.sse import ServerEvent
    from lmstudio_tui.sdk.stopwatch import Stopwatch
    from lmstudio_tui.sdk.telling import Recording
    from lmstudio_tui.sdk.transport import Transport
    from lmstudio_tui.sdk.types.events import StreamEvent

_AFTER_FINISH = 5.0
"""Seconds in which usage and [DONE] may follow the last word; a server that sends neither must not keep us waiting."""
_DRAIN = 0.05
_MOST_STRAYS = 1024 * 1024
"""Bytes that may come without a single event: after that it is no stream."""
_BLANK = b"\xef\xbb\xbf \t\r\n"
_DONE = b"[DONE]"
_LONGEST_DONE = 64
"""Bytes, with blanks around it."""


class AnswerReader:
    """Reads one answer into events, and into the gatherer.

    Args:
        transport: makes the errors, with the key taken out of them.
        call: what was asked.
        gatherer: takes the chunks.
        stopwatch: is told when output arrives.
        scope: looked at between two events, so that a full packet does not outlive its cancellation.
    """

    def __init__(
        self, transport: Transport, call: Call, gatherer: Gatherer, stopwatch: Stopwatch, scope: CancelScope
    ) -> None:
        self._transport = transport
        self._call = call
        self._gatherer = gatherer
        self._stopwatch = stopwatch
        self._scope = scope
        self._strays: list[bytes] = []
        self._stray_size = 0
        self._streaming = False
        self._sensible = False
        self._skipped = 0
        self._first_skipped = ""
        self._recording: Recording | None = None
        self._over = False
        """Whether the server has said its last word, in another way than by [DONE]."""
        self.in_one_piece = not call.stream
        """Whether the answer came whole."""

    def read(self, answer: Answer) -> Iterator[StreamEvent]:
        """The events of an answer.

        Raises:
            LMStudioError: the connection's errors, what the server complains of, and `ProtocolError`.
        """
        head, chunks = _beginning(answer)
        if head.startswith(b"<"):
            answer.note_body(head)
            self._transport.parsed(head, answer)
        is_stream = _is_stream(head, answer, asked=self._call.stream)
        if not is_stream:
            yield from self._read_document(self._transport.parsed(answer.read(head), answer))
            return
        self.in_one_piece, self._recording = False, answer.recording
        yield from self._read_events(answer, head, chunks)

    # A stream

    def _read_events(self, answer: Answer, head: bytes, chunks: Iterator[bytes]) -> Iterator[StreamEvent]:
        reader = EventReader()
        gatherer, whole, recording = self._gatherer, answer.watch, answer.recording
        packet: bytes | None = head
        try:
            while packet is not None:
                deltas = gatherer.deltas
                for event in reader.feed(packet):
                    if recording is not None:
                        _note(recording, event)
                    if _is_last(event[-1]):
                        self._check_sense()
                        answer.drain(_DRAIN)
                        return
                    self._scope.raise_if_cancelled()
                    yield from self._read_event(event)
                    if self._over:
                        answer.drain(_DRAIN)
                        return
                if gatherer.finish_reason and (answer.watch is whole or deltas != gatherer.deltas):
                    answer.watch = whole.within(_AFTER_FINISH)
                packet = next(chunks, None)
            yield from self._read_end(answer, reader)
        except (errors.RequestTimeoutError, errors.ConnectionLostError, errors.ProtocolError):
            if not gatherer.finish_reason:
                raise
            yield gatherer.warn("no_done", "The stream did not end as it should ([DONE] is missing).")

    def _read_end(self, answer: Answer, reader: EventReader) -> Iterator[StreamEvent]:
        """The body has ended without [DONE]."""
        skipped = self._skipped
        for event in reader.flush():
            if answer.recording is not None:
                _note(answer.recording, event)
            if _is_last(event[-1]):
                self._check_sense()
                return
            yield from self._read_event(event)
        if self._strays and not self._streaming:
            yield from self._read_document(self._transport.parsed(b"\n".join(self._strays), answer))
            return
        gatherer = self._gatherer
        if gatherer.finish_reason:
            return
        self._check_sense()
        if not answer.framed or (gatherer.has_output and self._skipped > skipped):
            # Without [DONE], a finish reason or a framed body, an end is no end: the connection was cut. So it was
            # where the last event is half of one: a compressed body ends in good order wherever it is cut.
            raise errors.ConnectionLostError("The connection closed in the middle of the stream.")
        if gatherer.has_output:
            yield gatherer.warn("no_done", "The stream ended without saying that it was finished.")

    def _check_sense(self) -> None:
        """Raises:
        ProtocolError: when the stream held garbage, and nothing else.
        """
        if self._skipped and not self._sensible:
            raise errors.ProtocolError(
                f"The stream holds nothing that can be read; it begins {self._first_skipped!r}.",
                received=self._first_skipped,
            )

    def _read_event(self, event: ServerEvent | StrayLine) -> list[StreamEvent]:
        raw = event[-1]
        # Nothing but an object means anything, and to find out that garbage is no JSON takes its time.
        body = json_or_none(raw) if raw.startswith(b"{") or raw.lstrip().startswith(b"{") else None
        if isinstance(event, StrayLine):
            if is_object(body) and ("choices" in body or "usage" in body or complaint_of(body) is not None):
                return self._read_chunk(body, raw)
            return self._note_stray(raw)
        if event.name == "error":
            self._fail(body, raw)
        if is_object(body):
            return self._read_chunk(body, raw)
        return [*self._begin(), *self._garbage(raw)] if raw.strip() else []

    def _read_chunk(self, chunk: dict[str, Any], raw: bytes) -> list[StreamEvent]:
        gatherer = self._gatherer
        self._sensible = True
        begun = [] if self._streaming else self._begin()
        deltas = gatherer.deltas
        found = gatherer.add(chunk)
        if gatherer.deltas != deltas:
            self._stopwatch.output()
            if self._recording is not None:
                self._recording.output()
        if ("error" in chunk or not chunk.get("choices")) and complaint_of(chunk) is not None:
            self._fail(chunk, raw)
        return begun + found if begun else found

    def _note_stray(self, line: bytes) -> list[StreamEvent]:
        """A line between events is skipped; lines before any may turn out to be a document."""
        if self._streaming:
            return self._garbage(line)
        self._strays.append(line)
        self._stray_size += len(line)
        if self._stray_size > _MOST_STRAYS:
            shown = self._transport.shown(b"\n".join(self._strays), 160)
            raise errors.ProtocolError(f"The answer is no stream: it begins {shown!r}.", received=shown)
        return []

    def _begin(self) -> list[StreamEvent]:
        """There is an event: it is a stream, and the lines before it were garbage."""
        if self._streaming:
            return []
        self._streaming = True
        return [warning for line in self._strays for warning in self._garbage(line)]

    def _garbage(self, line: bytes) -> list[StreamEvent]:
        """What is said of a line that is skipped: nothing, after many of them."""
        self._skipped += 1
        if self._skipped > MOST_WARNINGS:
            return []
        shown = self._transport.shown(line, 80)
        self._first_skipped = self._first_skipped or shown
        return [self._gatherer.warn("garbage", f"A line of the stream was skipped: {shown!r}.")]

    def _fail(self, body: object, raw: bytes) -> None:
        """The server says within the stream that it failed.

        Raises:
            StatusError: of the kind that its words stand for.
        """
        if complaint_of(body) is None:
            text = as_text(body.get("message")) if is_object(body) else ""
            said = text or self._transport.shown(raw, 400)
            body = {"error": said or "The server reported an error and did not say which."}
        raise self._transport.refusal(200, body, "", self._call)

    # A document

    def _read_document(self, body: object) -> Iterator[StreamEvent]:
        """A body that is no stream: a whole answer, a refusal, or neither (server contract, 2.5)."""
        choices: Any = body.get("choices") if is_object(body) else None
        gatherer = self._gatherer
        found = [*gatherer.add(body), *gatherer.finish()] if is_object(body) and choices else []
        if complaint_of(body) is not None and not gatherer.has_output:
            raise self._transport.refusal(200, body, "", self._call)
        if not choices:
            shown = self._transport.shown(dumped(body).encode("utf-8", "replace"), 160)
            raise errors.ProtocolError(f"The answer holds no choices: {shown}", received=shown)
        self._stopwatch.output()
        self.in_one_piece = True
        if self._call.stream:
            yield StreamingDowngraded("The server sent the answer in one piece.")
        yield from self._settled(found)

    def _settled(self, found: list[StreamEvent]) -> list[StreamEvent]:
        """The events of a whole answer: what is its reasoning is known before any of it is given."""
        if not any(isinstance(event, Reclassified) for event in found):
            return found
        text, reasoning = self._gatherer.text, self._gatherer.reasoning
        rest = [event for event in found if not isinstance(event, TextDelta | ReasoningDelta | Reclassified)]
        told: list[StreamEvent] = [ReasoningDelta(reasoning)] if reasoning else []
        return [*told, TextDelta(text), *rest] if text else [*told, *rest]


def _is_last(raw: bytes) -> bool:
    """Whether the server says that there is no more."""
    return len(raw) < _LONGEST_DONE and raw.strip() == _DONE


def _note(recording: Recording, event: ServerEvent | StrayLine) -> None:
    """Tell a recorder of what came in a stream."""
    recording.event("" if isinstance(event, StrayLine) else event.name, event[-1], stray=isinstance(event, StrayLine))


def _beginning(answer: Answer) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes that mean something, and the rest; of a line of JSON all of it, to see what it is.

    Raises:
        ProtocolError: when nothing but blanks comes.
    """
    chunks = answer.chunks()
    head, blanks = b"", 0
    while not head:
        packet = next(chunks, None)
        if packet is None:
            return b"", chunks
        head = packet.lstrip(_BLANK)
        blanks += len(packet)
        if blanks > LONGEST_BODY and not head:
            raise errors.ProtocolError("The answer holds nothing but blanks; the rest was not read.")
    if not head.startswith(b"{"):
        return head, chunks
    parts, size = [head], len(head)
    while b"\n" not in parts[-1] and size <= LONGEST_BODY:
        packet = next(chunks, None)
        if packet is None:
            break
        parts.append(packet)
        size += len(packet)
    return b"".join(parts), chunks


def _is_stream(head: bytes, answer: Answer, *, asked: bool) -> bool:
    """Whether a body is a stream of events or of JSON lines."""
    declared = answer.content_type == "text/event-stream"
    if head.startswith(b"{"):
        line, newline, _ = head.partition(b"\n")
        return bool(newline) and (declared or _is_chunk(json_or_none(line)))
    if head.startswith(b"["):
        return declared
    return asked or declared or head.startswith((b"data:", b"event:", b"id:", b":"))


def _is_chunk(body: object) -> bool:
    """Whether a line of JSON is a piece of an answer rather than a whole one."""
    choices = as_objects(body.get("choices")) if is_object(body) else []
    return any("delta" in one or ("message" not in one and one.get("finish_reason") is None) for one in choices)
