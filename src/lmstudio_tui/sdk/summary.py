"""The answer as a whole, from what was gathered of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk.types.chat import AnswerMessage, Choice, CompletionRequest, ServerStats, Timings
from lmstudio_tui.sdk.wire import dumped

if TYPE_CHECKING:
    from lmstudio_tui.sdk.gathering import Gatherer
    from lmstudio_tui.sdk.types.chat import ChatCompletionRequest


def summary(gatherer: Gatherer, measured: Timings, *, requested: str, downgraded: bool) -> dict[str, Any]:
    """The values of a response.

    Args:
        gatherer: has all of the answer.
        measured: how long it took here.
        requested: the model that was asked, "" when the server was to choose.
        downgraded: whether it came in one piece although a stream was asked for.
    """
    stats = ServerStats.read(gatherer.stats) if gatherer.stats else None
    text, reasoning, calls = gatherer.text, gatherer.reasoning, gatherer.tool_calls
    message = AnswerMessage(content=text, reasoning_content=reasoning, tool_calls=calls)
    return {
        "id": gatherer.id,
        "created": gatherer.created,
        "model": gatherer.model,
        "requested_model": requested or None,
        "text": text,
        "reasoning": reasoning,
        "tool_calls": calls,
        "finish_reason": gatherer.finish_reason,
        "usage": gatherer.usage,
        "stats": stats,
        "timings": _told(stats, measured),
        "system_fingerprint": gatherer.system_fingerprint,
        "choices": (Choice(message=message, finish_reason=gatherer.finish_reason),),
        "downgraded": downgraded,
        "warnings": tuple(gatherer.warnings),
    }


def _told(stats: ServerStats | None, measured: Timings) -> Timings:
    """The server's own figures where it gives them, else the measured ones."""
    if stats is None or not stats.tokens_per_second:
        return measured
    first = stats.time_to_first_token
    return Timings(
        duration_ms=measured.duration_ms,
        time_to_first_token_ms=measured.time_to_first_token_ms if first is None else first * 1000,
        tokens_per_second=stats.tokens_per_second,
        measured_by="server",
    )


def prompt_of(request: ChatCompletionRequest | CompletionRequest) -> str:
    """The whole of what a model is given, as text."""
    if isinstance(request, CompletionRequest):
        return request.prompt
    contents = (message.content for message in request.messages)
    return "\n".join(content if isinstance(content, str) else dumped(content) for content in contents)


def is_json(text: str) -> bool:
    """Whether a text is a JSON object or list."""
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False
