"""The transcribe pane with real sound: what the microphone hears is recorded, transcribed, and played again."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest
from app_parts import OpenApp
from textual.widgets import OptionList

from lmstudio_tui.audio.sound import Sound
from lmstudio_tui.sdk import ClientConfig, LMStudioClient
from lmstudio_tui.sdk.types.audio import SpeechRequest
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.panes.transcribe import TranscribePane
from lmstudio_tui.tui.panes.transcribe.device_chooser import DeviceChooser
from lmstudio_tui.tui.panes.transcribe.transcript_view import TranscriptView
from lmstudio_tui.tui.widgets.level_meter import LevelMeter
from sound_server import SoundServer

pytestmark = pytest.mark.anyio

SAID = "the next item is the budget"


async def test_what_is_said_into_the_microphone_is_read_and_heard_again(
    tmp_path: Path, sound_server: SoundServer, open_app: OpenApp
) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, flavour="openai")) as server:
        config = ClientConfig(base_url=server.base_url, enable_audio=True, max_retries=0)
        spoken = tmp_path / "spoken.wav"
        with (
            LMStudioClient(config) as client,
            client.create_speech(SpeechRequest(input=SAID, model="sim-speech", response_format="wav")) as stream,
        ):
            stream.save(spoken)
        async with open_app(server.base_url, config=config, pane="transcribe", sound=Sound(), size=(120, 40)) as ui:
            pane = ui.app.query_one(TranscribePane)
            await ui.shows("sim-hearing", "Space records")
            await ui.press("space")
            await ui.shows("Space stop", "16 kHz", seconds=30)
            saying = sound_server.say_into_mic(spoken, wait=False)
            await ui.until(lambda: saying.poll() is not None, seconds=60)
            loud = pane._taking.waveform(200)
            assert max(loud) > 0.05, "the waveform shows what was said"
            await ui.press("t")
            await ui.until(lambda: pane._transcript is not None, seconds=60)
            transcript, record = pane._transcript, pane._record
            assert transcript is not None
            assert record is not None
            assert transcript.text.lower().rstrip(".") == SAID
            with wave.open(str(record.path)) as file:
                assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
            ui.app.query_one(TranscriptView).focus()
            await ui.press("enter")
            await ui.shows("▶ playing", seconds=30)
            await ui.press("p")
            await ui.shows("❚❚ paused")
            await ui.press("escape", "escape")
            await ui.hides("paused")


async def test_the_level_of_a_real_microphone(tmp_path: Path, sound_server: SoundServer, open_app: OpenApp) -> None:
    del sound_server
    async with open_app("http://127.0.0.1:9", pane="transcribe", sound=Sound(), size=(100, 30)) as ui:
        await ui.shows("Space records")
        await ui.press("d")
        await ui.until(lambda: isinstance(ui.app.screen, DeviceChooser))
        await ui.until(lambda: ui.app.screen.query_one(OptionList).option_count > 1, seconds=30)
        await ui.shows("Say something: the bar shows what it hears.", seconds=30)
        assert ui.app.screen.query_one(LevelMeter).display
        await ui.press("escape")
        await ui.shows("Record ─ default microphone")
