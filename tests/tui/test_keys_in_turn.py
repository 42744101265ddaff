"""What is typed quickly goes to what the keys before it have opened, and to nothing below."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import ClassVar

import pytest
from app_parts import Driver, OpenApp, until
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.events import Key, Paste
from textual.screen import Screen
from textual.widgets import Input, TextArea

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui import keys_in_turn
from lmstudio_tui.tui.screens.conversations import Conversations
from lmstudio_tui.tui.screens.key_entry import KeyEntry
from lmstudio_tui.tui.screens.model_picker import ModelPicker
from lmstudio_tui.tui.typing_ahead import TypingAheadApp

pytestmark = pytest.mark.anyio


def burst(app: App[None], *keys: str) -> None:
    """Send keys without waiting for what the ones before do; a text is sent letter by letter."""
    for key in keys:
        names = [key] if key in {"enter", "escape", "left", "tab"} or "+" in key or key[1:].isdigit() else list(key)
        for name in names:
            event = Key({" ": "space"}.get(name, name), name if len(name) == 1 else None)
            event.set_sender(app)
            app.post_message(event)


@pytest.mark.parametrize(("keys", "where"), [("f7", Conversations), ("ctrl+t", ModelPicker)])
async def test_letters_go_to_the_dialog_that_a_key_opens(
    simulator: SimulatorServer, open_app: OpenApp, keys: str, where: type[Screen[object]]
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        burst(ui.app, keys, "embed")
        await ui.until(lambda: isinstance(ui.app.screen, where) and typed(ui) == "embed")
        assert ui.composer.text == ""


async def test_letters_go_to_the_pane_that_a_key_opens(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        burst(ui.app, "ctrl+o", "3", "the cat sat")
        await ui.until(lambda: typed(ui) == "the cat sat")
        assert ui.composer.text == ""


async def test_a_key_that_is_typed_at_once_is_not_lost(open_app: OpenApp) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, api_key="sesame")) as server:
        async with open_app(server.base_url) as ui:
            await ui.shows("wants an API key")
            burst(ui.app, "k", "sesame")
            await ui.until(lambda: isinstance(ui.app.screen, KeyEntry) and typed(ui) == "sesame")
            burst(ui.app, "enter")
            await ui.ready()


def typed(ui: Driver) -> str:
    focused = ui.app.focused
    return focused.value if isinstance(focused, Input) else focused.text if isinstance(focused, TextArea) else ""


class Slow(Screen[None]):
    """Opens when it is let."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "Back")]

    def __init__(self, door: asyncio.Event) -> None:
        super().__init__()
        self._door = door

    def compose(self) -> ComposeResult:
        yield Input()

    async def on_compose(self) -> None:
        await self._door.wait()


class Host(TypingAheadApp):
    BINDINGS: ClassVar[list[BindingType]] = [("f5", "open", "Open"), ("f6", "ask", "Ask")]

    def __init__(self) -> None:
        super().__init__()
        self.door = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Input(id="below")
        yield Input(id="next")

    def action_open(self) -> None:
        self.push_screen(Slow(self.door))

    def action_ask(self) -> None:
        self.keys_wait_for(self.door.is_set)

    @property
    def below(self) -> str:
        return self.screen_stack[0].query_one("#below", Input).value


async def test_a_screen_that_takes_its_time_gets_what_was_typed_meanwhile() -> None:
    app = Host()
    async with app.run_test() as pilot:
        burst(app, "ab", "f5", "cd")
        event = Paste("ef")
        event.set_sender(app)
        app.post_message(event)
        await pilot.pause(0.2)
        assert app.below == "ab"
        app.door.set()
        await until(pilot, lambda: [one.value for one in app.screen.query(Input)] == ["cdef"])
        assert (app.below, app.screen.query_one(Input).value) == ("ab", "cdef")


async def test_tab_does_not_overtake_letters_that_wait() -> None:
    app = Host()
    async with app.run_test() as pilot:
        burst(app, "f6", "ab", "tab", "cd")
        await pilot.pause(0.2)
        assert (app.below, app.focused) == ("", app.query_one("#below"))
        app.door.set()
        await until(pilot, lambda: (app.below, app.query_one("#next", Input).value) == ("ab", "cd"))
        assert (app.below, app.query_one("#next", Input).value) == ("ab", "cd")


async def test_nothing_is_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_in_turn, "_BRIEFLY", 0.2)
    app = Host()
    async with app.run_test() as pilot:
        began = monotonic()
        burst(app, "f6", "ab")
        await until(pilot, lambda: app.below == "ab")
        assert app.below == "ab"
        assert monotonic() - began >= 0.2


@pytest.mark.parametrize("again", range(3))
async def test_enter_right_behind_the_last_letter_takes_what_the_last_letter_finds(
    again: int, simulator: SimulatorServer, open_app: OpenApp
) -> None:
    """In the palette, the list is that of the letters before for some milliseconds."""
    del again
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        burst(ui.app, "ctrl+p", "theme", "enter", "solarized-light", "enter")
        await ui.until(lambda: ui.app.theme == "solarized-light")
        await ui.until(lambda: len(ui.app.screen_stack) == 1)
        assert ui.composer.text == ""
