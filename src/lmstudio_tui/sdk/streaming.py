"""Streams: an answer as typed events, while it is made.

Server contract, section 1 ("Streaming"): a stream that fails before any output is tried once more after
`stream_retry_ms`, then asked for in one piece, and `StreamingDowngraded` says so. One that fails after output began
keeps what had arrived. What may come in place of a stream is in 2.5.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.cancellation import CancelScope
from lmstudio_tui.sdk.gathering import EMPTY_ANSWER, ONLY_REASONING, Gatherer
from lmstudio_tui.sdk.phases import told_phases
from lmstudio_tui.sdk.reading import AnswerReader
from lmstudio_tui.sdk.stopwatch import Stopwatch
from lmstudio_tui.sdk.summary import is_json, prompt_of, summary
from lmstudio_tui.sdk.types.chat import (
    ChatCompletionRequest,
    ChatCompletionResponse,
    Completion,
    CompletionRequest,
    CompletionResponse,
    Timings,
)
from lmstudio_tui.sdk.types.events import StreamFinished, StreamingDowngraded, StreamRetried, UsageReported

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from lmstudio_tui.sdk.errors import LMStudioError
    from lmstudio_tui.sdk.transport import Transport
    from lmstudio_tui.sdk.types.events import PartialCompletion, StreamEvent

R = TypeVar("R", bound=Completion)

_NO_STREAMS = re.compile(r"\bstream(ing|s|ed)?\b(?!_)")


class _BrokenError(Exception):
    """The stream failed before any output, in a way that a second try may mend."""

    def __init__(self, error: LMStudioError) -> None:
        super().__init__(str(error))
        self.error = error


class CompletionStream(ABC, Generic[R]):
    """An answer while it is made: iterate over it for its events, in a `with` block, so that it is always closed.

    Nothing is sent before the first event is asked for. One thread iterates; `cancel` and `partial` are for any thread.

    Args:
        transport: to the server.
        request: what to ask.
        scope: cancels this stream; by default one of its own.
        stream: False asks for the answer in one piece.
        check: called before anything is sent; raises when it should not be.

    Attributes:
        stream_id: names this stream.
        model_id: the model that was asked, "" when the server was to choose.
        prompt_hash: the first 16 hexadecimal digits of the prompt's SHA-256.
        scope: cancels this stream.
        downgraded: whether the answer came in one piece although a stream was asked for.
    """

    def __init__(
        self,
        transport: Transport,
        request: ChatCompletionRequest | CompletionRequest,
        *,
        scope: CancelScope | None = None,
        stream: bool = True,
        check: Callable[[], None] | None = None,
    ) -> None:
        self.stream_id = uuid.uuid4().hex
        self.model_id = request.model or transport.config.default_model or ""
        self.scope = scope or CancelScope()
        self.downgraded = False
        self._transport = transport
        self._request = request
        self._streamed = stream
        self._check = check
        self._prompt = prompt_of(request)
        self.prompt_hash = hashlib.sha256(self._prompt.encode("utf-8", "replace")).hexdigest()[:16]
        self._gatherer = Gatherer(self.model_id)
        self._stopwatch = Stopwatch()
        self._without_options = False
        self._result: R | None = None
        self._events = self._run()

    # The caller's side

    def __iter__(self) -> Self:
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
        return self._gatherer.cursor

    @property
    def timings(self) -> Timings:
        """What was measured so far."""
        usage = self._gatherer.usage or self._gatherer.estimated_usage(0)
        return self._stopwatch.timings(usage.completion_tokens, streamed=self._streamed)

    @property
    def phases(self) -> tuple[tuple[str, float], ...]:
        """What took the server how long, in milliseconds and in order, where it tells: load, prompt, thought, answer.

        Where it tells of no thought, the answer's time is that of all that was generated.
        """
        return told_phases(self._gatherer.timings, self._gatherer.stats)

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
        """Iterate to the end and give the whole answer.

        Raises:
            LMStudioError: whatever iterating raises.
        """
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

    def _run(self) -> Generator[StreamEvent]:
        self._stopwatch.start()
        try:
            if self._check is not None:
                self._check()
            yield from self._attempts() if self._streamed else self._read(stream=False)
            yield from self._end()
        except errors.LMStudioError as error:
            if isinstance(error, errors.StreamingError):
                error.partial = self.partial
            error.with_context(stream_id=self.stream_id, model=self.model_id or None)
            raise
        finally:
            self._stopwatch.stop()

    def _attempts(self) -> Generator[StreamEvent]:
        """Stream; once more; in one piece."""
        for is_last in (False, True):
            try:
                yield from self._stream()
                return
            except _BrokenError as broken:
                reason = broken.error.message
            if not is_last:
                yield StreamRetried(reason)
                self.scope.wait(self._transport.config.stream_retry_ms / 1000)
        self.downgraded = True
        self._streamed = False
        yield StreamingDowngraded(reason)
        yield from self._read(stream=False)

    def _stream(self) -> Generator[StreamEvent]:
        """One attempt at a stream.

        Raises:
            _BrokenError: when it failed before any output and may be tried again.
        """
        try:
            yield from self._read(stream=True)
        except errors.LMStudioError as error:
            failure = error
        else:
            return
        if "stream_options" in failure.message and not self._without_options and _was_refused(failure):
            # The server knows no usage in streams; it has refused before it began.
            self._without_options = True
            yield from self._stream()
            return
        raise self._meaning(failure)

    def _read(self, *, stream: bool) -> Generator[StreamEvent]:
        """Send the request, and read whatever comes."""
        call = self._call(stream=stream)
        # What an attempt that failed before any output has left behind must not colour the next.
        self._gatherer = Gatherer(self.model_id)
        reader = self._reader(call)
        with self._transport.open(call, self.scope) as answer:
            for event in reader.read(answer):
                if stream and reader.in_one_piece:
                    self.downgraded, self._streamed = True, False
                yield event

    def _reader(self, call: Call) -> AnswerReader:
        """What reads the answer to the call."""
        return AnswerReader(self._transport, call, self._gatherer, self._stopwatch, self.scope)

    def _meaning(self, failure: LMStudioError) -> Exception:
        """What the failure of a stream is to the caller, or to the next attempt."""
        if isinstance(failure, errors.RequestCancelledError):
            return failure
        if self._gatherer.has_output:
            return self._interrupted(failure)
        mendable = isinstance(failure, errors.ConnectionLostError)
        unsupported = _was_refused(failure) and _NO_STREAMS.search(failure.message.lower())
        return _BrokenError(failure) if mendable or unsupported else failure

    def _interrupted(self, error: LMStudioError) -> errors.StreamInterruptedError:
        specific = isinstance(error, errors.StatusError)
        interruption = errors.StreamInterruptedError(
            f"The answer was interrupted: {error.message}",
            partial=self.partial,
            hint=error.hint if specific else None,
            context={**error.context, "cause": type(error).__name__},
        )
        interruption.__cause__ = error
        return interruption

    def _end(self) -> Generator[StreamEvent]:
        """What is to be said at the end, and the result."""
        gatherer = self._gatherer
        yield from gatherer.finish()
        if not gatherer.text.strip() and gatherer.reasoning and self._wants_json and is_json(gatherer.reasoning):
            yield from gatherer.adopt_reasoning()
        if not gatherer.text and not gatherer.tool_calls:
            code, message = ("only_reasoning", ONLY_REASONING) if gatherer.reasoning else ("empty", EMPTY_ANSWER)
            yield gatherer.warn(code, message)
        if gatherer.usage is None or (gatherer.has_output and not gatherer.usage.completion_tokens):
            gatherer.usage = gatherer.estimated_usage(len(self._prompt))
            yield UsageReported(gatherer.usage)
        self._stopwatch.stop()
        values = summary(gatherer, self.timings, requested=self.model_id, downgraded=self.downgraded)
        self._result = self._response(values)
        yield StreamFinished(gatherer.finish_reason)

    @property
    def _wants_json(self) -> bool:
        return isinstance(self._request, ChatCompletionRequest) and self._request.wants_json

    def _payload(self, *, stream: bool) -> dict[str, Any]:
        body = self._request.payload(stream=stream)
        if self.model_id:
            body.setdefault("model", self.model_id)
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
        body = self._payload(stream=stream)
        return Call("POST", "/v1/completions", "completions", body=body, works=True, stream=stream)

    def _response(self, values: Mapping[str, Any]) -> CompletionResponse:
        return CompletionResponse(**values)


def _was_refused(failure: LMStudioError) -> bool:
    """Whether the server has said no before it began."""
    return isinstance(failure, errors.BadRequestError | errors.ServerFailureError | errors.FeatureUnavailableError)
