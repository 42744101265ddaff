"""The tree that the messages of a conversation make: who follows whom, however damaged it is."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lmstudio_tui.store.library.records import Message


@dataclass(frozen=True, slots=True)
class Tree:
    """All messages of a conversation, and which are right below which. `Tree.of` makes one.

    A message whose parent is missing counts as a first one, and so does the oldest message of a circle.

    Args:
        messages: by their ids.
        children: the ids of the messages right below one, the oldest first; the first ones are below None.
        first: the messages that count as first ones though they name a parent.
    """

    messages: Mapping[str, Message]
    children: Mapping[str | None, tuple[str, ...]]
    first: frozenset[str]

    @classmethod
    def of(cls, messages: Iterable[Message]) -> Tree:
        """The tree of these messages, in any order. Of several with one id the last one counts."""
        every = {message.id: message for message in messages}
        first = {
            message.id for message in every.values() if message.parent_id is not None and message.parent_id not in every
        }
        first |= _openings(every, first)
        below: dict[str | None, list[str]] = {}
        for message in sorted(every.values(), key=lambda message: message.created_at):
            below.setdefault(None if message.id in first else message.parent_id, []).append(message.id)
        return cls(every, {parent: tuple(ids) for parent, ids in below.items()}, frozenset(first))

    def above(self, id: str) -> str | None:  # noqa: A002 - as the messages name it
        """The message before this one, which must exist; None for a first one."""
        return None if id in self.first else self.messages[id].parent_id

    def upwards(self, id: str | None) -> list[str]:  # noqa: A002 - as the messages name it
        """This message and all above it, the first one last."""
        way: list[str] = []
        while id is not None:
            way.append(id)
            id = self.above(id)  # noqa: A001
        return way

    def below(self, id: str) -> tuple[str, ...]:  # noqa: A002 - as the messages name it
        """This message and all that follow from it; each comes after its parent."""
        found = [id]
        for each in found:
            found.extend(self.children.get(each, ()))
        return tuple(found)

    def newest(self, id: str | None) -> str:  # noqa: A002 - as the messages name it
        """The newest of all messages below one that has some; of several of the same moment the deepest."""
        level = self.children[id]
        best = level[-1]
        while level:
            newest = max(reversed(level), key=lambda each: self.messages[each].created_at)
            if self.messages[newest].created_at >= self.messages[best].created_at:
                best = newest
            level = [each for parent in level for each in self.children.get(parent, ())]
        return best

    def with_message(self, message: Message) -> Tree:
        """The same with one more message, whose id is new."""
        parent = message.parent_id
        if self.first or not (parent is None or parent in self.messages):
            return Tree.of((*self.messages.values(), message))
        beside = self.children.get(parent, ())
        place = bisect_right(beside, message.created_at, key=lambda each: self.messages[each].created_at)
        beside = (*beside[:place], message.id, *beside[place:])
        return Tree({**self.messages, message.id: message}, {**self.children, parent: beside}, self.first)

    def replaced(self, message: Message) -> Tree:
        """The same with a message as it is now."""
        before = self.messages[message.id]
        messages = {**self.messages, message.id: message}
        if (before.parent_id, before.created_at) != (message.parent_id, message.created_at):
            return Tree.of(messages.values())
        return Tree(messages, self.children, self.first)

    def without(self, id: str) -> Tree:  # noqa: A002 - as the messages name it
        """The same without a message and all that follow from it."""
        gone, above = frozenset(self.below(id)), self.above(id)
        children = {each: ids for each, ids in self.children.items() if each not in gone}
        children[above] = tuple(each for each in children[above] if each != id)
        messages = {each: message for each, message in self.messages.items() if each not in gone}
        return Tree(messages, children, self.first - gone)


def _openings(messages: Mapping[str, Message], first: set[str]) -> set[str]:
    """Where to open the circles of messages that follow each other: at the oldest one of each."""
    openings: set[str] = set()
    sound: set[str] = set()
    for start in messages:
        way: dict[str, None] = {}
        each: str | None = start
        while each is not None and each not in sound and each not in way:
            way[each] = None
            each = None if each in first else messages[each].parent_id
        if each is not None and each in way:
            ids = list(way)
            openings.add(min(ids[ids.index(each) :], key=lambda id_: messages[id_].created_at))
        sound.update(way)
    return openings
