"""The command in a terminal: what a person sees."""

from __future__ import annotations

import os
import pty
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

import pytest
from cli_runs import LIMIT, MODULE, SCRIPT, started

from lmstudio_tui.simulator import SimulatorServer

DIM, PLAIN = "\x1b[2m", "\x1b[0m"


def seen(
    *arguments: str, command: list[str] = MODULE, code: int = 0, environ: Mapping[str, str] = MappingProxyType({})
) -> str:
    """What a terminal gets from a command, when standard input, output and error are that terminal."""
    ours, theirs = pty.openpty()
    found = b""
    with started(*arguments, command=command, stdin=theirs, output=theirs, env={**os.environ, **environ}) as process:
        os.close(theirs)
        with suppress(OSError):  # how Linux tells that nobody has the terminal any more
            while more := os.read(ours, 65_536):
                found += more
        os.close(ours)
        assert process.wait(LIMIT) == code
    return found.decode().replace("\r\n", "\n")


def test_an_answer_by_the_installed_command() -> None:
    text = seen("--demo", "chat", "hello", "--max-tokens", "9", command=SCRIPT)
    assert text.startswith("Hello! ")
    assert text.endswith("\n")
    assert "\x1b" not in text


def test_reasoning_is_dimmed_and_set_apart(sim: SimulatorServer) -> None:
    text = seen("chat", "hello", "-m", "fault-reasoning-field", "--base-url", sim.base_url)
    assert text.startswith(DIM)
    reasoning, answer = text.rsplit(PLAIN, 1)
    assert reasoning.count(DIM) == text.count(PLAIN)
    assert answer.startswith("\n\n")
    assert "\x1b" not in answer


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_without_colours_it_is_only_set_apart(sim: SimulatorServer, environ: dict[str, str]) -> None:
    text = seen("chat", "hello", "-m", "fault-reasoning-field", "--base-url", sim.base_url, environ=environ)
    assert "\x1b" not in text
    assert "\n\n" in text


def test_nothing_that_a_model_says_acts_on_the_terminal(sim: SimulatorServer) -> None:
    text = seen("chat", "hello", "-m", "fault-escape-codes", "--base-url", sim.base_url)
    assert all(char.isprintable() or char in "\n\t" for char in text)
    assert text.startswith("Plain. Red")


def test_a_remark_does_not_stand_in_the_middle_of_a_line(sim: SimulatorServer) -> None:
    text = seen("chat", "hello", "-m", "fault-garbage-line", "--base-url", sim.base_url)
    remarks = [line for line in text.split("\n") if "warning: " in line]
    assert remarks
    assert all(line.startswith("warning: ") for line in remarks)


def test_an_error_begins_a_line_and_breaks_no_word(sim: SimulatorServer) -> None:
    text = seen(
        "chat", "hello", "-m", "fault-cut-middle", "--base-url", sim.base_url, code=1, environ={"COLUMNS": "40"}
    )
    assert "\nerror: The answer was interrupted: " in text
    assert f"{sim.base_url}/v1/chat/completions" in text


def test_a_prompt_is_needed_where_nothing_is_piped(sim: SimulatorServer) -> None:
    assert "There is nothing to ask" in seen("chat", "--base-url", sim.base_url, code=2)
