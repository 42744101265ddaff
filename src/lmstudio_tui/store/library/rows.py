"""Values of the library as rows of its tables, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from lmstudio_tui.store.library.records import Attachment, Conversation, Message, Role, Status, ToolCallRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lmstudio_tui.store.library.base import Row

MESSAGE_COLUMNS: Final = (
    "id",
    "parent_id",
    "role",
    "text",
    "reasoning",
    "tool_calls",
    "tool_call_id",
    "attachments",
    "status",
    "requested_model",
    "model",
    "parameters",
    "usage",
    "stats",
    "finish_reason",
    "note",
    "created_at",
)
CONVERSATION_COLUMNS: Final = (
    "id",
    "title",
    "titled",
    "created_at",
    "updated_at",
    "pinned",
    "head",
    "parameters",
    "draft",
    "model",
)

_LATEST: Final = 1e11
"""Seconds since 1970: more than a thousand years, and less than what dates can be made of."""
_ROLES: Final = frozenset(get_args(Role))
_STATUSES: Final = frozenset(get_args(Status))


def storable(text: str) -> str:
    """The same text as UTF-8 can hold it: two halves of a surrogate pair are joined, a lone one becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def message_row(message: Message) -> Row:
    """The values of `MESSAGE_COLUMNS`."""
    return (
        message.id,
        message.parent_id,
        message.role,
        storable(message.text),
        storable(message.reasoning),
        calls_text(message.tool_calls),
        _or_none(message.tool_call_id),
        _dumped([_attachment_members(each) for each in message.attachments]),
        message.status,
        _or_none(message.requested_model),
        storable(message.model),
        _dumped(message.parameters),
        None if message.usage is None else json.dumps(message.usage, default=str),
        None if message.stats is None else json.dumps(message.stats, default=str),
        _or_none(message.finish_reason),
        storable(message.note),
        float(message.created_at),
    )


def message_of(row: Sequence[Any], conversation_id: str) -> Message:
    """The message in a row of `MESSAGE_COLUMNS`."""
    return Message(
        id=row[0],
        conversation_id=conversation_id,
        parent_id=row[1],
        role=row[2] if row[2] in _ROLES else "user",
        text=_text(row[3]),
        reasoning=_text(row[4]),
        tool_calls=calls_of(row[5]),
        tool_call_id=row[6],
        attachments=_attachments_of(row[7]),
        status=row[8] if row[8] in _STATUSES else "complete",
        requested_model=row[9],
        model=_text(row[10]),
        parameters=_object(row[11]) or {},
        usage=_object(row[12]),
        stats=_object(row[13]),
        finish_reason=row[14],
        note=_text(row[15]),
        created_at=_time(row[16]),
    )


def conversation_row(conversation: Conversation) -> Row:
    """The values of `CONVERSATION_COLUMNS`."""
    return (
        conversation.id,
        storable(conversation.title),
        int(conversation.titled),
        float(conversation.created_at),
        float(conversation.updated_at),
        int(conversation.pinned),
        conversation.head,
        _dumped(conversation.parameters),
        storable(conversation.draft),
        storable(conversation.model),
    )


def conversation_of(row: Sequence[Any]) -> Conversation:
    """The conversation in a row of `CONVERSATION_COLUMNS` and the number of its messages."""
    return Conversation(
        id=row[0],
        title=_text(row[1]),
        titled=bool(row[2]),
        created_at=_time(row[3]),
        updated_at=_time(row[4]),
        pinned=bool(row[5]),
        head=row[6],
        parameters=_object(row[7]) or {},
        draft=_text(row[8]),
        model=_text(row[9]),
        messages=row[10],
    )


def field_value(name: str, value: object) -> object:
    """A field of a conversation as its column holds it.

    Raises:
        TypeError: when it cannot be of that field.
    """
    match name, value:
        case (("title" | "draft" | "model"), str()):
            return storable(value)
        case (("titled" | "pinned"), bool()):
            return int(value)
        case "head", (str() | None):
            return value
        case "parameters", dict():
            return _dumped(cast("dict[str, Any]", value))
        case _:
            message = f"A conversation has no {name} that could be {type(value).__name__}."
            raise TypeError(message)


def calls_text(calls: Iterable[ToolCallRecord]) -> str | None:
    """Tool calls as one text."""
    return _dumped([{"id": each.id, "name": each.name, "arguments": each.arguments} for each in calls])


def calls_of(text: str | None) -> tuple[ToolCallRecord, ...]:
    """The tool calls in such a text; what cannot be understood is passed over."""
    return tuple(
        ToolCallRecord(
            id=str(each.get("id", "")), name=str(each.get("name", "")), arguments=str(each.get("arguments", ""))
        )
        for each in _objects(text)
    )


def json_text(value: dict[str, Any]) -> str | None:
    """An object as text; nothing for an empty one. What JSON does not know is written as it prints itself."""
    return _dumped(value)


def json_object(text: str | None) -> dict[str, Any]:
    """The object in such a text; an empty one when there is none."""
    return _object(text) or {}


def _dumped(value: dict[str, Any] | list[dict[str, Any]]) -> str | None:
    return json.dumps(value, default=str) if value else None


def _or_none(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _attachment_members(attachment: Attachment) -> dict[str, Any]:
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


def _attachments_of(text: str | None) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            id=str(each.get("id", "")),
            kind="image" if each.get("kind") == "image" else "text",
            name=str(each.get("name", "")),
            media_type=str(each.get("media_type", "")),
            size=_count(each.get("size")),
            sha256=str(each.get("sha256", "")),
            width=_count(each.get("width")),
            height=_count(each.get("height")),
        )
        for each in _objects(text)
    )


def _text(value: object) -> str:
    """A text out of the file, which may hold anything where it is damaged."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _time(value: object) -> float:
    """A time out of the file; none that no calendar has."""
    return float(value) if isinstance(value, int | float) and abs(value) < _LATEST else 0.0


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _loaded(text: str | None) -> object:
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError, TypeError):  # TypeError: in a damaged file it may be no text
        return None


def _object(text: str | None) -> dict[str, Any] | None:
    value = _loaded(text)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _objects(text: str | None) -> list[dict[str, Any]]:
    values = _loaded(text)
    if not isinstance(values, list):
        return []
    return [cast("dict[str, Any]", each) for each in cast("list[object]", values) if isinstance(each, dict)]
