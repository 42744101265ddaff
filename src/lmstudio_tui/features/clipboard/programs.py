"""Running a clipboard's program: for a limited time, and without leaving anything behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Budget:
    """Time that several steps share.

    Args:
        total: seconds for all of them.
        step: the longest that one may take, in seconds.
    """

    def __init__(self, total: float, step: float) -> None:
        self._until = time.monotonic() + total
        self._step = step

    @property
    def left(self) -> float:
        """Seconds for the next step; 0 when there are none."""
        return max(0.0, min(self._step, self._until - time.monotonic()))


def found(name: str, environ: Mapping[str, str], further: Sequence[str] = ()) -> str | None:
    """Where a program is; None when it is not there.

    Args:
        name: of the program.
        environ: its PATH is searched.
        further: folders to look into after that.
    """
    return shutil.which(name, path=os.pathsep.join([environ.get("PATH", ""), *further]))


def run(
    command: Sequence[str], environ: Mapping[str, str], budget: Budget, *, given: bytes = b"", reads: bool = False
) -> bytes | None:
    """Run a program to its end.

    Args:
        command: the program, and what it is to do.
        environ: its environment.
        budget: how long it may take; after that it is killed, with all that it has started.
        given: what it can read.
        reads: whether its output is wanted. One that stays in the background would keep it open for ever.

    Returns:
        its output; None when it could not be run, failed or took too long.
    """
    limit = budget.left
    if not limit:
        return None
    try:
        process = subprocess.Popen(  # noqa: S603 - a program of the user's own, found on their PATH
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if reads else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            # What stays behind to serve the clipboard outlives this terminal, and hears none of its signals.
            start_new_session=True,
        )
    except (OSError, ValueError):
        return None
    with process:
        try:
            output, _ = process.communicate(given, limit)
        except subprocess.TimeoutExpired:
            _kill(process)
            return None
    return (output or b"") if process.returncode == 0 else None


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a program and what it has started."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
