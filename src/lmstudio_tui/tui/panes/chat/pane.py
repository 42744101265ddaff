"""The chat pane: a conversation with one model, streamed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.widgets import ContentSwitcher, Static

from lmstudio_tui.features.chat.conversation import Conversation, Said, Status
from lmstudio_tui.features.chat.live import Delivered, LiveAnswer, ask, footer_of
from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.sdk import AuthenticationError, RequestCancelledError, ServerConnectionError, StreamInterruptedError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.messages import CopyWanted, ModelWanted, ServerDoubted
from lmstudio_tui.tui.panes.pane import Pane
from lmstudio_tui.tui.widgets.absence import Absence
from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.transcript import Role, Transcript, Turn
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Key
    from textual.timer import Timer

    from lmstudio_tui.sdk import LMStudioError, LMStudioSDK, StreamEvent
    from lmstudio_tui.tui.catalogue.command import Where


class ChatPane(Pane):
    """Ask and be answered. Stops at once, keeps what had arrived, and never loses a prompt.

    Args:
        now: the time of day.
    """

    where: ClassVar[Where] = "chat"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("chat.stop", "chat.switch", "chat.model", "chat.copy", "chat.retry", "chat.new", "chat.restore"),
        *bindings("transcript.copy", "transcript.copy_code", "chat.page_up", "chat.page_down"),
        *(Binding(str(n), f"copy_code({n})", show=False, id=f"transcript.copy_code.{n}") for n in range(1, 10)),
    ]

    DEFAULT_CSS = """
    ChatPane {
        & ContentSwitcher { height: 1fr; }
        & #welcome { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }
    }
    """

    def __init__(self, now: Callable[[], datetime], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._client: LMStudioSDK | None = None
        self._now = now
        self._model: str | None = None
        self._view = ServerView("")
        self._conversation = Conversation()
        self._before: tuple[Conversation, list[Turn]] | None = None
        self._runs = Runs(self)
        self._run: Run[StreamEvent, Delivered] | None = None
        self._live: LiveAnswer | None = None
        self._answer_id = ""
        self._ticker: Timer | None = None
        self._welcomed = Text()
        self._remarked: dict[str, float] = {}
        self._count = 0

    def compose(self) -> ComposeResult:
        with ContentSwitcher(initial="welcome"):
            yield Absence(id="absence")
            yield Static(id="welcome")
            yield Transcript(id="transcript")
        yield Composer(id="composer")

    def on_mount(self) -> None:
        """Look right before the first view of the server has come."""
        self._arrange()

    def on_unmount(self) -> None:
        """Nothing goes on without the pane."""
        self._runs.drop_all()

    # What it is told

    def use_client(self, client: LMStudioSDK) -> None:
        """Talk to another server from now on."""
        self._client = client

    def use_model(self, model: str | None) -> None:
        """Ask another model from now on."""
        self._model = model
        self.query_one(Composer).show_model(model)
        self._welcome()

    def show_server(self, view: ServerView) -> None:
        """Take note of the server's coming and going."""
        self._view = view
        self.query_one(Absence).show_server(view)
        self._arrange()

    def arrive(self) -> None:
        """Put the cursor into the prompt, or onto the page without a server."""
        composer = self.query_one(Composer)
        self.screen.set_focus(composer if composer.display else self.query_one(Absence))

    @property
    def streaming(self) -> bool:
        """Whether an answer is on its way."""
        return self._run is not None

    @property
    def conversation(self) -> Conversation:
        """What was said so far."""
        return self._conversation

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
        astray = focused is absence and page != "absence"
        if self.display and self.screen.is_current and (astray or (moved and focused in {None, absence, composer})):
            self.screen.set_focus(absence if hidden else composer)

    def _page(self) -> str:
        if self._conversation.messages:
            return "transcript"
        return "welcome" if self._view.presence in {Presence.CONNECTING, Presence.ONLINE} else "absence"

    def _welcome(self) -> None:
        text = Text()
        if self._view.presence is Presence.CONNECTING:
            text.append(f"Looking for a server at {self._view.base_url} …\n\n", style="bold")
        elif reason := self._refusal():
            text.append(f"This server cannot chat.\n\n{reason}\n\n", style="bold")
            text.append("F3 explains what it can do, F4 goes to another server, F9 to the simulator.")
            self._welcome_with(text)
            return
        elif self._model:
            text.append(f"{self._model} is listening.\n\n", style="bold")
        elif not self._view.models:
            text.append("This server lists no model.\n\n", style="bold")
            text.append("Load one in the server, or press Ctrl+T and type a model's id.\n")
        text.append("Type below; Enter sends, Ctrl+J starts a new line.\nCtrl+T another model   F1 all keys")
        self._welcome_with(text)

    def _welcome_with(self, text: Text) -> None:
        if text != self._welcomed:
            self._welcomed = text
            self.query_one("#welcome", Static).update(text)

    def _refusal(self) -> str:
        """Why this server cannot chat; empty where it may."""
        chat = self._view.status.capabilities.get("chat") if self._view.status else None
        return clean_line(f"{chat.reason} {chat.hint}") if chat is not None and chat.available is False else ""

    # Asking

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        """Send a prompt, unless that is not possible now: then it stays where it is."""
        if self.streaming:
            self._remark("The answer is still coming: Esc stops it.")
        elif self._client is None or self._view.presence is Presence.CONNECTING:
            self.notify("There is no server yet; the prompt is kept.", severity="warning")
        elif self._view.presence is Presence.LOCKED:
            self.notify("The server wants an API key first (F6); the prompt is kept.", severity="warning")
        else:
            event.composer.accept()
            self._ask(event.text)

    def _ask(self, prompt: str) -> None:
        self._count += 1
        said = Said(f"u{self._count}", "user", prompt)
        self._conversation = self._conversation.with_message(said)
        self.query_one(Transcript).add_turn(Turn(id=said.id, role=Role.USER, text=prompt, time=f"{self._now():%H:%M}"))
        self._answer()

    def _answer(self) -> None:
        """Have the last prompt answered."""
        client = self._client
        if client is None:
            self.notify("There is no connection yet: Ctrl+R asks again.", severity="warning")
            return
        self._count += 1
        self._answer_id = f"a{self._count}"
        self._live = LiveAnswer()
        transcript = self.query_one(Transcript)
        transcript.add_turn(
            Turn(id=self._answer_id, role=Role.ASSISTANT, status="streaming", activity=self._live.waited)
        )
        self._arrange()
        transcript.action_end()
        request = self._conversation.request(self._model)
        self._run = self._runs.start(
            lambda emit, scope: ask(client, request, scope, emit),
            items=self._receive,
            finished=self._delivered,
            crashed=self._crashed,
            name="answer",
        )
        self._ticker = self.set_interval(1.0, self._tick)
        self.refresh_bindings()

    def _receive(self, events: list[StreamEvent]) -> None:
        """Show what came since the last time."""
        live = self._live
        if live is None:
            return
        for event in events:
            live.apply(event)
        transcript = self.query_one(Transcript)
        if not live.waiting and transcript.turn(self._answer_id).activity != live.calling:
            transcript.update_turn(self._answer_id, activity=live.calling)
        text, reasoning, replaced = live.take()
        if replaced:
            transcript.update_turn(self._answer_id, text=text, reasoning=reasoning)
        else:
            if reasoning:
                transcript.append_reasoning(self._answer_id, reasoning)
            if text:
                transcript.append_text(self._answer_id, text)
        if live.answer_at and live.reasoning_tokens and not transcript.turn(self._answer_id).reasoning_label:
            transcript.update_turn(self._answer_id, reasoning_label=live.thought)

    def _tick(self) -> None:
        """Say for how long nothing has come, before the first word and in a stall."""
        if self._live is not None and self._live.quiet:
            self.query_one(Transcript).update_turn(self._answer_id, activity=self._live.quiet)

    def _delivered(self, delivered: Delivered) -> None:
        """The answer has ended, one way or the other."""
        live, error, partial = self._live, delivered.error, delivered.partial
        status, note = _ending(error, bool(partial.text or partial.reasoning or partial.tool_calls))
        notes = [note] if note else []
        if live is not None:
            notes += [text for text in live.notes if text not in notes]
        label = live.thought if live is not None else ""
        calls = "".join(f"\n\n```json\n{call.name} {call.arguments}\n```" for call in partial.tool_calls)
        transcript = self.query_one(Transcript)
        if calls:
            transcript.update_turn(self._answer_id, text=(partial.text + calls).lstrip("\n"))
        transcript.update_turn(
            self._answer_id,
            status=status,
            footer=footer_of(delivered),
            note="\n".join(notes),
            activity="",
            reasoning_label=label,
            model=partial.model or None,
        )
        self._conversation = self._conversation.with_message(
            Said(self._answer_id, "assistant", partial.text, partial.reasoning, status, partial.model)
        )
        self._end_run()
        if isinstance(error, ServerConnectionError | StreamInterruptedError | AuthenticationError):
            self.post_message(ServerDoubted())

    def _crashed(self, error: BaseException) -> None:
        """A defect of ours: say so, and go on."""
        self.query_one(Transcript).update_turn(
            self._answer_id,
            status="failed",
            activity="",
            note=f"Something went wrong in the app itself ({type(error).__name__}). Ctrl+R asks again.",
        )
        self._conversation = self._conversation.with_message(Said(self._answer_id, "assistant", "", status="failed"))
        self._end_run()

    def _end_run(self) -> None:
        self._run = None
        self._live = None
        if self._ticker is not None:
            self._ticker.stop()
            self._ticker = None
        self.refresh_bindings()

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        del parameters
        match action:
            case "stop":
                return self.streaming
            case "switch_focus":
                return not self.streaming
            case "copy_answer":
                return bool(self._conversation.messages)
            case "choose_model":
                return self._view.online
            case "retry":
                return self._conversation.last_prompt is not None and not self.streaming
            case "restore_chat":
                return self._before is not None and not self.streaming
            case _:
                return True

    def _remark(self, text: str) -> None:
        """Say something in passing, once while it can still be read."""
        now = time.monotonic()
        if self._remarked.get(text, 0.0) < now - 3:
            self._remarked[text] = now
            self.notify(text, timeout=3)

    def on_key(self, event: Key) -> None:
        """Typing goes to the prompt, also while the transcript has the cursor: but for the keys that mean something."""
        composer = self.query_one(Composer)
        if not (event.is_printable and event.character and self.query_one(Transcript).has_focus):
            return
        if event.key not in self.screen.active_bindings:
            event.stop()
            composer.focus()
            composer.insert(event.character)

    def action_page_transcript(self, pages: float) -> None:
        """Scroll the transcript while the cursor stays in the prompt."""
        self.query_one(Transcript).action_page(pages)

    def action_stop(self) -> None:
        """Stop the answer and keep its text."""
        if self._run is not None:
            self._run.cancel()

    def action_switch_focus(self) -> None:
        """Go between the prompt and the transcript."""
        if not self.query_one(Composer).display:
            return
        if self.query_one(Composer).has_focus and self._conversation.messages:
            self.query_one(Transcript).focus()
        else:
            self.query_one(Composer).focus()

    def action_choose_model(self) -> None:
        """Ask for a model."""
        self.post_message(ModelWanted())

    def action_retry(self) -> None:
        """Send the last prompt again. An answer with a text stays; an empty one makes room."""
        prompt = self._conversation.last_prompt
        if prompt is None or self.streaming:
            return
        last = self._conversation.messages[-1]
        if last.role == "assistant" and last.text:
            self._ask(prompt.text)
            return
        if last.role == "assistant":
            self._conversation = self._conversation.without(last.id)
            self.query_one(Transcript).remove_turn(last.id)
        self._answer()

    def action_new_chat(self) -> None:
        """Begin a new conversation; the one before can be brought back."""
        if self.streaming:
            self._remark("The answer is still coming: Esc stops it.")
            return
        if self._conversation.messages:
            self._before = (self._conversation, list(self.query_one(Transcript).turns))
            self._remark("F8 brings the last conversation back.")
        self._conversation = Conversation()
        self.query_one(Transcript).clear()
        self._arrange()
        self.query_one(Composer).focus()
        self.refresh_bindings()

    def action_restore_chat(self) -> None:
        """Swap with the conversation before this one."""
        if self._before is None:
            return
        conversation, turns = self._before
        kept = (self._conversation, list(self.query_one(Transcript).turns))
        self._before = kept if self._conversation.messages else None
        self._conversation = conversation
        self.query_one(Transcript).set_turns(turns)
        self._arrange()
        self.refresh_bindings()

    def action_copy_answer(self) -> None:
        """Copy what is selected: text, else a turn; else the last answer."""
        marked = self.screen.get_selected_text()
        if marked:
            self.post_message(CopyWanted(marked, "selection"))
            return
        said = self._selected() or self._conversation.last_answer
        if said is None:
            self.notify("There is no answer to copy yet.", timeout=3)
            return
        self.post_message(CopyWanted(said.text, "prompt" if said.role == "user" else "answer"))

    def _selected(self) -> Said | None:
        transcript = self.query_one(Transcript)
        chosen = transcript.selected_turn if transcript.has_focus else None
        return next((said for said in self._conversation.messages if said.id == chosen and said.text), None)

    def action_copy_code(self, number: int) -> None:
        """Copy a block of code of the selected turn, else of the last answer; 0 is the last block."""
        said = self._selected() or self._conversation.last_answer
        blocks = list(self.query_one(Transcript).code_blocks(said.id)) if said else []
        chosen = [block for block in blocks if block.number == number] if number else list(blocks[-1:])
        if chosen:
            self.post_message(CopyWanted(chosen[0].code, f"code block {chosen[0].number}"))
        else:
            self.notify("There is no such block of code in this answer.", timeout=3)

    def on_transcript_code_copy_requested(self, event: Transcript.CodeCopyRequested) -> None:
        """A block's copy button was clicked."""
        self.post_message(CopyWanted(event.code, f"code block {event.number}"))


def _ending(error: LMStudioError | None, has_output: bool) -> tuple[Status, str]:
    """The status of an answer, and the sentence under it."""
    match error:
        case None:
            return "complete", ""
        case RequestCancelledError():
            return "stopped", "Stopped. What had arrived is kept." if has_output else "Stopped before anything came."
        case StreamInterruptedError():
            return "interrupted", f"{_sentence(error.message)} What arrived is kept; Ctrl+R asks again."
        case AuthenticationError():
            return "failed", f"{_sentence(error.message)} F6 types a key; then Ctrl+R asks again."
        case _:
            return "failed", f"{_sentence(error.message)} {_sentence(error.hint)} Ctrl+R asks again."


def _sentence(text: str) -> str:
    """With a full stop, where a server left it out."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…:" else f"{text}."
