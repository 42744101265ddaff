"""Asking one after the other, or all at once, and keeping what they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from lmstudio_tui.features.chat.answers import crashed
from lmstudio_tui.features.chat.compare import Turns, has_output
from lmstudio_tui.features.chat.prompting import request_of
from lmstudio_tui.store.library.records import new_id
from lmstudio_tui.tui.panes.chat.answering import Answering

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from lmstudio_tui.features.chat.compare import Contestant, Question
    from lmstudio_tui.sdk import ChatCompletionRequest, LMStudioError, LMStudioSDK, StreamEvent
    from lmstudio_tui.store.library.records import Message
    from lmstudio_tui.tui.panes.chat.answering import Outcome
    from lmstudio_tui.tui.panes.chat.desk import ChatDesk
    from lmstudio_tui.tui.worker_bridge import Run, Runs


class Watcher(Protocol):
    """Is told how it goes, in the app's own loop. Contestants are numbered from 0."""

    def waits(self, number: int, /) -> None:
        """One waits for its turn."""
        ...

    def begins(self, number: int, begun: Message, /) -> None:
        """One is asked."""
        ...

    def receives(self, number: int, events: list[StreamEvent], /) -> None:
        """More has come."""
        ...

    def ends(self, number: int, message: Message | None, error: LMStudioError | None, /) -> None:
        """One has answered; without a message it was not asked."""
        ...


class Race:
    """Has a prompt answered by several. Every answer is in the library while it comes: a branch below the prompt.

    Args:
        desk: the library and the server.
        client: whom to ask.
        question: what all of them are asked.
        contestants: who is asked.
        runs: where the threads belong.
        watcher: is told how it goes.
        at_once: whether nobody waits for another.
    """

    def __init__(
        self,
        desk: ChatDesk,
        client: LMStudioSDK,
        question: Question,
        contestants: Sequence[Contestant],
        runs: Runs,
        watcher: Watcher,
        *,
        at_once: bool,
    ) -> None:
        self.question = question
        self.contestants = tuple(contestants)
        self._desk = desk
        self._client = client
        self._runs = runs
        self._watcher = watcher
        self._turns = Turns(at_once)
        self._live: dict[int, Run[Any, Any]] = {}
        self._shown: dict[int, str] = {}
        self._messages: dict[str, Message] = {question.prompt.id: question.prompt}
        self._moment = question.prompt.created_at

    # What has come of it

    @property
    def messages(self) -> tuple[Message, ...]:
        """The prompt, and all answers so far, as they are kept."""
        return tuple(self._messages.values())

    @property
    def going_on(self) -> bool:
        """Whether anybody answers, or will."""
        return self._turns.going_on

    @property
    def answering(self) -> int:
        """How many answer or will."""
        return len(self._turns.waiting) + len(self._turns.asked)

    def answer(self, number: int) -> Message | None:
        """The last answer of one; None while it was never asked."""
        return self._messages[self._shown[number]] if number in self._shown else None

    @property
    def answers(self) -> dict[int, Message]:
        """The last answers of all that were asked."""
        return {number: self._messages[id_] for number, id_ in sorted(self._shown.items())}

    def is_busy(self, number: int) -> bool:
        """Whether one answers, or waits to."""
        return number in self._turns.asked or number in self._turns.waiting

    # Going on

    def begin(self) -> None:
        """Keep the prompt, and ask the first, or all."""
        self._desk.library.add(self.question.prompt)
        for number in range(len(self.contestants)):
            self._turns.line_up(number)
            self._watcher.waits(number)
        self._advance()

    def again(self, number: int) -> None:
        """Ask one once more; an answer without anything in it makes room."""
        before = self.answer(number)
        if before is not None and not has_output(before):
            self._desk.library.delete_messages([before.id])
            del self._messages[self._shown.pop(number)]
        self._turns.line_up(number)
        self._watcher.waits(number)
        self._advance()

    def stop(self, number: int) -> bool:
        """Stop one, or do not ask it at all. Whether there was anything to stop that was not being stopped already."""
        if self._turns.skip(number):
            self._watcher.ends(number, self.answer(number), None)
            return True
        run = self._live.get(number)
        if run is None or run.scope.cancelled:
            return False
        run.cancel()
        return True

    def stop_all(self) -> None:
        """Stop everything; what had arrived is kept."""
        for number in range(len(self.contestants)):
            self.stop(number)

    def _advance(self) -> None:
        while (number := self._turns.next()) is not None:
            self._ask(number)

    def _ask(self, number: int) -> None:
        # Versions of a message are ordered by their time: no two have the same.
        self._moment = max(self._desk.now().timestamp(), self._moment + 0.001)
        begun = self.question.answer(self.contestants[number], new_id, self._moment)
        library = self._desk.library
        answering = Answering(self._client, begun, lambda _: self._request(number), library.begin(begun))
        if not self._shown:
            library.update(begun.conversation_id, head=begun.id)
        self._shown[number] = begun.id
        self._messages[begun.id] = begun
        self._watcher.begins(number, begun)
        self._live[number] = self._runs.start(
            answering.run,
            items=lambda events: self._watcher.receives(number, events),
            finished=lambda outcome: self._answered(number, outcome),
            crashed=lambda error: self._crashed(number, answering, error),
            name="compare",
        )

    def _request(self, number: int) -> ChatCompletionRequest:
        """What is sent. Reads attachments; for a worker thread."""
        one, status = self.contestants[number], self._desk.server.status
        return request_of(
            self.question.path,
            one.parameters,
            one.model,
            blob=self._desk.library.blob,
            kind=status.kind if status is not None else None,
        )

    def _answered(self, number: int, outcome: Outcome) -> None:
        self._end(number, outcome.message, outcome.error)

    def _crashed(self, number: int, answering: Answering, error: BaseException) -> None:
        """A defect of ours: say so, and go on."""
        message = crashed(answering.begun, error)
        answering.writer.end(message)
        self._end(number, message, None)

    def _end(self, number: int, message: Message, error: LMStudioError | None) -> None:
        self._turns.ended(number)
        del self._live[number]
        self._messages[message.id] = message
        self._watcher.ends(number, message, error)
        self._advance()
