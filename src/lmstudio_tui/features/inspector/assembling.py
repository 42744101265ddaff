"""What the events of a stream say when they are put together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from lmstudio_tui.sdk.wire import as_object, as_objects, as_text, is_object, json_or_none, whole_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lmstudio_tui.sdk.recording import EventReceived

Voice = Literal["reasoning", "answer", "tool call", "error"]


class Passage(NamedTuple):
    """A stretch of text of one kind."""

    voice: Voice
    text: str


class Assembler:
    """Puts the text of a stream together, event by event.

    It reads the chunks of chats and completions and the typed events of LM Studio's own chat; what it does not know
    adds nothing.
    """

    def __init__(self) -> None:
        self._passages: list[tuple[Voice, list[str]]] = []
        self.finish_reason = ""
        self.usage = ""

    def feed(self, events: Iterable[EventReceived]) -> None:
        """Go on with these events."""
        for event in events:
            data = event.data.lstrip()
            body = json_or_none(data.encode("utf-8", "replace")) if data.startswith("{") else None
            if is_object(body):
                self._read(body, event.name)

    @property
    def passages(self) -> list[Passage]:
        """The text so far."""
        return [Passage(voice, "".join(parts)) for voice, parts in self._passages]

    def _say(self, voice: Voice, text: str) -> None:
        if not text:
            return
        if not self._passages or self._passages[-1][0] != voice:
            self._passages.append((voice, []))
        self._passages[-1][1].append(whole_text(text))

    def _read(self, body: dict[str, Any], name: str) -> None:
        choices = as_objects(body.get("choices"))
        if choices:
            self._read_choice(choices[0])
        elif body.get("error") or name == "error":
            error: object = body.get("error") or body
            self._say("error", error if isinstance(error, str) else json.dumps(error, ensure_ascii=False))
        else:
            self._read_typed(as_text(body.get("type")) or name, body)
        if is_object(body.get("usage")):
            self.usage = _figures(body["usage"])

    def _read_choice(self, choice: dict[str, Any]) -> None:
        delta = as_object(choice.get("delta")) or as_object(choice.get("message"))
        self._say("reasoning", as_text(delta.get("reasoning_content")) or as_text(delta.get("reasoning")))
        self._say("answer", as_text(delta.get("content")) or as_text(choice.get("text")))
        for call in as_objects(delta.get("tool_calls")):
            function = as_object(call.get("function"))
            called = as_text(function.get("name"))
            opening = ("\n" if self._passages and self._passages[-1][0] == "tool call" else "") + called + " "
            self._say("tool call", (opening if called else "") + as_text(function.get("arguments")))
        self.finish_reason = as_text(choice.get("finish_reason")) or self.finish_reason

    def _read_typed(self, kind: str, body: dict[str, Any]) -> None:
        """LM Studio's own chat and the responses API: `message.delta`, `response.output_text.delta` and so on."""
        if not kind.endswith(".delta"):
            return
        text = as_text(body.get("content")) or as_text(body.get("delta"))
        voice: Voice = "answer"
        if "reasoning" in kind:
            voice = "reasoning"
        elif "tool" in kind or "function" in kind:
            voice = "tool call"
        self._say(voice, text)


def _figures(usage: dict[str, Any]) -> str:
    """The numbers of a usage, in words."""
    pairs = [(name.replace("_", " "), value) for name, value in usage.items() if isinstance(value, int | float)]
    return ", ".join(f"{name} {value:,}" for name, value in pairs if not isinstance(value, bool))
