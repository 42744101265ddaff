"""What a server says does nothing to the terminal or to the app, on whichever screen it is shown."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from app_parts import Driver
from hostile_app import OpenHostile
from hostile_exports import chatgpt
from hostile_server import hostile_server
from hostile_strings import CORPUS, OPEN, wrapped
from images_parts import keep
from textual.events import Paste

from lmstudio_tui.features.history.importing import read, settled
from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.store.library import Library
from lmstudio_tui.store.media.shelf import MediaShelf

pytestmark = pytest.mark.anyio

SIZES = {1: (80, 24), 2: (160, 50)}
"""How large the terminal is, for each order of the corpus."""


def shuffled(seed: int) -> list[str]:
    """The corpus in another order: another string for each text of the server."""
    strings = list(CORPUS)
    random.Random(seed).shuffle(strings)
    return strings


@pytest.fixture(params=SIZES)
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def studio(seed: int) -> Iterator[SimulatorServer]:
    with hostile_server(shuffled(seed)) as server:
        yield server


@pytest.fixture
def sounding(seed: int) -> Iterator[SimulatorServer]:
    with hostile_server(shuffled(seed), flavour="openai") as server:
        yield server


async def answered(ui: Driver, prompt: str) -> None:
    """Ask, and wait for the end of the answer."""
    before = len(ui.pane.thread.path)
    await ui.ask(prompt)
    await ui.until(lambda: len(ui.pane.thread.path) > before + 1 and not ui.pane.streaming)
    await ui.until(lambda: OPEN in ui.screen)


async def keys(ui: Driver, *pressed: str) -> None:
    """Press keys one by one, and let the app show what comes of each."""
    for key in pressed:
        await ui.press(key)
        await ui.pilot.pause(0.03)


async def test_answers_titles_and_lists_of_the_chat(
    studio: SimulatorServer, open_hostile: OpenHostile, seed: int
) -> None:
    async with open_hostile(studio.base_url, size=SIZES[seed]) as ui:
        await ui.ready()
        await answered(ui, "A table, a list and code")
        await keys(ui, "ctrl+t", "down", "down", "escape")
        await answered(ui, "Think about it")
        await keys(ui, "tab", "up", "enter", "y", "escape")
        await keys(ui, "f7", "down", "up", "escape")
        await keys(ui, "f3", "pagedown", "escape", "f4", "down", "escape", "f1", "escape")
        await keys(ui, "ctrl+p", *"model", "escape")
        await keys(ui, "ctrl+f", *"e", "escape")
        await keys(ui, "ctrl+s", "down", "escape")
        await keys(ui, "alt+e", "escape", "alt+c", "escape")


@pytest.mark.parametrize(
    "fault",
    ["model-not-found", "crash", "stream-error-data", "html", "auth-required", "wrong-model", "tool-call-bad-json"],
)
@pytest.mark.parametrize("seed", [1], indirect=True)
async def test_errors_and_their_hints(studio: SimulatorServer, open_hostile: OpenHostile, fault: str) -> None:
    async with open_hostile(studio.base_url) as ui:
        await ui.ready()
        listed = [one.id for one in ui.app._view.models if one.id.endswith(f"fault-{fault}")]
        ui.pane.use_model(listed[0])
        await ui.ask("Hello")
        await ui.until(lambda: len(ui.pane.thread.path) > 1 and not ui.pane.streaming)
        await ui.pilot.pause(0.1)
        await keys(ui, "tab", "up", "down", "escape")


def tool(folder: Path) -> None:
    """A tool that a model may ask for."""
    (folder / "tools").mkdir(exist_ok=True)
    parameters = {"type": "object", "properties": {"place": {"type": "string"}}}
    function = {"name": "get_weather", "description": "The weather of a place.", "parameters": parameters}
    (folder / "tools" / "weather.json").write_text(json.dumps({"type": "function", "function": function}))


async def test_calls_of_tools(studio: SimulatorServer, open_hostile: OpenHostile, tmp_path: Path, seed: int) -> None:
    tool(tmp_path)
    async with open_hostile(studio.base_url, size=SIZES[seed]) as ui:
        await ui.ready()
        ui.pane.view.use_tools(("get_weather",))
        await ui.ask("What is the weather in Paris?")
        await ui.until(lambda: type(ui.app.screen).__name__ == "AnswerTool")
        await ui.until(lambda: OPEN in ui.screen)
        await keys(ui, "tab", "tab", "tab")
        await ui.press("escape")
        await keys(ui, "tab", "up", "up", "enter", "escape")


async def test_the_models_and_what_is_asked_about_them(
    studio: SimulatorServer, open_hostile: OpenHostile, seed: int
) -> None:
    async with open_hostile(studio.base_url, size=SIZES[seed], pane="models") as ui:
        await ui.until(lambda: OPEN in ui.screen)
        await keys(ui, "enter", "down", "down", "pagedown", "escape", "o", "y")
        await keys(ui, "l", "down", "escape", "g", "u", "escape", "U", "escape", "d", *"x", "enter", "escape", "escape")
        await keys(ui, "slash", *"zz", "escape", "G", "l", "enter", "c")


async def test_what_went_over_the_wire(studio: SimulatorServer, open_hostile: OpenHostile, seed: int) -> None:
    async with open_hostile(studio.base_url, size=SIZES[seed]) as ui:
        await ui.ready()
        await answered(ui, "Hello")
        await ui.app.action_pane("inspector")
        await ui.pilot.pause(0.1)
        await keys(ui, "b", "down", "enter")
        for _ in range(5):
            await keys(ui, "pagedown", "pagedown", "w", "right", "y", "c")
        await keys(ui, "Y", "p", "e", "escape", "escape", "r", "escape", "slash", *"model", "enter")


async def test_embeddings(studio: SimulatorServer, open_hostile: OpenHostile, seed: int) -> None:
    async with open_hostile(studio.base_url, size=SIZES[seed], pane="embeddings") as ui:
        await ui.pilot.pause(0.2)
        await keys(ui, *"one", "enter", *"two", "enter", "ctrl+r")
        await ui.until(lambda: OPEN in ui.screen)
        await keys(
            ui, "alt+s", "alt+n", "alt+m", "alt+v", "alt+i", "ctrl+t", "down", "escape", "f7", "escape", "w", "escape"
        )


async def test_voices_and_images(sounding: SimulatorServer, open_hostile: OpenHostile, seed: int) -> None:
    async with open_hostile(sounding.base_url, size=SIZES[seed], pane="speech") as ui:
        await ui.until(lambda: OPEN in ui.screen)
        await keys(ui, "alt+v", "down", "down", "escape", "ctrl+t", "down", "escape", "alt+o", "escape")
        await ui.type("Hello")
        await keys(ui, "ctrl+s")
        await ui.pilot.pause(0.5)
        await ui.app.action_pane("images")
        await ui.pilot.pause(0.2)
        await ui.type("A house")
        await ui.press("enter")
        await ui.pilot.pause(0.5)
        await keys(ui, "escape", "alt+m", "down", "escape", "enter", "escape")
        await ui.app.action_pane("transcribe")
        await ui.pilot.pause(0.2)
        await keys(ui, "m", "down", "escape", "o", "down", "escape", "f3", "escape")


async def test_conversations_that_somebody_else_wrote(
    studio: SimulatorServer, open_hostile: OpenHostile, tmp_path: Path, seed: int
) -> None:
    exported = json.dumps([chatgpt(number, text) for number, text in enumerate(shuffled(seed))])
    with closing(Library(tmp_path / "library.sqlite3")) as library:
        for one in read(exported.encode()):
            library.import_(settled(one, 1.0).loaded)
    async with open_hostile(studio.base_url, size=SIZES[seed]) as ui:
        await ui.ready()
        for _ in range(2):
            await keys(ui, "f7")
            await ui.until(lambda: OPEN in ui.screen)
            await keys(ui, "pagedown", "down", "down", "f2", "escape", "p", "x", "u", "e", "escape", "escape", "enter")
            await ui.until(lambda: OPEN in ui.screen)
            await keys(ui, "alt+e", "down", "enter", "escape", "escape", "alt+e", "enter", "escape", "escape")
        await keys(ui, "f7", *"sprung", "down", "enter", "alt+left", "alt+w", "ctrl+y")


async def test_pictures_with_prompts_of_somebody_else(
    sounding: SimulatorServer, open_hostile: OpenHostile, tmp_path: Path, seed: int
) -> None:
    media = MediaShelf(tmp_path / "media")
    for text in shuffled(seed)[:40]:
        keep(media, wrapped(text), model=wrapped(text), revised_prompt=wrapped(text))
    async with open_hostile(sounding.base_url, size=SIZES[seed], pane="images") as ui:
        await ui.until(lambda: OPEN in ui.screen)
        await keys(
            ui, "escape", "down", "down", "enter", "escape", "pagedown", "Y", "p", "escape", "x", "u", "s", "escape"
        )


@pytest.mark.parametrize("seed", [2], indirect=True)
async def test_what_is_pasted(studio: SimulatorServer, open_hostile: OpenHostile, seed: int) -> None:
    """What a person pastes may come from anywhere."""
    async with open_hostile(studio.base_url, size=SIZES[seed]) as ui:
        await ui.ready()
        for text in shuffled(seed)[:30]:
            ui.composer.focus()
            ui.app.post_message(Paste(wrapped(text)))
            await ui.pilot.pause()
            await keys(ui, "end", "home")
        await keys(ui, "enter")
        await ui.until(lambda: len(ui.pane.thread.path) > 1 and not ui.pane.streaming)
