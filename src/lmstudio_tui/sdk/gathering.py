"""From the chunks of a stream to typed events, and to the answer as a whole.

Pure: no network, no clock. Every odd chunk of the server contract (2.2) is read here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk.errors import ProtocolError
from lmstudio_tui.sdk.thinking import Part, Piece, ThinkSplitter, fold
from lmstudio_tui.sdk.toolcalls import ToolCallGatherer
from lmstudio_tui.sdk.types.chat import Usage, text_of
from lmstudio_tui.sdk.types.events import (
    PartialCompletion,
    ReasoningDelta,
    Reclassified,
    StreamWarning,
    TextDelta,
    UsageReported,
)
from lmstudio_tui.sdk.wire import as_object, as_objects, as_text, has_half, is_list, is_object, whole_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.types.chat import ToolCall
    from lmstudio_tui.sdk.types.events import StreamEvent

EMPTY_ANSWER = "The answer is empty; the prompt may not fit the context."
ONLY_REASONING = "The model only reasoned and gave no answer; it may need more max_tokens."
_FIRST = (0, None, "0")
"""How servers number the first choice."""
MOST_WARNINGS = 20
LONGEST_ANSWER = 8 * 1024 * 1024
"""Characters, about two million tokens: what is longer comes from a server that does not end, and would fill memory."""
_MOST_CALLS = 1000


class Gatherer:
    """Folds chunks into events and remembers the whole.

    One thread adds; `partial` and what it is made of may be read from any.

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
        self.timings: Mapping[str, Any] | None = None
        """What llama.cpp measured itself."""
        self.warnings: list[str] = []
        self.deltas = 0
        self.has_output = False
        self.cursor = 0
        """How many characters of answer and reasoning there are."""
        # One pair, so that another thread never sees one half of a change.
        self._said: tuple[list[str], list[str]] = ([], [])
        self._calls = ToolCallGatherer()
        self._splitter = ThinkSplitter()
        self._half_text = self._half_reasoning = ""

    # What has arrived

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(self._said[0])

    @property
    def reasoning(self) -> str:
        """The reasoning so far."""
        return "".join(self._said[1])

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls so far; their arguments may be incomplete."""
        return self._calls.calls

    @property
    def partial(self) -> PartialCompletion:
        """Everything so far."""
        text, reasoning = map("".join, self._said)
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
        """The events of one chunk, or of a whole answer.

        Raises:
            ProtocolError: when the answer is longer than any can be.
        """
        found: list[StreamEvent] = []
        if not self.model or not self.id:
            self._note_identity(chunk, found)
        choices = chunk.get("choices")
        if is_object(choices):
            choices = [choices]
        if is_list(choices):
            for choice in choices:
                # One answer is asked for; of several the first counts.
                if is_object(choice) and choice.get("index", 0) in _FIRST:
                    self._add_choice(choice, found)
        usage = chunk.get("usage")
        if usage and is_object(usage):
            self.usage = Usage.read(usage)
            found.append(UsageReported(self.usage))
        if "stats" in chunk:
            self.stats = as_object(chunk["stats"]) or self.stats
        if "timings" in chunk:
            self.timings = as_object(chunk["timings"]) or self.timings
        return found

    def finish(self) -> list[StreamEvent]:
        """The end: what was held back."""
        found: list[StreamEvent] = []
        if self._half_text:
            self._half_text = ""
            self._emit(self._splitter.feed("\ufffd"), found)
        if self._half_reasoning:
            self._half_reasoning = ""
            self._say(1, "\ufffd", found)
        self._emit(self._splitter.finish(), found)
        return found

    def adopt_reasoning(self) -> list[StreamEvent]:
        """The reasoning is the answer: LM Studio 0.4.7–0.4.11 put structured answers there (server contract, 2.2)."""
        self._said = ([self.reasoning], [])
        return [
            Reclassified(self.text, ""),
            self.warn("json_in_reasoning", "The JSON came as reasoning; it is shown as the answer."),
        ]

    def warn(self, code: str, message: str) -> StreamWarning:
        """Remember a warning, once, and give its event."""
        if message not in self.warnings and len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(message)
        return StreamWarning(code, message)

    def estimated_usage(self, prompt_characters: int) -> Usage:
        """Token counts when the server gave none: a chunk is mostly one token, and a token about four characters."""
        said = self.cursor + self._calls.size
        completion = max(self.deltas, round(said / 4)) if said else 0
        given = self.usage.prompt_tokens if self.usage else 0
        prompt = given or max(1, round(prompt_characters / 4))
        return Usage(
            prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion, estimated=True
        )

    def _note_identity(self, chunk: Mapping[str, Any], found: list[StreamEvent]) -> None:
        self.id = self.id or whole_text(as_text(chunk.get("id")))
        if isinstance(chunk.get("created"), int):
            self.created = chunk["created"]
        self.system_fingerprint = as_text(chunk.get("system_fingerprint")) or self.system_fingerprint
        model = whole_text(as_text(chunk.get("model")))
        if not self.model and model:
            self.model = model
            if self.requested_model and not same_model(self.requested_model, model):
                found.append(self.warn("other_model", f"{model} answered; {self.requested_model} was asked for."))

    def _add_choice(self, choice: Mapping[str, Any], found: list[StreamEvent]) -> None:
        delta = choice.get("delta")
        whole = False
        if not is_object(delta):
            whole = True
            message = choice.get("message")
            delta = as_object(message) if not self.has_output else {}
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        if reasoning:
            self._add_reasoning(reasoning if isinstance(reasoning, str) else text_of(reasoning), found)
        content: Any = delta.get("content")
        if content is None:
            content = choice.get("text") if choice.get("text") is not None else delta.get("refusal")
        if content is not None and content != "":
            self._add_content(content if isinstance(content, str) else text_of(content), found)
        if "tool_calls" in delta:
            for position, call in enumerate(as_objects(delta["tool_calls"])):
                self.deltas += 1
                self.has_output = True
                found.append(self._calls.add(call, position if whole else None))
                if self._calls.count > _MOST_CALLS:
                    raise ProtocolError(f"The answer calls more than {_MOST_CALLS:,} tools; the rest was not read.")
                if self._calls.size > LONGEST_ANSWER:
                    raise _too_long()
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self.finish_reason = whole_text(reason)

    def _add_content(self, text: object, found: list[StreamEvent]) -> None:
        if not isinstance(text, str):
            found.append(self.warn("odd_content", f"A piece of the answer was no text ({type(text).__name__})."))
            return
        self.deltas += 1
        if self._half_text or has_half(text):
            text, self._half_text = _joined(self._half_text + text)
        if self._splitter.passes(text):
            self._say(0, text, found)
        else:
            self._emit(self._splitter.feed(text), found)

    def _add_reasoning(self, text: object, found: list[StreamEvent]) -> None:
        if not isinstance(text, str):
            return
        self.deltas += 1
        self._splitter.note_reasoning()
        if self._half_reasoning or has_half(text):
            text, self._half_reasoning = _joined(self._half_reasoning + text)
        self._say(1, text, found)

    def _say(self, which: int, text: str, found: list[StreamEvent]) -> None:
        """More of the answer (0) or of the reasoning (1)."""
        if not text:
            return
        self.has_output = True
        if self.cursor + len(text) > LONGEST_ANSWER:
            raise _too_long()
        self.cursor += len(text)
        self._said[which].append(text)
        found.append(ReasoningDelta(text) if which else TextDelta(text))

    def _emit(self, pieces: list[Piece], found: list[StreamEvent]) -> None:
        for piece in pieces:
            if piece.part is Part.TEXT:
                self._say(0, piece.text, found)
            elif piece.part is Part.REASONING:
                self._say(1, piece.text, found)
            else:
                text, reasoning = fold(self.text, self.reasoning, piece)
                self._said = ([text], [reasoning])
                self.cursor = len(text) + len(reasoning)
                found.append(Reclassified(text, reasoning))


def _too_long() -> ProtocolError:
    return ProtocolError(f"The answer is longer than {LONGEST_ANSWER:,} characters; the rest was not read.")


def _joined(text: str) -> tuple[str, str]:
    """The text with its surrogate pairs joined, and the first half of a pair whose second is still to come."""
    half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
    return whole_text(text[: len(text) - len(half)]), half


def same_model(asked: str, answered: str) -> bool:
    """Whether two ids name the same model: publisher, file, file ending, quantization and instance do not count."""
    asked, answered = asked.strip().lower(), answered.strip().lower()
    return _bare(asked) == _bare(answered) or answered.startswith(f"{asked}/")


def _bare(name: str) -> str:
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r":(\d+|latest)$", "", name)
    return name.partition("@")[0].removesuffix(".gguf")
