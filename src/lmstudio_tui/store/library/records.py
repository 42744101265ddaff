"""What the library holds, as values: conversations, their messages, and what goes with them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Role: TypeAlias = Literal["user", "assistant", "tool"]
Status: TypeAlias = Literal["complete", "streaming", "stopped", "interrupted", "failed"]
"""How far a message has come, or how it ended. `streaming` is one that a running program writes at this moment."""

JSONObject: TypeAlias = dict[str, Any]


def new_id() -> str:
    """An id for a conversation, a message or an attachment: never used before, on no machine."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallRecord:
    """A call that a model asked for.

    Args:
        id: as the server named it; the answer refers to it.
        name: of the function.
        arguments: as they arrived, which is JSON if all went well.
    """

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Something that was sent along with a prompt. Its bytes are kept apart, once: `Library.blob(sha256)`.

    Args:
        id: names it.
        kind: an image, or a text.
        name: of the file.
        media_type: such as `image/png`.
        size: bytes.
        sha256: of its bytes, in hexadecimal.
        width, height: pixels; 0 for a text.
    """

    id: str
    kind: Literal["image", "text"]
    name: str
    media_type: str
    size: int
    sha256: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation, which is a tree: each edit or repetition is a branch.

    Args:
        id: names it, everywhere.
        conversation_id: where it belongs.
        parent_id: the message that it answers or follows; None for the first.
        role: who said it.
        text: as it was typed, or as it arrived.
        reasoning: what the model thought; never sent back.
        tool_calls: what the model wants to be called.
        tool_call_id: which call this answers; for role `tool` only.
        attachments: what was sent along.
        status: how an answer ended; `complete` for everything else.
        requested_model: the model that was asked for.
        model: the model that answered, as the server says.
        parameters: what was sent besides the messages, as the API names it, and the system prompt as `system`.
        usage: `prompt_tokens`, `completion_tokens`, `total_tokens`, `reasoning_tokens`, `estimated`; None when unknown.
        stats: `time_to_first_token_ms`, `tokens_per_second`, `duration_ms`, `measured_by`, `phases` (a list of
            `{"name", "ms"}`); None when unknown.
        finish_reason: as the server gave it.
        note: a sentence that says what went wrong, or what is to be known about it.
        created_at: seconds since 1970.
    """

    id: str
    conversation_id: str
    parent_id: str | None
    role: Role
    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCallRecord, ...] = ()
    tool_call_id: str | None = None
    attachments: tuple[Attachment, ...] = ()
    status: Status = "complete"
    requested_model: str | None = None
    model: str = ""
    parameters: JSONObject = field(default_factory=dict[str, Any])
    usage: JSONObject | None = None
    stats: JSONObject | None = None
    finish_reason: str | None = None
    note: str = ""
    created_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation, without its messages.

    Args:
        id: names it.
        title: what the list shows; empty until somebody has said something.
        titled: whether a person chose the title.
        created_at, updated_at: seconds since 1970.
        pinned: whether it stays at the top of the list.
        head: the last message of the branch that was shown last; None while there is none.
        parameters: the parameters chosen for it, as `features.chat.parameters.Parameters.to_json` gives them.
        draft: what was typed and not sent.
        model: the model chosen for it; empty for the app's.
        messages: how many there are, on all branches.
    """

    id: str
    title: str = ""
    titled: bool = False
    created_at: float = 0.0
    updated_at: float = 0.0
    pinned: bool = False
    head: str | None = None
    parameters: JSONObject = field(default_factory=dict[str, Any])
    draft: str = ""
    model: str = ""
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation that a search has found.

    Args:
        conversation: it.
        snippet: the text around the best hit, on one line; empty when only the title has one.
        marks: where the hits are in the snippet: pairs of start and end.
        title_marks: the same for the title.
        message_id: the message with the best hit; None when only the title has one.
    """

    conversation: Conversation
    snippet: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    title_marks: tuple[tuple[int, int], ...] = ()
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A conversation with all of its messages, on all branches, the oldest first."""

    conversation: Conversation
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Preset:
    """Parameters by name."""

    name: str
    parameters: JSONObject
