"""What can be read from the library, but for searching."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lmstudio_tui.store.library.pieces import joined
from lmstudio_tui.store.library.records import Loaded, Preset
from lmstudio_tui.store.library.rows import (
    CONVERSATION_COLUMNS,
    MESSAGE_COLUMNS,
    calls_of,
    conversation_of,
    json_object,
    message_of,
)
from lmstudio_tui.store.library.schema import SHIFT

if TYPE_CHECKING:
    from lmstudio_tui.store.library.base import Base
    from lmstudio_tui.store.library.records import Conversation, Message

CONVERSATIONS: Final = (
    f"SELECT {', '.join(CONVERSATION_COLUMNS)}, (SELECT count(*) FROM messages INDEXED BY messages_there"  # noqa: S608
    f" WHERE deleted_at IS NULL AND messages.number >= conversations.number << {SHIFT}"
    f" AND messages.number < (conversations.number + 1) << {SHIFT}) FROM conversations WHERE deleted_at IS NULL"
)
"""Rows for `conversation_of`; more conditions can follow."""

_MESSAGES: Final = (
    f"SELECT {', '.join(MESSAGE_COLUMNS)} FROM messages"  # noqa: S608
    " WHERE number >= ? AND number < ? AND deleted_at IS NULL ORDER BY number"
)


def newest(base: Base, limit: int) -> tuple[Conversation, ...]:
    """Conversations as the list has them: the pinned ones first, then the ones used last."""
    rows = base.rows(f"{CONVERSATIONS} ORDER BY pinned DESC, updated_at DESC, number DESC LIMIT ?", (limit,))
    return tuple(conversation_of(row) for row in rows)


def last_conversation(base: Base) -> Conversation | None:
    """The one that was used last."""
    row = base.first(f"{CONVERSATIONS} ORDER BY updated_at DESC, number DESC LIMIT 1")
    return None if row is None else conversation_of(row)


def find(base: Base, prefix: str) -> Conversation | None:
    """The conversation of that id, or the only one whose id begins with it."""
    row = base.first(f"{CONVERSATIONS} AND id = ?", (prefix,))
    if row is not None:
        return conversation_of(row)
    rows = base.rows(f"{CONVERSATIONS} AND substr(id, 1, ?) = ? LIMIT 2", (len(prefix), prefix)) if prefix else []
    return conversation_of(rows[0]) if len(rows) == 1 else None


def load(base: Base, conversation_id: str) -> Loaded | None:
    """A conversation with its messages; those still written as far as they have come."""
    row = base.first(f"{CONVERSATIONS} AND id = ?", (conversation_id,))
    number = base.first("SELECT number FROM conversations WHERE id = ?", (conversation_id,))
    if row is None or number is None:
        return None
    low = int(number[0]) << SHIFT
    messages = [message_of(each, conversation_id) for each in base.rows(_MESSAGES, (low, low + (1 << SHIFT)))]
    return Loaded(conversation_of(row), _with_pieces(base, messages))


def blob(base: Base, sha256: str) -> bytes | None:
    """Bytes that were put there."""
    row = base.first("SELECT content FROM blobs WHERE sha256 = ?", (sha256,))
    return None if row is None else bytes(row[0])


def presets(base: Base) -> tuple[Preset, ...]:
    """All of them, by name."""
    return tuple(
        Preset(name, json_object(parameters))
        for name, parameters in base.rows("SELECT name, parameters FROM presets ORDER BY name COLLATE NOCASE, name")
    )


def prompts(base: Base, limit: int) -> tuple[str, ...]:
    """What was asked last, without repeats, the latest at the end."""
    asked = base.run(
        "SELECT text FROM messages INDEXED BY messages_asked"  # noqa: S608
        f" JOIN conversations ON conversations.number = messages.number >> {SHIFT}"
        " WHERE role = 'user' AND messages.deleted_at IS NULL AND conversations.deleted_at IS NULL AND text <> ''"
        " ORDER BY messages.created_at DESC, messages.number DESC"
    )
    found: dict[str, None] = {}
    for (text,) in asked:
        found.setdefault(text)
        if len(found) >= limit:
            break
    return tuple(reversed(found))


def _with_pieces(base: Base, messages: list[Message]) -> tuple[Message, ...]:
    """The messages with what has come since they were begun."""
    if base.first("SELECT 1 FROM pieces LIMIT 1") is None:
        return tuple(messages)
    pieces = joined(base, [message.id for message in messages])
    return tuple(
        message
        if (more := pieces.get(message.id)) is None
        else replace(
            message,
            text=message.text + more[0],
            reasoning=message.reasoning + more[1],
            tool_calls=calls_of(more[2]) or message.tool_calls,
        )
        for message in messages
    )
