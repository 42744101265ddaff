"""How a command ends: exit codes, and errors in one readable block."""

from __future__ import annotations

import sys
import textwrap
from enum import IntEnum
from typing import TYPE_CHECKING, TextIO

from lmstudio_tui.sdk import errors
from lmstudio_tui.settings import SettingsError
from lmstudio_tui.simulator import SimulatorError
from lmstudio_tui.text_safety import clean

if TYPE_CHECKING:
    from collections.abc import Mapping


class Exit(IntEnum):
    """The exit codes that scripts can rely on."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    AUTHENTICATION = 4
    UNAVAILABLE = 5
    INTERRUPTED = 130


Failure = errors.LMStudioError | SettingsError | SimulatorError
"""What a command may fail with."""

FAILURES = (errors.LMStudioError, SettingsError, SimulatorError)


def exit_code(error: Failure) -> Exit:
    """The exit code that an error stands for."""
    match error:
        case SettingsError() | SimulatorError() | errors.ConfigurationError() | errors.ValidationError():
            return Exit.USAGE
        case errors.RequestCancelledError():
            return Exit.INTERRUPTED
        case errors.AuthenticationError():
            return Exit.AUTHENTICATION
        case errors.FeatureUnavailableError():
            return Exit.UNAVAILABLE
        case errors.ServerRefusedError() | errors.NameResolutionError() | errors.TLSError():
            return Exit.UNREACHABLE
        case errors.RequestTimeoutError(phase="connect" | "tls"):
            return Exit.UNREACHABLE
        case _:
            return Exit.FAILED


def as_json(error: Failure) -> dict[str, str]:
    """An error for `--json`: its type, what happened, and the next step."""
    return {"type": type(error).__name__, "message": message_of(error), "hint": hint_of(error)}


def message_of(error: Failure) -> str:
    """What happened, in one line."""
    return str(error) if isinstance(error, SimulatorError) else error.message


def hint_of(error: Failure) -> str:
    """The next step; empty when there is none to name."""
    return "" if isinstance(error, SimulatorError) else error.hint


def report(error: Failure, *, where: Mapping[str, object] | None = None) -> None:
    """Print an error to standard error: what happened, where, what to do next."""
    lines = [f"error: {message_of(error)}"]
    context = where if where is not None else getattr(error, "context", {})
    if isinstance(context, dict) and context.get("endpoint"):
        at = f"{context.get('method', 'GET')} {context.get('base_url', '')}{context['endpoint']}"
        lines.append(f"  at:  {at}")
    if hint_of(error):
        lines.append(f"  try: {hint_of(error)}")
    say("\n".join(lines))


def warn(text: str) -> None:
    """Print a warning to standard error."""
    say(f"warning: {text}")


def say(text: str) -> None:
    """Print a note to standard error, wrapped where it is a terminal."""
    text = clean(text)
    if sys.stderr.isatty():
        text = "\n".join(textwrap.fill(line, 100, subsequent_indent="       ") for line in text.splitlines())
    write(sys.stderr, text + "\n")


def write(stream: TextIO, text: str) -> None:
    """Write and flush. A text that the stream's encoding lacks is replaced, not refused."""
    stream.write(text)
    stream.flush()
