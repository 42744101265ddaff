"""Putting a conversation together from what another program wrote: a tree whose nodes may hold nothing to keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lmstudio_tui.features.chat.titles import title_of as from_prompt
from lmstudio_tui.features.history.json_format import title_of
from lmstudio_tui.features.history.values import Imported, UnreadableError
from lmstudio_tui.store.library.records import Conversation, Loaded, Message, new_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Node:
    """A place in another program's tree.

    Args:
        key: how it is called there.
        parent: the key of the one before it; None, or one that is not there, for the first.
        message: what it holds; its ids and its parent are set by `grown`. None when there is nothing to keep: what
            follows it then follows the one before it.
    """

    key: str
    parent: str | None
    message: Message | None


def blank_message(role: str, text: str, *, created_at: float | None) -> Message:
    """A message whose place in the tree is not known yet.

    Args:
        role: `user`, `assistant` or `tool`.
        text: what was said.
        created_at: seconds since 1970; None where nobody knows, which is then that of the message before it.
    """
    speaker = "user" if role == "user" else "tool" if role == "tool" else "assistant"
    moment = -1.0 if created_at is None else created_at
    return Message(id=new_id(), conversation_id="", parent_id=None, role=speaker, text=text, created_at=moment)


def grown(
    nodes: Sequence[Node],
    conversation: Conversation,
    *,
    head: str | None = None,
    blobs: Mapping[str, bytes] | None = None,
    notes: tuple[str, ...] = (),
) -> Imported:
    """A conversation with the messages of these nodes, each after the one that it follows.

    Args:
        nodes: in any order.
        conversation: what is known of it; what it lacks of title and times is found in its messages.
        head: the key of the node that was shown last; None for the newest.
        blobs: the bytes of the attachments.
        notes: what could not be taken over.

    Raises:
        UnreadableError: when nodes follow each other in a circle.
    """
    ids: dict[str, str | None] = {}
    moments: dict[str | None, float] = {None: conversation.created_at}
    messages: list[Message] = []
    for node in from_the_root(nodes):
        parent = ids.get(node.parent) if node.parent is not None else None
        if node.message is None:
            ids[node.key] = parent
            continue
        moment = node.message.created_at if node.message.created_at >= 0 else moments[parent]
        # A message that is older than the one it follows would be shown before it.
        moments[node.message.id] = max(moment, moments[parent])
        ids[node.key] = node.message.id
        messages.append(
            replace(
                node.message,
                conversation_id=conversation.id,
                parent_id=parent,
                created_at=moments[node.message.id],
            )
        )
    messages.sort(key=lambda message: message.created_at)
    return Imported(
        Loaded(_completed(conversation, messages, ids.get(head or "")), tuple(messages)), blobs or {}, notes
    )


def from_the_root(nodes: Sequence[Node]) -> list[Node]:
    """The nodes, each after its parent.

    Raises:
        UnreadableError: when some follow each other in a circle.
    """
    known = {node.key for node in nodes}
    below: dict[str | None, list[Node]] = {}
    for node in nodes:
        below.setdefault(node.parent if node.parent in known else None, []).append(node)
    found = list(below.get(None, ()))
    for node in found:
        found.extend(below.get(node.key, ()))
    if len(found) != len(known):
        raise UnreadableError("Some of the messages follow each other in a circle.")
    return found


def _completed(conversation: Conversation, messages: list[Message], head: str | None) -> Conversation:
    newest = max((message.created_at for message in messages), default=0.0)
    first = next((message.text for message in messages if message.role == "user" and message.text.strip()), "")
    title = title_of(conversation.title)
    return replace(
        conversation,
        title=title or from_prompt(first),
        titled=bool(title),
        head=head or (messages[-1].id if messages else None),
        created_at=conversation.created_at or (messages[0].created_at if messages else 0.0),
        updated_at=max(conversation.updated_at, newest),
        messages=len(messages),
    )
