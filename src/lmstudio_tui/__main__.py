"""`lmstudio-tui`, and `python -m lmstudio_tui`."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn


def main() -> None:
    """Run the command line, and leave with its exit code."""
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:  # before the command line began to look after it, or after it had ended
        code = 130
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"] and _print_version():
        return 0
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        # While classes are built, an exception in the middle would come out as something else.
        signal.signal(signal.SIGINT, _leave)
    try:
        from lmstudio_tui.cli.main import run_command
    finally:
        signal.signal(signal.SIGINT, before)
    return run_command(arguments)


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
