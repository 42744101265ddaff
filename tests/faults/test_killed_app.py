"""The app is killed at many moments of a stream: what was on the screen is in the library, and it opens again."""

from __future__ import annotations

import random
import re
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.store.library import Library
from terminal import Terminal, new_user

PARTS, HOMES, KILLS = 2, 3, 9
SIZE = (100, 60)
LONGEST = 1.2
"""Seconds after the prompt within which it is killed."""


def words(text: str) -> list[str]:
    """The words of an answer, without the marks that only the screen or only the Markdown has."""
    return re.findall(r"\w+", text)


def on_screen(terminal: Terminal, prompt: str) -> list[str]:
    """The words of the answer that the screen shows below its prompt."""
    found: list[str] = []
    lines = terminal.lines
    start = max((at for at, line in enumerate(lines) if prompt in line), default=len(lines))
    for line in lines[start + 1 : -4]:
        if re.match(r" *wait ▪", line):
            break  # It has ended before it was killed: its figures.
        # Before the first word it says for how long nothing has come; above a block of code, what can be done with it.
        found += words(re.sub(r"\[\d+\] copy · save", "", line)) if not re.search(r"waiting \d+ s", line) else []
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_what_was_on_the_screen_outlives_a_kill(tmp_path: Path, part: int) -> None:
    seed = random.randrange(10**6) + part * HOMES
    print(f"seed {seed}")  # Shown with a failure.
    with (
        SimulatorServer(SimulatorConfig(speed=80, load_seconds=0)) as server,
        ThreadPoolExecutor(HOMES) as homes,
    ):
        lives = [homes.submit(life, tmp_path / str(number), server, seed + number) for number in range(HOMES)]
        for one in lives:
            one.result()


def life(home: Path, server: SimulatorServer, seed: int) -> None:
    """A home in which the app is started, asked and killed, again and again."""
    chance = random.Random(seed)
    home.mkdir()
    seen: list[str] = []
    for number in range(KILLS + 1):
        # A frame that was cut in two by the kill would be words of two moments.
        environ = new_user(home)
        with Terminal("--base-url", server.base_url, environ=environ, size=SIZE, whole_frames=True) as terminal:
            terminal.until(lambda: terminal.prompt_focused and "● ok" in terminal.lines[0])
            if seen:
                opened_again(terminal, number - 1, seen)
            if number < KILLS:
                seen = killed_while_it_answers(terminal, number, chance.uniform(0, LONGEST))
                kept_whole(home, number, seen)
            else:
                terminal.leave()
            assert b"Traceback" not in terminal.raw


def prompt_of(number: int) -> str:
    return f"Story number {number} please"


def killed_while_it_answers(terminal: Terminal, number: int, seconds: float) -> list[str]:
    """Ask, kill it so many seconds later, and give the words of the answer that were on the screen."""
    terminal.type(prompt_of(number).encode() + b"\r")
    terminal.until(lambda: f"▌ {prompt_of(number)}" in terminal.text)
    end = time.monotonic() + seconds
    terminal.until(lambda: time.monotonic() > end)
    terminal.process.kill()
    terminal.ended()
    return on_screen(terminal, f"▌ {prompt_of(number)}")


def opened_again(terminal: Terminal, number: int, seen: list[str]) -> None:
    """The conversation is on the screen again, as far as it was."""
    terminal.shows(f"▌ {prompt_of(number)}")
    terminal.until(lambda: on_screen(terminal, f"▌ {prompt_of(number)}")[: len(seen)] == seen)


def kept_whole(home: Path, number: int, seen: list[str]) -> None:
    """The library has what was seen, and no file is half of one."""
    folder = home / "data" / "lmstudio-tui"
    library = Library(folder / "library.sqlite3")
    said: list[str] = []
    library.listen(said.append)
    (hit,) = library.conversations()
    loaded = library.load(hit.conversation.id)
    assert loaded is not None
    texts = {message.parent_id: message for message in loaded.messages if message.role == "assistant"}
    asked = next(message for message in loaded.messages if message.text == prompt_of(number))
    answer = texts.get(asked.id)
    kept = [] if answer is None else words(answer.text)
    assert kept[: len(seen)] == seen
    assert said == []
    library.close()
    with closing(sqlite3.connect(folder / "library.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert not [path.name for path in home.rglob("*") if "broken" in path.name or path.suffix == ".tmp"]
