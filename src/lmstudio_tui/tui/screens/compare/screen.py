"""One prompt, two to four answers: choosing who is asked, and comparing what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.widgets import ContentSwitcher, Static

from lmstudio_tui.features.chat.compare import Contestant, Question, ending_words
from lmstudio_tui.features.chat.titles import title_of
from lmstudio_tui.sdk import AuthenticationError, ServerConnectionError, StreamInterruptedError
from lmstudio_tui.store.library.records import Message, new_id
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, bound, told
from lmstudio_tui.tui.messages import ServerDoubted
from lmstudio_tui.tui.panes.chat.opening import open_screen
from lmstudio_tui.tui.screens.compare.arena import Arena
from lmstudio_tui.tui.screens.compare.key_line import Key, KeyLine
from lmstudio_tui.tui.screens.compare.looking import LookingScreen
from lmstudio_tui.tui.screens.compare.race import Race
from lmstudio_tui.tui.screens.compare.setup import Known, Setup
from lmstudio_tui.tui.screens.confirm import Confirm
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.features.chat.parameters import Parameters
    from lmstudio_tui.features.chat.thread import Thread
    from lmstudio_tui.sdk import LMStudioError, ModelSummary, StreamEvent
    from lmstudio_tui.store.library.records import Attachment, Conversation, Preset
    from lmstudio_tui.tui.panes.chat.desk import ChatDesk

_TICK: Final = 1.0
"""Seconds."""
_WITH_ANSWERS: Final = frozenset({"again", "keep", "diff", "copy", "step", "look", "scroll", "fold"})
_SETUP_KEYS: Final = (
    Key("compare.begin", "compare", "begin"),
    Key("⏎", "choose"),
    Key("dialog.leave", "back", "leave"),
    Key("compare.add", "add"),
    Key("compare.parameters", "parameters"),
    Key("compare.drop", "remove"),
    Key("tab", "next"),
)


@dataclass(frozen=True, slots=True)
class CompareResult:
    """What came of a comparison.

    Args:
        messages: the prompt and all answers to it, which are in the library already; empty when nothing was asked.
        chosen: the id of the answer to go on with; None when none was chosen.
        draft: the prompt as it was typed, when nothing was asked.
    """

    messages: tuple[Message, ...]
    chosen: str | None
    draft: str = ""


class CompareScreen(LookingScreen[CompareResult | None]):
    """Gives what came of it, or None when it was left as it was found.

    Args:
        desk: the library, the server and the time of day.
        conversation: where the answers belong.
        thread: what was said in it.
        parameters: the conversation's own.
        presets: others, by name.
        models: what the server has.
        prompt: what to begin with.
        chosen: the ids of the models to begin with; the conversation's own when there are none.
        attachments: what is sent along with the prompt; the bytes are in the library.
        keep: puts the conversation into the library, if it is not there; called before the first answer.
    """

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("dialog.leave", "leave"),
        *bindings("compare.begin", "compare.again", "compare.keep"),
    ]

    DEFAULT_CSS = """
    CompareScreen {
        background: $background;
        & > #title { height: 1; padding: 0 1; }
        & > ContentSwitcher { height: 1fr; }
    }
    """

    def __init__(
        self,
        desk: ChatDesk,
        conversation: Conversation,
        thread: Thread,
        parameters: Parameters,
        presets: Sequence[Preset],
        models: Sequence[ModelSummary],
        prompt: str,
        chosen: Sequence[str] = (),
        *,
        attachments: Sequence[Attachment] = (),
        keep: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._conversation = conversation
        self._thread = thread
        self._known = Known(models, presets, parameters, thread.path, attachments)
        self._prompt = prompt
        own = conversation.model or desk.model
        self._first = tuple(chosen) or ((own,) if own else ())
        self._runs = Runs(self)
        self._keep: str | None = None
        self._keep_conversation = keep

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        with ContentSwitcher(initial="setup"):
            first = [Contestant(model, self._known.parameters) for model in self._first]
            yield Setup(self._known, self._prompt, first)
        yield KeyLine()

    def on_mount(self) -> None:
        """Say what it is, and wait to be told who is asked."""
        title = Text("Compare", "bold", no_wrap=True, overflow="ellipsis")
        title.append(f"   {clean_line(self._conversation.title)}", "dim not bold")
        self.query_one("#title", Static).update(title)
        self._show_keys()

    def on_unmount(self) -> None:
        """Nobody watches any more; what is under way is ended, and kept."""
        self._runs.drop_all()

    # Choosing who is asked

    def on_setup_left(self) -> None:
        """Ask nobody."""
        self._leave_setup()

    def _leave_setup(self) -> None:
        typed = self.query_one(Setup).prompt
        self.dismiss(CompareResult((), None, typed) if typed != self._prompt else None)

    async def on_setup_ready(self, event: Setup.Ready) -> None:
        """Ask them."""
        client = self._desk.client
        if client is None:
            self.notify("There is no connection yet; the prompt is kept.", severity="warning")
            return
        if self._race is not None:
            return
        if self._keep_conversation is not None:
            self._keep_conversation()
        question = self._question(event.prompt, along=event.along)
        self._race = Race(self._desk, client, question, event.contestants, self._runs, self, at_once=event.at_once)
        self._keep_title(event.prompt)
        self.query_one(Setup).disabled = True
        switcher = self.query_one(ContentSwitcher)
        await switcher.mount(Arena(event.prompt, event.contestants))
        switcher.current = "arena"
        self._race.begin()
        self.set_interval(_TICK, self._tick)

    def _question(self, prompt: str, *, along: bool) -> Question:
        before = self._thread.path if along else ()
        message = Message(
            id=new_id(),
            conversation_id=self._conversation.id,
            parent_id=before[-1].id if before else None,
            role="user",
            text=prompt,
            attachments=tuple(self._known.attachments),
            created_at=self._desk.now().timestamp(),
        )
        return Question(message, before)

    def _keep_title(self, prompt: str) -> None:
        """A conversation that begins with this is called after it; and the prompt can be recalled."""
        if not self._conversation.title:
            title = title_of(prompt, [one.name for one in self._known.attachments])
            self._desk.library.update(self._conversation.id, title=title)
        prompts = self._desk.prompts
        prompts[:] = [*(one for one in prompts if one != prompt), prompt]

    # How it goes

    def waits(self, number: int, /) -> None:
        """One waits for its turn."""
        self._arena.column(number).wait()
        self._changed()

    def begins(self, number: int, begun: Message, /) -> None:
        """One is asked."""
        self._arena.column(number).begin(begun)
        self._changed()

    def receives(self, number: int, events: list[StreamEvent], /) -> None:
        """More has come."""
        self._arena.column(number).receive(events)

    def ends(self, number: int, message: Message | None, error: LMStudioError | None, /) -> None:
        """One has answered, or was not asked."""
        self._arena.column(number).end(message, ending_words(error, message) if message is not None else "")
        if isinstance(error, ServerConnectionError | StreamInterruptedError | AuthenticationError):
            self.post_message(ServerDoubted())
        self._changed()

    def _changed(self) -> None:
        if self._race is not None:
            self._arena.show_best(self._race.answers)
        self._arena.show_tabs()
        self._show_keys()
        # The one that ended may be the last that was waited for; the next is asked only after this.
        self.call_later(self._leave_when_all_ended)

    def _leave_when_all_ended(self) -> None:
        race = self._race
        if self._keep is not None and race is not None and not race.going_on and self.is_current:
            kept, self._keep = self._keep, None
            self.dismiss(CompareResult(race.messages, kept))

    def on_screen_resume(self) -> None:
        """A dialog above it was closed."""
        self._leave_when_all_ended()

    def _tick(self) -> None:
        if self._race is not None and self._race.going_on:
            self._arena.tick()

    def on_arena_turned(self) -> None:
        """Other keys work for this one."""
        self._show_keys()

    def _show_keys(self) -> None:
        line, race = self.query_one(KeyLine), self._race
        if race is None:
            line.show(_SETUP_KEYS)
            return
        busy = race.is_busy(self._arena.front)
        stop = Key("dialog.leave", "stop" if busy else "stop all" if race.going_on else "leave, keep all", "leave")
        again = [] if busy else [Key("compare.again", "ask again", "again")]
        line.show(
            [
                stop,
                Key("compare.keep", "keep this one", "keep"),
                Key("compare.diff", "diff", "diff"),
                Key("1–4 ←→", "go to"),
                *again,
                Key("compare.copy", "copy", "copy"),
                Key("compare.fold", "reasoning", "fold"),
                Key("★", "best"),
            ]
        )

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is done with answers needs some."""
        del parameters
        return self._race is not None if action in _WITH_ANSWERS else True

    def action_begin(self) -> None:
        """Ask them; where they were asked, ask the one in front again."""
        if self._race is None:
            self.query_one(Setup).begin()
        else:
            self.action_again()

    def action_leave(self) -> None:
        """Stop the one in front, then all that go on; when nothing does, leave. All answers stay as branches."""
        race = self._race
        if race is None:
            self._leave_setup()
        elif not race.stop(self._arena.front):
            if race.going_on:
                race.stop_all()
            else:
                self.dismiss(CompareResult(race.messages, None))

    def action_again(self) -> None:
        """Ask the one in front once more; the answer of before stays as a branch."""
        race = self._race
        if race is not None and self._keep is None and not race.is_busy(self._arena.front):
            race.again(self._arena.front)

    def action_keep(self) -> None:
        """Go on with the answer in front."""
        race = self._race
        answer = self._front_answer()
        if race is None or answer is None:
            return
        if race.is_busy(self._arena.front):
            self.notify(told("This answer is still coming: {dialog.leave} stops it."), timeout=3)
            return
        if not race.going_on:
            self.dismiss(CompareResult(race.messages, answer.id))
            return

        def stop(sure: bool | None) -> None:
            if sure:
                self._keep = answer.id
                race.stop_all()
                self._leave_when_all_ended()

        others = "Another answer is" if race.answering == 1 else f"{race.answering} answers are"
        question = f"{others} still to come. What has arrived stays as a branch."
        open_screen(
            self,
            Confirm("Keep this one?", question, "Stop the others" if race.answering > 1 else "Stop it", "Wait"),
            stop,
        )
