"""The first picture, and what is typed while the rest is still being imported."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from app_parts import Driver, FakeServer, services
from textual.events import AppBlur, AppFocus
from textual.widgets import Input

from lmstudio_tui.features.mishaps import Mishaps
from lmstudio_tui.store.state import AppState, StateFile
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.opening import Opening
from lmstudio_tui.tui.panes.chat import ChatPane
from lmstudio_tui.tui.screens.conversations import Conversations
from lmstudio_tui.tui.services import Services
from lmstudio_tui.tui.themes import QUIET_DARK, THEMES
from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.first_prompt import FirstPrompt

pytestmark = pytest.mark.anyio

URL = "http://127.0.0.1:9"


@dataclass
class Door:
    """An app that is being opened, for as long as a test likes.

    Args:
        ui: the app.
        go_on: ends that.
        failed: holds something when it could not be opened.
    """

    ui: Driver
    go_on: threading.Event
    failed: list[bool] = field(default_factory=list[bool])

    async def furnished(self) -> None:
        self.go_on.set()
        await self.ui.until(lambda: not self.ui.app.opening and bool(self.ui.app.query(Composer)))


@asynccontextmanager
async def opened(
    folder: Path, *, pane: str | None = None, theme: str | None = None, refused: Exception | None = None
) -> AsyncGenerator[Door]:
    go_on, failed = threading.Event(), list[bool]()
    state = StateFile(folder / "state.json")

    def load() -> Services:
        assert go_on.wait(60)
        if refused is not None:
            raise refused
        return replace(services(URL, folder, connect=FakeServer().connect, pane=pane, theme=theme), state=state)

    app = LMStudioApp(Opening(state, pane, load, lambda: failed.append(True)))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        try:
            yield Door(Driver(app, pilot), go_on, failed)
        finally:
            go_on.set()


async def test_the_first_picture_is_the_frame_with_a_prompt(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.ui.shows("lmstudio-tui", "looking", "1 Chat", "Ask anything. Enter sends")
        assert not door.ui.app.query(ChatPane)


async def test_the_prompt_of_the_first_picture_is_where_the_real_one_will_be(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.ui.shows("Ask anything.")
        first = door.ui.app.query_one(FirstPrompt).region
        await door.furnished()
        await door.ui.until(lambda: door.ui.composer.has_focus)
        assert door.ui.composer.region == first
        assert not door.ui.app.query(FirstPrompt)


async def test_what_is_typed_is_shown_at_once_and_typed_again_into_the_real_prompt(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.ui.shows("Ask anything.")
        await door.ui.pilot.press(*"Hellx", "backspace", "o", "space", *"größer")
        await door.ui.shows("Hello größer")
        # More than text: it is kept, and nothing is shown that might be wrong.
        await door.ui.pilot.press("left", "left", *"!!")
        assert "!!" not in door.ui.screen
        await door.furnished()
        await door.ui.until(lambda: door.ui.composer.text == "Hello größ!!er")
        await door.ui.pilot.press("ctrl+z")
        assert door.ui.composer.text != "Hello größ!!er", "it was typed, so it can be undone"


async def test_a_window_that_goes_and_comes_meanwhile_does_no_harm(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.ui.shows("Ask anything.")
        for event in (AppBlur(), AppFocus()):
            door.ui.app.post_message(event)
        await door.ui.pilot.pause()
        await door.ui.pilot.press(*"hello")
        await door.furnished()
        await door.ui.until(lambda: door.ui.composer.has_focus and door.ui.composer.text == "hello")
        assert "Something went wrong" not in door.ui.screen


async def test_what_cannot_be_shown_yet_is_done_in_its_turn(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.ui.shows("Ask anything.")
        await door.ui.pilot.press(*"hello", "ctrl+j", *"next")
        assert "next" not in door.ui.screen
        await door.furnished()
        await door.ui.until(lambda: door.ui.composer.text == "hello\nnext")


async def test_on_another_pane_keys_wait_and_clicks_do_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, pane="models") as door:
        await door.ui.shows("▸2 Models")
        assert not door.ui.app.query(FirstPrompt)
        await door.ui.click("PaneStrip", offset=(3, 0))
        await door.ui.pilot.press("f1")
        await door.furnished()
        await door.ui.shows("─ Keys", "filter   Esc back")
        assert door.ui.app.query_one("#models").display


async def test_the_pane_and_the_theme_of_the_last_time(tmp_path: Path) -> None:
    other = next(theme.name for theme in THEMES if theme.name != QUIET_DARK.name)
    assert StateFile(tmp_path / "state.json").save(AppState(last_pane="inspector", theme=other))
    async with opened(tmp_path, theme=other) as door:
        await door.ui.shows("▸7 Inspector")
        assert door.ui.app.theme == other
        await door.furnished()
        assert door.ui.app.theme == other


async def test_settings_that_ask_for_another_theme_count_and_are_remembered(tmp_path: Path) -> None:
    other = next(theme.name for theme in THEMES if theme.name != QUIET_DARK.name)
    async with opened(tmp_path, theme=other) as door:
        assert door.ui.app.theme == QUIET_DARK.name
        await door.furnished()
        await door.ui.until(lambda: door.ui.app.theme == other)
    assert StateFile(tmp_path / "state.json").load().theme == other


async def test_where_it_cannot_be_opened_it_leaves_and_says_so_to_who_opened_it(tmp_path: Path) -> None:
    async with opened(tmp_path, refused=ValueError("no")) as door:
        await door.ui.shows("Ask anything.")
        door.go_on.set()
        await door.ui.until(lambda: not door.ui.app.is_running or bool(door.failed))
    assert door.failed == [True]


async def test_who_insists_on_leaving_does_not_wait(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.ui.shows("Ask anything.")
        await door.ui.pilot.press("ctrl+q")
        assert not door.ui.app._exit  # pyright: ignore[reportPrivateUsage]
        await door.ui.pilot.press("ctrl+q")
        assert door.ui.app._exit  # pyright: ignore[reportPrivateUsage]


async def test_text_and_one_key_to_leave_keeps_the_text_as_a_draft(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.ui.shows("Ask anything.")
        await door.ui.pilot.press(*"not sent", "ctrl+q")
        door.go_on.set()
        await door.ui.until(lambda: not door.ui.app.is_running)
    async with opened(tmp_path) as door:
        await door.furnished()
        await door.ui.until(lambda: door.ui.composer.text == "not sent")


async def test_what_was_typed_when_it_was_left_at_once_is_typed_again_at_the_next_start(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.ui.shows("Ask anything.")
        await door.ui.pilot.press(*"ab", "backspace", "ctrl+j", *"größer", "left")
        door.ui.app.exit()
    assert StateFile(tmp_path / "state.json").load().unsent == "a\ngrößer"
    async with opened(tmp_path, pane="models") as door:
        await door.furnished()
    async with opened(tmp_path, pane="chat") as door:
        await door.ui.shows("größer")
        await door.ui.pilot.press("!")
        await door.furnished()
        await door.ui.until(lambda: door.ui.composer.text == "a\ngrößer!")
    assert not StateFile(tmp_path / "state.json").load().unsent


async def test_an_app_that_is_left_while_it_is_furnished_says_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, pane="models") as door:
        await door.ui.shows("▸2 Models")
        kept = Mishaps(tmp_path / "reports", lambda: ())
        door.ui.app.guard(kept)
        door.go_on.set()
        await door.ui.until(lambda: not door.ui.app.opening)
        door.ui.app.exit()
    assert not (tmp_path / "reports").exists()


async def test_letters_behind_a_key_that_opens_a_dialog_are_for_the_dialog(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.ui.pilot.press("h", "i", "f7", "x", "y")
        await door.furnished()
        await door.ui.until(lambda: isinstance(door.ui.app.screen, Conversations))
        await door.ui.until(lambda: [one.value for one in door.ui.app.screen.query(Input)] == ["xy"])
        assert door.ui.composer.text == "hi"
