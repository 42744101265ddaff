"""The outcome of a request, before it is put into the form of an endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lmstudio_tui.simulator.engine.tokens import pieces


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model wants made. `arguments` is JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Generation:
    """What was generated, in tokens."""

    text: tuple[str, ...] = ()
    reasoning: tuple[str, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str = "stop"
    prompt_tokens: int = 0

    @property
    def content(self) -> str:
        """The text as one string."""
        return "".join(self.text)

    @property
    def thoughts(self) -> str:
        """The reasoning as one string."""
        return "".join(self.reasoning)

    @property
    def completion_tokens(self) -> int:
        """The number of tokens that were generated, reasoning and tool calls included."""
        calls = sum(len(pieces(call.name + call.arguments)) for call in self.tool_calls)
        return len(self.text) + len(self.reasoning) + calls

    def usage(self) -> dict[str, object]:
        """The ``usage`` member of the OpenAI surface (server contract, section 2.2)."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
            "completion_tokens_details": {"reasoning_tokens": len(self.reasoning)},
        }

    def saying(self, text: str) -> "Generation":
        """The same with another text, and nothing besides."""
        return replace(self, text=pieces(text), reasoning=(), tool_calls=(), finish_reason="stop")


def cut_at(generation: Generation, stops: Sequence[str], limit: int | None) -> Generation:
    """`generation` ended at the first of `stops` in its text, or after `limit` tokens."""
    content = generation.content
    found = [place for stop in stops if stop and (place := content.find(stop)) >= 0]
    if found:
        generation = replace(generation, text=pieces(content[: min(found)]), tool_calls=(), finish_reason="stop")
    if limit is None or limit >= generation.completion_tokens:
        return generation
    reasoning = generation.reasoning[:limit]
    text = generation.text[: max(0, limit - len(reasoning))]
    return replace(generation, reasoning=reasoning, text=text, tool_calls=(), finish_reason="length")
