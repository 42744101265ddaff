"""The transcribe pane: transcribing and translating, and what is done with recordings and transcripts."""

from __future__ import annotations

import json
import os
import threading
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from textual.events import Paste
from textual.widgets import Input, OptionList, TextArea
from transcribe_parts import (
    HEARD,
    SEGMENTS,
    FakeListener,
    Hearing,
    keep,
    nobody,
    service,
    shelf,
    studio,
    transcribe_pane,
    transcript,
    write_wav,
)

from lmstudio_tui.audio.values import PlayerState, SoundError
from lmstudio_tui.features.server_view import ServerView
from lmstudio_tui.features.service_view import ServiceView
from lmstudio_tui.sdk import CancelScope, ModelSummary, ServerFailureError, StreamInterruptedError
from lmstudio_tui.sdk.types.audio import Transcription, TranscriptSegment
from lmstudio_tui.store.media.records import RecordingRecord
from lmstudio_tui.store.media.shelf import MediaShelf, StoreError
from lmstudio_tui.tui.panes.transcribe.keeping import Recordings
from lmstudio_tui.tui.panes.transcribe.transcript_editor import TranscriptEditor
from lmstudio_tui.tui.screens.attach_file import AttachFile
from lmstudio_tui.tui.screens.choose import Choose
from lmstudio_tui.tui.screens.confirm import Confirm
from lmstudio_tui.tui.screens.rename import LineEntry
from lmstudio_tui.tui.widgets.player_bar import PlayerBar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from lmstudio_tui.tui.worker_bridge import Runs

pytestmark = pytest.mark.anyio


def with_one(folder: Path, *transcripts: object, name: str = "Monday meeting", seconds: float = 9.0) -> MediaShelf:
    media = shelf(folder)
    keep(media, name, *transcripts, seconds=seconds)  # pyright: ignore[reportArgumentType]
    return media


def kept(ui: Hearing) -> RecordingRecord:
    return ui.kept()[0]


# Transcribing


async def test_a_recording_is_transcribed_shown_and_kept(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, media=with_one(tmp_path)) as ui:
        await ui.shows("Monday meeting has no transcript yet", "t transcribes it")
        await ui.press("t")
        await ui.shows("whisper-large-v3 ─", "× real time ─ en", "00:02.1  The next item is the budget.", "✓")
        task, path, request = ui.server.asked[0]
        assert (task, path) == ("transcribe", kept(ui).path)
        assert request.model == "whisper-large-v3", "the first that listens"
        assert kept(ui).transcripts[0].text == HEARD.text
        assert ui.pane._ticker is None


async def test_a_translation_is_told_from_a_transcription(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, media=with_one(tmp_path, transcript())) as ui:
        await ui.shows("The next item is the budget.")
        await ui.press("T")
        await ui.shows("to English ─ ‹1/2›")
        await ui.press("greater_than_sign")
        await ui.shows("─ en ─ ‹2/2›")
        await ui.press("left")
        await ui.shows("to English ─ ‹1/2›")
        assert [one.task for one in kept(ui).transcripts] == ["translate", "transcribe"]


async def test_how_far_it_is(tmp_path: Path) -> None:
    server = FakeListener(hold=threading.Event(), upload=(3_100_000, 6_200_000))
    async with transcribe_pane(tmp_path, media=with_one(tmp_path), server=server) as ui:
        await ui.press("t")
        await ui.shows("sending 50 % of 6 MB", "▓▓▓▓▓▓▓▓▓░", "Esc stop", "coming in")
        await ui.press("T")
        await ui.until(lambda: "is under way already" in ui.told)
        await ui.press("x")
        await ui.until(lambda: "Esc stops that first" in ui.told)
        ui.app.clear_notifications()
        await ui.press("escape")
        await ui.shows("It was not transcribed.", "It was stopped before its end.", "t tries again")
        assert kept(ui).transcripts == ()


async def test_the_text_appears_as_it_comes_and_is_kept_when_it_is_stopped(tmp_path: Path) -> None:
    server = FakeListener(hold=threading.Event(), streams=True, held_after=2)
    async with transcribe_pane(tmp_path, media=with_one(tmp_path), server=server) as ui:
        await ui.press("t")
        await ui.shows("00:02.1  The next item is the budget.", "10 words")
        assert "We agreed" not in ui.screen
        await ui.press("escape")
        await ui.shows("It was stopped before its end.", "The next item is the budget.")
        await ui.until(lambda: len(kept(ui).transcripts) == 1)
        assert kept(ui).transcripts[0].problem == "It was stopped before its end."
        assert kept(ui).transcripts[0].segments[-1].end_s == 5.4


async def test_text_without_times_appears_as_it_comes(tmp_path: Path) -> None:
    server = FakeListener(hold=threading.Event(), streams=True, held_after=2, times=False)
    server.answer = HEARD.model_copy(update={"segments": SEGMENTS})
    async with transcribe_pane(tmp_path, media=with_one(tmp_path), server=server) as ui:
        await ui.press("t")
        await ui.shows("Local inference is online. The next item is the budget.")
        assert "00:02.1" not in ui.screen
        assert server.hold is not None
        server.hold.set()
        await ui.shows("00:02.1  The next item is the budget.")


async def test_one_that_breaks_off_keeps_what_came(tmp_path: Path) -> None:
    server = FakeListener(streams=True, error=StreamInterruptedError("The connection broke: it was reset."))
    async with transcribe_pane(tmp_path, media=with_one(tmp_path), server=server) as ui:
        await ui.press("t")
        await ui.shows("Local inference is online.", "What was heard until then is kept")
        await ui.until(lambda: bool(kept(ui).transcripts[:1]))
        assert "reset" in kept(ui).transcripts[0].problem


async def test_a_failure_is_said_and_tried_again(tmp_path: Path) -> None:
    server = FakeListener(error=ServerFailureError("The server failed (500): out of memory", status=500))
    async with transcribe_pane(tmp_path, media=with_one(tmp_path), server=server) as ui:
        await ui.press("t")
        await ui.shows("It was not transcribed.", "out of memory", "t tries again.")
        server.error = None
        await ui.press("t")
        await ui.shows("The next item is the budget.")
        assert "not transcribed" not in ui.screen


async def test_silence_is_said_to_be_that(tmp_path: Path) -> None:
    server = FakeListener(answer=Transcription(text="", duration=9.0))
    async with transcribe_pane(tmp_path, media=with_one(tmp_path), server=server) as ui:
        await ui.press("t")
        await ui.shows("nothing to be heard", "✓")


async def test_a_recording_is_called_by_what_is_said_in_it(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        await ui.press("space")
        await ui.shows("Space stop")
        await ui.press("space")
        await ui.shows("Recording 20 Nov 09:41")
        await ui.press("t")
        await ui.until(lambda: ui.names[0].startswith("Local inference is online."))
        assert kept(ui).name == ui.names[0]


async def test_another_recording_can_be_looked_at_meanwhile(tmp_path: Path) -> None:
    media = with_one(tmp_path)
    keep(media, "Older", transcript(), ago=90)
    server = FakeListener(hold=threading.Event())
    async with transcribe_pane(tmp_path, media=media, server=server) as ui:
        await ui.press("t")
        await ui.shows("transcribing")
        await ui.press("down")
        await ui.shows("Monday meeting: transcribing", "The next item is the budget.")
        assert server.hold is not None
        server.hold.set()
        await ui.until(lambda: "Transcribed: Monday meeting" in ui.told)
        assert "Monday meeting: transcribing" not in ui.screen


# Who listens


async def test_no_server_is_said_with_how_to_get_one(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, size=(136, 46), media=with_one(tmp_path), seen=studio()) as ui:
        await ui.shows("does not transcribe", "audio_base_url", "speaches transcribes, translates and speaks:")
        await ui.press("t")
        await ui.until(lambda: "does not transcribe" in ui.told)
        assert ui.server.asked == []
        ui.use(nobody())
        await ui.shows("does not answer", "docker run")
        ui.use()
        await ui.shows("speaches 0.8.2 · whisper-large-v3", "t transcribes it")


async def test_the_way_to_a_server_can_be_read_in_a_small_terminal(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, seen=studio()) as ui:
        await ui.shows("Speech becomes text here.")
        assert "docker run" not in ui.screen
        await ui.press("tab")
        await ui.press("end", *["pagedown"] * 3)
        await ui.shows("LocalAI", "docker run")


async def test_nobody_known_yet(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, online=False, media=with_one(tmp_path)) as ui:
        await ui.shows("Looking for the server for audio")
        await ui.press("t")
        await ui.until(lambda: "Looking for the server" in ui.told)
        ui.pane.use_service("audio", None, ServiceView("audio", "http://x", True, ServerView("http://x")))
        await ui.shows("Looking for")
        ui.pane.use_service("images", ui.server.client(), service())
        assert ui.pane._listener.client is None


async def test_options_are_chosen_sent_and_remembered(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, media=with_one(tmp_path)) as ui:
        await ui.press("o")
        await ui.shows("How to transcribe")
        ui.app.screen.query_one("#language", Input).value = "not a language!"
        await ui.press("enter")
        await ui.shows("A language is a code")
        ui.app.screen.query_one("#language", Input).value = "de"
        ui.app.screen.query_one("#temperature", Input).value = "warm"
        await ui.press("enter")
        await ui.shows("The temperature is a number")
        ui.app.screen.query_one("#temperature", Input).value = "0,4"
        ui.app.screen.query_one("#prompt", Input).value = "Kubernetes, LM Studio"
        ui.app.screen.query_one("#model", Input).value = "mine"
        await ui.press("enter")
        await ui.shows("speaches 0.8.2 · mine · de · with a prompt")
        await ui.press("t")
        await ui.shows("The next item is the budget.")
        request = ui.server.asked[0][2]
        assert (request.model, request.language, request.temperature) == ("mine", "de", 0.4)
        assert request.prompt == "Kubernetes, LM Studio"
        await ui.until(lambda: ui.pane._settings_file.load() == ui.pane._listener.settings)
    async with transcribe_pane(tmp_path) as ui:
        await ui.shows("speaches 0.8.2 · mine · de")


async def test_the_model_is_chosen_from_those_that_listen_first(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        await ui.press("m")
        await ui.shows("Which model listens?")
        options = ui.app.screen.query_one(OptionList)
        assert options.get_option_at_index(1).id == "whisper-large-v3"
        options.highlighted = 2
        await ui.press("enter")
        await ui.shows("speaches 0.8.2 · kokoro")


async def test_who_listens_is_told_in_fewer_words_where_there_is_less_room(tmp_path: Path) -> None:
    long = ModelSummary(id="Systran/faster-distil-whisper-large-v3.5-english", type="automatic-speech-recognition")
    async with transcribe_pane(tmp_path, seen=service(models=(long,))) as ui:
        await ui.shows("● speaches 0.8.2 · http://127.0.0.1:8000 · audio server")
        await ui.pilot.resize_terminal(130, 30)
        await ui.shows(f"● speaches 0.8.2 · {long.id} · http://127.0.0.1:8000 · audio server")


# Files


async def opened(ui: Hearing, *paths: Path) -> None:
    await ui.press("f")
    await ui.until(lambda: isinstance(ui.app.screen, AttachFile))
    ui.app.screen.dismiss(list(paths))
    await ui.until(lambda: not isinstance(ui.app.screen, AttachFile))


async def test_a_file_is_listed_transcribed_and_never_touched(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "talk.wav", 2.0)
    async with transcribe_pane(tmp_path) as ui:
        await opened(ui, path)
        await ui.shows("talk.wav", "file", "00:02")
        await ui.press("t")
        await ui.shows("The next item is the budget.")
        await opened(ui, write_wav(tmp_path / "other.wav", 1.0), path)
        await ui.shows("other.wav", "The next item is the budget.")
        assert sorted(ui.names) == ["other.wav", "talk.wav"], "the same file is the same recording"
        await ui.press("x")
        await ui.until(lambda: "stays where it is" in ui.told and [one.name for one in ui.kept()] == ["other.wav"])
        assert path.exists()
        await ui.press("u")
        await ui.shows("The next item is the budget.")


async def test_audio_files_are_offered_and_others_by_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here" / "albums").mkdir(parents=True)
    for name in ("talk.WAV", "song.mp3", "notes.md", "voice.bin"):
        (tmp_path / "here" / name).touch()
    write_wav(tmp_path / "here" / "voice.bin")
    monkeypatch.chdir(tmp_path / "here")
    async with transcribe_pane(tmp_path) as ui:
        await ui.press("f")
        await ui.shows("albums/", "song.mp3", "talk.WAV", "Only audio files are listed: type to see 2 others.")
        assert "notes.md" not in ui.screen
        await ui.press(*"voi")
        await ui.shows("voice.bin")
        await ui.press("enter")
        await ui.until(lambda: ui.names == ["voice.bin"])


async def test_a_file_that_is_no_audio_is_refused_with_the_list(tmp_path: Path) -> None:
    notes = tmp_path / "notes.mp3"
    notes.write_text('{"this": "is JSON"}')
    async with transcribe_pane(tmp_path) as ui:
        await opened(ui, notes, tmp_path / "gone.wav")
        await ui.until(lambda: "notes.mp3" in ui.told and "gone.wav" in ui.told)
        assert all(kind in ui.told.lower() for kind in ("wav", "flac", "ogg", "mp3"))
        assert ui.names == []


async def test_files_that_are_dropped_on_the_terminal_are_opened(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "my talk.wav")
    async with transcribe_pane(tmp_path) as ui:
        ui.list.post_message(Paste(f"'{path}'"))
        await ui.shows("my talk.wav", "file")


# Playing


async def test_playing_a_recording_and_a_segment(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, media=with_one(tmp_path, transcript())) as ui:
        await ui.shows("The next item is the budget.")
        name = kept(ui).path.name
        await ui.press("enter")
        await ui.shows("▶ playing", "0:00.0 / 0:09.0")
        await ui.press("enter")
        await ui.shows("❚❚ paused")
        await ui.press("p")
        await ui.shows("▶ playing")
        ui.text.focus()
        await ui.press("down", "space")
        await ui.shows("00:02.1▶ The next item is the budget.")
        assert ui.speaker.played == [(name, 0.0), (name, 2.1)]
        ui.speaker.now = replace(ui.speaker.now, position_s=6.0)
        await ui.shows("00:05.4▶ We agreed")
        ui.speaker.now = replace(ui.speaker.now, phase="ended")
        await ui.shows("■ ended")
        await ui.press("escape", "escape")
        await ui.until(lambda: not ui.app.query_one(PlayerBar).display)
        assert ui.pane._ticker is None or ui.pane._playing.shown is False


async def test_the_player_bar_works(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, media=with_one(tmp_path)) as ui:
        await ui.shows("Monday meeting")
        await ui.press("enter")
        await ui.shows("▶ playing")
        ui.app.query_one(PlayerBar).focus()
        await ui.press("right", "plus")
        await ui.until(lambda: ui.speaker.now.position_s == 5.0 and ui.speaker.volume == 1.1)
        await ui.press("space")
        await ui.shows("❚❚ paused")
        await ui.press("escape", "escape")
        await ui.hides("paused")
        assert ui.list.has_focus


async def test_what_cannot_be_played_is_said(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, media=with_one(tmp_path)) as ui:
        await ui.shows("Monday meeting")
        await ui.press("enter")
        await ui.shows("▶ playing")
        ui.speaker.now = PlayerState("failed", problem=SoundError("There is no loudspeaker.", "Plug one in."))
        await ui.shows("✗ failed")
        await ui.until(lambda: "There is no loudspeaker. Plug one in." in ui.told)


async def test_the_space_bar_ends_a_recording_from_the_transcript_too(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, media=with_one(tmp_path, transcript())) as ui:
        await ui.shows("The next item is the budget.")
        ui.text.focus()
        await ui.press("ctrl+r")
        await ui.shows("Space stop")
        await ui.press("space")
        await ui.shows("Recordings ─ 2")
        assert ui.speaker.played == []


# The list


async def test_filtering_as_one_types(tmp_path: Path) -> None:
    media = with_one(tmp_path, transcript())
    keep(media, "Tuesday call", ago=50)
    async with transcribe_pane(tmp_path, media=media) as ui:
        await ui.shows("Recordings ─ 2")
        await ui.press("slash")
        await ui.type("budget")
        await ui.shows("Recordings ─ 1 of 2", "Monday meeting")
        await ui.press("down")
        assert ui.list.has_focus
        await ui.press("escape")
        await ui.shows("Recordings ─ 2")
        await ui.press("slash")
        await ui.type("zzz")
        await ui.shows("No recording matches the filter.", "Esc clears it")
        await ui.press("escape", "escape")
        await ui.shows("Tuesday call")
        assert ui.list.has_focus


async def test_renaming(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, media=with_one(tmp_path)) as ui:
        await ui.shows("Monday meeting")
        await ui.press("r")
        await ui.until(lambda: isinstance(ui.app.screen, LineEntry))
        await ui.type("Budget")
        await ui.press("enter")
        await ui.until(lambda: ui.names == ["Budget"] and kept(ui).name == "Budget")


async def test_deleting_and_bringing_back(tmp_path: Path) -> None:
    media = with_one(tmp_path, transcript())
    keep(media, "Tuesday call", ago=50)
    async with transcribe_pane(tmp_path, media=media) as ui:
        await ui.shows("Recordings ─ 2")
        await ui.press("x")
        await ui.shows("Recordings ─ 1")
        await ui.until(lambda: len(ui.kept()) == 1)
        await ui.press("delete")
        await ui.shows("Nothing recorded yet")
        await ui.until(lambda: ui.kept() == ())
        ui.app.clear_notifications()
        await ui.press("u", "f8")
        await ui.until(lambda: len(ui.kept()) == 2 and ui.names == ["Monday meeting", "Tuesday call"])
        await ui.press("k")
        await ui.shows("The next item is the budget.")


async def test_many_recordings_scroll_and_keep_the_cursor(tmp_path: Path) -> None:
    media = shelf(tmp_path)
    for number in range(60):
        keep(media, f"Number {number}", ago=number * 7)
    async with transcribe_pane(tmp_path, media=media) as ui:
        await ui.shows("Recordings ─ 60", "Number 0")
        await ui.press("G")
        await ui.shows("Number 59")
        await ui.press("pageup", "up")
        at = ui.list.chosen
        assert at is not None
        ui.pane._recordings.load()
        await ui.press("space")
        await ui.shows("Space stop")
        assert ui.list.chosen == at
        await ui.press("g")
        await ui.shows("Number 0 ")


async def test_what_another_app_recorded_appears_when_one_comes_back(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path) as ui:
        keep(shelf(tmp_path), "From elsewhere")
        ui.pane.arrive()
        await ui.shows("From elsewhere")


FULL = "the disk is full. Make room on it."


@asynccontextmanager
async def heard_on_a_full_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch, room: threading.Event
) -> AsyncGenerator[Hearing]:
    """A recording was transcribed, and nothing can be written any more until there is room."""
    media = with_one(folder)
    written = media.recordings.keep

    def full(record: RecordingRecord) -> RecordingRecord:
        if room.is_set():
            return written(record)
        raise StoreError("The recording cannot be described: the disk is full.", "Make room on it.")

    async with transcribe_pane(folder, media=media) as ui:
        await ui.shows("Monday meeting")
        monkeypatch.setattr(media.recordings, "keep", full)
        await ui.press("t")
        await ui.shows("The next item is the budget.", FULL)
        yield ui


async def test_a_shelf_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with heard_on_a_full_disk(tmp_path, monkeypatch, threading.Event()) as ui:
        assert FULL in ui.told


async def test_what_could_not_be_written_stays_and_is_written_when_it_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = threading.Event()
    async with heard_on_a_full_disk(tmp_path, monkeypatch, room) as ui:
        assert "Monday meeting could not be written as it is" in ui.pane.at_stake()
        keep(shelf(tmp_path), "From elsewhere", ago=50)
        ui.pane.arrive()
        await ui.shows("From elsewhere", "The next item is the budget.", FULL)
        room.set()
        ui.pane.arrive()
        await ui.until(lambda: FULL not in ui.screen)
        assert "The next item is the budget." in ui.screen
        assert shelf(tmp_path).recordings.all()[0].transcripts[0].text == HEARD.text
        assert ui.pane.at_stake() == ""


async def test_what_could_not_be_written_outlives_being_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = threading.Event()
    async with heard_on_a_full_disk(tmp_path, monkeypatch, room) as ui:
        await ui.press("x")
        await ui.shows("Nothing recorded yet")
        await ui.until(lambda: ui.kept() == ())
        room.set()
        await ui.press("u")
        await ui.shows("The next item is the budget.")
        await ui.until(lambda: [one.text for record in ui.kept() for one in record.transcripts] == [HEARD.text])


async def test_what_is_not_in_the_trash_any_more_is_not_described_anew(tmp_path: Path) -> None:
    media = with_one(tmp_path, transcript())
    async with transcribe_pane(tmp_path, media=media) as ui:
        await ui.shows("Monday meeting")
        await ui.press("x")
        await ui.until(lambda: ui.kept() == ())
        media.recordings.empty_trash()
        await ui.press("u")
        await ui.until(lambda: "is not in the trash any more" in ui.told)
        assert ui.names == []
        assert not list((tmp_path / "media").rglob("*.json"))


class Later:
    """Work that is done when the test says so, in whatever order."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], None]] = []

    def start(self, work: Callable[..., object], *, finished: Callable[..., None], **_: object) -> None:
        self.jobs.append(lambda: finished(work(print, CancelScope())))


def test_a_look_at_the_shelf_takes_nothing_back_that_is_not_written_yet(tmp_path: Path) -> None:
    media = with_one(tmp_path, transcript())
    later, told = Later(), list[str]()
    recordings = Recordings(cast("Runs", later), media.recordings, lambda: None, told.append)
    recordings.load()
    later.jobs.pop(0)()
    recordings.rename(recordings.all[0].id, "Budget")
    recordings.load()
    write, look = later.jobs
    look()
    assert [one.name for one in recordings.all] == ["Budget"]
    write()
    assert [one.name for one in media.recordings.all()] == ["Budget"]
    assert told == []


# Transcripts


async def test_copying_and_sending_to_the_chat(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, media=with_one(tmp_path, transcript())) as ui:
        await ui.shows("The next item is the budget.")
        await ui.press("y", "c")
        await ui.until(lambda: ui.app.copied == [HEARD.text] and ui.app.prompts == [HEARD.text])


@pytest.mark.parametrize(
    ("down", "suffix", "holds"),
    [
        (0, ".txt", HEARD.text),
        (1, ".srt", "00:00:02,100 --> 00:00:05,400"),
        (2, ".vtt", "00:00:02.100 --> 00:00:05.400"),
    ],
)
async def test_saving(tmp_path: Path, down: int, suffix: str, holds: str) -> None:
    async with transcribe_pane(tmp_path, media=with_one(tmp_path, transcript())) as ui:
        await ui.shows("The next item is the budget.")
        await ui.press("s")
        await ui.until(lambda: isinstance(ui.app.screen, Choose))
        await ui.press(*["down"] * down, "enter")
        await ui.until(lambda: len(ui.app.saved) == 1)
        assert ui.app.saved[0].suggested == Path(f"Monday-meeting{suffix}")
        assert holds in ui.app.saved[0].text


async def test_saving_as_json(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, media=with_one(tmp_path, transcript())) as ui:
        await ui.shows("The next item is the budget.")
        await ui.press("s")
        await ui.until(lambda: isinstance(ui.app.screen, Choose))
        await ui.press("end", "enter")
        await ui.until(lambda: len(ui.app.saved) == 1)
        assert json.loads(ui.app.saved[0].text)["segments"][1]["start_s"] == 2.1


async def test_editing_keeps_what_was_heard_and_can_be_undone(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, media=with_one(tmp_path, transcript())) as ui:
        await ui.shows("The next item is the budget.")
        ui.text.focus()
        await ui.press("down", "e")
        await ui.until(lambda: isinstance(ui.app.screen, TranscriptEditor))
        box = ui.app.screen.query_one(TextArea)
        assert box.cursor_location == (1, 0), "at the segment that was read"
        await ui.type("Now: ")
        await ui.press("ctrl+s")
        await ui.shows("00:02.1  Now: The next item is the budget.", "edited ─ ‹1/2›")
        await ui.until(lambda: len(kept(ui).transcripts) == 2)
        assert kept(ui).transcripts[1].text == HEARD.text
        await ui.press("e")
        await ui.until(lambda: isinstance(ui.app.screen, TranscriptEditor))
        await ui.press("end")
        await ui.type("!")
        await ui.press("ctrl+s")
        await ui.shows("Now: The next item is the budget.!")
        assert len(kept(ui).transcripts) == 2, "one edited transcript, however often it is edited"
        await ui.press("u")
        await ui.hides("budget.!")
        await ui.press("u")
        await ui.until(lambda: [one.edited for one in kept(ui).transcripts] == [False])


async def test_an_edit_is_not_left_without_asking(tmp_path: Path) -> None:
    async with transcribe_pane(tmp_path, media=with_one(tmp_path, transcript(segments=(), text="One.\nTwo."))) as ui:
        await ui.shows("One.", "Two.")
        await ui.press("e")
        await ui.until(lambda: isinstance(ui.app.screen, TranscriptEditor))
        await ui.type("x")
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, Confirm))
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, TranscriptEditor))
        assert ui.app.screen.query_one(TextArea).text == "xOne.\nTwo."
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, Confirm))
        await ui.press("y")
        await ui.until(lambda: len(ui.app.screen_stack) == 1)
        assert kept(ui).transcripts[0].text == "One.\nTwo."


async def test_a_long_transcript_is_drawn_and_walked_through(tmp_path: Path) -> None:
    segments = tuple(
        TranscriptSegment(start=at * 3.0, end=at * 3.0 + 3, text=f"Sentence {at} goes on for a while " * 3)
        for at in range(2400)
    )
    server = FakeListener(answer=Transcription(text="x", duration=7200.0, segments=segments))
    async with transcribe_pane(tmp_path, media=with_one(tmp_path), server=server) as ui:
        await ui.press("t")
        await ui.shows("Sentence 0 goes on")
        ui.text.focus()
        await ui.press("G")
        await ui.shows("1:59:57.0", "Sentence 2399")
        await ui.press("pageup", "k", "g")
        await ui.shows("Sentence 0 goes on")
        await ui.pilot.resize_terminal(60, 20)
        await ui.shows("Sentence 0 goes on")
        await ui.click(ui.text, offset=(20, 4))
        assert ui.text.cursor is not None
        assert ui.text.cursor > 0


async def test_text_from_a_server_is_harmless(tmp_path: Path) -> None:
    bad = "\x1b[31mred\x1b[0m [bold]not markup[/] \x07"
    answer = Transcription(
        text=bad, segments=(TranscriptSegment(start=0, end=1, text=bad),), model="[bold]m\x1b[2J", duration=1.0
    )
    async with transcribe_pane(tmp_path, media=with_one(tmp_path), server=FakeListener(answer=answer)) as ui:
        await ui.press("t")
        await ui.shows("red [bold]not markup[/]", "[bold]m")
        assert "\x1b" not in ui.screen


async def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    media = with_one(tmp_path)
    async with transcribe_pane(tmp_path, media=media) as ui:
        await ui.shows("Monday meeting")
        os.unlink(kept(ui).path)  # noqa: PTH108 - as a person does
        await ui.press("t")
        await ui.shows("It was not transcribed.")
        assert ui.server.asked == []
