"""Who can be told something, and what a dialog stands on."""

from __future__ import annotations

from typing import Any, cast

import pytest
from textual.app import App, ComposeResult
from textual.renderables.background_screen import BackgroundScreen
from textual.widgets import Label

from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.typed import is_present

pytestmark = pytest.mark.anyio


class Small(Dialog[None]):
    def compose(self) -> ComposeResult:
        yield Label("in the dialog", classes="frame")


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield Label("below", id="below")


async def test_a_screen_is_present_until_it_is_to_go() -> None:
    app = Host()
    async with app.run_test():
        dialog = Small()
        await app.push_screen(dialog)
        inside = dialog.query_one(Label)
        assert is_present(app)
        assert is_present(dialog)
        assert is_present(inside)
        assert is_present(app.screen_stack[0].query_one("#below"))
        going = app.pop_screen()
        # It still has its parts, which go one after the other.
        assert dialog.is_attached
        assert not is_present(dialog)
        assert not is_present(inside)
        await going
        assert is_present(app)
    assert not is_present(app)


async def test_a_widget_that_was_taken_out_is_not_present() -> None:
    app = Host()
    async with app.run_test():
        below = app.query_one("#below")
        assert is_present(below)
        await below.remove()
        assert not is_present(below)


async def test_a_dialog_stands_on_the_screen_below_however_often_it_is_drawn() -> None:
    app = Host()
    async with app.run_test() as pilot:
        lower, upper = Small(), Small()
        await app.push_screen(lower)
        await app.push_screen(upper)
        await pilot.pause()
        for dialog, below in ((upper, lower), (lower, app.screen_stack[0])):
            for _ in range(3):
                drawn = cast("Any", dialog.render())
                assert isinstance(drawn, BackgroundScreen)
                assert cast("Any", drawn).screen is below
