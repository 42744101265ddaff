"""The command as a process: streams that are closed or full, signals at each phase, what is loaded."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from cli_runs import (
    LIMIT,
    MODULE,
    SCRIPT,
    asked,
    finished,
    in_shell,
    left,
    ran,
    signals_as_usual,
    some,
    started,
)

from lmstudio_tui import __version__
from lmstudio_tui.simulator import SimulatorServer
from waiting import until

# Exit codes, as a shell sees them


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["chat", "hello"], 0),
        (["chat", "hello", "-m", "fault-crash"], 1),
        (["chat", "hello", "--no-such-option"], 2),
        (["chat", "hello", "--config", "nowhere.toml"], 2),
        (["ping", "--base-url", "http://127.0.0.1:9"], 3),
        (["chat", "hello", "-m", "fault-auth-required"], 4),
        (["chat", "hello", "-m", "fault-unknown-endpoint-200"], 5),
    ],
)
def test_exit_codes(sim: SimulatorServer, arguments: list[str], code: int) -> None:
    result = ran("--base-url", sim.base_url, *arguments)
    assert result.code == code
    assert bool(result.err) is bool(code)
    assert "Traceback" not in result.err


@pytest.mark.parametrize("command", [SCRIPT, MODULE], ids=["script", "module"])
def test_the_installed_command(command: list[str]) -> None:
    result = ran("--demo", "chat", "hello", "--max-tokens", "9", command=command)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Hello! ")
    assert ran("--version", command=command).out == f"lmstudio-tui {__version__}\n"


# As it comes


@pytest.mark.parametrize("command", ["chat", "complete"])
def test_the_first_words_are_there_before_the_last(sim: SimulatorServer, command: str) -> None:
    with started(command, "hello", "-m", "fault-stall", "--base-url", sim.base_url) as process:
        assert some(process.stdout)
        assert process.poll() is None
        assert not asked(sim)[0].finished


# Streams


def test_a_reader_that_leaves_ends_it(sim: SimulatorServer) -> None:
    with started("chat", "hello", "-m", "fault-endless", "--base-url", sim.base_url) as process:
        some(process.stdout)
        assert process.stdout
        process.stdout.close()
        assert process.wait(LIMIT) == 1
        assert process.stderr
        assert process.stderr.read() == b""
    assert left(sim)


def test_closed_standard_input_is_empty(sim: SimulatorServer) -> None:
    assert in_shell('"$@" <&-', "chat", "hello", "--base-url", sim.base_url).code == 0
    nothing = in_shell('"$@" <&-', "chat", "--base-url", sim.base_url)
    assert nothing.code == 2
    assert "There is nothing to ask" in nothing.err


@pytest.mark.parametrize("arguments", [["chat", "hello"], ["ping", "--json"], ["--help"], ["--version"]])
@pytest.mark.parametrize("where", [">&-", ">/dev/full"])
def test_output_that_cannot_be_written_is_told(sim: SimulatorServer, arguments: list[str], where: str) -> None:
    environ = ["--base-url", sim.base_url] if arguments[0][0] != "-" else []
    result = in_shell(f'"$@" {where}', *environ, *arguments)
    assert result.code == 1
    assert result.err.startswith("error: The output cannot be written: ")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full"])
def test_errors_that_nobody_can_read_do_not_matter(sim: SimulatorServer, where: str) -> None:
    result = in_shell(f'"$@" {where}', "chat", "hello", "-m", "fault-auth-required", "--base-url", sim.base_url)
    assert (result.code, result.out, result.err) == (4, "", "")


def test_help_that_is_cut_short_is_no_error() -> None:
    result = in_shell('"$@" | head -n 1', "simulate", "--list-faults")
    assert result.out.count("\n") == 1
    assert result.err == ""


# Ctrl+C


def interrupted(process: subprocess.Popen[bytes], number: int = signal.SIGINT, before: bytes = b"") -> tuple[str, str]:
    process.send_signal(number)
    result = finished(process, before)
    assert result.code == 128 + number
    assert "Traceback" not in result.err
    return result.out, result.err


def test_ctrl_c_while_standard_input_is_awaited() -> None:
    with started("chat", stdin=subprocess.PIPE) as process:
        assert process.stdin
        number = process.stdin.fileno()
        os.write(number, b"some")

        def taken() -> bool:
            return struct.unpack("i", fcntl.ioctl(number, termios.FIONREAD, b"\0" * 4)) == (0,)

        until(taken)
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 130


@pytest.mark.parametrize(
    "arguments",
    [["chat", "hello"], ["chat", "hello", "--no-stream"], ["complete", "hello"]],
    ids=["stream", "one piece", "complete"],
)
def test_ctrl_c_before_the_headers(sim: SimulatorServer, arguments: list[str]) -> None:
    with started(*arguments, "-m", "fault-stall-headers", "--base-url", sim.base_url) as process:
        assert sim.wait_for(lambda it: bool(asked(it)), LIMIT)
        out, err = interrupted(process)
    assert (out, err) == ("", "error: Interrupted.\n")
    assert left(sim)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_within_the_answer(sim: SimulatorServer, number: int) -> None:
    with started("chat", "hello", "-m", "fault-endless", "--base-url", sim.base_url, "--stats") as process:
        out, err = interrupted(process, number, some(process.stdout))
    assert out.endswith("\n")
    assert err.startswith("error: Interrupted.\n")
    assert err.endswith("interrupted\n")
    assert left(sim)


def test_ctrl_c_prints_the_object_with_what_had_arrived(sim: SimulatorServer) -> None:
    with started("chat", "hello", "-m", "fault-stall-headers", "--base-url", sim.base_url, "--json") as process:
        assert sim.wait_for(lambda it: bool(asked(it)), LIMIT)
        out, _ = interrupted(process)
    found = json.loads(out)
    assert (found["interrupted"], found["error"]["type"], found["text"]) == (True, "RequestCancelledError", "")


def test_ctrl_c_between_two_tries(sim: SimulatorServer) -> None:
    environ = {**os.environ, "LM_STUDIO_MAX_RETRIES": "20"}
    arguments = ["chat", "hello", "-m", "fault-unavailable-always", "--base-url", sim.base_url]
    with started(*arguments, env=environ) as process:
        assert sim.wait_for(lambda it: sum(request.finished for request in asked(it)) >= 2, LIMIT)
        interrupted(process)


@pytest.mark.parametrize(
    "command", [["ping"], ["models"], ["models", "load", "x"], ["models", "sync"], ["chat", "hello"]], ids=" ".join
)
def test_ctrl_c_while_the_server_says_nothing(command: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(LIMIT)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with started(*command, "--base-url", address) as process:
            connection, _ = silent.accept()
            with connection:
                connection.settimeout(LIMIT)
                assert connection.recv(65_536).startswith(b"GET ")
                assert interrupted(process) == ("", "error: Interrupted.\n")
                assert connection.recv(1) == b"", "the connection was closed"


def test_a_signal_that_is_ignored_stays_so(sim: SimulatorServer) -> None:
    line = 'trap "" INT; exec "$@"'
    arguments = ["chat", "hello", "-m", "fault-stall", "--base-url", sim.base_url]
    with started(*arguments, command=["sh", "-c", line, "sh", *MODULE]) as process:
        some(process.stdout)
        process.send_signal(signal.SIGINT)
        interrupted(process, signal.SIGTERM)


# What is loaded


def test_the_version_loads_nothing_heavy() -> None:
    code = """
import sys
sys.argv = ["lmstudio-tui", "--version"]
from lmstudio_tui.__main__ import main
try:
    main()
finally:
    print(*{"typer", "pydantic", "httpx", "textual", "rich", "starlette", "lmstudio_tui.cli"} & set(sys.modules))
"""
    result = ran(command=[sys.executable, "-c", code])
    assert (result.code, result.out) == (0, f"lmstudio-tui {__version__}\n\n")


def test_commands_do_not_load_the_app(sim: SimulatorServer) -> None:
    code = """
import sys
from lmstudio_tui.cli import run
run(sys.argv[1:])
print(*{"textual", "starlette", "uvicorn", "lmstudio_tui.tui"} & set(sys.modules))
"""
    result = ran("ping", "--base-url", sim.base_url, command=[sys.executable, "-c", code])
    assert result.out.endswith("\n\n")


def test_ctrl_c_while_something_is_imported(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nprint('imported')\n")
    code = "from lmstudio_tui.cli.interrupts import interruptible\nwith interruptible():\n    import slow"
    command = [sys.executable, "-c", code]
    with signals_as_usual():
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=LIMIT, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "error: Interrupted.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_cannot_end_in_order_is_ended(number: int) -> None:
    """The exception of a signal that comes right after a lock was taken leaves it taken."""
    code = f"""
import os, threading
from lmstudio_tui.cli import interrupts
interrupts.PATIENCE = 0.1
lock = threading.Lock()
with interrupts.interruptible():
    lock.acquire()
    try:
        os.kill(os.getpid(), {number})
    finally:
        lock.acquire()
"""
    with signals_as_usual():
        result = ran(command=[sys.executable, "-c", code])
    assert (result.code, result.out, result.err) == (128 + number, "", "error: Interrupted.\n")


def test_a_handler_of_the_commands_own_is_left_alone() -> None:
    code = """
import os, signal
from lmstudio_tui.cli import interrupts
interrupts.PATIENCE = 0.0
heard = []
with interrupts.interruptible():
    signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    os.kill(os.getpid(), signal.SIGTERM)
print(heard == [signal.SIGTERM])
"""
    assert ran(command=[sys.executable, "-c", code]).out == "True\n"
