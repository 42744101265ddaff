"""The voice in the chat: a prompt that is spoken, an answer that is read aloud."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from app_parts import FakeServer
from chat_parts import command, told
from voice_parts import FakeSound, Loudspeaker, Microphone, Voiced, voiced

from lmstudio_tui.audio.values import AudioFormatError, DeviceLostError, NoDeviceError, RecorderState
from lmstudio_tui.sdk import ClientConfig, LMStudioClient, TextDelta
from lmstudio_tui.sdk.types.audio import SpeechRequest
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.store.media.shelf import MediaShelf
from lmstudio_tui.tui.panes.chat.voice_line import VoiceLine, wave

pytestmark = pytest.mark.anyio

SAID = "compare rust and go"


@pytest.fixture(scope="module")
def audio() -> Iterator[str]:
    """A server that speaks and listens."""
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, flavour="openai")) as server:
        yield server.base_url


@pytest.fixture(scope="module")
def spoken(audio: str) -> bytes:
    """`SAID`, as a WAV file."""
    with LMStudioClient(ClientConfig(base_url=audio, enable_audio=True)) as client:
        request = SpeechRequest(input=SAID, model="sim-speech", response_format="wav")
        with client.create_speech(request) as stream:
            return stream.read()


def media(folder: Path) -> MediaShelf:
    return MediaShelf(folder / "media")


# A prompt that is spoken


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_what_is_said_is_put_into_the_prompt(
    tmp_path: Path, audio: str, spoken: bytes, size: tuple[int, int]
) -> None:
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(spoken)), size=size) as ui:
        await ui.press("alt+r")
        await ui.shows("● recording 0:04", "Alt+R into the prompt", "Esc discard")
        await ui.press("alt+r")
        await ui.until(lambda: ui.composer.text == SAID)
        await ui.silent()
        assert ui.composer.has_focus
        kept = media(tmp_path).recordings.all()
        assert [one.transcripts[0].text for one in kept] == [SAID]
        assert kept[0].name.startswith("Dictation")


async def test_leaving_the_app_keeps_what_is_being_recorded(tmp_path: Path, audio: str, spoken: bytes) -> None:
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(spoken))) as ui:
        await ui.press("alt+r")
        await ui.shows("● recording 0:04")
        ui.pane.leave()
        (kept,) = media(tmp_path).recordings.all()
        assert (kept.name.split()[0], kept.problem, kept.duration_s) == ("Dictation", "", 4.2)


async def test_what_is_typed_stays_and_undo_takes_back_only_what_was_said(
    tmp_path: Path, audio: str, spoken: bytes
) -> None:
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(spoken))) as ui:
        await ui.type("Please, briefly.")
        await ui.press(*["left"] * 9)
        await ui.press("shift+left", "shift+left")
        await ui.press("alt+r")
        await ui.shows("recording")
        await ui.press("alt+r")
        await ui.until(lambda: SAID in ui.composer.text)
        assert ui.composer.text == f"Pleas {SAID} e, briefly."
        await ui.press("ctrl+z")
        assert ui.composer.text == "Please, briefly."


async def test_escape_throws_the_recording_away(tmp_path: Path, audio: str, spoken: bytes) -> None:
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(spoken))) as ui:
        await ui.press("alt+r")
        await ui.shows("recording")
        await ui.press("escape")
        await ui.silent()
        await ui.until(lambda: ui.mic.discarded == 1)
        assert ui.composer.has_focus, "Esc did that and nothing else"
        assert media(tmp_path).recordings.all() == ()
        await told(ui, "discarded")


async def test_escape_ends_the_transcribing_and_keeps_the_recording(tmp_path: Path, spoken: bytes) -> None:
    fault = SimulatorConfig(speed=0, load_seconds=0, flavour="openai", media_fault="hearing-never")
    with SimulatorServer(fault) as server:
        async with voiced(tmp_path, server.base_url, sound=FakeSound(Microphone(spoken))) as ui:
            await ui.press("alt+r")
            await ui.shows("recording")
            await ui.press("alt+r")
            await ui.shows("transcribing 0:0", "Esc stop")
            await ui.press("alt+r")
            await told(ui, "It is being transcribed")
            await ui.press("escape")
            await ui.silent()
            await told(ui, "kept in the Transcribe pane")
            assert len(media(tmp_path).recordings.all()) == 1


async def test_a_key_pressed_while_the_microphone_opens_is_heeded(tmp_path: Path, audio: str, spoken: bytes) -> None:
    hold = threading.Event()
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(spoken, hold=hold))) as ui:
        await ui.press("alt+r")
        await ui.shows("opening the microphone")
        await ui.press("alt+r")
        hold.set()
        await ui.until(lambda: ui.composer.text == SAID)


async def test_escape_while_the_microphone_opens_records_nothing(tmp_path: Path, audio: str, spoken: bytes) -> None:
    hold = threading.Event()
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(spoken, hold=hold))) as ui:
        await ui.press("alt+r")
        await ui.shows("opening the microphone")
        await ui.press("escape")
        await ui.silent()
        hold.set()
        await ui.until(lambda: ui.mic.discarded == 1)


async def test_a_recording_that_ends_by_itself_is_transcribed(tmp_path: Path, audio: str, spoken: bytes) -> None:
    problem = DeviceLostError("The microphone was unplugged.", "Plug it in again.")
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(spoken, problem=problem))) as ui:
        await ui.press("alt+r")
        await ui.shows("recording")
        ui.mic.state = replace(ui.mic.state, phase="done", ended_by="loss")
        await ui.until(lambda: ui.composer.text == SAID)
        await ui.complains("The microphone was unplugged.")


async def test_without_a_microphone_a_sentence_says_so(tmp_path: Path, audio: str) -> None:
    error = NoDeviceError("There is no microphone.", "Plug one in.")
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(error=error))) as ui:
        await ui.press("alt+r")
        await ui.complains("There is no microphone. Plug one in.")
        await ui.press("escape")
        await ui.silent()
        assert media(tmp_path).recordings.all() == ()


async def test_silence_is_no_prompt(tmp_path: Path, audio: str) -> None:
    async with voiced(tmp_path, audio) as ui:
        await ui.type("draft")
        await ui.press("alt+r")
        await ui.shows("recording")
        await ui.press("alt+r")
        await ui.complains("Nothing was recorded.")
        assert ui.composer.text == "draft"


async def test_a_server_that_refuses_is_quoted_and_the_recording_kept(tmp_path: Path, spoken: bytes) -> None:
    fault = SimulatorConfig(speed=0, load_seconds=0, flavour="openai", media_fault="hearing-detail-string")
    with SimulatorServer(fault) as server:
        async with voiced(tmp_path, server.base_url, sound=FakeSound(Microphone(spoken))) as ui:
            await ui.press("alt+r")
            await ui.shows("recording")
            await ui.press("alt+r")
            await ui.complains("The recording is kept: it is in the Transcribe pane.")
            assert ui.composer.text == ""
            assert len(media(tmp_path).recordings.all()) == 1


async def test_without_a_server_for_audio_the_next_step_is_said(tmp_path: Path) -> None:
    async with voiced(tmp_path, None) as ui:
        await ui.press("alt+r")
        await ui.complains("audio_base_url", "speaches")
        assert ui.mic.path is None
        await ui.press("escape")
        await ui.silent()


async def test_the_microphone_is_the_one_that_was_chosen(tmp_path: Path, audio: str, spoken: bytes) -> None:
    (tmp_path / "media").mkdir()
    chosen = {"device": "ALSA: Webcam", "trim_silence": True}
    (tmp_path / "media" / "transcribe.json").write_text(json.dumps(chosen))
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(spoken))) as ui:
        await ui.press("alt+r")
        await ui.shows("recording")
        assert ui.mic.options is not None
        assert (ui.mic.options.device, ui.mic.options.trim_silence) == ("ALSA: Webcam", True)


async def test_it_goes_to_the_conversation_in_which_it_was_said(tmp_path: Path, audio: str, spoken: bytes) -> None:
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(spoken))) as ui:
        await ui.ask("hi")
        await ui.answered()
        first = ui.pane.view
        await ui.press("alt+r")
        await ui.shows("recording")
        await ui.press("ctrl+n")
        await ui.until(lambda: ui.pane.view is not first)
        await ui.press("alt+r")
        await ui.until(lambda: first.composer.text == SAID)
        assert ui.composer.text == ""
        await told(ui, "is in the prompt of hi")


# An answer that is read aloud


async def answered(ui: Voiced, text: str) -> None:
    """Have the fake answer."""
    await ui.ask(text)
    await ui.answered()


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_the_last_answer_is_read_aloud(tmp_path: Path, audio: str, size: tuple[int, int]) -> None:
    chat = FakeServer(events=[TextDelta("It is **fine**.\n\n```python\nx = 1\n```\n")])
    async with voiced(tmp_path, audio, chat=chat, size=size) as ui:
        await answered(ui, "how is it?")
        await ui.press("alt+s")
        await ui.shows("♪ speaking 0:01", "Alt+S stop")
        await ui.until(lambda: ui.speaker.state.complete)
        await ui.shows("speaking 0:01 of 0:03")
        ui.speaker.finish()
        await ui.silent()
        kept = media(tmp_path).utterances.all()
        assert [one.text for one in kept] == ["It is fine.\n\npython code block."]
        assert kept[0].model == "sim-speech"
        assert kept[0].voice
        assert bytes(ui.speaker.heard)


async def test_the_same_key_and_escape_are_silence(tmp_path: Path, audio: str) -> None:
    async with voiced(tmp_path, audio) as ui:
        await answered(ui, "how is it?")
        for key in ("alt+s", "escape"):
            await ui.press("alt+s")
            await ui.shows("♪ speaking")
            before = ui.speaker.stopped
            await ui.press(key)
            await ui.silent()
            assert ui.speaker.stopped == before + 1
        assert ui.composer.has_focus


async def test_the_selected_turn_is_read_aloud(tmp_path: Path, audio: str) -> None:
    async with voiced(tmp_path, audio) as ui:
        await answered(ui, "my own words")
        await ui.press("escape", "left_square_bracket", "left_square_bracket")
        await ui.press("alt+s")
        await ui.shows("♪ speaking")
        await ui.until(lambda: [one.text for one in media(tmp_path).utterances.all()] == ["my own words."])


async def test_without_an_answer_nothing_is_spoken(tmp_path: Path, audio: str) -> None:
    async with voiced(tmp_path, audio) as ui:
        await ui.press("alt+s")
        await told(ui, "There is no answer to speak yet.")
        await ui.silent()


async def test_speech_that_breaks_off_is_said_and_kept(tmp_path: Path) -> None:
    fault = SimulatorConfig(speed=0, load_seconds=0, flavour="openai", media_fault="speech-cut")
    with SimulatorServer(fault) as server:
        async with voiced(tmp_path, server.base_url) as ui:
            await answered(ui, "how is it?")
            await ui.press("alt+s")
            await ui.shows("♪ speaking")
            await ui.until(lambda: ui.speaker.problem is not None)
            ui.speaker.finish()
            await ui.complains("interrupted")
            assert media(tmp_path).utterances.all()[0].problem


async def test_a_format_that_cannot_be_played_is_said(tmp_path: Path, audio: str) -> None:
    refuses = AudioFormatError("AAC cannot be played here.", "Choose wav in the Speech pane.")
    async with voiced(tmp_path, audio, sound=FakeSound(speaker=Loudspeaker(refuses=refuses))) as ui:
        await answered(ui, "how is it?")
        await ui.press("alt+s")
        await ui.complains("AAC cannot be played here. Choose wav in the Speech pane.")


async def test_a_server_that_answers_in_json_is_quoted(tmp_path: Path) -> None:
    fault = SimulatorConfig(speed=0, load_seconds=0, flavour="openai", media_fault="speech-json-200")
    with SimulatorServer(fault) as server:
        async with voiced(tmp_path, server.base_url) as ui:
            await answered(ui, "how is it?")
            await ui.press("alt+s")
            await ui.complains("The simulated model has failed")


async def test_recording_ends_the_speaking(tmp_path: Path, audio: str, spoken: bytes) -> None:
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(spoken))) as ui:
        await answered(ui, "how is it?")
        await ui.press("alt+s")
        await ui.shows("♪ speaking")
        await ui.press("alt+r")
        await ui.shows("● recording")
        assert ui.speaker.stopped == 1
        await ui.press("alt+s")
        await told(ui, "Your voice is being recorded")


# Commands, and the line


async def test_the_commands_do_the_same(tmp_path: Path, audio: str, spoken: bytes) -> None:
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(spoken))) as ui:
        await command(ui, "/record")
        await ui.shows("● recording")
        assert ui.composer.text == ""
        await command(ui, "/dictate")
        await ui.until(lambda: ui.composer.text == SAID)
        await ui.press("enter")
        await ui.answered()
        await command(ui, "/speak")
        await ui.shows("♪ speaking")


async def test_nothing_ticks_while_nothing_is_said(tmp_path: Path, audio: str, spoken: bytes) -> None:
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(spoken))) as ui:
        voice = ui.pane._voice  # pyright: ignore[reportPrivateUsage]
        assert not ui.pane.view.query(VoiceLine), "it is made when it is needed"
        await ui.press("alt+r")
        await ui.shows("● recording")
        assert voice._ticker is not None  # pyright: ignore[reportPrivateUsage]
        await ui.press("escape")
        await ui.silent()
        assert voice._ticker is None  # pyright: ignore[reportPrivateUsage]


async def test_a_narrow_line_keeps_what_matters(tmp_path: Path, audio: str, spoken: bytes) -> None:
    async with voiced(tmp_path, audio, sound=FakeSound(Microphone(spoken)), size=(100, 30)) as ui:
        await ui.press("alt+r")
        await ui.shows("● recording 0:04")
        await ui.pilot.resize_terminal(40, 20)
        await ui.shows("● recording 0:04")
        ui.mic.state = RecorderState("recording", 65.0, 0.0, -3.0, clipped=True)
        await ui.pilot.resize_terminal(100, 30)
        await ui.shows("● recording 1:05", "too loud")


def test_peaks_are_bars() -> None:
    assert wave((0.0, 0.02, 0.25, 1.0, 7.0)) == "▁▁▄██"
    assert wave(()) == ""
