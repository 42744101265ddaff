"""The conversations above the chat: search, open, rename, pin, delete, duplicate, export, import."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, command, key_of, readable_key, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.screens.rename import title_entry
from lmstudio_tui.tui.typed import app_of, is_present
from lmstudio_tui.tui.widgets.conversation_list import ConversationList, States
from lmstudio_tui.tui.widgets.conversation_list.painting import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.store.library.records import Hit

_IN_LIST: Final = ("rename", "pin", "delete", "duplicate", "export", "import", "undo", "search")
"""What can be done where letters are keys, in the order in which it is shown."""
_IN_SEARCH: Final = ("rename", "undo")
"""What can be done while letters are text."""
_LEAVING: Final = ("search", "import", "undo", "export", "duplicate", "pin", "rename", "delete")
"""The order in which keys are left out where there is no room; the help has them all."""
_CORNERS: Final = 6
"""Columns of the border beside what stands in it."""


class ConversationsDesk(Protocol):
    """Does what the list asks for. Nothing here blocks; all of it is called in the app's own loop."""

    @property
    def open_ids(self) -> frozenset[str]:
        """The conversations in tabs."""
        ...

    @property
    def streaming_ids(self) -> frozenset[str]:
        """Those that are being answered."""
        ...

    def search(self, query: str, deliver: Callable[[tuple[Hit, ...]], None], /) -> None:
        """Look for conversations, all of them for an empty query, and deliver them later, in the app's own loop."""
        ...

    def rename(self, conversation_id: str, title: str, /) -> None:
        """Give a conversation another title."""
        ...

    def pin(self, conversation_id: str, pinned: bool, /) -> None:
        """Keep a conversation at the top, or no longer."""
        ...

    def delete(self, conversation_id: str, /) -> None:
        """Delete a conversation, so that `undo` can bring it back."""
        ...

    def undo(self) -> str:
        """Bring back what was deleted last, and say in a sentence what came of it."""
        ...

    def duplicate(self, conversation_id: str, /) -> None:
        """Make a second conversation with the same content."""
        ...

    def export(self, conversation_id: str, /) -> None:
        """Write a conversation to a file that the user names; may open a dialog."""
        ...

    def import_file(self) -> None:
        """Read conversations from a file that the user names; may open a dialog."""
        ...


class Conversations(Dialog[tuple[str, str | None, str] | None]):
    """Gives the id of the conversation to show, the message to begin at (None for its end), and what was looked for.

    None when it was closed without a choice. Whoever opened it calls `look_again` when the conversations change.

    Args:
        desk: does what is asked for.
        current: the id of the conversation in front; empty for none.
        interrupted: the conversations whose last answer was cut off, as far as that is known.
        now: the time of day, with its time zone.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog.leave")]
    AUTO_FOCUS = "SearchInput"

    DEFAULT_CSS = """
    Conversations {
        & > .frame {
            width: 96%;
            max-width: 94;
            height: 92%;
            max-height: 44;
            padding: 0 1;
            link-style: none;
            link-color: $text-muted;
            link-background: transparent;
            link-style-hover: underline;
        }
        & Input, & Input:focus { background: $panel; padding: 0 1; margin: 0; }
        & #told { display: none; height: auto; max-height: 3; padding: 0 1; }
        & #told.-some { display: block; }
    }
    """

    def __init__(
        self,
        desk: ConversationsDesk,
        current: str = "",
        *,
        interrupted: Callable[[], frozenset[str]] = frozenset,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        super().__init__()
        self._interrupted = interrupted
        self._desk = desk
        self._now = now
        self._current = current
        self._searches = 0
        self._deleted: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Conversations"
            yield ConversationList(self._now)
            yield Static(id="told", markup=False)

    @property
    def _list(self) -> ConversationList:
        return self.query_one(ConversationList)

    def on_mount(self) -> None:
        """Show all of them, with the one in front under the cursor."""
        if self._current:
            self._list.select(self._current)

    def on_screen_resume(self) -> None:
        """At first, and after a dialog above it: what it did is to be seen."""
        self.look_again()

    # What is shown

    def look_again(self) -> None:
        """Something has changed: search the same again, and see what goes on."""
        desk, listed = self._desk, self._list
        listed.show_states(States(desk.open_ids, desk.streaming_ids, self._interrupted(), self._current))
        listed.ask_again()

    def say(self, text: str) -> None:
        """Say something below the list, until something else is done."""
        line = self.query_one("#told", Static)
        line.update(clean_line(text))
        line.set_class(bool(text), "-some")

    def on_resize(self) -> None:
        """See which keys have room."""
        self.call_after_refresh(self._show_keys)

    def _show_keys(self) -> None:
        frame = self.query_one(Vertical)
        frame.border_subtitle = _keys(frame.outer_size.width - _CORNERS, in_search=self._list.in_search)

    def on_conversation_list_focus_moved(self) -> None:
        """Other keys work now."""
        self._show_keys()

    # What is wanted

    def on_conversation_list_search_wanted(self, event: ConversationList.SearchWanted) -> None:
        """Search. What an older search finds is passed over: it may hold what was deleted since."""
        self._searches += 1
        number, query = self._searches, event.query

        def deliver(hits: tuple[Hit, ...]) -> None:
            if number == self._searches and is_present(self):
                self._list.show(hits, query)

        self._desk.search(query, deliver)

    def on_conversation_list_opened(self, event: ConversationList.Opened) -> None:
        """Show it."""
        self.dismiss((event.conversation_id, event.message_id, event.query))

    def on_conversation_list_rename_wanted(self, event: ConversationList.RenameWanted) -> None:
        """Ask for the title."""
        hit = self._list.find(event.id)

        def rename(title: str | None) -> None:
            if title is not None:
                self._desk.rename(event.id, title)
                self._changed()

        if hit is not None:
            app_of(self).push_screen(title_entry(hit.conversation.title), rename)

    def on_conversation_list_pin_wanted(self, event: ConversationList.PinWanted) -> None:
        """Keep it at the top, or no longer."""
        self._desk.pin(event.id, event.pinned)
        self._changed("Pinned: it stays at the top." if event.pinned else "No longer pinned.")

    def on_conversation_list_delete_wanted(self, event: ConversationList.DeleteWanted) -> None:
        """Delete it, and say how it comes back. A key that was pressed twice too fast deletes nothing more."""
        hit = self._list.find(event.id)
        if hit is not None:
            self._desk.delete(event.id)
            self._deleted.append(event.id)
            self._list.drop(event.id)
            keys = command("list.undo").shown_keys or key_of("list.undo")
            self._changed(f"Deleted “{name_of(hit.conversation)[:60]}”. {keys} brings it back.")

    def on_conversation_list_undo_wanted(self) -> None:
        """Bring back what was deleted last, and put the cursor on it."""
        said = self._desk.undo()
        if self._deleted:
            self._list.select(self._deleted.pop())
        self._changed(said)

    def on_conversation_list_duplicate_wanted(self, event: ConversationList.DuplicateWanted) -> None:
        """Make it a second time."""
        self._desk.duplicate(event.id)
        self._changed("Duplicated: the second one is in the list, too.")

    def on_conversation_list_export_wanted(self, event: ConversationList.ExportWanted) -> None:
        """Write it to a file."""
        self.say("")
        self._desk.export(event.id)

    def on_conversation_list_import_wanted(self) -> None:
        """Read conversations from a file."""
        self.say("")
        self._desk.import_file()

    def _changed(self, said: str = "") -> None:
        self.say(said)
        self.look_again()

    def action_list(self, what: str) -> None:
        """A key in the border was clicked."""
        self._list.focus_list()
        self.call_next(self._list.run_action, what)

    def action_to_list(self) -> None:
        """To where letters are keys."""
        self._list.focus_list()

    def action_leave(self) -> None:
        """Choose none."""
        self.dismiss(None)


def _keys(width: int, *, in_search: bool) -> Content:
    """The keys for which there is room; they can be clicked, too.

    Args:
        width: columns.
        in_search: whether letters are text at the moment.
    """
    names: Sequence[str] = _IN_SEARCH if in_search else _IN_LIST
    kept = {name: _key(name, letter=not in_search) for name in names}
    around = [
        told("{list.open} open"),
        *([told("{filter.to_list} list")] if in_search else []),
        told("{dialog.leave} back"),
    ]
    for name in _LEAVING:
        if sum(len(text) + 2 for text in (*kept.values(), *around)) - 2 <= width:
            break
        kept.pop(name, None)
    parts = [Content(around[0])]
    parts += [Content.from_markup("[@click=screen.to_list]$text[/]", text=text) for text in around[1:-1]]
    for name, text in kept.items():
        action = command(f"list.{name}").action
        parts.append(Content.from_markup(f"[@click=\"screen.list('{action}')\"]$text[/]", text=text))
    parts.append(Content.from_markup("[@click=screen.leave]$text[/]", text=around[-1]))
    return Content("  ").join(parts)


def _key(name: str, *, letter: bool) -> str:
    """A key and what it does, such as `r rename`."""
    one = command(f"list.{name}")
    keys = [readable_key(key) for key in one.keys_now] or [one.key_word]
    fitting = [key for key in keys if (len(key) == 1) == letter] or keys
    return f"{fitting[-1]} {one.title.lower()}"
