"""Bodies and chunks of the OpenAI surface, for chats and for legacy completions."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from lmstudio_tui.simulator.answers import Frame
from lmstudio_tui.simulator.config import CREATED, FINGERPRINT
from lmstudio_tui.simulator.engine.ask import Ask
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.engine.generation import Generation, ToolCall
from lmstudio_tui.simulator.jsonio import dump

JsonDict = dict[str, object]

DONE = Frame(b"data: [DONE]\n\n")


def event(value: object, name: str | None = None) -> bytes:
    """One server-sent event."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + dump(value) + b"\n\n"


def escaped_event(value: object) -> bytes:
    """One server-sent event in ASCII: what lies outside is escaped, halves of surrogate pairs too."""
    return b"data: " + json.dumps(value).encode("ascii") + b"\n\n"


@dataclass(frozen=True, slots=True)
class ChunkMaker:
    """Makes the chunks of one stream, and its buffered twin.

    Attributes:
        bare: A server that knows LM Studio's extra members no more than OpenAI does.
    """

    ask: Ask
    id: str
    model: str
    bare: bool = False

    @classmethod
    def for_ask(cls, ask: Ask, model: str, *, bare: bool = False) -> "ChunkMaker":
        """A maker whose ids follow from the request."""
        prefix = "chatcmpl" if ask.kind == "chat" else "cmpl"
        return cls(ask, f"{prefix}-{Chance('id', ask.identity()).digest()}", model, bare)

    def chunk(self, choices: object) -> JsonDict:
        """A chunk with these choices."""
        name = "chat.completion.chunk" if self.ask.kind == "chat" else "text_completion"
        return {**self._head(name), "choices": choices}

    def _head(self, name: str) -> JsonDict:
        return {
            "id": self.id,
            "object": name,
            "created": CREATED,
            "model": self.model,
            "system_fingerprint": FINGERPRINT,
        }

    def delta(self, delta: JsonDict, finish: str | None = None) -> JsonDict:
        """A chunk of a chat with this delta."""
        return self.chunk([{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}])

    def text(self, piece: str) -> JsonDict:
        """A chunk with a piece of the answer's text."""
        if self.ask.kind == "text":
            return self.chunk([{"index": 0, "text": piece, "logprobs": None, "finish_reason": None}])
        return self.delta({"role": "assistant", "content": piece})

    def finish(self, reason: str) -> JsonDict:
        """The chunk that says why it ended."""
        if self.ask.kind == "text":
            return self.chunk([{"index": 0, "text": "", "logprobs": None, "finish_reason": reason}])
        return self.delta({}, reason)

    def usage(self, generation: Generation) -> JsonDict:
        """The chunk with the usage, and no choices."""
        return {**self.chunk([]), "usage": generation.usage()}

    def opening(self) -> Iterator[Frame]:
        """The first chunk of a chat: the role and no text."""
        if self.ask.kind == "chat":
            yield Frame(event(self.delta({"role": "assistant", "content": ""})))

    def thoughts(self, generation: Generation) -> Iterator[Frame]:
        """The reasoning, a token a chunk."""
        for piece in generation.reasoning:
            yield Frame(event(self.delta({"role": "assistant", "reasoning_content": piece})), token=True)

    def words(self, generation: Generation) -> Iterator[Frame]:
        """The text, a token a chunk."""
        for piece in generation.text:
            yield Frame(event(self.text(piece)), token=True)

    def calls(self, generation: Generation) -> Iterator[Frame]:
        """The tool calls: the name first, then the arguments in pieces (server contract, section 2.2)."""
        for index, call in enumerate(generation.tool_calls):
            first: JsonDict = {"index": index, "id": call.id, "type": "function"}
            yield self.call({**first, "function": {"name": call.name, "arguments": ""}})
            for start in range(0, len(call.arguments), 8):
                piece = call.arguments[start : start + 8]
                yield self.call({"index": index, "function": {"arguments": piece}})

    def call(self, call: JsonDict) -> Frame:
        """A frame with one piece of a tool call."""
        return Frame(event(self.delta({"tool_calls": [call]})), token=True)

    def closing(self, generation: Generation) -> Iterator[Frame]:
        """The end: the reason, the usage if it was asked for, and ``[DONE]``."""
        yield Frame(event(self.finish(generation.finish_reason)))
        if self.ask.include_usage:
            yield Frame(event(self.usage(generation)))
        yield DONE

    def frames(self, generation: Generation) -> Iterator[Frame]:
        """A whole stream as it should be."""
        yield from self.opening()
        yield from self.thoughts(generation)
        yield from self.words(generation)
        yield from self.calls(generation)
        yield from self.closing(generation)

    def buffered(self, generation: Generation) -> JsonDict:
        """The whole answer in one body (server contract, section 2.2)."""
        if self.ask.kind == "text":
            choice: JsonDict = {"index": 0, "text": generation.content, "logprobs": None}
            head = self._head("text_completion")
        else:
            choice = {"index": 0, "logprobs": None, "message": self._message(generation)}
            head = self._head("chat.completion")
        choices: list[object] = [{**choice, "finish_reason": generation.finish_reason}]
        extra: JsonDict = {} if self.bare else {"stats": {}}
        return {**head, "choices": choices, "usage": generation.usage(), **extra}

    def _message(self, generation: Generation) -> JsonDict:
        message: JsonDict = {"role": "assistant", "content": generation.content}
        if not self.bare or generation.thoughts:
            message["reasoning_content"] = generation.thoughts
        if not self.bare or generation.tool_calls:
            message["tool_calls"] = [whole_call(call) for call in generation.tool_calls]
        return message


def whole_call(call: ToolCall) -> JsonDict:
    """A tool call as a buffered answer has it."""
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
