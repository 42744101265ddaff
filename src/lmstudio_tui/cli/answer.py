"""Printing an answer while it is made: as text, or as one JSON object at the end."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lmstudio_tui.cli.outcome import Exit, as_json, exit_code, report, say, warn, write
from lmstudio_tui.features.chat.figures import figures_line
from lmstudio_tui.sdk import (
    LMStudioError,
    PartialCompletion,
    ReasoningDelta,
    Reclassified,
    RequestCancelledError,
    StreamingDowngraded,
    StreamInterruptedError,
    StreamRetried,
    StreamWarning,
    TextDelta,
)
from lmstudio_tui.text_safety import StreamCleaner

if TYPE_CHECKING:
    from lmstudio_tui.sdk import Completion, CompletionStream, StreamEvent, Timings

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


def print_answer(stream: CompletionStream[Any], *, as_object: bool, stats: bool) -> Exit:
    """Run a stream to its end and print it.

    What arrived stays on standard output, whatever happens; Ctrl+C closes the connection.

    Args:
        as_object: print one JSON object at the end, in place of text.
        stats: print the figures to standard error.

    Returns:
        the exit code.
    """
    printer = _Silent() if as_object else _Printer()
    error: LMStudioError | None = None
    with stream:
        try:
            for event in stream:
                printer.show(event)
        except KeyboardInterrupt:
            stream.cancel()
            error = RequestCancelledError("Interrupted.", hint="What had arrived is above.")
        except LMStudioError as failure:
            error = failure
        finally:
            printer.end()
    if as_object:
        write(sys.stdout, json.dumps(_as_object(stream, error), ensure_ascii=False, indent=2) + "\n")
    elif error is not None:
        report(error)
    if stats:
        say(_stats(stream, error))
    return Exit.DONE if error is None else exit_code(error)


def _whole(stream: CompletionStream[Any], error: LMStudioError | None) -> Completion | None:
    return stream.result if error is None else None


def _stats(stream: CompletionStream[Any], error: LMStudioError | None) -> str:
    whole = _whole(stream, error)
    partial = stream.partial
    return figures_line(
        usage=whole.usage if whole else partial.usage,
        timings=(whole.timings if whole else None) or stream.timings,
        model=partial.model,
        finish_reason=partial.finish_reason if whole else "interrupted",
    )


def _as_object(stream: CompletionStream[Any], error: LMStudioError | None) -> dict[str, Any]:
    """The shape that scripts can rely on, also when it failed."""
    whole = _whole(stream, error)
    return _object(
        stream.partial,
        (whole.timings if whole else None) or stream.timings,
        requested=stream.model_id,
        downgraded=stream.downgraded,
        error=error,
    )


def print_failure(error: LMStudioError) -> None:
    """The object of an answer that was never begun."""
    found = _object(PartialCompletion(), None, requested="", downgraded=False, error=error)
    write(sys.stdout, json.dumps(found, ensure_ascii=False, indent=2) + "\n")


def _object(
    partial: PartialCompletion,
    timings: Timings | None,
    *,
    requested: str,
    downgraded: bool,
    error: LMStudioError | None,
) -> dict[str, Any]:
    usage = partial.usage
    return {
        "model": partial.model or None,
        "requested_model": requested or None,
        "text": partial.text,
        "reasoning": partial.reasoning,
        "finish_reason": partial.finish_reason,
        "tool_calls": [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in partial.tool_calls],
        "usage": None
        if usage is None
        else {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.total_tokens,
            "estimated": usage.estimated,
        },
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


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 2)


class _Silent:
    """Shows nothing: the object at the end has it all."""

    def show(self, event: StreamEvent) -> None:
        """Nothing to do."""

    def end(self) -> None:
        """Nothing to do."""


@dataclass
class _Printer(_Silent):
    """Writes the answer to standard output as it comes: cleaned for a terminal, byte for byte into a pipe."""

    _printed: list[str] = field(default_factory=list[str])
    _terminal: bool = field(default_factory=lambda: sys.stdout.isatty())
    _cleaner: StreamCleaner = field(default_factory=StreamCleaner)
    _thoughts: StreamCleaner = field(default_factory=StreamCleaner)
    _thinking: bool = False

    def show(self, event: StreamEvent) -> None:
        match event:
            case TextDelta(text=text):
                self._text(text)
            case ReasoningDelta(text=text):
                self._reasoning(text)
            case Reclassified(text=text):
                self._reclassified(text)
            case StreamWarning(message=message):
                self._aside(lambda: warn(message))
            case StreamRetried(reason=reason):
                self._aside(lambda: say(f"note: {reason} Trying once more."))
            case StreamingDowngraded(reason=reason):
                self._aside(lambda: say(f"note: without streaming: {reason}"))
            case _:
                pass

    def end(self) -> None:
        self._stop_thinking()
        if self._terminal:
            write(sys.stdout, self._cleaner.flush())
        if self._printed and not self._printed[-1].endswith("\n"):
            write(sys.stdout, "\n")

    def _text(self, text: str) -> None:
        self._stop_thinking()
        self._printed.append(text)
        write(sys.stdout, self._cleaner.feed(text) if self._terminal else text)

    def _reasoning(self, text: str) -> None:
        """Reasoning is no part of the answer: it is shown, dimmed, to a person only."""
        if not (self._terminal and sys.stderr.isatty()):
            return
        if not self._thinking:
            self._thinking = True
            write(sys.stderr, _DIM)
        write(sys.stderr, self._thoughts.feed(text))

    def _stop_thinking(self) -> None:
        if self._thinking:
            self._thinking = False
            write(sys.stderr, f"{_PLAIN}\n\n")

    def _reclassified(self, text: str) -> None:
        """What was printed cannot be taken back: print what is missing, or say what it was."""
        before = "".join(self._printed)
        if text.startswith(before):
            self._text(text[len(before) :])
        else:
            self._printed.append("\n\n")
            write(sys.stdout, "\n\n")
            self._aside(lambda: say("note: what came before this line was the model's reasoning."))

    def _aside(self, act: Any) -> None:
        """Say something without breaking a line of the answer on a terminal."""
        if self._terminal and self._printed and not self._printed[-1].endswith("\n"):
            write(sys.stderr, "\n")
        act()
