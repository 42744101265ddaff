"""A newcomer's first minutes with the installed command, in a terminal of their own."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from terminal import Terminal, new_user

F12 = b"\x1b[24~"
TOUR = "searches all that can be done"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    return {**new_user(tmp_path), "LM_STUDIO_BASE_URL": f"http://127.0.0.1:{port}"}


def test_from_no_server_to_an_answer_and_a_setting(environ: dict[str, str], tmp_path: Path) -> None:
    with Terminal(environ=environ) as terminal:
        terminal.shows("Welcome to lmstudio-tui.", "Nothing answers at", "the built-in simulator")
        terminal.type(b"d")
        terminal.shows("is listening", TOUR)
        terminal.until(lambda: terminal.prompt_focused)
        terminal.type(b"hello\r")
        terminal.shows("Simulated answer", "tok/s")
        assert TOUR not in terminal.text
        terminal.type(F12)
        terminal.shows("Settings", "base_url", "Enter change")
        terminal.type(b"/connect_time")  # in one piece
        terminal.until(lambda: "Time limits" in terminal.text and "base_url" not in terminal.text)
        terminal.type(b"\r")
        terminal.shows("Enter take")
        terminal.type(b"x")
        terminal.shows("✗ It must be a number of seconds")
        terminal.type(b"\x7f")
        terminal.until(lambda: "It must be a number of seconds" in terminal.text and "✗" not in terminal.text)
        terminal.type(b"7")
        terminal.until(lambda: any(line.strip("│ ").endswith("connect_timeout           7") for line in terminal.lines))
        terminal.type(b"\r")
        terminal.shows("connect_timeout is written")
        file = tmp_path / "config" / "lmstudio-tui" / "config.toml"
        assert file.read_text() == "connect_timeout = 7\n"
        assert os.name != "posix" or file.stat().st_mode & 0o777 == 0o600
        terminal.leave()
    with Terminal(environ=environ) as terminal:
        # What was said is there again, and nobody is a newcomer twice.
        terminal.shows("no server", "▌ hello")
        assert "Welcome" not in terminal.text
        assert TOUR not in terminal.text
        terminal.leave()
