"""How a command ends: exit codes, and errors in one readable block."""

from __future__ import annotations

import contextlib
from enum import IntEnum
from typing import TYPE_CHECKING

import typer

from lmstudio_tui.cli.console import say, write_json
from lmstudio_tui.cli.interrupts import Interrupted
from lmstudio_tui.cli.session import session_in_use
from lmstudio_tui.sdk import errors
from lmstudio_tui.settings import SettingsError
from lmstudio_tui.simulator import SimulatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


class Exit(IntEnum):
    """The exit codes that scripts can rely on."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    AUTHENTICATION = 4
    UNAVAILABLE = 5
    INTERRUPTED = 130


class CommandError(Exception):
    """A command does not do what was asked, though no server has refused it.

    Args:
        message: what is wrong, in one line.
        hint: the next step, in one line.
        kind: names it in JSON, as the name of an error's class does.
        code: the exit code.
    """

    def __init__(self, message: str, *, kind: str, hint: str = "", code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.kind = kind
        self.code = code


Failure = errors.LMStudioError | SettingsError | SimulatorError | CommandError
"""What a command may fail with."""

FAILURES = (errors.LMStudioError, SettingsError, SimulatorError, CommandError)


def exit_code(error: Failure) -> Exit:
    """The exit code that an error stands for."""
    match error:
        case CommandError():
            return error.code
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


@contextlib.contextmanager
def reporting(
    as_object: Callable[[Failure], object] | None, code_of: Callable[[Failure], int] = exit_code
) -> Generator[None]:
    """Turn a failure within the block into what the user is told, and an exit code.

    Args:
        as_object: makes the JSON object for standard output; None where no JSON is wanted.
        code_of: the exit code of an error.

    Raises:
        typer.Exit: after a failure.
    """
    try:
        yield
    except Interrupted as interrupted:
        error: Failure = cancelled(interrupted.hint)
        code = interrupted.code
    except FAILURES as failure:
        error, code = failure, code_of(failure)
    else:
        return
    if as_object is not None:
        write_json(as_object(error))
    report(error)
    raise typer.Exit(code)


def cancelled(hint: str = "") -> errors.RequestCancelledError:
    """What Ctrl+C amounts to."""
    return errors.RequestCancelledError("Interrupted.", hint=hint)


def as_json(error: Failure) -> dict[str, str]:
    """An error for `--json`: its type, what happened, and the next step."""
    kind = error.kind if isinstance(error, CommandError) else type(error).__name__
    return {"type": kind, "message": message_of(error), "hint": hint_of(error)}


def message_of(error: Failure) -> str:
    """What happened, in one line."""
    return str(error) if isinstance(error, SimulatorError) else error.message


def hint_of(error: Failure) -> str:
    """The next step; empty when there is none to name."""
    if isinstance(error, errors.AuthenticationError):
        session = session_in_use()
        return session.about_key(error.hint) if session else error.hint
    return "" if isinstance(error, SimulatorError) else error.hint


def report(error: Failure) -> None:
    """Print an error to standard error: what happened, where, what to do next."""
    lines = [f"error: {message_of(error)}"]
    if isinstance(error, errors.LMStudioError) and "endpoint" in error.context:
        context = error.context
        lines.append(f"  at:  {context.get('method', 'GET')} {context.get('base_url', '')}{context['endpoint']}")
    if hint_of(error):
        lines.append(f"  try: {hint_of(error)}")
    say("\n".join(lines))
