"""A home without settings, a simulator without delays, and the command line within this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_runs import Result, Run, forget_user

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's settings, nobody's terminal."""
    forget_user(monkeypatch)
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


@pytest.fixture
def sim() -> Iterator[SimulatorServer]:
    """LM Studio, as fast as possible."""
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        yield server


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
