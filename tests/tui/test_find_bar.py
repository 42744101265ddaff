"""The bar that finds a text: what it asks for, what it shows, and that it is out of sight otherwise."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from app_parts import click, screen_text, until
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input, Static

from lmstudio_tui.tui.widgets.find_bar import FindBar, FindButton

pytestmark = pytest.mark.anyio


class Host(App[None]):
    """Keeps what the bar says."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield Static("above")
        yield FindBar()

    def hear(self, message: Message) -> None:
        self.said.append(message)

    on_find_bar_changed = hear
    on_find_bar_step = hear
    on_find_bar_closed = hear


class Driver:
    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.bar = app.query_one(FindBar)

    async def says(self, *messages: Message) -> None:
        """Wait until these are what was said, and nothing else."""
        await until(self.pilot, lambda: self.app.said == list(messages))

    async def shows(self, text: str) -> None:
        await until(self.pilot, lambda: text in screen_text(self.pilot))


@asynccontextmanager
async def opened(query: str | None = None) -> AsyncGenerator[Driver]:
    app = Host()
    async with app.run_test(size=(60, 6)) as pilot:
        driver = Driver(app, pilot)
        assert "Find" not in screen_text(pilot)
        driver.bar.open(query)
        await driver.shows("Find")
        await until(pilot, lambda: driver.app.query_one(Input).has_focus)
        yield driver


async def test_what_is_typed_is_to_be_found() -> None:
    async with opened() as driver:
        await driver.pilot.press(*"go")
        await driver.says(FindBar.Changed("g"), FindBar.Changed("go"))
        assert driver.bar.text == "go"
        driver.bar.show_hits(3, 1700)
        await driver.shows("3 of 1,700")
        driver.bar.show_hits(0, 12)
        await driver.shows("12 places")
        driver.bar.show_hits(0, 0)
        await driver.shows("not found")
        await driver.pilot.press("backspace", "backspace")
        await until(driver.pilot, lambda: "not found" not in screen_text(driver.pilot))


@pytest.mark.parametrize(("key", "step"), [("enter", 1), ("down", 1), ("shift+enter", -1), ("up", -1)])
async def test_keys_go_to_other_places(key: str, step: int) -> None:
    async with opened("word") as driver:
        await driver.says(FindBar.Changed("word"))
        await driver.pilot.press(key)
        await driver.says(FindBar.Changed("word"), FindBar.Step(1 if step > 0 else -1))


async def test_without_a_text_there_is_no_other_place() -> None:
    async with opened() as driver:
        await driver.pilot.press("enter", "up", "escape")
        await until(driver.pilot, lambda: len(driver.app.said) == 1)
        assert isinstance(driver.app.said[0], FindBar.Closed)


async def test_escape_closes_it_once_and_its_text_is_there_again() -> None:
    async with opened("word") as driver:
        await driver.pilot.press("escape")
        await until(driver.pilot, lambda: isinstance(driver.app.said[-1], FindBar.Closed))
        driver.bar.close()
        await driver.pilot.pause()
        assert (driver.bar.display, driver.bar.text, len(driver.app.said)) == (False, "", 2)
        driver.bar.open()
        await until(driver.pilot, lambda: driver.app.said[2:] == [FindBar.Changed("word")])
        await until(driver.pilot, lambda: driver.bar.has_focus_within)
        await driver.pilot.press("x")
        await until(driver.pilot, lambda: driver.app.said[3:] == [FindBar.Changed("x")])


async def test_it_can_be_used_with_the_mouse() -> None:
    async with opened("word") as driver:
        up, down, cross = driver.app.query(FindButton)
        for button in (down, up):
            await click(driver.pilot, button)
        await driver.says(FindBar.Changed("word"), FindBar.Step(1), FindBar.Step(-1))
        await click(driver.pilot, cross)
        await until(driver.pilot, lambda: not driver.bar.display)
