"""Printing an answer while it is made: as text, or as one JSON object at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from lmstudio_tui.cli.console import say, write_json
from lmstudio_tui.cli.interrupts import Interrupted, raise_if_interrupted
from lmstudio_tui.cli.outcome import Exit, Failure, as_json, cancelled, exit_code, report
from lmstudio_tui.cli.printer import Printer, Silent
from lmstudio_tui.features.chat.figures import figures_line
from lmstudio_tui.sdk import LMStudioError, PartialCompletion, RequestCancelledError, StreamInterruptedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.features.chat.schema_check import Verdict
    from lmstudio_tui.sdk import Completion, CompletionStream, StreamEvent, Timings, Usage


class Keeping(Protocol):
    """Keeps an answer as it comes."""

    @property
    def members(self) -> dict[str, Any]:
        """What a JSON answer says of it."""
        ...

    def begin(self) -> None:
        """Called before anything is sent."""
        ...

    def follow(self, event: StreamEvent) -> None:
        """Called with each event."""
        ...

    def end(self, stream: CompletionStream[Any], error: LMStudioError | None) -> None:
        """Called once, when nothing more comes."""
        ...

    def settle(self) -> bool:
        """Wait until all of it is kept; whether it is."""
        ...


def print_answer(
    stream: CompletionStream[Any],
    *,
    as_object: bool,
    stats: bool,
    keeping: Keeping | None = None,
    schema: Mapping[str, Any] | None = None,
) -> int:
    """Run a stream to its end and print it.

    What arrived stays on standard output, whatever happens; Ctrl+C closes the connection.

    Args:
        stream: not begun.
        as_object: print one JSON object at the end, in place of text.
        stats: print the figures to standard error.
        keeping: keeps the answer.
        schema: the JSON schema that a whole answer is checked against.

    Returns:
        the exit code.
    """
    printer = Silent() if as_object else Printer()
    error, code = _run(stream, printer, keeping)
    printer.end()
    more, verdict = dict(keeping.members) if keeping is not None else {}, None
    if schema is not None:
        verdict = _verdict(stream, schema) if error is None else None
        wrong = verdict.message if verdict is not None and not verdict.valid else None
        more |= {"valid": None if verdict is None else verdict.valid, "schema_error": wrong}
    if as_object:
        write_json({**_whole_object(stream, error), **more})
    if error is not None:
        report(error)
    if verdict is not None:
        say(f"{'valid' if verdict.valid else 'not valid'}: {verdict.message}")
        code = code or (Exit.DONE if verdict.valid else Exit.FAILED)
    figures = _figures(stream, error) if stats else ""
    if figures:
        say(figures)
    if keeping is not None and not keeping.settle():
        code = code or Exit.FAILED
    return code


def _run(stream: CompletionStream[Any], printer: Silent, keeping: Keeping | None) -> tuple[LMStudioError | None, int]:
    """Show and keep what comes; why it ended before its end, if it did, and the exit code."""
    error: LMStudioError | None = cancelled()
    code: int = Exit.FAILED
    with stream:
        try:
            if keeping is not None:
                keeping.begin()
            for event in stream:
                raise_if_interrupted()
                if keeping is not None:
                    keeping.follow(event)
                printer.show(event)
            error, code = None, Exit.DONE
        except Interrupted as interrupted:
            stream.cancel()
            code = interrupted.code
        except LMStudioError as failure:
            error, code = failure, exit_code(failure)
        finally:
            # Also when nobody reads the output any more.
            if keeping is not None:
                keeping.end(stream, error)
    return error, code


def _verdict(stream: CompletionStream[Any], schema: Mapping[str, Any]) -> Verdict:
    from lmstudio_tui.features.chat.schema_check import check

    return check(stream.partial.text, schema)


def failed_answer(error: Failure, *, requested: str | None, more: Mapping[str, Any]) -> dict[str, Any]:
    """The object of an answer that was never begun.

    Args:
        error: why.
        requested: the model that was asked for.
        more: members besides the usual ones.
    """
    return {**_object(PartialCompletion(), None, requested=requested, downgraded=False, error=error), **more}


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
