"""A conversation: what was said, and what is sent of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from lmstudio_tui.sdk import ChatCompletionRequest, ChatMessage

Status = Literal["complete", "stopped", "interrupted", "failed"]


@dataclass(frozen=True, slots=True)
class Said:
    """One message.

    Args:
        id: names it in this conversation.
        role: who said it.
        text: the prompt or the answer, as it was typed or as it arrived.
        reasoning: what the model thought; it is never sent back.
        status: how an answer ended.
        model: the model that answered.
    """

    id: str
    role: Literal["user", "assistant"]
    text: str
    reasoning: str = ""
    status: Status = "complete"
    model: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The messages so far, the oldest first."""

    messages: tuple[Said, ...] = ()

    def with_message(self, message: Said) -> Conversation:
        """The same, with one more message."""
        return replace(self, messages=(*self.messages, message))

    def without(self, *ids: str) -> Conversation:
        """The same, without these messages."""
        return replace(self, messages=tuple(said for said in self.messages if said.id not in ids))

    @property
    def last_answer(self) -> Said | None:
        """The answer given last that has a text."""
        return next((said for said in reversed(self.messages) if said.role == "assistant" and said.text), None)

    @property
    def last_prompt(self) -> Said | None:
        """The prompt sent last."""
        return next((said for said in reversed(self.messages) if said.role == "user"), None)

    @property
    def prompts(self) -> tuple[str, ...]:
        """Everything that was asked, the oldest first."""
        return tuple(said.text for said in self.messages if said.role == "user")

    def request(self, model: str | None, system: str | None = None) -> ChatCompletionRequest:
        """What to send to have the last prompt answered. Answers without a text are passed over."""
        messages = [ChatMessage(role="system", content=system)] if system else []
        messages += [ChatMessage(role=said.role, content=said.text) for said in self.messages if said.text]
        return ChatCompletionRequest(model=model, messages=messages)


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has: four characters each, as English goes."""
    return (len(text) + 3) // 4
