"""What is sent to have a branch of a conversation answered, or an answer gone on with."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any, Final, Literal

from lmstudio_tui.features.chat.joining import Joiner, joined
from lmstudio_tui.sdk import ChatCompletionRequest, ChatMessage, ServerKind
from lmstudio_tui.sdk.wire import dumped, is_object
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lmstudio_tui.features.chat.parameters import Parameters
    from lmstudio_tui.store.library.records import Attachment, Message, ToolCallRecord

__all__ = ["GO_ON", "Joiner", "can_go_on", "joined", "request_of", "with_context"]

GO_ON: Final = (
    "Your last answer was cut off. Go on exactly where it stopped, with the very next character. "
    "Do not repeat anything of it, and say nothing before you go on."
)
"""What is asked of a model that does not go on with its answer by itself."""

_OPEN_ENDED: Final = {"continue_final_message": True, "add_generation_prompt": False}
"""What vLLM and its relatives want, so that the last message stays open; llama.cpp and Ollama do without."""

_BACKTICKS: Final = re.compile(r"`+")
_LANGUAGE: Final = re.compile(r"\.([A-Za-z0-9+#-]{1,12})$", re.ASCII)


def request_of(
    path: Sequence[Message],
    parameters: Parameters,
    model: str | None,
    *,
    blob: Callable[[str], bytes | None],
    tools: Sequence[Mapping[str, Any]] = (),
    prefill: bool | Literal["ask"] = False,
    kind: ServerKind | None = None,
) -> ChatCompletionRequest:
    """The request for the next answer. Reads attachments, so it may block.

    What the model thought is not sent back, answers without a text are passed over, and prompts that would then follow
    each other become one: many chat templates want roles to alternate.

    Args:
        path: the branch, from its first message to the one to answer or to go on with.
        parameters: what was chosen.
        model: which one to ask; None lets the server choose.
        blob: gives the bytes of an attachment by their hash; None when they are gone.
        tools: the functions that the model may call, as the API wants them.
        prefill: whether to go on with the last answer instead: True sends it as it is, for the server to go on from;
            `"ask"` asks the model to go on, where a server refuses that or begins anew.
        kind: of the server; an OpenAI-compatible one is told that the last message is not complete.

    Raises:
        ValidationError: when there is nothing to send, or when a parameter cannot be sent.
    """
    messages = [ChatMessage(role="system", content=parameters.system)] if parameters.system else []
    messages += _messages(path, blob)
    fields = parameters.request_fields()
    if prefill and path and can_go_on(path[-1]):
        if prefill == "ask":
            messages.append(ChatMessage(role="user", content=GO_ON))
        elif kind is ServerKind.OPENAI:
            fields["extra"] = {**_OPEN_ENDED, **fields.get("extra", {})}
    if tools:
        fields["tools"] = [dict(tool) for tool in tools]
    return ChatCompletionRequest(model=model or None, messages=messages, **fields)


def can_go_on(message: Message) -> bool:
    """Whether a message is an answer that a model could go on with: one with a text, and without calls."""
    return message.role == "assistant" and bool(message.text.strip()) and not message.tool_calls


def with_context(prompt: str, texts: Sequence[tuple[str, str]]) -> str:
    """A prompt with texts before it, each under its name and within a fence that nothing in it can close.

    Args:
        prompt: what was typed.
        texts: the name and the text of each.
    """
    parts = [_fenced(name, text) for name, text in texts]
    return "\n\n".join([*parts, prompt] if prompt.strip() else parts)


def _fenced(name: str, text: str) -> str:
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    language = _LANGUAGE.search(name)
    return f"{clean_line(name)}:\n{fence}{language[1].lower() if language else ''}\n{text.rstrip()}\n{fence}"


def _messages(path: Sequence[Message], blob: Callable[[str], bytes | None]) -> list[ChatMessage]:
    """The messages to send, without the system prompt."""
    messages: list[ChatMessage] = []
    place, calls = 0, 0
    while place < len(path):
        message = path[place]
        place += 1
        if message.role == "user":
            _add(messages, "user", _content(message, blob))
        elif message.role == "assistant":
            answers = _answers(path, place)
            place += len(answers)
            made = _calls(message.tool_calls, answers, calls)
            calls += len(message.tool_calls)
            if made:
                messages += [ChatMessage(role="assistant", content=message.text or None, tool_calls=made[0]), *made[1]]
            else:
                _add(messages, "assistant", message.text if message.text.strip() else "")
    return messages


def _add(messages: list[ChatMessage], role: Literal["user", "assistant"], content: str | list[dict[str, Any]]) -> None:
    """Add a message, or put it together with the last one if that is of the same role; what is empty is passed over."""
    if not content:
        return
    last = messages[-1] if messages else None
    if last is None or last.role != role or last.tool_calls:
        messages.append(ChatMessage(role=role, content=content))
        return
    before = last.content or ""
    if isinstance(before, str) and isinstance(content, str):
        messages[-1] = ChatMessage(role=role, content=f"{before}\n\n{content}")
    else:
        messages[-1] = ChatMessage(role=role, content=[*_parts(before), *_parts(content)])


def _parts(content: str | list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _content(message: Message, blob: Callable[[str], bytes | None]) -> str | list[dict[str, Any]]:
    """A prompt with what was sent along: a text, or parts if there are images."""
    texts: list[tuple[str, str]] = []
    images: list[dict[str, Any]] = []
    gone: list[str] = []
    for attachment in message.attachments:
        data = blob(attachment.sha256)
        if data is None:
            gone.append(f"({clean_line(attachment.name)} was sent along here; it is no longer there.)")
        elif attachment.kind == "image":
            images.append({"type": "image_url", "image_url": {"url": _data_url(attachment, data)}})
        else:
            texts.append((attachment.name, data.decode("utf-8-sig", "replace")))
    prompt = "\n\n".join([*gone, message.text] if message.text.strip() else gone)
    text = with_context(prompt, texts)
    if not images:
        return text
    return [*([{"type": "text", "text": text}] if text else []), *images]


def _data_url(attachment: Attachment, data: bytes) -> str:
    return f"data:{attachment.media_type};base64,{base64.b64encode(data).decode('ascii')}"


# Tools


def _answers(path: Sequence[Message], place: int) -> list[Message]:
    """The answers of tools from here on."""
    found: list[Message] = []
    while place < len(path) and path[place].role == "tool":
        found.append(path[place])
        place += 1
    return found


def _calls(
    calls: Sequence[ToolCallRecord], answers: Sequence[Message], made: int
) -> tuple[list[dict[str, Any]], list[ChatMessage]] | None:
    """The calls that were answered, and their answers; None when there is none.

    A call without an answer is refused by most servers, and so is one without an id, or an id twice.

    Args:
        calls: what the model wanted.
        answers: what the tools said.
        made: how many calls there were before, so that ids of our own are used once.
    """
    waiting = list(answers)
    told: list[dict[str, Any]] = []
    replies: list[ChatMessage] = []
    used: set[str] = set()
    by_id = {answer.tool_call_id for answer in answers}
    for number, call in enumerate(calls, made + 1):
        known = call.id in by_id
        answer = next((each for each in waiting if not known or each.tool_call_id == call.id), None)
        if answer is None or (not known and answer.tool_call_id in {each.id for each in calls if each.id}):
            continue
        waiting.remove(answer)
        name = call.id if call.id and call.id not in used else f"call_{number}"
        used.add(name)
        function = {"name": call.name, "arguments": _arguments(call.arguments)}
        told.append({"id": name, "type": "function", "function": function})
        replies.append(ChatMessage(role="tool", content=answer.text, tool_call_id=name))
    return (told, replies) if told else None


def _arguments(text: str) -> str:
    """The arguments of a call as a JSON object: templates read them, and fail on anything else."""
    if not text.strip():
        return "{}"
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        value = text
    return text if is_object(value) else dumped({"arguments": value})
