"""An answer on its way: what has arrived, folded from the stream's events."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lmstudio_tui.features.chat.conversation import estimated_tokens
from lmstudio_tui.features.chat.figures import figures_line, seconds
from lmstudio_tui.sdk import (
    Completion,
    LMStudioError,
    PartialCompletion,
    ReasoningDelta,
    Reclassified,
    StreamingDowngraded,
    StreamRetried,
    StreamWarning,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk import CancelScope, ChatCompletionRequest, LMStudioSDK, StreamEvent, Timings, Usage


_STALL = 5.0
"""Seconds without a word after which a stream is said to be quiet."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """How an answer ended: whole, or with an error and what had arrived."""

    partial: PartialCompletion
    timings: Timings
    whole: Completion | None = None
    error: LMStudioError | None = None


def ask(
    client: LMStudioSDK, request: ChatCompletionRequest, scope: CancelScope, emit: Callable[[StreamEvent], None]
) -> Delivered:
    """Stream an answer to its end, whatever that is, and hand on every event. Blocks; for a worker thread."""
    with client.stream_chat_completion(request, scope=scope) as stream:
        try:
            for event in stream:
                emit(event)
        except LMStudioError as error:
            return Delivered(stream.partial, stream.timings, error=error)
        return Delivered(stream.partial, stream.result.timings or stream.timings, whole=stream.result)


@dataclass(slots=True)
class LiveAnswer:
    """What a view shows of an answer while it is made.

    Attributes:
        text, reasoning: what arrived since `take` was last called.
        tools: the names of the tools that are being called, by their index.
        replaced: whether they stand for everything so far, rather than for more of it.
    """

    started_at: float = field(default_factory=time.monotonic)
    text: list[str] = field(default_factory=list[str])
    reasoning: list[str] = field(default_factory=list[str])
    replaced: bool = False
    notes: list[str] = field(default_factory=list[str])
    tools: dict[int, str] = field(default_factory=dict[int, str])
    usage: Usage | None = None
    reasoning_tokens: int = 0
    first_at: float | None = None
    heard_at: float = field(default_factory=time.monotonic)
    answer_at: float | None = None

    def apply(self, event: StreamEvent) -> None:
        """Fold in one event."""
        self.heard_at = time.monotonic()
        match event:
            case TextDelta(text=text):
                self._began()
                self.answer_at = self.answer_at or time.monotonic()
                self.text.append(text)
            case ReasoningDelta(text=text):
                self._began()
                self.reasoning_tokens += 1
                self.reasoning.append(text)
            case Reclassified(text=text, reasoning=reasoning):
                self._began()
                self.text, self.reasoning, self.replaced = [text], [reasoning], True
                self.reasoning_tokens = estimated_tokens(reasoning)
                self.answer_at = time.monotonic()
            case ToolCallDelta(index=index, name=name):
                self._began()
                self.tools[index] = name or self.tools.get(index, "")
            case StreamWarning(message=message):
                self.notes.append(message)
            case StreamRetried(reason=reason):
                self.notes.append(f"{reason} Tried once more.")
            case StreamingDowngraded(reason=reason):
                self.notes.append(f"Without streaming: {reason}")
            case UsageReported(usage=usage):
                self.usage = usage
            case _:
                pass

    def take(self) -> tuple[str, str, bool]:
        """Text and reasoning that arrived since the last time, and whether they replace what was there."""
        taken = "".join(self.text), "".join(self.reasoning), self.replaced
        self.text, self.reasoning, self.replaced = [], [], False
        return taken

    def _began(self) -> None:
        if self.first_at is None:
            self.first_at = time.monotonic()

    @property
    def waiting(self) -> bool:
        """Whether nothing has come yet."""
        return self.first_at is None

    @property
    def waited(self) -> str:
        """For how long nothing has come, ready to be shown."""
        return f"waiting {time.monotonic() - self.started_at:.0f} s"

    @property
    def quiet(self) -> str:
        """For how long nothing has come, ready to be shown; empty while it flows."""
        if self.waiting:
            return self.waited
        silence = time.monotonic() - self.heard_at
        return f"nothing has come for {silence:.0f} s · Esc stops" if silence >= _STALL else ""

    @property
    def calling(self) -> str:
        """Which tools are being called, ready to be shown; empty when there is none."""
        return f"calling {', '.join(self.tools.values())} …" if self.tools else ""

    @property
    def thought(self) -> str:
        """How long the model thought, once it answers: `thought for 2.4 s (312 tokens)`."""
        if not self.reasoning_tokens or self.first_at is None:
            return ""
        end = self.answer_at or time.monotonic()
        count = self.usage.reasoning_tokens if self.usage and self.usage.reasoning_tokens else None
        tokens = f"{count:,}" if count else f"~{self.reasoning_tokens:,}"
        return f"thought for {seconds((end - self.first_at) * 1000)} ({tokens} tokens)"


def footer_of(delivered: Delivered) -> str:
    """The figures under an answer."""
    partial = delivered.partial
    usage = partial.usage
    return figures_line(
        usage=usage, timings=delivered.timings, model=partial.model, finish_reason=partial.finish_reason
    )
