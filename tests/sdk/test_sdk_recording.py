"""A recorder is told of everything that goes over the wire, in order, and of no key."""

from __future__ import annotations

import contextlib
import gzip
import json
import logging
import ssl
import threading
from typing import TYPE_CHECKING

import pytest
import trustme
from sdk_servers import (
    DONE,
    KEY,
    Connection,
    RawServer,
    answering,
    ask,
    config,
    delta,
    event,
    reply,
    stream_head,
    whole,
    whole_stream,
)
from sdk_tape import Tape, taped

from lmstudio_tui.sdk import (
    AttemptFailed,
    BodyReceived,
    CallFinished,
    CallStarted,
    CancelScope,
    ChunkReceived,
    Connected,
    EventReceived,
    HeadersReceived,
    LMStudioClient,
    LMStudioError,
    ModelFilter,
    Moment,
    ProtocolError,
    RequestCancelledError,
    ServerKind,
    ServerRefusedError,
    TextDelta,
)

if TYPE_CHECKING:
    from lmstudio_tui.simulator import SimulatorServer

STREAM = whole_stream(event(delta("a")), event(delta("b", "stop")), DONE)


def stream(client: LMStudioClient) -> None:
    client.stream_chat_completion(ask()).run()


# What is told


def test_a_call_from_beginning_to_end() -> None:
    tape = taped(reply(whole("x"), 200, "application/json", "X-Request-Id: 7"))
    assert tape.kinds == [
        "CallStarted", "Connected", "HeadersReceived", "ChunkReceived", "BodyReceived", "CallFinished",
    ]  # fmt: skip
    started, finished = tape.one(CallStarted), tape.one(CallFinished)
    assert {moment.call_id for moment in tape.moments} == {started.call_id}
    assert (started.method, started.path, started.stream) == ("POST", "/v1/chat/completions", False)
    assert started.url.startswith("http://127.0.0.1:")
    assert started.url.endswith("/v1/chat/completions")
    assert started.started_at > 1_700_000_000
    assert started.body is not None
    assert json.loads(started.body)["messages"] == [{"role": "user", "content": "Hello"}]
    sent = dict(started.headers)
    assert (sent["content-type"], sent["content-length"]) == ("application/json", str(len(started.body)))
    assert sent["host"] in started.url
    answer = tape.one(HeadersReceived)
    assert (answer.status, dict(answer.headers)["x-request-id"], answer.attempt) == (200, "7", 1)
    assert json.loads(tape.one(BodyReceived).body) == whole("x")
    assert tape.one(ChunkReceived).size == len(tape.one(BodyReceived).body) == finished.bytes_received
    assert (finished.outcome, finished.error, finished.message) == ("ok", "", "")
    assert (finished.status, finished.attempts, finished.bytes_sent) == (200, 1, len(started.body))


def test_the_parts_of_the_time() -> None:
    tape = taped(STREAM, call=stream)
    finished = tape.one(CallFinished)
    parts = (finished.connect_ms, finished.send_ms, finished.wait_ms, finished.stream_ms)
    known = [part for part in parts if part is not None]
    assert len(known) == 4
    assert all(part >= 0 for part in known)
    assert sum(known) <= finished.duration_ms
    assert finished.first_byte_ms is not None
    assert finished.first_token_ms is not None
    assert 0 < finished.first_byte_ms <= finished.first_token_ms <= finished.duration_ms
    connected = tape.one(Connected)
    assert (connected.connect_ms, connected.tls_ms, connected.attempt) == (finished.connect_ms, None, 1)
    offsets = [moment.at_ms for moment in tape.moments if not isinstance(moment, CallStarted)]
    assert offsets == sorted(offsets)
    assert finished.at_ms == finished.duration_ms
    assert taped(reply(whole("x"))).one(CallFinished).first_token_ms is None


def test_each_event_of_a_stream() -> None:
    odd = [
        event(delta("a")),
        event({"x": 1}, "note"),
        b"stray\n",
        b"data: one\ndata: two\n\n",
        event(delta("b", "stop")),
    ]
    tape = taped(whole_stream(*odd, DONE), call=stream)
    told = [(one.name, one.data, one.stray) for one in tape.all(EventReceived)]
    assert told == [
        ("", json.dumps(delta("a")), False),
        ("note", '{"x": 1}', False),
        ("", "stray", True),
        ("", "one\ntwo", False),
        ("", json.dumps(delta("b", "stop")), False),
        ("", "[DONE]", False),
    ]
    assert tape.all(BodyReceived) == []
    assert tape.one(CallStarted).stream
    assert sum(chunk.size for chunk in tape.all(ChunkReceived)) == sum(map(len, [*odd, DONE]))


def test_a_stream_without_an_end_is_told_to_its_last_line() -> None:
    last = b"data: " + json.dumps(delta("a", "stop")).encode()
    tape = taped(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + last, call=stream)
    assert [one.data for one in tape.all(EventReceived)] == [last[6:].decode()]


def test_a_document_in_place_of_a_stream_is_a_body() -> None:
    tape = taped(reply(whole("x")), call=stream)
    assert json.loads(tape.one(BodyReceived).body) == whole("x")
    assert tape.all(EventReceived) == []
    page = taped(reply(b"<html>hello", 200, "text/html"), call=stream)
    assert page.one(BodyReceived).body == b"<html>hello"
    assert page.one(CallFinished).error == "ProtocolError"


def test_a_body_is_told_as_it_reads_and_not_as_it_was_packed() -> None:
    raw = json.dumps(whole("x")).encode()
    tape = taped(reply(gzip.compress(raw), 200, "application/json", "Content-Encoding: gzip"))
    assert tape.one(BodyReceived).body == raw


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    raw = b"\xff\xfe\x00RIFF" + KEY.encode() + b"\x80"
    assert taped(reply(raw), api_key=KEY).one(BodyReceived).body == b"\xff\xfe\x00RIFF[key]\x80"


def test_a_query_and_no_body() -> None:
    listing = reply({"object": "list", "data": [{"id": "m"}]})
    tape = taped(listing, listing, listing, call=lambda client: client.list_models(ModelFilter(owned_by="a b")))
    started = tape.all(CallStarted)
    assert [(one.method, one.body) for one in started] == [("GET", None)] * 3
    assert started[0].url.endswith("/v1/models?owned_by=a+b")
    assert len({one.call_id for one in started}) == 3
    # The connection of the first is used again.
    assert len(tape.all(Connected)) == 1
    assert [one.connect_ms is None for one in tape.all(CallFinished)] == [False, True, True]


def test_over_tls_the_handshake_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.tempfile() as path:
        context.load_cert_chain(path)
    tape = Tape()
    with authority.cert_pem.tempfile() as path, RawServer(answering(reply({"ok": 1})), tls=context) as server:
        monkeypatch.setenv("SSL_CERT_FILE", path)
        with LMStudioClient(config(server), recorder=tape) as client:
            client.ping(ServerKind.CLASSIC)
    connected, finished = tape.one(Connected), tape.one(CallFinished)
    assert connected.tls_ms is not None
    assert connected.tls_ms > 0
    assert finished.connect_ms == connected.connect_ms + connected.tls_ms


# How it may end


def test_attempts_that_fail_and_the_one_that_does_not(impatient: list[float]) -> None:
    busy = reply({"error": "busy"}, 503)
    tape = taped(busy, busy, reply({"status": "ok"}), call=lambda client: client.unload_model("m"))
    assert tape.one(AttemptFailed).retry_in_ms is None
    tape = taped(busy, busy, reply({"object": "list", "data": []}), call=lambda client: client.list_models())
    failed = tape.all(AttemptFailed)[:2]
    assert [(one.attempt, one.error, one.status, one.message) for one in failed] == [
        (1, "ServerFailureError", 503, "busy"),
        (2, "ServerFailureError", 503, "busy"),
    ]
    assert [one.retry_in_ms for one in failed] == [wait * 1000 for wait in impatient[:2]]
    assert [one.attempt for one in tape.all(HeadersReceived)][:3] == [1, 2, 3]
    assert [json.loads(one.body) for one in tape.all(BodyReceived)][:2] == [{"error": "busy"}] * 2
    finished = tape.all(CallFinished)[0]
    assert (finished.outcome, finished.attempts, finished.status) == ("ok", 3, 200)


@pytest.mark.usefixtures("impatient")
def test_nobody_there() -> None:
    with RawServer(answering(b"")) as server:
        address = server.base_url
    tape = Tape()
    with LMStudioClient(config(address, max_retries=1), recorder=tape) as client, pytest.raises(ServerRefusedError):
        client.create_chat_completion(ask())
    assert tape.kinds == ["CallStarted", "AttemptFailed", "AttemptFailed", "CallFinished"]
    finished = tape.one(CallFinished)
    assert (finished.outcome, finished.error, finished.status) == ("failed", "ServerRefusedError", None)
    assert finished.message.startswith("Nothing answers")
    assert (finished.connect_ms, finished.wait_ms, finished.first_byte_ms, finished.stream_ms) == (None,) * 4


def test_a_stream_that_breaks_off() -> None:
    def break_off(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + b"5000\r\n" + event(delta("a")))
        connection.finish()

    tape = Tape()
    with (
        RawServer(break_off) as server,
        LMStudioClient(config(server), recorder=tape) as client,
        pytest.raises(LMStudioError),
    ):
        stream(client)
    finished = tape.one(CallFinished)
    assert (finished.outcome, finished.error) == ("failed", "ConnectionLostError")
    assert finished.first_token_ms is not None


def test_cancelled_and_abandoned() -> None:
    def endless(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + b"5000\r\n" + event(delta("a")))
        connection.wait_until_left()

    for outcome in ("cancelled", "abandoned"):
        tape, scope = Tape(), CancelScope()
        with RawServer(endless) as server, LMStudioClient(config(server), recorder=tape) as client:
            with (
                contextlib.suppress(RequestCancelledError),
                client.stream_chat_completion(ask(), scope=scope) as events,
            ):
                for one in events:
                    assert isinstance(one, TextDelta)
                    if outcome == "abandoned":
                        break
                    scope.cancel()
            assert server.left.wait(5)
        assert tape.one(CallFinished).outcome == outcome


def test_what_was_never_sent_is_not_told() -> None:
    scope = CancelScope()
    scope.cancel()
    tape = taped(reply(whole("x")), call=lambda client: client.create_chat_completion(ask(), scope=scope))
    assert tape.moments == []


def test_in_the_thread_that_makes_the_call(simulator: SimulatorServer) -> None:
    tape = Tape()
    with LMStudioClient(config(simulator.base_url), recorder=tape) as client:
        thread = threading.Thread(target=client.health)
        thread.start()
        thread.join()
        assert tape.threads == {thread.ident}


def test_calls_at_the_same_time_are_told_apart(simulator: SimulatorServer) -> None:
    tape = Tape()
    with LMStudioClient(config(simulator.base_url), recorder=tape) as client:
        request = ask(model="sim-llama-3.1-8b")
        threads = [threading.Thread(target=client.stream_chat_completion(request).run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for started in tape.all(CallStarted):
        own = [moment for moment in tape.moments if moment.call_id == started.call_id]
        assert isinstance(own[0], CallStarted)
        assert isinstance(own[-1], CallFinished)
        assert own[-1].outcome == "ok"
        assert sum(isinstance(moment, EventReceived) for moment in own) > 3


# A recorder's mistakes


def test_a_recorder_that_fails_costs_the_caller_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        told = 0

        def record(self, moment: Moment, /) -> None:
            self.told += 1
            raise OSError("disk full")

    recorder = Broken()
    with RawServer(answering(STREAM)) as server, LMStudioClient(config(server), recorder=recorder) as client:
        assert client.stream_chat_completion(ask()).run().text == "ab"
    assert recorder.told == 1
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


# Nothing without a recorder


def test_without_a_recorder_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("made for nobody")

    for name in ("CallStarted", "ChunkReceived", "EventReceived", "BodyReceived", "CallFinished", "Recording"):
        monkeypatch.setattr(f"lmstudio_tui.sdk.telling.{name}", forbidden)
    with RawServer(answering(STREAM, reply({"hello": 1}))) as server, LMStudioClient(config(server)) as client:
        assert client.stream_chat_completion(ask()).run().text == "ab"
        with pytest.raises(ProtocolError):
            client.create_chat_completion(ask())
