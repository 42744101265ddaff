"""The footer: what works now, whole or not at all, by click too."""

from __future__ import annotations

from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from lmstudio_tui.tui.widgets.key_footer import KeyFooter

pytestmark = pytest.mark.anyio


class Field(Input):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f7", "ring", "Ring"), Binding("f8", "hidden", "No", show=False)]

    def action_ring(self) -> None:
        self.app.title = "rung"  # pyright: ignore[reportUnknownMemberType] - as Textual has it


class Host(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "save", "Save it"), Binding("f2", "locked", "Locked")]

    def compose(self) -> ComposeResult:
        yield Field()
        yield Static("other", id="other")
        yield KeyFooter()

    def action_save(self) -> None:
        self.title = "saved"

    def action_locked(self) -> None:
        self.title = "unlocked"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if action == "locked" else True


def shown(app: App[None]) -> str:
    footer = app.screen_stack[0].query_one(KeyFooter)
    return str(footer.render()).rstrip()


async def test_it_follows_the_focus() -> None:
    app = Host()
    async with app.run_test(size=(80, 6)) as pilot:
        await pilot.pause()
        assert shown(app).startswith(" f7 Ring  ^s Save it ")
        assert "No" not in shown(app)
        app.set_focus(None)
        await pilot.pause()
        assert "Ring" not in shown(app)


@pytest.mark.parametrize("width", range(8, 60))
async def test_what_does_not_fit_is_left_out_whole(width: int) -> None:
    app = Host()
    async with app.run_test(size=(width, 6)) as pilot:
        await pilot.pause()
        text = shown(app)
        assert len(text) <= width
        left = text.partition("▏")[0].strip()
        assert left in {"", "f7 Ring", "f7 Ring  ^s Save it", "f7 Ring  ^s Save it  f2 Locked"}


async def test_a_click_does_what_the_key_does() -> None:
    app = Host()
    async with app.run_test(size=(80, 6)) as pilot:
        await pilot.pause()
        await pilot.hover(KeyFooter, offset=(12, 0))
        assert app.query_one(KeyFooter).tooltip == "Save it"
        await pilot.click(KeyFooter, offset=(12, 0))
        assert app.title == "saved"
        await pilot.click(KeyFooter, offset=(2, 0))
        assert app.title == "rung"
        await pilot.click(KeyFooter, offset=(shown(app).index("Locked"), 0))
        assert app.title == "rung", "what is switched off does nothing"
        await pilot.click(KeyFooter, offset=(50, 0))
        assert app.title == "rung"


async def test_the_keys_of_what_lies_above_are_not_its_own() -> None:
    app = Host()
    async with app.run_test(size=(80, 6)) as pilot:
        await pilot.pause()
        before = shown(app)
        await app.push_screen(ModalScreen[None]())
        await pilot.pause()
        assert shown(app) == before
