"""A conversation in the order in which it is read: the branch that is shown, then each of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.features.chat.thread import Thread

if TYPE_CHECKING:
    from lmstudio_tui.store.library.records import Loaded, Message


@dataclass(frozen=True, slots=True)
class Branch:
    """Some messages that follow each other.

    Args:
        after: the message, on a branch before, that the first of them follows; None when they begin the conversation.
        messages: the first one first.
    """

    after: Message | None
    messages: tuple[Message, ...]


def branches(loaded: Loaded, *, whole_tree: bool) -> tuple[Branch, ...]:
    """The branch that is shown; with the whole tree, what is on no branch before, too."""
    thread = Thread(loaded.messages, loaded.conversation.head)
    found = [Branch(None, thread.path)]
    if not whole_tree:
        return tuple(found)
    seen = {message.id for message in thread.path}
    # From the front, so that a branch comes before those that leave it.
    ordered = [each for first in thread.children(None) for each in thread.below(first)]
    for start in ordered:
        if start in seen:
            continue
        end = thread.tip(start)
        messages = tuple(thread.messages[each] for each in reversed(thread.tree.upwards(end)) if each not in seen)
        seen.update(message.id for message in messages)
        found.append(Branch(thread.parent(messages[0].id), messages))
    return tuple(found)
