"""A home without settings, a simulator without delays, and the command line within this process."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_runs import Result, Run

from lmstudio_tui.cli import run
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's settings, nobody's terminal."""
    for name in [name for name in os.environ if name.startswith(("LM_", "LMSTUDIO_", "XDG_"))]:
        monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("TERM", "xterm-256color")
    return tmp_path


@pytest.fixture
def sim() -> Iterator[SimulatorServer]:
    """LM Studio, as fast as possible."""
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        yield server


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


@pytest.fixture
def ask(cli: Run, sim: SimulatorServer) -> Run:
    """Run a command on the simulator."""

    def command(*arguments: str, stdin: bytes = b"") -> Result:
        return cli(*arguments, "--base-url", sim.base_url, stdin=stdin)

    return command


@pytest.fixture
def anyio_backend() -> str:
    """The library that asynchronous tests run on."""
    return "asyncio"
