"""Audio that is sent to be heard: what goes over the wire, and what servers make of it (server contract, 1 and 4)."""

from __future__ import annotations

import io
import os
import threading
import time
import tracemalloc
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from sdk_servers import (
    CI_BOUND,
    DONE,
    KEY,
    Connection,
    Handler,
    RawServer,
    answering,
    chunked,
    event,
    reply,
    stream_head,
    whole_stream,
)
from sdk_sounds import MISSING, client_of, form_of, line_of, wav
from sdk_tape import Tape

from lmstudio_tui.sdk import (
    BadRequestError,
    BodyReceived,
    CallFinished,
    CallStarted,
    CancelScope,
    ConnectionLostError,
    EventReceived,
    FeatureUnavailableError,
    LMStudioClient,
    LMStudioError,
    ModelNotFoundError,
    ProtocolError,
    RequestCancelledError,
    RequestTimeoutError,
    ServerFailureError,
    StatusError,
    StreamingError,
    StreamInterruptedError,
    TranscriptDelta,
    Transcription,
    TranscriptionRequest,
    TranscriptSegmentCame,
    ValidationError,
)
from lmstudio_tui.sdk.network import TickingStream
from lmstudio_tui.sdk.upload_errors import bound_in, megabytes
from lmstudio_tui.sdk.uploading import PIECE, SHOWN

HELLO = reply({"text": "Hello"})
NOT_THERE = reply(MISSING, 404, "text/plain")
SEGMENT = {"id": 0, "start": 0.0, "end": 1.5, "text": " Hello"}


def heard(*answers: bytes, audio: Any = b"", **request: Any) -> tuple[Transcription, list[bytes]]:
    """What is heard, and the requests."""
    with RawServer(*(answering(one) for one in answers)) as server, client_of(server) as client:
        found = client.create_transcription(audio or wav(), TranscriptionRequest(**request))
        return found, server.requests


class Progress:
    """Notes how far an upload is."""

    def __init__(self) -> None:
        self.now: list[tuple[int, int | None]] = []

    def __call__(self, sent: int, total: int | None) -> None:
        self.now.append((sent, total))


# What is sent


def test_the_form_holds_what_was_asked_and_then_the_file(tmp_path: Path) -> None:
    path = tmp_path / 'a "good" näme.WAV'
    path.write_bytes(wav(0.5))
    told = Progress()
    request = TranscriptionRequest(
        model="whisper-1",
        language="en",
        prompt="Names:\r\nKenobi",
        temperature=0.2,
        timestamp_granularities=("segment", "word"),
        extra={"vad_filter": True, "beam": 5, "hotwords": ["a", "b"], "language": "de"},
    )
    with RawServer(answering(HELLO)) as server, client_of(server, api_key=KEY) as client:
        client.create_transcription(path, request, progress=told)
        [asked] = server.requests
    assert line_of(asked) == "POST /v1/audio/transcriptions"
    assert f"authorization: bearer {KEY}".lower() in asked.decode("latin-1").lower()
    form = form_of(asked)
    assert list(form)[-1] == "file"
    assert form.pop("file") == ("a %22good%22 näme.WAV", "audio/wav", wav(0.5))
    assert form == {
        "model": "whisper-1",
        "language": "de",
        "prompt": "Names:\r\nKenobi",
        "temperature": "0.2",
        "response_format": "verbose_json",
        "timestamp_granularities[]": ["segment", "word"],
        "vad_filter": "true",
        "beam": "5",
        "hotwords": ["a", "b"],
    }
    assert told.now[0] == (0, len(wav(0.5)))
    assert told.now[-1] == (len(wav(0.5)), len(wav(0.5)))


def test_the_server_s_own_defaults_are_left_to_it() -> None:
    _, [asked] = heard(HELLO)
    assert set(form_of(asked)) == {"response_format", "file"}
    with RawServer(answering(HELLO)) as server, client_of(server, default_model="w") as client:
        client.create_transcription(wav())
        assert form_of(server.requests[0])["model"] == "w"


def test_a_translation_goes_to_its_own_endpoint_and_names_no_language() -> None:
    with RawServer(answering(HELLO)) as server, client_of(server) as client:
        assert client.create_translation(wav(), TranscriptionRequest(language="de")).text == "Hello"
        [asked] = server.requests
    assert line_of(asked) == "POST /v1/audio/translations"
    assert "language" not in form_of(asked)


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (wav(), "audio.wav", "audio/wav"),
        (b"ID3\x04" + bytes(20), "audio.mp3", "audio/mpeg"),
        (b"\xff\xfb\x90\x00" + bytes(20), "audio.mp3", "audio/mpeg"),
        (b"\xff\xf1\x50\x80" + bytes(20), "audio.aac", "audio/aac"),
        (b"fLaC" + bytes(20), "audio.flac", "audio/flac"),
        (b"OggS" + bytes(20), "audio.ogg", "audio/ogg"),
        (b"\0\0\0\x20ftypM4A " + bytes(20), "audio.m4a", "audio/mp4"),
        (b"\x1aE\xdf\xa3" + bytes(20), "audio.webm", "audio/webm"),
        (b"\xff\xff\xff\xff" + bytes(20), "audio.wav", "application/octet-stream"),
        (b"x", "audio.wav", "application/octet-stream"),
    ],
)
def test_bytes_have_a_name_and_a_type_by_what_they_are(head: bytes, name: str, kind: str) -> None:
    _, [asked] = heard(HELLO, audio=head)
    assert form_of(asked)["file"] == (name, kind, head)


def test_an_open_file_is_read_from_where_it_stands_and_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"before" + wav())
    with path.open("rb") as file:
        file.seek(6)
        _, [asked] = heard(HELLO, audio=file)
        assert not file.closed
    assert form_of(asked)["file"] == ("a.wav", "audio/wav", wav())
    with RawServer(answering(HELLO)) as server, client_of(server) as client:
        client.create_transcription(io.BytesIO(wav()), filename="dir/it\r\n.wav")
        assert form_of(server.requests[0])["file"][0] == "it.wav"


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_bytes_of_other_kinds(kind: type[bytearray | memoryview]) -> None:
    _, [asked] = heard(HELLO, audio=kind(wav()))
    assert form_of(asked)["file"] == ("audio.wav", "audio/wav", wav())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_named_pipe_is_waited_for_and_can_be_left(tmp_path: Path) -> None:
    path = tmp_path / "pipe.wav"
    os.mkfifo(path)
    with RawServer(answering(HELLO)) as server, client_of(server) as client:
        assert cancelled(server, client, lambda: None, path) < CI_BOUND
        assert not server.requests

    body = b""

    def take(connection: Connection) -> None:
        nonlocal body
        while not body.endswith(b"0\r\n\r\n"):
            body += connection.sock.recv(65536)
        connection.send(HELLO)
        connection.finish()

    writer = threading.Thread(target=lambda: path.write_bytes(wav(3)))
    with RawServer(take) as server, client_of(server) as client:
        writer.start()
        assert client.create_transcription(path).text == "Hello"
    writer.join()
    assert b'filename="pipe.wav"' in body
    assert len(body) > len(wav(3))


def test_a_pipe_is_sent_as_it_comes() -> None:
    read, write = os.pipe()
    data = wav(3)

    def fill() -> None:
        with os.fdopen(write, "wb") as file:
            file.write(data)

    writer = threading.Thread(target=fill)
    writer.start()
    told = Progress()
    body = b""

    def take(connection: Connection) -> None:
        nonlocal body
        while not body.endswith(b"0\r\n\r\n"):
            body += connection.sock.recv(65536)
        connection.send(HELLO)
        connection.finish()

    with RawServer(take) as server, client_of(server) as client, os.fdopen(read, "rb") as file:
        assert client.create_transcription(file, progress=told).text == "Hello"
    writer.join()
    assert b"transfer-encoding: chunked" in body.lower()
    assert told.now[-1] == (len(data), None)


def test_a_long_file_is_never_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    size = 300 * 1024 * 1024
    with path.open("wb") as file:
        file.write(wav())
        file.truncate(size)
    pieces: list[int] = []
    taken = 0

    def take(connection: Connection) -> None:
        nonlocal taken
        while taken < size:
            taken += len(connection.sock.recv(1 << 20))
        connection.send(HELLO)
        connection.finish()

    tape = Tape()
    with RawServer(take) as server, LMStudioClient(client_of(server).config, recorder=tape) as client:
        tracemalloc.start()
        client.create_transcription(path, progress=lambda sent, _: pieces.append(sent))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 30_000_000
    assert pieces[-1] == size
    assert max(b - a for a, b in pairwise(pieces)) <= PIECE
    started = tape.one(CallStarted)
    assert started.body is not None
    assert len(started.body) < SHOWN + 2000
    assert (started.body_size or 0) > size
    assert tape.one(CallFinished).bytes_sent == started.body_size


# What cannot be sent


class Text:
    """A file that was opened as text."""

    def seekable(self) -> bool:
        return False

    def read(self, _: int) -> str:
        return "text"


def test_what_cannot_be_read_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").write_bytes(b"")
    closed = io.BytesIO(b"x")
    closed.close()
    cases: list[tuple[Any, str]] = [
        (tmp_path / "none.wav", "none.wav cannot be read: no such file"),
        (str(tmp_path), "cannot be read: is a directory"),
        (tmp_path / "empty.wav", "empty.wav is empty"),
        (b"", "is empty"),
        (closed, "closed file"),
        (cast(BinaryIO, Text()), "binary file"),
        ("a\0b", "null"),
    ]
    with RawServer(answering(HELLO)) as server, client_of(server) as client:
        for audio, said in cases:
            with pytest.raises(ValidationError, match=said) as caught:
                client.create_transcription(audio)
            assert caught.value.field == "audio"
        assert server.requests == []


def test_a_file_that_becomes_shorter_is_not_sent_on(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(60))

    def shorten(sent: int, _: int | None) -> None:
        if sent == 0:
            os.truncate(path, 100_000)

    with RawServer(lambda connection: connection.wait_until_left()) as server, client_of(server) as client:
        with pytest.raises(ValidationError, match="became shorter") as caught:
            client.create_transcription(path, progress=shorten)
        assert "nothing was sent" not in caught.value.hint
        assert server.left.wait(5)


# Cancelling, at each phase


def cancelled(server: RawServer, client: LMStudioClient, when: Any, audio: Any = None, **more: Any) -> float:
    """How long it takes a call to end once it is cancelled."""
    scope = CancelScope()
    since: list[float] = []

    def cancel() -> None:
        when()
        since.append(time.monotonic())
        scope.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(RequestCancelledError):
        client.create_transcription(audio or wav(), scope=scope, **more)
    ended = time.monotonic()
    thread.join()
    return ended - since[0]


def test_an_upload_is_left_and_the_server_sees_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.wav"
    with path.open("wb") as file:
        file.write(wav())
        file.truncate(500 * 1024 * 1024)
    begun = threading.Event()

    def stall(connection: Connection) -> None:
        connection.sock.recv(1000)
        begun.wait(20)
        connection.wait_until_left()

    full = threading.Event()
    look = TickingStream._stop_if_answered

    def note(stream: TickingStream) -> None:
        """Called when a whole tick has gone by in which nothing could be written."""
        full.set()
        look(stream)

    monkeypatch.setattr(TickingStream, "_stop_if_answered", note)
    with RawServer(stall) as server, client_of(server) as client:
        told = Progress()
        assert cancelled(server, client, lambda: full.wait(20), path, progress=told) < CI_BOUND
        assert full.is_set()
        assert 0 < told.now[-1][0] < 500 * 1024 * 1024
        begun.set()
        assert server.left.wait(10)


def test_it_is_left_while_the_server_works_and_while_the_answer_comes() -> None:
    def work(connection: Connection) -> None:
        connection.request()
        connection.wait_until_left()

    with RawServer(work) as server, client_of(server) as client:
        assert cancelled(server, client, lambda: server.asked.wait(5)) < CI_BOUND
        assert server.left.wait(5)

    sent = threading.Event()

    def begin(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + chunked(event({"text": "Hello"})))
        sent.set()
        connection.wait_until_left()

    with RawServer(begin) as server, client_of(server) as client:
        stream = client.stream_transcription(wav())
        assert next(stream) == TranscriptDelta("Hello")
        stream.cancel()
        with pytest.raises(RequestCancelledError):
            next(stream)
        assert (stream.partial, server.left.wait(5)) == ("Hello", True)
        with pytest.raises(StreamingError, match="has not ended"):
            _ = stream.result


def test_one_that_is_cancelled_before_is_not_sent() -> None:
    scope = CancelScope()
    scope.cancel()
    with RawServer(answering(HELLO)) as server, client_of(server) as client:
        with pytest.raises(RequestCancelledError):
            client.create_transcription(wav(), scope=scope)
        assert not server.requests


def test_the_generation_s_time_bounds_all_of_it() -> None:
    with RawServer(lambda connection: connection.wait_until_left()) as server:
        with client_of(server, generation_timeout=0.2, timeout=0.05) as client, pytest.raises(RequestTimeoutError):
            client.create_transcription(wav())
        assert len(server._threads) == 2


# What a server refuses


def early(status: int, body: bytes, *, leave: bool) -> Handler:
    """Answers before it has taken everything, and takes no more."""

    def handle(connection: Connection) -> None:
        connection.sock.recv(2000)
        connection.send(reply(body, status, "text/plain", "Connection: close"))
        if leave:
            return
        threading.Event().wait(0.5)
        connection.wait_until_left()

    return handle


@pytest.mark.parametrize("leave", [True, False])
def test_a_server_that_answers_before_it_has_everything_is_heard(tmp_path: Path, leave: bool) -> None:
    path = tmp_path / "long.wav"
    with path.open("wb") as file:
        file.write(wav())
        file.truncate(200 * 1024 * 1024)
    with (
        RawServer(early(413, b"limit 25 MB", leave=leave)) as server,
        client_of(server) as client,
        pytest.raises((BadRequestError, ConnectionLostError)) as caught,
    ):
        client.create_transcription(path)
    if isinstance(caught.value, ConnectionLostError):  # its closing overtook its answer
        assert leave
        assert "no file that large" in caught.value.hint
    else:
        assert "has 209.7 MB, and the server takes 25.0 MB at most" in caught.value.hint


def test_go_on_is_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with path.open("wb") as file:
        file.write(wav())
        file.truncate(20_000_000)

    def slow(connection: Connection) -> None:
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n")
        threading.Event().wait(0.3)  # the way is full by then
        connection.send(b"\r\n")
        connection.request()
        connection.send(HELLO)
        connection.finish()

    with RawServer(slow) as server, client_of(server, generation_timeout=10) as client:
        assert client.create_transcription(path).text == "Hello"


@pytest.mark.parametrize(
    ("answer", "kind", "about", "hint"),
    [
        (reply(b"<h1>413 Request Entity Too Large</h1>", 413, "text/html"), BadRequestError, "size", "in parts"),
        (reply({"error": "Maximum file size exceeded (25 MB)"}, 400), BadRequestError, "size", "25.0 MB at most"),
        (reply({"detail": "Unsupported file format"}, 415), BadRequestError, "format", "its log says more"),
        (reply({"error": "Invalid or unsupported audio file."}, 400), BadRequestError, "format", "its log"),
        (reply({"error": "failed to read audio data"}), StatusError, "format", "its log"),
        (reply({"error": "FFmpeg conversion failed."}), StatusError, "format", "its log"),
        (
            reply({"detail": [{"loc": ["body", "model"], "msg": "Field required"}]}, 422),
            BadRequestError,
            "model",
            "Name the model",
        ),
        (reply({"detail": "Model 'w' is not installed locally."}, 404), ModelNotFoundError, None, "models"),
        (reply({"error": {"message": "The model `w` does not exist"}}, 404), ModelNotFoundError, None, "models"),
        (reply({"error": "out of memory"}, 500), ServerFailureError, None, "log"),
    ],
)
def test_refusals(answer: bytes, kind: type[LMStudioError], about: str | None, hint: str) -> None:
    with RawServer(answering(answer)) as server, client_of(server) as client:
        with pytest.raises(kind) as caught:
            client.create_transcription(wav())
        assert len(server.requests) == 1
    assert caught.value.context.get("about") == about
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("audio", "hint"),
    [
        (wav(rate=44_100), "It is wav. Convert it to 16 kHz, one channel, 16 bits, which"),
        (b"fLaC" + bytes(20), "It is flac. Convert it to WAV (16 kHz, one channel, 16 bits), which"),
        (b"RIFF\0\0\0\0WAVEfmt ", "It is wav. Convert it to 16 kHz"),
        (b"something else", "It does not begin as audio does. Convert it to WAV"),
    ],
)
def test_what_to_do_about_a_format(audio: bytes, hint: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        heard(reply({"detail": "Unsupported file format"}, 415), audio=audio)
    assert caught.value.hint.startswith(hint)


def test_a_refused_format_tells_which_endpoint_it_is() -> None:
    refused = reply({"error": "failed to read audio data"}, 400)
    with RawServer(*map(answering, (NOT_THERE, refused, HELLO))) as server, client_of(server) as client:
        with pytest.raises(BadRequestError):
            client.create_transcription(b"fLaC" + bytes(20))
        assert client.create_transcription(wav()).text == "Hello"
        assert [line_of(one).split()[1] for one in server.requests] == [
            "/v1/audio/transcriptions",
            "/inference",
            "/inference",
        ]


def test_sizes_in_words() -> None:
    words = ["12 bytes", "1.5 kB", "25.0 MB", "2.50 GB"]
    assert [megabytes(size) for size in (12, 1500, 25_000_000, 2_500_000_000)] == words
    assert bound_in("at most 26,214,400 bytes (you sent 99000000 bytes)") == 26_214_400
    assert bound_in("25MiB") == 25 << 20
    assert bound_in("limit: 0.5 GB") == 500_000_000
    assert bound_in("nothing") is None


@pytest.mark.parametrize("status", [500, 400])
def test_work_that_has_begun_is_not_asked_for_again(status: int) -> None:
    with RawServer(answering(reply({"error": "no"}, status)), answering(HELLO)) as server, client_of(server) as client:
        with pytest.raises(StatusError):
            client.create_transcription(wav())
        assert len(server.requests) == 1


def test_a_busy_server_is_asked_again_with_the_whole_file(impatient: list[float]) -> None:
    found, requests = heard(reply(b"busy", 503, "text/plain"), HELLO)
    assert (found.text, len(requests)) == ("Hello", 2)
    assert [form_of(one)["file"][2] for one in requests] == [wav(), wav()]
    read, write = os.pipe()
    with os.fdopen(write, "wb") as end:
        end.write(wav())

    def busy(connection: Connection) -> None:
        connection.sock.recv(9999)
        connection.send(reply(b"busy", 503))
        connection.finish()

    with RawServer(busy) as server, client_of(server) as client, os.fdopen(read, "rb") as pipe:
        with pytest.raises(LMStudioError) as caught:
            client.create_transcription(pipe)
        assert caught.value.context["attempt"] == 1


# What comes


@pytest.mark.parametrize("asked", ["json", "verbose_json", "text", "srt", "vtt"])
def test_every_format_is_asked_for_and_read(asked: Any) -> None:
    srt = b"1\n00:00:00,000 --> 00:00:01,500\nHello\n"
    answers = {
        "json": reply({"text": "Hello"}),
        "verbose_json": reply({"text": "Hello", "segments": [SEGMENT]}),
        "text": reply(b"Hello\n", kind="text/plain"),
        "srt": reply(srt, kind="text/plain"),
        "vtt": reply(b"WEBVTT\n\n00:00.000 --> 00:01.500\nHello\n", kind="text/vtt"),
    }
    found, [request] = heard(answers[asked], response_format=asked)
    assert form_of(request)["response_format"] == asked
    assert found.text == "Hello"
    assert [(one.start, one.end) for one in found.segments] == ([] if asked in {"json", "text"} else [(0, 1.5)])
    assert bool(found.body) == (asked in {"text", "srt", "vtt"})


@pytest.mark.parametrize(
    "answer", [reply(b"", kind="application/json"), reply(b"<html>x</html>", kind="text/html"), reply(b"RIFF\0\0\0\0")]
)
def test_what_is_no_transcript_is_an_error(answer: bytes) -> None:
    with pytest.raises(ProtocolError):
        heard(answer)


def test_a_complaint_with_status_200_is_an_error() -> None:
    with (
        RawServer(answering(reply({"error": f"bad key {KEY}"}))) as server,
        client_of(server, api_key=KEY) as client,
        pytest.raises(StatusError, match=r"bad key \[key\]"),
    ):
        client.create_transcription(wav())


# whisper.cpp


def test_whisper_cpp_is_asked_at_its_own_endpoint_and_that_is_remembered() -> None:
    answers = [answering(one) for one in (NOT_THERE, HELLO, HELLO, NOT_THERE, HELLO)]
    with RawServer(*answers) as server, client_of(server) as client:
        request = TranscriptionRequest(model="w", language="de", prompt="p", temperature=0)
        assert client.create_transcription(wav(), request).text == "Hello"
        assert client.create_translation(wav(), request).text == "Hello"
        # It was started anew, with another path.
        assert client.create_transcription(wav(), request).text == "Hello"
        lines = [line_of(one) for one in server.requests]
        first, second = form_of(server.requests[1]), form_of(server.requests[2])
    v1, own = "POST /v1/audio/transcriptions", "POST /inference"
    assert lines == [v1, own, own, own, v1]
    common = {
        "prompt": "p",
        "temperature": "0.0",
        "response_format": "verbose_json",
        "file": ("audio.wav", "audio/wav", wav()),
    }
    assert first == {"language": "de", **common}
    assert second == {"translate": "true", **common}


def test_where_neither_is_there_the_usual_one_is_missed() -> None:
    unknown = reply({"error": "Unexpected endpoint or method. (POST /v1/audio/transcriptions)"})
    with RawServer(answering(unknown)) as server, client_of(server) as client:
        with pytest.raises(FeatureUnavailableError, match="This server has no /v1/audio/transcriptions") as caught:
            client.create_transcription(wav())
        assert len(server.requests) == 2
    assert "audio_base_url" in caught.value.hint
    assert caught.value.context["missing"] == "endpoint"


def test_what_whisper_cpp_says_of_a_file_is_heard() -> None:
    with (
        RawServer(answering(NOT_THERE), answering(reply({"error": "failed to read WAV file"}))) as server,
        client_of(server) as client,
        pytest.raises(StatusError, match="failed to read WAV") as caught,
    ):
        client.create_transcription(wav())
    assert caught.value.context["about"] == "format"


# Streams


def streamed(*answers: bytes, **request: Any) -> tuple[list[Any], Transcription, list[bytes]]:
    with (
        RawServer(*(answering(one) for one in answers)) as server,
        client_of(server) as client,
        client.stream_transcription(wav(), TranscriptionRequest(**request)) as stream,
    ):
        events = list(stream)
        assert stream.partial == "".join(one.text for one in events if isinstance(one, TranscriptDelta))
        return events, stream.result, server.requests


def test_openai_s_events() -> None:
    delta = {"type": "transcript.text.delta", "delta": "Hel"}
    done = {"type": "transcript.text.done", "text": "Hello", "usage": {"type": "tokens"}}
    events, found, [request] = streamed(whole_stream(event(delta), event({**delta, "delta": "lo"}), event(done)))
    assert events == [TranscriptDelta("Hel"), TranscriptDelta("lo")]
    assert found.text == "Hello"
    assert form_of(request)["stream"] == "true"
    named = whole_stream(event({"delta": "Hello"}, "transcript.text.delta"), DONE)
    assert streamed(named)[1].text == "Hello"


def test_segments_one_after_the_other() -> None:
    more = {"start": 1.5, "end": 2.0, "text": "there."}
    events, found, _ = streamed(whole_stream(event(SEGMENT), event(more)))
    assert [type(one) for one in events] == [TranscriptDelta, TranscriptSegmentCame] * 2
    assert found.text == "Hello there."
    assert [(one.start, one.end, one.text) for one in found.segments] == [(0, 1.5, "Hello"), (1.5, 2, "there.")]


def test_plain_text_in_events_and_json_on_lines() -> None:
    assert streamed(whole_stream(b"data: Hello\n\n", b"data:  there\n\n", DONE))[1].text == "Hello there"
    lines = b'{"text": "Hello there."}\n{"text": "How are you?"}\n'
    assert streamed(reply(lines, kind="application/x-ndjson"))[1].text == "Hello there. How are you?"
    # An event stream that does not call itself one, and what calls itself one and is none.
    unlabelled = whole_stream(event({"text": "Hello"})).replace(b"text/event-stream", b"text/plain")
    assert streamed(unlabelled)[1].text == "Hello"
    assert streamed(reply(b'{"text":\n"Hello"}', kind="text/event-stream"))[1].text == "Hello"


def test_a_server_that_answers_in_one_piece() -> None:
    events, found, _ = streamed(reply({"text": "Hello", "language": "en", "segments": [SEGMENT]}))
    assert [type(one) for one in events] == [TranscriptDelta, TranscriptSegmentCame]
    assert (found.text, found.language, len(found.segments)) == ("Hello", "en", 1)


def test_silence_in_a_stream() -> None:
    assert streamed(whole_stream())[:2] == ([], Transcription())


def test_what_a_server_does_not_know_is_left_out() -> None:
    no_stream = reply({"error": "verbose_json format doesn't support streaming case"}, 400)
    no_segments = reply({"error": "Unsupported value: response_format 'verbose_json'"}, 400)
    events, found, requests = streamed(no_stream, no_segments, HELLO, timestamp_granularities=("word",))
    assert (events, found.text) == ([TranscriptDelta("Hello")], "Hello")
    forms = [form_of(one) for one in requests]
    assert ["stream" in one for one in forms] == [True, False, False]
    assert [one["response_format"] for one in forms] == ["verbose_json", "verbose_json", "json"]
    assert "timestamp_granularities[]" not in forms[2]
    with pytest.raises(BadRequestError):
        heard(no_segments, no_segments, HELLO, response_format="json")


def test_subtitles_are_not_asked_for_as_a_stream_nor_anything_where_it_is_off() -> None:
    _, _, [request] = streamed(HELLO, response_format="srt")
    assert "stream" not in form_of(request)
    with RawServer(answering(HELLO)) as server, client_of(server, enable_streaming=False) as client:
        assert client.stream_transcription(wav()).run().text == "Hello"
        assert "stream" not in form_of(server.requests[0])
        assert client.stream_transcription(wav(), task="translation").run().text == "Hello"


def test_what_came_before_a_break_is_kept() -> None:
    def cut(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + chunked(event({"text": "Hello"})))
        connection.finish()

    died = whole_stream(event({"text": "Hello"}), event({"error": "it died"}, "error"))
    for server in (RawServer(cut), RawServer(answering(died))):
        with server, client_of(server) as client, client.stream_transcription(wav()) as stream:
            with pytest.raises(StreamInterruptedError, match="interrupted") as caught:
                list(stream)
            assert stream.partial == "Hello"
            assert caught.value.partial is not None
            assert caught.value.partial.text == "Hello"
            assert len(server.requests) == 1


UNFRAMED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
HEL = {"type": "transcript.text.delta", "delta": "Hel"}


@pytest.mark.parametrize(
    "answer",
    [
        UNFRAMED + event(HEL) + b'data: {"type":"transcr',
        UNFRAMED + event(HEL) + b"event: transcr",
        UNFRAMED + event(HEL) + b"dat",
        UNFRAMED + event(HEL),
        UNFRAMED + event({"choices": [{"delta": {"content": "Hel"}}]}),
        UNFRAMED + b"data: Hel\n\ndata: lo the",
        whole_stream(event(HEL), b'data: {"type":"transcr'),
    ],
)
def test_half_a_stream_is_not_taken_for_a_whole_one(answer: bytes) -> None:
    with RawServer(answering(answer)) as server, client_of(server) as client:
        stream = client.stream_transcription(wav())
        with pytest.raises(StreamInterruptedError, match="in the middle") as caught:
            stream.run()
    assert stream.partial == "Hel"
    assert caught.value.partial is not None
    assert caught.value.partial.text == "Hel"


def test_half_an_event_is_no_transcript() -> None:
    with pytest.raises(ConnectionLostError, match="in the middle"):
        streamed(UNFRAMED + b'data: {"type":"transcr')


def test_an_unframed_stream_that_is_whole() -> None:
    ended = event({"type": "transcript.text.done", "text": "Hello"})
    for rest in (event(HEL) + ended, event(HEL) + b"data: [DONE]", event({"text": "Hello"})[:-2], b"data: Hello\n\n"):
        assert streamed(UNFRAMED + rest)[1].text in {"Hello", "Hel"}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"data: the new oil", "data: the new oil"),
        (b"data: the new oil\n\nIs it?", "data: the new oil\n\nIs it?"),
        (b":) he smiles", ":) he smiles"),
        (b"data: " + b"long " * 20_000, ("data: " + "long " * 20_000).strip()),
        (b"{laughs} hello", "{laughs} hello"),
        (b'data: {"text": "Hello"}', "Hello"),
        (b': ping\n\ndata: {"text": "Hello"}\n\ndata: [DONE]\n\n', "Hello"),
        (b"data: Hello there.\n\ndata: How are you?\n\n", "Hello there. How are you?"),
    ],
)
def test_a_text_that_begins_as_a_stream_does(body: bytes, text: str) -> None:
    assert streamed(reply(body, kind="text/plain"))[1].text == text


def test_a_text_in_latin_1() -> None:
    assert heard(reply(b"caf\xe9", kind="text/plain; charset=iso-8859-1"))[0].text == "café"


def test_a_complaint_as_the_first_event_and_in_words() -> None:
    for data in (
        event({"error": {"message": "it died"}}),
        event("it died", "error"),
        b"event: error\ndata: it died\n\n",
    ):
        with (
            RawServer(answering(whole_stream(data))) as server,
            client_of(server) as client,
            pytest.raises(StatusError, match="it died"),
        ):
            client.stream_transcription(wav()).run()


def test_a_recorder_is_told_of_events_and_bodies() -> None:
    tape = Tape()
    with RawServer(answering(whole_stream(event({"text": "a"}), DONE)), answering(HELLO)) as server:
        config = client_of(server, api_key=KEY).config
        with LMStudioClient(config, recorder=tape) as client:
            client.stream_transcription(wav()).run()
            assert [one.data for one in tape.all(EventReceived)] == ['{"text": "a"}', "[DONE]"]
            started = tape.one(CallStarted)
            assert started.body == server.requests[0].partition(b"\r\n\r\n")[2]
            assert started.body_size is None
            assert KEY not in str(started.headers)
            client.create_transcription(wav())
            assert tape.one(BodyReceived).body == b'{"text": "Hello"}'
