"""The conversations above the chat: what is done there, what is said of it, and what the dialog gives."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from app_parts import screen_text, until
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from lmstudio_tui.store.library.records import Conversation, Hit
from lmstudio_tui.tui.screens.conversations import Conversations
from lmstudio_tui.tui.screens.rename import LineEntry
from lmstudio_tui.tui.themes import QUIET_DARK
from lmstudio_tui.tui.widgets.conversation_list import ConversationList

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 20, 9, 41, tzinfo=UTC)
Given = tuple[str, str | None, str] | None


class Desk:
    """A library in memory. Deliveries wait while `held`."""

    def __init__(self) -> None:
        moment = NOW.timestamp()
        self.kept = {
            name: Conversation(id=name, title=title, updated_at=moment - hours * 3600)
            for name, title, hours in (("a", "Rust vs Go", 1), ("b", "Regex help", 2), ("c", "Haiku", 3))
        }
        self.deleted: list[Conversation] = []
        self.done: list[str] = []
        self.held: list[Callable[[], None]] | None = None

    @property
    def open_ids(self) -> frozenset[str]:
        return frozenset("b")

    @property
    def streaming_ids(self) -> frozenset[str]:
        return frozenset("a")

    def search(self, query: str, deliver: Callable[[tuple[Hit, ...]], None]) -> None:
        self.done.append(f"search {query}".strip())
        found = [one for one in self.kept.values() if query.lower() in one.title.lower()]
        found.sort(key=lambda one: (not one.pinned, -one.updated_at))
        hits = tuple(Hit(one, f"about {query}", message_id="m") if query else Hit(one) for one in found)
        if self.held is None:
            deliver(hits)
        else:
            self.held.append(lambda: deliver(hits))

    def rename(self, id: str, title: str) -> None:
        self.kept[id] = replace(self.kept[id], title=title)

    def pin(self, id: str, pinned: bool) -> None:
        self.kept[id] = replace(self.kept[id], pinned=pinned)

    def delete(self, id: str) -> None:
        self.deleted.append(self.kept.pop(id))

    def undo(self) -> str:
        if not self.deleted:
            return "There is nothing to bring back."
        back = self.deleted.pop()
        self.kept[back.id] = back
        return f"“{back.title}” is back."

    def duplicate(self, id: str) -> None:
        one = self.kept[id]
        moment = (NOW - timedelta(minutes=1)).timestamp()
        self.kept[f"{id}2"] = replace(one, id=f"{id}2", title=f"{one.title} (2)", updated_at=moment)

    def export(self, id: str) -> None:
        self.done.append(f"export {id}")

    def import_file(self) -> None:
        self.done.append("import")


class Host(App[None]):
    """Opens the dialog at once, and keeps what it gave."""

    def __init__(self, desk: Desk, current: str) -> None:
        super().__init__()
        self._dialog = Conversations(desk, current, interrupted=lambda: frozenset("c"), now=lambda: NOW)
        self.given: list[Given] = []
        self.register_theme(QUIET_DARK)
        self.theme = QUIET_DARK.name

    def on_mount(self) -> None:
        self.push_screen(self._dialog, self.given.append)


class Driver:
    def __init__(self, app: Host, pilot: Pilot[None], desk: Desk) -> None:
        self.app = app
        self.pilot = pilot
        self.desk = desk

    @property
    def screen(self) -> str:
        return screen_text(self.pilot)

    @property
    def cursor(self) -> str:
        chosen = self.app.screen.query_one(ConversationList).chosen
        return chosen.conversation.id if chosen is not None else ""

    async def until(self, condition: Callable[[], bool]) -> None:
        await until(self.pilot, condition)

    async def shows(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.screen for text in texts))

    async def in_list(self) -> None:
        """Put the keyboard into the list, at the first conversation."""
        await self.pilot.press("tab", "home")


@asynccontextmanager
async def opened(
    *, current: str = "", desk: Desk | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncGenerator[Driver]:
    desk = desk or Desk()
    app = Host(desk, current)
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot, desk)
        await driver.until(lambda: isinstance(app.screen, Conversations) and "search" in desk.done)
        await driver.until(lambda: app.screen.query_one(Input).has_focus)
        yield driver


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (40, 12)])
async def test_it_shows_the_conversations_and_the_keys(size: tuple[int, int]) -> None:
    async with opened(size=size) as driver:
        await driver.shows("Conversations", "● Rust vs Go", "○ Regex help", "! Haiku", "Esc back")


async def test_it_begins_at_the_conversation_in_front() -> None:
    async with opened(current="c") as driver:
        await driver.until(lambda: driver.cursor == "c")
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.app.given == [("c", None, "")])


async def test_it_gives_what_was_looked_for_and_where_that_was_found() -> None:
    async with opened() as driver:
        await driver.pilot.press(*"regex", "enter")
        await driver.until(lambda: driver.app.given == [("b", "m", "regex")])


async def test_escape_clears_the_search_first_and_gives_nothing() -> None:
    async with opened() as driver:
        await driver.pilot.press(*"haiku")
        await driver.shows("about haiku")
        await driver.pilot.press("escape")
        await driver.shows("Regex help")
        assert driver.app.given == []
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.given == [None])


async def test_what_is_deleted_is_gone_at_once_and_comes_back() -> None:
    async with opened() as driver:
        await driver.in_list()
        await driver.pilot.press("down", "x")
        await driver.shows("Deleted “Regex help”. F8 or u brings it back.")
        assert driver.cursor == "c"
        await driver.pilot.press("u")
        await driver.shows("“Regex help” is back.")
        assert driver.cursor == "b"
        await driver.pilot.press("f8")
        await driver.shows("There is nothing to bring back.")


async def test_deleting_twice_before_the_library_has_answered_deletes_two() -> None:
    async with opened() as driver:
        await driver.in_list()
        driver.desk.held = []
        await driver.pilot.press("x", "x")
        await driver.until(lambda: [one.id for one in driver.desk.deleted] == ["a", "b"])
        # The older answer has one of them still; it comes too late.
        for deliver in driver.desk.held:
            deliver()
        await driver.shows("Haiku")
        assert "Regex" not in driver.screen.replace("Deleted “Regex", "")


async def test_a_conversation_gets_another_title() -> None:
    async with opened() as driver:
        await driver.in_list()
        await driver.pilot.press("r")
        await driver.until(lambda: isinstance(driver.app.screen, LineEntry))
        await driver.pilot.press(*"Two languages", "enter")
        await driver.shows("Two languages")
        assert (driver.desk.kept["a"].title, driver.cursor) == ("Two languages", "a")


async def test_a_pinned_conversation_goes_to_the_top_with_the_cursor_on_it() -> None:
    async with opened() as driver:
        await driver.in_list()
        await driver.pilot.press("end", "p")
        await driver.shows("Pinned: it stays", " Pinned ─")
        assert driver.cursor == "c"
        await driver.pilot.press("p")
        await driver.shows("No longer pinned")


async def test_a_second_one_is_made() -> None:
    async with opened() as driver:
        await driver.in_list()
        await driver.pilot.press("d")
        await driver.shows("Rust vs Go (2)")
        assert driver.cursor == "a"


async def test_files_are_the_desks_work() -> None:
    async with opened() as driver:
        await driver.in_list()
        await driver.pilot.press("e", "i")
        await driver.until(lambda: {"export a", "import"} <= set(driver.desk.done))


async def test_the_keys_in_the_border_can_be_clicked() -> None:
    async with opened() as driver:
        await driver.shows("Esc back")
        y, line = next((y, line) for y, line in enumerate(driver.screen.splitlines()) if "F2 rename" in line)
        await driver.pilot.click(offset=(line.index("F2 rename") + 4, y))
        await driver.until(lambda: isinstance(driver.app.screen, LineEntry))


async def test_a_conversation_can_be_deleted_with_the_mouse_alone() -> None:
    async with opened() as driver:
        for words in ("↓ list", "x delete"):
            await driver.shows(words)
            y, line = next((y, line) for y, line in enumerate(driver.screen.splitlines()) if words in line)
            await driver.pilot.click(offset=(line.index(words) + 3, y))
        await driver.until(lambda: [one.id for one in driver.desk.deleted] == ["a"])


async def test_what_changes_meanwhile_is_seen() -> None:
    async with opened() as driver:
        driver.desk.kept["d"] = Conversation(id="d", title="From elsewhere", updated_at=NOW.timestamp())
        assert isinstance(driver.app.screen, Conversations)
        driver.app.screen.look_again()
        await driver.shows("From elsewhere")


async def test_what_is_delivered_to_a_closed_dialog_harms_nothing() -> None:
    desk = Desk()
    async with opened(desk=desk) as driver:
        desk.held = []
        await driver.pilot.press(*"haiku")
        await driver.until(lambda: bool(desk.held))
        await driver.pilot.press("escape", "escape")
        await driver.until(lambda: driver.app.given == [None])
        for deliver in desk.held:
            deliver()


class EntryHost(App[None]):
    """Asks for a line at once, and keeps it."""

    def __init__(self, dialog: LineEntry) -> None:
        super().__init__()
        self._dialog = dialog
        self.given: list[str | None] = []
        self.register_theme(QUIET_DARK)
        self.theme = QUIET_DARK.name

    def on_mount(self) -> None:
        self.push_screen(self._dialog, self.given.append)


async def test_a_line_is_taken_when_nothing_is_wrong_with_it() -> None:
    def validate(line: str) -> str | None:
        return None if line.startswith("good") else f"“{line}” is not good."

    app = EntryHost(LineEntry("Name [b]it", "A name.", "old name", validate=validate))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: all(text in screen_text(pilot) for text in ("Name [b]it", "A name.", "old name")))
        await pilot.press(*"bad", "enter")
        await until(pilot, lambda: "“bad” is not good." in screen_text(pilot))
        assert app.given == []
        await pilot.press("backspace")
        await until(pilot, lambda: "A name." in screen_text(pilot))
        app.screen.query_one(Input).value = "  good\tname "
        await pilot.press("enter")
        await until(pilot, lambda: app.given == ["good name"])


async def test_escape_takes_no_line() -> None:
    app = EntryHost(LineEntry("Name", "", "kept"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "kept" in screen_text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: app.given == [None])
