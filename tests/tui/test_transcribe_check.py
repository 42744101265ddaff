"""Speak and check; and the whole pane on a real simulator, with a real SDK and real files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_parts import OpenApp
from textual.widgets import Input
from transcribe_parts import (
    FakeListener,
    FakeSound,
    Hearing,
    service,
    studio,
    transcribe_pane,
    write_wav,
)

from lmstudio_tui.features.health import HealthMonitor, ServerView
from lmstudio_tui.features.service_view import ServiceView
from lmstudio_tui.sdk import ClientConfig, LMStudioClient, ServerFailureError
from lmstudio_tui.sdk.types.audio import SpeechRequest, Transcription
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.panes.transcribe import TranscribePane
from lmstudio_tui.tui.panes.transcribe.check_dialog import CheckDialog, SaidBox

pytestmark = pytest.mark.anyio

SAID = "The next item is the budget"


@pytest.fixture(scope="module")
def audio() -> Iterator[str]:
    """A server that speaks and listens."""
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, flavour="openai")) as server:
        yield server.base_url


async def checking(ui: Hearing) -> CheckDialog:
    await ui.press("w")
    await ui.until(lambda: isinstance(ui.app.screen, CheckDialog))
    screen = ui.app.screen
    assert isinstance(screen, CheckDialog)
    return screen


def speech(folder: Path) -> bytes:
    return write_wav(folder / "speech.wav", 2.0).read_bytes()


@pytest.mark.parametrize("size", [(80, 22), (136, 46)])
async def test_what_is_spoken_is_heard_and_compared(tmp_path: Path, size: tuple[int, int]) -> None:
    server = FakeListener(speech=speech(tmp_path), answer=Transcription(text="The next item was a budget.", model="w"))
    async with transcribe_pane(tmp_path, size=size, server=server) as ui:
        dialog = await checking(ui)
        await ui.shows("Speak and check", "kokoro", "whisper-large-v3")
        await ui.press("enter")
        await ui.shows("Type what is to be said.")
        await ui.type(SAID)
        await ui.press("enter")
        await ui.shows("33.3 % of 6 words wrong: 2 heard as another", "The next item [is → was] [the → a] budget")
        assert server.spoken[0].input == SAID
        assert server.spoken[0].model == "kokoro"
        assert ui.kept()[0].source == "speech"
        assert ui.kept()[0].transcripts[0].text == "The next item was a budget."
        dialog.query_one("#voice", Input).value = "af_heart"
        await ui.press("escape")
        await ui.until(lambda: len(ui.app.screen_stack) == 1)
        await ui.shows(SAID, "spoken", "✓")
        await ui.until(lambda: ui.pane._settings_file.load().voice == "af_heart")
        await checking(ui)
        await ui.shows("af_heart")


async def test_a_perfect_score(tmp_path: Path) -> None:
    server = FakeListener(speech=speech(tmp_path), answer=Transcription(text="hello there!"))
    async with transcribe_pane(tmp_path, server=server) as ui:
        await checking(ui)
        await ui.type("Hello there")
        await ui.press("enter")
        await ui.shows("0 % wrong: all of 2 words")


async def test_what_was_spoken_is_kept_when_nobody_listens(tmp_path: Path) -> None:
    server = FakeListener(speech=speech(tmp_path), hold=threading.Event())
    async with transcribe_pane(tmp_path, server=server) as ui:
        await checking(ui)
        await ui.type(SAID)
        await ui.press("enter")
        await ui.shows("listening to it")
        await ui.press("escape")
        await ui.shows("It was stopped.")
        assert ui.kept()[0].name == SAID
        await ui.press("escape")
        await ui.shows("Recordings ─ 1")


async def test_a_failure_is_said_in_the_dialog(tmp_path: Path) -> None:
    server = FakeListener(error=ServerFailureError("The server failed (500): no voice", status=500))
    async with transcribe_pane(tmp_path, server=server) as ui:
        await checking(ui)
        await ui.type(SAID)
        await ui.press("enter")
        await ui.shows("The server failed (500): no voice")


@pytest.mark.parametrize("view", [studio(), service(cannot=("speech",))])
async def test_a_server_that_cannot_is_said_at_once(tmp_path: Path, view: ServiceView) -> None:
    async with transcribe_pane(tmp_path, seen=view) as ui:
        await checking(ui)
        await ui.shows("does not speak")
        await ui.type("x")
        await ui.press("enter")
        assert ui.server.spoken == []


# On a real server


def look_at(client: LMStudioClient) -> ServiceView:
    """One real look at the server."""
    seen: list[ServerView] = []
    monitor = HealthMonitor(client)

    def tell(view: ServerView) -> None:
        seen.append(view)
        if view.online and view.models:
            monitor.stop()

    monitor.run(tell)
    return ServiceView("audio", client.config.base_url, True, seen[-1])


async def test_the_whole_way_on_the_simulator(tmp_path: Path, audio: str) -> None:
    with LMStudioClient(ClientConfig(base_url=audio, enable_audio=True)) as client:
        view = look_at(client)
        with client.create_speech(SpeechRequest(input=SAID, model="sim-speech", response_format="flac")) as stream:
            stream.save(tmp_path / "said.flac")
        async with transcribe_pane(tmp_path, online=False) as ui:
            ui.pane.use_service("audio", client, view)
            await ui.shows("sim-hearing")
            ui.pane._opening.open([tmp_path / "said.flac"], ui.pane._opened, ui.pane._warn)
            await ui.shows("said.flac", "file")
            await ui.press("t")
            await ui.until(lambda: bool(ui.kept() and ui.kept()[0].transcripts), seconds=30)
            heard = ui.kept()[0].transcripts[0]
            assert heard.text.lower().rstrip(".") == SAID.lower()
            assert heard.real_time_factor is not None
            await ui.shows("× real time", "budget")
            await checking(ui)
            await ui.type("Local inference is online")
            await ui.press("enter")
            await ui.shows("0 % wrong: all of 4 words", seconds=30)


async def test_the_pane_in_the_app(audio: str, open_app: OpenApp) -> None:
    config = ClientConfig(base_url=audio, enable_audio=True, max_retries=0)
    async with open_app(audio, config=config, pane="transcribe", sound=FakeSound().sound(), size=(120, 40)) as ui:
        await ui.shows("Speech becomes text here.", "sim-hearing")
        pane = ui.app.query_one(TranscribePane)
        await ui.until(lambda: pane.list.has_focus)
        await ui.press("space")
        await ui.shows("Space stop")
        await ui.press("t")
        await ui.shows("× real time", seconds=30)
        await ui.press("f1")
        await ui.shows("In the Transcribe pane")


async def test_what_was_typed_is_there_again(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        dialog = await checking(ui)
        await ui.press("h", "i")
        fields = (dialog.query_one("#voice", Input), dialog.query_one("#listens"))
        assert len({one.content_region.x for one in fields}) == 1, "values stand below each other"
        await ui.press("escape")
        await ui.until(lambda: len(ui.app.screen_stack) == 1)
        dialog = await checking(ui)
        assert dialog.query_one(SaidBox).text == "hi"
