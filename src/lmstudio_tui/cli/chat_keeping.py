"""Keeping an answer of the command line in the library, as it comes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from lmstudio_tui.cli.history_library import ensure_saved
from lmstudio_tui.cli.outcome import CommandError, report
from lmstudio_tui.features.chat.answers import answered
from lmstudio_tui.features.chat.live import Course, Delivered
from lmstudio_tui.sdk import LMStudioError, ReasoningDelta, Reclassified, TextDelta
from lmstudio_tui.store.library.records import Message, new_id

if TYPE_CHECKING:
    from lmstudio_tui.features.chat.attaching import Attached
    from lmstudio_tui.features.chat.parameters import Parameters
    from lmstudio_tui.sdk import CompletionStream, StreamEvent
    from lmstudio_tui.store.library import AnswerWriter, Library
    from lmstudio_tui.store.library.records import Conversation


class Keeping:
    """Writes a prompt and its answer into the library. Nothing is written before `begin`.

    Args:
        library: where.
        conversation: where they belong, as it is from now on.
        prompt: what is asked.
        parameters: what is sent besides the messages.
        model: the one that is asked.
        files: what is sent along.
        is_new: whether the conversation begins here.
    """

    def __init__(
        self,
        library: Library,
        conversation: Conversation,
        prompt: Message,
        parameters: Parameters,
        model: str | None,
        files: tuple[Attached, ...],
        *,
        is_new: bool,
    ) -> None:
        self._library = library
        self._conversation = conversation
        self._prompt = prompt
        self._files = files
        self._is_new = is_new
        self._course = Course()
        self._answer = Message(
            id=new_id(),
            conversation_id=conversation.id,
            parent_id=prompt.id,
            role="assistant",
            status="streaming",
            requested_model=model,
            parameters=parameters.record,
            created_at=time.time(),
        )
        self._writer: AnswerWriter | None = None

    @property
    def members(self) -> dict[str, Any]:
        """What a JSON answer says of it."""
        return {"conversation_id": self._conversation.id, "message_id": self._answer.id}

    def begin(self) -> None:
        """Keep the prompt: from here on it is not lost."""
        library, conversation = self._library, self._conversation
        for one in self._files:
            library.put_blob(one.data)
        if self._is_new:
            library.create(conversation)
        library.add(self._prompt)
        self._writer = library.begin(self._answer)
        changes: dict[str, Any] = {"head": self._answer.id, "model": conversation.model}
        library.update(conversation.id, **changes)

    def follow(self, event: StreamEvent) -> None:
        """Keep what has come."""
        self._course.apply(event)
        if self._writer is None:
            return
        match event:
            case TextDelta(text=text):
                self._writer.text(text)
            case ReasoningDelta(text=text):
                self._writer.reasoning(text)
            case Reclassified(text=text, reasoning=reasoning):
                self._writer.replace(text, reasoning)
            case _:
                pass

    def end(self, stream: CompletionStream[Any], error: LMStudioError | None) -> None:
        """Keep how it ended."""
        if self._writer is None:
            return
        whole = stream.result if error is None else None
        timings = (whole.timings if whole is not None else None) or stream.timings
        delivered = Delivered(stream.partial, timings, whole=whole, error=error, course=self._course)
        self._writer.end(answered(self._answer, delivered))

    def settle(self) -> bool:
        """Wait until everything is on disk; whether it is. If not, that is said."""
        try:
            ensure_saved(self._library)
        except CommandError as failure:
            report(failure)
            return False
        return True
