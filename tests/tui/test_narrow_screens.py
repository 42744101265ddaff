"""What stands on a screen that is narrow, or was made wider or narrower: nothing is cut, nothing is left behind."""

from __future__ import annotations

import pytest
from app_parts import Driver, FakeServer, OpenApp
from picture_first import PicturedDesk

from lmstudio_tui.sdk import AuthenticationError, ServerRefusedError
from lmstudio_tui.tui.commands import use_keys
from lmstudio_tui.tui.screens.help import KeyList
from lmstudio_tui.tui.screens.settings.line import SettingLine
from lmstudio_tui.tui.widgets.options import Options

pytestmark = pytest.mark.anyio

BASE = "http://127.0.0.1:1234"
NARROW = (60, 20)


def row_with(ui: Driver, text: str) -> str:
    """The row of the screen that has this text."""
    return next(line for line in ui.screen.splitlines() if text in line)


async def test_what_the_keys_do_has_most_of_the_room_where_there_is_little(open_app: OpenApp) -> None:
    async with open_app(BASE, connect=FakeServer().connect, size=NARROW) as ui:
        await ui.ready()
        await ui.press("f1")
        # Keys that are longer than their column have a row of their own, and are whole.
        await ui.shows("Ctrl+J or Shift+Enter", "Start a new line in the prompt.", "Send the prompt.")
        column = row_with(ui, "Start a new line").index("Start")
        assert column == row_with(ui, "Send the prompt.").index("Send")
        await ui.pilot.resize_terminal(120, 40)
        await ui.until(lambda: "Ctrl+J or Shift+Enter" in row_with(ui, "Start a new line"))


async def test_what_the_help_says_is_selected_with_the_mouse(open_app: OpenApp) -> None:
    async with open_app(BASE, connect=FakeServer().connect, size=(80, 24)) as ui:
        await ui.ready()
        await ui.press("f1")
        await ui.shows("Send the prompt.")
        await ui.pilot.mouse_down(KeyList, offset=(3, 1))
        await ui.pilot.hover(KeyList, offset=(44, 1))
        await ui.pilot.mouse_up(KeyList, offset=(44, 1))
        await ui.until(lambda: "Enter" in (ui.app.screen.get_selected_text() or ""))
        assert (ui.app.screen.get_selected_text() or "").split() == ["Enter", "Send", "the", "prompt."]


async def test_a_setting_has_one_row_after_the_terminal_was_made_wider(open_app: OpenApp) -> None:
    async with open_app(BASE, connect=FakeServer().connect, size=(80, 24), settings=PicturedDesk()) as ui:
        await ui.ready()
        await ui.press("f12")
        await ui.shows("base_url", "verify_tls")
        for width, height in [NARROW, (120, 40), (80, 24), (200, 60)]:
            await ui.pilot.resize_terminal(width, height)
            await ui.until(lambda width=width: ui.app.size.width == width)
            await ui.pilot.pause()
            assert {line.size.height for line in ui.app.screen.query(SettingLine)} == {1}


async def test_the_tour_fits_whenever_there_is_little_room(open_app: OpenApp) -> None:
    async with open_app(BASE, connect=FakeServer().connect, size=(120, 40), tour=True) as ui:
        await ui.shows("what was said; the prompt is below it")
        for size in (NARROW, (80, 24), NARROW):
            await ui.pilot.resize_terminal(*size)
            await ui.until(lambda size=size: ui.app.screen.size == size and "▸1 Chat" in ui.screen)
            await ui.shows("Esc ends this tour.", "the server, how it is, and the model asked")
            assert row_with(ui, "the panes:").strip("╱ ") == "below, or left  the panes: chat, models, embeddings …"


async def test_ways_on_stand_below_their_own_words(open_app: OpenApp) -> None:
    refused = FakeServer(health_error=ServerRefusedError("Nothing answers: connection refused."))
    async with open_app(BASE, connect=refused.connect, size=NARROW) as ui:
        await ui.shows("Another server?", "those here.")
        assert row_with(ui, "those here.").index("those") == row_with(ui, "Another server?").index("Another")


async def test_where_a_key_is_wanted_its_own_comes_first(open_app: OpenApp) -> None:
    locked = FakeServer(health_error=AuthenticationError("An API token is required.", status=401))
    async with open_app(BASE, connect=locked.connect, size=NARROW) as ui:
        await ui.shows("wants an API key.", "k Enter key")


async def test_a_hint_is_not_cut_in_the_middle_of_a_word(open_app: OpenApp) -> None:
    async with open_app(BASE, connect=FakeServer().connect, size=(120, 40)) as ui:
        await ui.ready()
        await ui.press("ctrl+t")
        await ui.shows("Type to filter: a name, type:vlm, loaded, can:tools, size<8gb …")
        await ui.pilot.resize_terminal(*NARROW)
        await ui.shows("Type to filter: a name, type:vlm, loaded, can:tools…")
        await ui.type("gem")
        await ui.until(lambda: "gem" in row_with(ui, "gem") and "Type to filter" not in ui.screen)


async def test_a_choice_says_all_it_has_to_say(open_app: OpenApp) -> None:
    async with open_app(BASE, connect=FakeServer().connect, size=(80, 24)) as ui:
        await ui.ready()
        await ui.ask("hi")
        await ui.answered()
        await ui.press("alt+e")
        await ui.shows("everything, to be read again: branches, parameters, files")
        options = ui.app.screen.query_one(Options)
        # The row under the cursor is as wide as the list.
        ground = options.render_line(0)
        assert len({part.style.bgcolor for part in ground if part.style}) == 1
        await ui.pilot.resize_terminal(*NARROW)
        await ui.shows("everything, to be read again: branches, pa…")


async def test_without_tools_there_is_nothing_to_tick(open_app: OpenApp) -> None:
    async with open_app(BASE, connect=FakeServer().connect, size=(120, 40)) as ui:
        await ui.ready()
        await ui.press("alt+t")
        await ui.shows("There are no tools yet.", "r reread   c copy path   Esc back")
        assert "tick" not in ui.screen
        frame = ui.app.screen.query_one(".frame")
        assert frame.size.height < 16


async def test_the_palette_stands_in_a_frame_like_that_of_any_dialog(open_app: OpenApp) -> None:
    async with open_app(BASE, connect=FakeServer().connect, size=(80, 24)) as ui:
        await ui.ready()
        await ui.press("ctrl+p")
        await ui.shows("╭─ Commands ─", "Enter take   Esc back ─╯", "Choose the model to ask")
        # What is typed begins where the commands do.
        begins = row_with(ui, "Search for commands").index("Search")
        assert begins == row_with(ui, "Choose the model to ask").index("Choose")


async def test_what_names_a_key_names_the_one_that_it_has_now(open_app: OpenApp) -> None:
    keys = {"app.go_to": ("alt+j",)}
    try:
        async with open_app(BASE, connect=FakeServer().connect, size=(80, 24), keys=keys) as ui:
            await ui.ready()
            await ui.press("alt+j", "2")
            await ui.shows("▸2 Models")
            await ui.pilot.resize_terminal(36, 9)
            await ui.shows("This needs", "Alt+J goes elsewhere.")
    finally:
        use_keys({})
