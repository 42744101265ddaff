"""What a dialog's frame says of its keys can be clicked."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from app_parts import OpenApp, Piloted
from images_parts import images_pane
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from lmstudio_tui.simulator import SimulatorServer
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


async def click(ui: Piloted, words: str) -> None:
    await ui.shows(words)
    y, line = next((y, line) for y, line in enumerate(ui.screen.splitlines()) if words in line)
    await ui.pilot.click(offset=(line.index(words) + 1, y))


async def test_the_panel_of_parameters_is_closed_by_a_click(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.press("ctrl+s")
        await click(ui, "Esc close")
        await ui.hides("Esc close")


async def test_a_list_of_images_is_filtered_by_a_click(tmp_path: Path) -> None:
    async with images_pane(tmp_path) as ui:
        await ui.make("A fox")
        await ui.until(lambda: ui.prompts == ["A fox"])
        await click(ui, "/ filter")
        await ui.until(lambda: ui.pane.filter.has_focus)
