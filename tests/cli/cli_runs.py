"""Running the command, in this process and in one of its own."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import pytest

from lmstudio_tui.cli import run
from lmstudio_tui.simulator import RecordedRequest, SimulatorServer
from measuring import unmeasured

SCRIPT = [str(Path(sys.executable).with_name("lmstudio-tui"))]
MODULE = [sys.executable, "-m", "lmstudio_tui"]
LIMIT = 20.0
"""Seconds after which a test fails; everything here takes a fraction of it."""


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, when that is JSON."""
        return json.loads(self.out)


class Run(Protocol):
    """Runs the command with some arguments."""

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Result: ...


def forget_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's settings, nobody's terminal."""
    for name in [name for name in os.environ if name.startswith(("LM_", "LMSTUDIO_", "XDG_"))]:
        monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def command(*arguments: str, stdin: bytes = b"") -> Result:
        capsys.readouterr()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = run(arguments)
        printed = capsys.readouterr()
        return Result(code, printed.out, printed.err)

    return command


def finished(process: subprocess.Popen[bytes], before: bytes = b"") -> Result:
    """Wait for the end of a command.

    Args:
        before: what was read of its output already.
    """
    out, err = process.communicate(timeout=LIMIT)
    return Result(process.returncode, (before + out).decode(), err.decode())


@contextmanager
def signals_as_usual() -> Generator[None]:
    """Children begun within the block heed every signal, also when this run ignores some (nohup, a shell's `&`)."""
    ignored = [number for number in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def started(
    *arguments: str,
    command: list[str] = MODULE,
    stdin: int = subprocess.DEVNULL,
    output: int = subprocess.PIPE,
    env: Mapping[str, str] | None = None,
) -> Generator[subprocess.Popen[bytes]]:
    """A command in a process of its own; ended with the block, if it has not ended by then.

    Its coverage is not measured: that takes a lock at each new line, and the exception of a signal that comes right
    then would leave it taken for ever.
    """
    with signals_as_usual():
        process = subprocess.Popen(
            [*command, *arguments], stdin=stdin, stdout=output, stderr=output, env=unmeasured(env or os.environ)
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(LIMIT)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def ran(*arguments: str, command: list[str] = MODULE, env: Mapping[str, str] | None = None) -> Result:
    """Run a command in a process of its own to its end."""
    done = subprocess.run([*command, *arguments], input=b"", capture_output=True, timeout=LIMIT, env=env)
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def in_shell(line: str, *arguments: str) -> Result:
    """Run a line of the shell in which `"$@"` is the command; for what only a shell does to the standard streams."""
    shell = ["sh", "-c", line, "sh", *MODULE, *arguments]
    done = subprocess.run(shell, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT)
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def some(stream: IO[bytes] | None) -> bytes:
    """The next bytes of a pipe, as soon as there are any."""
    assert stream is not None
    found = os.read(stream.fileno(), 65_536)
    assert found, "the command has ended without printing anything"
    return found


def asked(sim: SimulatorServer) -> list[RecordedRequest]:
    """What made a model work."""
    return [request for request in sim.requests if request.method == "POST"]


def body(sim: SimulatorServer) -> Any:
    """What the last of these said."""
    return json.loads(asked(sim)[-1].body)


def left(sim: SimulatorServer) -> bool:
    """Whether the server sees that the client has left."""
    return sim.wait_for(lambda it: any(request.disconnected for request in asked(it)), LIMIT)
