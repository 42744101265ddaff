"""What becomes of an answer: how it ended, in words, and as the message that is kept. Pure."""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from lmstudio_tui.features.chat.figures import figures_line, seconds
from lmstudio_tui.key_words import key_word
from lmstudio_tui.sdk import (
    AuthenticationError,
    RequestCancelledError,
    StreamInterruptedError,
    Timings,
    Usage,
)
from lmstudio_tui.store.library.records import ToolCallRecord, new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lmstudio_tui.features.chat.live import Delivered
    from lmstudio_tui.sdk import LMStudioError, ToolCall
    from lmstudio_tui.store.library.records import Message, Status

_USAGE = ("prompt_tokens", "completion_tokens", "total_tokens", "reasoning_tokens", "estimated")
_TIMINGS = ("duration_ms", "time_to_first_token_ms", "tokens_per_second", "measured_by")


def answered(begun: Message, delivered: Delivered, join: Callable[[str], str] | None = None) -> Message:
    """The message that is kept of an answer.

    Args:
        begun: the message as it was before it was asked for; when an answer is gone on with, as it was until then.
        delivered: how it ended.
        join: puts the text that has arrived behind what was there; None for a new answer.
    """
    partial, course = delivered.partial, delivered.course
    has_output = bool(partial.text or partial.reasoning or partial.tool_calls)
    status, note = ending(delivered.error, has_output)
    notes = dict.fromkeys(text for text in (note, *course.notes) if text)
    stats: dict[str, Any] = delivered.timings.model_dump(include=set(_TIMINGS), exclude_none=True)
    stats["phases"] = [{"name": name, "ms": ms} for name, ms in delivered.phases or course.phases]
    if course.reasoning_tokens:
        stats["reasoning_deltas"] = course.reasoning_tokens
    return replace(
        begun,
        text=join(partial.text) if join is not None else partial.text,
        reasoning=begun.reasoning + partial.reasoning if join is not None else partial.reasoning,
        tool_calls=_calls(partial.tool_calls),
        status=status,
        model=partial.model or begun.model,
        usage=_usage(partial.usage, begun if join is not None else None),
        stats=stats,
        finish_reason=partial.finish_reason,
        note="\n".join(notes),
    )


def _calls(calls: Iterable[ToolCall]) -> tuple[ToolCallRecord, ...]:
    """The calls, each with an id of its own: some servers give none, or one id to all."""
    found: dict[str, ToolCallRecord] = {}
    for call in calls:
        id_ = call.id if call.id and call.id not in found else new_id()
        found[id_] = ToolCallRecord(id=id_, name=call.name, arguments=call.arguments)
    return tuple(found.values())


def _usage(usage: Usage | None, before: Message | None) -> dict[str, Any] | None:
    """The counts; of an answer that was gone on with, those of both parts."""
    if usage is None:
        return before.usage if before is not None else None
    found = usage.model_dump(include=set(_USAGE), exclude_none=True)
    if before is not None and before.usage:
        for name in ("completion_tokens", "total_tokens"):
            found[name] = found.get(name, 0) + _count(before.usage, "completion_tokens")
    return found


def crashed(begun: Message, error: BaseException) -> Message:
    """The message that is kept when a defect of the app's own ended the answer."""
    sentence = f"Something went wrong in the app itself ({type(error).__name__}). {_again()}"
    return replace(begun, status="failed", note=sentence)


def _again() -> str:
    return f"{key_word('chat.retry', 'Ctrl+R')} asks again."


def ending(error: LMStudioError | None, has_output: bool) -> tuple[Status, str]:
    """The status of an answer, and the sentence under it."""
    match error:
        case None:
            return "complete", ""
        case RequestCancelledError():
            return "stopped", "Stopped. What had arrived is kept." if has_output else "Stopped before anything came."
        case StreamInterruptedError():
            going_on = f"What arrived is kept; {key_word('chat.continue', 'Alt+M')} goes on with it, "
            again = f"{going_on if has_output else ''}{_again()}"
            return "interrupted", f"{_sentence(error.message)} {again}"
        case AuthenticationError():
            return "failed", f"{_sentence(error.message)} {key_word('app.key', 'F6')} types a key; then {_again()}"
        case _:
            return "failed", f"{_sentence(error.message)} {_sentence(error.hint)} {_again()}"


def _sentence(text: str) -> str:
    """With a full stop, where a server left it out."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…:" else f"{text}."


def figures_of(message: Message) -> str:
    """The figures under a message that was kept; empty when there are none."""
    if message.role != "assistant" or (message.usage is None and not message.stats):
        return ""
    stats = message.stats or {}
    usage = Usage(**message.usage) if message.usage else None
    return figures_line(usage=usage, timings=_timings(stats), model=message.model, finish_reason=message.finish_reason)


def _timings(stats: dict[str, Any]) -> Timings | None:
    """The times that were kept; None where there are none, and where somebody else has written what is no time."""
    kept = {name: stats[name] for name in _TIMINGS if name in stats}
    if not all(math.isfinite(value) for value in kept.values() if isinstance(value, float)):
        return None
    try:
        return Timings(**kept) if "duration_ms" in kept else None
    except ValueError:
        return None


def effort_of(message: Message) -> tuple[int, float]:
    """The tokens of an answer, and the milliseconds that it took; 0 for what is not known."""
    timings = _timings(message.stats or {})
    return _count(message.usage, "completion_tokens"), timings.duration_ms if timings is not None else 0.0


def _count(found: dict[str, Any] | None, name: str) -> int:
    """A count that was kept; 0 for none, and for what is no count."""
    value = (found or {}).get(name)
    return value if isinstance(value, int) and value > 0 else 0


def thought_label(message: Message) -> str:
    """What the folded reasoning says: `thought for 2.4 s (312 tokens)`; empty when that is not known."""
    if not message.reasoning:
        return ""
    took = next((milliseconds for name, milliseconds in phases_of(message) if name == "thought"), 0.0)
    count, about = _count(message.usage, "reasoning_tokens"), _count(message.stats, "reasoning_deltas")
    tokens = f" ({count:,} tokens)" if count else f" (~{about:,} tokens)" if about else ""
    return f"thought for {seconds(took)}{tokens}" if took else ""


def phases_of(message: Message) -> tuple[tuple[str, float], ...]:
    """The phases of an answer: pairs of name and milliseconds. What another version has written is passed over."""
    found: list[tuple[str, float]] = []
    phases = (message.stats or {}).get("phases")
    for phase in cast("list[object]", phases) if isinstance(phases, list) else []:
        with contextlib.suppress(TypeError, KeyError, ValueError, OverflowError):
            values = cast("dict[str, Any]", phase)
            if math.isfinite(took := float(values["ms"])) and took >= 0:
                found.append((str(values["name"]), took))
    return tuple(found)


def another_model(message: Message) -> str:
    """A warning when another model answered than was asked; empty when all is well, or nobody can tell."""
    asked, model = message.requested_model, message.model
    if not asked or not model or _same(asked, model):
        return ""
    return f"Another model answered: {model}, not {asked}."


def _same(asked: str, answered_by: str) -> bool:
    """Whether two ids may mean one model: servers shorten and lengthen them (publisher, quantization, path, file)."""

    def bare(name: str) -> str:
        name = name.replace("\\", "/").rsplit("/", 1)[-1].casefold()
        return name.partition("@")[0].partition(":")[0].removesuffix(".gguf")

    one, other = bare(asked), bare(answered_by)
    return one.startswith(other) or other.startswith(one)
