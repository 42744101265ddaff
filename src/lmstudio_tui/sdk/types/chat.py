"""Chat and legacy completions: what is asked and what is answered (server contract, sections 1 and 2.2)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from lmstudio_tui.sdk.types.base import Count, JSONObject, Lenient, RequestModel, Text, WireModel
from lmstudio_tui.sdk.wire import as_object, dumped, is_list, is_object

Role = Literal["system", "developer", "user", "assistant", "tool"]
Probability = Annotated[float, Field(ge=0, le=1)]
Penalty = Annotated[float, Field(ge=-2, le=2)]
StopString = Annotated[Text, Field(min_length=1)]


class FunctionCall(WireModel):
    """Which function a model wants called. `arguments` is JSON text, as the model wrote it."""

    name: str = ""
    arguments: str = ""

    @field_validator("arguments", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        """Some servers send the arguments as an object."""
        return dumped(value) if is_object(value) or is_list(value) else value


class ToolCall(WireModel):
    """One call of a tool. `id` may be empty: some servers send none."""

    id: str = ""
    type: str = "function"
    function: FunctionCall = Field(default_factory=FunctionCall)

    @field_validator("id", mode="before")
    @classmethod
    def _id_as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) else value

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.name

    @property
    def arguments(self) -> str:
        """The arguments: JSON text, as the model wrote it."""
        return self.function.arguments


class ChatMessage(RequestModel):
    """One message of the conversation to send.

    `content` is a text or a list of parts (`{"type":"text","text":…}`, `{"type":"image_url","image_url":{"url":…}}`).
    An assistant's message may carry `tool_calls`, and then no content; a tool's needs the `tool_call_id` it answers.
    """

    role: Role
    content: Text | list[JSONObject] | None = None
    name: str | None = None
    tool_calls: list[JSONObject] | None = None
    tool_call_id: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> ChatMessage:
        if self.role == "tool" and not self.tool_call_id:
            raise ValueError("a tool's message needs the tool_call_id it answers")
        if self.content is None and not self.tool_calls:
            raise ValueError("a message needs content (or, from the assistant, tool_calls)")
        if isinstance(self.content, list) and not all(isinstance(part.get("type"), str) for part in self.content):
            raise ValueError("each part of content needs a type")
        return self


class _Sampling(RequestModel):
    """What chat and legacy completions have in common. None is not sent: the server's default holds."""

    model: str | None = None
    """None lets the server choose: the loaded model answers."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    """0 is sober, 2 wild."""
    max_tokens: Annotated[int, Field(ge=-1)] | None = None
    """-1 is no limit (LM Studio)."""
    top_p: Probability | None = None
    """Only the likeliest tokens that make up this share."""
    top_k: Annotated[int, Field(ge=-1)] | None = None
    """Only so many of the likeliest tokens; 0 or -1 for all."""
    min_p: Probability | None = None
    """Only tokens at least so likely, measured by the likeliest."""
    presence_penalty: Penalty | None = None
    """-2 to 2; above 0: rather new words."""
    frequency_penalty: Penalty | None = None
    """-2 to 2; above 0: fewer words again and again."""
    repeat_penalty: Annotated[float, Field(gt=0)] | None = None
    """Above 1: less repetition; 1 is none."""
    logit_bias: dict[str, Annotated[float, Field(ge=-100, le=100)]] | None = None
    """By tokens: how much likelier each is to be."""
    seed: int | None = None
    """The same seed, the same answer, where the server heeds it."""
    stop: list[StopString] | None = None
    """A single string will do, too."""
    stream_options: JSONObject | None = None
    """`include_usage` is always asked for."""
    ttl: Annotated[int, Field(gt=0)] | None = None
    """Seconds of idleness after which LM Studio unloads a model that it loaded for this request."""
    draft_model: str | None = None
    """A small model that guesses ahead (LM Studio)."""
    extra: JSONObject = Field(default_factory=dict[str, Any])
    """Parameters that this server knows and we do not; sent as they are, in place of ours of the same name."""

    @field_validator("stop", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @field_validator("max_tokens")
    @classmethod
    def _some_tokens(cls, value: int | None) -> int | None:
        if value == 0:
            raise ValueError("0 tokens is no answer; -1 is no limit")
        return value

    @field_validator("extra")
    @classmethod
    def _not_ours(cls, value: JSONObject) -> JSONObject:
        if "stream" in value:
            raise ValueError("whether to stream is decided by the method that is called")
        return value

    def payload(self, *, stream: bool) -> dict[str, Any]:
        """The JSON body to send."""
        body = self.model_dump(exclude_none=True, exclude={"extra", "stream_options"})
        body["stream"] = stream
        if stream:
            body["stream_options"] = {"include_usage": True, **(self.stream_options or {})}
        return {**body, **self.extra}


class ChatCompletionRequest(_Sampling):
    """A chat request. Every parameter of the server contract (1 and 2.2), and `extra` for the rest."""

    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    tools: list[JSONObject] | None = None
    """What the model may call: `{"type":"function","function":{…}}` each."""
    tool_choice: str | JSONObject | None = None
    """LM Studio takes a string only (`auto`, `none`, `required`); other servers take an object, too."""
    response_format: JSONObject | None = None
    """`{"type":"json_schema","json_schema":{"name":…,"schema":…}}`, or type `text`."""
    reasoning_effort: Annotated[str, Field(min_length=1)] | None = None
    """Such as `low`, `medium`, `high`."""

    @field_validator("response_format")
    @classmethod
    def _known_shape(cls, value: JSONObject | None) -> JSONObject | None:
        if value is None:
            return value
        if not isinstance(value.get("type"), str):
            raise ValueError("needs a type: 'json_schema' or 'text'")
        if value["type"] == "json_schema" and not isinstance(value.get("json_schema"), dict):
            raise ValueError("type 'json_schema' needs a json_schema object")
        return value

    @property
    def wants_json(self) -> bool:
        """Whether a JSON answer was asked for."""
        wanted = as_object(self.extra.get("response_format", self.response_format))
        return wanted.get("type") in {"json_schema", "json_object"}


class CompletionRequest(_Sampling):
    """A legacy completion: the model goes on from `prompt` (and towards `suffix`, where it can)."""

    prompt: Text
    suffix: Text | None = None
    echo: bool | None = None


class Usage(WireModel):
    """How many tokens it took. `estimated` when the server did not say and the client counted."""

    prompt_tokens: Count = 0
    completion_tokens: Count = 0
    total_tokens: Count = 0
    reasoning_tokens: Count | None = None
    estimated: bool = False

    @model_validator(mode="before")
    @classmethod
    def _reasoning_inside(cls, value: Any) -> Any:
        """`completion_tokens_details.reasoning_tokens` (server contract, 2.2)."""
        if not is_object(value):
            return value
        inner = as_object(value.get("completion_tokens_details")).get("reasoning_tokens")
        usage = {**value, "reasoning_tokens": inner} if inner is not None else dict(value)
        prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens")
        if not usage.get("total_tokens") and isinstance(prompt, int) and isinstance(completion, int):
            usage["total_tokens"] = prompt + completion
        return usage


class ServerStats(WireModel):
    """What LM Studio's v0 surface measured itself (server contract, 2.3). Times in seconds."""

    tokens_per_second: float | None = None
    time_to_first_token: float | None = None
    generation_time: float | None = None
    stop_reason: str | None = None


class Timings(RequestModel):
    """What was measured in the client. `time_to_first_token_ms` and `tokens_per_second` need a stream (or a server
    that tells them)."""

    duration_ms: float
    time_to_first_token_ms: float | None = None
    tokens_per_second: float | None = None
    measured_by: Literal["client", "server"] = "client"


class AnswerMessage(WireModel):
    """What the model said."""

    role: str = "assistant"
    content: str = ""
    reasoning_content: str = ""
    reasoning: str = ""
    tool_calls: Lenient[ToolCall] = ()

    @field_validator("content", mode="before")
    @classmethod
    def _parts_as_text(cls, value: object) -> object:
        return text_of(value)


def text_of(value: object) -> object:
    """The text of a content that may be a list of parts; anything else unchanged."""
    if not is_list(value):
        return value
    texts = [part.get("text") if is_object(part) else part for part in value]
    return "".join(text for text in texts if isinstance(text, str))


class Choice(WireModel):
    """One of the answers; there is one unless more were asked for."""

    index: int = 0
    message: AnswerMessage = Field(default_factory=AnswerMessage)
    text: str = ""
    finish_reason: str | None = None


class Completion(WireModel):
    """An answer, of a chat or of a legacy completion, streamed or not.

    `model` is the model that answered, `requested_model` the one that was asked; they may differ
    (server contract, 2.2), and then `warnings` says so.
    """

    id: str = ""
    created: int | None = None
    model: str = ""
    requested_model: str | None = None
    text: str = ""
    reasoning: str = ""
    tool_calls: Lenient[ToolCall] = ()
    finish_reason: str | None = None
    usage: Usage | None = None
    stats: ServerStats | None = None
    timings: Timings | None = None
    system_fingerprint: str | None = None
    choices: Lenient[Choice] = ()
    downgraded: bool = False
    warnings: tuple[str, ...] = ()


class ChatCompletionResponse(Completion):
    """The answer to a chat request."""


class CompletionResponse(Completion):
    """The answer to a legacy completion."""
