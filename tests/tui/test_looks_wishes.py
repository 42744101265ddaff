"""How the app is asked to look: by the settings, by the palette, and the next time."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from app_parts import Driver, FakeServer, services

from lmstudio_tui.store.state import AppState, StateFile
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.opening import Opening
from lmstudio_tui.tui.screens.load_model import LoadModel
from lmstudio_tui.tui.themes import HIGH_CONTRAST, QUIET_DARK, QUIET_LIGHT
from lmstudio_tui.tui.widgets.first_prompt import FirstPrompt

pytestmark = pytest.mark.anyio

URL = "http://127.0.0.1:9"


@asynccontextmanager
async def opened(
    folder: Path, *, theme: str | None = None, density: str | None = None, ascii_only: bool | None = None
) -> AsyncGenerator[Driver]:
    handed = services(URL, folder, connect=FakeServer().connect, theme=theme)
    app = LMStudioApp(replace(handed, density=density, ascii=ascii_only))
    async with app.run_test(size=(90, 30), notifications=True) as pilot:
        ui = Driver(app, pilot)
        await ui.shows("Ask qwen3-8b")
        await ui.until(lambda: ui.composer.has_focus)
        yield ui


def state_of(folder: Path) -> AppState:
    return StateFile(folder / "state.json").load()


async def test_a_theme_of_the_palette_is_there_the_next_time(tmp_path: Path) -> None:
    async with opened(tmp_path) as ui:
        assert ui.app.theme == QUIET_DARK.name
        await ui.press("ctrl+p")
        await ui.search("theme", "Theme")
        await ui.press("enter")
        await ui.shows("high-contrast")
        await ui.type("high-contrast-light")
        await ui.until(lambda: "quiet-dark" not in ui.screen)
        await ui.press("enter")
        await ui.until(lambda: ui.app.theme == "high-contrast-light")
        assert not ui.told
    assert state_of(tmp_path).theme is None, "the settings asked for none"
    async with opened(tmp_path) as ui:
        assert ui.app.theme == "high-contrast-light"


async def test_a_theme_of_the_settings_counts_more_and_the_palette_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path, theme=QUIET_LIGHT.name) as ui:
        ui.app.theme = HIGH_CONTRAST.name
        await ui.until(lambda: "theme = 'quiet-light'" in ui.told)
        assert ui.app.theme == HIGH_CONTRAST.name
    async with opened(tmp_path, theme=QUIET_LIGHT.name) as ui:
        assert ui.app.theme == QUIET_LIGHT.name
    async with opened(tmp_path) as ui:
        assert ui.app.theme == HIGH_CONTRAST.name, "the settings name none any more"


async def test_compact_takes_blank_rows_away_at_once_and_is_remembered(tmp_path: Path) -> None:
    async with opened(tmp_path) as ui:
        await ui.ask("Compare.")
        await ui.answered()
        await ui.shows("tok/s")
        assert "stop" in ui.screen
        await ui.until(lambda: _blank_before(ui.screen, "prompt ▪"))
        await ui.press("alt+k")
        await ui.until(lambda: not _blank_before(ui.screen, "prompt ▪"))
        await ui.press("alt+k")
        await ui.until(lambda: _blank_before(ui.screen, "prompt ▪"))
        await ui.press("alt+k")
        await ui.until(lambda: ui.app.compact)
    assert state_of(tmp_path).picked_density == "compact"
    async with opened(tmp_path) as ui:
        assert ui.app.compact


def _blank_before(screen: str, text: str) -> bool:
    """Whether the line before the one with the text is blank."""
    lines = screen.splitlines()
    at = next((number for number, line in enumerate(lines) if text in line), 0)
    return at > 0 and not lines[at - 1].strip()


async def test_a_dialog_is_smaller_when_it_is_compact(tmp_path: Path) -> None:
    heights: list[int] = []
    async with opened(tmp_path) as ui:
        await ui.app.action_pane("models")
        await ui.shows("gemma-3n-e4b")
        for _ in range(2):
            await ui.press("down", "l")
            await ui.until(lambda: isinstance(ui.app.screen, LoadModel) and bool(ui.app.screen.query(".frame")))
            await ui.shows("context")
            heights.append(ui.app.screen.query_one(".frame").outer_size.height)
            await ui.press("escape")
            await ui.until(lambda: not isinstance(ui.app.screen, LoadModel))
            await ui.press("alt+k", "up")
    assert heights[1] < heights[0]


async def test_a_density_of_the_settings_counts_more(tmp_path: Path) -> None:
    async with opened(tmp_path, density="compact") as ui:
        assert ui.app.compact
        await ui.press("alt+k")
        await ui.until(lambda: "density = 'compact'" in ui.told)
        assert not ui.app.compact
    async with opened(tmp_path, density="compact") as ui:
        assert ui.app.compact


async def test_ascii_is_all_that_is_shown_when_it_is_asked_for(tmp_path: Path) -> None:
    async with opened(tmp_path, ascii_only=True) as ui:
        await ui.ask("größer 日本")
        await ui.answered()
        for pane in ("chat", "models", "embeddings", "inspector", "images"):
            await ui.app.action_pane(pane)
            await ui.shows("Quit")
            assert ui.screen.isascii(), pane
    assert state_of(tmp_path).ascii is True


async def test_the_first_picture_looks_as_the_last_time(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state.json")
    assert file.save(AppState(density="compact", ascii=True, animation=False, picked_theme=QUIET_LIGHT.name))

    def load() -> None:
        raise ValueError

    app = LMStudioApp(Opening(file, None, load, lambda: None))  # type: ignore[arg-type]
    assert app.theme == QUIET_LIGHT.name
    assert app.compact
    assert app.animation_level == "none"
    async with app.run_test(size=(80, 24)) as pilot:
        ui = Driver(app, pilot)
        if app.query(FirstPrompt):
            assert ui.screen.isascii()
