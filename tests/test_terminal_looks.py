"""The installed command on terminals that show less than most: without colours, with sixteen, with ASCII alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from terminal import Terminal, new_user

_SGR = re.compile(rb"\x1b\[([\d;]*)m")
_PLAIN = {0, 1, 2, 3, 4, 7, 9, 21, 22, 23, 24, 27, 29, 39, 49}
"""What sets no colour: bold, dim, italic, underline, reverse, strike, their ends, and the terminal's own colours."""


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        yield server


@pytest.fixture
def environ(tmp_path: Path, simulator: SimulatorServer) -> dict[str, str]:
    return {**new_user(tmp_path), "LM_STUDIO_BASE_URL": simulator.base_url}


def colours(terminal: Terminal) -> set[int]:
    """The numbers of everything that was set by `ESC [ … m`."""
    return {int(number) for found in _SGR.findall(terminal.raw) for number in found.split(b";") if number}


def row_of(terminal: Terminal, text: str) -> int:
    return next(number for number, line in enumerate(terminal.lines) if text in line)


def is_chosen(terminal: Terminal, text: str) -> bool:
    """Whether the row with that text is the one under the cursor: most of it is reversed."""
    cells = terminal.cells(row_of(terminal, text))
    return sum(cell.reverse for cell in cells.values()) > 40


def look_around(terminal: Terminal) -> None:
    """Ask something, open a dialog, and go to the models."""
    terminal.shows("is listening", "Ask sim-llama")
    terminal.type("größer 日本\r".encode())
    terminal.shows("Simulated answer", "tok/s")
    terminal.type(b"\x0f")  # Ctrl+O
    terminal.shows("Server facts")
    header = terminal.cells(0).values()
    assert not any(cell.reverse or cell.underscore for cell in header), "below a dialog it looks as before"
    terminal.type(b"2")
    terminal.shows("Models", "sim-llama-3.1-8b", "loaded first")


@pytest.mark.parametrize("more", [{"NO_COLOR": "1"}, {"NO_COLOR": "yes", "TERM": "xterm"}], ids=str)
def test_without_colours_selection_and_focus_are_seen(environ: dict[str, str], more: dict[str, str]) -> None:
    with Terminal(environ={**environ, **more}) as terminal:
        terminal.shows("is listening", "┏━ Ask sim-llama")
        look_around(terminal)
        terminal.until(lambda: is_chosen(terminal, "sim-llama-3.1-8b ←"))
        assert "┃" in terminal.lines[row_of(terminal, "sim-llama-3.1-8b ←")], "the frame with the focus"
        terminal.leave()
        assert colours(terminal) <= _PLAIN
        terminal.assert_sane()


def test_an_empty_no_color_means_nothing(environ: dict[str, str]) -> None:
    with Terminal(environ={**environ, "NO_COLOR": ""}) as terminal:
        terminal.ready()
        assert 38 in colours(terminal)
        terminal.leave()


@pytest.mark.parametrize("more", [{"TERM": "xterm"}, {"TEXTUAL_COLOR_SYSTEM": "standard"}], ids=str)
def test_with_sixteen_colours(environ: dict[str, str], more: dict[str, str]) -> None:
    with Terminal(environ={**environ, "COLORTERM": "", **more}) as terminal:
        look_around(terminal)
        terminal.until(lambda: is_chosen(terminal, "sim-llama-3.1-8b ←"))
        terminal.leave()
        found = colours(terminal)
        assert not found & {38, 48}, "none of more than sixteen"
        assert found & set(range(91, 97)), "some of the sixteen"


@pytest.mark.parametrize(
    "more",
    [
        {"LC_ALL": "C"},
        {"LANG": "POSIX", "LC_ALL": ""},
        {"LC_ALL": "xx_XX.ISO-8859-1"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii:strict", "NO_COLOR": "1"},
    ],
    ids=str,
)
def test_with_ascii_alone(environ: dict[str, str], more: dict[str, str]) -> None:
    with Terminal(environ={**environ, **more}) as terminal:
        look_around(terminal)
        terminal.until(lambda: any(line.startswith("#=") for line in terminal.lines))
        terminal.leave()
        assert not [byte for byte in terminal.raw if byte > 127]


def test_the_first_picture_knows_that_ascii_was_asked_for(environ: dict[str, str]) -> None:
    for first in (True, False):
        with Terminal(environ={**environ, "LM_STUDIO_ASCII": "true"}) as terminal:
            terminal.shows("is listening", "#= Ask sim-llama")
            terminal.leave()
            assert first or terminal.raw.isascii()


@pytest.mark.parametrize("more", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "latin-1"}], ids=str)
def test_ascii_may_be_refused(environ: dict[str, str], more: dict[str, str]) -> None:
    with Terminal(environ={**environ, **more, "LM_STUDIO_ASCII": "false"}) as terminal:
        terminal.shows("is listening", "╭─ Ask sim-llama")
        terminal.leave()
