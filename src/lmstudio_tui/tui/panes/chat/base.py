"""A conversation on the screen: its layout, and its messages in the transcript and in the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.message import Message as TextualMessage
from textual.widgets import ContentSwitcher

from lmstudio_tui.features.chat.context import ContextUse, context_use
from lmstudio_tui.features.chat.thread import Thread
from lmstudio_tui.store.library.records import Conversation, Loaded, Message
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.chat.info_line import InfoLine
from lmstudio_tui.tui.panes.chat.kept import KeptConversation
from lmstudio_tui.tui.panes.chat.keyed_transcript import KeyedTranscript
from lmstudio_tui.tui.panes.chat.opening import Answered, Result, open_screen
from lmstudio_tui.tui.panes.chat.others import OtherWindows
from lmstudio_tui.tui.panes.chat.pages import Pages, is_in_front
from lmstudio_tui.tui.panes.chat.shown_thread import ShownThread
from lmstudio_tui.tui.widgets.absence import Absence
from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.empty_state import EmptyState
from lmstudio_tui.tui.widgets.transcript import Transcript
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Unpack

    from textual.app import ComposeResult
    from textual.events import Click
    from textual.screen import Screen

    from lmstudio_tui.features.chat.parameters import Parameters
    from lmstudio_tui.features.tools import ToolResult
    from lmstudio_tui.sdk import ModelSummary, StreamEvent
    from lmstudio_tui.tui.panes.chat.answering import Outcome
    from lmstudio_tui.tui.panes.chat.desk import ChatDesk
    from lmstudio_tui.tui.typed import WidgetOptions


class ConversationBase(Vertical):
    """One conversation: what was said, on one branch, and the prompt below it.

    Args:
        desk: what all conversations share.
        conversation: which one.
        kept: whether the library has it; a new one is not there before something is said or typed in it.
    """

    DEFAULT_CSS = """
    ConversationBase {
        & ContentSwitcher { height: 1fr; }
        & #welcome { color: $text-muted; }
    }
    """

    class Changed(TextualMessage):
        """Something that the tabs show has changed: the title, or whether an answer is on its way."""

        def __init__(self, view: ConversationBase) -> None:
            super().__init__()
            self.view = view

    def __init__(
        self,
        desk: ChatDesk,
        conversation: Conversation,
        *,
        kept: bool = False,
        **options: Unpack[WidgetOptions],
    ) -> None:
        super().__init__(**options)
        self.desk = desk
        self._record = KeptConversation(desk.library, desk.now, conversation, kept=kept)
        self._shown = ShownThread(lambda: self.query_one(Transcript), desk.now)
        self._runs = Runs(self)
        self._run: Run[StreamEvent, Outcome] | None = None
        self._command: Run[object, ToolResult] | None = None
        self._loading = kept
        self._pages = Pages(self)
        self._others = OtherWindows(
            self, self._runs, lambda: desk.library.load(conversation.id), lambda: self._shown.theirs, self._show_theirs
        )

    def compose(self) -> ComposeResult:
        yield InfoLine()
        with ContentSwitcher(initial="welcome"):
            yield Absence(id="absence")
            yield EmptyState(id="welcome")
            yield KeyedTranscript(self._begin_prompt, id="transcript")
        yield Composer(id="composer")

    def _begin_prompt(self, character: str) -> None:
        """Typing goes to the prompt, also while the transcript has the cursor."""
        composer = self.query_one(Composer)
        if composer.display:
            self.screen.set_focus(composer)
            composer.insert(character)

    def on_mount(self) -> None:
        """Look right before the first view of the server has come."""
        self.desk.views[self.conversation.id] = self
        self.query_one(Composer).show_model(self.model)
        if self.conversation.draft:
            self.query_one(Composer).put(self.conversation.draft)
        self.query_one(Absence).show_server(self.desk.server, newcomer=self.desk.newcomer)
        self._arrange()

    def on_unmount(self) -> None:
        """Nothing goes on without the screen; what had arrived is in the library."""
        if self.desk.views.get(self.conversation.id) is self:
            del self.desk.views[self.conversation.id]
        self._runs.drop_all()

    # What it is

    @property
    def conversation(self) -> Conversation:
        """Which conversation it is."""
        return self._record.conversation

    @property
    def composer(self) -> Composer:
        """Where its prompts are typed."""
        return self.query_one(Composer)

    @property
    def thread(self) -> Thread:
        """What was said, on all branches."""
        return self._shown.thread

    @property
    def parameters(self) -> Parameters:
        """The parameters that were chosen."""
        return self._record.parameters

    @property
    def tools(self) -> tuple[str, ...]:
        """The names of the tools that the model may call."""
        return self._record.tools

    @property
    def streaming(self) -> bool:
        """Whether an answer is on its way, or what it is to."""
        return self._run is not None or self._command is not None or self._record.waiting

    @property
    def blank(self) -> bool:
        """Whether nothing was said or typed yet."""
        # Before it is there, nothing can have been typed.
        return (
            not self._record.kept and not self.thread.path and not (self.is_mounted and self.query_one(Composer).text)
        )

    @property
    def model(self) -> str | None:
        """The model that is asked."""
        return self.conversation.model or self.desk.model

    @property
    def title(self) -> str:
        """What the tab shows."""
        return clean_line(self.conversation.title) or "New chat"

    @property
    def loaded(self) -> Loaded:
        """It with all of its messages, as it is kept."""
        return Loaded(self.conversation, tuple(self.thread.messages.values()))

    # What it is told

    def show_loaded(self, loaded: Loaded | None) -> None:
        """Show what the library has; None when it has nothing of it any more."""
        self._loading = False
        if loaded is None:
            self._record.gone()
            self._arrange()
            return
        self._record.loaded(loaded.conversation)
        self.show_thread(Thread(loaded.messages, loaded.conversation.head))
        composer = self.query_one(Composer)
        if loaded.conversation.draft and not composer.text:
            composer.put(loaded.conversation.draft)
        composer.show_model(self.model)
        self.post_message(self.Changed(self))

    def end_tour(self) -> bool:
        """Show the ordinary welcome from now on; False when that is shown already."""
        shown, self.desk.touring = self.desk.touring, False
        if shown:
            self._arrange()
        return shown

    def on_click(self, event: Click) -> None:
        """A click on the tour ends it."""
        if event.widget is not None and event.widget.id == "welcome":
            self.end_tour()

    def use_model(self, model: str | None) -> None:
        """Ask another model from now on."""
        self.desk.model = model
        # Which one it asked until now is not known before it was read.
        if model and not self._loading and self.conversation.model != model:
            self._record.change(model=model)
        self.query_one(Composer).show_model(self.model)
        self._arrange()

    def show_server(self) -> None:
        """Take note of the server's coming and going."""
        self.query_one(Absence).show_server(self.desk.server, newcomer=self.desk.newcomer)
        self._arrange()
        self._show_info()

    def show_title(self, conversation: Conversation) -> None:
        """It was renamed or pinned elsewhere."""
        self._record.changed_elsewhere(conversation)
        self._tell()

    def rename(self, title: str) -> None:
        """Give it the title that a person has chosen."""
        self.keep()
        self._record.change(title=title, titled=True)
        self._tell()

    def use_parameters(self, parameters: Parameters) -> None:
        """Ask with other parameters from now on."""
        self._record.ask_with(parameters, self.tools)
        self._tell()

    def use_tools(self, names: tuple[str, ...]) -> None:
        """Let the model call these tools from now on."""
        self._record.ask_with(self.parameters, names)
        self._tell()

    def arrive(self) -> None:
        """Put the cursor into the prompt, or onto the page without a server."""
        composer = self.query_one(Composer)
        self.screen.set_focus(composer if composer.display else self.query_one(Absence))

    # What is kept

    def on_text_area_changed(self) -> None:
        """Somebody is about to say something."""
        self._record.make_ready()

    def keep(self) -> None:
        """From now on it is in the library."""
        if self._record.keep():
            self.post_message(self.Changed(self))

    @property
    def is_composed(self) -> bool:
        """Whether it has its parts; not when the app is left at the very moment that it is made."""
        return bool(self.query(Composer))

    @property
    def typed(self) -> str:
        """What is typed and not sent yet."""
        return self.query_one(Composer).text_to_keep if self.is_composed else self.conversation.draft

    def keep_draft(self) -> None:
        """What is typed outlives the app."""
        draft = self.typed
        if draft == self.conversation.draft:
            return
        if draft.strip():
            self.keep()
        self._record.change(draft=draft)

    def _say(self, message: Message, then: Callable[[Message], None]) -> None:
        """Keep something that was said, and show it when it is on disk: nothing is seen that a crash would lose.

        Args:
            message: the whole of it.
            then: what comes after it was shown.
        """

        def show() -> None:
            self._show(message)
            then(message)

        self.keep()
        self._record.add(message)
        self._record.when_on_disk(self._runs, show)

    def _show(self, message: Message) -> None:
        """One more message: at the end of what is shown, or as the beginning of another branch."""
        self._shown.add(message)
        self._arrange()
        self._tell()

    def show_thread(self, thread: Thread, *, at: str | None = None) -> None:
        """Show another branch, or what is left.

        Args:
            thread: what was said, and which branch of it.
            at: the message to stay at; the end otherwise.
        """
        if thread.head not in {self.thread.head, self.conversation.head}:
            self._record.change(head=thread.head)
        self._shown.show(thread)
        self._arrange()
        if at is not None:
            self.query_one(Transcript).show_turn(at)
        self._tell()
        self._others.watch()

    def bring_back(self, messages: Sequence[Message], head: str | None, at: str) -> None:
        """Show messages again that were deleted; what was said since then stays.

        Args:
            messages: each after its parent.
            head: the last one of the branch that was shown.
            at: the message to stay at.
        """
        thread = self._shown.with_messages(messages)
        if self.streaming or head is None:
            # The branch that is being written stays in front; it is one of several now.
            self._shown.put_beside(thread, at)
        else:
            self.show_thread(thread.ending(head), at=at)

    # What another window writes

    @property
    def written_elsewhere(self) -> bool:
        """Whether another window is writing an answer on the branch that is shown."""
        return bool(self._shown.theirs)

    def _show_theirs(self, changed: Sequence[Message]) -> None:
        for message in changed:
            self._shown.replace(message)
        self._tell()

    def _show_info(self) -> None:
        self.query_one(InfoLine).show(self.title, self.parameters.words, self.context_in_use())

    def _tell(self) -> None:
        self._show_info()
        self.post_message(self.Changed(self))
        self.refresh_bindings()

    def listed_model(self) -> ModelSummary | None:
        """The model that is asked, as the server lists it; None when it does not."""
        asked, models = self.model, self.desk.server.models
        return next((one for one in models if asked == one.id or any(asked == it.id for it in one.instances)), None)

    def context_in_use(self) -> ContextUse:
        """How full the model's context is."""
        return context_use(self.thread.path, self.parameters, self.listed_model())

    def _open(self, screen: Screen[Result], answered: Answered[Result] | None = None) -> None:
        open_screen(self, screen, answered)

    # Layout

    def _arrange(self) -> None:
        """Show the page for how it stands now, and put the cursor where it belongs."""
        said = bool(self.thread.path) or self._loading
        self._pages.arrange(self.desk.server, self.model, said=said, touring=self.desk.touring)

    def on_resize(self) -> None:
        """The tour takes the room that there is."""
        if self.desk.touring:
            # What is within has its own size a moment later.
            self.call_after_refresh(self._arrange)

    @property
    def is_on_screen(self) -> bool:
        """Whether it is the tab in front, of the pane in front."""
        return is_in_front(self)
