"""Speech that is handed on as it comes, and voices (server contract, 1 and 4)."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdk_servers import Connection, RawServer, answering, chunked, reply
from sdk_sounds import client_of, line_of, wav
from sdk_tape import Tape

from lmstudio_tui.sdk import (
    AuthenticationError,
    BodyReceived,
    CallFinished,
    LMStudioClient,
    LMStudioError,
    ModelNotFoundError,
    ProtocolError,
    RequestCancelledError,
    ServerFailureError,
    SpeechRequest,
    StatusError,
    StreamInterruptedError,
    Voice,
)
from lmstudio_tui.sdk.sniffing import audio_format, image_type, is_text
from lmstudio_tui.sdk.speaking import SpeechStream
from lmstudio_tui.sdk.voices import voices_in

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nTransfer-Encoding: chunked\r\n\r\n"
PCM = bytes(range(128, 200)) * 4
SAID = SpeechRequest(input="Hello")


def spoken(answer: bytes, **request: Any) -> tuple[SpeechStream, bytes, bytes]:
    """The stream at its end, its bytes, and what was asked."""
    with RawServer(answering(answer)) as server, client_of(server) as client:
        with client.create_speech(SAID.model_copy(update=request)) as stream:
            data = stream.read()
        return stream, data, server.requests[0]


def body_of(request: bytes) -> dict[str, Any]:
    return json.loads(request.partition(b"\r\n\r\n")[2])


# What is sent


def test_what_is_asked_for() -> None:
    wishes: dict[str, Any] = {"model": "m", "voice": "v", "response_format": "wav", "speed": 1.5}
    stream, data, asked = spoken(reply(wav(), kind="audio/wav"), **wishes)
    assert line_of(asked) == "POST /v1/audio/speech"
    assert b"accept: audio/*\r\n" in asked.lower()
    assert body_of(asked) == {**wishes, "input": "Hello"}
    assert (data, stream.format, stream.received, stream.content_type) == (wav(), "wav", len(wav()), "audio/wav")
    assert (stream.first_audio_ms or 0) > 0
    _, _, asked = spoken(reply(wav()), extra={"lang": "de", "input": "other"})
    assert body_of(asked) == {"input": "other", "lang": "de"}


def test_a_classic_server_is_told_the_format_by_its_own_name_too() -> None:
    health = reply({"status": "ok", "lmstudio_version": "0.2.21"})
    listing = reply({"data": []})
    answers = {"GET /health": health, "GET /v1/models": listing, "POST /v1/audio/speech": reply(wav())}

    def serve(connection: Connection) -> None:
        while True:
            connection.send(answers[line_of(connection.request())])

    with RawServer(serve) as server, client_of(server) as client:
        client.health()
        client.create_speech(SpeechRequest(input="x", response_format="wav")).read()
        assert body_of(server.requests[-1]) == {"input": "x", "response_format": "wav", "format": "wav"}


def test_nothing_is_sent_before_the_first_bytes_are_wanted() -> None:
    with RawServer(answering(reply(wav()))) as server, client_of(server) as client:
        with client.create_speech(SAID) as stream:
            assert (stream.format, stream.content_type, stream.first_audio_ms, stream.received) == ("", "", None, 0)
        assert server.requests == []


# What it is


@pytest.mark.parametrize(
    ("data", "kind", "asked", "found"),
    [
        (wav(), "audio/mpeg", "mp3", "wav"),
        (wav(), "application/octet-stream", None, "wav"),
        (wav(), "application/json", None, "wav"),
        (b"ID3\x04\0" + bytes(30), "audio/wav", "wav", "mp3"),
        (b"\xff\xf3\x88\xc4" + bytes(30), "audio/wav", "wav", "mp3"),
        (b"\xff\xf1\x50\x80" + bytes(30), "audio/wav", "wav", "aac"),
        (b"fLaC" + bytes(30), "", None, "flac"),
        (b"OggS" + bytes(30), "audio/opus", "opus", "ogg"),
        (PCM, "audio/pcm", None, "pcm"),
        (PCM, "audio/L16; rate=16000; channels=1", None, "pcm"),
        (PCM, "application/octet-stream", "pcm", "pcm"),
        (PCM, "audio/mpeg", "pcm", "mp3"),
        (PCM, "", "opus", "ogg"),
        (PCM, "", None, ""),
        (b"\0\0", "audio/pcm", None, "pcm"),
        (b"{}{}{}{}\0\0{}{}{}{}{}", "audio/pcm", None, "pcm"),
    ],
)
def test_the_bytes_tell_the_format_before_the_headers_do(data: bytes, kind: str, asked: str | None, found: str) -> None:
    stream, got, _ = spoken(reply(data, kind=kind), response_format=asked)
    assert (stream.format, got) == (found, data)


@pytest.mark.parametrize(
    ("kind", "header", "rate"),
    [
        ("audio/pcm;rate=22050", "X: y", 22050),
        ('audio/L16; channels=1; rate="16000"', "X: y", 16000),
        ("audio/pcm", "X-Sample-Rate: 48000", 48000),
        ("audio/pcm", "X-Sample-Rate: lots", None),
        ("audio/pcm", "X: y", None),
        ("audio/wav", "X-Sample-Rate: 48000", None),
    ],
)
def test_the_rate_of_samples(kind: str, header: str, rate: int | None) -> None:
    assert spoken(reply(PCM, 200, kind, header))[0].sample_rate == rate


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (reply({"error": "no such voice"}), StatusError, "no such voice"),
        (reply({"error": {"message": "no such voice"}}, kind="audio/mpeg"), StatusError, "no such voice"),
        (reply({"detail": "no such voice"}, kind="audio/mpeg"), StatusError, "no such voice"),
        (reply({"detail": {"error": "x", "message": "no such voice", "type": "y"}}), StatusError, "no such voice"),
        (reply({"detail": [{"loc": ["body", "voice"], "msg": "bad"}]}), StatusError, "voice: bad"),
        (reply({"ok": True}), ProtocolError, r"no audio \(application/json\).*ok"),
        (reply(b"<html>Sign in</html>", kind="text/html"), ProtocolError, "Sign in"),
        (reply(b"Something went wrong.", kind="audio/mpeg"), ProtocolError, "Something went wrong"),
        (reply(b"oops", kind="text/plain"), ProtocolError, "oops"),
        (reply(b"", kind="audio/mpeg"), ProtocolError, "it is empty"),
        (reply({"detail": "no such voice"}, 400), StatusError, "no such voice"),
        (reply({"detail": "Model x is not installed locally"}, 404), ModelNotFoundError, "not installed"),
        (reply({"error": "it died"}, 500), ServerFailureError, "it died"),
    ],
)
def test_what_is_no_audio_is_an_error(answer: bytes, error: type[LMStudioError], said: str) -> None:
    with RawServer(answering(answer)) as server, client_of(server) as client:
        stream = client.create_speech(SAID)
        with pytest.raises(error, match=said):
            stream.read()
        assert (stream.received, len(server.requests)) == (0, 1)


@given(st.binary(max_size=64))
def test_no_beginning_is_too_odd(head: bytes) -> None:
    assert audio_format(head) in {"", "wav", "mp3", "flac", "ogg", "aac", "m4a", "webm"}
    assert image_type(head) in {"", "image/png", "image/jpeg", "image/webp", "image/gif"}
    assert isinstance(is_text(head), bool)


def test_half_a_character_is_text_still() -> None:
    assert is_text("schön".encode()[:-2])
    assert not is_text(b"")
    assert not is_text(b"\xc3")
    assert not is_text(b"\xff\xfeab")


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("Voice 'x' not found", "lmstudio-tui voices"),
        ("The format 'mp3' is not supported", "another format"),
        ([{"loc": ["body", "model"], "msg": "Field required"}], "Name the model"),
    ],
)
def test_the_next_step_after_a_refusal(said: Any, hint: str) -> None:
    with (
        RawServer(answering(reply({"detail": said}, 422))) as server,
        client_of(server) as client,
        pytest.raises(StatusError) as caught,
    ):
        client.create_speech(SAID).read()
    assert hint in caught.value.hint


# As it comes


def test_every_piece_is_handed_on_when_it_comes() -> None:
    went_on = threading.Event()

    def speak(connection: Connection) -> None:
        connection.request()
        connection.send(HEAD + chunked(wav()))
        assert went_on.wait(10)
        connection.send(chunked(b"more") + b"0\r\n\r\n")
        connection.finish()

    with RawServer(speak) as server, client_of(server) as client, client.create_speech(SAID) as stream:
        assert next(stream) == wav()
        assert (stream.format, stream.received) == ("wav", len(wav()))
        went_on.set()
        assert list(stream) == [b"more"]


def test_a_beginning_in_single_bytes() -> None:
    pieces = b"".join(chunked(wav()[at : at + 1]) for at in range(len(wav())))
    stream, data, _ = spoken(HEAD + pieces + b"0\r\n\r\n")
    assert (data, stream.format) == (wav(), "wav")


@pytest.mark.parametrize("reset", [True, False])
def test_a_break_in_the_middle(reset: bool, tmp_path: Path) -> None:
    def cut(connection: Connection) -> None:
        connection.request()
        connection.send(HEAD + chunked(wav()))
        got.wait(10)
        connection.reset() if reset else connection.finish()

    got = threading.Event()
    with RawServer(cut) as server, client_of(server) as client:
        with client.create_speech(SAID) as stream:
            data = next(stream)
            got.set()
            with pytest.raises(StreamInterruptedError, match="The speech was interrupted") as caught:
                list(stream)
        assert (data, caught.value.context["received"]) == (wav(), len(wav()))
        assert len(server.requests) == 1
        with pytest.raises(StreamInterruptedError):
            client.create_speech(SAID).save(tmp_path / "a.wav")
    assert list(tmp_path.iterdir()) == []


def test_too_slow_after_it_began() -> None:
    def stall(connection: Connection) -> None:
        connection.request()
        connection.send(HEAD + chunked(wav()))
        connection.wait_until_left()

    with RawServer(stall) as server, client_of(server, generation_timeout=0.3) as client:
        with pytest.raises(StreamInterruptedError, match="in time"):
            client.create_speech(SAID).read()
        assert server.left.wait(5)


def test_it_is_left_at_once_and_the_server_sees_it() -> None:
    def speak(connection: Connection) -> None:
        connection.request()
        connection.send(HEAD + chunked(wav()))
        connection.wait_until_left()

    with RawServer(speak) as server, client_of(server) as client:
        with client.create_speech(SAID) as stream:
            next(stream)
            stream.cancel()
            with pytest.raises(RequestCancelledError):
                next(stream)
        assert server.left.wait(5)
        server.left.clear()
        with client.create_speech(SAID) as stream:
            next(stream)
        assert server.left.wait(5)


def test_a_file_is_there_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    with RawServer(answering(reply(wav()))) as server, client_of(server) as client:
        assert client.create_speech(SAID).save(path) == len(wav())
        assert (path.read_bytes(), list(tmp_path.iterdir())) == (wav(), [path])
        with pytest.raises(OSError, match="No such file"):
            client.create_speech(SAID).save(tmp_path / "none" / "a.wav")


def test_a_recorder_is_told_the_beginning_only() -> None:
    tape = Tape()
    long = wav(30)
    with (
        RawServer(answering(reply(long, kind="audio/wav"))) as server,
        LMStudioClient(client_of(server).config, recorder=tape) as client,
    ):
        assert client.create_speech(SAID).read() == long
    told = tape.one(BodyReceived)
    assert (told.body, told.size) == (long[: 64 * 1024], len(long))
    assert tape.one(CallFinished).bytes_received == len(long)


# Voices


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (["alloy", "nova", "alloy", "", None, 3], ["alloy", "nova", "3"]),
        ({"voices": ["alloy", "nova"]}, ["alloy", "nova"]),
        ({"voices": [{"id": "a", "name": "Ann"}, {"voice_id": "b"}, {"name": "c"}, {}, True]}, ["a", "b", "c"]),
        ([{"id": "a"}, "b"], ["a", "b"]),
        ({"alloy": {"name": "Alloy"}, "nova": {}, "object": "list"}, ["alloy", "nova"]),
        ({"voices": {"a": {"name": "Ann"}, "b": "Bob"}}, ["a", "b"]),
        ({"object": "list", "data": [{"id": "a"}]}, ["a"]),
        ({"voices": []}, []),
        ({"voices": None}, []),
        ({"status": "ok"}, []),
        ("alloy", []),
        (None, []),
    ],
)
def test_voices_in_every_shape(body: Any, ids: list[str]) -> None:
    assert [voice.id for voice in voices_in(body)] == ids


def test_what_is_told_of_a_voice() -> None:
    rows = [
        {"id": "a", "name": "Ann", "language": "en-GB", "model": "m", "gender": "f"},
        {"voice_id": "a", "model_id": "n", "languages": ["de", "en"], "display_name": "Anna"},
        {"id": "b", "lang": "fr"},
        {"id": "a", "model": "m"},
    ]
    found = voices_in({"voices": rows})
    assert [(one.id, one.name, one.language, one.model) for one in found] == [
        ("a", "Ann", "en-GB", "m"),
        ("a", "Anna", "de", "n"),
        ("b", "b", "fr", None),
    ]
    assert voices_in({"voices": {"b": "Bob"}}) == [Voice(id="b", name="Bob")]
    with RawServer(answering(reply({"voices": rows}))) as server, client_of(server) as client:
        assert [one.id for one in client.list_voices("m")] == ["a", "b"]
        assert line_of(server.requests[0]) == "GET /v1/audio/voices"


@pytest.mark.parametrize(
    "answer",
    [
        reply({"detail": "Not Found"}, 404),
        reply({"error": "Unexpected endpoint or method. (GET /v1/audio/voices)"}),
        reply(b"no", 405),
        reply(b"<html>x</html>", kind="text/html"),
    ],
)
def test_no_list_of_voices_is_an_empty_one(answer: bytes) -> None:
    with RawServer(answering(answer)) as server, client_of(server) as client:
        assert client.list_voices() == []


def test_a_list_that_is_kept_from_us_is_an_error(impatient: list[float]) -> None:
    for answer, error in ((reply({"error": "no"}, 401), AuthenticationError), (reply(b"", 500), ServerFailureError)):
        with RawServer(answering(answer)) as server, client_of(server) as client, pytest.raises(error):
            client.list_voices()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["voices", "data", "id", "name", "model"]) | st.text(max_size=4), inner),
        max_leaves=10,
    )
)  # fmt: skip
def test_no_list_of_voices_is_too_odd(value: Any) -> None:
    for voice in voices_in(value):
        assert voice.id
        assert voice.name
