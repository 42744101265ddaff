"""What lasts for long: a week of looks at the server, ten streams at once, and a clock that jumps."""

from __future__ import annotations

import gc
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lmstudio_tui.features.health import HealthMonitor
from lmstudio_tui.features.inspector.log import ExchangeLog
from lmstudio_tui.sdk import ChatCompletionRequest, ChatMessage, ClientConfig, LMStudioClient
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from terminal import Terminal, new_user

if TYPE_CHECKING:
    from lmstudio_tui.features.server_view import ServerView

LOOKS, WARM = 1000, 400
"""How many looks are measured, and how many come before: by then everything is as full as it gets."""
WEEK = 7 * 24 * 3600 / 5
"""Looks."""


def resident() -> int:
    """Bytes of memory in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells how much memory there is")
def test_a_week_of_looks_takes_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    # Hastened: a look follows upon the last one; and every twelfth is a whole one, as once a minute.
    measured: list[tuple[int, int]] = []
    seen: list[ServerView] = []
    count = 0

    def tell(view: ServerView) -> None:
        nonlocal count
        count += 1
        seen[:] = [view]
        if count % 12 == 0:
            monitor.poke()
        if count in (WARM, WARM + LOOKS):
            gc.collect()
            measured.append((sys.getallocatedblocks(), resident()))
        if count == WARM + LOOKS:
            monitor.stop()

    with SimulatorServer(SimulatorConfig(speed=0)) as server:
        client = LMStudioClient(ClientConfig(base_url=server.base_url), recorder=ExchangeLog())
        with client:
            monitor = HealthMonitor(client, every=0.000001)
            monitor.run(tell)
    assert seen[0].online
    (blocks, size), (blocks_after, size_after) = measured
    # The simulator lives in this process, and remembers what it was asked.
    print(f"{blocks_after - blocks} blocks, {size_after - size} bytes in {LOOKS} looks")
    assert blocks_after - blocks < LOOKS / 2
    assert (size_after - size) / LOOKS * WEEK < 100_000_000


def test_ten_streams_at_once() -> None:
    together = threading.Barrier(10)

    def ask(number: int) -> str:
        request = ChatCompletionRequest(messages=[ChatMessage(role="user", content=f"Tell me of {number}")])
        with client.stream_chat_completion(request) as stream:
            next(stream)
            # No stream waits for another one's end: each has begun when the first may go on.
            together.wait(20)
            return stream.run().text

    with (
        SimulatorServer(SimulatorConfig(speed=200, load_seconds=0)) as server,
        LMStudioClient(ClientConfig(base_url=server.base_url)) as client,
        ThreadPoolExecutor(10) as threads,
    ):
        answers = list(threads.map(ask, range(10)))
    assert all(str(number) in answer for number, answer in enumerate(answers))


JUMPING = """
import datetime, sys, time
real, began = time.time, time.monotonic()

def jumping():
    # An hour forth and an hour back, five times a second.
    return real() + (3600 if int((time.monotonic() - began) * 5) % 2 else -3600)

class Jumping(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(jumping(), tz)

time.time, datetime.datetime = jumping, Jumping
from lmstudio_tui.cli.main import run_command
sys.exit(run_command(sys.argv[1:]))
"""


def test_a_clock_that_jumps(tmp_path: Path) -> None:
    environ, program = new_user(tmp_path), [sys.executable, "-c", JUMPING]
    words = ["alpha", "beta", "gamma", "delta"]
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        with Terminal("--base-url", server.base_url, environ=environ, program=program, size=(100, 200)) as terminal:
            terminal.until(lambda: terminal.prompt_focused and "● ok" in terminal.lines[0])
            for number, word in enumerate(words, 1):
                terminal.type(f"{word}\r".encode())
                terminal.until(lambda number=number: terminal.text.count("tok/s") == number)
            assert not re.search(r"(?<![\w-])-\d", terminal.text), "no time is negative"
            assert not re.search(r"\d{4,} (s|ms)\b", terminal.text), "and none is an hour"
            terminal.leave()
        # The conversation is in the order in which it was said, whatever the clock said.
        with Terminal("--base-url", server.base_url, environ=environ, program=program, size=(100, 200)) as terminal:
            terminal.shows(*(f"▌ {word}" for word in words))
            places = [terminal.text.index(f"▌ {word}") for word in words]
            assert places == sorted(places)
