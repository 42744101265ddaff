"""The images pane in the app, on a simulator that draws."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from app_parts import Driver, FakeServer, services

from lmstudio_tui.sdk import ClientConfig, LMStudioClient, LMStudioSDK
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.panes.images import ImagesPane
from lmstudio_tui.tui.panes.images.preview import ReadyPicture

pytestmark = pytest.mark.anyio

CHAT_URL = "http://127.0.0.1:1234"


class Drawing(Driver):
    """The app with its images pane in front."""

    @property
    def images(self) -> ImagesPane:
        return self.app.query_one(ImagesPane)

    @property
    def pictured(self) -> bool:
        """Whether an image can be seen."""
        return any(one.display for one in self.images.query(ReadyPicture))


@asynccontextmanager
async def drawing(
    folder: Path, images: ClientConfig | None, size: tuple[int, int] = (142, 46)
) -> AsyncGenerator[Drawing]:
    """The app: chats with a fake; images come from where `images` says, else from the one that chats."""
    chat = FakeServer()

    def connect(config: ClientConfig) -> LMStudioSDK:
        return chat.connect(config) if config.base_url == CHAT_URL else LMStudioClient(config)

    handed = services(
        CHAT_URL,
        folder,
        connect=connect,
        service_config=lambda service, _main, _profile: images if service == "images" else None,
    )
    app = LMStudioApp(handed)
    async with app.run_test(size=size, notifications=True) as pilot:
        ui = Drawing(app, pilot)
        await ui.ready()
        await app.action_pane("images")
        yield ui


def simulator(**config: Any) -> SimulatorServer:
    return SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, flavour="openai", **config))


def at(server: SimulatorServer, **settings: Any) -> ClientConfig:
    return ClientConfig(base_url=server.base_url, max_retries=0, **{"enable_images": True, **settings})


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_images_are_drawn_shown_and_made_again(tmp_path: Path, size: tuple[int, int]) -> None:
    with simulator() as server:
        async with drawing(tmp_path, at(server), size) as ui:
            await ui.shows("sim-images")
            await ui.until(lambda: ui.images.form.prompt.has_focus)
            ui.images.form.fill("count", "2")
            ui.images.form.fill("size", "256x256")
            ui.images.form.fill("seed", "7")
            await ui.type("A lighthouse at dusk")
            await ui.press("enter")
            await ui.shows("2 images in", "seed 7", "256×256", "← 1 of 2 →")
            await ui.until(lambda: ui.pictured)
            first = ui.images.list.shown[0].path.read_bytes()
            await ui.press("escape", "r")
            await ui.shows("One image in")
            await ui.until(lambda: len(ui.images.list.shown) == 3)
            again = [one for one in ui.images.list.shown if one.seed == 7]
            assert [one.path.read_bytes() for one in again] == [first, first], "the same seed draws the same"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("images-json-200", "The simulated model has failed"),
        ("images-detail-object", "✗"),
        ("images-elsewhere", "could not be had"),
        ("images-gone", "could not be had"),
        ("images-not-an-image", "could not be had"),
        ("images-none", "no images"),
        ("images-junk-b64", "could not be had"),
        ("images-jpeg", "One image in"),
    ],
)
async def test_whatever_the_server_answers_is_told(tmp_path: Path, fault: str, words: str) -> None:
    with simulator(media_fault=fault) as server:
        async with drawing(tmp_path, at(server)) as ui:
            await ui.shows("sim-images")
            await ui.type("A cat")
            await ui.press("enter")
            await ui.shows(words)


async def test_a_truncated_image_is_kept_and_says_so(tmp_path: Path) -> None:
    with simulator(media_fault="images-truncated") as server:
        async with drawing(tmp_path, at(server)) as ui:
            await ui.shows("sim-images")
            await ui.type("A cat")
            await ui.press("enter")
            await ui.shows("broken or", "It is damaged")


async def test_it_is_cancelled_while_the_server_draws(tmp_path: Path) -> None:
    with simulator(media_fault="images-never") as server:
        async with drawing(tmp_path, at(server)) as ui:
            await ui.shows("sim-images")
            await ui.type("A cat")
            await ui.press("enter")
            await ui.shows("Making one image", "Esc stops")
            await ui.press("escape")
            await ui.shows("Stopped; nothing had come.")


async def test_switched_off_it_says_how_to_switch_it_on(tmp_path: Path) -> None:
    with simulator() as server:
        async with drawing(tmp_path, at(server, enable_images=False)) as ui:
            await ui.shows("enable_images")
            await ui.type("A cat")
            await ui.press("enter")
            await ui.until(lambda: ui.images.query_one("#work").has_class("-some"))
            assert [one for one in server.requests if one.method == "POST"] == []


async def test_lm_studio_has_none_and_the_page_says_what_to_do(tmp_path: Path) -> None:
    async with drawing(tmp_path, None) as ui:
        await ui.shows("images_base_url", "LocalAI")
