"""A plain list of messages, as the OpenAI API takes them, or an object that has one, such as a request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lmstudio_tui.features.history.growing import Node, blank_message, grown
from lmstudio_tui.features.history.parts import Parts
from lmstudio_tui.features.history.times import seconds_of
from lmstudio_tui.features.history.values import MOST_MESSAGES, Imported, UnreadableError
from lmstudio_tui.features.history.web_ui_text import without_reasoning
from lmstudio_tui.sdk.wire import as_object, as_text, dumped, is_list, is_object
from lmstudio_tui.store.library.records import Conversation, Message, ToolCallRecord, new_id

if TYPE_CHECKING:
    from lmstudio_tui.features.history.fields import Fields

_ROLES = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "gpt": "assistant",
    "tool": "tool",
}
_SYSTEM = {"system", "developer"}


def is_message(value: object) -> bool:
    """Whether a JSON value looks like a message."""
    return (
        is_object(value) and isinstance(value.get("role"), str) and bool({"content", "text", "tool_calls"} & set(value))
    )


def has_messages(document: Fields) -> bool:
    """Whether an object has a list of messages."""
    messages = document.values.get("messages")
    return is_list(messages) and all(map(is_message, messages[:50]))


def of_message_list(document: Fields) -> Imported:
    """A conversation of the list in `messages`.

    Args:
        document: has the list; a title, a model and times if they are there, too.

    Raises:
        UnreadableError
    """
    parts, system, nodes = Parts(), list[str](), list[Node]()
    previous: str | None = None
    for at, fields in enumerate(document.objects("messages", MOST_MESSAGES)):
        role = fields.text("role")
        content = fields.values.get("content", fields.values.get("text"))
        text, images = parts.read(content, fields.place("content"))
        if role in _SYSTEM:
            system.append(text)
            continue
        if role not in _ROLES:
            raise UnreadableError(f"Nobody here has the role {role[:40]!r}.", where=fields.place("role"))
        key = fields.word("id") or f"#{at}"
        message = replace(_message(_ROLES[role], text, fields), attachments=images)
        nodes.append(Node(key, fields.word("parent_id") or previous, message))
        previous = key
    if len({node.key for node in nodes}) < len(nodes):
        raise UnreadableError("Two messages have the same id.", where=document.place("messages"))
    values = document.values
    conversation = Conversation(
        id=new_id(),
        title=document.word("title"),
        created_at=seconds_of(values.get("created_at")) or 0.0,
        updated_at=seconds_of(values.get("updated_at")) or 0.0,
        parameters={"system": "\n\n".join(system)} if system else {},
        model=document.word("model"),
    )
    return grown(nodes, conversation, head=document.word("head") or None, blobs=parts.blobs, notes=parts.notes)


def _message(role: str, text: str, fields: Fields) -> Message:
    reasoning = fields.word("reasoning_content") or fields.word("reasoning")
    if role == "assistant" and not reasoning:
        text, reasoning = without_reasoning(text)
    moment = fields.values.get("created_at", fields.values.get("timestamp"))
    message = blank_message(role, text, created_at=seconds_of(moment))
    answers = fields.word("tool_call_id") or new_id()
    return replace(
        message,
        reasoning=reasoning,
        model=fields.word("model") if role == "assistant" else "",
        tool_call_id=answers if role == "tool" else None,
        tool_calls=tuple(_call(one) for one in fields.objects("tool_calls")) if role == "assistant" else (),
    )


def _call(fields: Fields) -> ToolCallRecord:
    function = as_object(fields.values.get("function")) or fields.values
    arguments = function.get("arguments")
    text = arguments if isinstance(arguments, str) else dumped(arguments) if arguments is not None else ""
    return ToolCallRecord(id=fields.word("id") or new_id(), name=as_text(function.get("name")), arguments=text)
