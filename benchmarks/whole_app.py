"""The whole app in a pseudo-terminal, on a simulator in a process of its own: keys, conversations, memory, and rest."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import resource
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Self

from startup import HELLO
from transcript import tokens

from lmstudio_tui.paths import library_file
from lmstudio_tui.store.library import Conversation, Library, Message

_SIZE = (80, 24)
_PATIENCE = 30.0
_SETTLED = 6.0
"""Seconds after the start in which the app still imports what will be needed soon."""
_REST = 30.0
"""Seconds for which the app is watched while nothing happens."""
_KEYS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
"""Letters that no answer holds."""
_ROUNDS = 4
_RUNS = 3
_TITLE = "A conversation to be opened"
_LAST = "Ⓛast"
_MEGABYTE = 1_048_576


class _Process:
    """A program in a pseudo-terminal."""

    def __init__(self, arguments: list[str], home: str) -> None:
        self._parent, child = pty.openpty()
        columns, lines = _SIZE
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        environment = {**os.environ, "HOME": home, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environment |= {f"XDG_{name}_HOME": f"{home}/{name.lower()}" for name in ("CONFIG", "DATA", "STATE", "CACHE")}
        self._process = subprocess.Popen(
            [sys.executable, *arguments], stdin=child, stdout=child, stderr=child, env=environment, cwd=home
        )
        os.close(child)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._parent)

    def type(self, text: str) -> None:
        os.write(self._parent, text.encode())

    def until(self, text: str) -> float:
        """Read until this was painted; seconds that it took."""
        wanted, seen, started = text.encode(), b"", time.perf_counter()
        while wanted not in seen:
            if not select.select([self._parent], [], [], _PATIENCE)[0]:
                raise RuntimeError(f"{text!r} was not painted")
            seen = (seen + os.read(self._parent, 65_536))[-200_000:]
        return time.perf_counter() - started

    def read_for(self, seconds: float) -> None:
        """Take what comes, for so long."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self._parent], [], [], left)[0]:
                os.read(self._parent, 65_536)

    @property
    def memory(self) -> float:
        """Megabytes that are resident."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / _MEGABYTE

    @property
    def cpu(self) -> float:
        """Seconds of CPU so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def simulator(*options: str) -> Iterator[str]:
    """A simulator in a process of its own, and its address."""
    command = [sys.executable, "-m", "lmstudio_tui", "simulate", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    yield found[0]
                    return
            raise RuntimeError("the simulator did not start")
        finally:
            process.kill()


@contextmanager
def _app(url: str, *options: str, turns: int = 0) -> Iterator[_Process]:
    """The app, with the prompt on the screen; and a conversation of so many turns in its library."""
    with tempfile.TemporaryDirectory() as home:
        if turns:
            _keep(Path(home) / "data" / "lmstudio-tui" / library_file().name, turns)
        with _Process(["-m", "lmstudio_tui", "--base-url", url, *options], home) as app:
            app.until("is listening")
            yield app


def _keep(path: Path, turns: int) -> None:
    """A conversation of so many turns."""
    library, text = Library(path), "".join(tokens()[:250])
    head = None
    library.create(Conversation(id="kept", title=_TITLE, titled=True, created_at=1.0, updated_at=1.0))
    for number in range(turns):
        said = f"{number}\n\n{text}" + (f"\n\n{_LAST}" if number == turns - 1 else "")
        role = "assistant" if number % 2 else "user"
        library.add(
            Message(id=str(number), conversation_id="kept", parent_id=head, role=role, text=said, created_at=1.0)
        )
        head = str(number)
    library.update("kept", head=head)
    library.close()


@lru_cache
def _conversation(turns: int) -> tuple[float, float]:
    """Seconds to open a conversation of so many turns; and from coming back to its window to the effect of a key."""
    opening: list[float] = []
    coming_back: list[float] = []
    with simulator() as url:
        for _ in range(_RUNS):
            with _app(url, turns=turns) as app:
                app.read_for(_SETTLED / 2)
                app.type("\x1b[18~")
                app.until(_TITLE)
                app.read_for(0.5)
                app.type("\r")
                opening.append(app.until(_LAST))
                app.read_for(0.5)
                for key in _KEYS[:5]:
                    app.type("\x1b[O")
                    app.read_for(0.2)
                    app.type(f"\x1b[I{key}")
                    coming_back.append(app.until(key))
                    app.read_for(0.1)
    return statistics.median(opening), max(coming_back)


def opening_long() -> float:
    """Seconds to open a conversation of 2,000 turns."""
    return _conversation(2_000)[0]


def opening_short() -> float:
    """Seconds to open a conversation of 10 turns."""
    return _conversation(10)[0]


def alt_tab() -> float:
    """Seconds until a key has its effect that comes right after the window's focus, 2,000 turns on the screen."""
    return _conversation(2_000)[1]


@lru_cache
def _at_rest() -> tuple[float, float]:
    """Megabytes, and the share of a core, of the app when nothing happens."""
    with simulator() as url, _app(url) as app:
        app.read_for(_SETTLED)
        before, started = app.cpu, time.perf_counter()
        app.read_for(_REST)
        return app.memory, (app.cpu - before) / (time.perf_counter() - started)


def memory_at_rest() -> float:
    """Megabytes of the app when nothing happens."""
    return _at_rest()[0]


def memory_of_hello() -> float:
    """Megabytes of a Textual app with one line."""
    with tempfile.TemporaryDirectory() as home, _Process(["-c", HELLO], home) as app:
        app.until("is listening")
        app.read_for(1.0)
        return app.memory


def rest() -> float:
    """The share of a core that the app takes when nothing happens."""
    return _at_rest()[1]


def key_while_streaming() -> float:
    """Seconds from a key to the screen while an answer streams in: 19 of 20 keys are at least as quick."""
    with simulator("--speed", "1") as url, _app(url, "-m", "fault-endless") as app:
        app.type("hello\r")
        app.read_for(2.0)
        times: list[float] = []
        for _ in range(_ROUNDS):
            for key in _KEYS:
                app.type(key)
                times.append(app.until(key))
                app.read_for(0.03)
            app.type("\x15")
            app.read_for(0.1)
        return statistics.quantiles(times, n=20)[-1]
