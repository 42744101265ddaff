"""The list of conversations: search as one types, the cursor, keys, the mouse, and what is said."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from app_parts import click, screen_text, until
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input, Static

from lmstudio_tui.store.library.records import Conversation, Hit
from lmstudio_tui.tui.themes import QUIET_DARK, QUIET_LIGHT
from lmstudio_tui.tui.widgets.conversation_list import ConversationList, States
from lmstudio_tui.tui.widgets.conversation_list.rows import ConversationRows

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 20, 9, 41, tzinfo=UTC)


def hit(name: str, title: str = "", *, hours: float = 1, pinned: bool = False, snippet: str = "") -> Hit:
    moment = (NOW - timedelta(hours=hours)).timestamp()
    conversation = Conversation(id=name, title=title or f"Title {name}", updated_at=moment, pinned=pinned)
    return Hit(conversation, snippet, message_id=f"{name}-message" if snippet else None)


HITS = (
    hit("p", "Checklist", pinned=True, hours=900),
    hit("a", "Rust vs Go"),
    hit("b", "Regex help", hours=2),
    hit("c", "Haiku", hours=20),
    hit("d", "Landlord", hours=70),
)


class Host(App[None]):
    """Keeps what the list says; the test is the library."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self._list_width = width
        self.said: list[Message] = []
        self.register_theme(QUIET_DARK)
        self.register_theme(QUIET_LIGHT)
        self.theme = QUIET_DARK.name

    def compose(self) -> ComposeResult:
        with Horizontal():
            listed = ConversationList(lambda: NOW)
            listed.styles.width = self._list_width
            yield listed
            yield Static("beside")

    def hear(self, message: Message) -> None:
        self.said.append(message)

    on_conversation_list_search_wanted = hear
    on_conversation_list_opened = hear
    on_conversation_list_rename_wanted = hear
    on_conversation_list_pin_wanted = hear
    on_conversation_list_delete_wanted = hear
    on_conversation_list_duplicate_wanted = hear
    on_conversation_list_export_wanted = hear
    on_conversation_list_import_wanted = hear
    on_conversation_list_undo_wanted = hear


class Driver:
    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def list(self) -> ConversationList:
        return self.app.query_one(ConversationList)

    @property
    def rows(self) -> ConversationRows:
        return self.app.query_one(ConversationRows)

    @property
    def screen(self) -> str:
        return screen_text(self.pilot)

    @property
    def cursor(self) -> str:
        """The id of the conversation under the cursor."""
        chosen = self.list.chosen
        return chosen.conversation.id if chosen is not None else ""

    @property
    def asked(self) -> list[str]:
        """What was searched."""
        return [one.query for one in self.app.said if isinstance(one, ConversationList.SearchWanted)]

    async def shows(self, *texts: str) -> None:
        await until(self.pilot, lambda: all(text in self.screen for text in texts))

    async def show(self, hits: Sequence[Hit], query: str = "") -> None:
        self.list.show(hits, query)
        await self.pilot.pause()

    async def search(self, query: str) -> None:
        """Type it, and wait until it is asked for."""
        self.list.focus_search()
        await self.pilot.pause()
        await self.pilot.press(*query)
        await until(self.pilot, lambda: self.asked[-1:] == [query])

    async def says(self, kind: type[Message]) -> Message:
        """Wait for a message of that kind, the newest."""
        await until(self.pilot, lambda: any(isinstance(one, kind) for one in self.app.said))
        return next(one for one in reversed(self.app.said) if isinstance(one, kind))

    def line_of(self, text: str) -> int:
        """Which line of the screen has it."""
        return next(at for at, line in enumerate(self.screen.splitlines()) if text in line)


@asynccontextmanager
async def opened(
    hits: Sequence[Hit] | None = HITS, *, width: int = 60, size: tuple[int, int] = (80, 24)
) -> AsyncGenerator[Driver]:
    app = Host(width)
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot)
        if hits is not None:
            await driver.show(hits)
        driver.list.focus_list()
        await pilot.pause()
        yield driver


async def test_conversations_stand_below_their_days_the_pinned_ones_first() -> None:
    async with opened() as driver:
        await driver.shows("Pinned", "Checklist", "Today", "Rust vs Go", "Yesterday", "Haiku", "Previous 7 days")
        lines = [driver.line_of(text) for text in ("Pinned", "Checklist", "Today", "Regex", "Yesterday", "Haiku")]
        assert lines == sorted(lines)
        assert "08:41" in driver.screen


async def test_it_is_whole_at_the_width_of_a_side_bar() -> None:
    async with opened(width=26) as driver:
        await driver.shows("Search", "Today", "Rust vs Go")
        assert "08:41" not in driver.screen


async def test_what_goes_on_is_shown() -> None:
    async with opened() as driver:
        driver.list.show_states(
            States(open=frozenset("ab"), streaming=frozenset("a"), interrupted=frozenset("c"), current="b")
        )
        await driver.shows("● Rust vs Go", "answering", "○ Regex help", "open", "! Haiku", "interrupted")


async def test_what_is_typed_is_searched_at_once_and_as_a_whole() -> None:
    async with opened() as driver:
        await driver.search("regex")
        assert driver.asked[-1] == "regex"
        await driver.show([hit("b", "Regex help", snippet="…a regex for it…")], "regex")
        await driver.shows("Regex help", "…a regex for it…")
        assert "Today" not in driver.screen


async def test_several_keys_are_one_search() -> None:
    async with opened() as driver:
        driver.list.focus_search()
        await driver.pilot.pause()
        box = driver.app.query_one(Input)
        for text in ("r", "re", "reg", "rege"):
            box.value = text
        await until(driver.pilot, lambda: driver.asked == ["rege"])


async def test_the_answer_to_an_older_search_is_passed_over() -> None:
    async with opened() as driver:
        await driver.search("regex")
        await driver.show([hit("b", "Regex help")], "regex")
        await driver.show(HITS, "reg")
        await driver.show(HITS, "")
        assert "Haiku" not in driver.screen


async def test_escape_clears_the_search_and_shows_all_of_them() -> None:
    async with opened() as driver:
        await driver.search("zebra")
        await driver.show((), "zebra")
        await driver.shows("Nothing has “zebra” in it", "Esc in the search clears it")
        await driver.pilot.press("escape")
        await until(driver.pilot, lambda: driver.asked[-1] == "")
        await driver.show(HITS)
        await driver.shows("Haiku")


async def test_without_a_conversation_it_is_said_how_one_begins() -> None:
    async with opened(()) as driver:
        await driver.shows("No conversation yet", "Ask something")


async def test_nothing_is_said_before_anything_is_known() -> None:
    async with opened(None) as driver:
        assert "No conversation" not in driver.screen


async def test_enter_in_the_search_opens_what_was_found_for_it_and_not_what_stood_there_before() -> None:
    async with opened() as driver:
        driver.list.focus_search()
        await driver.pilot.pause()
        await driver.pilot.press(*"lord", "enter")
        await until(driver.pilot, lambda: driver.asked[-1:] == ["lord"])
        assert not any(isinstance(one, ConversationList.Opened) for one in driver.app.said)
        await driver.show([hit("d", "Landlord", snippet="dear landlord")], "lord")
        assert await driver.says(ConversationList.Opened) == ConversationList.Opened("d", "d-message", "lord")


async def test_down_goes_from_the_search_to_the_list_and_up_goes_back() -> None:
    async with opened() as driver:
        driver.list.focus_search()
        await driver.pilot.pause()
        await driver.pilot.press("down")
        assert (driver.rows.has_focus, driver.cursor) == (True, "a")
        await driver.pilot.press("up", "up")
        assert driver.list.in_search
        await driver.pilot.press("tab")
        assert driver.rows.has_focus
        await driver.pilot.press("slash")
        assert driver.list.in_search


async def test_the_cursor_moves_over_headings_and_stops_at_the_ends() -> None:
    async with opened() as driver:
        seen = [driver.cursor]
        for _ in range(6):
            await driver.pilot.press("j")
            seen.append(driver.cursor)
        assert seen == ["p", "a", "b", "c", "d", "d", "d"]
        await driver.pilot.press("home")
        assert driver.cursor == "p"
        await driver.pilot.press("end")
        assert driver.cursor == "d"


async def test_the_cursor_stays_on_its_conversation_when_others_come_or_move() -> None:
    async with opened() as driver:
        await driver.pilot.press("down", "down")
        assert driver.cursor == "b"
        await driver.show([HITS[0], hit("new", hours=0), HITS[2], HITS[1], *HITS[3:]])
        assert driver.cursor == "b"
        await driver.search("x")
        await driver.show([HITS[4], HITS[2]], "x")
        assert driver.cursor == "b"
        await driver.pilot.press("escape")
        await until(driver.pilot, lambda: driver.list.asked == "")
        await driver.show(HITS)
        assert driver.cursor == "b"


async def test_a_search_begins_with_what_fits_best() -> None:
    async with opened() as driver:
        await driver.search("a")
        await driver.show([HITS[4], HITS[0]], "a")
        assert driver.cursor == "d"


async def test_after_a_deletion_the_cursor_goes_to_the_neighbour() -> None:
    async with opened() as driver:
        await driver.pilot.press("down", "down")
        driver.list.drop("b")
        assert driver.cursor == "c"
        await driver.show([one for one in HITS if one.conversation.id != "b"])
        assert driver.cursor == "c"
        await driver.pilot.press("end")
        driver.list.drop("d")
        assert driver.cursor == "c"


async def test_a_conversation_can_be_chosen_before_it_is_shown() -> None:
    async with opened(None) as driver:
        driver.list.select("c")
        await driver.show(HITS)
        assert driver.cursor == "c"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("enter", ConversationList.Opened("a", None, "")),
        ("r", ConversationList.RenameWanted("a")),
        ("f2", ConversationList.RenameWanted("a")),
        ("p", ConversationList.PinWanted("a", pinned=True)),
        ("x", ConversationList.DeleteWanted("a")),
        ("delete", ConversationList.DeleteWanted("a")),
        ("d", ConversationList.DuplicateWanted("a")),
        ("e", ConversationList.ExportWanted("a")),
    ],
)
async def test_keys_say_what_is_wanted_of_the_conversation_under_the_cursor(key: str, message: Message) -> None:
    async with opened() as driver:
        await driver.pilot.press("down", key)
        assert await driver.says(type(message)) == message


async def test_a_pinned_one_is_to_be_pinned_no_longer() -> None:
    async with opened() as driver:
        await driver.pilot.press("p")
        assert await driver.says(ConversationList.PinWanted) == ConversationList.PinWanted("p", pinned=False)


async def test_keys_for_files_and_undoing_need_no_conversation() -> None:
    async with opened(()) as driver:
        await driver.pilot.press("x", "r", "enter", "i", "u")
        await driver.says(ConversationList.UndoWanted)
        kinds = [type(one) for one in driver.app.said]
        assert kinds == [ConversationList.ImportWanted, ConversationList.UndoWanted]


async def test_letters_are_text_in_the_search_and_other_keys_still_work() -> None:
    async with opened() as driver:
        await driver.search("xrpu")
        assert not any(isinstance(one, ConversationList.DeleteWanted) for one in driver.app.said)
        await driver.pilot.press("f8")
        await driver.says(ConversationList.UndoWanted)
        await driver.pilot.press("f2")
        await driver.says(ConversationList.RenameWanted)


async def test_a_click_opens_and_one_on_a_heading_does_not() -> None:
    async with opened() as driver:
        await click(driver.pilot, ConversationRows, offset=(5, driver.line_of("Today") - 1))
        await click(driver.pilot, ConversationRows, offset=(5, driver.line_of("Haiku") - 1))
        assert await driver.says(ConversationList.Opened) == ConversationList.Opened("c", None, "")
        assert len(driver.app.said) == 1


async def test_the_mouse_is_told_the_whole_title_and_what_its_symbol_means() -> None:
    title = "Why the server answers 404 [b]when[/b] the app is closed"
    async with opened([hit("a", title)], width=26) as driver:
        driver.list.show_states(States(streaming=frozenset("a")))
        await driver.pilot.hover(ConversationRows, offset=(5, driver.line_of("Why") - 1))
        await until(driver.pilot, lambda: driver.rows.tooltip is not None)
        assert str(driver.rows.tooltip) == f"{title}\nanswering"
        await driver.pilot.hover(ConversationRows, offset=(5, 12))
        await until(driver.pilot, lambda: driver.rows.tooltip is None)


def many(count: int) -> list[Hit]:
    return [hit(str(number), hours=number) for number in range(count)]


async def test_five_thousand_are_shown_and_only_those_in_view_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: set[int] = set()
    draw = ConversationRows.render_line

    def counted(rows: ConversationRows, y: int) -> Strip:
        drawn.add(y)
        return draw(rows, y)

    monkeypatch.setattr(ConversationRows, "render_line", counted)
    async with opened(many(5000)) as driver:
        await driver.pilot.press("end")
        await driver.shows("Title 4999")
        await driver.pilot.press("pageup")
        assert 4999 - 25 <= int(driver.cursor) <= 4999 - 17
        await driver.pilot.press("home")
        await driver.shows("Today", "Title 0")
        assert len(drawn) <= 24


async def test_a_list_that_is_out_of_sight_is_not_drawn_and_is_right_when_it_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with opened(many(300)) as driver:
        await driver.pilot.press("end")
        driver.list.display = False
        await until(driver.pilot, lambda: "Title" not in driver.screen)
        drawn: list[int] = []
        draw = ConversationRows.render_line

        def noted(rows: ConversationRows, y: int) -> Strip:
            drawn.append(y)
            return draw(rows, y)

        monkeypatch.setattr(ConversationRows, "render_line", noted)
        driver.list.show_states(States(streaming=frozenset("3")))
        await driver.show(HITS)
        await driver.pilot.pause()
        assert drawn == []
        driver.list.display = True
        await driver.shows("Checklist", "Landlord")


async def test_it_has_the_colours_of_another_theme() -> None:
    async with opened() as driver:
        await driver.shows("Rust vs Go")
        before = driver.rows.render_line(1)
        driver.app.theme = QUIET_LIGHT.name
        await until(driver.pilot, lambda: driver.rows.render_line(1) != before)


async def test_it_holds_at_any_size() -> None:
    async with opened(many(50)) as driver:
        await driver.pilot.press(*["down"] * 30)
        for width, height in ((20, 5), (200, 60), (80, 24), (8, 3)):
            driver.list.styles.width = width - 2
            await driver.pilot.resize_terminal(width, height)
            await driver.pilot.pause()
            strips = [driver.rows.render_line(y) for y in range(driver.rows.size.height)]
            assert {strip.cell_length for strip in strips} <= {driver.rows.scrollable_content_region.width}
        assert driver.cursor == "30"
