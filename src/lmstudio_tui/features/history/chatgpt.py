"""ChatGPT's export, `conversations.json`: each conversation a tree in `mapping`, its end in `current_node`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lmstudio_tui.features.history.growing import Node, blank_message, from_the_root, grown
from lmstudio_tui.features.history.parts import Parts
from lmstudio_tui.features.history.times import seconds_of
from lmstudio_tui.features.history.values import MOST_MESSAGES, Imported, UnreadableError
from lmstudio_tui.sdk.wire import as_object, as_objects, as_text
from lmstudio_tui.store.library.records import Conversation, Message, ToolCallRecord, new_id

if TYPE_CHECKING:
    from typing import Any

    from lmstudio_tui.features.history.fields import Fields

_HIDDEN = {"reasoning_recap", "user_editable_context", "model_editable_context", "app_pairing_content"}
"""What is there for the program, and is shown to nobody."""


def is_chatgpt(document: Fields) -> bool:
    """Whether this is a conversation of that export."""
    return isinstance(document.values.get("mapping"), dict)


def of_chatgpt(document: Fields) -> Imported:
    """A conversation of the export.

    Raises:
        UnreadableError
    """
    mapping = document.object("mapping")
    if len(mapping.values) > MOST_MESSAGES:
        raise UnreadableError(f"It has {len(mapping.values):,} messages; {MOST_MESSAGES:,} is the most.")
    parts = Parts()
    nodes = [_node(key, mapping.object(key), parts) for key in mapping.values]
    conversation = Conversation(
        id=new_id(),
        title=document.word("title"),
        created_at=seconds_of(document.values.get("create_time")) or 0.0,
        updated_at=seconds_of(document.values.get("update_time")) or 0.0,
    )
    head = document.word("current_node")
    return grown(_joined(nodes), conversation, head=head, blobs=parts.blobs, notes=parts.notes)


def _node(key: str, fields: Fields, parts: Parts) -> Node:
    parent = fields.word("parent") or None
    said = as_object(fields.values.get("message"))
    role = as_text(as_object(said.get("author")).get("role"))
    content = as_object(said.get("content"))
    kind = as_text(content.get("content_type")) or "text"
    if role not in {"user", "assistant", "tool"} or said.get("weight") == 0 or kind in _HIDDEN:
        return Node(key, parent, None)
    created_at = seconds_of(said.get("create_time"))
    if kind == "thoughts":
        texts = (
            as_text(one.get("content")) or as_text(one.get("summary")) for one in as_objects(content.get("thoughts"))
        )
        thought = "\n\n".join(text for text in texts if text)
        return Node(key, parent, replace(blank_message(role, "", created_at=created_at), reasoning=thought))
    where = f"{fields.where}.message.content"
    text, images = parts.read(content.get("parts", content.get("text", content.get("result"))), where)
    if not text.strip() and not images:
        return Node(key, parent, None)
    message = replace(blank_message(role, text, created_at=created_at), attachments=images)
    return Node(key, parent, _completed(message, said, key))


def _completed(message: Message, said: dict[str, Any], key: str) -> Message:
    if message.role != "assistant":
        return message
    message = replace(message, model=as_text(as_object(said.get("metadata")).get("model_slug")))
    recipient = as_text(said.get("recipient")) or "all"
    if recipient == "all":
        return message
    call = ToolCallRecord(id=key, name=recipient, arguments=message.text)
    return replace(message, text="", tool_calls=(call,))


def _joined(nodes: list[Node]) -> list[Node]:
    """Thoughts go to the answer that follows them; a tool's answer belongs to the call before it, or is left out."""
    messages: dict[str | None, Message | None] = {}
    last: dict[str | None, str | None] = {}
    taken: set[str | None] = set()
    for node in from_the_root(nodes):
        message, above = node.message, last.get(node.parent)
        before = messages.get(above)
        if message is not None and message.role == "tool":
            calls = before.tool_calls if before is not None else ()
            message = replace(message, tool_call_id=calls[0].id) if calls else None
        elif message is not None and message.role == "assistant" and before is not None and _only_thinks(before):
            message = replace(message, reasoning=f"{before.reasoning}\n\n{message.reasoning}".strip())
            taken.add(above)
        messages[node.key] = message
        last[node.key] = above if message is None else node.key
    return [replace(node, message=None if node.key in taken else messages[node.key]) for node in nodes]


def _only_thinks(message: Message) -> bool:
    return message.role == "assistant" and bool(message.reasoning) and not message.text and not message.tool_calls
