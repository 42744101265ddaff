"""The command line: thin. It parses, calls the features and the SDK, and prints text or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Returns:
        the exit code: 0 done; 1 the server refused or failed it; 2 usage, settings, or a file that cannot be read;
        3 no server reachable; 4 authentication; 5 not available on this server; 130 interrupted.
    """
    from lmstudio_tui.cli.main import run_command

    return run_command(arguments)
