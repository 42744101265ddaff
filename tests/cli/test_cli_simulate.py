"""`simulate`: what it says, whom it warns, and how it ends."""

from __future__ import annotations

import signal
import socket

import pytest
from cli_runs import LIMIT, Run, some, started

from lmstudio_tui.simulator import EMBEDDING_FAULTS, FAULTS, MEDIA_FAULTS


def test_the_faults_are_listed(cli: Run) -> None:
    result = cli("simulate", "--list-faults")
    assert (result.code, result.err) == (0, "")
    names = [*FAULTS, *EMBEDDING_FAULTS, *MEDIA_FAULTS]
    assert [line.split()[0] for line in result.out.splitlines()] == [f"fault-{name}" for name in names]


def test_an_unknown_fault_of_audio_is_told(cli: Run) -> None:
    result = cli("simulate", "--port", "0", "--media-fault", "speech-nonsense")
    assert result.code == 2
    assert "speech-nonsense" in result.err


@pytest.mark.parametrize(("flavour", "kind"), [("lmstudio", "lmstudio"), ("classic", "classic"), ("openai", "openai")])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped(cli: Run, flavour: str, kind: str, number: int) -> None:
    with started("simulate", "--port", "0", "--flavour", flavour, "--speed", "0", "--api-key", "k") as process:
        line = some(process.stderr).decode()
        assert "no language model is run" in line
        address = line.split(" answers at ")[1].split(" ")[0]
        assert cli("ping", "--json", "--base-url", address, "--api-key", "k").json["kind"] == kind
        if flavour != "classic":
            assert cli("chat", "hi", "--base-url", address).code == 4
        assert "Simulated" in cli("chat", "hi", "--base-url", address, "--api-key", "k").out
        process.send_signal(number)
        assert process.wait(LIMIT) == 0
        assert process.stdout
        assert process.stdout.read() == b""


def test_a_busy_port_is_told(cli: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = cli("simulate", "--port", str(port))
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: Port {port} on 127.0.0.1 is in use: stop what runs there or choose another with --port.\n"
    )


def test_other_machines_are_warned_of(cli: Run) -> None:
    result = cli("simulate", "--host", "nowhere.invalid")
    assert result.code == 2
    assert result.err.startswith("warning: nowhere.invalid is not loopback: other machines can reach")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--flavour", "x"],
        ["--speed", "-1"],
        ["--speed", "nan"],
        ["--speed", "inf"],
        ["--download-speed", "0"],
        ["--download-speed", "nan"],
        ["--host", ""],
    ],
    ids=" ".join,
)
def test_mistakes(cli: Run, arguments: list[str]) -> None:
    result = cli("simulate", *arguments)
    assert (result.code, result.out) == (2, "")
    assert arguments[0] in result.err


def test_what_the_lists_are_like(cli: Run) -> None:
    options = ["--models", "40", "--v1-blind", "--duplicate-keys", "--no-jit", "--load-seconds", "0"]
    with started("simulate", "--port", "0", "--speed", "0", *options) as process:
        address = some(process.stderr).decode().split(" answers at ")[1].split(" ")[0]
        models = cli("models", "--json", "--base-url", address).json["models"]
        assert sum(not model["id"].startswith("fault-") for model in models) == 40
        assert cli("models", "load", models[0]["id"], "--base-url", address).code == 1
        assert cli("chat", "hi", "-m", "sim-qwen3-8b", "--base-url", address).code == 1
        loaded = cli("models", "load", "sim-qwen3-8b", "--json", "--base-url", address)
        assert loaded.json["load_time_seconds"] == 0
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 0


def test_how_fast_a_download_goes(cli: Run) -> None:
    with started("simulate", "--port", "0", "--speed", "0", "--download-speed", "1e12") as process:
        address = some(process.stderr).decode().split(" answers at ")[1].split(" ")[0]
        result = cli("models", "download", "sim-phi-4-mini", "--json", "--base-url", address)
        assert result.json["downloads"][0]["status"] == "completed"
    with started("simulate", "--port", "0", "--speed", "0", "--download-speed", "1000") as process:
        address = some(process.stderr).decode().split(" answers at ")[1].split(" ")[0]
        result = cli("models", "download", "sim-phi-4-mini", "--detach", "--json", "--base-url", address)
        assert result.json["downloads"][0]["status"] == "downloading"
