"""The transcribe pane without a screen: words, rows, edits, settings, choices of models."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from transcribe_parts import MODELS, NOW, keep, shelf, transcript

from lmstudio_tui.audio.values import SoundError
from lmstudio_tui.features.hearing.model_choice import (
    listening_first,
    listens,
    model_that_listens,
    model_that_speaks,
    speaks,
)
from lmstudio_tui.features.hearing.settings import SettingsFile, TranscribeSettings
from lmstudio_tui.features.hearing.word_errors import word_errors
from lmstudio_tui.sdk import LMStudioError, ModelSummary
from lmstudio_tui.store.media.records import SegmentRecord
from lmstudio_tui.tui.panes.transcribe.checking import Checked, differences, verdict
from lmstudio_tui.tui.panes.transcribe.editing import edited, lines_of
from lmstudio_tui.tui.panes.transcribe.pane import file_name
from lmstudio_tui.tui.panes.transcribe.transcript_lines import Growing, rows_of
from lmstudio_tui.tui.panes.transcribe.words import (
    clock,
    factor_in_words,
    failure_in_words,
    matches,
    name_of_text,
    rate_in_words,
    short_moment,
    title_of,
)
from lmstudio_tui.tui.widgets.level_meter import decibels
from lmstudio_tui.tui.widgets.waveform import height_of

# Words


@pytest.mark.parametrize(
    ("seconds", "plain", "tenths"),
    [
        (0, "00:00", "00:00.0"),
        (59.97, "00:59", "00:59.9"),
        (62.1, "01:02", "01:02.1"),
        (3723.4, "1:02:03", "1:02:03.4"),
    ],
)
def test_times(seconds: float, plain: str, tenths: str) -> None:
    assert clock(seconds) == plain
    assert clock(seconds, tenths=True) == tenths


def test_rates_and_factors() -> None:
    assert [rate_in_words(rate) for rate in (48_000, 44_100)] == ["48 kHz", "44.1 kHz"]
    assert [factor_in_words(one) for one in (None, 0.0004, 0.084, 1.24, 12.3)] == [
        "",
        "< 0.001 × real time",
        "0.084 × real time",
        "1.2 × real time",
        "12 × real time",
    ]


def test_moments() -> None:
    assert short_moment(NOW - timedelta(minutes=3), NOW) == "09:38"
    assert short_moment(NOW - timedelta(days=3), NOW) == "17 Nov 09:41"
    assert short_moment(NOW - timedelta(days=400), NOW) == "16 Oct 2025"


def test_failures_say_what_and_what_next() -> None:
    assert failure_in_words(SoundError("There is no microphone.", "Plug one in")) == (
        "There is no microphone. Plug one in."
    )
    assert failure_in_words(LMStudioError("It broke\x1b[31m off", hint="Try again.")) == "It broke off. Try again."


def test_names() -> None:
    assert name_of_text("One\ntwo  three") == "One two three"
    assert len(name_of_text("word " * 100)) <= 60


def test_a_filter_looks_at_names_and_transcripts(tmp_path: Path) -> None:
    record = keep(shelf(tmp_path), "Monday meeting", transcript())
    assert matches(record, "")
    assert matches(record, "MEETING budget")
    assert not matches(record, "meeting tuesday")


def test_what_stands_over_a_transcript() -> None:
    assert title_of(transcript()) == ["whisper-large-v3", "0.08 × real time", "en"]
    other = transcript(task="translate", model=None, edited=True, duration_s=None)
    assert title_of(other) == ["model not told", "to English", "edited"]


def test_names_of_files(tmp_path: Path) -> None:
    record = keep(shelf(tmp_path), "../What? ‘Budget’ / 2026")
    assert "/" not in file_name(record)
    assert file_name(replace(record, name="talk.final.wav", source="file")) == "talk.final"
    assert file_name(replace(record, name="???")) == "transcript"


def test_levels() -> None:
    assert [decibels(one) for one in (-90.0, -6.2, -0.2, 0.0)] == ["−∞ dB", "−6 dB", "0 dB", "0 dB"]
    assert height_of(0.0, 1) == 1
    assert height_of(1.0, 1) == 8
    assert height_of(1.0, 3) == 24
    assert height_of(0.001, 3) == 1
    assert height_of(0.01, 1) < height_of(0.1, 1) < height_of(0.8, 1)


# Rows


@given(st.text(alphabet="ab cdé\n\t漢字​👩 .", max_size=120), st.integers(2, 30))
def test_rows_hold_the_text_and_fit(text: str, width: int) -> None:
    rows = rows_of(text, width)
    held = "".join(text[start:end] for start, end in rows)
    assert held.split() == text.split() or "".join(held.split()) == "".join(text.split())
    assert all(cell_len(text[start:end].strip()) <= max(width, 2) for start, end in rows)
    assert all(end <= start for (_, end), (start, _) in pairwise(rows))


@given(st.lists(st.text(alphabet="ab cd\n漢", max_size=9), max_size=12), st.integers(2, 20))
def test_rows_of_a_text_that_grows_are_those_of_the_whole(pieces: list[str], width: int) -> None:
    growing, text = Growing(), ""
    for piece in pieces:
        text += piece
        assert growing.show(text, width) == rows_of(text, width)


def test_another_text_or_width_is_broken_anew() -> None:
    growing = Growing()
    growing.show("one two three", 7)
    assert growing.show("four", 7) == rows_of("four", 7)
    assert growing.show("four five", 4) == [(0, 4), (5, 9)]


# Editing


def test_lines_are_segments() -> None:
    assert lines_of(transcript())[1] == "The next item is the budget."
    assert lines_of(transcript(segments=(), text="a\nb")) == ["a", "b"]


def test_a_changed_line_keeps_its_times() -> None:
    heard = transcript()
    lines = lines_of(heard)
    lines[1] = "The next item is the gadget."
    after = edited(heard, lines, "t2", NOW)
    assert after.segments[1] == SegmentRecord(2.1, 5.4, "The next item is the gadget.")
    assert after.edited
    assert after.id == "t2"
    assert "gadget" in after.text
    assert "budget" in heard.text, "the one that was heard is as it was"


def test_joined_and_deleted_lines_keep_the_times_of_their_words() -> None:
    heard = transcript()
    first, second, _ = lines_of(heard)
    after = edited(heard, [f"{first} {second}"], "t2", NOW)
    assert [(one.start_s, one.text) for one in after.segments] == [(0.0, first), (2.1, second)]


def test_a_text_without_times_keeps_its_lines() -> None:
    assert edited(transcript(segments=(), text="a"), ["one ", "", "two"], "t2", NOW).text == "one\n\ntwo"


# Settings


def test_settings_outlive_the_app(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "deep" / "transcribe.json")
    assert file.load() == TranscribeSettings()
    settings = replace(
        TranscribeSettings().with_model("http://a", "whisper").with_speech_model("http://a", "kokoro"),
        language="de",
        prompt="names",
        temperature=0.2,
        device="alsa: mic",
        trim_silence=True,
        stop_after_silence_s=2.0,
        limit_s=600.0,
        at_once=True,
        voice="alloy",
    )
    assert file.save(settings)
    assert file.load() == settings
    assert settings.recording.device == "alsa: mic"
    assert settings.recording.stop_after_silence_s == 2.0
    assert settings.with_model("http://a", "").models == {}


def test_settings_that_are_of_no_use_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "transcribe.json"
    path.write_text('{"models": {"a": 1, "b": "x"}, "limit_s": -1, "temperature": true, "device": 7, "at_once": "yes"}')
    assert SettingsFile(path).load() == TranscribeSettings(models={"b": "x"})
    path.write_text("[]")
    assert SettingsFile(path).load() == TranscribeSettings()


# Models


def test_models_that_listen_come_first() -> None:
    loaded = ModelSummary(id="Systran/faster-whisper-small", state="loaded")
    models = (*MODELS, loaded)
    assert [model.id for model in listening_first(models)][:2] == [loaded.id, "whisper-large-v3"]
    assert [model.id for model in models if speaks(model)] == ["kokoro"]
    assert not any(listens(ModelSummary(id=name)) for name in ("kokoro", "qwen3-8b", "text-embedding", "fastrack"))
    assert listens(ModelSummary(id="sim-hearing"))
    assert not speaks(ModelSummary(id="sim-hearing"))
    assert not listens(ModelSummary(id="hexgrad/kokoro", type="text-to-speech"))


def test_the_model_is_the_one_chosen_or_the_first_that_listens() -> None:
    assert model_that_listens(MODELS, "mine") == "mine"
    assert model_that_listens(MODELS, "") == "whisper-large-v3"
    assert model_that_listens((), "") is None
    assert model_that_speaks(MODELS, "") == "kokoro"
    assert model_that_speaks((), "") is None


# The check


def test_differences_are_told_by_signs_too(tmp_path: Path) -> None:
    errors = word_errors("the big cat sat on a mat", "the cat sits on a mat again")
    assert differences(errors).plain == "the [−big] cat [sat → sits] on a mat [+again]"
    record = replace(keep(shelf(tmp_path), "x"), transcripts=(transcript(),))
    said = verdict(Checked(record, errors))
    assert said == (
        "42.9 % of 7 words wrong: 1 heard as another, 1 not heard, 1 added. whisper-large-v3, 0.08 × real time"
    )
    assert verdict(Checked(record, word_errors("Hello there.", "hello there"))).startswith("0 % wrong: all of 2 words")
