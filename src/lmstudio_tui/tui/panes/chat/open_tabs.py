"""The conversations that are open, in the order of their tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.widgets.tab_strip import Tab

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lmstudio_tui.store.library.records import Conversation
    from lmstudio_tui.tui.panes.chat.base import ConversationBase
    from lmstudio_tui.tui.panes.chat.view import ConversationView


@dataclass(slots=True)
class OpenTab:
    """A conversation that is open.

    Args:
        conversation: which one.
        view: shows it, once it was in front.
        kept: whether it was in the library when it was opened.
        unread: whether an answer has ended while another tab was in front.
        streaming: whether an answer was on its way when it was looked at last.
    """

    conversation: Conversation
    view: ConversationView | None = None
    kept: bool = False
    unread: bool = False
    streaming: bool = False

    @property
    def shown(self) -> ConversationView | None:
        """What shows it, if that is on the screen; one that is being made is told everything when it is there."""
        return self.view if self.view is not None and self.view.is_mounted else None

    def as_shown(self, *, front: bool) -> Tab:
        """As the strip shows it. Takes note of an answer that has ended."""
        view = self.view
        streaming = view is not None and view.streaming
        self.unread = self.unread or (self.streaming and not streaming and not front)
        self.streaming = streaming
        title = view.title if view is not None else clean_line(self.conversation.title) or "Chat"
        last = view.thread.path[-1] if view is not None and view.thread.path else None
        interrupted = last is not None and last.status == "interrupted"
        return Tab(self.conversation.id, title, streaming, self.unread, interrupted)


class OpenTabs:
    """What is open, and which of it is in front.

    Args:
        tabs: what is open at first.
    """

    def __init__(self, tabs: Iterable[OpenTab]) -> None:
        self.front: OpenTab | None = None
        """The one in front; None for as long as there is none."""
        self._tabs = list(tabs)

    def __iter__(self) -> Iterator[OpenTab]:
        return iter(tuple(self._tabs))

    def __len__(self) -> int:
        return len(self._tabs)

    @property
    def views(self) -> list[ConversationView]:
        """The conversations on the screen."""
        return [tab.shown for tab in self._tabs if tab.shown is not None]

    @property
    def front_view(self) -> ConversationView | None:
        """What shows the one in front, if that is on the screen."""
        return self.front.shown if self.front is not None else None

    def of(self, conversation_id: str | None) -> OpenTab | None:
        """The tab of a conversation; None when it is not open."""
        return next((one for one in self._tabs if one.conversation.id == conversation_id), None)

    def showing(self, view: ConversationBase) -> OpenTab | None:
        """The tab that this one shows; None when it was closed."""
        return next((one for one in self._tabs if one.view is view), None)

    def add(self, tab: OpenTab, place: int | None = None) -> None:
        """Open one more: at the end, or at a place."""
        self._tabs.insert(len(self._tabs) if place is None else place, tab)

    def remove(self, tab: OpenTab) -> None:
        """It is open no longer."""
        self._tabs.remove(tab)
        if self.front is tab:
            self.front = None

    def place(self, tab: OpenTab) -> int:
        """Where a tab is, the first one being 0."""
        return self._tabs.index(tab)

    def at(self, place: int) -> OpenTab:
        """The tab at a place; the last one when there are not so many."""
        return self._tabs[min(place, len(self._tabs) - 1)]

    def beside(self, tab: OpenTab, step: int) -> OpenTab:
        """So many tabs further; after the last comes the first."""
        return self._tabs[(self._tabs.index(tab) + step) % len(self._tabs)]

    @property
    def ids(self) -> tuple[tuple[str, ...], str | None]:
        """The conversations that have something in them, and the one in front."""
        blank = {view.conversation.id for view in self.views if view.blank}
        kept = tuple(tab.conversation.id for tab in self._tabs if tab.conversation.id not in blank)
        return kept, self.front.conversation.id if self.front is not None else None

    def as_shown(self) -> tuple[list[Tab], str]:
        """As the strip shows them, and the id of the one in front."""
        shown = [tab.as_shown(front=tab is self.front) for tab in self._tabs]
        return shown, self.front.conversation.id if self.front is not None else ""
