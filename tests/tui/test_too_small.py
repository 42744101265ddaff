"""A terminal too small for what is on it: a sentence tells the size that is needed, and all is back when it grows."""

from __future__ import annotations

import pytest
from app_parts import OpenApp
from picture_parts import URL, PicturedServer, connect, exchanges

from lmstudio_tui.tui.panes import PANES

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("pane", [name for name, _ in PANES if name != "chat"])
async def test_a_pane_says_how_much_it_needs(open_app: OpenApp, pane: str) -> None:
    more = {"connect": connect(PicturedServer()), "exchanges": exchanges(), "pane": pane}
    async with open_app(URL, size=(80, 24), **more) as ui:
        await ui.shows("qwen3-8b")
        for width, height in ((39, 24), (80, 9)):
            await ui.pilot.resize_terminal(width, height)
            await ui.shows("This needs 40×10", f"{width}×{height}", "Make the terminal larger")
            assert "╭" not in ui.screen
        await ui.pilot.resize_terminal(60, 20)
        await ui.hides("This needs")
        await ui.shows("╭")


async def test_what_is_typed_and_what_runs_goes_on(open_app: OpenApp) -> None:
    async with open_app(URL, size=(80, 24), connect=connect(PicturedServer())) as ui:
        await ui.ready()
        await ui.type("Half a sen")
        await ui.pilot.resize_terminal(20, 5)
        await ui.shows("Half a sen")
        await ui.pilot.resize_terminal(19, 4)
        await ui.shows("20×5")
        await ui.type("tence")
        await ui.pilot.resize_terminal(80, 24)
        await ui.shows("Half a sentence")


async def test_a_dialog_says_so_too_and_is_left_by_its_key(open_app: OpenApp) -> None:
    async with open_app(URL, size=(80, 24), connect=connect(PicturedServer())) as ui:
        await ui.ready()
        await ui.press("f1")
        await ui.shows("─ Keys")
        await ui.pilot.resize_terminal(30, 8)
        await ui.shows("This needs 40×10", "Esc goes back.")
        await ui.press("escape")
        await ui.hides("This needs")
        await ui.shows("Ask")
