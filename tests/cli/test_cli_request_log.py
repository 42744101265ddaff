"""The log of requests as it is switched on, and what it never holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runs import Run

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

KEY = "sk-lm-aBcD1234:s3cr3ts3cr3ts3cr3t12"


@pytest.fixture
def log(home: Path) -> Path:
    """Where it is."""
    return home / "lmstudio-tui" / "log" / "requests.log"


def test_it_is_off_by_default(ask: Run, log: Path) -> None:
    ask("chat", "hello")
    ask("chat", "hello", "--log-level", "off")
    assert not log.parent.exists()


def test_every_call_is_a_line(cli: Run, log: Path) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, api_key=KEY)) as server:
        address = ("--base-url", server.base_url, "--api-key", KEY)
        assert cli("chat", "a secret question", *address, "--log-level", "info").code == 0
        count = len(server.requests)
    text = log.read_text()
    lines = text.splitlines()
    assert len(lines) == count
    assert " POST /v1/chat/completions 200 " in lines[-1]
    assert lines[-1].endswith(" attempts=1 ok")
    assert KEY[6:] not in text
    assert "secret" not in text
    assert "Simulated" not in text


def test_only_what_failed(ask: Run, cli: Run, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_STUDIO_LOG_LEVEL", "error")
    assert ask("models").code == 0
    assert not log.exists()
    assert ask("chat", "hello", "-m", "fault-crash").code == 1
    assert cli("models", "--base-url", "http://127.0.0.1:9").code == 3
    crashed, refused = [line for line in log.read_text().splitlines() if "/health" not in line]
    assert "ModelCrashedError" in crashed
    assert " GET /v1/models - " in refused
    assert refused.endswith("failed ServerRefusedError")


def test_before_a_command(cli: Run, sim: SimulatorServer, log: Path) -> None:
    assert cli("--log-level", "debug", "ping", "--base-url", sim.base_url).code == 0
    assert "connected in=" in log.read_text()
    assert cli("ping", "--log-level", "loud", "--base-url", sim.base_url).code == 2


def test_a_folder_that_cannot_be_written_costs_no_answer(ask: Run, log: Path) -> None:
    log.parent.parent.mkdir(exist_ok=True)
    log.parent.write_text("a file")
    result = ask("chat", "hello", "--log-level", "info")
    assert result.code == 0
    assert "Simulated" in result.out
    assert result.err.count("The log of requests cannot be written") == 1
