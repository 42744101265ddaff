"""The voice in the chat through real devices: a microphone and a loudspeaker of a sound server."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_parts import FakeServer
from voice_parts import voiced

from lmstudio_tui.audio.sound import Sound
from lmstudio_tui.sdk import ClientConfig, LMStudioClient, TextDelta
from lmstudio_tui.sdk.types.audio import SpeechRequest, TranscriptionRequest
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from sound_server import SoundServer

pytestmark = pytest.mark.anyio

SAID = "compare rust and go"
ANSWER = "both are fine"


@pytest.fixture
def audio() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, flavour="openai")) as server:
        yield server


@pytest.fixture
def client(audio: SimulatorServer) -> Iterator[LMStudioClient]:
    with LMStudioClient(ClientConfig(base_url=audio.base_url, enable_audio=True)) as client:
        yield client


@pytest.fixture
def sound() -> Iterator[Sound]:
    """The real one."""
    real = Sound()
    yield real
    real.close()


async def test_what_is_said_into_the_microphone_stands_in_the_prompt(
    tmp_path: Path, sound_server: SoundServer, audio: SimulatorServer, client: LMStudioClient, sound: Sound
) -> None:
    request = SpeechRequest(input=SAID, model="sim-speech", response_format="wav")
    wav = tmp_path / "said.wav"
    with client.create_speech(request) as stream:
        stream.save(wav)
    async with voiced(tmp_path, audio.base_url, sound=sound) as ui:
        await ui.press("alt+r")
        await ui.shows("● recording 0:0")
        saying = sound_server.say_into_mic(wav, wait=False)
        await ui.until(lambda: saying.poll() is not None, seconds=60)
        await ui.press("alt+r")
        await ui.until(lambda: ui.composer.text == SAID, seconds=60)


async def test_an_answer_is_heard_from_the_loudspeaker(
    tmp_path: Path, sound_server: SoundServer, audio: SimulatorServer, client: LMStudioClient, sound: Sound
) -> None:
    chat = FakeServer(events=[TextDelta(f"**{ANSWER}**")])
    heard = tmp_path / "heard.wav"
    async with voiced(tmp_path, audio.base_url, sound=sound, chat=chat) as ui:
        await ui.ask("which one?")
        await ui.answered()
        listening = sound_server.listen_to_speaker(heard)
        await ui.press("alt+s")
        await ui.shows("♪ speaking 0:0")
        await ui.until(lambda: ui.pane._voice._aloud is None, seconds=60)  # pyright: ignore[reportPrivateUsage]
        await ui.silent()
        listening.send_signal(signal.SIGINT)
        listening.wait()
    said = client.create_transcription(heard, TranscriptionRequest(model="sim-hearing"))
    assert ANSWER in said.text.lower()
