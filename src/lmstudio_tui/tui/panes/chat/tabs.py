"""Conversations in tabs: opening, closing, and what they are all told."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal, Vertical
from textual.widgets import ContentSwitcher

from lmstudio_tui.features.chat.slash import CompletionContext
from lmstudio_tui.store.library.records import Conversation, new_id
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.messages import ChatsOpened, ModelChosen
from lmstudio_tui.tui.panes.chat.desk import ChatDesk, Undo
from lmstudio_tui.tui.panes.chat.files import paths_like
from lmstudio_tui.tui.panes.chat.opening import Answered, Result, open_screen
from lmstudio_tui.tui.panes.chat.view import ConversationView
from lmstudio_tui.tui.panes.pane import Pane
from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.tab_strip import Tab, TabStrip
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.screen import Screen

    from lmstudio_tui.features.chat.thread import Thread
    from lmstudio_tui.features.server_view import ServerView
    from lmstudio_tui.sdk import LMStudioSDK
    from lmstudio_tui.store.library.records import Loaded, Preset
    from lmstudio_tui.tui.catalogue.command import Where
    from lmstudio_tui.tui.panes.chat.base import ConversationBase
    from lmstudio_tui.tui.services import Services


@dataclass(slots=True)
class OpenTab:
    """A conversation that is open.

    Args:
        conversation: which one.
        view: shows it, once it was in front.
        kept: whether it was in the library when it was opened.
        unread: whether an answer has ended while another tab was in front.
    """

    conversation: Conversation
    view: ConversationView | None = None
    kept: bool = False
    unread: bool = False
    streaming: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """What the library has that is wanted at the start."""

    prompts: tuple[str, ...]
    presets: tuple[Preset, ...]
    tabs: dict[str, Conversation | None]


class TabbedPane(Pane):
    """Conversations, several at a time. What was open is open again at the next start.

    Args:
        services: the library, the time, and what else a chat needs.
    """

    where: ClassVar[Where] = "chat"
    DEFAULT_CSS = """
    TabbedPane {
        & #tabs { height: 1fr; }
        & #conversations { height: 1fr; width: 1fr; }
        & ContentSwitcher > ConversationView { height: 1fr; }
    }
    """

    def __init__(self, services: Services, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.desk = ChatDesk(
            library=services.library,
            now=services.now,
            tools_folder=services.tools_folder,
            approvals_file=services.approvals_file,
        )
        state = services.state.load()
        self._tabs = [OpenTab(Conversation(id=each), kept=True) for each in state.open_chats]
        self._first = state.front_chat
        self._front: OpenTab | None = None
        self._put_away: list[ConversationView] = []
        self._remembered: tuple[tuple[str, ...], str | None] | None = None
        self._runs = Runs(self)

    def compose(self) -> ComposeResult:
        with Horizontal(id="side-by-side"), Vertical(id="tabs"):
            yield TabStrip()
            yield ContentSwitcher(id="conversations")

    async def on_mount(self) -> None:
        """Open what was open before."""
        self.desk.library.listen(self._heard_of_library)
        if not self._tabs:
            self._tabs.append(OpenTab(Conversation(id=new_id())))
        await self._show(self._tab(self._first) or self._tabs[-1])
        self._runs.start(self._look_into_library, finished=self._know, name="library")

    def on_unmount(self) -> None:
        """Nothing goes on without the pane."""
        self._runs.drop_all()

    def leave(self) -> ChatsOpened:
        """The app ends: what is typed is kept."""
        for view in self._views():
            view.keep_draft()
        return ChatsOpened(*self._opened())

    # The library

    def _heard_of_library(self, sentence: str) -> None:
        """The library has something to say. Called in its thread."""
        # The app may be closing its loop at this very moment; then there is nobody left to tell.
        with contextlib.suppress(RuntimeError):
            self.call_later(self._say_of_library, sentence)

    def _say_of_library(self, sentence: str) -> None:
        self.notify(sentence, severity="warning", timeout=15, title="Library")

    def _look_into_library(self, emit: object, scope: object) -> _Known:
        del emit, scope
        library = self.desk.library
        tabs = {tab.conversation.id: library.find(tab.conversation.id) for tab in self._tabs if tab.view is None}
        return _Known(library.prompts(), library.presets(), tabs)

    def _know(self, known: _Known) -> None:
        self.desk.presets = known.presets
        prompts = set(known.prompts)
        self.desk.prompts[:] = [*known.prompts, *(one for one in self.desk.prompts if one not in prompts)]
        for view in self._views():
            view.query_one(Composer).set_history(self.desk.prompts)
        for tab in self._tabs:
            if tab.view is None:
                tab.conversation = known.tabs.get(tab.conversation.id) or tab.conversation
        self._show_tabs()
        self._show_context()

    def _load(self, tab: OpenTab) -> None:
        """Fetch what a conversation holds."""
        view = tab.view
        assert view is not None, "it is in front"

        def load(emit: object, scope: object) -> Loaded | None:
            del emit, scope
            return self.desk.library.load(tab.conversation.id)

        def show(loaded: Loaded | None) -> None:
            if tab.view is not view:
                # It was closed meanwhile.
                return
            if loaded is not None:
                tab.conversation = loaded.conversation
            view.show_loaded(loaded)
            self._settle_model(view)
            self._remember()

        self._runs.start(load, finished=show, name="load")

    # Tabs

    @property
    def view(self) -> ConversationView:
        """The conversation in front."""
        assert self._front is not None, "there is always one"
        assert self._front.view is not None, "it is shown"
        return self._front.view

    @property
    def thread(self) -> Thread:
        """What was said in the conversation in front."""
        return self.view.thread

    @property
    def streaming(self) -> bool:
        """Whether an answer is on its way in the conversation in front."""
        return self.view.streaming

    @property
    def tabs(self) -> tuple[OpenTab, ...]:
        """What is open."""
        return tuple(self._tabs)

    @property
    def runs(self) -> Runs:
        """What runs on behalf of the pane."""
        return self._runs

    def show_conversation(self, conversation: Conversation) -> None:
        """It was renamed or pinned."""
        if (tab := self._tab(conversation.id)) is not None:
            tab.conversation = conversation
            if tab.view is not None:
                tab.view.show_title(conversation)
        self._show_tabs()

    async def close_conversation(self, conversation_id: str) -> None:
        """Close the tab of a conversation that was deleted."""
        tab = self._tab(conversation_id)
        if tab is not None:
            await self.close(tab, undo=False)

    def _open(self, screen: Screen[Result], answered: Answered[Result] | None = None) -> None:
        open_screen(self, screen, answered)

    def remark(self, text: str) -> None:
        """Say something in passing."""
        self.notify(text, timeout=3)

    def _show_parameters(self) -> None:
        """Show what the conversation in front is asked with, where that can be seen."""

    def _tab(self, conversation_id: str | None) -> OpenTab | None:
        """The tab of a conversation; None when it is not open."""
        return next((one for one in self._tabs if one.conversation.id == conversation_id), None)

    def _views(self) -> list[ConversationView]:
        """The conversations on the screen; one that is being made is told everything when it is there."""
        return [tab.view for tab in self._tabs if tab.view is not None and tab.view.is_mounted]

    @property
    def own_model(self) -> str | None:
        """The model that the conversation in front asks; None where none was chosen for it."""
        return (self._front.conversation.model or None) if self._front is not None else None

    async def _show(self, tab: OpenTab) -> None:
        """Bring a tab to the front."""
        before, self._front = self._front, tab
        if before is not None and before.view is not None and before is not tab:
            before.view.keep_draft()
        if tab.view is None:
            kept = tab.conversation
            # The id is one of its own: the same conversation may have been closed, and not be cleared away yet.
            tab.view = ConversationView(self.desk, kept, kept=tab.kept, id=f"chat-{new_id()}")
            tab.view.display = False
            await self.query_one("#conversations", ContentSwitcher).mount(tab.view)
            tab.view.query_one(Composer).set_history(self.desk.prompts)
            if tab.kept:
                self._load(tab)
        tab.unread = False
        self.query_one("#conversations", ContentSwitcher).current = tab.view.id
        self._settle_model(tab.view)
        tab.view.show_server()
        self._show_tabs()
        self._show_parameters()
        if self.is_mounted and self.display and self.screen.is_current:
            tab.view.arrive()
        self.refresh_bindings()
        self._remember()
        await self._clear_away()

    def _settle_model(self, view: ConversationView) -> None:
        """The header shows the model that the conversation in front asks, where the server has it."""
        wanted = view.conversation.model
        if view is not self.view or not wanted or wanted == self.desk.model:
            return
        if any(model.id == wanted for model in self.desk.server.models):
            self.post_message(ModelChosen(wanted, "chat"))

    async def open(self, conversation: Conversation, *, find: str = "", place: int | None = None) -> None:
        """Open a conversation, or bring it to the front if it is open.

        Args:
            conversation: which one.
            find: what to find in it.
            place: where its tab goes; None for the end.
        """
        tab = self._tab(conversation.id)
        if tab is None:
            tab = OpenTab(conversation, kept=True)
            front = self._front
            if front is not None and front.view is not None and front.view.blank:
                await self._drop(front)
            self._tabs.insert(len(self._tabs) if place is None else place, tab)
        await self._show(tab)
        if find and tab.view is not None:
            tab.view.find(find)

    async def _drop(self, tab: OpenTab) -> None:
        self._tabs.remove(tab)
        if self._front is tab:
            self._front = None
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
        while self._put_away and self.screen.is_active:
            await self._put_away.pop().remove()

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
        place = self._tabs.index(tab)
        blank = view is not None and view.blank
        conversation = view.conversation if view is not None else tab.conversation
        if undo and not blank:
            self.desk.undos.append(Undo("The tab is open again.", lambda: self._reopen(conversation, place)))
        front = self._front is tab
        await self._drop(tab)
        if not self._tabs:
            self._tabs.append(OpenTab(Conversation(id=new_id())))
        if front:
            await self._show(self._tabs[min(place, len(self._tabs) - 1)])
        else:
            self._show_tabs()
            self._remember()

    def _reopen(self, conversation: Conversation, place: int) -> None:
        self.call_later(self.open, conversation, place=place)

    def _show_tabs(self) -> None:
        shown: list[Tab] = []
        for tab in self._tabs:
            view = tab.view
            title = view.title if view is not None else clean_line(tab.conversation.title) or "Chat"
            streaming = view is not None and view.streaming
            if tab.streaming and not streaming and tab is not self._front:
                tab.unread = True
            tab.streaming = streaming
            last = view.thread.path[-1] if view is not None and view.thread.path else None
            interrupted = last is not None and last.status == "interrupted"
            shown.append(Tab(tab.conversation.id, title, streaming, tab.unread, interrupted))
        front = self._front.conversation.id if self._front is not None else ""
        self.query_one(TabStrip).show(shown, front)

    def _opened(self) -> tuple[tuple[str, ...], str | None]:
        """The conversations in tabs that have something in them, and the one in front."""
        blank = {view.conversation.id for view in self._views() if view.blank}
        kept = tuple(tab.conversation.id for tab in self._tabs if tab.conversation.id not in blank)
        return kept, self._front.conversation.id if self._front is not None else None

    def _remember(self) -> None:
        """What is open is open again at the next start."""
        opened = self._opened()
        if opened != self._remembered:
            self._remembered = opened
            self.post_message(ChatsOpened(*opened))

    async def on_conversation_base_changed(self, event: ConversationBase.Changed) -> None:
        """Something that the tabs show has changed."""
        event.stop()
        tab = next((one for one in self._tabs if one.view is event.view), None)
        if tab is None:
            return
        tab.conversation = event.view.conversation
        self._show_tabs()
        if tab.view is not None:
            self._show_context(tab.view)
        self._remember()
        if event.view is self.view:
            self._show_parameters()
            self.refresh_bindings()

    async def on_tab_strip_tab_chosen(self, event: TabStrip.TabChosen) -> None:
        """A tab was clicked."""
        tab = self._tab(event.id)
        if tab is not None:
            await self._show(tab)

    async def on_tab_strip_tab_closed(self, event: TabStrip.TabClosed) -> None:
        """The cross of a tab was clicked."""
        tab = self._tab(event.id)
        if tab is not None:
            await self.close(tab)

    async def on_tab_strip_new_tab_wanted(self) -> None:
        """The plus was clicked."""
        await self.action_new_chat()

    # What it is told

    def use_client(self, client: LMStudioSDK) -> None:
        """Talk to another server from now on."""
        self.desk.client = client

    def use_model(self, model: str | None) -> None:
        """Ask another model from now on, in the conversation in front."""
        self.desk.model = model
        if self._front is not None and self._front.view in self._views():
            self.view.use_model(model)

    def show_server(self, view: ServerView) -> None:
        """Take note of the server's coming and going."""
        models_before = self.desk.server.models
        self.desk.server = view
        for one in self._views():
            one.show_server()
        if view.models is not models_before:
            self._show_context()
            if self._front is not None and self._front.view in self._views():
                self._settle_model(self.view)

    def arrive(self) -> None:
        """Put the cursor into the prompt, or onto the page without a server."""
        if self._front is not None and self._front.view in self._views():
            self.view.arrive()

    def _show_context(self, *views: ConversationView) -> None:
        """What the completion of commands knows, in these conversations or in all."""
        models = tuple(model.id for model in self.desk.server.models)
        presets = tuple(preset.name for preset in self.desk.presets)
        for view in views or self._views():
            changed, blocks = view.parameters.changed, view.code_blocks()
            view.query_one(Composer).set_context(CompletionContext(models, presets, changed, blocks, paths_like))

    # Keys

    async def action_new_chat(self) -> None:
        """Begin a new conversation in a tab of its own."""
        if self._front is not None and self.view.blank:
            self.view.arrive()
            return
        tab = OpenTab(Conversation(id=new_id()))
        self._tabs.append(tab)
        await self._show(tab)

    async def action_tab(self, step: int) -> None:
        """Go to the next tab, or to the one before."""
        if self._front is not None:
            await self._show(self._tabs[(self._tabs.index(self._front) + step) % len(self._tabs)])

    async def action_close_tab(self) -> None:
        """Close the tab in front."""
        if self._front is not None:
            await self.close(self._front)
