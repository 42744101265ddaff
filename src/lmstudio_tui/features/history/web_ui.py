"""open-webui's export: a list of chats, each with its tree in `chat.history`, or with `chat.messages` alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lmstudio_tui.features.history.growing import Node, blank_message, grown
from lmstudio_tui.features.history.parts import Parts
from lmstudio_tui.features.history.times import seconds_of
from lmstudio_tui.features.history.values import MOST_MESSAGES, Imported, UnreadableError
from lmstudio_tui.features.history.web_ui_text import without_reasoning
from lmstudio_tui.sdk.wire import as_object, as_objects, as_text, is_list, is_object
from lmstudio_tui.store.library.records import Conversation, new_id

if TYPE_CHECKING:
    from lmstudio_tui.features.history.fields import Fields


def is_web_ui(document: Fields) -> bool:
    """Whether this is a chat of that export, or the chat within one."""
    chat = document.values.get("chat", document.values)
    return is_object(chat) and is_object(chat.get("history")) and is_object(chat["history"].get("messages"))


def of_web_ui(document: Fields) -> Imported:
    """A chat of the export.

    Raises:
        UnreadableError
    """
    chat = document.object("chat") if "chat" in document else document
    history = chat.object("history")
    messages = history.object("messages")
    if len(messages.values) > MOST_MESSAGES:
        raise UnreadableError(f"It has {len(messages.values):,} messages; {MOST_MESSAGES:,} is the most.")
    parts = Parts()
    nodes = [_node(key, messages.object(key), parts) for key in messages.values]
    models = chat.values.get("models")
    system = as_text(chat.values.get("system")) or as_text(as_object(chat.values.get("params")).get("system"))
    conversation = Conversation(
        id=new_id(),
        title=document.word("title") or chat.word("title"),
        created_at=seconds_of(document.values.get("created_at")) or seconds_of(chat.values.get("timestamp")) or 0.0,
        updated_at=seconds_of(document.values.get("updated_at")) or 0.0,
        pinned=document.values.get("pinned") is True,
        parameters={"system": system} if system else {},
        model=as_text(models[0]) if is_list(models) and models else "",
    )
    return grown(nodes, conversation, head=history.word("currentId"), blobs=parts.blobs, notes=parts.notes)


def _node(key: str, fields: Fields, parts: Parts) -> Node:
    parent = fields.word("parentId") or None
    role = fields.word("role")
    if role not in {"user", "assistant"}:
        return Node(key, parent, None)
    text, images = parts.read(fields.values.get("content"), fields.place("content"))
    for file in as_objects(fields.values.get("files")):
        url = as_text(file.get("url")) if file.get("type") == "image" else ""
        images += tuple(parts.image(url, fields.place("files"), as_text(file.get("name"))))
    reasoning = ""
    if role == "assistant":
        text, reasoning = without_reasoning(text)
    if not (text.strip() or reasoning or images):
        return Node(key, parent, None)
    message = blank_message(role, text, created_at=seconds_of(fields.values.get("timestamp")))
    usage = {
        name: value
        for name, value in as_object(fields.values.get("usage")).items()
        if name in {"prompt_tokens", "completion_tokens", "total_tokens"} and isinstance(value, int)
    }
    stopped = role == "assistant" and fields.values.get("done") is False
    return Node(
        key,
        parent,
        replace(
            message,
            attachments=images,
            reasoning=reasoning,
            model=fields.word("model") if role == "assistant" else "",
            usage=usage or None,
            status="interrupted" if stopped else "complete",
        ),
    )
