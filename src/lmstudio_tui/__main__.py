"""`lmstudio-tui`, and `python -m lmstudio_tui`."""

from __future__ import annotations

import gc
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, cast

if TYPE_CHECKING:
    from types import ModuleType

COMPLETING = "_LMSTUDIO_TUI_COMPLETE"
"""The variable by which a shell asks; typer names it after the program."""


def main() -> None:
    """Run the command line, and leave with its exit code."""
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:  # before the command line began to look after it, or after it had ended
        code = 130
    # What is left goes with the process: to look through it for what could be let go of would only hold up the end.
    gc.freeze()
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"] and _print_version():
        return 0
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        # While classes are built, an exception in the middle would come out as something else.
        signal.signal(signal.SIGINT, _leave)
    # What is imported stays: to look through it for what could be let go of takes a tenth of the time.
    gc.disable()
    # httpx has a command line of its own, which imports rich, click and pygments; blocked, it does without.
    cast("dict[str, ModuleType | None]", sys.modules).setdefault("httpx._main", None)
    # pydantic would look for plugins in everything that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from lmstudio_tui.cli.opening import open_at_once, plain_options

        # A shell that asks what to offer at a Tab gives no arguments, and wants no app.
        given = None if COMPLETING in os.environ else plain_options(arguments)
        if given is None:
            import_module("lmstudio_tui.cli.main")
    finally:
        signal.signal(signal.SIGINT, before)
        gc.enable()
    code = None if given is None else open_at_once(given)
    if code is None:
        from lmstudio_tui.cli.main import run_command

        code = run_command(arguments)
    return code


def _print_version() -> bool:
    """Before anything heavy is imported: scripts ask often. False when it has to be done with more care."""
    from lmstudio_tui._version import __version__

    if sys.stdout is None:
        return False
    try:
        sys.stdout.write(f"lmstudio-tui {__version__}\n")
        sys.stdout.flush()
    except OSError:
        return False
    return True


def _leave(*_: object) -> NoReturn:
    """Nothing was begun yet, so there is nothing to tidy up."""
    os._exit(130)


if __name__ == "__main__":
    main()
