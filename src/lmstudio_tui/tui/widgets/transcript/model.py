"""What a transcript shows: turns, and the code blocks in them. Plain values, no Textual."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias


class Role(StrEnum):
    """Who speaks in a turn."""

    USER = "user"
    ASSISTANT = "assistant"
    NOTICE = "notice"


Status: TypeAlias = Literal["streaming", "complete", "stopped", "interrupted", "failed"]
"""How far a turn has come, or how it ended."""


ToolState: TypeAlias = Literal["streaming", "waiting", "done", "refused", "failed"]
"""How far a call of a function has come."""


@dataclass(frozen=True, slots=True)
class ToolView:
    """One call of a function, as it is shown.

    Args:
        name: The function.
        arguments: Its arguments as JSON, perhaps not all of them yet.
        result: What it returned, or None as long as nothing has.
        state: How far the call has come.
    """

    name: str
    arguments: str = ""
    result: str | None = None
    state: ToolState = "streaming"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of a conversation, as values ready to be shown.

    Args:
        id: Names the turn in every call and message; unique in a transcript.
        role: Who speaks.
        text: The answer (Markdown) or the prompt (literal text, with fenced code).
        reasoning: What the model thought before it answered, as literal text.
        model: The model that answered.
        time: When, ready to be shown, such as "09:41".
        status: How far the turn has come, or how it ended.
        footer: The line of figures under the text.
        note: A sentence under the text that says what went wrong.
        reasoning_label: What the folded reasoning says, such as "thought for 2.4 s (312 tokens)".
        activity: What is going on while nothing has been said yet, such as "waiting 3 s".
        branch: Which of how many versions of the turn this is, counted from 1, or None where there is but one.
        attachments: What was sent along with a prompt, a line each, such as "photo.png  640×480  32 kB".
        tools: The functions the model called.
        phases: What the time went into, in order: a name such as "prompt", and milliseconds.
        caution: A sentence under an answer about what may surprise, such as another model having answered.
    """

    id: str
    role: Role
    text: str = ""
    reasoning: str = ""
    model: str | None = None
    time: str = ""
    status: Status = "complete"
    footer: str = ""
    note: str = ""
    reasoning_label: str = ""
    activity: str = ""
    branch: tuple[int, int] | None = None
    attachments: tuple[str, ...] = ()
    tools: tuple[ToolView, ...] = ()
    phases: tuple[tuple[str, float], ...] = ()
    caution: str = ""


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """One block of code in a turn.

    Args:
        number: Counts from 1 within the turn, as shown in the block's header.
        language: The word after the fence, or "".
        code: The code without its fences, ending without a newline.
    """

    number: int
    language: str
    code: str
