"""What the list of conversations can ask for: the library, and what is open of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lmstudio_tui.store.library.records import new_id
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.chat.desk import Undo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lmstudio_tui.store.library import Library
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

    def conversation(self, id: str) -> Conversation | None:  # noqa: A002 - as the messages name it
        """A conversation that was found before."""
        return self._known.get(id)

    def rename(self, id: str, title: str) -> None:  # noqa: A002
        """Give it another title."""
        self._update(id, title=title, titled=True)

    def pin(self, id: str, pinned: bool) -> None:  # noqa: A002
        """Keep it at the top, or no longer."""
        self._update(id, pinned=pinned)

    def _update(self, id_: str, **fields: object) -> None:
        self._library.update(id_, **fields)
        known = self._known.get(id_)
        if known is not None:
            self._known[id_] = known = replace(known, **fields)  # pyright: ignore[reportArgumentType] - fields of it
            self._pane.show_conversation(known)

    def delete(self, id: str) -> None:  # noqa: A002
        """Delete it; it can be undone. Its tab closes."""
        known = self._known.get(id)
        self._library.delete(id)
        was_open = id in self.open_ids
        if was_open:
            self._pane.call_later(self._pane.close_conversation, id)
        title = known.title if known is not None else ""

        def back() -> None:
            self._library.restore(id)
            if was_open and known is not None:
                self._pane.call_later(self._pane.open, known)

        self._pane.desk.undos.append(Undo(f"“{title or 'New chat'}” is back.", back))

    def undo(self) -> str:
        """Bring back what was deleted last; says what, or that there is nothing."""
        return self._pane.desk.undo()

    def duplicate(self, id: str) -> None:  # noqa: A002
        """Make a second one with the same content."""
        self._library.duplicate(id, new_id())

    def export(self, id: str) -> None:  # noqa: A002
        """Write it to a file."""

        def load(emit: object, scope: object) -> Loaded | None:
            del emit, scope
            return self._library.load(id)

        def write(loaded: Loaded | None) -> None:
            if loaded is not None:
                self._pane.choose_export(loaded)

        self._pane.runs.start(load, finished=write, name="load")

    def import_file(self) -> None:
        """Read conversations from a file."""
        self._pane.action_import()


def take_in(paths: Sequence[Path], library: Library, now: float) -> tuple[list[Conversation], list[str]]:
    """Read conversations from files into the library. Blocks.

    Returns:
        what was read, and a sentence for each file that could not be.
    """
    from lmstudio_tui.features.history.importing import read_file, settled, with_new_ids
    from lmstudio_tui.features.history.values import UnreadableError

    conversations: list[Conversation] = []
    complaints: list[str] = []
    for path in paths:
        try:
            found = read_file(path)
        except UnreadableError as failure:
            complaints.append(f"{clean_line(path.name)}: {failure}")
            continue
        except OSError as error:
            complaints.append(f"{clean_line(path.name)} cannot be read: {(error.strerror or 'no file').lower()}.")
            continue
        for one in found:
            kept = with_new_ids(settled(one, now))
            for data in kept.blobs.values():
                library.put_blob(data)
            library.import_(kept.loaded)
            conversations.append(kept.loaded.conversation)
    return conversations, complaints
