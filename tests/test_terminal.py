"""The installed command in a terminal of its own, as a person would use it: from the first screen to the last byte."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from terminal import COMMAND, ESCAPE, F1, PATIENCE, Terminal, new_user


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return new_user(tmp_path)


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        yield server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def framed(terminal: Terminal) -> bool:
    """Whether header, prompt and footer are where they belong."""
    return (
        "lmstudio-tui" in terminal.lines[0]
        and terminal.lines[-4].startswith("╭─ Ask")
        and terminal.lines[-2].startswith("╰")
        and "Quit" in terminal.lines[-1]
    )


def test_the_demo_from_the_first_screen_to_the_last_byte(environ: dict[str, str]) -> None:
    with Terminal("--demo", environ=environ) as terminal:
        terminal.shows("is listening", "simulator", "Ask sim-llama-3.1-8b", "Enter sends")
        terminal.ready()
        terminal.until(lambda: framed(terminal))
        # The prompt has the focus: what is typed lands there. Letters and Enter come in one piece, as from a paste.
        terminal.type(b"hello\r")
        terminal.shows("Simulated answer")
        terminal.shows("tok/s", "first", "tokens")
        terminal.until(lambda: framed(terminal))
        assert "hello" not in terminal.lines[-3]
        # A longer one, and Esc in its middle.
        terminal.type(b"Tell me a long story\r")
        terminal.shows("Stop")
        terminal.type(ESCAPE)
        terminal.shows("Stopped")
        terminal.leave()
        # Nothing is left where the shell goes on.
        assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize(("pane", "first"), [("chat", "│ Erste Zeile, größer"), ("embeddings", "│Erste Zeile, größer")])
def test_what_is_typed_before_the_app_is_there_is_not_lost(environ: dict[str, str], pane: str, first: str) -> None:
    with Terminal("--demo", "--pane", pane, environ=environ) as terminal:
        # The terminal keeps it, and echoes it, until the app reads it; Enter is the end of a line then.
        terminal.type("Erste Zeile, größer\rthe second".encode())
        terminal.until(lambda: any(line.startswith(first) for line in terminal.lines))
        terminal.until(lambda: any(line.strip("│ ").startswith("the second") for line in terminal.lines))
        # What comes later goes behind it.
        terminal.type(b" and on")
        terminal.shows("the second and on")
        assert terminal.text.count("Erste Zeile") == 1, "the echo is gone"
        terminal.leave()


def test_letters_typed_before_the_app_is_there_are_no_commands_to_a_list(environ: dict[str, str]) -> None:
    with Terminal("--demo", "--pane", "models", environ=environ) as terminal:
        # A digit brings another pane to the front; F1 comes behind it, and so tells that it has been read.
        terminal.type(b"1" + F1)
        terminal.shows("─ Keys", "filter   Esc back")
        terminal.type(ESCAPE)
        terminal.shows("▸2 Models")


def test_what_was_used_last_is_there_again(environ: dict[str, str], simulator: SimulatorServer, tmp_path: Path) -> None:
    address = ["--base-url", simulator.base_url]
    with Terminal(*address, environ=environ) as terminal:
        terminal.ready()
        terminal.shows("Ask sim-llama-3.1-8b")
        terminal.type(b"\x14")  # Ctrl+T
        terminal.shows("Type to filter")
        terminal.type(b"gemma")
        terminal.shows("ask for gemma", "sim-gemma-3n-e4b")
        terminal.type(b"\r")
        terminal.shows("Ask sim-gemma-3n-e4b")
        terminal.leave()
    with Terminal(*address, environ=environ) as terminal:
        terminal.shows("Ask sim-gemma-3n-e4b")
        terminal.leave()


def test_without_a_server_there_is_a_page_that_helps(environ: dict[str, str]) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    with Terminal("--base-url", address, environ=environ) as terminal:
        terminal.shows(f"Nothing answers at {address}", "lms server start", "no server", "Try now", "Quit")
        # The simulator is one key away.
        terminal.type(b"d")
        terminal.ready()
        terminal.shows("simulator")
        terminal.until(lambda: framed(terminal))
        terminal.type(b"hello\r")
        terminal.shows("Simulated answer")
        terminal.leave()


@pytest.mark.parametrize("model", ["fault-stall", "fault-stall-headers"])
def test_a_stalled_stream_does_not_hold_up_the_end(
    environ: dict[str, str], simulator: SimulatorServer, model: str
) -> None:
    simulator.clear_requests()
    with Terminal("--base-url", simulator.base_url, "-m", model, environ=environ) as terminal:
        terminal.ready()
        terminal.shows(f"Ask {model}")
        terminal.type(b"hello\r")
        terminal.shows("▌ hello", "waiting" if model == "fault-stall-headers" else "Good to see you", "Stop")
        terminal.leave()
    assert simulator.wait_for(
        lambda s: any(r.disconnected for r in s.requests if r.path == "/v1/chat/completions"), timeout=5
    )


def test_a_server_that_never_answers_does_not_hold_up_the_end(environ: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with Terminal("--base-url", address, environ=environ) as terminal:
            terminal.shows("Looking for a server")
            terminal.leave()


def test_a_server_that_goes_away_is_noticed_in_the_middle_of_an_answer(environ: dict[str, str]) -> None:
    server = SimulatorServer(SimulatorConfig(speed=0))
    server.start()
    with Terminal("--base-url", server.base_url, "-m", "fault-endless", environ=environ) as terminal:
        terminal.ready()
        terminal.type(b"hello\r")
        terminal.shows("Stop")
        assert server.wait_for(lambda s: any(r.path == "/v1/chat/completions" for r in s.requests), timeout=10)
        server.stop()
        terminal.shows("was interrupted", "What arrived is kept", "no server")
        terminal.leave()


# Ending from outside


def test_a_polite_kill_leaves_the_terminal_as_it_was(environ: dict[str, str]) -> None:
    with Terminal("--base-url", f"http://127.0.0.1:{free_port()}", environ=environ) as terminal:
        terminal.shows("Nothing answers at")
        terminal.process.send_signal(signal.SIGTERM)
        terminal.ended()
        terminal.assert_sane()
        assert terminal.process.returncode == 128 + signal.SIGTERM


# What is no terminal, and what makes no sense


def run(*arguments: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The command without a terminal."""
    return subprocess.run(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environ,
        timeout=PATIENCE,
        check=False,
    )


def test_without_a_terminal_it_says_so(environ: dict[str, str]) -> None:
    result = run(environ=environ)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "needs a terminal" in result.stderr
    assert "lmstudio-tui chat" in result.stderr
    assert "Traceback" not in result.stderr
    assert "\x1b" not in result.stderr


def test_a_pane_that_there_is_not(environ: dict[str, str]) -> None:
    result = run("--pane", "nonsense", environ=environ)
    assert result.returncode == 2
    assert "nonsense" in result.stderr
    assert "chat" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_pane_that_there_is_not_opens_no_screen(environ: dict[str, str]) -> None:
    with Terminal("--pane", "nonsense", environ=environ) as terminal:
        terminal.ended(PATIENCE)
        assert terminal.process.returncode == 2
        assert "nonsense" in terminal.text
        assert b"\x1b[?1049h" not in terminal.raw


def test_wrong_settings_are_said_when_the_screen_is_given_back(environ: dict[str, str]) -> None:
    with Terminal("--base-url", "nonsense://", environ=environ) as terminal:
        terminal.ended(PATIENCE)
        assert terminal.process.returncode == 2
        assert "error:" in terminal.text
        assert terminal.raw.index(b"error:") > terminal.raw.index(b"\x1b[?1049l")
        assert b"Traceback" not in terminal.raw
        terminal.assert_sane()


def test_warnings_of_the_settings_are_said_when_the_screen_is_given_back(
    environ: dict[str, str], tmp_path: Path
) -> None:
    config = tmp_path / "config" / "lmstudio-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('api_key = "sk-secret"\n', encoding="utf-8")
    config.chmod(0o644)
    with Terminal("--demo", environ=environ) as terminal:
        terminal.ready()
        terminal.leave()
        assert b"warning:" in terminal.raw.rpartition(b"\x1b[?1049l")[2]
        assert b"sk-secret" not in terminal.raw


def test_an_editor_has_the_terminal_and_gives_it_back(environ: dict[str, str], tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nread answer\nprintf " and %s" "$answer" >> "$1"\n', encoding="utf-8")
    editor.chmod(0o755)
    with Terminal("--demo", environ={**environ, "EDITOR": str(editor)}) as terminal:
        terminal.ready()
        for said in ("one", "two"):
            terminal.type(said.encode())
            terminal.shows(said)
            before = len(terminal.raw)
            terminal.type(b"\x07")
            terminal.until(lambda before=before: b"\x1b[?1049l" in terminal.raw[before:])
            terminal.type(b"more\r")
            terminal.shows(f"{said} and more")
        terminal.type("ü!".encode())
        terminal.shows("two and moreü!")
        # What is no UTF-8 ends nothing.
        terminal.type(b"\xff\xfe?")
        terminal.shows("?")
        terminal.leave()


_TOLD = """
import json, sys
from pathlib import Path
from lmstudio_tui.__main__ import main
try:
    main()
finally:
    Path(sys.argv.pop()).write_text(json.dumps(sorted(sys.modules)))
"""


def test_nothing_heavy_is_imported_before_a_pane_needs_it(
    environ: dict[str, str], simulator: SimulatorServer, tmp_path: Path
) -> None:
    told = tmp_path / "told.json"
    program = [sys.executable, "-c", _TOLD.replace("sys.argv.pop()", repr(str(told)))]
    with Terminal("--base-url", simulator.base_url, environ=environ, program=program) as terminal:
        terminal.ready()
        terminal.type(b"hello\r")
        terminal.shows("tok/s")
        terminal.type(b"\x0f")
        terminal.shows("Go to")
        terminal.type(b"2")
        terminal.shows("▸2 Models")
        terminal.leave()
    imported = set(json.loads(told.read_text()))
    assert "lmstudio_tui.tui.panes.models" in imported
    heavy = {"numpy", "sounddevice", "soundfile", "soxr", "PIL", "starlette", "uvicorn", "typer"}
    assert not heavy & imported
