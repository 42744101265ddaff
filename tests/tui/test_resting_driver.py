"""Keys are waited for, not looked for."""

from __future__ import annotations

import os
import pty
import sys
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest
from textual.app import App
from textual.events import Key

from waiting import until

if sys.platform == "win32":
    pytest.skip("there the terminal is another one", allow_module_level=True)

from selectors import SelectSelector

from lmstudio_tui.tui import resting_reads
from lmstudio_tui.tui.resting_driver import RestingDriver

if TYPE_CHECKING:
    from textual.message import Message


@dataclass
class Watched:
    """A driver that reads from one end of a pseudo-terminal, and what it does."""

    driver: RestingDriver
    keyboard: int
    waits: list[float | None]
    messages: list[Message] = field(default_factory=list["Message"])

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.messages if isinstance(one, Key)]

    @property
    def asleep(self) -> bool:
        """Whether it waits without an end."""
        return bool(self.waits) and self.waits[-1] is None

    def type(self, text: str) -> None:
        self.waits.clear()
        os.write(self.keyboard, text.encode())


def _does_nothing(number: int, handler: object) -> None:
    del number, handler


class _Stdin:
    def __init__(self, number: int) -> None:
        self.fileno = lambda: number
        self.isatty = lambda: True


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    waits: list[float | None] = []

    class Counted(SelectSelector):
        def select(self, timeout: float | None = None) -> Any:
            waits.append(timeout)
            return super().select(timeout)

    monkeypatch.setattr(resting_reads, "SelectSelector", Counted)
    # A driver heeds the shell, and knows the loop, from the moment it is made.
    monkeypatch.setattr("textual.driver.asyncio.get_running_loop", lambda: None)
    monkeypatch.setattr("textual.drivers.linux_driver.signal.signal", _does_nothing)
    keyboard, terminal = pty.openpty()
    tty.setraw(terminal)
    monkeypatch.setattr(sys, "__stdin__", _Stdin(terminal))
    driver = RestingDriver(cast("Any", App()), mouse=False)
    found = Watched(driver, keyboard, waits)
    monkeypatch.setattr(driver, "process_message", found.messages.append)
    driver._key_thread = threading.Thread(target=driver.run_input_thread, daemon=True)
    driver._key_thread.start()
    yield found
    driver.disable_input()
    assert not driver._key_thread.is_alive()
    driver.close()
    os.close(keyboard)
    os.close(terminal)


def test_it_sleeps_until_something_is_typed(watched: Watched) -> None:
    until(lambda: watched.asleep)
    watched.type("aé")
    until(lambda: watched.keys == ["a", "é"])
    until(lambda: watched.asleep)


def test_a_lone_escape_is_told_without_another_key(watched: Watched) -> None:
    watched.type("\x1b")
    until(lambda: watched.keys == ["escape"])
    until(lambda: watched.asleep)


def test_a_sequence_may_come_in_pieces(watched: Watched) -> None:
    until(lambda: watched.asleep)
    watched.type("\x1b")
    until(lambda: watched.waits)
    os.write(watched.keyboard, b"[")
    os.write(watched.keyboard, b"A")
    until(lambda: watched.keys == ["up"])


def test_a_letter_may_come_in_pieces(watched: Watched) -> None:
    first, second = "é".encode()
    os.write(watched.keyboard, bytes([first]))
    until(lambda: None in watched.waits and len(watched.waits) > 1)
    os.write(watched.keyboard, bytes([second]))
    until(lambda: watched.keys == ["é"])


def test_it_can_be_ended_and_begun_again(watched: Watched) -> None:
    until(lambda: watched.asleep)
    for _ in range(2):
        watched.driver.disable_input()
        assert watched.driver._key_thread is not None
        assert not watched.driver._key_thread.is_alive()
        watched.driver.disable_input()
        thread = threading.Thread(target=watched.driver.run_input_thread, daemon=True)
        watched.driver._key_thread = thread
        watched.waits.clear()
        thread.start()
        until(lambda: watched.asleep)
    watched.type("x")
    until(lambda: watched.keys == ["x"])


def test_the_app_has_it() -> None:
    from lmstudio_tui.tui.job_control import JobControlApp

    assert JobControlApp().driver_class is RestingDriver
