"""An app whose screen is a page: what comes from it is handed on, what goes to it is whole, and nothing ticks."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest
from textual.app import App
from textual.events import Key

from waiting import until

if sys.platform == "win32":
    pytest.skip("there Textual's own driver is used", allow_module_level=True)

from selectors import SelectSelector

from lmstudio_tui.tui import resting_reads
from lmstudio_tui.tui.browser_driver import BrowserDriver

if TYPE_CHECKING:
    from textual.message import Message

pytestmark = pytest.mark.anyio


class _Stream:
    def __init__(self, number: int) -> None:
        self._number = number

    def fileno(self) -> int:
        return self._number


@dataclass
class Watched:
    """A driver that reads from a pipe, and what it does."""

    driver: BrowserDriver
    page: int
    waits: list[float | None] = field(default_factory=list["float | None"])
    messages: list[Message] = field(default_factory=list["Message"])

    @property
    def typed(self) -> str:
        return "".join(one.character or "" for one in self.messages if isinstance(one, Key))

    @property
    def asleep(self) -> bool:
        return bool(self.waits) and self.waits[-1] is None

    def say(self, kind: bytes, payload: bytes) -> None:
        self.waits.clear()
        os.write(self.page, kind + len(payload).to_bytes(4, "big") + payload)


@pytest.fixture
async def watched(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    theirs, ours = os.pipe()
    shown, screen = os.pipe()
    monkeypatch.setattr(sys, "__stdin__", _Stream(theirs))
    monkeypatch.setattr(sys, "__stdout__", _Stream(screen))
    waits: list[float | None] = []

    class Noted(SelectSelector):
        def select(self, timeout: float | None = None) -> Any:
            waits.append(timeout)
            return super().select(timeout)

    monkeypatch.setattr(resting_reads, "SelectSelector", Noted)
    driver = BrowserDriver(cast("App[None]", App()))
    found = Watched(driver, ours, waits)
    monkeypatch.setattr(driver, "process_message", found.messages.append)
    driver._begun.set()
    driver._key_thread.start()
    yield found
    os.write(driver._ending, b"\0")
    driver._key_thread.join(10)
    assert not driver._key_thread.is_alive()
    for number in (theirs, ours, shown, screen, driver._own, driver._ended, driver._ending):
        os.close(number)


async def test_it_sleeps_until_something_comes(watched: Watched) -> None:
    until(lambda: watched.asleep)
    watched.say(b"D", b"a")
    # A letter may come in two pieces.
    watched.say(b"D", "ä".encode()[:1])
    watched.say(b"D", "ä".encode()[1:])
    until(lambda: watched.typed == "aä")
    until(lambda: watched.asleep)
    watched.say(b"D", b"\xff")
    until(lambda: watched.typed == "aä\ufffd")
    # The page is gone: nothing to read any more, which is no reason to look again and again.
    os.close(watched.page)
    watched.waits.clear()
    until(lambda: watched.asleep)
    watched.page = os.dup(0)


async def test_pictures_come_whole_and_whoever_is_gone_holds_nobody_up(watched: Watched) -> None:
    driver = watched.driver
    shown, screen = os.pipe()
    os.dup2(screen, driver._own)
    os.close(screen)
    driver._writer.start()
    driver.write("x" * 300_000)
    found = b""
    while len(found) < 300_005:
        found += os.read(shown, 65_536)
    assert found == b"D" + (300_000).to_bytes(4, "big") + b"x" * 300_000
    os.close(shown)
    for _ in range(500):
        driver.write("y")
    driver._pictures.put(None)
    driver._writer.join(60)
    assert not driver._writer.is_alive()
