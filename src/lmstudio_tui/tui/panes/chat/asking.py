"""A conversation that is asked, and answers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from lmstudio_tui.features.chat.answers import crashed
from lmstudio_tui.features.chat.context import ContextUse, fits
from lmstudio_tui.features.chat.joining import Joiner
from lmstudio_tui.features.chat.live import LiveAnswer
from lmstudio_tui.features.chat.prompting import request_of
from lmstudio_tui.features.server_view import Presence
from lmstudio_tui.sdk import (
    AuthenticationError,
    ServerConnectionError,
    StreamInterruptedError,
    native_chat_offered,
)
from lmstudio_tui.store.library.records import Message, new_id
from lmstudio_tui.tui.messages import ServerDoubted
from lmstudio_tui.tui.panes.chat.answering import Answering, Outcome
from lmstudio_tui.tui.panes.chat.base import ConversationBase
from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.transcript import ToolView, Transcript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.timer import Timer

    from lmstudio_tui.features.chat.attaching import Attached
    from lmstudio_tui.features.chat.parameters import Parameters
    from lmstudio_tui.features.tools import Tool
    from lmstudio_tui.sdk import ChatCompletionRequest, StreamEvent
    from lmstudio_tui.store.library.records import Attachment, Conversation
    from lmstudio_tui.tui.panes.chat.desk import ChatDesk

_LONG_PROMPT = 2000
"""Tokens: reading so many takes a while."""
_TICK = 1.0
"""Seconds between two looks at an answer of which nothing has come for a while."""


class AskingView(ConversationBase):
    """Ask and be answered. Stops at once, keeps what had arrived, and never loses a prompt."""

    def __init__(
        self,
        desk: ChatDesk,
        conversation: Conversation,
        *,
        kept: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(desk, conversation, kept=kept, id=id)
        self._live: LiveAnswer | None = None
        self._answer: Message | None = None
        self._joiner: Joiner | None = None
        self._ticker: Timer | None = None
        self._attached: list[Attached] = []
        self._editing: Message | None = None
        self._put_aside = ""
        self._warned = ""
        self._typed_answers: dict[str, str] = {}

    # Asking

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        """Send a prompt, unless that is not possible now: then it stays where it is."""
        event.stop()
        desk = self.desk
        if self.busy():
            pass
        elif desk.client is None or desk.server.presence is Presence.CONNECTING:
            self.notify("There is no server yet; the prompt is kept.", severity="warning")
        elif desk.server.presence is Presence.LOCKED:
            self.notify("The server wants an API key first (F6); the prompt is kept.", severity="warning")
        elif (doubt := self._doubt(event.text)) and doubt != self._warned:
            self._warned = doubt
            self.notify(f"{doubt} Enter sends it all the same.", severity="warning")
        else:
            self._warned = ""
            event.composer.accept()
            self._ask(event.text)

    def _doubt(self, prompt: str) -> str:
        """Why this prompt cannot be answered, most likely; empty when nothing speaks against it."""
        return fits(self.context_in_use(), prompt, tuple(one.attachment for one in self._attached))

    def _ask(self, prompt: str) -> None:
        edited, self._editing = self._editing, None
        attachments = self.take_attached()
        message = Message(
            id=new_id(),
            conversation_id=self._conversation.id,
            parent_id=edited.parent_id if edited is not None else self._thread.head,
            role="user",
            text=prompt,
            attachments=(*edited.attachments, *attachments) if edited is not None else attachments,
            created_at=self.desk.now().timestamp(),
        )
        self.desk.prompts[:] = [*(one for one in self.desk.prompts if one != prompt), prompt]
        if edited is not None:
            self._leave_editing()
        self._add(message)
        # At once: what was sent is no draft any more, whatever happens in the next moment.
        self.keep_draft()
        self.have_answered(message)

    def have_answered(self, prompt: Message) -> None:
        """Have a prompt, or the answer of a tool, answered: as another branch, where there is an answer already."""
        begun = Message(
            id=new_id(),
            conversation_id=self._conversation.id,
            parent_id=prompt.id,
            role="assistant",
            status="streaming",
            requested_model=self.model,
            parameters=self._parameters.record,
            created_at=self.desk.now().timestamp(),
        )
        if self.desk.client is None:
            self.notify("There is no connection yet: Ctrl+R asks again.", severity="warning")
            return
        self._add(begun)
        path = self._thread.path[:-1]
        self._begin(begun, path)

    def go_on_with(self, answer: Message) -> None:
        """Let the model go on with an answer that was cut short."""
        client = self.desk.client
        if client is None:
            self.notify("There is no connection yet.", severity="warning")
            return
        self._ours = answer.id
        if self._thread.head != answer.id:
            self.show_thread(self._thread.ending(answer.id))
        self._joiner = Joiner(answer.text)
        path = self._thread.path
        self.query_one(Transcript).update_turn(answer.id, status="streaming", note="", footer="", phases=())
        self._begin(replace(answer, note=""), path, go_on=True)

    def _request(
        self,
        path: Sequence[Message],
        parameters: Parameters,
        model: str | None,
        chosen: Sequence[str],
        prefill: bool | Literal["ask"],
    ) -> ChatCompletionRequest:
        """What is sent. Reads attachments and tools; for a worker thread."""
        status = self.desk.server.status
        return request_of(
            path,
            parameters,
            model,
            blob=self.desk.library.blob,
            tools=[tool.request_object for tool in self._load_tools(chosen)],
            prefill=prefill,
            kind=status.kind if status is not None else None,
        )

    def _begin(self, begun: Message, path: Sequence[Message], *, go_on: bool = False) -> None:
        """Ask, and show what comes.

        Args:
            begun: the answer; when it is gone on with, as it is so far.
            path: what is sent.
            go_on: whether it is gone on with.
        """
        client = self.desk.client
        assert client is not None, "whoever calls this has looked"
        self._live = LiveAnswer()
        self._answer = begun
        transcript = self.query_one(Transcript)
        transcript.update_turn(begun.id, activity=self._live.waited)
        self._arrange()
        transcript.action_end()
        answering = Answering(
            client,
            begun,
            partial(self._request, path, self._parameters, begun.requested_model or self.model, self._tools),
            self.desk.library.begin(replace(begun, status="streaming")),
            go_on=go_on,
            native=self._wants_phases(),
        )
        self._run = self._runs.start(
            answering.run, items=self._receive, finished=self._delivered, crashed=self._crashed, name="answer"
        )
        self._ticker = self.set_interval(_TICK, self._tick)
        self._tell()

    def _wants_phases(self) -> bool:
        """Whether it will take long before the first word comes, and the server would tell why, by its own chat."""
        status, model = self.desk.server.status, self.listed_model()
        if status is None or model is None or not native_chat_offered(status):
            return False
        has_to_load = model.state == "not-loaded" and bool(model.size_bytes)
        return has_to_load or self.context_in_use().used > _LONG_PROMPT

    def _load_tools(self, names: Sequence[str]) -> list[Tool]:
        """The tools of these names. Reads files; for a worker thread."""
        if not names:
            return []
        from lmstudio_tui.features.tools import load_tools

        tools, _ = load_tools(self.desk.tools_folder)
        return [tool for tool in tools if tool.name in names]

    # Being answered

    def _receive(self, events: list[StreamEvent]) -> None:
        """Show what came since the last time."""
        live, answer = self._live, self._answer
        if live is None or answer is None:
            return
        for event in events:
            live.apply(event)
        transcript = self.query_one(Transcript)
        activity = live.waited if live.waiting else live.calling
        if transcript.turn(answer.id).activity != activity:
            transcript.update_turn(answer.id, activity=activity)
        if live.calls:
            calls = [ToolView(one.name, "".join(one.arguments), None, "streaming") for one in live.calls.values()]
            transcript.update_turn(answer.id, tools=tuple(calls))
        text, reasoning, replaced = live.take()
        if replaced:
            transcript.update_turn(answer.id, text=text, reasoning=reasoning)
        else:
            if reasoning:
                transcript.append_reasoning(answer.id, reasoning)
            if text and self._joiner is not None:
                text = self._joiner.feed(text)
            if text:
                transcript.append_text(answer.id, text)
        if live.answer_at and live.reasoning_tokens and not transcript.turn(answer.id).reasoning_label:
            transcript.update_turn(answer.id, reasoning_label=live.thought)

    def _tick(self) -> None:
        """Say for how long nothing has come, before the first word and in a stall."""
        if self._live is not None and self._answer is not None and self._live.quiet:
            self.query_one(Transcript).update_turn(self._answer.id, activity=self._live.quiet)
        self._show_info()

    def context_in_use(self) -> ContextUse:
        """How full the model's context is, with what has come so far."""
        use = super().context_in_use()
        if self._live is None:
            return use
        return replace(use, used=use.used + self._live.deltas, estimated=True)

    def _delivered(self, outcome: Outcome) -> None:
        """The answer has ended, one way or the other."""
        self._end_run(outcome.message)
        if isinstance(outcome.error, ServerConnectionError | StreamInterruptedError | AuthenticationError):
            self.post_message(ServerDoubted())
        if outcome.message.tool_calls and outcome.error is None:
            self.answer_tools()
        elif outcome.error is None:
            self.check_schema(outcome.message)

    def _crashed(self, error: BaseException) -> None:
        """A defect of ours: say so, and go on."""
        if self._answer is not None:
            self._end_run(crashed(self._answer, error))

    def _end_run(self, message: Message) -> None:
        self._run, self._live, self._answer, self._joiner, self._ours = None, None, None, None, None
        if self._ticker is not None:
            self._ticker.stop()
            self._ticker = None
        self._thread = self._thread.replaced(message)
        self._redraw(message.id)
        self._tell()

    def stop(self) -> None:
        """Stop the answer and keep its text."""
        if self._run is not None:
            self._run.cancel()

    # Editing a prompt that was sent

    def edit(self, prompt: Message) -> None:
        """Put a prompt into the composer once more; sent, it is another branch."""
        composer = self.query_one(Composer)
        if self._editing is None:
            # Where it was asked for by a command, that is done with.
            self._put_aside = "" if composer.is_command else composer.text_to_keep
        self._editing = prompt
        composer.put(prompt.text)
        composer.show_editing(True)
        composer.focus()

    @property
    def typed(self) -> str:
        """What is typed and not sent yet: while a prompt is edited that was sent already, what was typed before."""
        return self._put_aside if self._editing is not None else super().typed

    def cancel_edit(self) -> bool:
        """Leave the editing, and bring back what was being typed before. Whether there was any."""
        if self._editing is None:
            return False
        self._editing = None
        self._leave_editing()
        return True

    def leave_editing_of(self, gone: Sequence[str]) -> None:
        """Leave the editing of a prompt that is no longer there."""
        if self._editing is not None and self._editing.id in gone:
            self.cancel_edit()

    def _leave_editing(self) -> None:
        composer = self.query_one(Composer)
        composer.show_editing(False)
        composer.put(self._put_aside)
        self._put_aside = ""

    # What is built upon this

    def busy(self) -> bool:
        """Whether nothing else can be begun now; if so, it is said."""
        if self.streaming:
            self.remark("The answer is still coming: Esc stops it.")
        elif self._loading:
            self.remark("The conversation is still being read; the prompt is kept.")
        elif self.written_elsewhere:
            self.remark("Another window is writing an answer here; it can be gone on with when that has ended.")
        return self.streaming or self._loading or self.written_elsewhere

    def remark(self, text: str) -> None:
        """Say something in passing."""
        self.notify(text, timeout=3)

    def answer_tools(self) -> None:
        """Have what the model called answered."""

    def check_schema(self, message: Message) -> None:
        """Say whether an answer is what the schema wants."""

    @property
    def attached(self) -> bool:
        """Whether something is sent along with the next prompt."""
        return bool(self._attached)

    def keep_attached(self) -> tuple[Attachment, ...]:
        """What is sent along with the next prompt; the library has its bytes from now on."""
        for one in self._attached:
            self.desk.library.put_blob(one.data)
        return tuple(one.attachment for one in self._attached)

    def take_attached(self) -> tuple[Attachment, ...]:
        """The same; the prompt after that begins without."""
        attachments = self.keep_attached()
        self._attached = []
        self._show_attached()
        return attachments

    def attach(self, found: Sequence[Attached]) -> None:
        """Send these along with the next prompt."""
        self._attached += found
        self._show_attached()

    def _show_attached(self) -> None:
        from lmstudio_tui.features.chat.attaching import words

        attached: list[Attachment] = [one.attachment for one in self._attached]
        self.query_one(Composer).show_attachments(words(attached) if attached else "")
