"""A conversation as the library has it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.features.chat.titles import title_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lmstudio_tui.store.library import Library
    from lmstudio_tui.store.library.records import Conversation, Message
    from lmstudio_tui.tui.worker_bridge import Runs

_AT_ONCE = 0.02
"""Seconds that everything waits for what was said to be on disk. It takes less than a thousandth, mostly."""
_PATIENCE = 2.0
"""Seconds that what was said waits for the disk, and nothing else does, before it is shown all the same."""


class KeptConversation:
    """A conversation, here and in the library: what is changed in one is changed in the other.

    Args:
        library: where it is kept.
        now: the time of day.
        conversation: which one.
        kept: whether the library has it; a new one is not there before something is said or typed in it.
    """

    def __init__(
        self, library: Library, now: Callable[[], datetime], conversation: Conversation, *, kept: bool
    ) -> None:
        self.conversation = conversation
        """As it is now."""
        self.kept = kept
        """Whether the library has it."""
        self.parameters, self.tools = _asked_with(conversation)
        """With what it is asked, and the names of the tools that the model may call."""
        self.waiting = False
        """Whether something was said that waits for the disk."""
        self._library = library
        self._ready = False
        self._now = now

    def loaded(self, conversation: Conversation) -> None:
        """The library has it like this."""
        self.conversation, self.kept = conversation, True
        self.parameters, self.tools = _asked_with(conversation)

    def gone(self) -> None:
        """The library has nothing of it any more."""
        self.kept = False

    def make_ready(self) -> None:
        """It will be in the library soon."""
        if not self._ready:
            self._ready = True
            self._library.make_ready()

    def keep(self) -> bool:
        """From now on it is in the library. Whether it was not until now."""
        if self.kept:
            return False
        self.kept = True
        moment = self._now().timestamp()
        self.conversation = replace(self.conversation, created_at=moment, updated_at=moment)
        self._library.create(self.conversation)
        return True

    def change(self, **fields: Any) -> None:
        """Change something of it."""
        self.conversation = replace(self.conversation, **fields)
        if self.kept:
            self._library.update(self.conversation.id, **fields)

    def ask_with(self, parameters: Parameters, tools: tuple[str, ...]) -> None:
        """From now on it is asked with these parameters, and the model may call these tools."""
        self.parameters, self.tools = parameters, tools
        found: dict[str, Any] = parameters.to_json()
        if tools:
            found["tools"] = list(tools)
        self.change(parameters=found)

    def add(self, message: Message) -> None:
        """One more message, with which the branch that is shown ends. An answer on its way is written by its writer."""
        if message.status != "streaming":
            self._library.add(message)
        self.change(head=message.id)
        if not self.conversation.title and message.role == "user":
            self.change(title=title_of(message.text, [one.name for one in message.attachments]))

    def when_on_disk(self, runs: Runs, then: Callable[[], None]) -> None:
        """Go on when all that was kept is on disk: at once, mostly; after a while all the same.

        Args:
            runs: of whoever waits; who is gone by then hears nothing.
            then: goes on.
        """
        library = self._library

        def wait(emit: object, scope: object) -> bool:
            del emit, scope
            return library.saved(_PATIENCE)

        def go_on(kept: bool) -> None:
            del kept  # A library that cannot be written has said so.
            self.waiting = False
            then()

        if library.saved(_AT_ONCE):
            then()
        else:
            self.waiting = True
            runs.start(wait, finished=go_on, name="kept")

    def changed_elsewhere(self, conversation: Conversation) -> None:
        """It was renamed or pinned in the list."""
        self.conversation = replace(
            self.conversation, title=conversation.title, titled=conversation.titled, pinned=conversation.pinned
        )


def _asked_with(conversation: Conversation) -> tuple[Parameters, tuple[str, ...]]:
    found = conversation.parameters
    return Parameters.from_json(found), tuple(map(str, found.get("tools") or ()))
