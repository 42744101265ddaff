"""What stands on a screen that is narrow, or was made wider or narrower: nothing is cut, nothing is left behind."""

from __future__ import annotations

import pytest
from app_parts import Driver, FakeServer, OpenApp
from picture_first import PicturedDesk

from lmstudio_tui.tui.screens.help import KeyList
from lmstudio_tui.tui.screens.settings.line import SettingLine

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
