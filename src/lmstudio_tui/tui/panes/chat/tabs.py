"""Conversations in tabs: opening, closing, and what they are all told."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.widgets import ContentSwitcher

from lmstudio_tui.features.chat.slash import CompletionContext
from lmstudio_tui.store.library.records import Conversation, new_id
from lmstudio_tui.tui.messages import ChatsOpened, ModelChosen, TourBegun
from lmstudio_tui.tui.panes.chat.desk import ChatDesk
from lmstudio_tui.tui.panes.chat.files import paths_like
from lmstudio_tui.tui.panes.chat.first_steps import SUGGESTIONS
from lmstudio_tui.tui.panes.chat.open_tabs import OpenTab, OpenTabs
from lmstudio_tui.tui.panes.chat.opening import Answered, Result, open_screen
from lmstudio_tui.tui.panes.chat.reading import Reading
from lmstudio_tui.tui.panes.chat.stage import Stage, StageListener
from lmstudio_tui.tui.panes.pane import Pane
from lmstudio_tui.tui.widgets.columns import Columns, Handle
from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.tab_strip import TabStrip
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from typing import Unpack

    from textual.app import ComposeResult
    from textual.screen import Screen

    from lmstudio_tui.features.chat.thread import Thread
    from lmstudio_tui.features.server_view import ServerView
    from lmstudio_tui.sdk import LMStudioSDK
    from lmstudio_tui.store.library.records import Loaded
    from lmstudio_tui.tui.catalogue.command import Where
    from lmstudio_tui.tui.panes.chat.base import ConversationBase
    from lmstudio_tui.tui.panes.chat.reading import AtStart
    from lmstudio_tui.tui.panes.chat.view import ConversationView
    from lmstudio_tui.tui.services import Services
    from lmstudio_tui.tui.typed import WidgetOptions


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

    def __init__(self, services: Services, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self.desk = ChatDesk(
            library=services.library,
            now=services.now,
            tools_folder=services.tools_folder,
            approvals_file=services.approvals_file,
        )
        state = services.state.load()
        self.desk.newcomer = services.tour and not state.toured
        self._toured = False
        self._tabs = OpenTabs(OpenTab(Conversation(id=each), kept=True) for each in state.open_chats)
        self._first = state.front_chat
        listener = StageListener(self._made, self._in_front, self._tabs_changed)
        self._stage = Stage(self, self.desk, self._tabs, listener)
        self._remembered: tuple[tuple[str, ...], str | None] | None = None
        self._runs = Runs(self)
        self._reading = Reading(self._runs, services.library)

    def compose(self) -> ComposeResult:
        with Columns(id="side-by-side"):
            with Vertical(id="tabs"):
                yield TabStrip()
                yield ContentSwitcher(id="conversations")
            yield Handle()

    async def on_mount(self) -> None:
        """Open what was open before."""
        self.desk.library.listen(self._heard_of_library)
        if not self._tabs:
            self._tabs.add(OpenTab(Conversation(id=new_id())))
        await self._stage.show(self._tabs.of(self._first) or self._tabs.at(len(self._tabs)))
        self._reading.read_start([tab.conversation.id for tab in self._tabs if tab.view is None], self._know)

    def on_unmount(self) -> None:
        """Nothing goes on without the pane."""
        self._runs.drop_all()

    def leave(self) -> ChatsOpened:
        """The app ends: what is typed is kept."""
        for view in self._tabs.views:
            view.keep_draft()
        return ChatsOpened(*self._tabs.ids)

    # The library

    def _heard_of_library(self, sentence: str) -> None:
        """The library has something to say. Called in its thread."""
        # The app may be closing its loop at this very moment; then there is nobody left to tell.
        with contextlib.suppress(RuntimeError):
            self.call_later(self._say_of_library, sentence)

    def _say_of_library(self, sentence: str) -> None:
        self.notify(sentence, severity="warning", timeout=15, title="Library")

    def _know(self, known: AtStart) -> None:
        self.desk.presets = known.presets
        if self.desk.newcomer and not known.prompts and not self.desk.prompts:
            known = replace(known, prompts=SUGGESTIONS)
        prompts = set(known.prompts)
        self.desk.prompts[:] = [*known.prompts, *(one for one in self.desk.prompts if one not in prompts)]
        for view in self._tabs.views:
            view.query_one(Composer).set_history(self.desk.prompts)
        for tab in self._tabs:
            if tab.view is None:
                tab.conversation = known.conversations.get(tab.conversation.id) or tab.conversation
        self._show_tabs()
        self._show_context()

    def _load(self, tab: OpenTab) -> None:
        """Fetch what a conversation holds."""
        view = tab.view
        assert view is not None, "it is in front"

        def show(loaded: Loaded | None) -> None:
            if tab.view is not view:
                # It was closed meanwhile.
                return
            if loaded is not None:
                tab.conversation = loaded.conversation
            view.show_loaded(loaded)
            self._settle_model(view)
            self._remember()

        self._reading.read_conversation(tab.conversation.id, show)

    # Tabs

    @property
    def view(self) -> ConversationView:
        """The conversation in front."""
        front = self._tabs.front
        assert front is not None, "there is always one"
        assert front.view is not None, "it is shown"
        return front.view

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
        if (tab := self._tabs.of(conversation.id)) is not None:
            tab.conversation = conversation
            if tab.view is not None:
                tab.view.show_title(conversation)
        self._show_tabs()

    async def close_conversation(self, conversation_id: str) -> None:
        """Close the tab of a conversation that was deleted."""
        tab = self._tabs.of(conversation_id)
        if tab is not None:
            await self._stage.close(tab, undo=False)

    def _open(self, screen: Screen[Result], answered: Answered[Result] | None = None) -> None:
        open_screen(self, screen, answered)

    def remark(self, text: str) -> None:
        """Say something in passing."""
        self.notify(text, timeout=3)

    def _show_parameters(self) -> None:
        """Show what the conversation in front is asked with, where that can be seen."""

    @property
    def own_model(self) -> str | None:
        """The model that the conversation in front asks; None where none was chosen for it."""
        front = self._tabs.front
        return (front.conversation.model or None) if front is not None else None

    def _made(self, tab: OpenTab) -> None:
        """What shows a conversation is there."""
        if tab.view is not None:
            tab.view.query_one(Composer).set_history(self.desk.prompts)
            if tab.kept:
                self._load(tab)

    def _in_front(self, view: ConversationView) -> None:
        """Another conversation is in front."""
        self._settle_model(view)
        view.show_server()
        self._show_tabs()
        self._show_parameters()
        if self.is_mounted and self.display and self.screen.is_current:
            view.arrive()
        self.refresh_bindings()
        self._remember()

    def _tabs_changed(self) -> None:
        self._show_tabs()
        self._remember()

    def _settle_model(self, view: ConversationView) -> None:
        """The header shows the model that the conversation in front asks, where the server has it."""
        wanted = view.conversation.model
        if view is not self.view or not wanted or wanted == self.desk.model:
            return
        if any(model.id == wanted for model in self.desk.server.models):
            self.post_message(ModelChosen(wanted, "chat"))

    async def open(self, conversation: Conversation, *, find: str = "", place: int | None = None) -> None:
        """Open a conversation, or bring it to the front if it is open; see `Stage.open`."""
        await self._stage.open(conversation, find=find, place=place)

    def _show_tabs(self) -> None:
        self.query_one(TabStrip).show(*self._tabs.as_shown())

    def _remember(self) -> None:
        """What is open is open again at the next start."""
        opened = self._tabs.ids
        if opened != self._remembered:
            self._remembered = opened
            self.post_message(ChatsOpened(*opened))

    async def on_conversation_base_changed(self, event: ConversationBase.Changed) -> None:
        """Something that the tabs show has changed."""
        event.stop()
        tab = self._tabs.showing(event.view)
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
        tab = self._tabs.of(event.id)
        if tab is not None:
            await self._stage.show(tab)

    async def on_tab_strip_tab_closed(self, event: TabStrip.TabClosed) -> None:
        """The cross of a tab was clicked."""
        tab = self._tabs.of(event.id)
        if tab is not None:
            await self._stage.close(tab)

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
        if (view := self._tabs.front_view) is not None:
            view.use_model(model)

    def show_server(self, view: ServerView) -> None:
        """Take note of the server's coming and going."""
        models_before = self.desk.server.models
        self.desk.server = view
        if self.desk.newcomer and view.online and not self._toured:
            self._toured = True
            self.desk.touring = not any(one.typed or one.thread.path for one in self._tabs.views)
            self.post_message(TourBegun())
        for one in self._tabs.views:
            one.show_server()
        if view.models is not models_before:
            self._show_context()
            if (front := self._tabs.front_view) is not None:
                self._settle_model(front)

    def arrive(self) -> None:
        """Put the cursor into the prompt, or onto the page without a server."""
        if (view := self._tabs.front_view) is not None:
            view.arrive()

    def _show_context(self, *views: ConversationView) -> None:
        """What the completion of commands knows, in these conversations or in all."""
        models = tuple(model.id for model in self.desk.server.models)
        presets = tuple(preset.name for preset in self.desk.presets)
        for view in views or self._tabs.views:
            changed, blocks = view.parameters.changed, view.code_blocks()
            view.query_one(Composer).set_context(CompletionContext(models, presets, changed, blocks, paths_like))

    # Keys

    async def action_new_chat(self) -> None:
        """Begin a new conversation in a tab of its own."""
        if self._tabs.front is not None and self.view.blank:
            self.view.arrive()
            return
        await self._stage.begin()

    async def action_tab(self, step: int) -> None:
        """Go to the next tab, or to the one before."""
        if (front := self._tabs.front) is not None:
            await self._stage.show(self._tabs.beside(front, step))

    async def action_close_tab(self) -> None:
        """Close the tab in front."""
        if (front := self._tabs.front) is not None:
            await self._stage.close(front)
