"""Opening conversations, bringing one to the front, and closing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.widgets import ContentSwitcher

from lmstudio_tui.store.library.records import Conversation, new_id
from lmstudio_tui.tui.panes.chat.desk import Undo
from lmstudio_tui.tui.panes.chat.open_tabs import OpenTab, OpenTabs
from lmstudio_tui.tui.panes.chat.view import ConversationView

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.widget import Widget

    from lmstudio_tui.tui.panes.chat.desk import ChatDesk


@dataclass(frozen=True, slots=True)
class StageListener:
    """Who is told.

    Args:
        made: a tab has what shows its conversation.
        in_front: that is the one in front now.
        changed: another one was closed.
    """

    made: Callable[[OpenTab], None]
    in_front: Callable[[ConversationView], None]
    changed: Callable[[], None]


class Stage:
    """The conversations on the screen, one of them in front. What shows one is made when it is first in front.

    Args:
        pane: has the `ContentSwitcher` in which they are.
        desk: what they share.
        tabs: what is open.
        listener: is told.
    """

    def __init__(self, pane: Widget, desk: ChatDesk, tabs: OpenTabs, listener: StageListener) -> None:
        self._pane = pane
        self._desk = desk
        self._tabs = tabs
        self._tell = listener
        self._put_away: list[ConversationView] = []

    async def show(self, tab: OpenTab) -> None:
        """Bring a tab to the front."""
        before, self._tabs.front = self._tabs.front, tab
        if before is not None and before.view is not None and before is not tab:
            before.view.keep_draft()
        if tab.view is None:
            # The id is one of its own: the same conversation may have been closed, and not be cleared away yet.
            tab.view = ConversationView(self._desk, tab.conversation, kept=tab.kept, id=f"chat-{new_id()}")
            tab.view.display = False
            await self._switcher.mount(tab.view)
            if not tab.view.is_composed:
                return  # the app was left meanwhile
            self._tell.made(tab)
        tab.unread = False
        self._switcher.current = tab.view.id
        self._tell.in_front(tab.view)
        await self._clear_away()

    async def begin(self) -> None:
        """Begin a new conversation in a tab of its own."""
        tab = OpenTab(Conversation(id=new_id()))
        self._tabs.add(tab)
        await self.show(tab)

    async def open(self, conversation: Conversation, *, find: str = "", place: int | None = None) -> None:
        """Open a conversation, or bring it to the front if it is open.

        Args:
            conversation: which one.
            find: what to find in it.
            place: where its tab goes; None for the end.
        """
        tab = self._tabs.of(conversation.id)
        if tab is None:
            tab = OpenTab(conversation, kept=True)
            front = self._tabs.front
            if front is not None and front.view is not None and front.view.blank:
                await self._drop(front)
            self._tabs.add(tab, place)
        await self.show(tab)
        if find and tab.view is not None:
            tab.view.find(find)

    async def close(self, tab: OpenTab, *, undo: bool = True) -> None:
        """Close a tab. Its conversation stays in the library.

        Args:
            tab: which one.
            undo: whether it can be brought back.
        """
        view = tab.view
        if view is not None:
            view.stop()
            view.keep_draft()
        place = self._tabs.place(tab)
        blank = view is not None and view.blank
        conversation = view.conversation if view is not None else tab.conversation
        if undo and not blank:
            self._desk.undos.append(Undo("The tab is open again.", lambda: self._reopen(conversation, place)))
        front = self._tabs.front is tab
        await self._drop(tab)
        if not self._tabs:
            self._tabs.add(OpenTab(Conversation(id=new_id())))
        if front:
            await self.show(self._tabs.at(place))
        else:
            self._tell.changed()

    def _reopen(self, conversation: Conversation, place: int) -> None:
        self._pane.call_later(self.open, conversation, place=place)

    async def _drop(self, tab: OpenTab) -> None:
        self._tabs.remove(tab)
        if tab.view is not None:
            tab.view.display = False
            self._put_away.append(tab.view)
            tab.view = None
            await self._clear_away()

    async def _clear_away(self) -> None:
        """Take out what was closed. Below a dialog it only goes out of sight.

        The dialog may draw what is below it once more before that is laid out anew, and what was taken out of the app
        has no styles to be drawn with.
        """
        while self._put_away and self._pane.screen.is_active:
            await self._put_away.pop().remove()

    @property
    def _switcher(self) -> ContentSwitcher:
        return self._pane.query_one("#conversations", ContentSwitcher)
