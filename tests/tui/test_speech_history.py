"""What was spoken before: hearing it again, filtering, saving, copying, taking it again, deleting it and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from speech_fakes import FakePlayer, FakeSpeech, sound_of
from speech_parts import speech_pane, utterance

from lmstudio_tui.audio.values import PlayerState, SoundError
from lmstudio_tui.tui.panes.speech.history_panel import FilterLine
from lmstudio_tui.tui.widgets.player_bar import PlayerBar

pytestmark = pytest.mark.anyio

THREE = ("Good morning, everybody.", "The next item is the budget.", "Wie geht es Ihnen?")


async def test_the_newest_is_first_and_the_keys_move(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, before=THREE) as ui:
        await ui.spoken(3)
        ui.list.focus()
        for key, text in (
            ("down", THREE[1]),
            ("end", THREE[0]),
            ("up", THREE[1]),
            ("g", THREE[2]),
            ("G", THREE[0]),
            ("pageup", THREE[2]),
            ("pagedown", THREE[0]),
        ):
            await ui.press(key)
            assert ui.list.chosen is not None
            assert ui.list.chosen.text == text


async def test_an_utterance_is_played_again_paused_and_sought(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, before=THREE) as ui:
        await ui.spoken(3)
        ui.list.focus()
        await ui.press("down", "enter")
        assert [path.read_bytes() for path in ui.player.played] == [sound_of()]
        await ui.shows("▶09:39", "▶ playing")
        ui.player.set(position_s=6.0, duration_s=20.0, complete=True)
        await ui.shows("0:06.0 / 0:20.0")
        await ui.press("space")
        await ui.shows("❚❚ paused")
        await ui.press("alt+p")
        await ui.shows("▶ playing")
        await ui.press("right", "left", "left", "plus", "minus")
        assert ui.player.done[-5:] == ["seek 11", "seek 6", "seek 1", "volume 1.1", "volume 1"]
        await ui.press("escape")
        assert ui.player.done[-1] == "stop"
        await ui.shows("■ ended")
        await ui.press("space")
        assert len(ui.player.played) == 2


async def test_keys_that_work_where_text_is_typed(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, before=THREE) as ui:
        await ui.spoken(3)
        await ui.press("alt+p")
        await ui.shows("▶ playing")
        ui.player.set(position_s=6.0, duration_s=20.0)
        await ui.shows("0:06.0")
        await ui.press("alt+right", "alt+p")
        assert ui.player.done[-2:] == ["seek 11", "pause"]
        await ui.press("space", "s", "x", "y", "plus", "slash")
        assert ui.box.text == " sxy+/"
        assert len(ui.shelf.all()) == 3


async def test_the_bar_is_obeyed(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, before=THREE) as ui:
        await ui.spoken(3)
        await ui.click(PlayerBar, offset=(2, 0))
        await ui.shows("▶ playing")
        ui.player.set(duration_s=10.0, complete=True)
        await ui.shows("0:10.0")
        ui.bar.focus()
        await ui.press("right", "home", "up", "space")
        assert ui.player.done[-4:] == ["seek 5", "seek 0", "volume 1.1", "pause"]
        await ui.click(PlayerBar, offset=(13, 0))
        await ui.until(lambda: ui.player.done[-1] == "stop")


async def test_what_had_ended_goes_on_from_another_place(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, before=THREE) as ui:
        await ui.spoken(3)
        await ui.press("alt+p")
        ui.player.set(phase="ended", position_s=10.0, duration_s=10.0, complete=True)
        await ui.shows("■ ended")
        ui.list.focus()
        await ui.press("left")
        assert ui.player.done[-2:] == ["seek 5", "resume"]
        ui.player.set(phase="idle", position_s=10.0)
        await ui.shows("▶ play ", "0:10.0 / ")
        await ui.press("left")
        assert ui.player.done[-1] == "play 5"


async def test_a_click_chooses_and_two_play(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, before=THREE) as ui:
        await ui.spoken(3)
        await ui.click(ui.list, offset=(12, 1))
        assert ui.list.chosen is not None
        assert ui.list.chosen.text == THREE[1]
        assert not ui.player.played
        await ui.click(ui.list, offset=(12, 1), times=2)
        await ui.until(lambda: len(ui.player.played) == 1)


async def test_what_cannot_be_played_is_said(tmp_path: Path) -> None:
    player = FakePlayer(problem=SoundError("The file cannot be read.", "Save it elsewhere."))
    async with speech_pane(tmp_path, before=THREE, player=player) as ui:
        await ui.spoken(3)
        ui.list.focus()
        await ui.press("enter")
        await ui.says("The file cannot be read. Save it elsewhere.")
        await ui.shows("✗ failed")


async def test_the_filter_filters_as_one_types(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, before=THREE) as ui:
        await ui.spoken(3)
        ui.list.focus()
        await ui.press("slash", *"budg")
        await ui.shows("Spoken ─ 1 of 3", THREE[1])
        await ui.hides(THREE[0], THREE[2])
        await ui.press("down")
        assert ui.list.has_focus
        await ui.press("escape")
        await ui.spoken(3)
        await ui.press("slash", *"nothing like that")
        await ui.shows("None of them is like that.")
        await ui.press("escape")
        await ui.spoken(3)
        assert ui.list.has_focus
        assert not ui.app.query_one(FilterLine).value


async def test_esc_goes_between_the_text_and_the_list(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, before=THREE) as ui:
        await ui.spoken(3)
        assert ui.box.has_focus
        await ui.press("escape")
        assert ui.list.has_focus
        await ui.press("escape")
        assert ui.box.has_focus


async def test_its_text_and_voice_are_taken_again(tmp_path: Path) -> None:
    async with speech_pane(tmp_path) as ui:
        utterance(ui.shelf, "Good morning", voice="bass", speed=1.25, model="kokoro-82m")
        ui.box.put("a draft")
        ui.pane.arrive()
        await ui.spoken(1)
        ui.list.focus()
        await ui.press("e")
        assert ui.box.text == "Good morning"
        assert ui.box.has_focus
        await ui.shows("kokoro-82m", "bass", "1.25 ×")
        await ui.press("ctrl+s")
        await ui.spoken(2)
        asked = ui.server.asked[0]
        assert (asked.model, asked.voice, asked.speed) == ("kokoro-82m", "bass", 1.25)
        await ui.press("ctrl+z")
        assert ui.box.text == "a draft"


async def test_texts_and_paths_are_copied(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, before=THREE[:1]) as ui:
        await ui.spoken(1)
        (record,) = ui.shelf.all()
        ui.list.focus()
        await ui.press("y", "Y", "F")
        await ui.until(lambda: len(ui.app.copied) == 3)
        texts = [text for text, _ in ui.app.copied]
        assert texts == [THREE[0], str(record.path), str(ui.shelf.folder)]


@pytest.mark.parametrize("key", ["x", "delete"])
async def test_what_is_deleted_comes_back(tmp_path: Path, key: str) -> None:
    async with speech_pane(tmp_path, before=THREE) as ui:
        await ui.spoken(3)
        ui.list.focus()
        await ui.press("down", "enter", key)
        await ui.spoken(2)
        await ui.says("Deleted. F8 brings it back.")
        assert ui.player.done[-1] == "stop"
        await ui.until(lambda: THREE[1] not in [record.text for record in ui.shelf.all()])
        await ui.press("f8")
        await ui.spoken(3)
        await ui.press("u")
        await ui.says("Nothing was deleted.")


async def test_a_copy_is_written_and_nothing_is_written_over_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.chdir(folder)
    async with speech_pane(tmp_path, before=THREE[:1]) as ui:
        await ui.spoken(1)
        ui.list.focus()
        await ui.press("s")
        await ui.shows("Save speech (wav)", "good-morning-everybody.wav", f"{len(sound_of()):,} bytes")
        await ui.press("enter")
        await ui.says("Written:", "good-morning-everybody.wav")
        written = folder / "good-morning-everybody.wav"
        assert written.read_bytes() == sound_of()
        written.write_text("mine")
        ui.box.focus()
        await ui.press("alt+e")
        await ui.shows("Save speech (wav)")
        await ui.press("enter")
        await ui.shows("is there already")
        await ui.press("escape")
        assert written.read_text() == "mine"


async def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, before=THREE[:1]) as ui:
        await ui.spoken(1)
        (record,) = ui.shelf.all()
        record.path.unlink()
        await ui.press("alt+e")
        await ui.says("cannot be read")


async def test_without_utterances_the_keys_say_so(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, connected=False) as ui:
        ui.list.focus()
        for key in ("enter", "s", "e", "y", "Y", "x", "space"):
            await ui.press("f8")
            await ui.says("Nothing was deleted.")
            await ui.press(key)
            await ui.says("Nothing was spoken yet.")


async def test_the_cursor_stays_while_others_come_in(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, before=THREE, server=FakeSpeech()) as ui:
        await ui.spoken(3)
        ui.list.focus()
        await ui.press("down")
        await ui.speak("A fourth one")
        await ui.spoken(4)
        assert ui.list.chosen is not None
        assert ui.list.chosen.text == THREE[1]


async def test_many_utterances(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, before=[f"Text number {number}" for number in range(150)]) as ui:
        await ui.spoken(150)
        ui.list.focus()
        await ui.press("end")
        await ui.shows("Text number 0 ")
        await ui.press("home")
        await ui.shows("Text number 149")


async def test_what_a_server_called_it_is_harmless(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, size=(140, 40)) as ui:
        utterance(ui.shelf, "a\x1b[31m[red]b[/red]\nc", voice="[bold]v", model="m\x07", problem="p\x1b]0;x\x07q")
        ui.pane.arrive()
        await ui.spoken(1)
        await ui.shows("a[red]b[/red] c", "[bold]v", "pq")
        assert "\x1b" not in ui.screen


async def test_the_state_of_the_player_is_shown_when_the_pane_comes_back(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, before=THREE) as ui:
        await ui.spoken(3)
        await ui.press("alt+p")
        await ui.shows("▶ playing")
        ui.pane.display = False
        await ui.pilot.pause()
        ui.player.state = PlayerState("ended", 4.0, 4.0, complete=True)
        ui.pane.display = True
        await ui.shows("■ ended", "0:04.0 / 0:04.0")
