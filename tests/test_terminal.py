"""The installed command in a terminal of its own, as a person would use it: from the first screen to the last byte."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pyte
import pytest

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.themes import QUIET_DARK

COLUMNS, LINES = 80, 24
PATIENCE = 20.0
"""Seconds to wait for what takes one; the machine may have other things to do."""
LEAVING = 5.0
"""Seconds within which it has to be gone; it takes less than half of one."""

_SCRIPT = Path(sys.executable).with_name("lmstudio-tui")
COMMAND = [str(_SCRIPT)] if _SCRIPT.exists() else [sys.executable, "-m", "lmstudio_tui"]
_MODE = re.compile(rb"\x1b\[\?([\d;]+)([hl])")

CTRL_Q = b"\x11"
ESCAPE = b"\x1b"
F1 = b"\x1bOP"


class Terminal:
    """A pseudo-terminal with the command in it.

    Args:
        arguments: of the command.
        environ: what it finds in its environment.
    """

    def __init__(self, *arguments: str, environ: dict[str, str]) -> None:
        self.raw = b""
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self._master, self._slave = os.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._before = termios.tcgetattr(self._slave)
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=environ,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)
        os.close(self._slave)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def prompt_focused(self) -> bool:
        """Whether the frame around the prompt has the colour of the focus."""
        corner = self._screen.buffer[LINES - 4][0]
        return (corner.data, f"#{corner.fg}") == ("╭", QUIET_DARK.variables["border"])

    def ready(self) -> None:
        """Read until a prompt can be typed."""
        self.shows("is listening")
        self.until(lambda: self.prompt_focused)

    def _read(self, seconds: float) -> None:
        """Take what comes within this time; return with the first of it."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        if ready:
            data = os.read(self._master, 65536)
            self.raw += data
            self._stream.feed(data)

    def until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Read until the condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"it did not come to pass within {seconds} s; the screen:\n{self.text}"
            self._read(min(0.05, end - time.monotonic()))

    def shows(self, *texts: str) -> None:
        """Read until the screen shows all of these."""
        self.until(lambda: all(text in self.text for text in texts))

    def type(self, data: bytes) -> None:
        """Type all of this at once."""
        os.write(self._master, data)

    def ended(self, seconds: float = LEAVING) -> float:
        """Read until the command has ended, and to the last byte; how long that took."""
        began = time.monotonic()
        self.until(lambda: self.process.poll() is not None, seconds)
        took = time.monotonic() - began
        while select.select([self._master], [], [], 0)[0]:
            self._read(0)
        return took

    def assert_sane(self) -> None:
        """The terminal is as it was before."""
        modes: dict[int, bool] = {}
        for numbers, letter in _MODE.findall(self.raw):
            for number in numbers.split(b";"):
                modes[int(number)] = letter == b"h"
        assert 1049 in modes, "the alternate screen was never entered"
        assert modes.pop(25), "the cursor is hidden"
        # The alternate screen, mouse tracking of every kind, focus reports, bracketed paste, synchronised output.
        left_on = [number for number in (1049, 1000, 1002, 1003, 1006, 1015, 1004, 2004, 2026) if modes.get(number)]
        assert left_on == []
        # The keyboard protocol: pushed as often as popped.
        assert len(re.findall(rb"\x1b\[>\d+u", self.raw)) == self.raw.count(b"\x1b[<u")
        assert termios.tcgetattr(self._slave) == self._before


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A new user's environment, without a server and without settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LM_STUDIO_", "SSH_", "XDG_"))}
    for name in ("COLUMNS", "LINES", "NO_COLOR", "TMUX", "TERM_PROGRAM"):
        kept.pop(name, None)
    folders = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    return {
        **kept,
        **folders,
        "HOME": str(tmp_path),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
    }


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
        terminal.type(CTRL_Q)
        terminal.ended()
        assert terminal.process.returncode == 0
        terminal.assert_sane()
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
        terminal.type(CTRL_Q)
        terminal.ended()
        terminal.assert_sane()


def test_letters_typed_before_the_app_is_there_are_no_commands_to_a_list(environ: dict[str, str]) -> None:
    with Terminal("--demo", "--pane", "models", environ=environ) as terminal:
        # A digit brings another pane to the front; F1 comes behind it, and so tells that it has been read.
        terminal.type(b"1" + F1)
        terminal.shows("In the list of models")
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
        terminal.type(CTRL_Q)
        terminal.ended()
        assert terminal.process.returncode == 0
    with Terminal(*address, environ=environ) as terminal:
        terminal.shows("Ask sim-gemma-3n-e4b")
        terminal.type(CTRL_Q)
        terminal.ended()
        terminal.assert_sane()


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
        terminal.type(CTRL_Q)
        terminal.ended()
        assert terminal.process.returncode == 0
        terminal.assert_sane()


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
        terminal.type(CTRL_Q)
        terminal.ended()
        assert terminal.process.returncode == 0
        terminal.assert_sane()
    assert simulator.wait_for(
        lambda s: any(r.disconnected for r in s.requests if r.path == "/v1/chat/completions"), timeout=5
    )


def test_a_server_that_never_answers_does_not_hold_up_the_end(environ: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with Terminal("--base-url", address, environ=environ) as terminal:
            terminal.shows("Looking for a server")
            terminal.type(CTRL_Q)
            terminal.ended()
            assert terminal.process.returncode == 0
            terminal.assert_sane()


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
        terminal.type(CTRL_Q)
        terminal.ended()
        assert terminal.process.returncode == 0
        terminal.assert_sane()


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


def test_wrong_settings_are_said_before_a_screen_is_opened(environ: dict[str, str]) -> None:
    with Terminal("--base-url", "nonsense://", environ=environ) as terminal:
        terminal.ended(PATIENCE)
        assert terminal.process.returncode == 2
        assert "error:" in terminal.text
        assert b"\x1b[?1049h" not in terminal.raw
        assert b"Traceback" not in terminal.raw
