"""Going to another window of the terminal's system, and coming back."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from app_parts import FakeServer, OpenApp
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.events import AppBlur, AppFocus

pytestmark = pytest.mark.anyio

URL = "http://127.0.0.1:9"


async def test_the_prompt_looks_as_it_is_and_comes_back(open_app: OpenApp) -> None:
    async with open_app(URL, connect=FakeServer().connect) as ui:
        await ui.ready()
        bright = ui.composer.styles.border_top
        ui.app.post_message(AppBlur())
        await ui.until(lambda: ui.composer.styles.border_top != bright)
        assert not ui.composer.has_focus
        ui.app.post_message(AppFocus())
        await ui.type("typed at once")
        await ui.until(lambda: ui.composer.text == "typed at once")
        assert ui.composer.has_focus
        assert ui.composer.styles.border_top == bright


async def test_a_dialog_that_closes_meanwhile_leaves_the_focus_to_the_prompt(open_app: OpenApp) -> None:
    async with open_app(URL, connect=FakeServer().connect) as ui:
        await ui.ready()
        await ui.press("f1")
        await ui.until(lambda: ui.app.screen.focused is not ui.composer and len(ui.app.screen_stack) > 1)
        ui.app.post_message(AppBlur())
        await ui.until(lambda: not ui.app.app_focus)
        ui.app.pop_screen()
        ui.app.post_message(AppFocus())
        await ui.until(lambda: ui.app.app_focus and ui.composer.has_focus)


async def test_what_has_no_focus_is_not_styled_anew(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    styled: list[DOMNode] = []
    before = Stylesheet.update_nodes

    def update_nodes(self: Stylesheet, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        found = list(nodes)
        styled.extend(found)
        before(self, found, animate)

    async with open_app(URL, connect=FakeServer().connect) as ui:
        await ui.ready()
        await ui.pilot.pause()
        monkeypatch.setattr(Stylesheet, "update_nodes", update_nodes)
        for event in (AppBlur(), AppFocus()):
            styled.clear()
            ui.app.post_message(event)
            await ui.until(lambda event=event: ui.composer.has_focus is isinstance(event, AppFocus))
            await ui.pilot.pause()
            assert ui.composer in styled
            assert ui.app.screen not in styled
            assert not set(styled) & {ui.transcript, ui.app.query_one("#header"), ui.app.query_one("#strip")}
