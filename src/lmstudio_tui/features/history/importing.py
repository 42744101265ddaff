"""Conversations out of files: our own formats, and what others export."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.history.fields import Fields
from lmstudio_tui.features.history.values import (
    LARGEST_FILE,
    MOST_CONVERSATIONS,
    Imported,
    UnreadableError,
)
from lmstudio_tui.sdk.wire import document_of, is_list, is_object
from lmstudio_tui.store.library.records import Attachment, Loaded, Message, new_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

__all__ = ["Imported", "UnreadableError", "read", "read_file", "settled", "with_new_ids"]

_KNOWN: Final = (
    "What can be imported: what `history export` writes, Markdown with a heading such as `## User` for each message, "
    "ChatGPT's conversations.json, chats exported from open-webui, and a list of messages with role and content."
)


def read_file(path: Path) -> tuple[Imported, ...]:
    """The conversations of a file. It blocks; for a worker thread.

    Raises:
        UnreadableError: when there are none, or when they cannot be understood.
        OSError: when the file cannot be read.
    """
    with path.open("rb") as file:
        raw = file.read(LARGEST_FILE + 1)
    return read(raw, path.name)


def read(raw: bytes, name: str = "") -> tuple[Imported, ...]:
    """The conversations of the bytes of a file, all or none.

    Args:
        raw: the whole of it.
        name: of the file; without its ending it is the title of a Markdown text that has none.

    Raises:
        UnreadableError: when there are none, or when they cannot be understood.
    """
    if len(raw) > LARGEST_FILE:
        raise UnreadableError(f"It is larger than {LARGEST_FILE // 2**20} MB.", hint="Divide it into several files.")
    beginning = raw[:100].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not raw.strip():
        raise UnreadableError("It is empty.", hint=_KNOWN)
    if raw.startswith(b"PK\x03\x04"):
        raise UnreadableError("It is a zip archive.", hint="Unpack it, and import the conversations.json in it.")
    if beginning.startswith((b"{", b"[")) and not name.lower().endswith((".md", ".markdown")):
        return _of_document(raw)
    from lmstudio_tui.features.history.markdown_reading import of_markdown

    text = raw.decode("utf-8", "replace")
    if b"\0" in raw[:4096] and "\ufffd" in text[:4096]:
        raise UnreadableError("It is neither JSON nor a text.", hint=_KNOWN)
    return (of_markdown(text, name.rpartition(".")[0] or name),)


def with_new_ids(imported: Imported, taken: Collection[str] | None = None) -> Imported:
    """The same conversation under ids that are not taken, so that nothing is overwritten.

    Args:
        imported: the conversation.
        taken: ids of conversations and messages that exist; only what has one of these gets new ids. None gives new
            ones to everything.
    """
    loaded = imported.loaded
    known = {loaded.conversation.id, *(message.id for message in loaded.messages)}
    if taken is not None and not known & set(taken):
        return imported
    ids: dict[str | None, str] = {message.id: new_id() for message in loaded.messages}
    identity = new_id()
    messages = tuple(
        replace(
            message,
            id=ids[message.id],
            conversation_id=identity,
            parent_id=ids.get(message.parent_id),
            attachments=tuple(map(_renamed, message.attachments)),
        )
        for message in loaded.messages
    )
    conversation = replace(loaded.conversation, id=identity, head=ids.get(loaded.conversation.head))
    return replace(imported, loaded=Loaded(conversation, messages))


def settled(imported: Imported, now: float) -> Imported:
    """The same as a library takes it: nothing is under way, and everything has a time.

    Args:
        imported: the conversation.
        now: seconds since 1970, for what does not say when it was.
    """
    conversation = imported.loaded.conversation
    messages = tuple(_settled(message, now) for message in imported.loaded.messages)
    conversation = replace(
        conversation, created_at=conversation.created_at or now, updated_at=conversation.updated_at or now
    )
    return replace(imported, loaded=Loaded(conversation, messages))


def _settled(message: Message, now: float) -> Message:
    # Whoever wrote an answer when it was exported does not write it here.
    status = "interrupted" if message.status == "streaming" else message.status
    return replace(message, status=status, created_at=message.created_at or now)


def _renamed(attachment: Attachment) -> Attachment:
    return replace(attachment, id=new_id())


def _of_document(raw: bytes) -> tuple[Imported, ...]:
    try:
        document = document_of(raw)
    except ValueError as error:
        reason = str(error) or "it is broken"
        raise UnreadableError(f"It begins like JSON, and is none: {reason[:1].lower()}{reason[1:]}.") from None
    if not is_list(document):
        return (_of_one(Fields.of(document, "")),)
    if not document:
        raise UnreadableError("It is an empty list.")
    from lmstudio_tui.features.history.message_list import is_message, of_message_list

    if is_message(document[0]):
        return (of_message_list(Fields({"messages": document})),)
    if len(document) > MOST_CONVERSATIONS:
        raise UnreadableError(f"It has {len(document):,} conversations; {MOST_CONVERSATIONS:,} is the most.")
    return tuple(_of_one(Fields.of(one, f"[{at}]")) for at, one in enumerate(document))


def _of_one(document: Fields) -> Imported:
    from lmstudio_tui.features.history.chatgpt import is_chatgpt, of_chatgpt
    from lmstudio_tui.features.history.json_format import FORMAT, of_json
    from lmstudio_tui.features.history.message_list import has_messages, of_message_list
    from lmstudio_tui.features.history.web_ui import is_web_ui, of_web_ui

    name = document.values.get("format")
    if name == FORMAT:
        return of_json(document)
    if is_chatgpt(document):
        return of_chatgpt(document)
    if is_web_ui(document):
        return of_web_ui(document)
    chat = document.values.get("chat")
    inner = Fields(chat, document.place("chat")) if is_object(chat) else document
    if has_messages(inner):
        return of_message_list(inner)
    raise UnreadableError("This is no conversation of a kind that is known here.", where=document.where, hint=_KNOWN)
