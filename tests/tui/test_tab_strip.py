"""The tabs: what they show, that the one in front is always in sight, and what a click does."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import pytest
from app_parts import screen_text, until
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Static

from lmstudio_tui.tui.themes import QUIET_DARK
from lmstudio_tui.tui.widgets.tab_strip import Tab, TabStrip, first_in_sight, last_in_sight, shortened

pytestmark = pytest.mark.anyio


class Host(App[None]):
    """Keeps what the tabs say."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Message] = []
        self.register_theme(QUIET_DARK)
        self.theme = QUIET_DARK.name

    def compose(self) -> ComposeResult:
        yield TabStrip()
        yield Static("below")

    def hear(self, message: Message) -> None:
        self.said.append(message)

    on_tab_strip_tab_chosen = hear
    on_tab_strip_tab_closed = hear
    on_tab_strip_new_tab_wanted = hear


class Driver:
    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.strip = app.query_one(TabStrip)

    @property
    def line(self) -> str:
        return screen_text(self.pilot).splitlines()[0]

    async def shows(self, *texts: str) -> None:
        await until(self.pilot, lambda: all(text in self.line for text in texts))

    async def click(self, text: str, *, button: int = 1) -> None:
        at = cell_len(self.line[: self.line.index(text)])
        await self.pilot.click(TabStrip, offset=(at, 0), button=button)

    async def says(self, *messages: Message) -> None:
        await until(self.pilot, lambda: self.app.said == list(messages))


@asynccontextmanager
async def opened(tabs: Sequence[Tab], current: str, *, width: int = 80) -> AsyncGenerator[Driver]:
    app = Host()
    async with app.run_test(size=(width, 4)) as pilot:
        driver = Driver(app, pilot)
        driver.strip.show(tabs, current)
        await pilot.pause()
        yield driver


TABS = (Tab("a", "Rust vs Go"), Tab("b", "Regex help"), Tab("c", "Haiku"))


def many(count: int) -> list[Tab]:
    return [Tab(str(number), f"Conversation number {number}") for number in range(1, count + 1)]


async def test_one_tab_needs_no_line() -> None:
    async with opened(TABS[:1], "a") as driver:
        assert driver.line == "below"
        driver.strip.show(TABS, "b")
        await driver.shows("1 Rust vs Go", "▌2 Regex help", "3 Haiku", "+")
        driver.strip.show(TABS[:1], "a")
        await until(driver.pilot, lambda: driver.line == "below")


async def test_each_state_has_a_symbol_of_its_own() -> None:
    tabs = [
        Tab("a", "One", streaming=True),
        Tab("b", "Two", unread=True),
        Tab("c", "Three", interrupted=True),
        Tab("d", ""),
    ]
    async with opened(tabs, "d") as driver:
        await driver.shows("1 One ●", "2 Two ✓", "3 Three !", "▌4 New chat ×")


async def test_a_title_acts_on_no_terminal_and_is_no_markup() -> None:
    async with opened([Tab("a", "[b]bold[/b]\x1b[31m\nnext"), TABS[1]], "b") as driver:
        await driver.shows("1 [b]bold[/b] next")


async def test_titles_lose_their_middle_where_there_is_no_room() -> None:
    tabs = [Tab(name, f"Why the server answers nothing {name}") for name in "abc"]
    async with opened(tabs, "a", width=60) as driver:
        await driver.shows("1 Why the", "g a", "2 Why the", "g b", "3 Why the", "g c", "+")
        assert driver.line.count("…") == 3


async def test_the_one_in_front_is_always_in_sight() -> None:
    async with opened(many(20), "1", width=60) as driver:
        await driver.shows("▌1 ", " ›")
        assert "‹" not in driver.line
        for number in (20, 7, 1, 13):
            driver.strip.show(many(20), str(number))
            await driver.shows(f"▌{number} Conv", "+")
        await driver.pilot.resize_terminal(24, 4)
        await driver.shows("▌13 ")


async def test_a_click_goes_there() -> None:
    async with opened(TABS, "a") as driver:
        await driver.click("Haiku")
        await driver.says(TabStrip.TabChosen("c"))


async def test_a_middle_click_or_the_cross_closes() -> None:
    async with opened(TABS, "a") as driver:
        await driver.click("Haiku", button=2)
        await driver.click("×")
        await driver.says(TabStrip.TabClosed("c"), TabStrip.TabClosed("a"))


async def test_the_plus_begins_a_new_one() -> None:
    async with opened(TABS, "a") as driver:
        await driver.click("+")
        await until(driver.pilot, lambda: [type(one) for one in driver.app.said] == [TabStrip.NewTabWanted])


async def test_tabs_out_of_sight_are_a_click_away_and_nothing_else_changes() -> None:
    async with opened(many(9), "1", width=60) as driver:
        await driver.shows("▌1 ")
        while "9 Conv" not in driver.line:
            before = driver.line
            await driver.click("›")
            await until(driver.pilot, lambda before=before: driver.line != before)
        await driver.shows("‹")
        assert "▌1" not in driver.line
        assert driver.app.said == []


async def test_the_mouse_is_told_the_whole_title_and_what_its_symbol_means() -> None:
    long = "Why the server answers nothing when the app is closed"
    async with opened([Tab("a", long, streaming=True), TABS[1]], "b") as driver:
        await driver.pilot.hover(TabStrip, offset=(6, 0))
        await until(driver.pilot, lambda: str(driver.strip.tooltip) == f"{long}\nbeing answered")


@given(st.lists(st.integers(3, 40), min_size=1, max_size=30), st.data())
def test_whatever_the_widths_the_one_in_front_is_in_sight(widths: list[int], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(widths) - 1))
    first = data.draw(st.integers(0, len(widths) - 1))
    room = data.draw(st.integers(1, 200))
    found = first_in_sight(widths, at, first, room)
    assert found <= at < last_in_sight(widths, found, room)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Mn", "Me"]), max_size=60), st.integers(1, 30)
)
def test_a_shortened_title_is_as_wide_as_its_room(text: str, width: int) -> None:
    assert cell_len(shortened(text, width)) == width
