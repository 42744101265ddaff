"""Printing an answer while it is made: as text, or as one JSON object at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lmstudio_tui.cli.console import say, write_json
from lmstudio_tui.cli.interrupts import Interrupted, raise_if_interrupted
from lmstudio_tui.cli.outcome import Exit, Failure, as_json, cancelled, exit_code, report
from lmstudio_tui.cli.printer import Printer, Silent
from lmstudio_tui.features.chat.figures import figures_line
from lmstudio_tui.sdk import LMStudioError, PartialCompletion, RequestCancelledError, StreamInterruptedError

if TYPE_CHECKING:
    from lmstudio_tui.sdk import Completion, CompletionStream, Timings, Usage


def print_answer(stream: CompletionStream[Any], *, as_object: bool, stats: bool) -> int:
    """Run a stream to its end and print it.

    What arrived stays on standard output, whatever happens; Ctrl+C closes the connection.

    Args:
        stream: not begun.
        as_object: print one JSON object at the end, in place of text.
        stats: print the figures to standard error.

    Returns:
        the exit code.
    """
    printer = Silent() if as_object else Printer()
    error: LMStudioError | None = None
    code: int = Exit.DONE
    with stream:
        try:
            for event in stream:
                raise_if_interrupted()
                printer.show(event)
        except Interrupted as interrupted:
            stream.cancel()
            error, code = cancelled(), interrupted.code
        except LMStudioError as failure:
            error, code = failure, exit_code(failure)
    printer.end()
    if as_object:
        write_json(_whole_object(stream, error))
    if error is not None:
        report(error)
    figures = _figures(stream, error) if stats else ""
    if figures:
        say(figures)
    return code


def failed_answer(error: Failure, *, requested: str | None) -> dict[str, Any]:
    """The object of an answer that was never begun."""
    return _object(PartialCompletion(), None, requested=requested, downgraded=False, error=error)


def _figures(stream: CompletionStream[Any], error: LMStudioError | None) -> str:
    """The figures in one line; none when nothing had arrived."""
    partial = stream.partial
    if error is not None and not partial.cursor:
        return ""
    return figures_line(
        usage=partial.usage,
        timings=_timings(stream, error),
        model=partial.model,
        finish_reason=partial.finish_reason if error is None else "interrupted",
    )


def _timings(stream: CompletionStream[Any], error: LMStudioError | None) -> Timings:
    whole: Completion | None = stream.result if error is None else None
    return (whole.timings if whole else None) or stream.timings


def _whole_object(stream: CompletionStream[Any], error: LMStudioError | None) -> dict[str, Any]:
    return _object(
        stream.partial,
        _timings(stream, error),
        requested=stream.model_id,
        downgraded=stream.downgraded,
        error=error,
    )


def _object(
    partial: PartialCompletion,
    timings: Timings | None,
    *,
    requested: str | None,
    downgraded: bool,
    error: Failure | None,
) -> dict[str, Any]:
    """The shape that scripts can rely on, also when it failed."""
    return {
        "model": partial.model or None,
        "requested_model": requested or None,
        "text": partial.text,
        "reasoning": partial.reasoning,
        "finish_reason": partial.finish_reason,
        "tool_calls": [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in partial.tool_calls],
        "usage": _usage(partial.usage),
        "stats": {
            "time_to_first_token_ms": _rounded(timings.time_to_first_token_ms if timings else None),
            "tokens_per_second": _rounded(timings.tokens_per_second if timings else None),
            "duration_ms": _rounded(timings.duration_ms if timings else None),
        },
        "downgraded": downgraded,
        "interrupted": isinstance(error, StreamInterruptedError | RequestCancelledError),
        "warnings": list(partial.warnings),
        "error": None if error is None else as_json(error),
    }


def _usage(usage: Usage | None) -> dict[str, Any] | None:
    if usage is None:
        return None
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
        "estimated": usage.estimated,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 2)
