"""What a terminal and a shell can do to the app: it stops it, closes, is resized, is tiny or huge."""

from __future__ import annotations

import random
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.store.library import Library, Message
from terminal import COMMAND, ESCAPE, F1, Terminal, new_user
from waiting import until

OWNING = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
"""Starts a program to which the terminal belongs, as a shell would: it is told when the terminal is closed."""
ENDLESS = "fault-endless"
F2 = b"\x1bOQ"
F4 = b"\x1bOS"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return new_user(tmp_path)


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorConfig(speed=100, load_seconds=0)) as server:
        yield server


def answers_kept(environ: dict[str, str]) -> list[Message]:
    """The answers that the library has."""
    library = Library(Path(environ["XDG_DATA_HOME"]) / "lmstudio-tui" / "library.sqlite3")
    loaded = [library.load(hit.conversation.id) for hit in library.conversations()]
    library.close()
    return [each for one in loaded if one is not None for each in one.messages if each.role == "assistant"]


def streaming(terminal: Terminal) -> None:
    """Ask for something that does not end, and wait for its first words."""
    terminal.ready()
    terminal.type(b"hello\r")
    terminal.shows("Simulated answer")


@pytest.mark.parametrize("owning", [False, True], ids=["no signal", "a signal"])
def test_a_terminal_that_is_closed(environ: dict[str, str], simulator: SimulatorServer, owning: bool) -> None:
    program = [sys.executable, "-c", OWNING, *COMMAND] if owning and len(COMMAND) == 1 else COMMAND
    arguments = ["--base-url", simulator.base_url, "-m", ENDLESS]
    with Terminal(*arguments, environ=environ, program=program) as terminal:
        streaming(terminal)
        terminal.hang_up()
        until(lambda: terminal.process.poll() is not None, seconds=10, what="it did not end")
    (answer,) = answers_kept(environ)
    assert "Simulated answer" in answer.text
    assert not list(Path(environ["XDG_STATE_HOME"]).glob("lmstudio-tui/reports/*"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_in_the_middle_of_an_answer(
    environ: dict[str, str], simulator: SimulatorServer, number: signal.Signals
) -> None:
    with Terminal("--base-url", simulator.base_url, "-m", ENDLESS, environ=environ) as terminal:
        streaming(terminal)
        terminal.type(b"not sent yet")
        terminal.shows("not sent yet")
        terminal.process.send_signal(number)
        terminal.ended()
        assert terminal.process.returncode == 128 + number
        terminal.assert_sane()
        assert b"Traceback" not in terminal.raw
    (answer,) = answers_kept(environ)
    assert "Simulated answer" in answer.text
    with Terminal("--base-url", simulator.base_url, environ=environ) as terminal:
        terminal.shows("Things without an end", "not sent yet")


def state_of(process: int) -> str:
    """`T` when it is stopped."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells whether it is stopped")
@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_stopped_by_the_shell_and_brought_back(
    environ: dict[str, str], simulator: SimulatorServer, number: signal.Signals
) -> None:
    with Terminal("--base-url", simulator.base_url, environ=environ) as terminal:
        terminal.ready()
        for turn in range(3):
            terminal.type(f"turn {turn} ".encode())
            terminal.shows(f"turn {turn}")
            terminal.process.send_signal(number)
            terminal.until(lambda: state_of(terminal.process.pid) == "T")
            terminal.drained()
            if number == signal.SIGTSTP:
                # The shell goes on with the terminal as it knows it.
                terminal.assert_sane()
            terminal.forget_screen()
            terminal.process.send_signal(signal.SIGCONT)
            terminal.shows(f"turn {turn}", "lmstudio-tui", "Quit", "is listening")
        # Keys are read once.
        terminal.type(b"0123456789" * 5)
        terminal.shows("turn 0 turn 1 turn 2 " + "0123456789" * 5)
        terminal.leave()


def test_resized_a_thousand_times(environ: dict[str, str], simulator: SimulatorServer) -> None:
    # Python 3.11 with a tracer may never come back from signals that come while one is dealt with; without, it does.
    for name in [name for name in environ if name.startswith("COVERAGE_")]:
        del environ[name]
    chance = random.Random(7)
    with Terminal("--base-url", simulator.base_url, environ=environ) as terminal:
        terminal.ready()
        terminal.type(b"Tell me a very long story\r")
        terminal.shows("Simulated answer")
        for _ in range(1000):
            terminal.resize(chance.randint(2, 220), chance.randint(1, 70))
            terminal.drained()
        terminal.resize(100, 30)
        terminal.shows("tok/s")
        terminal.type(b"still here")
        terminal.shows("still here")
        ends_well(terminal, environ)


def look_around(terminal: Terminal, panes: Sequence[int], *, tiny: bool) -> None:
    """Go to these panes; open what lies over them. Where it is tiny, a sentence tells how much they need."""
    for number in panes:
        terminal.type(b"\x0f")  # Ctrl+O
        terminal.shows("Go to", "Esc back")
        terminal.type(str(number).encode())
        terminal.until(lambda: "Esc back" not in terminal.text)
        # A pane is imported when it is first shown.
        terminal.quiet()
    for key, mark in ((F1, "─ Keys"), (F2, "Type to filter"), (F4, "─ Servers")):
        terminal.type(key)
        mark = "40×10" if tiny else mark
        terminal.shows(mark)
        terminal.type(ESCAPE)
        terminal.until(lambda mark=mark: mark not in terminal.text)


@pytest.mark.parametrize("size", [(20, 5), (500, 200)], ids=["tiny", "huge"])
def test_sizes_that_nobody_has(environ: dict[str, str], simulator: SimulatorServer, size: tuple[int, int]) -> None:
    with Terminal("--base-url", simulator.base_url, environ=environ, size=size) as terminal:
        terminal.shows("listening", "Ask anything")
        # To read a huge screen takes the test much longer than the app takes to draw it.
        look_around(terminal, range(7, 0, -1) if size[1] < 10 else (2, 1), tiny=size[1] < 10)
        terminal.type(b"hello\r")
        terminal.shows("tok/s" if size[1] > 5 else "stop")
        ends_well(terminal, environ)


def test_a_terminal_of_one_cell(environ: dict[str, str], simulator: SimulatorServer) -> None:
    simulator.clear_requests()
    with Terminal("--base-url", simulator.base_url, environ=environ, size=(1, 1)) as terminal:
        assert simulator.wait_for(lambda s: any(each.path == "/v1/models" for each in s.requests), timeout=20)
        for key in (F1, F2, F4, b"\x0f", b"\x10"):
            terminal.type(key)
            terminal.quiet()
            terminal.type(ESCAPE)
            terminal.quiet(0.3)
        ends_well(terminal, environ)


def ends_well(terminal: Terminal, environ: dict[str, str]) -> None:
    """At its usual size everything is there, and nothing has gone wrong."""
    terminal.resize(80, 24)
    terminal.until(lambda: "lmstudio-tui" in terminal.lines[0] and "Quit" in terminal.lines[-1])
    terminal.leave()
    assert not list(Path(environ["XDG_STATE_HOME"]).glob("lmstudio-tui/reports/*"))
