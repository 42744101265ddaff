"""The transcribe pane: recording, what is in the way of it, microphones, and how to record."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList
from transcribe_parts import (
    MIC,
    NOW,
    WEBCAM,
    FakeListener,
    FakeRecorder,
    FakeSound,
    keep,
    shelf,
    studio,
    transcribe_pane,
    transcript,
)

from lmstudio_tui.audio.values import DeviceLostError, NoDeviceError, PortAudioMissingError, SoundError
from lmstudio_tui.tui.panes.transcribe.device_chooser import DeviceChooser
from lmstudio_tui.tui.panes.transcribe.key_hints import KeyHints
from lmstudio_tui.tui.panes.transcribe.option_forms import RecordingForm
from lmstudio_tui.tui.panes.transcribe.transcript_editor import TranscriptEditor
from lmstudio_tui.tui.widgets.tick import Tick

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("size", "beside"), [((80, 22), False), ((136, 46), True)])
async def test_a_recording_is_shown_as_it_goes_on_and_kept(tmp_path: Path, size: tuple[int, int], beside: bool) -> None:
    async with transcribe_pane(tmp_path, size=size) as ui:
        await ui.shows("Nothing recorded yet", "Space records", "whisper-large-v3")
        assert ui.pane.has_class("-beside") is beside
        await ui.press("space")
        await ui.shows("Recording ─ USB microphone ─ 48 kHz → 16 kHz", "00:02.0", "−6 dB", "Space stop")
        assert any(bar in ui.screen for bar in "▃▄▅▆▇█")
        ui.mic.now = replace(ui.mic.now, elapsed_s=75.3, peak_db=0.0, clipped=True)
        await ui.shows("01:15.3", "0 dB", "CLIPS")
        await ui.press("space")
        await ui.shows("Recordings ─ 1", "Recording 20 Nov 09:41", "has no transcript yet", "Record ─ default micro")
        (kept,) = ui.kept()
        assert kept.path.exists()
        assert kept.duration_s == 2.0
        assert kept.size_bytes == kept.path.stat().st_size
        assert len(ui.screen.splitlines()) == size[1]


async def test_nothing_ticks_when_nothing_happens(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        assert ui.pane._ticker is None
        await ui.press("space")
        await ui.shows("Space stop")
        assert ui.pane._ticker is not None
        await ui.press("space")
        await ui.shows("Recordings ─ 1")
        await ui.until(lambda: ui.pane._ticker is None)


async def test_a_recording_is_held_and_goes_on(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        await ui.press("space")
        await ui.shows("Space stop")
        await ui.press("p")
        await ui.shows("Paused ─ USB microphone", "p go on")
        await ui.press("p")
        await ui.shows("Recording ─ USB microphone", "p pause")
        await ui.press("ctrl+r")
        await ui.shows("Recordings ─ 1")


async def test_a_recording_is_discarded_and_brought_back(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        await ui.press("space")
        await ui.shows("Space stop")
        await ui.press("x")
        await ui.until(lambda: "u brings it back" in ui.told)
        await ui.until(lambda: ui.kept() == ())
        assert ui.names == []
        await ui.press("u")
        await ui.shows("Recordings ─ 1")
        await ui.until(lambda: len(ui.kept()) == 1)
        assert ui.kept()[0].path.exists()


async def test_the_keys_in_the_box_can_be_clicked(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        hints = ui.app.query_one(KeyHints)
        await ui.click(hints, offset=(2, 0))
        await ui.shows("Space stop")
        await ui.click(hints, offset=(2, 0))
        await ui.shows("Recordings ─ 1")


async def test_it_can_be_ended_while_the_microphone_still_opens(tmp_path: Path) -> None:
    mic = FakeRecorder(hold=threading.Event())
    async with transcribe_pane(tmp_path, sound=FakeSound(mic=mic)) as ui:
        await ui.press("space")
        await ui.shows("Opening the microphone")
        await ui.press("space")
        assert mic.hold is not None
        mic.hold.set()
        await ui.shows("Recordings ─ 1")


@pytest.mark.parametrize(
    "error",
    [
        PortAudioMissingError("The library for sound (PortAudio) is not there.", "Install libportaudio2."),
        NoDeviceError("There is no microphone.", "Plug one in."),
        SoundError("The microphone does not record at 16 kHz."),
    ],
)
async def test_what_is_in_the_way_is_said_and_files_still_work(tmp_path: Path, error: SoundError) -> None:
    media = shelf(tmp_path)
    keep(media, "Old one")
    sound = FakeSound(mic=FakeRecorder(error=error))
    async with transcribe_pane(tmp_path, sound=sound, media=media) as ui:
        await ui.press("space")
        await ui.shows(error.message[:40])
        await ui.shows("still work")
        assert len(ui.kept()) == 1, "nothing is left of what could not be begun"
        await ui.press("t")
        await ui.shows("Local inference is online.")
        ui.mic.error = None
        await ui.press("space")
        await ui.shows("Space stop")


async def test_a_lost_microphone_leaves_what_was_recorded(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        await ui.press("space")
        await ui.shows("Space stop")
        ui.mic.problem = DeviceLostError("The microphone was unplugged.")
        ui.mic.now = replace(ui.mic.now, phase="done", ended_by="loss", problem=ui.mic.problem)
        await ui.shows("Recordings ─ 1", "The microphone was unplugged.")
        await ui.until(lambda: "is kept" in ui.told)
        assert ui.kept()[0].problem == "The microphone was unplugged."


async def test_one_that_ends_by_itself_is_kept_and_transcribed_if_wanted(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        ui.pane._listener.settings = replace(ui.pane._listener.settings, at_once=True)
        await ui.press("space")
        await ui.shows("Space stop")
        ui.mic.now = replace(ui.mic.now, phase="done", ended_by="silence")
        await ui.shows("Local inference is online.", "Recordings ─ 1")


async def test_transcribing_what_is_being_recorded_ends_it_first(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        await ui.press("space")
        await ui.shows("Space stop")
        await ui.press("T")
        await ui.shows("to English")
        assert ui.server.asked[0][0] == "translate"


async def test_what_is_at_stake_is_said(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, server=FakeListener(hold=threading.Event())) as ui:
        assert ui.pane.at_stake() == ""
        await ui.press("space")
        await ui.shows("Space stop")
        assert "is kept" in ui.pane.at_stake()
        await ui.press("t")
        await ui.shows("transcribing")
        assert "is being transcribed" in ui.pane.at_stake()


async def test_leaving_the_app_keeps_what_is_being_recorded(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        await ui.press("space")
        await ui.shows("Space stop")
        ui.pane.leave()
        ui.pane.leave()
        (kept,) = shelf(tmp_path).recordings.all()
        assert (kept.name, kept.problem, kept.duration_s) == ("Recording 20 Nov 09:41", "", 2.0)
        assert kept.made_at == NOW


async def test_the_footer_says_what_the_keys_do_while_it_records(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        titles = lambda: {key: one.binding.description for key, one in ui.app.screen.active_bindings.items()}  # noqa: E731
        await ui.shows("Nothing recorded yet")
        await ui.until(lambda: "space" in titles())
        assert (titles()["space"], titles().get("x")) == ("Record", None)
        await ui.press("space")
        await ui.shows("Space stop")
        assert (titles()["space"], titles()["ctrl+r"], titles()["x"]) == ("Stop", "Stop", "Discard")
        await ui.press("space")
        await ui.shows("Recordings ─ 1")
        assert (titles()["space"], titles()["x"]) == ("Record", "Delete")


@pytest.mark.parametrize("heard", [False, True])
async def test_what_is_the_matter_with_a_recording_is_said(tmp_path: Path, heard: bool) -> None:
    media = shelf(tmp_path)
    record = keep(media, "Old one", *([transcript()] if heard else []))
    media.recordings.keep(replace(record, problem="The microphone was unplugged."))
    async with transcribe_pane(tmp_path, media=media) as ui:
        await ui.shows("Old one", "The microphone was unplugged.")


async def test_without_a_server_the_way_to_one_is_in_sight(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    keep(media, "Old one", transcript())
    async with transcribe_pane(tmp_path, media=media, seen=studio()) as ui:
        await ui.shows("Old one", "audio_base_url")


# Microphones


async def test_choosing_a_microphone_shows_what_it_hears(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        await ui.press("d")
        await ui.shows("Microphone", "the system's default", "USB microphone", "Webcam", "44.1 kHz", "−12 dB")
        assert "Loudspeaker" not in ui.screen
        await ui.press("down", "down")
        await ui.until(lambda: ui.mic.monitored[-1:] == [WEBCAM.key])
        await ui.press("enter")
        await ui.shows("Record ─ Webcam")
        await ui.until(lambda: ui.mic.unmonitored > 0)
        await ui.press("space")
        await ui.until(lambda: ui.mic.options is not None)
        assert ui.mic.options is not None
        assert ui.mic.options.device == WEBCAM.key


async def test_the_microphone_is_remembered(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        await ui.press("d")
        await ui.shows("Webcam")
        await ui.press("down", "enter")
        await ui.until(lambda: ui.pane._settings_file.load().device == MIC.key)
    async with transcribe_pane(tmp_path) as ui:
        await ui.until(lambda: ui.pane._listener.settings.device == MIC.key)


async def test_no_microphones_and_no_library(tmp_path: Path) -> None:
    sound = FakeSound(listed=())
    async with transcribe_pane(tmp_path, sound=sound) as ui:
        await ui.press("d")
        await ui.shows("There is no microphone")
        sound.listed = PortAudioMissingError("The library for sound is not there.", "Install libportaudio2.")
        await ui.press("r")
        await ui.shows("The library for sound is not there. Install libportaudio2.")
        sound.listed = (MIC,)
        await ui.press("r")
        await ui.shows("USB microphone")
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.app.screen, DeviceChooser))


async def test_one_that_does_not_open_is_said_where_it_is_chosen(tmp_path: Path) -> None:
    sound = FakeSound(mic=FakeRecorder(error=SoundError("The microphone is used by another program.")))
    async with transcribe_pane(tmp_path, sound=sound) as ui:
        await ui.press("d")
        await ui.shows("The microphone is used by another program.")
        ui.app.screen.query_one(OptionList).action_cursor_down()
        await ui.until(lambda: len(ui.mic.monitored) == 2)


# How to record


async def test_how_to_record_is_chosen_and_checked(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        await ui.press("O")
        await ui.shows("How to record", "minutes")
        form = ui.app.screen
        assert isinstance(form, RecordingForm)
        form.query_one("#silence", Input).value = "soon"
        await ui.press("enter")
        await ui.shows("The silence is a number of seconds")
        form.query_one("#silence", Input).value = "2,5"
        form.query_one("#limit", Input).value = "0"
        await ui.press("enter")
        await ui.shows("The limit is a number of minutes")
        form.query_one("#limit", Input).value = "30"
        form.query_one("#trim", Tick).value = True
        form.query_one("#limit", Input).focus()
        await ui.press("enter")
        await ui.shows("silence at both ends is cut off, stops after 2.5 s of silence")
        await ui.shows("at most 30 min")
        await ui.press("space")
        await ui.until(lambda: ui.mic.options is not None)
        assert ui.mic.options is not None
        assert (ui.mic.options.stop_after_silence_s, ui.mic.options.limit_s) == (2.5, 1800.0)
        assert ui.mic.options.trim_silence


async def test_the_dialogs_are_left_by_escape(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    async with transcribe_pane(tmp_path, media=media) as ui:
        for key in ("o", "O", "d", "m", "w", "f"):
            await ui.press(key)
            await ui.until(lambda: len(ui.app.screen_stack) == 2)
            await ui.press("escape")
            await ui.until(lambda: len(ui.app.screen_stack) == 1)
        assert not isinstance(ui.app.screen, TranscriptEditor)
        assert ui.list.has_focus
