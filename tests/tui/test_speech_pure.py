"""What the speech pane says and chooses from, without a screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from app_parts import NOW

from lmstudio_tui.audio.values import PlayerState
from lmstudio_tui.sdk import ModelSummary
from lmstudio_tui.sdk.types.audio import Voice
from lmstudio_tui.store.media.records import UtteranceRecord
from lmstudio_tui.tui.panes.speech import wishes, words
from lmstudio_tui.tui.panes.speech.status import when_spoken, while_speaking
from lmstudio_tui.tui.panes.speech.talking import Progress, Spoken
from lmstudio_tui.tui.panes.speech.text_box import amount_in_words, spoken_seconds

RECORD = UtteranceRecord("a", Path("/x/a.mp3"), NOW, "Good morning!", format="mp3", duration_s=12.8, size_bytes=210_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        (" \n ", ""),
        ("a", "1 character · 1 word · ~1 s"),
        ("word " * 600, "3,000 characters · 600 words · ~3:20 min"),
    ],
)
def test_how_much_a_text_is(text: str, said: str) -> None:
    assert amount_in_words(text) == said


def test_how_long_a_text_lasts() -> None:
    assert spoken_seconds("") == 0
    assert round(spoken_seconds("x" * 150), 3) == 10
    assert round(spoken_seconds("x" * 150, 2.0), 3) == 5
    assert round(spoken_seconds("今" * 50), 3) == 10
    assert round(spoken_seconds("x" * 1_500_000)) == 100_000


@pytest.mark.parametrize(
    ("typed", "speed"),
    [
        ("1", 1.0),
        ("1.25", 1.25),
        ("1,25", 1.25),
        ("1.5x", 1.5),
        ("0.75 ×", 0.75),
        (".5", 0.5),
        ("2.", 2.0),
        ("10", 10.0),
        ("11", None),
        ("0", None),
        ("-1", None),
        ("nan", None),
        ("1e3", None),
        ("", None),
        ("fast", None),
    ],
)
def test_speeds(typed: str, speed: float | None) -> None:
    assert wishes.speed_of(typed) == speed


def test_the_models_that_speak_come_first() -> None:
    models = [ModelSummary(id="whisper-1"), ModelSummary(id="kokoro"), ModelSummary(id="tts-1")]
    used = [replace(RECORD, model="old"), replace(RECORD, model="kokoro"), replace(RECORD, model=None)]
    assert [one.id for one in wishes.model_choices(models, used)] == ["kokoro", "tts-1", "whisper-1", "old"]
    assert wishes.first_that_speaks(models) == "kokoro"
    assert wishes.first_that_speaks(models[:1]) == ""


def test_the_voices_of_the_model_come_first() -> None:
    voices = [Voice(id="b", model="other"), Voice(id="a", model="mine", name="Anna", language="de")]
    choices = wishes.voice_choices(voices, "mine", [replace(RECORD, voice="c")])
    assert [(one.id, one.more) for one in choices] == [
        ("", ""),
        ("a", "Anna · de · mine"),
        ("b", "other"),
        ("c", "used before"),
    ]
    assert wishes.first_voice(voices, "mine") == "a"
    assert wishes.first_voice(voices, "third") == "b"
    assert wishes.first_voice([], "mine") == ""


def test_wishes_are_kept_by_server() -> None:
    mine = wishes.Wishes()
    mine.choose("a", "voice", "alto")
    mine.choose("b", "voice", "")
    mine.choose("b", "speed", "2")
    mine.choose("b", "speed", None)
    mine.choose("c", "speed", None)
    assert mine.all == {"a": {"voice": "alto"}, "b": {"voice": ""}}
    other = wishes.Wishes()
    other.recall(mine.all)
    assert (other.of("a"), other.of("b"), other.of("c")) == ({"voice": "alto"}, {"voice": ""}, {})


def test_lines_about_an_utterance() -> None:
    record = replace(RECORD, model="kokoro", voice="alto", speed=1.2)
    assert words.facts_in_words(record) == "kokoro · alto · 1.2 × · mp3 · 0:12.8 · 210 kB"
    assert words.length_in_words(replace(RECORD, duration_s=None)) == "—"
    assert words.length_in_words(replace(RECORD, duration_s=7325.0)) == "2:02:05"
    assert words.keeps(record, ["morning", "alto"])
    assert not words.keeps(record, ["morning", "bass"])
    assert words.keeps(record, [])


@pytest.mark.parametrize(("days", "said"), [(0, "09:41"), (3, "17 Nov"), (400, "Oct 25")])
def test_when_it_was(days: int, said: str) -> None:
    assert words.when_in_words(NOW - timedelta(days=days), NOW) == said
    assert words.when_in_words(datetime(2026, 11, 20, 23, 30, tzinfo=UTC), NOW) == "23:30"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Good morning, everybody! How are you today?", "good-morning-everybody-how-are-you.mp3"),
        ("../../etc/passwd", "etc-passwd.mp3"),
        ("今日は", "今日は.mp3"),
        ("!?", "speech.mp3"),
        ("x" * 500, f"{'x' * 48}.mp3"),
    ],
)
def test_names_for_files(text: str, name: str) -> None:
    assert words.file_name(replace(RECORD, text=text)) == name


def test_what_is_said_while_it_comes() -> None:
    waiting = while_speaking(Progress(0.0), PlayerState())
    assert waiting.startswith("Waiting for the server's first sound: ")
    coming = Progress(0.0, began_ms=120.0, received=34_000, format="mp3")
    assert while_speaking(coming, PlayerState("waiting")) == "mp3 comes in: 34 kB · server 120 ms"
    heard = while_speaking(coming, PlayerState("playing", first_sound_ms=1080.0))
    assert heard == "mp3 comes in: 34 kB · first sound 1,200 ms, server 120 ms"


def test_what_is_said_at_the_end() -> None:
    assert when_spoken(Spoken(RECORD, began_ms=120.0, played=True), PlayerState("ended", first_sound_ms=80.0)) == (
        "Spoken: 0:12.8 of mp3, 210 kB · first sound 200 ms, server 120 ms",
        "good",
    )
    assert when_spoken(Spoken(RECORD), PlayerState()) == ("Spoken: 0:12.8 of mp3, 210 kB", "good")
    lost = when_spoken(Spoken(RECORD, "The disk is full.", "Make room."), PlayerState())
    assert lost == ("It is at /x/a.mp3, and in no list: The disk is full. Make room.", "bad")
    assert when_spoken(Spoken(problem="No.", hint="Try again."), PlayerState()) == ("No. Try again.", "bad")
