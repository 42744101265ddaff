"""What can be written into the library. Each of these is called within a transaction, and may be called again."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from lmstudio_tui.store.library.base import placeholders
from lmstudio_tui.store.library.index import forget_messages, index_message
from lmstudio_tui.store.library.pieces import CALLS, REASONING, TEXT, drop, joined
from lmstudio_tui.store.library.reading import load
from lmstudio_tui.store.library.records import Conversation
from lmstudio_tui.store.library.rows import CONVERSATION_COLUMNS, MESSAGE_COLUMNS, conversation_row, message_row
from lmstudio_tui.store.library.schema import SHIFT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lmstudio_tui.store.library.base import Base, Row
    from lmstudio_tui.store.library.records import Loaded, Message

KEPT_DELETED: Final = 30 * 24 * 3600.0
"""Seconds that something deleted can be brought back."""

_ADD_CONVERSATION: Final = (
    f"INSERT INTO conversations({', '.join(CONVERSATION_COLUMNS)}) VALUES({placeholders(len(CONVERSATION_COLUMNS))})"
)
_ADD_MESSAGE: Final = (
    f"INSERT INTO messages(number, writer, {', '.join(MESSAGE_COLUMNS)}) "
    f"VALUES(?, ?, {placeholders(len(MESSAGE_COLUMNS))})"
)
_CHANGE_MESSAGE: Final = (
    f"UPDATE messages SET writer = ?, {', '.join(f'{name} = ?' for name in MESSAGE_COLUMNS)} WHERE number = ?"  # noqa: S608
)
_BELOW: Final = """WITH RECURSIVE below(number, id) AS (
    SELECT number, id FROM messages WHERE id = ?
    UNION SELECT messages.number, messages.id FROM messages JOIN below ON messages.parent_id = below.id
) SELECT messages.number FROM below JOIN messages ON messages.number = below.number WHERE """


def begin_log(base: Base) -> None:
    """Change nothing, and have it written: SQLite waits for the disk when it begins a log."""
    (version,) = base.rows("PRAGMA user_version")[0]
    base.run(f"PRAGMA user_version = {version}")


def create(base: Base, row: Row) -> None:
    """A new conversation. One that is there already stays as it is."""
    base.run(f"{_ADD_CONVERSATION} ON CONFLICT(id) DO NOTHING", row)


def update(base: Base, conversation_id: str, values: Mapping[str, object]) -> None:
    """Change columns of a conversation."""
    changes = ", ".join(f"{name} = ?" for name in values)
    base.run(f"UPDATE conversations SET {changes} WHERE id = ?", (*values.values(), conversation_id))  # noqa: S608


def add(
    base: Base, row: Row, conversation_id: str, moment: float, writer: Callable[[], str | None] | None = None
) -> None:
    """A message, in place of one with the same id.

    Args:
        base: where.
        row: the values of `MESSAGE_COLUMNS`.
        conversation_id: its conversation; where that is missing, it is made, so that no message is lost.
        moment: now, in seconds since 1970.
        writer: names the process that is still writing it.
    """
    known = base.first("SELECT number FROM messages WHERE id = ?", (row[0],))
    drop(base, row[0])
    named = None if writer is None else writer()
    if known is None:
        number = _next_number(base, _conversation_number(base, conversation_id, moment))
        base.run(_ADD_MESSAGE, (number, named, *row))
    else:
        number = int(known[0])
        forget_messages(base, [number])
        base.run(_CHANGE_MESSAGE, (named, *row, number))
    index_message(base, number)
    base.run("UPDATE conversations SET updated_at = max(updated_at, ?) WHERE id = ?", (moment, conversation_id))


def interrupt(base: Base, ids: Iterable[str]) -> None:
    """The process that wrote these answers is gone: what there is of each is all of it."""
    for id_ in ids:
        row = base.first(
            "SELECT number, text, reasoning, tool_calls FROM messages WHERE id = ? AND status = 'streaming'", (id_,)
        )
        if row is None:  # Another program has seen it, too.
            continue
        number, *before = row
        values = joined(base, [id_]).get(id_)
        if values is not None:
            text, reasoning, calls = values
            before = [before[0] + text, before[1] + reasoning, calls or before[2]]
        base.run(
            "UPDATE messages SET text = ?, reasoning = ?, tool_calls = ?, status = 'interrupted', writer = NULL"
            " WHERE number = ?",
            (*before, number),
        )
        drop(base, id_)
        index_message(base, number)


def delete(base: Base, conversation_id: str, moment: float) -> None:
    """Delete a conversation; it can be brought back."""
    base.run("UPDATE conversations SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL", (moment, conversation_id))


def restore(base: Base, conversation_id: str) -> None:
    """Bring a deleted conversation back."""
    base.run("UPDATE conversations SET deleted_at = NULL WHERE id = ?", (conversation_id,))


def delete_messages(base: Base, ids: Sequence[str], moment: float) -> None:
    """Delete messages and all below them; they can be brought back."""
    for id_ in ids:
        numbers = [row[0] for row in base.rows(f"{_BELOW} deleted_at IS NULL", (id_,))]
        forget_messages(base, numbers)
        base.many("UPDATE messages SET deleted_at = ? WHERE number = ?", [(moment, number) for number in numbers])


def restore_messages(base: Base, ids: Sequence[str]) -> None:
    """Bring deleted messages back, and what was deleted with them."""
    for id_ in ids:
        gone = base.first("SELECT deleted_at FROM messages WHERE id = ?", (id_,))
        if gone is None or gone[0] is None:
            continue
        numbers = [row[0] for row in base.rows(f"{_BELOW} deleted_at = ?", (id_, gone[0]))]
        base.many("UPDATE messages SET deleted_at = NULL WHERE number = ?", [(number,) for number in numbers])
        for number in numbers:
            index_message(base, number)


def duplicate(base: Base, conversation_id: str, new_id: str, moment: float) -> None:
    """A second conversation with the same messages, under ids of their own."""
    loaded = load(base, conversation_id)
    if loaded is None:
        return
    title = f"{loaded.conversation.title} (copy)" if loaded.conversation.title else ""
    copy = _renamed(loaded, new_id)
    changes = replace(copy.conversation, title=title, created_at=moment, updated_at=moment, pinned=False)
    _put(base, changes, copy.messages)


def import_(base: Base, loaded: Loaded) -> None:
    """A conversation from elsewhere. What is there already is not changed, only what is missing is added."""
    conversation = loaded.conversation
    ids = {each.id for each in loaded.messages}
    if any(_elsewhere(base, id_, conversation.id) for id_ in ids):
        # The same messages belong to another conversation: these are copies.
        loaded = _renamed(loaded, conversation.id)
    restore(base, conversation.id)
    _put(base, loaded.conversation, loaded.messages)


def save_preset(base: Base, name: str, parameters: str | None) -> None:
    """Parameters under a name."""
    base.run("INSERT OR REPLACE INTO presets VALUES(?, ?)", (name, parameters))


def delete_preset(base: Base, name: str) -> None:
    """Forget the parameters of that name."""
    base.run("DELETE FROM presets WHERE name = ?", (name,))


def put_blob(base: Base, sha256: str, content: bytes, moment: float) -> None:
    """Bytes, once."""
    base.run("INSERT OR IGNORE INTO blobs VALUES(?, ?, ?)", (sha256, content, moment))


def put_pieces(base: Base, message_id: str, pieces: Iterable[tuple[int, str]]) -> None:
    """More of an answer; what is there is not touched."""
    base.many(
        "INSERT INTO pieces(message_id, kind, text) VALUES(?, ?, ?)",
        [(message_id, kind, text) for kind, text in pieces if text],
    )


def replace_pieces(base: Base, message_id: str, text: str, reasoning: str) -> None:
    """Something else in place of all that has come."""
    base.run("DELETE FROM pieces WHERE message_id = ? AND kind <> ?", (message_id, CALLS))
    put_pieces(base, message_id, ((TEXT, text), (REASONING, reasoning)))


def replace_calls(base: Base, message_id: str, calls: str) -> None:
    """The tool calls as far as they have come."""
    base.run("DELETE FROM pieces WHERE message_id = ? AND kind = ?", (message_id, CALLS))
    put_pieces(base, message_id, ((CALLS, calls),))


def _conversation_number(base: Base, conversation_id: str, moment: float) -> int:
    create(base, conversation_row(Conversation(id=conversation_id, created_at=moment, updated_at=moment)))
    row = base.first("SELECT number FROM conversations WHERE id = ?", (conversation_id,))
    return 0 if row is None else int(row[0])


def _next_number(base: Base, conversation: int) -> int:
    low = conversation << SHIFT
    row = base.first("SELECT max(number) FROM messages WHERE number >= ? AND number < ?", (low, low + (1 << SHIFT)))
    return low + 1 if row is None or row[0] is None else int(row[0]) + 1


def _put(base: Base, conversation: Conversation, messages: Iterable[Message]) -> None:
    """Add what is not there."""
    create(base, conversation_row(conversation))
    number = _conversation_number(base, conversation.id, conversation.created_at)
    following = _next_number(base, number)
    for message in messages:
        if base.first("SELECT 1 FROM messages WHERE id = ?", (message.id,)) is None:
            ended = replace(message, status="interrupted") if message.status == "streaming" else message
            base.run(_ADD_MESSAGE, (following, None, *message_row(ended)))
            index_message(base, following)
            following += 1


def _elsewhere(base: Base, message_id: str, conversation_id: str) -> bool:
    return (
        base.first(
            f"SELECT 1 FROM messages JOIN conversations ON conversations.number = messages.number >> {SHIFT}"  # noqa: S608
            " WHERE messages.id = ? AND conversations.id <> ?",
            (message_id, conversation_id),
        )
        is not None
    )


def _renamed(loaded: Loaded, conversation_id: str) -> Loaded:
    """The same under another id, the messages too. The ids follow from the old ones: the same each time."""

    def other(id_: str) -> str:
        return blake2b(f"{conversation_id} {id_}".encode(), digest_size=16).hexdigest()

    names = {each.id: other(each.id) for each in loaded.messages}
    return replace(
        loaded,
        conversation=replace(loaded.conversation, id=conversation_id, head=names.get(loaded.conversation.head or "")),
        messages=tuple(
            replace(
                each,
                id=names[each.id],
                conversation_id=conversation_id,
                parent_id=names.get(each.parent_id or "", each.parent_id),
            )
            for each in loaded.messages
        ),
    )
