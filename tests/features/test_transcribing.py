"""Speech into text: what is sent, what is told meanwhile, what is kept, and every way in which it can end."""

from __future__ import annotations

import errno
import io
import json
import wave
from itertools import groupby
from typing import TYPE_CHECKING

import pytest
from media_servers import NOW, Exchange, Reply, Server, encoded, now, refuses, says, serving, wav

from lmstudio_tui.audio.values import AudioFormatError, SoundError
from lmstudio_tui.features.hearing.transcribing import (
    Heard,
    Listening,
    Preparing,
    Progress,
    TranscribeOptions,
    TranscriptInterruptedError,
    Uploading,
    transcribe,
)
from lmstudio_tui.sdk import (
    BadRequestError,
    CancelScope,
    LMStudioError,
    RequestCancelledError,
    ServerFailureError,
)
from lmstudio_tui.store.media.errors import StoreError
from lmstudio_tui.store.media.records import SegmentRecord, TranscriptRecord

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WHOLE = {
    "text": " Hello there.\x1b[31m General.",
    "language": "en",
    "duration": 99.0,
    "model": "whisper-large",
    "segments": [
        {"id": 1, "start": 0.5, "end": 1.0, "text": " General.\x1b[2J"},
        {"id": 0, "start": 0.0, "end": 0.5, "text": " Hello there."},
        {"id": 2, "start": 1.0, "end": 1.0, "text": "  "},
    ],
}


def heard(
    server: Server,
    path: Path,
    options: TranscribeOptions | None = None,
    *,
    tell: Callable[[Progress], None] = lambda _: None,
    scope: CancelScope | None = None,
) -> TranscriptRecord:
    with server.client() as client:
        return transcribe(client, path, options or TranscribeOptions(), tell=tell, scope=scope, now=now)


def events(*values: object, end: bool = True) -> Reply:
    def reply(exchange: Exchange) -> None:
        exchange.begin("text/event-stream")
        for value in values:
            exchange.piece(b"data: " + json.dumps(value).encode() + b"\n\n")
        if end:
            exchange.end()
        else:
            exchange.cut()

    return reply


def delta(text: str) -> dict[str, str]:
    return {"type": "transcript.text.delta", "delta": text}


def rate_and_channels(content: bytes) -> tuple[int, int, int]:
    with wave.open(io.BytesIO(content)) as file:
        return file.getframerate(), file.getnchannels(), file.getsampwidth()


def test_a_file_becomes_a_record(tmp_path: Path) -> None:
    path = wav(tmp_path / "Übung.wav", 2.0)
    told: list[Progress] = []
    options = TranscribeOptions(model="whisper", language="en", prompt="Names: Ada", temperature=0.2, stream=False)
    with serving(says(WHOLE)) as server:
        record = heard(server, path, options, tell=told.append)
    (asked,) = server.asked
    assert asked.path == "/v1/audio/transcriptions"
    assert asked.file == path.read_bytes()
    fields = ("model", "language", "prompt", "temperature", "response_format")
    assert [asked.field(name) for name in fields] == ["whisper", "en", "Names: Ada", "0.2", "verbose_json"]
    assert record.text == "Hello there. General."
    assert record.segments == (SegmentRecord(0.0, 0.5, "Hello there."), SegmentRecord(0.5, 1.0, "General."))
    assert (record.made_at, record.task, record.language) == (NOW, "transcribe", "en")
    assert (record.model, record.server, record.prompt) == ("whisper-large", server.base_url, "Names: Ada")
    assert record.duration_s == 2.0, "as measured here, not as the server says"
    assert record.took_s > 0
    assert record.real_time_factor == record.took_s / 2.0
    assert [kind.__name__ for kind, _ in groupby(map(type, told))] == ["Uploading", "Listening"]
    assert told[-2] == Uploading(path.stat().st_size, path.stat().st_size)
    assert isinstance(told[-1], Listening)
    assert told[-1].duration_s == 2.0


def test_a_stream_is_told_while_it_comes(tmp_path: Path) -> None:
    told: list[Progress] = []
    with serving(
        events(delta("Hello"), delta(" there."), {"type": "transcript.text.done", "text": "Hello there."})
    ) as server:
        record = heard(server, wav(tmp_path / "a.wav"), TranscribeOptions(model="mine"), tell=told.append)
    assert [one.text for one in told if isinstance(one, Heard)][:2] == ["Hello", "Hello there."]
    assert (record.text, record.model, record.problem) == ("Hello there.", "mine", "")
    assert server.asked[0].field("stream") == "true"


def test_segments_of_a_stream_are_kept_with_their_times(tmp_path: Path) -> None:
    told: list[Progress] = []
    pieces = ({"text": " One.", "start": 0.0, "end": 0.5}, {"text": " Two.", "start": 0.5, "end": 1.0})
    with serving(events(*pieces)) as server:
        record = heard(server, wav(tmp_path / "a.wav"), tell=told.append)
    assert record.segments == (SegmentRecord(0.0, 0.5, "One."), SegmentRecord(0.5, 1.0, "Two."))
    assert record.text == "One. Two."
    last = [one for one in told if isinstance(one, Heard)][-1]
    assert last.segments == record.segments


@pytest.mark.parametrize("stream", [True, False])
def test_times_are_told_by_the_length_of_the_file_and_end_with_it(tmp_path: Path, stream: bool) -> None:
    pieces = ({"text": "One.", "start": 0, "end": 1500}, {"text": "Two.", "start": 1500, "end": 3200})
    told: list[Progress] = []
    answer = events(*pieces) if stream else says({"text": "One. Two.", "segments": pieces})
    with serving(answer) as server:
        record = heard(server, wav(tmp_path / "a.wav", 3.0), TranscribeOptions(stream=stream), tell=told.append)
    assert record.segments == (SegmentRecord(0.0, 1.5, "One."), SegmentRecord(1.5, 3.0, "Two."))
    shown = [one.segments for one in told if isinstance(one, Heard)]
    assert not stream or shown[-1] == record.segments


def test_into_english(tmp_path: Path) -> None:
    options = TranscribeOptions(task="translate", language="de")
    for stream in (True, False):
        with serving(says({"text": "Good morning."})) as server:
            record = heard(
                server, wav(tmp_path / "a.wav"), TranscribeOptions(task="translate", language="de", stream=stream)
            )
        assert server.asked[0].path == "/v1/audio/translations"
        assert server.asked[0].field("language") is None
        assert (record.task, record.text) == (options.task, "Good morning.")


@pytest.mark.parametrize(("kind", "suffix"), [("FLAC", "flac"), ("OGG", "ogg"), ("MP3", "mp3")])
def test_a_name_that_lies_is_put_right(tmp_path: Path, kind: str, suffix: str) -> None:
    path = encoded(tmp_path / "lies.wav", kind)
    with serving(says(WHOLE)) as server:
        record = heard(server, path)
    assert server.asked[0].filename == f"lies.{suffix}"
    assert server.asked[0].file == path.read_bytes()
    assert record.duration_s is not None
    assert 0.9 < record.duration_s < 1.2


@pytest.mark.parametrize(
    "refusal",
    [
        refuses("Unsupported file format: flac"),
        refuses("failed to read WAV file", 200),
        refuses("Invalid or unsupported audio file."),
        refuses("nope", 415),
        says({"detail": "Could not decode audio: FFmpeg exited with 1"}, 422),
        refuses("ffmpeg: conversion failed", 500),
    ],
)
def test_a_format_that_is_refused_is_sent_once_more_as_wav(tmp_path: Path, refusal: Reply) -> None:
    path = encoded(tmp_path / "talk.flac", "FLAC")
    told: list[Progress] = []
    with serving(refusal, says(WHOLE)) as server:
        record = heard(server, path, tell=told.append)
    assert record.text.startswith("Hello")
    first, second = server.asked
    assert first.file == path.read_bytes()
    assert second.filename == "talk.wav"
    assert rate_and_channels(second.file) == (16_000, 1, 2)
    assert any(isinstance(one, Preparing) and "WAV" in one.reason for one in told)


def test_a_format_is_converted_once_only(tmp_path: Path) -> None:
    with serving(refuses("Unsupported file format")) as server, pytest.raises(BadRequestError, match="Unsupported"):
        heard(server, encoded(tmp_path / "talk.flac", "FLAC"))
    assert len(server.asked) == 2
    with serving(refuses("Unsupported file format")) as server, pytest.raises(BadRequestError):
        heard(server, wav(tmp_path / "plain.wav"))
    assert len(server.asked) == 1, "what would be sent is what was refused"


def test_a_wav_of_another_kind_is_converted_when_it_is_refused(tmp_path: Path) -> None:
    with serving(refuses("WAV file must be 16 kHz: unsupported format"), says(WHOLE)) as server:
        heard(server, wav(tmp_path / "hifi.wav", rate=48_000, channels=2))
    assert rate_and_channels(server.asked[1].file) == (16_000, 1, 2)


def test_a_server_that_takes_wav_only_is_not_asked_in_vain(tmp_path: Path) -> None:
    told: list[Progress] = []
    with serving(says(WHOLE)) as server:
        heard(server, encoded(tmp_path / "talk.mp3", "MP3"), TranscribeOptions(wav_only=True), tell=told.append)
        heard(server, wav(tmp_path / "plain.wav"), TranscribeOptions(wav_only=True))
    assert [rate_and_channels(asked.file) for asked in server.asked] == [(16_000, 1, 2)] * 2
    assert isinstance(told[0], Preparing)


@pytest.mark.parametrize("refusal", [refuses("Request Entity Too Large", 413), refuses("Maximum file size exceeded")])
def test_a_file_that_is_too_large_is_made_smaller_where_that_helps(tmp_path: Path, refusal: Reply) -> None:
    path = wav(tmp_path / "hifi.wav", rate=48_000, channels=2)
    with serving(refusal, says(WHOLE)) as server:
        heard(server, path)
    assert len(server.asked[1].file) < path.stat().st_size / 5
    with serving(refusal) as server, pytest.raises(LMStudioError) as caught:
        heard(server, wav(tmp_path / "plain.wav"))
    assert len(server.asked) == 1
    assert "25 MB" in caught.value.hint
    assert "32" in caught.value.hint, "how large it is"


def test_a_compressed_file_is_not_made_larger(tmp_path: Path) -> None:
    with serving(refuses("too large", 413)) as server, pytest.raises(LMStudioError):
        heard(server, encoded(tmp_path / "talk.mp3", "MP3", 3.0))
    assert len(server.asked) == 1


def test_other_refusals_are_not_about_the_file(tmp_path: Path) -> None:
    with serving(refuses("out of memory", 500)) as server, pytest.raises(ServerFailureError):
        heard(server, encoded(tmp_path / "talk.flac", "FLAC"))
    assert len(server.asked) == 1


def test_what_is_no_audio_is_refused_and_nothing_is_sent(tmp_path: Path) -> None:
    (tmp_path / "notes.wav").write_text("Dear diary, today I made no recording.")
    with serving(says(WHOLE)) as server:
        with pytest.raises(AudioFormatError) as caught:
            heard(server, tmp_path / "notes.wav")
        assert "text" in caught.value.message
        with pytest.raises(AudioFormatError, match="no sound"):
            heard(server, wav(tmp_path / "empty.wav", 0.0))
        with pytest.raises(SoundError, match="No such file"):
            heard(server, tmp_path / "missing.wav")
    assert server.asked == []


def test_what_came_before_an_interruption_is_kept(tmp_path: Path) -> None:
    piece = {"type": "transcript.text.segment", "text": " One.", "start": 0.0, "end": 0.5}
    with (
        serving(events(piece, delta(" Tw"), end=False)) as server,
        pytest.raises(TranscriptInterruptedError) as caught,
    ):
        heard(server, wav(tmp_path / "a.wav"))
    record = caught.value.record
    assert record.text.startswith("One.")
    assert record.segments == (SegmentRecord(0.0, 0.5, "One."),)
    assert record.problem == caught.value.message
    assert "interrupted" in record.problem


def cancelled(server: Server, path: Path, options: TranscribeOptions, when: Callable[[Progress], bool]) -> None:
    """Cancel at a moment, and see that it ends."""
    scope = CancelScope()

    def tell(progress: Progress) -> None:
        if when(progress):
            scope.cancel()

    with pytest.raises(RequestCancelledError):
        heard(server, path, options, tell=tell, scope=scope)


def test_it_can_be_cancelled_at_each_phase(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", 10.0)
    scope = CancelScope()
    scope.cancel()
    with serving(says(WHOLE)) as server:
        with pytest.raises(RequestCancelledError):
            heard(server, path, scope=scope)
        assert server.asked == []
    for stream in (True, False):
        options = TranscribeOptions(stream=stream)
        with serving(Exchange.wait) as server:
            cancelled(server, path, options, lambda one: isinstance(one, Uploading))
        with serving(Exchange.wait) as server:
            cancelled(server, path, options, lambda one: isinstance(one, Listening))

    def stalls(exchange: Exchange) -> None:
        exchange.begin("text/event-stream")
        exchange.piece(b"data: " + json.dumps(delta("Hello")).encode() + b"\n\n")
        exchange.wait()

    with serving(stalls) as server:
        cancelled(server, path, TranscribeOptions(), lambda one: isinstance(one, Heard))


def test_converting_can_be_cancelled(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.flac", "FLAC")
    with serving(says(WHOLE)) as server:
        cancelled(server, path, TranscribeOptions(wav_only=True), lambda one: isinstance(one, Preparing))
    assert server.asked == []


def test_no_room_to_convert_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = encoded(tmp_path / "a.flac", "FLAC")
    monkeypatch.setattr("lmstudio_tui.audio.wavfile.WavWriter.write", full)
    with serving(says(WHOLE)) as server, pytest.raises(StoreError, match="cannot be converted: the disk is full"):
        heard(server, path, TranscribeOptions(wav_only=True))
    assert server.asked == []
