"""The server is killed at many moments of a stream: what arrived is kept and told, and it goes on when it is back."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import pytest

from lmstudio_tui.store.library import Library
from terminal import Terminal, new_user

APPS, KILLS = 5, 10
LONGEST = 0.6
"""Seconds after the first word within which it is killed."""
WORDS = 400
"""What the server says before it falls silent: it all fits below the prompt, however late somebody looks."""
SERVING = f"""
import sys
sys.path.append({str(Path(__file__).parent)!r})
import time
from fault_parts import EVENTS_HEAD, OddServer, event

def answer(sock):
    sock.sendall(EVENTS_HEAD)
    for number in range({WORDS}):
        sock.sendall(event(f"w{{number}} "))
        time.sleep(0.005)
    time.sleep(3600)

with OddServer(answer, port=int(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""
F5 = b"\x1b[15~"


class Server:
    """A server in a process of its own, always at the same address."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.base_url = f"http://127.0.0.1:{self._port}"
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-I", "-c", SERVING, str(self._port)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def start_again(self) -> None:
        self._process = self._start()


@pytest.mark.parametrize("app", range(APPS))
def test_what_had_arrived_outlives_the_server(tmp_path: Path, app: int) -> None:
    seed = random.randrange(10**6)
    print(f"app {app}, seed {seed}")  # Shown with a failure.
    chance = random.Random(seed)
    seen: list[str] = []
    with (
        Server() as server,
        Terminal("--base-url", server.base_url, environ=new_user(tmp_path), size=(100, 40)) as terminal,
    ):
        for number in range(KILLS):
            terminal.until(lambda: terminal.prompt_focused and "● ok" in terminal.lines[0])
            terminal.type(f"prompt {number}\r".encode())
            terminal.shows(f"▌ prompt {number}")
            terminal.until(lambda prompt=f"▌ prompt {number}": "w0 w1 " in below(terminal, prompt))
            end = time.monotonic() + chance.uniform(0, LONGEST)
            terminal.until(lambda end=end: time.monotonic() > end)
            seen.append(last_word(below(terminal, f"▌ prompt {number}")))
            server.kill()
            terminal.until(lambda prompt=f"▌ prompt {number}": "What arrived" in below(terminal, prompt))
            terminal.until(lambda: "● ok" not in terminal.lines[0])
            server.start_again()
            # It would look by itself before long.
            terminal.type(F5)
        terminal.until(lambda: "● ok" in terminal.lines[0])
        terminal.leave()
    answers = kept(tmp_path)
    assert len(answers) == KILLS
    for answer, word in zip(answers, seen, strict=True):
        words = answer.split()
        assert words == [f"w{at}" for at in range(len(words))]
        assert word in words


def below(terminal: Terminal, prompt: str) -> str:
    """What the screen shows below a prompt; all of it, when that has scrolled away."""
    text = terminal.text
    return " ".join((text.partition(prompt)[2] if prompt in text else text).split())


def last_word(text: str) -> str:
    """The last whole word of the answer that the screen shows."""
    return [word for word in text.split() if word[0] == "w" and word[1:].isdigit()][-2]


def kept(home: Path) -> list[str]:
    """The answers of the one conversation, the oldest first; each of them interrupted."""
    library = Library(home / "data" / "lmstudio-tui" / "library.sqlite3")
    (hit,) = library.conversations()
    loaded = library.load(hit.conversation.id)
    library.close()
    assert loaded is not None
    answers = [each for each in loaded.messages if each.role == "assistant"]
    assert {each.status for each in answers} == {"interrupted"}
    return [each.text for each in sorted(answers, key=lambda each: each.created_at)]
