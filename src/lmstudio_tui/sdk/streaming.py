"""Streams: an answer as typed events, while it is made.

Server contract, section 1 ("Streaming"): a stream that fails before any output is tried once more after
`stream_retry_ms`, then asked for in one piece, and `StreamingDowngraded` says so. One that fails after output began keeps
what had arrived. What may come in place of a stream is in 2.5.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
import uuid
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.cancellation import CancelScope
from lmstudio_tui.sdk.classify import complaint_of, shortened
from lmstudio_tui.sdk.gathering import EMPTY_ANSWER, ONLY_REASONING, Gatherer
from lmstudio_tui.sdk.network import Watch
from lmstudio_tui.sdk.sse import EventReader, EventTooLargeError, StrayLine
from lmstudio_tui.sdk.transport import Call
from lmstudio_tui.sdk.types.chat import (
    ChatCompletionRequest,
    ChatCompletionResponse,
    Choice,
    Completion,
    CompletionRequest,
    CompletionResponse,
    ServerStats,
    Timings,
)
from lmstudio_tui.sdk.types.events import (
    PartialCompletion,
    StreamFinished,
    StreamingDowngraded,
    StreamRetried,
    UsageReported,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lmstudio_tui.sdk.errors import LMStudioError
    from lmstudio_tui.sdk.sse import ServerEvent
    from lmstudio_tui.sdk.transport import Answer, Transport
    from lmstudio_tui.sdk.types.events import StreamEvent

R = TypeVar("R", bound=Completion)

_AFTER_FINISH = 5.0
"""Seconds in which usage and [DONE] may follow the last word; a server that sends neither must not keep us waiting."""
_DRAIN = 0.05
_NO_STREAMS = re.compile(r"\bstream(ing|s|ed)?\b(?!_)")


class _BrokenError(Exception):
    """The stream failed before any output, in a way that a second try may mend."""

    def __init__(self, error: LMStudioError) -> None:
        super().__init__(str(error))
        self.error = error


class CompletionStream(ABC, Generic[R]):
    """An answer while it is made: iterate over it for its events, in a `with` block, so that it is always closed.

    Nothing is sent before the first event is asked for. One thread iterates; `cancel` and `partial` are for any thread.

    Attributes:
        stream_id: names this stream.
        model_id: the model that was asked, "" when the server was to choose.
        prompt_hash: the first 16 hexadecimal digits of the prompt's SHA-256.
        scope: cancels this stream.
    """

    def __init__(
        self,
        transport: Transport,
        request: ChatCompletionRequest | CompletionRequest,
        *,
        scope: CancelScope | None = None,
        stream: bool = True,
    ) -> None:
        self.stream_id = uuid.uuid4().hex
        self.model_id = request.model or ""
        self.scope = scope or CancelScope()
        self._transport = transport
        self._request = request
        self._streamed = stream
        self._prompt = _prompt_of(request)
        self.prompt_hash = hashlib.sha256(self._prompt.encode("utf-8", "replace")).hexdigest()[:16]
        self._gatherer = Gatherer(request.model)
        self._downgraded = False
        self._without_options = False
        self._sent_at = self._first_at = self._last_at = 0.0
        self._result: R | None = None
        self._events = self._run()

    # The caller's side

    def __iter__(self) -> Iterator[StreamEvent]:
        return self

    def __next__(self) -> StreamEvent:
        return next(self._events)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the stream; an unfinished one closes its connection. In the iterating thread only."""
        self._events.close()

    def cancel(self) -> None:
        """End it, from any thread; the iterating one gets `RequestCancelledError`."""
        self.scope.cancel()

    @property
    def partial(self) -> PartialCompletion:
        """What has arrived so far, at any time, also after a failure."""
        return self._gatherer.partial

    @property
    def cursor(self) -> int:
        """How many characters of answer and reasoning were delivered."""
        return self.partial.cursor

    @property
    def timings(self) -> Timings:
        """What was measured so far."""
        first = self._first_at - self._sent_at if self._first_at and self._streamed else None
        usage = self._gatherer.usage
        span = self._last_at - self._first_at
        tokens = usage.completion_tokens if usage else self._gatherer.estimated_usage(0).completion_tokens
        # The first token ends the wait; the rate is that of the ones after it.
        rate = (tokens - 1) / span if self._streamed and tokens > 1 and span > 0.001 else None
        now = self._last_at if self._result else time.monotonic()
        return Timings(
            duration_ms=max(0.0, (now - self._sent_at) * 1000) if self._sent_at else 0.0,
            time_to_first_token_ms=None if first is None else first * 1000,
            tokens_per_second=rate,
        )

    @property
    def result(self) -> R:
        """The whole answer, once the stream has ended.

        Raises:
            StreamingError: when it has not, with what there is in `partial`.
        """
        if self._result is None:
            raise errors.StreamingError("The stream has not ended.", partial=self.partial, hint="Iterate to its end.")
        return self._result

    def run(self) -> R:
        """Iterate to the end and give the whole answer."""
        for _ in self:
            pass
        return self.result

    # What differs between chat and legacy completions

    @abstractmethod
    def _call(self, *, stream: bool) -> Call:
        """The call to send."""

    @abstractmethod
    def _response(self, values: Mapping[str, Any]) -> R:
        """The whole answer from its parts."""

    # The work

    def _run(self) -> Iterator[StreamEvent]:
        self._sent_at = time.monotonic()
        try:
            yield from self._attempts() if self._streamed else self._buffered()
            yield from self._end()
        except errors.LMStudioError as error:
            if isinstance(error, errors.StreamingError):
                error.partial = self.partial
            error.with_context(stream_id=self.stream_id, model=self.model_id or None)
            raise

    def _attempts(self) -> Iterator[StreamEvent]:
        """Stream; once more; in one piece."""
        try:
            yield from self._stream()
            return
        except _BrokenError as broken:
            first = broken
        yield StreamRetried(first.error.message)
        self.scope.wait(self._transport.config.stream_retry_ms / 1000)
        try:
            yield from self._stream()
        except _BrokenError as second:
            self._downgraded = True
            yield StreamingDowngraded(second.error.message)
            self._streamed = False
            yield from self._buffered()

    def _stream(self) -> Iterator[StreamEvent]:
        """One attempt at a stream.

        Raises:
            _BrokenError: when it failed before any output and may be tried again.
        """
        try:
            with self._transport.open(self._call(stream=True), self.scope) as answer:
                yield from self._read(answer)
        except errors.ConnectionLostError as error:
            if self._gatherer.has_output:
                raise self._interrupted(error) from error
            raise _BrokenError(error) from error
        except errors.ProtocolError as error:
            if self._gatherer.has_output:
                raise self._interrupted(error) from error
            raise
        except errors.RequestTimeoutError as error:
            if self._gatherer.has_output:
                raise self._interrupted(error) from error
            raise
        except (errors.BadRequestError, errors.ServerFailureError, errors.FeatureUnavailableError) as error:
            words = error.message.lower()
            if "stream_options" in words and not self._without_options:
                # The server knows no usage in streams; it has refused before it began.
                self._without_options = True
                yield from self._stream()
            elif not self._gatherer.has_output and _NO_STREAMS.search(words):
                raise _BrokenError(error) from error
            else:
                raise

    def _read(self, answer: Answer) -> Iterator[StreamEvent]:
        """The events of an answer, whatever it turns out to be."""
        chunks = answer.chunks()
        head = b""
        for packet in chunks:
            head += packet
            if head.strip():
                break
        lead = head.lstrip()[:1]
        declared = answer.content_type == "text/event-stream"
        if lead == b"<" or (lead in {b"{", b"["} and not declared):
            rest = _gathered(chunks, head)
            yield from self._in_place_of_stream(rest, answer)
            return
        yield from self._read_events(answer, head, chunks)

    def _read_events(self, answer: Answer, head: bytes, chunks: Iterator[bytes]) -> Iterator[StreamEvent]:
        reader = EventReader()
        gatherer = self._gatherer
        packet: bytes | None = head
        try:
            while packet is not None:
                for event in reader.feed(packet):
                    if _is_done(event):
                        answer.drain(_DRAIN)
                        return
                    yield from self._read_event(event)
                if gatherer.finish_reason and answer.watch.deadline is None:
                    answer.watch = Watch(self.scope, time.monotonic() + _AFTER_FINISH)
                packet = next(chunks, None)
            for event in reader.flush():
                if _is_done(event):
                    return
                yield from self._read_event(event)
        except EventTooLargeError as error:
            raise errors.ProtocolError(f"The stream cannot be read: {error}.") from error
        except (errors.RequestTimeoutError, errors.ConnectionLostError):
            if not gatherer.finish_reason:
                raise
            yield gatherer.warn("no_done", "The stream did not end as it should ([DONE] is missing).")
            return
        self._check_end(answer)
        if gatherer.has_output and not gatherer.finish_reason:
            yield gatherer.warn("no_done", "The stream ended without saying that it was finished.")

    def _check_end(self, answer: Answer) -> None:
        """Without [DONE], a finish reason or a framed body, an end is no end: the connection was cut."""
        if self._gatherer.finish_reason or answer.framed:
            return
        raise errors.ConnectionLostError("The connection closed in the middle of the stream.")

    def _read_event(self, event: ServerEvent | StrayLine) -> Iterator[StreamEvent]:
        gatherer = self._gatherer
        if isinstance(event, StrayLine):
            body = _json_of(event.line)
            if complaint_of(body) is not None:
                self._fail(body, "")
            yield gatherer.warn("garbage", f"A line of the stream was skipped: {self._shown(event.line)!r}.")
            return
        raw = b"\n".join(event.data)
        body = _json_of(raw)
        bodies = [body] if body is not None or len(event.data) < 2 else [_json_of(line) for line in event.data]
        for chunk in bodies:
            if isinstance(chunk, dict):
                said = complaint_of(chunk)
                if event.name == "error" or (said is not None and not chunk.get("choices")):
                    self._fail(chunk, self._shown(raw))
                had_output = gatherer.has_output
                found = gatherer.add(chunk)
                if gatherer.has_output and found:
                    self._note_time(first=not had_output)
                yield from found
            elif event.name == "error":
                self._fail(None, self._shown(raw) or "The server reported an error and did not say which.")
            elif raw.strip():
                yield gatherer.warn("garbage", f"A line of the stream was skipped: {self._shown(raw)!r}.")

    def _note_time(self, *, first: bool) -> None:
        self._last_at = time.monotonic()
        if first:
            self._first_at = self._last_at

    def _shown(self, raw: bytes) -> str:
        return self._transport.redact(shortened(raw[:400].decode("utf-8", "replace"), 80))

    def _fail(self, body: object, raw: str) -> None:
        """The server says within the stream that it failed.

        Raises:
            StatusError: of the kind that its words stand for, before any output.
            StreamInterruptedError: after output began; the former is its cause.
        """
        if complaint_of(body) is None:
            text = body.get("message") if isinstance(body, dict) else None
            body = {"error": text if isinstance(text, str) else raw}
        refusal = self._transport.refusal(200, body, raw, self._call(stream=True))
        if not self._gatherer.has_output:
            raise refusal
        raise self._interrupted(refusal) from refusal

    def _interrupted(self, error: LMStudioError) -> errors.StreamInterruptedError:
        specific = isinstance(error, errors.StatusError)
        return errors.StreamInterruptedError(
            f"The answer was interrupted: {error.message}",
            partial=self.partial,
            hint=error.hint if specific else None,
            context={**error.context, "cause": type(error).__name__},
        )

    def _in_place_of_stream(self, raw: bytes, answer: Answer) -> Iterator[StreamEvent]:
        """A body that is no stream: a refusal, a whole answer, or neither (server contract, 2.5)."""
        body = self._transport.parsed(raw, answer)
        self._refuse_if_error(body, answer)
        self._streamed = False
        self._downgraded = True
        yield StreamingDowngraded("The server sent the answer in one piece.")
        yield from self._whole(body)

    def _refuse_if_error(self, body: object, answer: Answer) -> None:
        has_choices = isinstance(body, dict) and bool(body.get("choices"))
        if complaint_of(body) is not None and not has_choices:
            raise self._transport.refusal(answer.status, body, "", self._call(stream=True))
        if not has_choices:
            text = self._transport.redact(shortened(json.dumps(body, ensure_ascii=False), 160))
            raise errors.ProtocolError(f"The answer holds no choices: {text}", received=text)

    def _buffered(self) -> Iterator[StreamEvent]:
        """One request for the whole answer."""
        with self._transport.open(self._call(stream=False), self.scope) as answer:
            raw = answer.read()
            if raw.lstrip()[:5] in {b"data:", b"event"}:
                # Asked for one piece, it streams all the same.
                for event in [*(reader := EventReader()).feed(raw), *reader.flush()]:
                    if _is_done(event):
                        return
                    yield from self._read_event(event)
                return
            body = self._transport.parsed(raw, answer)
            self._refuse_if_error(body, answer)
        yield from self._whole(body)

    def _whole(self, body: Mapping[str, Any]) -> Iterator[StreamEvent]:
        found = self._gatherer.add(body)
        self._note_time(first=True)
        yield from found

    def _end(self) -> Iterator[StreamEvent]:
        """What is to be said at the end, and the result."""
        gatherer = self._gatherer
        yield from gatherer.finish()
        if not gatherer.text.strip() and gatherer.reasoning and self._wants_json and _is_json(gatherer.reasoning):
            yield from gatherer.adopt_reasoning()
        if not gatherer.text and not gatherer.tool_calls:
            code, message = ("only_reasoning", ONLY_REASONING) if gatherer.reasoning else ("empty", EMPTY_ANSWER)
            yield gatherer.warn(code, message)
        if gatherer.usage is None or (gatherer.has_output and not gatherer.usage.completion_tokens):
            gatherer.usage = gatherer.estimated_usage(len(self._prompt))
            yield UsageReported(gatherer.usage)
        if not self._last_at:
            self._last_at = time.monotonic()
        self._result = self._response(self._summary())
        yield StreamFinished(gatherer.finish_reason)

    @property
    def _wants_json(self) -> bool:
        return isinstance(self._request, ChatCompletionRequest) and self._request.wants_json

    def _summary(self) -> dict[str, Any]:
        gatherer = self._gatherer
        stats = ServerStats.read(gatherer.stats) if gatherer.stats else None
        timings = self.timings
        if stats is not None and stats.tokens_per_second:
            first = stats.time_to_first_token
            timings = Timings(
                duration_ms=timings.duration_ms,
                time_to_first_token_ms=timings.time_to_first_token_ms if first is None else first * 1000,
                tokens_per_second=stats.tokens_per_second,
                measured_by="server",
            )
        message = {
            "content": gatherer.text,
            "reasoning_content": gatherer.reasoning,
            "tool_calls": gatherer.tool_calls,
        }
        return {
            "id": gatherer.id,
            "created": gatherer.created,
            "model": gatherer.model,
            "requested_model": self._request.model,
            "text": gatherer.text,
            "reasoning": gatherer.reasoning,
            "tool_calls": gatherer.tool_calls,
            "finish_reason": gatherer.finish_reason,
            "usage": gatherer.usage,
            "stats": stats,
            "timings": timings,
            "system_fingerprint": gatherer.system_fingerprint,
            "choices": (Choice.read({"message": message, "finish_reason": gatherer.finish_reason}),),
            "downgraded": self._downgraded,
            "warnings": tuple(gatherer.warnings),
        }

    def _payload(self, *, stream: bool) -> dict[str, Any]:
        body = self._request.payload(stream=stream)
        if self._without_options:
            body.pop("stream_options", None)
        return body


class ChatStream(CompletionStream[ChatCompletionResponse]):
    """The answer to a chat request, while it is made."""

    def _call(self, *, stream: bool) -> Call:
        body = self._payload(stream=stream)
        return Call("POST", "/v1/chat/completions", "chat", body=body, works=True, stream=stream)

    def _response(self, values: Mapping[str, Any]) -> ChatCompletionResponse:
        return ChatCompletionResponse(**values)


class TextStream(CompletionStream[CompletionResponse]):
    """The answer to a legacy completion, while it is made."""

    def _call(self, *, stream: bool) -> Call:
        return Call("POST", "/v1/completions", "completions", body=self._payload(stream=stream), works=True, stream=stream)

    def _response(self, values: Mapping[str, Any]) -> CompletionResponse:
        return CompletionResponse(**values)


def _prompt_of(request: ChatCompletionRequest | CompletionRequest) -> str:
    if isinstance(request, CompletionRequest):
        return request.prompt
    return "\n".join(
        message.content if isinstance(message.content, str) else json.dumps(message.content, ensure_ascii=False)
        for message in request.messages
    )


def _is_done(event: ServerEvent | StrayLine) -> bool:
    return not isinstance(event, StrayLine) and len(event.data) == 1 and event.data[0].strip() == b"[DONE]"


def _json_of(raw: bytes) -> Any:
    """The JSON of some bytes, None when it is none. A broken character costs no more than itself."""
    try:
        return json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _gathered(chunks: Iterator[bytes], head: bytes) -> bytes:
    parts, size = [head], len(head)
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > 64 * 1024 * 1024:
            raise errors.ProtocolError("The answer is too long to be an answer; the rest was not read.")
    return b"".join(parts)
