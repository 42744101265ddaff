"""The answer to a transcription, whatever it turns out to be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.sdk import ProtocolError, TranscriptDelta, Transcription, TranscriptSegment
from lmstudio_tui.sdk.cues import is_cues, is_srt, is_vtt, segments_of
from lmstudio_tui.sdk.transcript_events import TranscriptGatherer
from lmstudio_tui.sdk.transcript_reading import RefusedError, as_utf8, read_transcription

SRT = "1\n00:00:00,000 --> 00:00:01,500\nHello there.\n\n2\n00:00:01,500 --> 01:00:03,250\nGeneral\nKenobi.\n"
VTT = (
    "WEBVTT - a title\n\nNOTE a remark\n00:00.000 --> 00:09.000 is no cue\n\nSTYLE\n::cue {}\n\n"
    "first\n00:00.000 --> 00:01.500 align:start\n<v Ann>Hello <i>there</i>.</v>\n\n"
    "00:01.500 --> 01:00:03.250\nTom &amp; <00:02.000>Kenobi &lt;3\n"
)


def read(
    body: str | bytes | dict[str, Any] | list[Any], kind: str = "application/json", asked: str = "verbose_json"
) -> Transcription:
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return read_transcription(raw, kind, asked)


def times(found: Transcription | tuple[TranscriptSegment, ...]) -> list[tuple[float, float, str]]:
    segments = found.segments if isinstance(found, Transcription) else found
    return [(one.start, one.end, one.text) for one in segments]


# Subtitles

FIRST, SECOND = "00:00:01,000 --> 00:00:02,000", "00:00:03,000 --> 00:00:04,000"


def test_srt() -> None:
    found = read(SRT, "text/plain", "srt")
    assert times(found) == [(0, 1.5, "Hello there."), (1.5, 3603.25, "General Kenobi.")]
    assert (found.text, found.body) == ("Hello there. General Kenobi.", SRT.strip())


def test_vtt() -> None:
    found = read(VTT, "text/vtt", "vtt")
    assert times(found) == [(0, 1.5, "Hello there."), (1.5, 3603.25, "Tom & Kenobi <3")]


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("00:00:01,000 --> 00:00:02,000\nNo number.", [(1, 2, "No number.")]),
        ("1\r\n00:00:01.000 -> 00:00:02\r\n\r\nA blank first.\r\n\r\n", [(1, 2, "A blank first.")]),
        ("1\n00:00:01,000 --> 00:00:00,500\nBackwards.", [(1, 1, "Backwards.")]),
        ("1\n0:0:1,5 --> 0:0:2,25 X1:1\n{\\an8}<font color='red'>Red</font>", [(1.5, 2.25, "Red")]),
        (f"1\n{FIRST}\n\n2\n{SECOND}\nAfter nothing.", [(3, 4, "After nothing.")]),
        (f"1\n{FIRST}\nNo gap\n2\n{SECOND}\nhere", [(1, 2, "No gap"), (3, 4, "here")]),
    ],
)  # fmt: skip
def test_loosely_written_subtitles(text: str, segments: list[Any]) -> None:
    assert is_srt(text)
    assert times(segments_of(text)) == segments


def test_what_are_no_subtitles() -> None:
    assert not is_cues("WEBVTTX")
    assert not is_cues("At 00:01 --> there")
    assert not is_cues("")
    assert is_vtt("\ufeffWEBVTT")
    assert segments_of("WEBVTT") == ()


SECONDS = st.integers(0, 359_999_999)
WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="<>{}&-"), min_size=1).filter(
    lambda text: text.strip() and not text.strip().isdigit() and len(text.split()) == 1
)


def _stamp(milliseconds: int, mark: str) -> str:
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{mark}{rest % 1000:03}"


@given(st.lists(st.tuples(SECONDS, SECONDS, WORDS), min_size=1, max_size=6), st.sampled_from(["srt", "vtt"]))
def test_what_is_written_is_read(cues: list[tuple[int, int, str]], kind: str) -> None:
    mark = "," if kind == "srt" else "."
    parts = [f"{number}\n{_stamp(a, mark)} --> {_stamp(b, mark)}\n{text}\n" for number, (a, b, text) in enumerate(cues)]
    text = ("WEBVTT\n\n" if kind == "vtt" else "") + "\n".join(parts)
    expected = [(a / 1000, max(a, b) / 1000, word.strip()) for a, b, word in cues]
    assert times(segments_of(text)) == expected
    assert times(read(json.dumps(text), asked=kind)) == expected


@given(st.text(max_size=300))
def test_no_text_is_too_odd_for_the_reader_of_subtitles(text: str) -> None:
    for segment in segments_of(f"WEBVTT\n{text}"):
        assert segment.end >= segment.start >= 0
        assert segment.text


# JSON

WORD = {"word": " there", "start": 1.5, "end": 2}
A, B = {"start": 0, "end": 1, "text": "a"}, {"start": 1, "end": 2, "text": "b"}
GREETINGS = [(0, 1.5, "Hello there."), (1.5, 3603.25, "General Kenobi.")]


def test_verbose_json() -> None:
    found = read(
        {
            "task": "transcribe",
            "language": "english",
            "duration": "2.5",
            "text": " Hello there. ",
            "model": "w",
            "segments": [
                {"id": 1, "start": 1.5, "end": 2.5, "text": " there.", "words": [WORD]},
                {"id": 0, "start": 0.0, "end": 1.5, "text": " Hello", "avg_logprob": -0.2},
                {"id": 2, "start": 9, "end": 9, "text": "  "},
                "junk",
            ],
        }
    )  # fmt: skip
    assert (found.text, found.language, found.duration, found.model) == ("Hello there.", "english", 2.5, "w")
    assert times(found) == [(0, 1.5, "Hello"), (1.5, 2.5, "there.")]
    assert [(one.word, one.start, one.end) for one in found.words] == [("there", 1.5, 2)]
    assert found.segments[0].model_extra == {"id": 0, "avg_logprob": -0.2}
    assert found.body == ""


@pytest.mark.parametrize(
    ("body", "text", "segments"),
    [
        ({"text": "a", "error": ""}, "a", []),
        ({"text": "a", "error": "something beside"}, "a", []),
        ({"text": ""}, "", []),
        ({"text": None, "segments": []}, "", []),
        ({"segments": [A, B]}, "a b", [(0, 1, "a"), (1, 2, "b")]),
        ([A], "a", [(0, 1, "a")]),
        ({"text": SRT}, "Hello there. General Kenobi.", GREETINGS),
        (SRT, "Hello there. General Kenobi.", GREETINGS),
        ("plain words", "plain words", []),
        ("[BLANK_AUDIO]", "[BLANK_AUDIO]", []),
        ("42", "42", []),
        ('"quoted"', "quoted", []),
        (b"\xef\xbb\xbf \xff words and words and words\n", "\ufffd words and words and words", []),
        # LocalAI counts in nanoseconds; others in milliseconds.
        ({"segments": [{**A, "end": 1_500_000_000}]}, "a", [(0, 1.5, "a")]),
        ({"duration": 1.5, "segments": [{**A, "start": 250, "end": 1500}]}, "a", [(0.25, 1.5, "a")]),
        ({"segments": [{**A, "start": 2, "end": 1}]}, "a", [(2, 2, "a")]),
        ({"text": "a", "segments": [{"start": None, "end": "x", "text": "a"}, {"text": 3}]}, "a", [(0, 0, "a")]),
        ({"text": "a", "segments": "none"}, "a", []),
        # whisper.cpp in centiseconds, or in milliseconds beside the words for people.
        ({"segments": [{"t0": 50, "t1": 150, "text": "a"}]}, "a", [(0.5, 1.5, "a")]),
        ({"segments": [{"offsets": {"from": 500, "to": 1500}, "text": "a"}]}, "a", [(0.5, 1.5, "a")]),
        ({"segments": [{"offsets": 3, "t0": "x", "text": "a"}]}, "a", [(0, 0, "a")]),
        ({"segments": [{"text": "no times"}, A]}, "a", [(0, 1, "a")]),
        ({"segments": [{**A, "start": "00:01.250", "end": "1:00:02,5"}]}, "a", [(1.25, 3602.5, "a")]),
    ],
)  # fmt: skip
def test_whatever_holds_a_transcript_is_one(body: Any, text: str, segments: list[Any]) -> None:
    found = read(body)
    assert (found.text, times(found)) == (text, segments)


def test_text_is_kept_as_it_came_when_it_was_asked_for() -> None:
    assert read("Hello\nthere\n", "text/plain", "text").body == "Hello\nthere"
    assert read('"Hello"', "text/plain", "text").text == '"Hello"'
    assert read('"Hello"', "application/json", "text").text == "Hello"
    assert read({"text": "Hello"}, "application/json", "text").body == "Hello"
    assert read("Hello", "text/plain", "json").body == ""
    for asked in ("text", "srt", "vtt"):
        assert read(b" \n", "text/plain", asked) == Transcription()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "The answer is empty."),
        ("<!DOCTYPE html><p>Hello", "a page of HTML"),
        ('{"text": "hel', "broken JSON"),
        ({"status": "ok"}, "JSON without a text"),
        ({"text": 4}, "JSON without a text"),
        ([1, 2], "JSON without a text"),
        ([], "an empty list"),
        (b"RIFF\x00\x00\x01\x02", "no text"),
        (b"\xff\xfe\xfd\xfc\xfb" * 9, "no text"),
    ],
)
def test_what_is_no_transcript_is_an_error(body: Any, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        {"error": "no"},
        {"error": {"message": "no"}},
        {"detail": "no"},
        {"detail": {"error": "x", "message": "no"}},
        {"detail": [{"loc": ["body", "file"], "msg": "no"}]},
        {"error": "no", "text": ""},
    ],
)
@pytest.mark.parametrize("asked", ["text", "verbose_json"])
def test_a_complaint_is_a_refusal(body: Any, asked: str) -> None:
    with pytest.raises(RefusedError):
        read(body, "text/plain", asked)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["text", "segments", "start", "end", "words", "duration", "language", "error", "type", "delta"])
        | st.text(max_size=5), inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(
    JSON, st.sampled_from(["json", "verbose_json", "text", "srt"]), st.sampled_from(["application/json", "text/plain"])
)
def test_no_json_is_too_odd(value: Any, asked: str, kind: str) -> None:
    try:
        found = read_transcription(json.dumps(value).encode(), kind, asked)
    except (ProtocolError, RefusedError):
        return
    assert all(one.text and one.end >= one.start >= 0 for one in found.segments)


@given(st.binary(max_size=200), st.sampled_from(["json", "text", "vtt"]))
def test_no_bytes_are_too_odd(raw: bytes, asked: str) -> None:
    try:
        found = read_transcription(raw, "", asked)
    except (ProtocolError, RefusedError):
        return
    assert isinstance(found.text, str)


# What comes bit by bit


def gathered(*values: Any) -> TranscriptGatherer:
    gatherer = TranscriptGatherer()
    for value in values:
        told = "".join(event.text for event in gatherer.add(value) if isinstance(event, TranscriptDelta))
        assert gatherer.text.endswith(told)
    return gatherer


SEGMENTS = [{"start": 0.0, "end": 1.0, "text": " Hello there."}, {"start": 1.0, "end": 2.0, "text": "How are you?"}]


ALL = "Hello there. How are you?"


def said(delta: str) -> dict[str, Any]:
    return {"type": "transcript.text.delta", "delta": delta}


def done(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "transcript.text.done", "text": text, **more}


NO_CHOICES: dict[str, Any] = {"choices": []}


def chunk(text: str) -> dict[str, Any]:
    return {"choices": [{"delta": {"content": text}}]}


@pytest.mark.parametrize(
    ("events", "text", "segments"),
    [
        # OpenAI
        ([said("Hel"), said("lo")], "Hello", 0),
        ([said("Hel"), done("Hello.")], "Hello.", 0),
        ([done("Hello.", usage={})], "Hello.", 0),
        ([{"type": "transcript.text.segment", **one} for one in SEGMENTS], ALL, 2),
        ([said("Hi"), {"type": "transcript.text.segment", "text": "Hi", "end": 1}], "Hi", 1),
        # vLLM
        ([chunk("Hel"), chunk("lo"), NO_CHOICES], "Hello", 0),
        # speaches: segments, or small transcripts of one
        (SEGMENTS, ALL, 2),
        ([{"text": one["text"], "segments": [one], "duration": 2} for one in SEGMENTS], ALL, 2),
        ([{"text": "Hello there."}, {"text": "How are you?"}], ALL, 0),
        # and all of it once more at the end
        ([*SEGMENTS, {"text": ALL, "segments": SEGMENTS}], ALL, 2),
        ([{"text": "Hello there."}, {"text": "How are you?"}, {"text": f"{ALL} I"}], f"{ALL} I", 0),
        ([{"text": "No."}, {"text": "No."}], "No. No.", 0),
        ([{"text": "Okay"}, {"text": "so"}, {"text": "what now"}], "Okay so what now", 0),
        ([{"text": " And"}, {"text": " fel"}, {"text": "low"}], "And fellow", 0),
        ([{"text": "你好"}, {"text": "世界"}, {"text": "OK"}], "你好世界OK", 0),
        ([{"text": "Hello"}, {"text": "!"}], "Hello!", 0),
        ([{"text": text, "start": at, "end": at + 1} for at, text in enumerate(("你好", "世界"))], "你好世界", 2),
        # all of it again and again
        ([{"text": "Hello"}, {"text": "Hello world"}, {"text": "Hello world again"}], "Hello world again", 0),
        ([{"text": "Hi you."}, {"text": "Hi you. And"}, {"text": "you."}], "Hi you. And you.", 0),
        ([{"text": "No."}, {"text": "No. Never."}], "No. No. Never.", 0),
        ([{"text": "I"}, {"text": "Is it?"}], "I Is it?", 0),
        # plain text
        (["Hello", " there"], "Hello there", 0),
        (["Hel", "lo"], "Hello", 0),
        (["Hello there.", "How are you?"], ALL, 0),
        (["4", 2], "42", 0),
        ([{"usage": {"seconds": 2}}, None, True, {"type": "other"}], "", 0),
        ([[{"text": "a"}]], "a", 0),
    ],
)
def test_events_are_put_together(events: list[Any], text: str, segments: int) -> None:
    found = gathered(*events).result()
    assert found.text == text
    assert len(found.segments) == segments


@pytest.mark.parametrize(
    ("duration", "ends", "seconds"),
    [
        (None, [1_500_000_000, 3_000_000_000], [1.5, 3]),
        (3, [1500, 3000], [1.5, 3]),
        (3600, [5000, 9_000, 3_600_000], [5, 9, 3600]),  # the first ones may have been seconds
        (3, [1.5, 30], [1.5, 30]),  # half a minute is what a model listens to
        (None, [1500, 3000], [1500, 3000]),
    ],
)
@pytest.mark.parametrize("kind", ["", "transcript.text.segment"])
def test_times_in_a_stream_are_seconds(
    duration: float | None, ends: list[float], seconds: list[float], kind: str
) -> None:
    gatherer = TranscriptGatherer(duration)
    told: list[Any] = []
    for number, end in enumerate(ends):
        told += gatherer.add({"type": kind, "text": "a", "start": ends[number - 1] if number else 0, "end": end})
    assert [one.end for one in gatherer.result().segments] == seconds
    assert [one.start for one in gatherer.result().segments] == [0, *seconds[:-1]]
    assert told[-1].segment.end == seconds[-1]


def test_a_known_length_tells_in_what_a_whole_answer_counts() -> None:
    body = {
        "text": "a b",
        "segments": [{"start": 0, "end": 1500, "text": "a"}, {"start": 1500, "end": 3000, "text": "b"}],
    }
    raw = json.dumps(body).encode()
    assert times(read_transcription(raw, "", "verbose_json", 3.0)) == [(0, 1.5, "a"), (1.5, 3, "b")]
    assert times(read_transcription(raw, "", "verbose_json"))[0][1] == 1500
    assert times(gathered({"type": "transcript.text.done", **body}).result())[0][1] == 1500
    gatherer = TranscriptGatherer(3.0)
    gatherer.add({"type": "transcript.text.done", **body})
    assert times(gatherer.result())[1] == (1.5, 3, "b")


@pytest.mark.parametrize(
    ("raw", "charset"),
    [
        ("caf\xe9".encode("latin-1"), "iso-8859-1"),
        ("caf\xe9".encode(), "iso-8859-1"),
        ("caf\xe9".encode("utf-16"), "utf-16"),
        ("caf\xe9".encode(), ""),
        ("caf\xe9".encode(), "no such"),
    ],
)
def test_a_text_is_read_in_its_charset(raw: bytes, charset: str) -> None:
    assert read_transcription(as_utf8(raw, charset), "text/plain", "text").text == "café"
    assert as_utf8(b"\xe9", "zlib") == b"\xe9"


@pytest.mark.parametrize("asked", ["text", "verbose_json"])
def test_speech_may_begin_with_a_brace(asked: str) -> None:
    assert read("{laughs} hello", "text/plain", asked).text == "{laughs} hello"


def test_what_a_stream_tells_beside_the_text_is_kept() -> None:
    gatherer = gathered({"text": "a", "language": "en", "duration": 3, "model": "w"})
    assert (gatherer.result().language, gatherer.result().duration, gatherer.result().model) == ("en", 3, "w")
    assert not gatherer.complete
    ended = gathered(done("a", segments=SEGMENTS))
    assert (ended.complete, len(ended.segments)) == (True, 2)


@pytest.mark.parametrize("event", [{"error": "no"}, {"type": "error", "message": "no"}, {"detail": "no"}])
def test_a_complaint_in_a_stream_is_a_refusal(event: Any) -> None:
    with pytest.raises(RefusedError):
        gathered({"text": "a"}, event)


@given(st.lists(JSON, max_size=5))
def test_no_event_is_too_odd(values: list[Any]) -> None:
    gatherer = TranscriptGatherer()
    for value in values:
        try:
            gatherer.add(value)
        except (RefusedError, ProtocolError):
            return
    assert isinstance(gatherer.result().text, str)
