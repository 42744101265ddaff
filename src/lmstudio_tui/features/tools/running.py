"""Letting a command answer a call: no shell, no keys in its environment, and no end that is never reached."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from lmstudio_tui.features.tools.checking import arguments_of
from lmstudio_tui.text_safety import clean, clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.features.tools.definitions import Tool
    from lmstudio_tui.sdk import CancelScope

MOST_OUTPUT: Final = 64 * 1024
"""Bytes of what a command prints that are used."""

REFUSAL: Final = "The user refused this call. Go on without it, and do not call it again unless you are asked to."
"""What a model is told whose call was refused."""

_TICK: Final = 0.02
_GRACE: Final = 1.0
"""Seconds for a command to end when it is asked to, and for the rest of its output to be read."""

_PASSED: Final = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "PROGRAMDATA", "PROGRAMFILES"),
        *("USERPROFILE", "APPDATA", "LOCALAPPDATA"),
    }
)
_SECRET: Final = ("KEY", "TOKEN", "SECRET", "PASSWORD")


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What came of running a command.

    Args:
        text: what the model is told.
        ok: whether it went well; else the text begins with "Error:".
        note: what the person is told, in a sentence.
        cancelled: whether it was left before its end, and nothing is to be told to the model.
    """

    text: str
    ok: bool
    note: str
    cancelled: bool = False


def environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a command is given of our environment: enough to be found and to run, and nothing that is secret."""
    return {
        name: value
        for name, value in environ.items()
        if (name.upper() in _PASSED or name.upper().startswith("LC_"))
        and not any(part in name.upper() for part in _SECRET)
    }


def run_command(tool: Tool, arguments: str, scope: CancelScope) -> ToolResult:
    """Run the command of a tool. Blocks; the scope ends it at any moment, with all that it has started.

    It runs in the folder of the file that defines the tool, gets the arguments as JSON on its standard input, and
    answers on its standard output.

    Args:
        tool: one with a command.
        arguments: JSON, as the model wrote it; none at all are sent as `{}`.
        scope: cancels it.
    """
    try:
        arguments_of(arguments)
    except ValueError as error:
        return ToolResult(f"Error: {error}", ok=False, note=str(error))
    given = (arguments.strip() or "{}").encode("utf-8", "replace")
    started = time.monotonic()
    try:
        process = _started(tool)
    except (OSError, ValueError) as error:
        reason = clean_line(getattr(error, "strerror", None) or str(error)).rstrip(".")
        return ToolResult(
            "Error: the tool could not be started.",
            ok=False,
            note=f"{clean_line(tool.command[0])} could not be started: {reason}.",
        )
    with process:
        readers = (_Reader(process.stdout), _Reader(process.stderr))
        threading.Thread(target=_feed, args=(process.stdin, given), name="tool-input", daemon=True).start()
        ended = _wait(process, scope, started + tool.timeout_seconds)
        _end(process)
        for reader in readers:
            reader.join(_GRACE)
        if not ended:
            if scope.cancelled:
                return ToolResult("", ok=False, note="It was cancelled.", cancelled=True)
            took = f"{tool.timeout_seconds:g} s"
            return ToolResult(
                f"Error: the tool did not answer within {took} and was ended.",
                ok=False,
                note=f"It did not end within {took}.",
            )
    return _judged(process.returncode, readers[0], readers[1], time.monotonic() - started)


def _started(tool: Tool) -> subprocess.Popen[bytes]:
    """Its own session, so that all it starts can be ended with it."""
    folder = tool.file.absolute().parent
    program = tool.command[0]
    if program.startswith("~/"):
        program = str(Path(program).expanduser())
    elif Path(program).name != program:
        program = str(folder / program)
    return subprocess.Popen(  # noqa: S603 - the person has seen and approved this very command
        [program, *tool.command[1:]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment(),
        bufsize=0,
        start_new_session=os.name == "posix",
    )


class _Reader:
    """Reads all that is printed, so that nothing blocks, and keeps its beginning."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._stream = stream
        self._kept = bytearray()
        self.size = 0
        self._thread = threading.Thread(target=self._read, name="tool-output", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        if self._stream is None:
            return
        # The pipe is closed under the reader when a process that outlived its parent still holds the other end.
        with contextlib.suppress(OSError, ValueError):
            while piece := os.read(self._stream.fileno(), 65536):
                self.size += len(piece)
                self._kept += piece[: MOST_OUTPUT - len(self._kept)]

    def join(self, seconds: float) -> None:
        """Wait until all of it is read, but not for ever."""
        self._thread.join(seconds)

    @property
    def cut(self) -> bool:
        """Whether more was printed than is kept."""
        return self.size > len(self._kept)

    @property
    def text(self) -> str:
        """What is kept; a character that was cut in two is left out."""
        text = bytes(self._kept).decode("utf-8", "replace")
        return clean(text.rstrip("\ufffd") if self.cut else text)


def _feed(stream: IO[bytes] | None, data: bytes) -> None:
    """A command need not read its input."""
    if stream is None:
        return
    with contextlib.suppress(OSError, ValueError):
        while data:
            data = data[os.write(stream.fileno(), data) :]
    with contextlib.suppress(OSError):
        stream.close()


def _wait(process: subprocess.Popen[bytes], scope: CancelScope, deadline: float) -> bool:
    """Whether it has ended by itself in time."""
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_TICK)
            return True
        if scope.cancelled or time.monotonic() >= deadline:
            return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it and all that it has started: politely first."""
    if os.name != "posix":
        process.kill()
        return
    _signal(process, signal.SIGTERM)
    if process.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
    _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    # The group goes by the id of its leader, and there may be nobody left in it.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _judged(code: int, output: _Reader, errors: _Reader, seconds: float) -> ToolResult:
    took = f"{seconds:.1f} s"
    cut = f" Only its first {MOST_OUTPUT // 1024} kB are used." if output.cut else ""
    if code == 0:
        ending = f"\n… (cut after {MOST_OUTPUT // 1024} kB of {output.size // 1024} kB)" if output.cut else ""
        text = output.text.rstrip("\n")
        return ToolResult((text or "(no output)") + ending, ok=True, note=f"It took {took}.{cut}")
    how = f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"
    said = (errors.text.strip() or output.text.strip())[-4000:]
    return ToolResult(
        f"Error: the tool {how}." + (f"\n{said}" if said else ""), ok=False, note=f"It {how} after {took}."
    )
