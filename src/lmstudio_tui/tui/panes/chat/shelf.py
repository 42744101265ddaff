"""What the list of conversations can ask for: the library, and what is open of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lmstudio_tui.store.library.records import new_id
from lmstudio_tui.tui.panes.chat.desk import Undo

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.store.library.records import Conversation, Hit, Loaded
    from lmstudio_tui.tui.panes.chat.pane import ChatPane

_MOST = 20_000
"""Conversations that are listed."""


class Shelf:
    """The conversations of a chat pane, as its list wants them (`screens.conversations.ConversationsDesk`).

    Args:
        pane: where they are opened.
    """

    def __init__(self, pane: ChatPane) -> None:
        self._pane = pane
        self._library = pane.desk.library
        self._known: dict[str, Conversation] = {}
        self._asked = 0

    @property
    def open_ids(self) -> frozenset[str]:
        """The conversations that are open in tabs."""
        return frozenset(tab.conversation.id for tab in self._pane.tabs)

    @property
    def streaming_ids(self) -> frozenset[str]:
        """Those in which an answer is on its way."""
        return frozenset(tab.conversation.id for tab in self._pane.tabs if tab.streaming)

    def interrupted(self) -> frozenset[str]:
        """Those that are open, and whose last answer was cut off."""
        cut: set[str] = set()
        for tab in self._pane.tabs:
            path = tab.view.thread.path if tab.view is not None else ()
            if path and path[-1].status == "interrupted":
                cut.add(tab.conversation.id)
        return frozenset(cut)

    def search(self, query: str, deliver: Callable[[tuple[Hit, ...]], None]) -> None:
        """Find conversations; what is overtaken by a later search is not delivered."""
        self._asked += 1
        number = self._asked

        def look(emit: object, scope: object) -> tuple[Hit, ...]:
            del emit, scope
            return self._library.conversations(query, limit=_MOST)

        def show(hits: tuple[Hit, ...]) -> None:
            if number == self._asked:
                self._known.update((hit.conversation.id, hit.conversation) for hit in hits)
                deliver(hits)

        self._pane.runs.start(look, finished=show, name="conversations")

    def conversation(self, conversation_id: str) -> Conversation | None:
        """A conversation that was found before."""
        return self._known.get(conversation_id)

    def rename(self, conversation_id: str, title: str) -> None:
        """Give it another title."""
        self._library.update(conversation_id, title=title, titled=True)
        if (known := self._known.get(conversation_id)) is not None:
            self._show(replace(known, title=title, titled=True))

    def pin(self, conversation_id: str, pinned: bool) -> None:
        """Keep it at the top, or no longer."""
        self._library.update(conversation_id, pinned=pinned)
        if (known := self._known.get(conversation_id)) is not None:
            self._show(replace(known, pinned=pinned))

    def _show(self, changed: Conversation) -> None:
        self._known[changed.id] = changed
        self._pane.show_conversation(changed)

    def delete(self, conversation_id: str) -> None:
        """Delete it; it can be undone. Its tab closes."""
        known = self._known.get(conversation_id)
        self._library.delete(conversation_id)
        was_open = conversation_id in self.open_ids
        if was_open:
            self._pane.call_later(self._pane.close_conversation, conversation_id)
        title = known.title if known is not None else ""

        def back() -> None:
            self._library.restore(conversation_id)
            if was_open and known is not None:
                self._pane.call_later(self._pane.open, known)

        self._pane.desk.undos.append(Undo(f"“{title or 'New chat'}” is back.", back))

    def undo(self) -> str:
        """Bring back what was deleted last; says what, or that there is nothing."""
        return self._pane.desk.undo()

    def duplicate(self, conversation_id: str) -> None:
        """Make a second one with the same content."""
        self._library.duplicate(conversation_id, new_id())

    def export(self, conversation_id: str) -> None:
        """Write it to a file."""

        def load(emit: object, scope: object) -> Loaded | None:
            del emit, scope
            return self._library.load(conversation_id)

        def write(loaded: Loaded | None) -> None:
            if loaded is not None:
                self._pane.porting.choose_export(loaded)

        self._pane.runs.start(load, finished=write, name="load")

    def import_file(self) -> None:
        """Read conversations from a file."""
        self._pane.porting.choose_import()
