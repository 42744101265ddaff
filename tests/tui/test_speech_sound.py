"""The speech pane with everything real: a server that speaks, a player, a loudspeaker, and ears that listen to it."""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
from speech_parts import Speech, speech_pane

from lmstudio_tui.audio.sound import Sound
from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.features.service_view import ServiceView
from lmstudio_tui.sdk import ClientConfig, LMStudioClient, LMStudioSDK, TranscriptionRequest
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from sound_server import SoundServer

pytestmark = pytest.mark.anyio

TEXT = "Good morning"


@contextmanager
def speaking_server() -> Generator[LMStudioClient]:
    """A simulator that speaks and listens, and a client for it."""
    simulator = SimulatorServer(SimulatorConfig(flavour="openai", speed=0, load_seconds=0))
    with simulator, LMStudioClient(ClientConfig(base_url=simulator.base_url, enable_audio=True)) as client:
        yield client


def meet(ui: Speech, client: LMStudioSDK) -> None:
    """Make the pane and the server known to each other."""
    url = client.config.base_url
    view = ServerView(url, presence=Presence.ONLINE, status=client.health(), models=tuple(client.list_models()))
    ui.pane.use_service("audio", client, ServiceView("audio", url, True, view))
    ui.pane.arrive()


@contextmanager
def recorded(server: SoundServer, path: Path) -> Generator[None]:
    """What the loudspeaker plays meanwhile, as a WAV file."""
    listening = server.listen_to_speaker(path)
    try:
        until = monotonic() + 20
        while not (path.exists() and path.stat().st_size > 50_000):
            assert monotonic() < until, "nothing is recorded"
        yield
    finally:
        listening.terminate()
        try:
            listening.wait(20)
        except subprocess.TimeoutExpired:
            listening.kill()


async def test_what_is_spoken_is_heard(tmp_path: Path, sound_server: SoundServer) -> None:
    heard = tmp_path / "heard.wav"
    with speaking_server() as client:
        sound = Sound()
        async with speech_pane(tmp_path, sound=sound, connected=False) as ui:
            meet(ui, client)
            with recorded(sound_server, heard):
                await ui.speak(TEXT)
                await ui.spoken(1)
                await ui.shows("■ ended", "100 %")
                await ui.says("Spoken: 0:0", "first sound ", ", server ")
            (record,) = ui.shelf.all()
            assert record.text == TEXT
            assert record.duration_s is not None
            assert 0.5 < record.duration_s < 60
        sound.close()
        assert client.create_transcription(heard, TranscriptionRequest()).text == TEXT


async def test_it_is_paused_sought_and_stopped(tmp_path: Path, sound_server: SoundServer) -> None:
    del sound_server
    with speaking_server() as client:
        sound = Sound()
        async with speech_pane(tmp_path, sound=sound, connected=False) as ui:
            meet(ui, client)
            await ui.speak(" ".join([TEXT] * 12))
            await ui.spoken(1)
            await ui.shows("▶ playing")
            await ui.press("alt+p")
            await ui.shows("❚❚ paused")
            before = ui.bar.state.position_s
            await ui.press("alt+right")
            await ui.until(lambda: ui.bar.state.position_s > before + 1)
            await ui.press("alt+p")
            await ui.shows("▶ playing")
            await ui.press("escape")
            await ui.shows("▶ play ", "Speak  Ctrl+S")
            await ui.press("alt+p")
            await ui.shows("▶ playing")
        sound.close()
