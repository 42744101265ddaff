"""The first minutes: the page without a server, the tour, and what one may begin with."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from app_parts import Driver, FakeServer, services
from rich.cells import cell_len

from lmstudio_tui.sdk import ServerRefusedError
from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.panes.chat.first_steps import SUGGESTIONS, first_welcome, tour_of
from lmstudio_tui.tui.screens.servers import ServersScreen
from lmstudio_tui.tui.screens.tour import TourScreen

pytestmark = pytest.mark.anyio
TOUR = "searches all that can be done"
URL = "http://127.0.0.1:1"


@asynccontextmanager
async def newcomer(server: FakeServer, folder: Path, size: tuple[int, int] = (80, 24)) -> AsyncGenerator[Driver]:
    app = LMStudioApp(replace(services(URL, folder, connect=server.connect), tour=True))
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Driver(app, pilot)


def toured(folder: Path) -> bool:
    return json.loads((folder / "state.json").read_text())["toured"]


async def test_the_tour_is_shown_once_and_a_letter_ends_it(tmp_path: Path) -> None:
    async with newcomer(FakeServer(), tmp_path) as ui:
        await ui.ready()
        await ui.shows("is listening", TOUR, "puts a question into the prompt")
        await ui.type("hi")
        await ui.hides(TOUR)
        assert ui.composer.text == "hi"
        assert toured(tmp_path)
        ui.composer.text = ""
    async with newcomer(FakeServer(), tmp_path) as ui:
        await ui.ready()
        await ui.shows("is listening", "Type below")
        assert TOUR not in ui.screen


async def test_escape_and_a_click_end_it_and_the_palette_has_it_again(tmp_path: Path) -> None:
    async with newcomer(FakeServer(), tmp_path) as ui:
        await ui.ready()
        await ui.shows(TOUR)
        await ui.press("escape")
        await ui.hides(TOUR)
        ui.app.action_tour()
        await ui.until(lambda: isinstance(ui.app.screen, TourScreen))
        await ui.shows(TOUR, "Any key ends it")
        await ui.press("x")
        await ui.until(lambda: ui.composer.text == "x")
        ui.app.action_tour()
        await ui.until(lambda: isinstance(ui.app.screen, TourScreen))
        await ui.pilot.click(offset=(2, 2))
        await ui.until(lambda: len(ui.app.screen_stack) == 1)
        assert ui.composer.text == "x"


async def test_there_is_something_to_begin_with(tmp_path: Path) -> None:
    async with newcomer(FakeServer(), tmp_path) as ui:
        await ui.ready()
        await ui.shows(TOUR)
        await ui.press("up")
        await ui.until(lambda: ui.composer.text == SUGGESTIONS[-1])
        await ui.press("enter")
        await ui.answered()


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_first_page_without_a_server(
    tmp_path: Path, simulator: SimulatorServer, size: tuple[int, int]
) -> None:
    fake = FakeServer(health_error=ServerRefusedError("Nothing answers: connection refused."))
    made = services(URL, tmp_path, connect=fake.connect, simulator=lambda: simulator.base_url)
    app = LMStudioApp(replace(made, tour=True))
    async with app.run_test(size=size, notifications=True) as pilot:
        ui = Driver(app, pilot)
        await ui.shows(
            "Welcome to lmstudio-tui.", "Nothing answers at", "the built-in simulator", "Start server, or run"
        )
        await ui.shows("looks at once")
        fake.health_error = None  # it appears
        await ui.press("r")
        await ui.shows("is listening", TOUR)
        await ui.until(lambda: ui.composer.has_focus)
        assert "This is the simulator now" not in ui.told


async def test_servers_are_looked_for_when_asked_to(tmp_path: Path) -> None:
    fake = FakeServer(health_error=ServerRefusedError("Nothing answers: connection refused."))
    looks: list[str] = []

    class Watched(ServersScreen):
        def action_find(self) -> None:
            looks.append("looked")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lmstudio_tui.tui.screens.servers.ServersScreen", Watched)
        made = services(URL, tmp_path, connect=fake.connect, profiles=_NoProfiles())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        app = LMStudioApp(made)
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            ui = Driver(app, pilot)
            await ui.shows("to find those here.")
            assert not looks
            await ui.press("f")
            await ui.until(lambda: looks == ["looked"])


class _NoProfiles:
    """A settings file without profiles."""

    def entries(self) -> list[object]:
        return []


@pytest.mark.parametrize("width", [44, 56, 72, 200])
def test_every_line_of_the_tour_has_the_same_width(width: int) -> None:
    widths = {cell_len(line) for line in tour_of(width, ending="the end").plain.split("\n")}
    assert widths == {min(72, width)}


def test_where_there_is_little_room_blank_lines_go() -> None:
    tall, short = first_welcome("m", (60, 20)), first_welcome("m", (60, 11))
    assert "\n\n" in tall.plain
    assert all(line.strip() for line in short.plain.split("\n"))
