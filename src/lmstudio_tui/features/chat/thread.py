"""The messages of a conversation with all their branches, and the branch that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from lmstudio_tui.features.chat.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lmstudio_tui.store.library.records import Message


class Thread:
    """The messages of a conversation, and the one that the branch on the screen ends with. A value: it never changes.

    Each edit and each repetition is a branch: messages with the same parent and the same role are versions of each
    other. A damaged tree is shown as far as it goes (`Tree`), and the newest branch if the head does not exist.

    Args:
        messages: on all branches, in any order, or as they are by their ids, or the tree of them.
        head: the last message of the branch to show; None for the newest branch.
        chosen: which message was last shown below another one, by the ids of both; the first ones are below None.
        path: the branch, where it is known already.
    """

    __slots__ = ("_chosen", "_head", "_path", "_tree")

    def __init__(
        self,
        messages: Tree | Mapping[str, Message] | Iterable[Message] = (),
        head: str | None = None,
        chosen: Mapping[str | None, str] | None = None,
        *,
        path: tuple[Message, ...] | None = None,
    ) -> None:
        tree = messages if isinstance(messages, Tree) else Tree.of(_each(messages))
        self._tree = tree
        self._chosen = chosen or {}
        if tree.messages and head not in tree.messages:
            head, path = self.tip(tree.newest(None)), None
        if path is None:
            way = tree.upwards(head if tree.messages else None)
            self._chosen = {**self._chosen, **{tree.above(each): each for each in way}}
            path = tuple(tree.messages[each] for each in reversed(way))
        self._path = path
        self._head = path[-1].id if path else None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Thread):
            return NotImplemented
        return self.head == other.head and self.tree.messages == other.tree.messages

    def __len__(self) -> int:
        return len(self._tree.messages)

    def __contains__(self, id: object) -> bool:  # noqa: A002 - as the messages name it
        return id in self._tree.messages

    def __repr__(self) -> str:
        return f"Thread({len(self)} messages, head={self._head!r})"

    @property
    def tree(self) -> Tree:
        """All messages, and which are right below which."""
        return self._tree

    @property
    def messages(self) -> Mapping[str, Message]:
        """All messages, on all branches, by their ids."""
        return MappingProxyType(self._tree.messages)

    @property
    def head(self) -> str | None:
        """The last message of the branch that is shown; None while there is none."""
        return self._head

    @property
    def chosen(self) -> Mapping[str | None, str]:
        """Which message was last shown below another one, by the ids of both; the first ones are below None."""
        return MappingProxyType(self._chosen)

    @property
    def path(self) -> tuple[Message, ...]:
        """The branch that is shown, from its first message to the head."""
        return self._path

    @property
    def last_answer(self) -> Message | None:
        """The last answer on the branch that has a text."""
        return next((message for message in reversed(self.path) if message.role == "assistant" and message.text), None)

    @property
    def last_prompt(self) -> Message | None:
        """The last prompt on the branch."""
        return next((message for message in reversed(self.path) if message.role == "user"), None)

    @property
    def prompts(self) -> tuple[str, ...]:
        """What was asked on the branch, the oldest first."""
        return tuple(message.text for message in self.path if message.role == "user")

    def get(self, id: str | None) -> Message | None:  # noqa: A002 - as the messages name it
        """A message, on whichever branch; None when there is none of this id."""
        return None if id is None else self._tree.messages.get(id)

    def parent(self, id: str) -> Message | None:  # noqa: A002 - as the messages name it
        """The message before this one; None for a first one, and when there is no such message."""
        return self.get(self._tree.above(id)) if id in self else None

    def children(self, id: str | None) -> tuple[str, ...]:  # noqa: A002 - as the messages name it
        """The messages right below this one, of every role, the oldest first; the first ones are below None."""
        return self._tree.children.get(id, ())

    def below(self, id: str) -> tuple[str, ...]:  # noqa: A002 - as the messages name it
        """This message and all that follow from it, on all branches; each comes after its parent."""
        return self._tree.below(id) if id in self else ()

    def siblings(self, id: str) -> tuple[str, ...]:  # noqa: A002 - as the messages name it
        """The versions of a message, itself among them, the oldest first; nothing when there is no such message."""
        message = self.get(id)
        if message is None:
            return ()
        beside = self.children(self._tree.above(id))
        return tuple(each for each in beside if self._tree.messages[each].role == message.role)

    def position(self, id: str) -> tuple[int, int]:  # noqa: A002 - as the messages name it
        """Which of its versions a message is, from 1, and how many there are; (0, 0) when there is no such message."""
        versions = self.siblings(id)
        return (versions.index(id) + 1, len(versions)) if versions else (0, 0)

    def prompt_of(self, id: str) -> Message | None:  # noqa: A002 - as the messages name it
        """The prompt that a message answers: the next one above it; itself when it is a prompt."""
        above = (self._tree.messages[each] for each in self._tree.upwards(id)) if id in self else ()
        return next((message for message in above if message.role == "user"), None)

    def tip(self, id: str) -> str:  # noqa: A002 - as the messages name it
        """The end of the branch below a message: the one that was shown last, else the newest."""
        while below := self.children(id):
            chosen = self._chosen.get(id)
            id = chosen if chosen is not None and chosen in below else self._tree.newest(id)  # noqa: A001
        return id

    def switched(self, id: str, step: int) -> Thread:  # noqa: A002 - as the messages name it
        """The same with another version of a message shown, down to where its branch was left.

        Args:
            id: the message on the screen.
            step: how many versions further; beyond the first and the last nothing happens.
        """
        versions = self.siblings(id)
        place = versions.index(id) + step if versions else -1
        return self.showing(versions[place]) if step and 0 <= place < len(versions) else self

    def showing(self, id: str) -> Thread:  # noqa: A002 - as the messages name it
        """The same with the branch shown that a message is on, down to where it was left."""
        return self.ending(self.tip(id)) if id in self else self

    def ending(self, id: str) -> Thread:  # noqa: A002 - as the messages name it
        """The same with a message as the last one shown, whatever follows it: the next one begins a branch there."""
        return Thread(self._tree, id, self._chosen) if id in self and id != self._head else self

    def with_message(self, message: Message, head: bool = True) -> Thread:
        """The same with one more message; in the place of the one with its id, if there is one.

        Args:
            message: the new one.
            head: whether the branch on the screen now ends with it.
        """
        if message.id in self:
            return self.replaced(message).ending(message.id) if head else self.replaced(message)
        tree = self._tree.with_message(message)
        if self._tree.first or tree.first or self._head is None:
            return Thread(tree, message.id if head else self._head, self._chosen)
        if not head:
            return Thread(tree, self._head, self._chosen, path=self._path)
        if message.parent_id != self._head:
            return Thread(tree, message.id, self._chosen)
        return Thread(tree, message.id, {**self._chosen, self._head: message.id}, path=(*self._path, message))

    def replaced(self, message: Message) -> Thread:
        """The same with a message as it is now; unchanged when there is none with its id."""
        before = self.get(message.id)
        if before is None:
            return self
        tree = self._tree.replaced(message)
        path = _exchanged(self._path, before, message) if tree.children is self._tree.children else None
        return Thread(tree, self._head, self._chosen, path=path)

    def without(self, id: str) -> Thread:  # noqa: A002 - as the messages name it
        """The same without a message and all that follow from it.

        If the branch on the screen went through it, another version of it is shown, else the branch ends above it.
        """
        if id not in self:
            return self
        versions, tree = self.siblings(id), self._tree.without(id)
        if self._head in tree.messages:
            return Thread(tree, self._head, self._chosen, path=self._path)
        place = versions.index(id)
        beside = versions[place - 1] if place else versions[1] if len(versions) > 1 else None
        thread = Thread(tree, beside or self._tree.above(id), self._chosen)
        return thread if beside is None else thread.showing(beside)


def _each(messages: Mapping[str, Message] | Iterable[Message]) -> Iterable[Message]:
    return cast("Mapping[str, Message]", messages).values() if isinstance(messages, Mapping) else messages


def _exchanged(path: tuple[Message, ...], before: Message, after: Message) -> tuple[Message, ...]:
    """The branch with one message for another; the one that grows is nearly always the last."""
    for place in range(len(path) - 1, -1, -1):
        if path[place] is before:
            return (*path[:place], after, *path[place + 1 :])
    return path
