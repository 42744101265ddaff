"""A conversation on the screen: its layout, and its messages in the transcript and in the library."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.containers import Vertical
from textual.message import Message as TextualMessage
from textual.widgets import ContentSwitcher, Static

from lmstudio_tui.features.chat.context import ContextUse, context_use
from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.features.chat.thread import Thread
from lmstudio_tui.features.chat.titles import title_of
from lmstudio_tui.features.server_view import Presence
from lmstudio_tui.store.library.records import Conversation, Loaded, Message
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.chat.info_line import InfoLine
from lmstudio_tui.tui.panes.chat.keyed_transcript import KeyedTranscript
from lmstudio_tui.tui.panes.chat.opening import Answered, Result, open_screen
from lmstudio_tui.tui.panes.chat.turns import turn_of, turns_of
from lmstudio_tui.tui.panes.chat.welcome import welcome_of
from lmstudio_tui.tui.widgets.absence import Absence
from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.transcript import Transcript
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.screen import Screen
    from textual.timer import Timer

    from lmstudio_tui.features.tools import ToolResult
    from lmstudio_tui.sdk import ModelSummary, StreamEvent
    from lmstudio_tui.tui.panes.chat.answering import Outcome
    from lmstudio_tui.tui.panes.chat.desk import ChatDesk


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
        & #welcome { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }
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
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        self.desk = desk
        self._conversation = conversation
        self._kept = kept
        self._thread = Thread((), None)
        self._parameters = Parameters.from_json(conversation.parameters)
        self._tools: tuple[str, ...] = tuple(map(str, conversation.parameters.get("tools") or ()))
        self._runs = Runs(self)
        self._run: Run[StreamEvent, Outcome] | None = None
        self._command: Run[object, ToolResult] | None = None
        self._welcomed = Text()
        self._loading = kept
        self._ours: str | None = None
        self._others: Timer | None = None

    def compose(self) -> ComposeResult:
        yield InfoLine()
        with ContentSwitcher(initial="welcome"):
            yield Absence(id="absence")
            yield Static(id="welcome")
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
        self.desk.views[self._conversation.id] = self
        self.query_one(Composer).show_model(self.model)
        if self._conversation.draft:
            self.query_one(Composer).put(self._conversation.draft)
        self.query_one(Absence).show_server(self.desk.server)
        self._arrange()

    def on_unmount(self) -> None:
        """Nothing goes on without the screen; what had arrived is in the library."""
        if self.desk.views.get(self._conversation.id) is self:
            del self.desk.views[self._conversation.id]
        self._runs.drop_all()

    # What it is

    @property
    def conversation(self) -> Conversation:
        """Which conversation it is."""
        return self._conversation

    @property
    def composer(self) -> Composer:
        """Where its prompts are typed."""
        return self.query_one(Composer)

    @property
    def thread(self) -> Thread:
        """What was said, on all branches."""
        return self._thread

    @property
    def parameters(self) -> Parameters:
        """The parameters that were chosen."""
        return self._parameters

    @property
    def tools(self) -> tuple[str, ...]:
        """The names of the tools that the model may call."""
        return self._tools

    @property
    def streaming(self) -> bool:
        """Whether an answer is on its way."""
        return self._run is not None or self._command is not None

    @property
    def blank(self) -> bool:
        """Whether nothing was said or typed yet."""
        # Before it is there, nothing can have been typed.
        return not self._kept and not self._thread.path and not (self.is_mounted and self.query_one(Composer).text)

    @property
    def model(self) -> str | None:
        """The model that is asked."""
        return self._conversation.model or self.desk.model

    @property
    def title(self) -> str:
        """What the tab shows."""
        return clean_line(self._conversation.title) or "New chat"

    @property
    def loaded(self) -> Loaded:
        """It with all of its messages, as it is kept."""
        return Loaded(self._conversation, tuple(self._thread.messages.values()))

    # What it is told

    def show_loaded(self, loaded: Loaded | None) -> None:
        """Show what the library has; None when it has nothing of it any more."""
        self._loading = False
        if loaded is None:
            self._kept = False
            self._arrange()
            return
        self._conversation, self._kept = loaded.conversation, True
        self._parameters = Parameters.from_json(loaded.conversation.parameters)
        self._tools = tuple(map(str, loaded.conversation.parameters.get("tools") or ()))
        self.show_thread(Thread(loaded.messages, loaded.conversation.head))
        composer = self.query_one(Composer)
        if loaded.conversation.draft and not composer.text:
            composer.put(loaded.conversation.draft)
        composer.show_model(self.model)
        self.post_message(self.Changed(self))

    def use_model(self, model: str | None) -> None:
        """Ask another model from now on."""
        self.desk.model = model
        # Which one it asked until now is not known before it was read.
        if model and not self._loading and self._conversation.model != model:
            self._change(model=model)
        self.query_one(Composer).show_model(self.model)
        self._arrange()

    def show_server(self) -> None:
        """Take note of the server's coming and going."""
        self.query_one(Absence).show_server(self.desk.server)
        self._arrange()
        self._show_info()

    def show_title(self, conversation: Conversation) -> None:
        """It was renamed or pinned elsewhere."""
        self._conversation = replace(
            self._conversation, title=conversation.title, titled=conversation.titled, pinned=conversation.pinned
        )
        self._tell()

    def rename(self, title: str) -> None:
        """Give it the title that a person has chosen."""
        self.keep()
        self._change(title=title, titled=True)
        self._tell()

    def use_parameters(self, parameters: Parameters) -> None:
        """Ask with other parameters from now on."""
        self._parameters = parameters
        self._keep_parameters()
        self._tell()

    def use_tools(self, names: tuple[str, ...]) -> None:
        """Let the model call these tools from now on."""
        self._tools = names
        self._keep_parameters()
        self._tell()

    def _keep_parameters(self) -> None:
        found: dict[str, Any] = self._parameters.to_json()
        if self._tools:
            found["tools"] = list(self._tools)
        self._change(parameters=found)

    def arrive(self) -> None:
        """Put the cursor into the prompt, or onto the page without a server."""
        composer = self.query_one(Composer)
        self.screen.set_focus(composer if composer.display else self.query_one(Absence))

    # What is kept

    def _change(self, **fields: Any) -> None:
        """Change something of the conversation, here and in the library."""
        self._conversation = replace(self._conversation, **fields)
        if self._kept:
            self.desk.library.update(self._conversation.id, **fields)

    def keep(self) -> None:
        """From now on it is in the library."""
        if not self._kept:
            self._kept = True
            moment = self.desk.now().timestamp()
            self._conversation = replace(self._conversation, created_at=moment, updated_at=moment)
            self.desk.library.create(self._conversation)
            self.post_message(self.Changed(self))

    @property
    def typed(self) -> str:
        """What is typed and not sent yet."""
        return self.query_one(Composer).text_to_keep

    def keep_draft(self) -> None:
        """What is typed outlives the app."""
        draft = self.typed
        if draft == self._conversation.draft:
            return
        if draft.strip():
            self.keep()
        self._change(draft=draft)

    def _add(self, message: Message) -> None:
        """One more message: at the end of what is shown, or as the beginning of another branch."""
        self.keep()
        if message.status == "streaming":
            self._ours = message.id
        else:
            self.desk.library.add(message)
        at_end = self._thread.head == message.parent_id
        self._thread = self._thread.with_message(message)
        self._change(head=message.id)
        if not self._conversation.title and message.role == "user":
            self._change(title=title_of(message.text, [one.name for one in message.attachments]))
        if not at_end:
            self.query_one(Transcript).set_turns(turns_of(self._thread, self.desk.now(), self._ours))
        elif message.role == "tool":
            self._redraw(message.parent_id)
        else:
            self.query_one(Transcript).add_turn(turn_of(self._thread, message, self.desk.now(), self._ours))
        self._arrange()
        self._tell()

    def show_thread(self, thread: Thread, *, at: str | None = None) -> None:
        """Show another branch, or what is left.

        Args:
            thread: what was said, and which branch of it.
            at: the message to stay at; the end otherwise.
        """
        before, self._thread = self._thread.head, thread
        if thread.head != before and thread.head != self._conversation.head:
            self._change(head=thread.head)
        transcript = self.query_one(Transcript)
        transcript.set_turns(turns_of(thread, self.desk.now(), self._ours))
        self._arrange()
        if at is not None:
            transcript.show_turn(at)
        self._tell()
        self._watch_others()

    def bring_back(self, messages: Sequence[Message], head: str | None, at: str) -> None:
        """Show messages again that were deleted; what was said since then stays.

        Args:
            messages: each after its parent.
            head: the last one of the branch that was shown.
            at: the message to stay at.
        """
        thread = self._thread
        for message in messages:
            thread = thread.with_message(message, head=False)
        if self.streaming or head is None:
            # The branch that is being written stays in front; it is one of several now.
            self._thread = thread
            for one in thread.path:
                if one.id in thread.siblings(at) and one.id != self._ours:
                    self._redraw(one.id)
        else:
            self.show_thread(thread.ending(head), at=at)

    # What another window writes

    @property
    def written_elsewhere(self) -> bool:
        """Whether another window is writing an answer on the branch that is shown."""
        return any(one.status == "streaming" and one.id != self._ours for one in self._thread.path)

    def _watch_others(self) -> None:
        """Look once a second, while there is something to see."""
        if self.written_elsewhere and self._others is None:
            self._others = self.set_timer(1.0, self._look_at_others)

    def _look_at_others(self) -> None:
        self._others = None

        def load(emit: object, scope: object) -> Loaded | None:
            del emit, scope
            return self.desk.library.load(self._conversation.id)

        def show(loaded: Loaded | None) -> None:
            now = {one.id: one for one in loaded.messages} if loaded is not None else {}
            for message in self._thread.path:
                other = now.get(message.id)
                theirs = message.status == "streaming" and message.id != self._ours
                if theirs and other is not None and other != message:
                    self._thread = self._thread.replaced(other)
                    self._redraw(other.id)
            self._tell()
            self._watch_others()

        self._runs.start(load, finished=show, name="others")

    def _redraw(self, message_id: str | None) -> None:
        """Draw the turn to which a message belongs once more."""
        transcript = self.query_one(Transcript)
        message = self._thread.get(message_id) if message_id else None
        while message is not None and message.role == "tool":
            message = self._thread.get(message.parent_id) if message.parent_id else None
        if message is not None:
            transcript.replace_turn(turn_of(self._thread, message, self.desk.now(), self._ours))

    def _show_info(self) -> None:
        self.query_one(InfoLine).show(self.title, self._parameters.words, self.context_in_use())

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
        return context_use(self._thread.path, self._parameters, self.listed_model())

    def _open(self, screen: Screen[Result], answered: Answered[Result] | None = None) -> None:
        open_screen(self, screen, answered)

    # Layout

    def _arrange(self) -> None:
        """Show the welcome, the page without a server, or the transcript, and put the cursor where it belongs.

        All at once: a key that is typed in between must find its place.
        """
        composer, switcher = self.query_one(Composer), self.query_one(ContentSwitcher)
        page = self._page()
        # A draft is never hidden: the prompt stays where it was typed, and keeps the cursor.
        hidden = page == "absence" and not composer.text
        moved = switcher.current != page or composer.display is hidden
        composer.display = not hidden
        if switcher.current != page:
            switcher.current = page
        self._welcome()
        absence = self.query_one(Absence)
        focused = self.screen.focused
        astray = focused is not None and focused in {absence, self.query_one(Transcript)} and focused.id != page
        shown = self.is_on_screen and self.screen.is_current
        if shown and (astray or (moved and focused in {None, absence, composer})):
            self.screen.set_focus(absence if hidden else composer)

    @property
    def is_on_screen(self) -> bool:
        """Whether it is the tab in front, of the pane in front."""
        return all(widget.display for widget in (self, *self.ancestors) if hasattr(widget, "display"))

    def _page(self) -> str:
        if self._thread.path or self._loading:
            return "transcript"
        online = self.desk.server.presence in {Presence.CONNECTING, Presence.ONLINE}
        return "welcome" if online else "absence"

    def _welcome(self) -> None:
        text = welcome_of(self.desk.server, self.model)
        if text != self._welcomed:
            self._welcomed = text
            self.query_one("#welcome", Static).update(text)
