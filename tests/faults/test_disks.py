"""A disk that is full, a home that may not be written, a library that somebody else keeps locked; with the real app."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.store.library import Library
from terminal import COMMAND, Terminal, new_user

OWN = ["unshare", "--mount", *(["--map-root-user"] if os.geteuid() else [])]
"""Runs a program with mounts of its own, which end with it."""
SMALL = 'mount -t tmpfs -o size=2m,mode=700 none "$0" && exec "$@"'
SEALED = 'mount -t tmpfs -o mode=700 none "$0" && mount -o remount,ro "$0" && exec "$@"'
LIBRARY = "data/lmstudio-tui/library.sqlite3"
NOT_SAVED = "Conversations cannot be saved in"
"""What is said, up to the path; how the rest is broken into lines depends on that."""


def may_mount() -> bool:
    """Whether the system lets a test have a disk of its own."""
    if shutil.which("unshare") is None:
        return False
    probe = [*OWN, "sh", "-c", 'mount -t tmpfs none "$0"', "/mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


mounting = pytest.mark.skipif(not may_mount(), reason="no disk can be mounted here")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        yield server


def fill(path: Path) -> None:
    """Write into a file until there is no room."""
    with path.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError as error:
                assert error.errno == errno.ENOSPC  # noqa: PT017 - until there is no room


def ask(terminal: Terminal, simulator: SimulatorServer, prompt: str) -> None:
    """Ask, and wait until that is answered: what is sent before then stays where it was typed."""
    terminal.type(f"{prompt}\r".encode())
    terminal.until(lambda: any(prompt.encode() in request.body for request in simulator.requests))
    terminal.quiet(0.3)
    terminal.until(lambda: "tok/s" in terminal.text and "esc Stop" not in terminal.lines[-1])


def texts_in(library: Library) -> list[str]:
    loaded = [library.load(hit.conversation.id) for hit in library.conversations()]
    return [message.text for one in loaded if one is not None for message in one.messages]


@mounting
def test_a_disk_that_is_full_for_a_while(home: Path, simulator: SimulatorServer, tmp_path: Path) -> None:
    program = [*OWN, "sh", "-c", SMALL, str(home), *COMMAND]
    with Terminal("--base-url", simulator.base_url, environ=new_user(home), program=program) as terminal:
        terminal.ready()
        # As the app sees it; its disk is nobody else's.
        inside = Path(f"/proc/{terminal.process.pid}/root{home}")
        ask(terminal, simulator, "first")
        fill(inside / "filler")
        # There is some room within the files that are there.
        told = False
        for number in range(40):
            ask(terminal, simulator, f"Tell me a very long story {number}")
            if told := NOT_SAVED in terminal.text:
                break
        assert told
        ask(terminal, simulator, "meanwhile")
        (inside / "filler").unlink()
        terminal.shows("are saved again")
        for ending in ("", "-wal"):
            shutil.copyfile(f"{inside / LIBRARY}{ending}", tmp_path / f"library{ending}")
        terminal.leave(20)
    library = Library(tmp_path / "library")
    found = texts_in(library)
    library.close()
    assert {"first", "meanwhile"} <= set(found)
    assert all(found)


@mounting
def test_a_home_that_may_not_be_written(home: Path, simulator: SimulatorServer) -> None:
    program = [*OWN, "sh", "-c", SEALED, str(home), *COMMAND]
    with Terminal("--base-url", simulator.base_url, environ=new_user(home), program=program) as terminal:
        terminal.ready()
        terminal.type(b"hello\r")
        terminal.shows("▌ hello", "Simulated answer", "tok/s", NOT_SAVED)
        for number in (2, 3, 4, 5, 6, 7):
            terminal.type(b"\x0f")
            terminal.shows("Go to")
            terminal.type(str(number).encode())
            terminal.until(lambda: "Esc back" not in terminal.text)
            terminal.quiet()
        terminal.leave(20)


def test_a_library_that_somebody_else_keeps_locked(home: Path, simulator: SimulatorServer) -> None:
    environ = new_user(home)
    with Terminal("--base-url", simulator.base_url, environ=environ) as terminal:
        terminal.ready()
        terminal.type(b"before\r")
        terminal.shows("Simulated answer", "tok/s")
        terminal.leave(20)
    path = home / LIBRARY
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with Terminal("--base-url", simulator.base_url, environ=environ) as terminal:
            terminal.until(lambda: terminal.prompt_focused and "● ok" in terminal.lines[0])
            terminal.type(b"meanwhile")
            terminal.shows("meanwhile")
            # It waits for the other, and then goes on without the file.
            terminal.shows(NOT_SAVED)
            terminal.type(b"\r")
            terminal.shows("▌ meanwhile", "Simulated answer", "tok/s")
            other.execute("COMMIT")
            other.close()
            terminal.leave(20)
    library = Library(path)
    found = texts_in(library)
    library.close()
    assert {"before", "meanwhile"} <= set(found)
