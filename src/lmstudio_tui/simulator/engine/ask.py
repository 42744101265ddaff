"""A request to generate, read from the body of any endpoint."""

from dataclasses import dataclass
from typing import Literal

from lmstudio_tui.simulator.engine.tokens import estimate
from lmstudio_tui.simulator.jsonio import JsonObject, as_list, as_object, as_objects, number_at, text_at

Kind = Literal["chat", "text"]

_TOKENS_PER_IMAGE = 256
_GIST = 300
_ANY_OBJECT: JsonObject = {
    "type": "object",
    "properties": {"answer": {"type": "string"}, "simulated": {"const": True}},
}


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: str
    text: str
    images: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is to be generated.

    Attributes:
        kind: A chat, or the legacy completion of a text.
        model: The model asked for, as the client wrote it.
        messages: The conversation; for a completion one message with the prompt.
        max_tokens: At most so many tokens; None is no limit.
        tools: The functions that may be called (their ``function`` members).
        schema: The JSON schema that the answer must fit, if there is one.
        reasoning: False when the client switched reasoning off.
    """

    kind: Kind = "chat"
    model: str = ""
    messages: tuple[Message, ...] = ()
    suffix: str = ""
    stream: bool = False
    include_usage: bool = False
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    temperature: float | None = None
    seed: int | None = None
    tools: tuple[JsonObject, ...] = ()
    tool_choice: str = "auto"
    schema: JsonObject | None = None
    reasoning: bool = True

    @property
    def prompt_tokens(self) -> int:
        """About how many tokens the prompt has."""
        images = sum(message.images for message in self.messages)
        return max(1, sum(estimate(message.text) for message in self.messages) + images * _TOKENS_PER_IMAGE)

    @property
    def last_user(self) -> str:
        """What the user said last."""
        return next((message.text for message in reversed(self.messages) if message.role == "user"), "")

    @property
    def begun(self) -> str:
        """The beginning of the answer, where the conversation ends with one: the model goes on from there."""
        last = self.messages[-1] if self.messages else None
        return last.text if last is not None and last.role == "assistant" and self.kind == "chat" else ""

    @property
    def gist(self) -> str:
        """The beginning and the end of what the user said last, where the request tends to be.

        Patterns are looked for in it, and not in a paste of a megabyte, which would take them minutes.
        """
        text = self.last_user
        return text if len(text) <= 2 * _GIST else f"{text[:_GIST]}\n{text[-_GIST:]}"

    def identity(self) -> tuple[object, ...]:
        """All that the answer depends on. At temperature 0 the seed has no say, as with a real model."""
        chosen = (0, None) if self.temperature == 0 else (self.temperature, self.seed)
        return (self.kind, self.model, self.messages, self.suffix, chosen)


def read_chat(body: JsonObject) -> Ask:
    """The request of ``/v1/chat/completions``; members of the wrong type count as missing."""
    return _read(body, "chat", tuple(_message(item) for item in as_objects(body.get("messages"))))


def read_completion(body: JsonObject) -> Ask:
    """The request of ``/v1/completions``."""
    prompt = body.get("prompt")
    text = prompt if isinstance(prompt, str) else "\n".join(part for part in as_list(prompt) if isinstance(part, str))
    return _read(body, "text", (Message("user", text),))


def _read(body: JsonObject, kind: Kind, messages: tuple[Message, ...]) -> Ask:
    options = as_object(body.get("stream_options")) or {}
    seed, limit = number_at(body, "seed"), number_at(body, "max_tokens")
    limit = number_at(body, "max_completion_tokens") if limit is None else limit
    tools, choice = _tools(body)
    return Ask(
        kind=kind,
        model=text_at(body, "model"),
        messages=messages,
        suffix=text_at(body, "suffix"),
        stream=body.get("stream") is True,
        include_usage=options.get("include_usage") is True,
        max_tokens=None if limit is None or limit < 0 else int(limit),
        stop=_stops(body.get("stop")),
        temperature=number_at(body, "temperature"),
        seed=None if seed is None else int(seed),
        tools=tools,
        tool_choice=choice,
        schema=_schema(body),
        reasoning=text_at(body, "reasoning_effort") not in {"none", "off"},
    )


def _message(item: JsonObject) -> Message:
    content = item.get("content")
    parts = as_objects(content)
    text = content if isinstance(content, str) else "\n".join(text_at(part, "text") for part in parts if "text" in part)
    images = sum(1 for part in parts if part.get("type") in {"image_url", "image"})
    return Message(text_at(item, "role", "user"), text, images)


def _stops(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(stop for stop in as_list(value) if isinstance(stop, str))


def _tools(body: JsonObject) -> tuple[tuple[JsonObject, ...], str]:
    """The functions, and the choice among them; one that names a function leaves only that one."""
    found = [as_object(tool.get("function")) for tool in as_objects(body.get("tools"))]
    functions = tuple(function for function in found if function is not None)
    named = as_object((as_object(body.get("tool_choice")) or {}).get("function"))
    if named is None:
        return functions, text_at(body, "tool_choice", "auto")
    return tuple(function for function in functions if function.get("name") == named.get("name")), "required"


def _schema(body: JsonObject) -> JsonObject | None:
    wanted = as_object(body.get("response_format")) or {}
    if wanted.get("type") == "json_object":
        return _ANY_OBJECT
    if wanted.get("type") != "json_schema":
        return None
    named = as_object(wanted.get("json_schema")) or {}
    return as_object(named.get("schema")) or {}
