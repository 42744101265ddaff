"""What a dialog's frame says of its keys can be clicked."""

from __future__ import annotations

from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.screens.dialog import Dialog

pytestmark = pytest.mark.anyio


class Asking(Dialog[str]):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog.leave")]

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_subtitle = "Enter take   ↑↓ choose   Esc back"
            yield Input("typed")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)

    def action_leave(self) -> None:
        self.dismiss("nothing")


@pytest.mark.parametrize(("words", "given"), [("Enter take", "typed"), ("Esc back", "nothing"), ("↑↓ choose", None)])
async def test_a_key_in_the_frame_is_pressed_by_a_click(words: str, given: str | None) -> None:
    app, answers = App[None](), list[str | None]()
    async with app.run_test(size=(60, 12)) as pilot:
        app.push_screen(Asking(), answers.append)
        await pilot.pause()
        frame = app.screen.query_one(".frame")
        line = "".join(one.text for one in app.screen._compositor.render_strips()[frame.region.bottom - 1])
        await pilot.click(offset=(line.index(words) + 1, frame.region.bottom - 1))
        for _ in range(100 if given else 10):
            if answers:
                break
            await pilot.pause(0.02)
        assert answers == ([] if given is None else [given])
