"""Having a prompt answered: what runs in the worker thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from lmstudio_tui.features.chat.answers import answered
from lmstudio_tui.features.chat.joining import Joiner, joined
from lmstudio_tui.features.chat.live import Delivered, Keeper, ask
from lmstudio_tui.sdk import BadRequestError, LMStudioError, PartialCompletion, Timings

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk import CancelScope, ChatCompletionRequest, LMStudioSDK, StreamEvent
    from lmstudio_tui.store.library.records import Message
    from lmstudio_tui.store.library.writer import AnswerWriter


_LATEST: Final = 0.3
"""Seconds that what has arrived waits for the disk before it is shown; a slow disk is no slow answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an answer ended.

    Args:
        message: as it is kept.
        error: why it is not whole.
    """

    message: Message
    error: LMStudioError | None


@dataclass(frozen=True, slots=True)
class Answering:
    """One answer that is to be had.

    Args:
        client: whom to ask.
        begun: the message, before anything has arrived; when an answer is gone on with, what it was until then.
        request: makes the request; it may read attachments. It is told how to go on with an answer: `True` ends the
            conversation with it, for the model to go on from there; `ask` asks for it.
        writer: keeps the answer as it comes.
        go_on: whether what arrives is put behind what was there.
        native: whether the server has LM Studio's own chat.
    """

    client: LMStudioSDK
    begun: Message
    request: Callable[[bool | Literal["ask"]], ChatCompletionRequest]
    writer: AnswerWriter
    go_on: bool = False
    native: bool = False

    def run(self, emit: Callable[[StreamEvent], None], scope: CancelScope) -> Outcome:
        """Ask, keep what comes, and keep how it ended. Blocks; for a worker thread."""
        keeper = _Joined(self.writer, self.begun) if self.go_on else self.writer
        shown = _KeptFirst(self.writer, emit)
        delivered = self._ask(self.go_on, shown.emit, scope, keeper)
        # Some models' templates refuse a conversation that ends with an answer: these are asked in words.
        if self.go_on and isinstance(delivered.error, BadRequestError) and not delivered.partial.cursor:
            delivered = self._ask("ask", shown.emit, scope, keeper)
        message = answered(self.begun, delivered, partial(joined, self.begun.text) if self.go_on else None)
        kept = threading.Event()
        self.writer.end(message, kept.set)
        kept.wait(_LATEST)
        shown.release()
        return Outcome(message, delivered.error)

    def _ask(
        self, prefill: bool | Literal["ask"], emit: Callable[[StreamEvent], None], scope: CancelScope, keeper: Keeper
    ) -> Delivered:
        try:
            request = self.request(prefill)
        except LMStudioError as error:
            return Delivered(PartialCompletion(), Timings(duration_ms=0.0), error=error)
        return ask(self.client, request, scope, emit, keeper, native=self.native and not self.go_on)


class _Joined:
    """Keeps what comes behind what was there, without what the server repeats."""

    def __init__(self, writer: AnswerWriter, begun: Message) -> None:
        self._writer = writer
        self._begun = begun
        self._joiner = Joiner(begun.text)

    def text(self, piece: str) -> None:
        if more := self._joiner.feed(piece):
            self._writer.text(more)

    def reasoning(self, piece: str) -> None:
        self._writer.reasoning(piece)

    def replace(self, text: str, reasoning: str) -> None:
        # What was there before stays: only what has come since is replaced.
        self._writer.replace(joined(self._begun.text, text)[len(self._begun.text) :], reasoning)


class _KeptFirst:
    """Hands events on when the library has them on disk, so that nothing is seen that a crash would lose.

    Args:
        writer: keeps the answer; it is given every event's text before.
        emit: takes the events, in order.
    """

    def __init__(self, writer: AnswerWriter, emit: Callable[[StreamEvent], None]) -> None:
        self._writer = writer
        self._emit = emit
        self._lock = threading.Lock()
        self._waiting: deque[tuple[float, StreamEvent]] = deque()
        self._released = 0
        self._slow = False
        """Whether the library has not kept up: then nothing waits for it until it does again."""

    def emit(self, event: StreamEvent) -> None:
        """An event has arrived."""
        now = time.monotonic()
        with self._lock:
            self._waiting.append((now, event))
            self._slow = self._slow or now - self._waiting[0][0] > _LATEST
            until = self._released + len(self._waiting)
        self._writer.when_kept(partial(self._kept, until))
        if self._slow:
            self.release()

    def _kept(self, until: int) -> None:
        """The library has them up to this one."""
        self._slow = False
        self.release(until)

    def release(self, until: int | None = None) -> None:
        """Hand on the events up to this one, counted from the beginning of the answer; all by default."""
        with self._lock:
            while self._waiting and (until is None or self._released < until):
                self._emit(self._waiting.popleft()[1])
                self._released += 1
