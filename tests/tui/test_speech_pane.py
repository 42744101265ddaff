"""The speech pane: a text is spoken, heard while it comes, stopped, and what is said of all that."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from speech_fakes import URL, FakePlayer, FakeSpeech, pieces_of, sound_of
from speech_parts import seen, speech_pane

from lmstudio_tui.audio.values import NoDeviceError
from lmstudio_tui.features.server_view import Presence
from lmstudio_tui.sdk import ServerFailureError, ServerRefusedError, StreamInterruptedError
from lmstudio_tui.tui.panes.speech.settings import SpeakButton
from lmstudio_tui.tui.panes.speech.status import Status

pytestmark = pytest.mark.anyio


def slow(held: int = 1) -> FakeSpeech:
    """A server that waits before its last pieces until it is told to go on."""
    return FakeSpeech(hold=threading.Event(), held=held)


async def test_a_text_is_spoken_heard_and_kept(tmp_path: Path) -> None:
    async with speech_pane(tmp_path) as ui:
        await ui.type("Good morning")
        await ui.shows("12 characters · 2 words · ~1 s")
        await ui.press("ctrl+s")
        await ui.spoken(1)
        asked = ui.server.asked[0]
        assert (asked.input, asked.model, asked.voice) == ("Good morning", "sim-speech", None)
        assert (asked.response_format, asked.speed) == (None, None)
        (feed,) = ui.player.feeds
        assert (feed.data, feed.ended, feed.problem) == (sound_of(), True, "")
        (record,) = ui.shelf.all()
        assert record.path.read_bytes() == sound_of()
        assert (record.text, record.server, record.problem) == ("Good morning", URL, "")
        await ui.says("Spoken: 0:01.0 of wav, 16 kB", "first sound ", ", server ")
        await ui.shows("Good morning", "sim-speech · wav · 0:01.0 · 16 kB")
        assert ui.box.text == "Good morning"


@pytest.mark.parametrize("key", ["ctrl+s", "alt+s"])
async def test_the_keys_that_speak(tmp_path: Path, key: str) -> None:
    async with speech_pane(tmp_path) as ui:
        await ui.type("one")
        await ui.press("enter", *"two", key)
        await ui.spoken(1)
        assert ui.server.asked[0].input == "one\ntwo"


async def test_the_button_speaks_and_stops(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, server=slow(4)) as ui:
        await ui.type("one")
        await ui.click(SpeakButton)
        await ui.shows("Stop  Esc", "Waiting for the server's first sound")
        # Who clicks twice by mistake does not stop it at once.
        await ui.until(lambda: not ui.app.query_one(SpeakButton).has_class("-active"))
        await ui.click(SpeakButton)
        await ui.shows("Speak  Ctrl+S")
        assert ui.said == "Stopped."
        assert not ui.shelf.all()


async def test_it_is_heard_while_it_comes_and_stopped_in_the_middle(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, server=slow()) as ui:
        await ui.speak("Good morning")
        await ui.says("wav comes in: 12 kB", "first sound ")
        await ui.shows("▶ playing", "0:00.5+")
        ui.player.set(phase="stalled", position_s=0.5, stalls=1)
        await ui.shows("⋯ stalled", "1 gap")
        assert ui.pane.at_stake()
        await ui.press("escape")
        await ui.says("stopped", "What came is kept")
        (record,) = ui.shelf.all()
        assert "stopped" in record.problem
        assert "stop" in ui.player.done
        await ui.spoken(1)
        assert ui.box.text == "Good morning"
        assert not ui.pane.at_stake()


async def test_a_new_text_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, server=slow()) as ui:
        await ui.speak("first")
        await ui.says("comes in")
        ui.use(FakeSpeech())
        await ui.speak("second")
        await ui.spoken(2)
        await ui.says("Spoken: 0:01.0")
        texts = {record.text: "stopped" in record.problem for record in ui.shelf.all()}
        assert texts == {"first": True, "second": False}
        assert [one.input for one in ui.server.asked] == ["second"]
        assert len(ui.player.feeds) == 2


async def test_what_the_server_refuses_is_said_and_the_text_stays(tmp_path: Path) -> None:
    error = ServerRefusedError("Nothing answers: connection refused.", hint="Start the server.")
    async with speech_pane(tmp_path, server=FakeSpeech(error=error)) as ui:
        await ui.speak("Good morning")
        await ui.says("Nothing answers: connection refused. Start the server.")
        await ui.shows("Speak  Ctrl+S")
        assert ui.box.text == "Good morning"
        assert not ui.shelf.all()
        ui.server.error = None
        await ui.press("ctrl+s")
        await ui.spoken(1)


async def test_a_long_reason_leaves_room_for_the_text_and_can_be_read_to_its_end(tmp_path: Path) -> None:
    reason = " ".join(f"line {number} of what happened inside the server;" for number in range(40))
    error = ServerFailureError(reason, status=500, hint="Look at its log.")
    async with speech_pane(tmp_path, size=(80, 22), server=FakeSpeech(error=error), before=["One"]) as ui:
        await ui.speak("Good morning")
        await ui.shows("line 0 of what", "Good morning", "Speak  Ctrl+S", "▶ play", "Spoken ─ 1")
        status = ui.app.query_one(Status)
        await ui.until(lambda: status.size.height == 4)
        assert "Look at its log." not in ui.screen
        ui.box.focus()
        await ui.press(*["tab"] * 7)
        await ui.until(lambda: status.has_focus)
        await ui.press("end")
        await ui.shows("Look at its log.")
        await ui.press("up", "pageup", "home")
        await ui.shows("line 0 of what")
        await ui.press("down", "pagedown")
        await ui.until(lambda: status.scroll_offset.y == 4)
        ui.server.error = None
        await ui.press("ctrl+s")
        await ui.spoken(2)
        # What fits is passed over by Tab.
        await ui.until(lambda: status.size.height == 1)
        assert not status.focusable


async def test_what_breaks_off_is_kept_and_said(tmp_path: Path) -> None:
    broken = StreamInterruptedError("The connection broke.", partial=None)
    async with speech_pane(tmp_path, server=FakeSpeech(broken=broken)) as ui:
        await ui.speak("Good morning")
        await ui.says("The connection broke.", "What came is kept")
        assert "The connection broke." in ui.player.feeds[0].problem
        await ui.press("escape", "escape")
        await ui.shows("!")


async def test_a_format_that_cannot_be_played_is_kept_and_said(tmp_path: Path) -> None:
    server = FakeSpeech(format="aac", pieces=pieces_of(b"\xff\xf1" + bytes(400)))
    async with speech_pane(tmp_path, server=server) as ui:
        await ui.speak("Good morning")
        await ui.spoken(1)
        await ui.says("cannot be played here")
        (record,) = ui.shelf.all()
        assert record.path.read_bytes() == b"\xff\xf1" + bytes(400)


async def test_without_a_loudspeaker_it_is_kept(tmp_path: Path) -> None:
    player = FakePlayer(problem=NoDeviceError("There is no loudspeaker.", "Plug one in."))
    async with speech_pane(tmp_path, player=player, server=slow()) as ui:
        await ui.speak("Good morning")
        await ui.says("not heard: There is no loudspeaker.")
        assert ui.server.hold is not None
        ui.server.hold.set()
        await ui.says("It is kept, and was not heard: There is no loudspeaker. Plug one in.")
        assert len(ui.shelf.all()) == 1


async def test_a_full_disk_is_said(tmp_path: Path) -> None:
    async with speech_pane(tmp_path) as ui:
        (tmp_path / "media").write_text("in the way")
        await ui.speak("Good morning")
        await ui.says("a file is where a folder should be")
        assert ui.player.feeds[0].data == sound_of()


async def test_pcm_is_played_at_its_rate_and_kept_as_wav(tmp_path: Path) -> None:
    server = FakeSpeech(format="pcm", sample_rate=16_000, pieces=pieces_of(bytes(32_000)))
    async with speech_pane(tmp_path, server=server) as ui:
        await ui.speak("Good morning")
        await ui.spoken(1)
        assert "stream pcm 16000" in ui.player.done
        (record,) = ui.shelf.all()
        assert (record.format, record.path.suffix, record.duration_s) == ("wav", ".wav", 1.0)


async def test_without_a_text_nothing_is_asked(tmp_path: Path) -> None:
    async with speech_pane(tmp_path) as ui:
        await ui.type("  ")
        await ui.press("ctrl+s")
        await ui.says("There is no text yet")
        assert not ui.server.asked


@pytest.mark.parametrize(
    ("presence", "words"),
    [(Presence.OFFLINE, "does not answer"), (Presence.LOCKED, "wants a key"), (Presence.CONNECTING, "Looking for")],
)
async def test_the_server_is_named_whatever_it_is_like(tmp_path: Path, presence: Presence, words: str) -> None:
    async with speech_pane(tmp_path, size=(140, 46), view=seen(presence=presence)) as ui:
        await ui.shows(words, URL)


async def test_who_speaks_is_told_in_fewer_words_where_there_is_less_room(tmp_path: Path) -> None:
    there = "http://workstation.example.lan:8000"
    async with speech_pane(tmp_path, view=seen(there)) as ui:
        await ui.shows(f"● speaches 0.8.2 · {there} · audio server")
        await ui.pilot.resize_terminal(120, 30)
        await ui.shows(f"● speaches 0.8.2 at {there}, a server of its own for audio")
        await ui.pilot.resize_terminal(80, 24)
        await ui.shows(f"● speaches 0.8.2 · {there} · audio server")
        ui.use(ui.server, seen(there, own=False))
        await ui.shows(f"● speaches 0.8.2 at {there}, the main server")
        ui.use(ui.server, seen(there, presence=Presence.CONNECTING))
        await ui.shows(f"… Looking for the server for audio at {there} …")
        await ui.pilot.resize_terminal(60, 24)
        await ui.shows(f"… Looking for {there} …")


async def test_how_to_get_a_server(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, size=(140, 46), view=seen(can=False)) as ui:
        await ui.shows("does not speak", "speaches", "Kokoro-FastAPI", "LocalAI", "audio_base_url")


async def test_without_a_connection_it_says_so(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, connected=False) as ui:
        ui.pane.arrive()
        await ui.speak("Good morning")
        await ui.says("There is no connection yet.")
        ui.pane.use_service("audio", None, seen(presence=Presence.OFFLINE))
        await ui.press("ctrl+s")
        await ui.says("does not answer")
        ui.pane.use_service("images", ui.server.client(), seen("http://127.0.0.1:9"))
        await ui.press("ctrl+s")
        assert not ui.server.asked


async def test_an_answer_from_elsewhere_is_spoken_and_a_draft_stays(tmp_path: Path) -> None:
    async with speech_pane(tmp_path) as ui:
        ui.pane.receive("An answer.")
        await ui.spoken(1)
        assert ui.box.text == "An answer."
        ui.pane.receive("Another answer.")
        await ui.spoken(2)
        assert ui.box.text == "Another answer."
        ui.box.put("my own text")
        ui.pane.receive("A third one.")
        await ui.spoken(3)
        assert ui.box.text == "my own text"
        assert [one.input for one in ui.server.asked] == ["An answer.", "Another answer.", "A third one."]


async def test_out_of_sight_nothing_ticks_and_a_failure_is_said_all_the_same(tmp_path: Path) -> None:
    async with speech_pane(tmp_path, server=slow(4)) as ui:
        await ui.speak("Good morning")
        await ui.says("Waiting for")
        ui.pane.display = False
        await ui.pilot.pause()
        ui.server.error = None
        ui.server.broken = StreamInterruptedError("The connection broke.", partial=None)
        assert ui.server.hold is not None
        ui.server.hold.set()
        await ui.shows("The connection broke")


@pytest.mark.parametrize("size", [(80, 21), (60, 18), (142, 46), (40, 12), (110, 10)])
@pytest.mark.parametrize("theme", ["quiet-dark", "quiet-light"])
async def test_every_part_is_there_at_every_size(tmp_path: Path, size: tuple[int, int], theme: str) -> None:
    async with speech_pane(tmp_path, size=size, theme=theme, before=["Good morning"]) as ui:
        await ui.shows("Model", "Voice", "Format", "Speed", "Speak", "▶ play")
        if size[1] > 12:
            await ui.shows("Spoken ─ 1", "Good morning", "0:01.0")
