"""Transcripts as subtitles: exact to the millisecond, valid whatever was said, and the same when they are read back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.hearing.retiming import retimed
from lmstudio_tui.features.hearing.subtitles import FORMATS, SUFFIXES, as_json, as_srt, as_text, as_vtt, clock, rendered
from lmstudio_tui.store.media.records import SegmentRecord, TranscriptRecord

NOW = datetime(2026, 11, 20, 9, 41, tzinfo=UTC)
SRT_TIMES = re.compile(r"(\d{2,}):(\d\d):(\d\d),(\d{3}) --> (\d{2,}):(\d\d):(\d\d),(\d{3})")
VTT_TIMES = re.compile(r"(\d{2,}):(\d\d):(\d\d)\.(\d{3}) --> (\d{2,}):(\d\d):(\d\d)\.(\d{3})")
said_texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["a --> b", "1\n\n2", "00:00:01,000 --> 00:00:02,000", "<i>&amp;</i>", "NOTE x", "\r\n"]
)


@st.composite
def segments(draw: st.DrawFn) -> SegmentRecord:
    start = draw(st.floats(0, 400_000))
    return SegmentRecord(start, start + draw(st.floats(0, 60)), draw(said_texts))


def transcript(*said: tuple[float, float, str], text: str = "", duration_s: float | None = None) -> TranscriptRecord:
    found = tuple(SegmentRecord(*one) for one in said)
    return TranscriptRecord(
        id="t",
        made_at=NOW,
        task="transcribe",
        text=text or " ".join(one.text for one in found),
        segments=found,
        duration_s=duration_s,
    )


def seconds(parts: tuple[str, ...]) -> int:
    hours, minutes, secs, thousandths = map(int, parts)
    assert minutes < 60
    assert secs < 60
    return ((hours * 60 + minutes) * 60 + secs) * 1000 + thousandths


def read_srt(text: str) -> list[tuple[int, int, str]]:
    """As a player reads it: blank lines part the subtitles."""
    cues: list[tuple[int, int, str]] = []
    for number, block in enumerate(filter(None, re.split(r"\n\n+", text.strip("\n"))), 1):
        count, times, *lines = block.split("\n")
        found = SRT_TIMES.fullmatch(times)
        assert count == str(number)
        assert found is not None
        assert lines
        assert not any("-->" in line for line in lines)
        cues.append((seconds(found.groups()[:4]), seconds(found.groups()[4:]), "\n".join(lines)))
    return cues


def read_vtt(text: str) -> list[tuple[int, int, str]]:
    head, *blocks = re.split(r"\n\n+", text.rstrip("\n"))
    assert head == "WEBVTT"
    cues: list[tuple[int, int, str]] = []
    for block in blocks:
        times, *lines = block.split("\n")
        found = VTT_TIMES.fullmatch(times)
        assert found is not None
        start, end = seconds(found.groups()[:4]), seconds(found.groups()[4:])
        assert start < end, "WebVTT wants an end after the beginning"
        shown = "\n".join(lines)
        assert "-->" not in shown
        assert "<" not in shown
        cues.append((start, end, shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")))
    return cues


def test_srt_is_as_players_want_it() -> None:
    said = transcript((0, 1.5, "Hello."), (1.5, 3723.004, "Goodbye,\nworld."))
    assert as_srt(said) == (
        "1\n00:00:00,000 --> 00:00:01,500\nHello.\n\n2\n00:00:01,500 --> 01:02:03,004\nGoodbye,\nworld.\n"
    )


def test_vtt_is_as_browsers_want_it() -> None:
    said = transcript((0, 1.5, "a < b & c"), (360_000, 360_001, "late"))
    assert as_vtt(said) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\na &lt; b &amp; c\n\n100:00:00.000 --> 100:00:01.000\nlate\n"
    )


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [(0, "00:00:00.000"), (999, "00:00:00.999"), (59_999, "00:00:59.999"), (3_600_000, "01:00:00.000")],
)
def test_a_clock_has_all_its_digits(milliseconds: int, shown: str) -> None:
    assert clock(milliseconds) == shown


def test_rounding_carries_over() -> None:
    assert read_srt(as_srt(transcript((59.9996, 3599.9999, "x")))) == [(60_000, 3_600_000, "x")]


def test_segments_are_put_in_order_and_may_overlap() -> None:
    said = transcript((5, 8, "second"), (0, 6, "first"), (5, 7, "between"))
    assert read_srt(as_srt(said)) == [(0, 6000, "first"), (5000, 7000, "between"), (5000, 8000, "second")]


def test_what_would_break_a_subtitle_is_left_out_or_written_otherwise() -> None:
    said = transcript((0, 1, "one\n\n \r\n\ntwo"), (1, 2, "  \n "), (2, 3, "a --> b"), (3, 3, "short"), (4, 5, "\x0c"))
    assert read_srt(as_srt(said)) == [(0, 1000, "one\ntwo"), (2000, 3000, "a → b"), (3000, 3001, "short")]
    assert [text for _, _, text in read_vtt(as_vtt(said))] == ["one\ntwo", "a --> b", "short"]


def test_text_without_times_stands_the_whole_time() -> None:
    assert read_srt(as_srt(transcript(text="Hello.", duration_s=7.25))) == [(0, 7250, "Hello.")]
    assert read_vtt(as_vtt(transcript(text="x" * 150))) == [(0, 10_000, "x" * 150)]
    assert read_vtt(as_vtt(transcript(text="x"))) == [(0, 1000, "x")]


def test_silence_is_a_valid_file() -> None:
    assert as_srt(transcript(duration_s=3.0)) == ""
    assert as_vtt(transcript(duration_s=3.0)) == "WEBVTT\n"
    assert as_text(transcript(duration_s=3.0)) == ""


@given(st.lists(segments(), max_size=8))
def test_what_is_written_is_read_back(said: list[SegmentRecord]) -> None:
    record = replace(transcript(), segments=tuple(said))
    wanted = sorted(
        (one for one in said if re.sub(r"[\x00-\x1f\x7f]", "", one.text).strip()), key=lambda one: one.start_s
    )
    for cues in (read_srt(as_srt(record)), read_vtt(as_vtt(record))):
        assert len(cues) == len(wanted)
        for (start, end, _), one in zip(cues, wanted, strict=True):
            assert abs(start - one.start_s * 1000) <= 0.5
            assert end >= start + 1
        assert [start for start, _, _ in cues] == sorted(start for start, _, _ in cues)


def test_json_has_the_members_that_it_promises() -> None:
    said = replace(transcript((0, 1.5, "Grüße"), duration_s=2.0), language="de", model="whisper-1", took_s=0.16)
    assert json.loads(as_json(said)) == {
        "text": "Grüße",
        "language": "de",
        "duration_s": 2.0,
        "segments": [{"start_s": 0, "end_s": 1.5, "text": "Grüße"}],
        "model": "whisper-1",
        "real_time_factor": 0.08,
    }
    assert "Grüße" in as_json(said), "readable without decoding"
    assert json.loads(as_json(transcript()))["real_time_factor"] is None


def test_every_format_has_its_suffix_and_ends_with_a_line_end() -> None:
    said = transcript((0, 1, "Hello."))
    assert set(SUFFIXES) == set(FORMATS) == {"text", "json", "srt", "vtt"}
    assert all(rendered(said, each).endswith("\n") for each in FORMATS)
    assert rendered(said, "text") == "Hello.\n"


def test_an_edited_text_keeps_the_times() -> None:
    said = transcript((0, 2, "I wood like"), (2, 4, "too cups of tee."), (4, 5, "Thanks."))
    edited = replace(said, text="I would like two cups of green tea, please. Thanks.", edited=True)
    assert read_srt(as_srt(edited)) == [
        (0, 2000, "I would like"),
        (2000, 4000, "two cups of green tea, please."),
        (4000, 5000, "Thanks."),
    ]
    assert read_srt(as_srt(replace(said, text="Thanks.", edited=True))) == [(4000, 5000, "Thanks.")]
    assert as_srt(replace(said, text="", edited=True)) == ""


@given(st.lists(st.sampled_from(["a", "b", "c,", "D"]), max_size=12), st.lists(st.sampled_from("abcde"), max_size=12))
def test_nothing_of_an_edited_text_is_lost(heard: list[str], edited: list[str]) -> None:
    parts = [SegmentRecord(at, at + 1, " ".join(heard[at * 3 : at * 3 + 3])) for at in range(len(heard) // 3 + 1)]
    found = retimed(parts, " ".join(edited))
    assert " ".join(one.text for one in found).split() == edited
    assert {one.start_s for one in found} <= {one.start_s for one in parts}


def test_a_segment_ends_with_the_audio_whatever_the_server_says() -> None:
    assert read_srt(as_srt(transcript((0, 1e18, "Hello."), duration_s=2.5))) == [(0, 2500, "Hello.")]
    assert read_srt(as_srt(transcript((3, 1e18, "Hello.")))) == [(3000, 4000, "Hello.")], "as long as it takes to read"
