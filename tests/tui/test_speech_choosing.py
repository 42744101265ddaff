"""Choosing the model, the voice, the format and the speed; and taking the text from a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from speech_fakes import FakeSpeech
from speech_parts import MODELS, Speech, seen, speech_pane
from textual.widgets import Button

from lmstudio_tui.features.server_view import Presence
from lmstudio_tui.sdk import ServerRefusedError
from lmstudio_tui.sdk.types.audio import Voice
from lmstudio_tui.tui.panes.speech.picking import Pick
from lmstudio_tui.tui.panes.speech.settings import Setting

pytestmark = pytest.mark.anyio


async def left(ui: Speech) -> None:
    """Wait until no dialog is open."""
    await ui.until(lambda: len(ui.app.screen_stack) == 1)


async def asked(ui: Speech) -> dict[str, object]:
    """What the server is asked for now."""
    before = len(ui.server.asked)
    await ui.speak("text")
    await ui.until(lambda: len(ui.server.asked) > before and not ui.pane.at_stake())
    request = ui.server.asked[-1]
    return {
        "model": request.model,
        "voice": request.voice,
        "format": request.response_format,
        "speed": request.speed,
    }


async def test_everything_is_chosen_by_key(tmp_path: Path) -> None:
    async with speech_pane(tmp_path) as ui:
        await ui.until(lambda: bool(ui.server.voices_asked))
        for key, typed, shown in (
            ("alt+v", "bas", "bass"),
            ("alt+o", "fla", "flac"),
            ("alt+d", "1.5", "1.5 ×"),
            ("ctrl+t", "koko", "kokoro-82m"),
        ):
            await ui.press(key)
            await ui.shows("Enter take")
            await ui.press(*typed, "enter")
            await left(ui)
            await ui.shows(shown)
        assert await asked(ui) == {"model": "kokoro-82m", "voice": "bass", "format": "flac", "speed": 1.5}
        assert ui.pane.remembered == {
            ui.server.base_url: {"model": "kokoro-82m", "voice": "bass", "format": "flac", "speed": "1.5"}
        }


async def test_settings_are_opened_and_taken_back(tmp_path: Path) -> None:
    async with speech_pane(tmp_path) as ui:
        await ui.click("#setting-format")
        await ui.shows("quickly heard")
        await ui.press("down", "enter")
        await left(ui)
        assert (await asked(ui))["format"] == "mp3"
        ui.app.query_one("#setting-format", Setting).focus()
        await ui.press("enter")
        await ui.shows("quickly heard")
        await ui.press("escape")
        await left(ui)
        await ui.press("delete")
        await ui.shows("Format  the server's own")
        assert (await asked(ui))["format"] is None


async def test_a_server_that_wants_a_voice_gets_the_first_that_fits(tmp_path: Path) -> None:
    voices = (Voice(id="german", model="other"), Voice(id="alto", model="sim-speech"))
    async with speech_pane(tmp_path, server=FakeSpeech(voices=voices, wants_voice=True)) as ui:
        await ui.shows("Voice   the server's own")
        await ui.speak("one")
        await ui.spoken(1)
        await ui.speak("two")
        await ui.spoken(2)
        assert [(one.model, one.voice) for one in ui.server.asked] == [
            ("sim-speech", None),
            ("sim-speech", "alto"),
            ("sim-speech", "alto"),
        ]
        await ui.shows("Voice   alto")
        await ui.press("alt+v")
        await ui.shows("the server's own choice")
        await ui.press("up", "up", "up", "enter")
        await left(ui)
        assert (await asked(ui))["voice"] is None
        await ui.says("voice: Field required")


async def test_without_a_list_the_refusal_is_said(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, server=FakeSpeech(voices=(), wants_voice=True)) as ui:
        await ui.speak("one")
        await ui.says("voice: Field required")
        assert len(ui.server.asked) == 1


async def test_a_voice_that_is_in_no_list_is_typed(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, server=FakeSpeech(voices=())) as ui:
        await ui.press("alt+v")
        await ui.shows("This server has no list of voices")
        await ui.press(*"af_heart")
        await ui.shows("ask for af_heart")
        await ui.press("enter")
        await left(ui)
        assert (await asked(ui))["voice"] == "af_heart"
        await ui.spoken(1)
        await ui.press("alt+v")
        await ui.shows("used before")


async def test_voices_that_cannot_be_fetched_are_no_obstacle(tmp_path: Path) -> None:
    server = FakeSpeech(voices=ServerRefusedError("It broke.\x1b[31m"))
    async with speech_pane(tmp_path, server=server) as ui:
        await ui.press("alt+v")
        await ui.shows("The voices could not be fetched: It broke. The name of one can be")
        await ui.press("escape")
        await left(ui)
        assert (await asked(ui))["voice"] is None
        server.voices = (Voice(id="alto"),)
        await ui.press("alt+v")
        await ui.shows("alto")


async def test_voices_that_come_later_are_shown(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, connected=False) as ui:
        ui.pane.arrive()
        await ui.press("alt+v")
        await ui.shows("no list of voices")
        ui.pane.use_service("audio", ui.server.client(), seen())
        await ui.shows("bass", "tenor", "Tenor · de")


async def test_a_thousand_voices(tmp_path: Path) -> None:
    voices = [Voice(id=f"voice-{number}", language="en") for number in range(1000)]
    async with speech_pane(tmp_path, server=FakeSpeech(voices=voices)) as ui:
        await ui.press("alt+v")
        await ui.shows("more: type to narrow it down")
        await ui.press(*"voice-977")
        await ui.shows("voice-977")
        await ui.press("enter")
        await left(ui)
        assert (await asked(ui))["voice"] == "voice-977"


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [("alt+d", "fast", "A speed is a number"), ("alt+d", "77", "10 is the most"), ("alt+o", "m.4", "A format is")],
)
async def test_what_cannot_be_asked_for_is_said(tmp_path: Path, key: str, typed: str, words: str) -> None:
    async with speech_pane(tmp_path) as ui:
        await ui.press(key)
        await ui.shows("Enter take")
        await ui.press(*typed, "enter")
        await ui.shows(words)
        assert isinstance(ui.app.screen, Pick)


async def test_a_click_in_the_list_takes_it(tmp_path: Path) -> None:
    async with speech_pane(tmp_path) as ui:
        await ui.until(lambda: bool(ui.server.voices_asked))
        await ui.press("alt+v")
        await ui.shows("bass")
        await ui.click("OptionList", offset=(3, 2))
        await left(ui)
        assert (await asked(ui))["voice"] == "bass"


async def test_each_server_has_its_own_choices(tmp_path: Path) -> None:
    async with speech_pane(tmp_path) as ui:
        ui.pane.remembered = {ui.server.base_url: {"voice": "bass"}}
        await ui.shows("Voice   bass")
        other = FakeSpeech("http://127.0.0.1:8880", voices=())
        ui.use(other, seen(other.base_url, models=()))
        await ui.hides("bass")
        assert await asked(ui) == {"model": None, "voice": None, "format": None, "speed": None}
        await ui.press("ctrl+t")
        await ui.shows("The server lists no models")
        await ui.press(*"tts-1", "enter")
        await left(ui)
        assert (await asked(ui))["model"] == "tts-1"
        ui.use(FakeSpeech())
        await ui.shows("Voice   bass", MODELS[1].id)


async def test_the_text_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "speech.txt").write_text("Good morning,\r\neverybody.\n")
    async with speech_pane(tmp_path, size=(100, 30)) as ui:
        ui.box.put("a draft")
        await ui.press("alt+a")
        await ui.shows("Text from a file")
        await ui.type(str(tmp_path / "speech.txt"))
        await ui.press("enter")
        await ui.until(lambda: ui.box.text == "Good morning,\neverybody.")
        assert ui.box.has_focus
        await ui.press("ctrl+z")
        assert ui.box.text == "a draft"


async def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sound.wav").write_bytes(b"RIFF\x00\x01\x02\x03" * 40)
    async with speech_pane(tmp_path, size=(100, 30)) as ui:
        ui.box.put("a draft")
        await ui.click(ui.app.query_one("#file", Button))
        await ui.shows("Text from a file")
        await ui.type(str(tmp_path / "sound.wav"))
        await ui.press("enter")
        await ui.says("sound.wav")
        assert ui.box.text == "a draft"


async def test_a_text_that_is_too_long_is_refused(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("many words " * 40_000)
    async with speech_pane(tmp_path, size=(100, 30)) as ui:
        await ui.press("alt+a")
        await ui.shows("Text from a file")
        await ui.type(str(tmp_path / "long.txt"))
        await ui.press("enter")
        await ui.says("long.txt is too long: 439,999 characters", "At most 300,000")


async def test_a_server_that_was_away_is_asked_anew(tmp_path: Path) -> None:
    async with speech_pane(tmp_path) as ui:
        await ui.until(lambda: bool(ui.server.voices_asked))
        client = ui.server.client()
        ui.server.voices = (Voice(id="new-voice"),)
        ui.pane.use_service("audio", client, seen(presence=Presence.OFFLINE))
        ui.pane.use_service("audio", client, seen())
        await ui.press("alt+v")
        await ui.shows("new-voice")
        await ui.hides("bass")


@pytest.mark.parametrize("size", [(60, 12), (80, 22), (140, 46)])
async def test_the_line_under_the_cursor_is_in_sight(tmp_path: Path, size: tuple[int, int]) -> None:
    voices = [Voice(id=f"voice-{number}") for number in range(60)]
    async with speech_pane(tmp_path, size=size, server=FakeSpeech(voices=voices)) as ui:
        await ui.press("alt+v")
        await ui.shows("voice-0")
        await ui.press(*["pagedown"] * 6, "up", "down")
        await ui.shows("voice-59", "Enter take")
