"""The list of conversations with its search: it shows what it is given, and says what is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.containers import Vertical
from textual.message import Message

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, moves, told
from lmstudio_tui.tui.timers import once
from lmstudio_tui.tui.widgets.conversation_list.rows import ConversationRows
from lmstudio_tui.tui.widgets.conversation_list.search import SearchInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Unpack

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from lmstudio_tui.store.library.records import Hit
    from lmstudio_tui.tui.typed import WidgetOptions
    from lmstudio_tui.tui.widgets.conversation_list.states import States

_PATIENCE: Final = 0.1
"""Seconds from the first key to the search: what is typed meanwhile is one search, and not one each."""


class ConversationList(Vertical):
    """Conversations, a search above them, and keys for what can be done with the one under the cursor.

    Keys that are letters work where the cursor is in the list, the others in the search as well.

    Args:
        now: the time of day, with its time zone.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("list.rename", "list.pin", "list.delete", "list.duplicate", "list.export", "list.import"),
        *bindings("list.search", "list.undo"),
        *moves(page_up="page(-1)", page_down="page(1)"),
    ]

    DEFAULT_CSS = """
    ConversationList { height: 1fr; }
    """

    @dataclass
    class SearchWanted(Message):
        """Conversations are to be looked for; the answer is `show(hits, query)`.

        Attributes:
            query: what for; empty for all of them.
        """

        query: str

    @dataclass
    class Opened(Message):
        """A conversation is to be shown.

        Attributes:
            conversation_id: which.
            message_id: where what was looked for was found; None for the conversation's end.
            query: what was looked for; empty when nothing was.
        """

        conversation_id: str
        message_id: str | None
        query: str

    @dataclass
    class RenameWanted(Message):
        """A conversation is to get another title."""

        id: str

    @dataclass
    class PinWanted(Message):
        """A conversation is to be kept at the top, or no longer.

        Attributes:
            id: which.
            pinned: whether it is to be kept there.
        """

        id: str
        pinned: bool

    @dataclass
    class DeleteWanted(Message):
        """A conversation is to be deleted."""

        id: str

    @dataclass
    class DuplicateWanted(Message):
        """A conversation is to be made a second time."""

        id: str

    @dataclass
    class ExportWanted(Message):
        """A conversation is to be written to a file."""

        id: str

    class ImportWanted(Message):
        """Conversations are to be read from a file."""

    class UndoWanted(Message):
        """What was deleted last is to come back."""

    class FocusMoved(Message):
        """The keyboard went from the search to the list, or back; other keys work now."""

    def __init__(self, now: Callable[[], datetime], **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._now = now
        self._asked = ""
        self._shown: str | None = None
        self._waiting: Timer | None = None
        self._opening = False
        self._selecting: str | None = None

    def compose(self) -> ComposeResult:
        yield SearchInput()
        yield ConversationRows(self._now)

    @property
    def _search(self) -> SearchInput:
        return self.query_one(SearchInput)

    @property
    def _rows(self) -> ConversationRows:
        return self.query_one(ConversationRows)

    @property
    def asked(self) -> str:
        """What is searched; empty while nothing is."""
        return self._asked

    @property
    def chosen(self) -> Hit | None:
        """The conversation under the cursor."""
        return self._rows.chosen

    @property
    def in_search(self) -> bool:
        """Whether the keyboard is in the search, where letters are text."""
        return self._search.has_focus

    # What it is told

    def show(self, hits: Sequence[Hit], query: str) -> None:
        """Show these conversations.

        Args:
            hits: in their order.
            query: what was looked for. The answer to an older search than the last is passed over.
        """
        if query != self._asked:
            return
        anew = query != self._shown
        self._shown = query
        self._rows.show(hits, searching=bool(query), anew=anew)
        self._rows.show_empty(_nothing(query))
        if self._selecting is not None and self._rows.select(self._selecting):
            self._selecting = None
        if self._opening:
            self._opening = False
            self._open()

    def show_states(self, states: States) -> None:
        """Show which conversations are open, answered, interrupted, and in front."""
        self._rows.show_states(states)

    def select(self, conversation_id: str) -> None:
        """Put the cursor on a conversation, now or as soon as it is shown."""
        self._selecting = None if self._rows.select(conversation_id) else conversation_id

    def find(self, conversation_id: str) -> Hit | None:
        """That conversation, if it is in the list."""
        return next((hit for hit in self._rows.hits if hit.conversation.id == conversation_id), None)

    def drop(self, conversation_id: str) -> None:
        """Take a conversation out of the list at once; the cursor goes to its neighbour."""
        left = tuple(hit for hit in self._rows.hits if hit.conversation.id != conversation_id)
        if len(left) < len(self._rows.hits):
            self._rows.show(left, searching=bool(self._asked), anew=False)

    def ask_again(self) -> None:
        """Search the same again: the conversations have changed."""
        self.post_message(self.SearchWanted(self._asked))

    def focus_search(self) -> None:
        """Put the keyboard into the search."""
        self._search.focus()

    def focus_list(self) -> None:
        """Put the keyboard into the list."""
        self._rows.focus()

    # The search

    def on_input_changed(self, event: SearchInput.Changed) -> None:
        """Search, as soon as a few more keys may have come."""
        event.stop()
        self._opening = False
        if not event.value.strip():
            self._ask()
        elif self._waiting is None:
            self._waiting = once(self, _PATIENCE, self._ask)

    def _ask(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        query = self._search.value.strip()
        if query != self._asked:
            self._asked = query
            self.post_message(self.SearchWanted(query))

    def on_input_submitted(self, event: SearchInput.Submitted) -> None:
        """Open the one under the cursor; not before what was typed has been found."""
        event.stop()
        self._ask()
        if self._shown == self._asked:
            self._open()
        else:
            self._opening = True

    def on_search_input_left(self, event: SearchInput.Left) -> None:
        """Down from the search: to the next conversation, for the cursor is on the first one already."""
        event.stop()
        self._rows.focus()
        self._rows.action_move(1)

    def on_conversation_rows_left(self, event: ConversationRows.Left) -> None:
        """Up from the first conversation."""
        event.stop()
        self._search.focus()

    def on_descendant_focus(self) -> None:
        """The cursor of the list is bright while the keyboard is in the search, for Enter opens it."""
        self._rows.light(lit=self._search.has_focus)
        self.post_message(self.FocusMoved())

    def on_descendant_blur(self) -> None:
        """The keyboard goes elsewhere."""
        self._rows.light(lit=self._search.has_focus)

    # What can be done

    def on_conversation_rows_opened(self, event: ConversationRows.Opened) -> None:
        """Open the one under the cursor."""
        event.stop()
        self._open()

    def _open(self) -> None:
        hit = self.chosen
        if hit is not None:
            self.post_message(self.Opened(hit.conversation.id, hit.message_id, self._shown or ""))

    def _want(self, message: Callable[[str], Message]) -> None:
        """Say what is wanted of the conversation under the cursor."""
        hit = self.chosen
        if hit is not None:
            self.post_message(message(hit.conversation.id))

    def action_page(self, pages: float) -> None:
        """Move the cursor of the list by some pages, from the search too."""
        self._rows.action_page(pages)

    def action_rename(self) -> None:
        """Another title for it."""
        self._want(self.RenameWanted)

    def action_pin(self) -> None:
        """Keep it at the top, or no longer."""
        hit = self.chosen
        if hit is not None:
            self.post_message(self.PinWanted(hit.conversation.id, not hit.conversation.pinned))

    def action_delete(self) -> None:
        """Delete it."""
        self._want(self.DeleteWanted)

    def action_duplicate(self) -> None:
        """Make it a second time."""
        self._want(self.DuplicateWanted)

    def action_export(self) -> None:
        """Write it to a file."""
        self._want(self.ExportWanted)

    def action_import_file(self) -> None:
        """Read conversations from a file."""
        self.post_message(self.ImportWanted())

    def action_search(self) -> None:
        """Go to the search."""
        self._search.focus()

    def action_undo(self) -> None:
        """Bring back what was deleted last."""
        self.post_message(self.UndoWanted())


def _nothing(query: str) -> Text:
    """What to do where there is no conversation."""
    if query:
        return Text.assemble(
            f"Nothing has “{clean_line(query)[:60]}” in it.\n\n",
            (told("Fewer words, or other ones, find more.\n{filter.clear} in the search clears it."), "dim"),
        )
    return Text.assemble(
        "No conversation yet.\n\n",
        ("Ask something, and it is kept here.\nTab, then i reads conversations from a file.", "dim"),
    )
