"""One sitting with a server that does something else wrong at every prompt: it is told, and the next can follow."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

from fault_parts import EVENTS_HEAD, GIGABYTE, MEGABYTE, OddServer, event, reset, wait_until_left

from terminal import ESCAPE, Terminal, new_user

if TYPE_CHECKING:
    import socket


ROOM = 500 * MEGABYTE
"""Bytes that the app may take when a gigabyte is sent to it."""


def say_nothing(sock: socket.socket) -> None:
    """Accept, and that is all."""
    wait_until_left(sock)


def drip(sock: socket.socket) -> None:
    """A few words, then a byte a second."""
    sock.sendall(EVENTS_HEAD + event("Drop by drop"))
    for byte in event("never whole"):
        sock.sendall(bytes([byte]))
        time.sleep(1)


def cut(sock: socket.socket) -> None:
    """Reset after a few words."""
    sock.sendall(EVENTS_HEAD + event("Cut off "))
    # What was sent has to be read before a reset takes it away.
    time.sleep(0.3)
    reset(sock)


def close_in_a_character(sock: socket.socket) -> None:
    """Close in order, after three of the four bytes of an emoji."""
    whole = event("Torn 🙂")
    sock.sendall(EVENTS_HEAD + event("Sound and ") + whole[: whole.index("🙂".encode()) + 3])


def test_one_after_the_other(tmp_path: Path) -> None:
    steps: list[tuple[Callable[[socket.socket], None], str]] = [
        (say_nothing, "waiting 2 s"),
        (drip, "Drop by drop"),
        (cut, "Cut off"),
        (close_in_a_character, "Sound and"),
    ]

    def act(sock: socket.socket) -> None:
        # Before any output it is tried once more, and then in one piece: all of them meet the same.
        steps[number][0](sock)

    number = 0
    environ = new_user(tmp_path)
    with OddServer(act) as server, Terminal("--base-url", server.base_url, environ=environ, size=(100, 60)) as terminal:
        terminal.ready()
        for number, (_, shown) in enumerate(steps):
            terminal.type(f"prompt {number}\r".encode())
            terminal.shows(f"▌ prompt {number}", shown)
            if number < 2:
                # Keys are read while it goes on.
                terminal.type(b"typed meanwhile")
                terminal.shows("typed meanwhile")
                terminal.type(b"\x15" + ESCAPE)  # Ctrl+U, and Esc stops.
                terminal.until(lambda number=number: terminal.text.count("Stopped") == number + 1)
            else:
                terminal.until(lambda number=number: terminal.text.count("was interrupted") == number - 1)
            terminal.until(lambda: "esc Stop" not in terminal.text)
        terminal.shows("Drop by drop", "Cut off", "Sound and")
        terminal.leave()
    assert not list(Path(environ["XDG_STATE_HOME"]).glob("lmstudio-tui/reports/*"))


def test_a_gigabyte_of_words(tmp_path: Path) -> None:
    def act(sock: socket.socket) -> None:
        sock.sendall(EVENTS_HEAD)
        server.pour(sock, repeat(event("word " * 200) * 100), GIGABYTE)

    environ = new_user(tmp_path)
    with OddServer(act) as server, Terminal("--base-url", server.base_url, environ=environ) as terminal:
        terminal.ready()
        terminal.type(b"go\r")
        terminal.shows("word word")
        terminal.type(b"typed meanwhile")
        terminal.shows("typed meanwhile")
        terminal.shows("The answer is longer than")
        if sys.platform == "linux":
            assert most_memory(terminal.process.pid) < ROOM
        terminal.type(b" and afterwards")
        terminal.shows("and afterwards")
        terminal.leave()


def most_memory(process: int) -> int:
    """The most bytes that a process has had."""
    status = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024
