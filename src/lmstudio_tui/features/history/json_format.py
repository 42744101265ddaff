"""The project's own format: everything about a conversation, on all branches, and back exactly as it was.

::

    {
      "format": "lmstudio-tui/conversation", "version": 1,
      "id": …, "title": …, "titled": …, "created_at": …, "updated_at": …, "pinned": …, "head": …, "parameters": {…},
      "draft": …, "model": …,
      "messages": [{"id": …, "parent_id": …, "role": …, "text": …, "attachments": [{"sha256": …, …}], …}],
      "blobs": {"<sha256>": "<base64>"}
    }
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from lmstudio_tui.features.history.times import exact_time
from lmstudio_tui.features.history.values import (
    LARGEST_ATTACHMENT,
    LONGEST_TITLE,
    MOST_MESSAGES,
    Imported,
    UnreadableError,
)
from lmstudio_tui.sdk.wire import has_half, is_list, is_object
from lmstudio_tui.store.library.records import (
    Attachment,
    Conversation,
    Loaded,
    Message,
    Role,
    Status,
    ToolCallRecord,
    new_id,
)
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lmstudio_tui.features.history.fields import Fields

FORMAT: Final = "lmstudio-tui/conversation"
VERSION: Final = 1
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def as_json(loaded: Loaded, *, blob: Callable[[str], bytes | None] | None = None) -> str:
    """A conversation with all of its branches.

    Args:
        loaded: the conversation.
        blob: gives the bytes of an attachment by its SHA-256; None leaves them out.
    """
    conversation = loaded.conversation
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "id": conversation.id,
        "title": conversation.title,
        "titled": conversation.titled,
        "created_at": exact_time(conversation.created_at),
        "updated_at": exact_time(conversation.updated_at),
        "pinned": conversation.pinned,
        "head": conversation.head,
        "parameters": conversation.parameters,
        "draft": conversation.draft,
        "model": conversation.model,
        "messages": [_message_as_json(message) for message in loaded.messages],
        "blobs": _blobs_as_json(loaded.messages, blob) if blob is not None else {},
    }
    return f"{dumped(document)}\n"


def dumped(value: object) -> str:
    """JSON that every reader takes, whatever a server has sent."""
    try:
        text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(value), ensure_ascii=False, indent=1)
    return json.dumps(_finite(value), indent=1) if has_half(text) else text


def of_json(document: Fields) -> Imported:
    """The conversation of a document that says that it is one.

    Raises:
        UnreadableError
    """
    version = document.count("version")
    if version > VERSION:
        raise UnreadableError(
            f"A later version of lmstudio-tui made it (format {version}; this one reads up to {VERSION}).",
            hint="Update lmstudio-tui, and import it again.",
        )
    identity = id_or_new(document.text("id"))
    messages = tuple(_message(fields, identity) for fields in document.objects("messages", MOST_MESSAGES))
    _check_tree(messages, document.place("messages"))
    head = document.maybe_text("head")
    known = {message.id for message in messages}
    conversation = Conversation(
        id=identity,
        title=title_of(document.text("title")),
        titled=document.flag("titled"),
        created_at=document.time("created_at"),
        updated_at=document.time("updated_at"),
        pinned=document.flag("pinned"),
        head=head if head in known else messages[-1].id if messages else None,
        parameters=document.object("parameters").values,
        draft=document.text("draft"),
        model=document.text("model"),
        messages=len(messages),
    )
    blobs = _blobs(document.object("blobs"), {one.sha256 for message in messages for one in message.attachments})
    return Imported(Loaded(conversation, messages), blobs)


def id_or_new(text: str) -> str:
    """An id as it was when it looks like one, otherwise a new one."""
    return text if _ID.fullmatch(text) else new_id()


def title_of(text: str) -> str:
    """A title as one line of bounded length."""
    line = clean_line(text[: LONGEST_TITLE * 8])
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def _message_as_json(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role,
        "text": message.text,
        "reasoning": message.reasoning,
        "tool_calls": [{"id": one.id, "name": one.name, "arguments": one.arguments} for one in message.tool_calls],
        "tool_call_id": message.tool_call_id,
        "attachments": [_attachment_as_json(one) for one in message.attachments],
        "status": message.status,
        "requested_model": message.requested_model,
        "model": message.model,
        "parameters": message.parameters,
        "usage": message.usage,
        "stats": message.stats,
        "finish_reason": message.finish_reason,
        "note": message.note,
        "created_at": exact_time(message.created_at),
    }


def _attachment_as_json(attachment: Attachment) -> dict[str, Any]:
    return {
        "id": attachment.id,
        "kind": attachment.kind,
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "width": attachment.width,
        "height": attachment.height,
    }


def _blobs_as_json(messages: Iterable[Message], blob: Callable[[str], bytes | None]) -> dict[str, str]:
    wanted = dict.fromkeys(one.sha256 for message in messages for one in message.attachments)
    found = {sha256: blob(sha256) for sha256 in wanted}
    return {sha256: base64.b64encode(data).decode() for sha256, data in found.items() if data is not None}


def _message(fields: Fields, conversation_id: str) -> Message:
    role, status = fields.text("role"), fields.text("status", "complete")
    if role not in get_args(Role):
        raise UnreadableError(
            f"The role is {role[:40]!r}; it should be user, assistant or tool.", where=fields.place("role")
        )
    if status not in get_args(Status):
        raise UnreadableError(f"There is no status {status[:40]!r}.", where=fields.place("status"))
    identity = fields.text("id")
    if not _ID.fullmatch(identity):
        raise UnreadableError("This is no id of a message.", where=fields.place("id"))
    return Message(
        id=identity,
        conversation_id=conversation_id,
        parent_id=fields.maybe_text("parent_id"),
        role=cast("Role", role),
        text=fields.text("text"),
        reasoning=fields.text("reasoning"),
        tool_calls=tuple(_call(one) for one in fields.objects("tool_calls")),
        tool_call_id=fields.maybe_text("tool_call_id"),
        attachments=tuple(_attachment(one) for one in fields.objects("attachments")),
        status=cast("Status", status),
        requested_model=fields.maybe_text("requested_model"),
        model=fields.text("model"),
        parameters=fields.object("parameters").values,
        usage=fields.object("usage").values if "usage" in fields else None,
        stats=fields.object("stats").values if "stats" in fields else None,
        finish_reason=fields.maybe_text("finish_reason"),
        note=fields.text("note"),
        created_at=fields.time("created_at"),
    )


def _call(fields: Fields) -> ToolCallRecord:
    return ToolCallRecord(id=fields.text("id"), name=fields.text("name"), arguments=fields.text("arguments"))


def _attachment(fields: Fields) -> Attachment:
    kind, sha256 = fields.text("kind"), fields.text("sha256")
    if kind not in {"image", "text"}:
        raise UnreadableError(f"There is no attachment of the kind {kind[:40]!r}.", where=fields.place("kind"))
    if not _SHA256.fullmatch(sha256):
        raise UnreadableError("This is no SHA-256.", where=fields.place("sha256"))
    return Attachment(
        id=id_or_new(fields.text("id")),
        kind="image" if kind == "image" else "text",
        name=fields.text("name"),
        media_type=fields.text("media_type"),
        size=fields.count("size"),
        sha256=sha256,
        width=fields.count("width"),
        height=fields.count("height"),
    )


def _check_tree(messages: tuple[Message, ...], where: str) -> None:
    """Each id once, each message after another one that is there, and no circles.

    Raises:
        UnreadableError
    """
    places: dict[str, int] = {}
    for at, message in enumerate(messages):
        if places.setdefault(message.id, at) != at:
            raise UnreadableError(f"There are two messages with the id {message.id}.", where=f"{where}[{at}].id")
    rooted: set[str | None] = {None}
    for at, message in enumerate(messages):
        path: list[str] = []
        one: str | None = message.id
        while one not in rooted:
            if one not in places or len(path) > len(messages):
                wrong = "is not there" if one not in places else "follows this one"
                raise UnreadableError(f"The message that it follows {wrong}.", where=f"{where}[{at}].parent_id")
            path.append(one)
            one = messages[places[one]].parent_id
        rooted.update(path)


def _blobs(fields: Fields, wanted: set[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for sha256 in fields.values:
        if sha256 not in wanted:
            continue
        data = bytes_of(fields.text(sha256), fields.place(sha256[:12]))
        if hashlib.sha256(data).hexdigest() != sha256:
            raise UnreadableError("The bytes of this attachment are damaged.", where=fields.place(sha256[:12]))
        found[sha256] = data
    return found


def bytes_of(text: str, where: str) -> bytes:
    """The bytes of a base64 text.

    Raises:
        UnreadableError: when it is none, or too long.
    """
    if len(text) > LARGEST_ATTACHMENT * 4 // 3 + 4:
        raise UnreadableError(f"The attachment is larger than {LARGEST_ATTACHMENT:,} bytes.", where=where)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise UnreadableError("This is no base64.", where=where) from None


def _finite(value: Any) -> Any:
    """The same without NaN and the infinities, which JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if is_list(value):
        return [_finite(item) for item in value]
    if is_object(value):
        return {name: _finite(item) for name, item in value.items()}
    return value
