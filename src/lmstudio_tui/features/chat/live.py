"""An answer on its way: what has arrived, folded from the stream's events."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from lmstudio_tui.features.chat.context import estimated_tokens
from lmstudio_tui.features.chat.figures import figures_line, seconds
from lmstudio_tui.features.chat.phases import doing, merged
from lmstudio_tui.key_words import key_word
from lmstudio_tui.sdk import (
    Completion,
    LMStudioError,
    PartialCompletion,
    PhaseChanged,
    ReasoningDelta,
    Reclassified,
    StreamingDowngraded,
    StreamRetried,
    StreamWarning,
    TextDelta,
    ToolCallDelta,
    UsageReported,
    native_can,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk import CancelScope, ChatCompletionRequest, LMStudioSDK, StreamEvent, Timings, Usage


_STALL = 5.0
"""Seconds without a word after which a stream is said to be quiet."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """How an answer ended: whole, or with an error and what had arrived.

    Args:
        partial: what arrived.
        timings: how long it took.
        whole: the answer, when it is one.
        error: why it is none.
        course: when what came, as the client saw it.
        phases: what took how long, in milliseconds: as the server tells, else as the client saw it.
    """

    partial: PartialCompletion
    timings: Timings
    whole: Completion | None = None
    error: LMStudioError | None = None
    course: Course = field(default_factory=lambda: Course())
    phases: tuple[tuple[str, float], ...] = ()


class Keeper(Protocol):
    """Keeps an answer while it is made, so that no crash loses it."""

    def text(self, piece: str) -> None:
        """More of the answer."""
        ...

    def reasoning(self, piece: str) -> None:
        """More of the reasoning."""
        ...

    def replace(self, text: str, reasoning: str) -> None:
        """What came before was something else."""
        ...


def ask(
    client: LMStudioSDK,
    request: ChatCompletionRequest,
    scope: CancelScope,
    emit: Callable[[StreamEvent], None],
    keeper: Keeper | None = None,
    *,
    native: bool = False,
) -> Delivered:
    """Stream an answer to its end, whatever that is, and hand on every event. Blocks; for a worker thread.

    Args:
        client: whom to ask.
        request: what to ask.
        scope: ends it.
        emit: is given each event, after `keeper` was.
        keeper: keeps the answer.
        native: whether the server has LM Studio's own chat, which tells the phases as they come.
    """
    course = Course()
    stream_it = client.stream_native_chat if native and native_can(request) else client.stream_chat_completion
    with stream_it(request, scope=scope) as stream:
        try:
            for event in stream:
                course.apply(event)
                if keeper is not None:
                    _keep(keeper, event)
                emit(event)
        except LMStudioError as error:
            phases = merged(stream.phases, course.phases)
            return Delivered(stream.partial, stream.timings, error=error, course=course, phases=phases)
        timings = stream.result.timings or stream.timings
        phases = merged(stream.phases, course.phases)
        return Delivered(stream.partial, timings, whole=stream.result, course=course, phases=phases)


def _keep(keeper: Keeper, event: StreamEvent) -> None:
    match event:
        case TextDelta(text=text):
            keeper.text(text)
        case ReasoningDelta(text=text):
            keeper.reasoning(text)
        case Reclassified(text=text, reasoning=reasoning):
            keeper.replace(text, reasoning)
        case _:
            pass


@dataclass(slots=True)
class Course:
    """How an answer went: when what came, and what is to be said about it. Times are by `time.monotonic`.

    Attributes:
        doing: what the server does at this moment, where it tells.
        reasoning_tokens, deltas: pieces of reasoning and of text so far, which is about as many tokens.
    """

    started_at: float = field(default_factory=time.monotonic)
    notes: list[str] = field(default_factory=list[str])
    usage: Usage | None = None
    doing: str = ""
    reasoning_tokens: int = 0
    deltas: int = 0
    first_at: float | None = None
    heard_at: float = field(default_factory=time.monotonic)
    answer_at: float | None = None

    def apply(self, event: StreamEvent) -> None:
        """Fold in one event."""
        self.heard_at = time.monotonic()
        match event:
            case TextDelta():
                self._began()
                self.deltas += 1
                self.answer_at = self.answer_at or self.heard_at
            case ReasoningDelta():
                self._began()
                self.reasoning_tokens += 1
            case Reclassified(reasoning=reasoning):
                self._began()
                self.reasoning_tokens = estimated_tokens(reasoning)
                self.answer_at = self.heard_at
            case ToolCallDelta():
                self._began()
            case StreamWarning(message=message):
                self.notes.append(message)
            case StreamRetried(reason=reason):
                self.notes.append(f"{reason} Tried once more.")
            case StreamingDowngraded(reason=reason):
                self.notes.append(f"Without streaming: {reason}")
            case UsageReported(usage=usage):
                self.usage = usage
            case PhaseChanged(name=name, progress=progress):
                self.doing = doing(name, progress)
            case _:
                pass

    def _began(self) -> None:
        if self.first_at is None:
            self.first_at = self.heard_at

    @property
    def phases(self) -> tuple[tuple[str, float], ...]:
        """What took how long so far, in milliseconds, as the client saw it: wait, thought, answer."""
        if self.first_at is None:
            return ()
        begun = self.answer_at or self.heard_at
        parts = [("wait", self.first_at - self.started_at)]
        if self.reasoning_tokens:
            parts.append(("thought", begun - self.first_at))
        if self.answer_at is not None:
            parts.append(("answer", self.heard_at - self.answer_at))
        return tuple((name, round(seconds_ * 1000, 1)) for name, seconds_ in parts)

    @property
    def thought(self) -> str:
        """How long the model thought, once it answers: `thought for 2.4 s (312 tokens)`."""
        if not self.reasoning_tokens or self.first_at is None:
            return ""
        end = self.answer_at or time.monotonic()
        count = self.usage.reasoning_tokens if self.usage and self.usage.reasoning_tokens else None
        tokens = f"{count:,}" if count else f"~{self.reasoning_tokens:,}"
        return f"thought for {seconds((end - self.first_at) * 1000)} ({tokens} tokens)"


@dataclass(slots=True)
class LiveAnswer(Course):
    """What a view shows of an answer while it is made.

    Attributes:
        text, reasoning: what arrived since `take` was last called.
        calls: the calls of tools so far, by their index: id, name and arguments.
        replaced: whether they stand for everything so far, rather than for more of it.
    """

    text: list[str] = field(default_factory=list[str])
    reasoning: list[str] = field(default_factory=list[str])
    replaced: bool = False
    calls: dict[int, LiveCall] = field(default_factory=dict[int, "LiveCall"])

    def apply(self, event: StreamEvent) -> None:
        """Fold in one event."""
        # Not super(): a dataclass with slots is another class than the one that is being defined here.
        Course.apply(self, event)
        match event:
            case TextDelta(text=text):
                self.text.append(text)
            case ReasoningDelta(text=text):
                self.reasoning.append(text)
            case Reclassified(text=text, reasoning=reasoning):
                self.text, self.reasoning, self.replaced = [text], [reasoning], True
            case ToolCallDelta(index=index, id=id_, name=name, arguments=arguments):
                call = self.calls.setdefault(index, LiveCall())
                call.id = id_ or call.id
                call.name = name or call.name
                call.arguments.append(arguments)
            case _:
                pass

    def take(self) -> tuple[str, str, bool]:
        """Text and reasoning that arrived since the last time, and whether they replace what was there."""
        taken = "".join(self.text), "".join(self.reasoning), self.replaced
        self.text, self.reasoning, self.replaced = [], [], False
        return taken

    @property
    def waiting(self) -> bool:
        """Whether nothing has come yet."""
        return self.first_at is None

    @property
    def waited(self) -> str:
        """For how long nothing has come, ready to be shown."""
        return f"{self.doing or 'waiting'} {time.monotonic() - self.started_at:.0f} s"

    @property
    def quiet(self) -> str:
        """For how long nothing has come, ready to be shown; empty while it flows."""
        if self.waiting:
            return self.waited
        silence = time.monotonic() - self.heard_at
        return (
            f"nothing has come for {silence:.0f} s · {key_word('chat.stop', 'Esc')} stops" if silence >= _STALL else ""
        )

    @property
    def calling(self) -> str:
        """Which tools are being called, ready to be shown; empty when there is none."""
        names = [call.name for call in self.calls.values()]
        return f"calling {', '.join(names)} …" if names else ""


@dataclass(slots=True)
class LiveCall:
    """A call that is still being told."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])


def footer_of(delivered: Delivered) -> str:
    """The figures under an answer."""
    partial = delivered.partial
    usage = partial.usage
    return figures_line(
        usage=usage, timings=delivered.timings, model=partial.model, finish_reason=partial.finish_reason
    )
