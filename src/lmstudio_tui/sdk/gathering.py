"""From the chunks of a stream to typed events, and to the answer as a whole.

Pure: no network, no clock. Every odd chunk of the server contract (2.2) is read here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk.thinking import Part, Piece, ThinkSplitter, fold
from lmstudio_tui.sdk.types.chat import FunctionCall, ToolCall, Usage, text_of
from lmstudio_tui.sdk.types.events import (
    PartialCompletion,
    ReasoningDelta,
    Reclassified,
    StreamWarning,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.types.events import StreamEvent

EMPTY_ANSWER = "The answer is empty; the prompt may not fit the context."
ONLY_REASONING = "The model only reasoned and gave no answer; it may need more max_tokens."
_MOST_WARNINGS = 20
_SURROGATE = re.compile("[\ud800-\udfff]")


class Gatherer:
    """Folds chunks into events and remembers the whole.

    Args:
        requested_model: to notice when another one answers.
    """

    def __init__(self, requested_model: str | None = None) -> None:
        self.requested_model = requested_model
        self.id = ""
        self.created: int | None = None
        self.model = ""
        self.system_fingerprint: str | None = None
        self.finish_reason: str | None = None
        self.usage: Usage | None = None
        self.stats: Mapping[str, Any] | None = None
        self.warnings: list[str] = []
        self.deltas = 0
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: dict[int, list[str]] = {}
        self._splitter = ThinkSplitter()
        self._half = {"text": "", "reasoning": ""}
        self._warned = 0
        self.has_output = False

    # What has arrived

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        """The reasoning so far."""
        return "".join(self._reasoning)

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls so far; their arguments may be incomplete."""
        calls = sorted(self._calls.items())
        return tuple(ToolCall(id=id_, function=FunctionCall(name=name, arguments=args)) for _, (id_, name, args) in calls)

    @property
    def partial(self) -> PartialCompletion:
        """Everything so far."""
        text, reasoning = self.text, self.reasoning
        return PartialCompletion(
            text=text,
            reasoning=reasoning,
            tool_calls=self.tool_calls,
            model=self.model,
            finish_reason=self.finish_reason,
            usage=self.usage,
            cursor=len(text) + len(reasoning),
            warnings=tuple(self.warnings),
        )

    # What arrives

    def add(self, chunk: Mapping[str, Any]) -> list[StreamEvent]:
        """The events of one chunk."""
        found: list[StreamEvent] = []
        if not self.model or not self.id:
            self._note_identity(chunk, found)
        choices = chunk.get("choices")
        if isinstance(choices, dict):
            choices = [choices]
        if isinstance(choices, list):
            for choice in choices:
                if isinstance(choice, dict) and choice.get("index", 0) in {0, None, "0"}:
                    self._add_choice(choice, found)
        usage = chunk.get("usage")
        if isinstance(usage, dict):
            self.usage = Usage.read(usage)
            found.append(UsageReported(self.usage))
        if isinstance(chunk.get("stats"), dict) and chunk["stats"]:
            self.stats = chunk["stats"]
        return found

    def finish(self) -> list[StreamEvent]:
        """The end: what was held back, and what is to be said of the whole."""
        found: list[StreamEvent] = []
        for kind in ("text", "reasoning"):
            if self._half[kind]:
                self._half[kind] = ""
                (self._add_text if kind == "text" else self._add_reasoning)("\ufffd", found)
        self._emit(self._splitter.finish(), found)
        return found

    def adopt_reasoning(self) -> list[StreamEvent]:
        """The reasoning is the answer: LM Studio 0.4.7–0.4.11 put structured answers there (server contract, 2.2)."""
        self._text, self._reasoning = self._reasoning, []
        return [
            Reclassified(self.text, ""),
            self.warn("json_in_reasoning", "The JSON came as reasoning; it is shown as the answer."),
        ]

    def warn(self, code: str, message: str) -> StreamWarning:
        """Remember a warning, once, and give its event."""
        if message not in self.warnings and len(self.warnings) < _MOST_WARNINGS:
            self.warnings.append(message)
        return StreamWarning(code, message)

    def estimated_usage(self, prompt_characters: int) -> Usage:
        """Token counts when the server gave none: a chunk is mostly one token, and a token about four characters."""
        said = len(self.text) + len(self.reasoning) + sum(len(args) for _, _, args in self._calls.values())
        completion = max(self.deltas, round(said / 4)) if said else 0
        prompt = max(1, round(prompt_characters / 4))
        return Usage(
            prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion, estimated=True
        )

    def _note_identity(self, chunk: Mapping[str, Any], found: list[StreamEvent]) -> None:
        if not self.id and isinstance(chunk.get("id"), str):
            self.id = chunk["id"]
        if isinstance(chunk.get("created"), int):
            self.created = chunk["created"]
        if isinstance(chunk.get("system_fingerprint"), str):
            self.system_fingerprint = chunk["system_fingerprint"]
        model = chunk.get("model")
        if not self.model and isinstance(model, str) and model:
            self.model = model
            if self.requested_model and not same_model(self.requested_model, model):
                found.append(
                    self.warn("other_model", f"{model} answered; {self.requested_model} was asked for.")
                )

    def _add_choice(self, choice: Mapping[str, Any], found: list[StreamEvent]) -> None:
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            message = choice.get("message")
            delta = message if isinstance(message, dict) and not self.has_output else {}
        reasoning = text_of(delta.get("reasoning_content") or delta.get("reasoning"))
        if isinstance(reasoning, str) and reasoning:
            self.deltas += 1
            self._splitter.note_reasoning()
            self._add_reasoning(reasoning, found)
        content: Any = delta.get("content")
        if content is None:
            content = choice.get("text") if choice.get("text") is not None else delta.get("refusal")
        content = text_of(content)
        if isinstance(content, str):
            if content:
                self.deltas += 1
                self._add_text(content, found)
        elif content is not None:
            found.append(self.warn("odd_content", f"A piece of the answer was no text ({type(content).__name__})."))
        calls = delta.get("tool_calls")
        if isinstance(calls, list):
            for call in calls:
                if isinstance(call, dict):
                    self._add_call(call, found)
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self.finish_reason = reason

    def _add_text(self, text: str, found: list[StreamEvent]) -> None:
        if not text.isascii():
            text = self._whole_characters("text", text)
        elif self._half["text"]:
            text, self._half["text"] = "\ufffd" + text, ""
        self._emit(self._splitter.feed(text), found)

    def _add_reasoning(self, text: str, found: list[StreamEvent]) -> None:
        if not text.isascii() or self._half["reasoning"]:
            text = self._whole_characters("reasoning", text)
        if text:
            self.has_output = True
            self._reasoning.append(text)
            found.append(ReasoningDelta(text))

    def _whole_characters(self, kind: str, text: str) -> str:
        """Join the halves of a surrogate pair that came in two chunks, and replace a half that stays alone."""
        text = self._half[kind] + text
        self._half[kind] = ""
        if _SURROGATE.search(text) is None:
            return text
        if "\ud800" <= text[-1] <= "\udbff":
            text, self._half[kind] = text[:-1], text[-1]
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _emit(self, pieces: list[Piece], found: list[StreamEvent]) -> None:
        for piece in pieces:
            if piece.part is Part.TEXT:
                self.has_output = True
                self._text.append(piece.text)
                found.append(TextDelta(piece.text))
            elif piece.part is Part.REASONING:
                self.has_output = True
                self._reasoning.append(piece.text)
                found.append(ReasoningDelta(piece.text))
            else:
                text, reasoning = fold(self.text, self.reasoning, piece)
                self._text, self._reasoning = [text], [reasoning]
                found.append(Reclassified(text, reasoning))

    def _add_call(self, call: Mapping[str, Any], found: list[StreamEvent]) -> None:
        """One piece of a tool call: ids may be numbers, empty or repeated, names empty on later pieces."""
        function = call.get("function")
        function = function if isinstance(function, dict) else {}
        id_ = call.get("id")
        id_ = str(id_) if isinstance(id_, str | int) else ""
        name = function.get("name") if isinstance(function.get("name"), str) else ""
        arguments = FunctionCall.read({"arguments": function.get("arguments")}).arguments
        index = self._index_of(call.get("index"), id_, name or "")
        known = self._calls.setdefault(index, ["", "", ""])
        known[0] = known[0] or id_
        known[1] = known[1] or name or ""
        known[2] += arguments
        self.deltas += 1
        self.has_output = True
        found.append(ToolCallDelta(index, known[0], known[1], arguments))

    def _index_of(self, given: object, id_: str, name: str) -> int:
        last = max(self._calls, default=-1)
        if isinstance(given, str) and given.isdigit():
            given = int(given)
        if isinstance(given, int):
            known = self._calls.get(given)
            # A server that gives every call the same index is found out by a new id with a new name.
            if known is None or not id_ or not name or not known[0] or known[0] == id_:
                return given
            return next((at for at, call in self._calls.items() if call[0] == id_), last + 1)
        for at, call in self._calls.items():
            if id_ and call[0] == id_:
                return at
        return last + 1 if name or last < 0 else last


def same_model(asked: str, answered: str) -> bool:
    """Whether two ids name the same model: publisher, file ending, quantization and instance number do not count."""
    return _bare(asked) == _bare(answered)


def _bare(name: str) -> str:
    name = re.split(r"[/\\]", name.strip().lower())[-1]
    name = re.sub(r":\d+$", "", name)
    return name.partition("@")[0].removesuffix(".gguf")
