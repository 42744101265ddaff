"""What a stream yields, in the order in which it happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from lmstudio_tui.sdk.types.chat import ToolCall, Usage

PhaseName = Literal["load", "prompt", "thought", "answer"]
"""What a server is busy with: loading the model, reading the prompt, reasoning, answering."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of what the model thought before it answered."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call. Pieces of one call share the `index`; `arguments` is a piece of JSON text."""

    index: int
    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Reclassified:
    """What had arrived turned out to be divided otherwise: these are the whole answer and reasoning so far.

    A model that sends only the closing `</think>` lets its reasoning pass for the answer until then.
    """

    text: str
    reasoning: str


@dataclass(frozen=True, slots=True)
class UsageReported:
    """How many tokens it took (`usage.estimated` when the server did not say)."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class StreamWarning:
    """Something was odd, and the stream went on. `code` is stable; `message` is one sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class StreamRetried:
    """The stream failed before any output, and is tried once more."""

    reason: str


@dataclass(frozen=True, slots=True)
class StreamingDowngraded:
    """The answer comes in one piece, because streaming did not work."""

    reason: str


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    """The server says what it is busy with, and how far it is: from 0 to 1, None when it does not tell."""

    name: PhaseName
    progress: float | None = None


@dataclass(frozen=True, slots=True)
class StreamFinished:
    """The end: nothing comes after it, and `stream.result` is there."""

    finish_reason: str | None


StreamEvent = (
    TextDelta
    | ReasoningDelta
    | ToolCallDelta
    | Reclassified
    | UsageReported
    | StreamWarning
    | StreamRetried
    | StreamingDowngraded
    | PhaseChanged
    | StreamFinished
)


@dataclass(frozen=True, slots=True)
class PartialCompletion:
    """What has arrived so far. `cursor` is how many characters of answer and reasoning were delivered."""

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    model: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None
    cursor: int = 0
    warnings: tuple[str, ...] = field(default=())
