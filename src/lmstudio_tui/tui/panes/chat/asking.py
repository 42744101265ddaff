"""A conversation that is asked, and answers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from lmstudio_tui.features.chat.answers import crashed
from lmstudio_tui.features.chat.context import ContextUse, fits
from lmstudio_tui.features.chat.prompting import request_of
from lmstudio_tui.features.server_view import Presence
from lmstudio_tui.sdk import (
    AuthenticationError,
    ServerConnectionError,
    StreamInterruptedError,
    native_chat_offered,
)
from lmstudio_tui.store.library.records import Message, new_id
from lmstudio_tui.tui.commands import key_of, told
from lmstudio_tui.tui.messages import ServerDoubted
from lmstudio_tui.tui.panes.chat.answering import Answering, Outcome
from lmstudio_tui.tui.panes.chat.arriving import Arriving
from lmstudio_tui.tui.panes.chat.base import ConversationBase
from lmstudio_tui.tui.panes.chat.editing import PromptEditing
from lmstudio_tui.tui.panes.chat.sent_along import SentAlong
from lmstudio_tui.tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from textual.timer import Timer

    from lmstudio_tui.features.chat.parameters import Parameters
    from lmstudio_tui.features.tools import Tool
    from lmstudio_tui.sdk import ChatCompletionRequest
    from lmstudio_tui.store.library.records import Conversation
    from lmstudio_tui.tui.panes.chat.desk import ChatDesk
    from lmstudio_tui.tui.typed import WidgetOptions
    from lmstudio_tui.tui.widgets.composer import Composer

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
        **options: Unpack[WidgetOptions],
    ) -> None:
        super().__init__(desk, conversation, kept=kept, **options)
        self.along = SentAlong(self, self._runs)
        """What is sent along with the next prompt."""
        self._editing = PromptEditing(lambda: self.composer)
        self._arriving: Arriving | None = None
        self._ticker: Timer | None = None
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
            self.notify(told("The server wants an API key first ({app.key}); the prompt is kept."), severity="warning")
        elif (doubt := self._doubt(event.text)) and doubt != self._warned:
            self._warned = doubt
            self.notify(f"{doubt} {key_of('chat.send')} sends it all the same.", severity="warning")
        else:
            self._warned = ""
            event.composer.accept()
            self._ask(event.text)

    def _doubt(self, prompt: str) -> str:
        """Why this prompt cannot be answered, most likely; empty when nothing speaks against it."""
        return fits(self.context_in_use(), prompt, self.along.attachments)

    def _ask(self, prompt: str) -> None:
        edited = self._editing.end()
        attachments = self.along.take()
        message = Message(
            id=new_id(),
            conversation_id=self.conversation.id,
            parent_id=edited.parent_id if edited is not None else self.thread.head,
            role="user",
            text=prompt,
            attachments=(*edited.attachments, *attachments) if edited is not None else attachments,
            created_at=self.desk.now().timestamp(),
        )
        self.desk.prompts[:] = [*(one for one in self.desk.prompts if one != prompt), prompt]
        # What is sent is no draft any more, whatever happens in the next moment.
        self.keep_draft()
        self._say(message, self.have_answered)

    def have_answered(self, prompt: Message) -> None:
        """Have a prompt, or the answer of a tool, answered: as another branch, where there is an answer already."""
        begun = Message(
            id=new_id(),
            conversation_id=self.conversation.id,
            parent_id=prompt.id,
            role="assistant",
            status="streaming",
            requested_model=self.model,
            parameters=self.parameters.record,
            created_at=self.desk.now().timestamp(),
        )
        if self.desk.client is None:
            self.notify(told("There is no connection yet: {chat.retry} asks again."), severity="warning")
            return
        self._record.add(begun)
        self._show(begun)
        path = self.thread.path[:-1]
        self._begin(begun, path)

    def go_on_with(self, answer: Message) -> None:
        """Let the model go on with an answer that was cut short."""
        client = self.desk.client
        if client is None:
            self.notify("There is no connection yet.", severity="warning")
            return
        self._shown.ours = answer.id
        if self.thread.head != answer.id:
            self.show_thread(self.thread.ending(answer.id))
        path = self.thread.path
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
        transcript = self.query_one(Transcript)
        self._arriving = Arriving(transcript, begun, go_on=go_on)
        self._arrange()
        transcript.action_end()
        answering = Answering(
            client,
            begun,
            partial(self._request, path, self.parameters, begun.requested_model or self.model, self.tools),
            self.desk.library.begin(replace(begun, status="streaming")),
            go_on=go_on,
            native=self._wants_phases(),
        )
        self._run = self._runs.start(
            answering.run, items=self._arriving.receive, finished=self._delivered, crashed=self._crashed, name="answer"
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

    def _tick(self) -> None:
        if self._arriving is not None:
            self._arriving.tick()
        self._show_info()

    def context_in_use(self) -> ContextUse:
        """How full the model's context is, with what has come so far."""
        use = super().context_in_use()
        if self._arriving is None:
            return use
        return replace(use, used=use.used + self._arriving.tokens, estimated=True)

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
        if self._arriving is not None:
            self._end_run(crashed(self._arriving.answer, error))

    def _end_run(self, message: Message) -> None:
        self._run, self._arriving, self._shown.ours = None, None, None
        if self._ticker is not None:
            self._ticker.stop()
            self._ticker = None
        self._shown.replace(message)
        self._tell()

    def stop(self) -> None:
        """Stop the answer and keep its text."""
        if self._run is not None:
            self._run.cancel()

    # Editing a prompt that was sent

    def edit(self, prompt: Message) -> None:
        """Put a prompt into the composer once more; sent, it is another branch."""
        self._editing.begin(prompt)

    @property
    def typed(self) -> str:
        """What is typed and not sent yet: while a prompt is edited that was sent already, what was typed before."""
        return self._editing.put_aside if self._editing.prompt is not None else super().typed

    def cancel_edit(self) -> bool:
        """Leave the editing, and bring back what was being typed before. Whether there was any."""
        return self._editing.end() is not None

    def leave_editing_of(self, gone: Sequence[str]) -> None:
        """Leave the editing of a prompt that is no longer there."""
        if self._editing.prompt is not None and self._editing.prompt.id in gone:
            self._editing.end()

    # What is built upon this

    def busy(self) -> bool:
        """Whether nothing else can be begun now; if so, it is said."""
        if self.streaming:
            self.remark(told("The answer is still coming: {chat.stop} stops it."))
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
