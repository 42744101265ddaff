"""Bytes that are sent as they are, and whatever comes back."""

from __future__ import annotations

import threading

import pytest
from sdk_servers import (
    CI_BOUND,
    DONE,
    KEY,
    Connection,
    RawServer,
    answering,
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
    ConnectionLostError,
    EventReceived,
    LMStudioClient,
    RequestCancelledError,
    RequestTimeoutError,
    ServerRefusedError,
    ValidationError,
)
from lmstudio_tui.sdk.raw import RawAnswer
from lmstudio_tui.simulator import SimulatorServer


def sent(*answers: bytes, body: bytes | None = b"{}", path: str = "/v1/x", **settings: object) -> RawAnswer:
    with RawServer(answering(*answers)) as server, LMStudioClient(config(server, **settings)) as client:
        return client.send("GET" if body is None else "POST", path, body)


def test_the_bytes_are_sent_as_they_are() -> None:
    body = b'{ "a" : 1.0,\n"b":"\xff\x00"}'
    with RawServer(answering(reply(whole("x")))) as server, LMStudioClient(config(server, api_key=KEY)) as client:
        answer = client.send("POST", "/v1/x?a=b%20c", body, content_type="text/odd; x=1")
        [request] = server.requests
    head, _, rest = request.partition(b"\r\n\r\n")
    assert rest == body
    lines = head.decode().lower().split("\r\n")
    assert lines[0] in {"post /v1/x?a=b+c http/1.1", "post /v1/x?a=b%20c http/1.1"}
    assert "content-type: text/odd; x=1" in lines
    assert f"content-length: {len(body)}" in lines
    assert f"authorization: bearer {KEY}".lower() in lines
    assert (answer.status, answer.complaint, answer.events, answer.cut) == (200, "", 0, False)
    assert dict(answer.headers)["content-type"] == "application/json"
    assert answer.size > 10
    assert answer.duration_ms > 0


def test_get_has_no_body() -> None:
    with RawServer(answering(reply(b"ok", kind="text/plain"))) as server, LMStudioClient(config(server)) as client:
        assert client.send("GET", "/health").size == 2
        assert b"content-type" not in server.requests[0].lower()


@pytest.mark.parametrize(
    ("answer", "status", "complaint"),
    [
        (reply({"error": {"message": "no such model"}}, 404), 404, "no such model"),
        (reply(b"<h1>Bad gateway</h1>", 502, "text/html"), 502, "The server answered 502: Bad gateway"),
        (reply({"error": "Unexpected endpoint or method. (POST /v1/x)"}), 200, "This server has no /v1/x."),
        (reply(b"", 503), 503, "The server answered 503 and said nothing more."),
        (reply(b"", 307, "text/plain", "Location: http://elsewhere/"), 307, "redirects are not followed"),
        (reply(b"not json at all"), 200, ""),
        (reply({"error": None, "data": [1]}), 200, ""),
    ],
)
def test_a_refusal_is_a_result(answer: bytes, status: int, complaint: str) -> None:
    found = sent(answer, max_retries=2)
    assert found.status == status
    assert complaint in found.complaint
    assert bool(found.complaint) is bool(complaint)


def test_the_key_is_in_no_complaint() -> None:
    found = sent(reply({"error": f"Incorrect key provided: {KEY[:10]} of {KEY}"}, 401), api_key=KEY)
    assert found.status == 401
    assert KEY[:10] not in found.complaint
    assert found.complaint


@pytest.mark.parametrize("kind", ["text/event-stream", "application/octet-stream"])
def test_a_stream_is_read_to_its_end_event_by_event(kind: str) -> None:
    stream = whole_stream(event(delta("a")), b"odd line\n", event({"x": 1}, "note"), event(delta("b", "stop")), DONE)
    stream = stream.replace(b"text/event-stream", kind.encode())
    tape = taped(stream, call=lambda client: client.send("POST", "/v1/x", b'{"stream":true}'))
    assert [one.name for one in tape.all(EventReceived)] == ["", "", "note", "", ""]
    assert [one.stray for one in tape.all(EventReceived)] == [False, True, False, False, False]
    started, finished = tape.one(CallStarted), tape.one(CallFinished)
    assert (started.feature, started.stream, started.body) == ("replay", True, b'{"stream":true}')
    assert (finished.outcome, finished.attempts, finished.bytes_sent) == ("ok", 1, len(b'{"stream":true}'))
    assert finished.first_token_ms is not None
    assert tape.all(BodyReceived) == []


def test_a_stream_without_done_and_a_complaint_within_one() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    assert sent(head + event(delta("a")) + b'data: {"x":1}').events == 2
    tape = taped(
        head + event(delta("a")) + event({"error": {"message": "it broke"}}, "error"),
        call=lambda client: client.send("POST", "/v1/x", b"{}"),
    )
    assert tape.one(AttemptFailed).message == "it broke"


def test_a_server_that_stays_after_its_last_word_is_not_waited_for() -> None:
    def stay(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + b"e\r\ndata: [DONE]\n\n\r\n")
        connection.wait_until_left()

    with RawServer(stay) as server, LMStudioClient(config(server)) as client:
        answer = client.send("POST", "/v1/x", b'{"stream":true}')
    assert answer.events == 1
    assert answer.duration_ms < 5000


def test_a_body_is_told_whole_and_its_refusal_too() -> None:
    tape: Tape = taped(reply({"error": "no"}, 400), call=lambda client: client.send("POST", "/v1/x", b"{}"))
    assert tape.one(BodyReceived).body == b'{"error": "no"}'
    assert (tape.one(AttemptFailed).status, tape.one(AttemptFailed).retry_in_ms) == (400, None)
    assert (tape.one(CallFinished).outcome, tape.one(CallFinished).status) == ("ok", 400)


def test_an_endless_body_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmstudio_tui.sdk.raw_reading.LONGEST_BODY", 1000)
    answer = sent(reply(b"x" * 300_000, kind="text/plain"))
    assert answer.cut
    assert answer.size < 300_001


# What fails


def test_it_is_sent_once_only() -> None:
    with RawServer(answering(reply(b"", 503)), answering(reply(whole("x")))) as server:
        with LMStudioClient(config(server, max_retries=2)) as client:
            assert client.send("GET", "/v1/models").status == 503
        assert len(server.requests) == 1


def test_nobody_answers() -> None:
    with LMStudioClient(config("http://127.0.0.1:9")) as client, pytest.raises(ServerRefusedError):
        client.send("GET", "/v1/models")


def test_the_connection_breaks() -> None:
    def cut(connection: Connection) -> None:
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        connection.reset()

    with (
        RawServer(cut) as server,
        LMStudioClient(config(server)) as client,
        pytest.raises(ConnectionLostError),
    ):
        client.send("POST", "/v1/x", b"{}")


def silent(connection: Connection) -> None:
    connection.request()
    connection.wait_until_left()


@pytest.mark.parametrize(("limit", "body"), [("timeout", None), ("generation_timeout", b"{}")])
def test_reading_has_the_time_limit_and_working_has_its_own(limit: str, body: bytes | None) -> None:
    with (
        RawServer(silent) as server,
        LMStudioClient(config(server, **{limit: 0.1})) as client,
        pytest.raises(RequestTimeoutError),
    ):
        client.send("POST" if body else "GET", "/v1/x", body)


def test_it_can_be_cancelled() -> None:
    scope = CancelScope()
    with RawServer(silent) as server, LMStudioClient(config(server)) as client:
        timer = threading.Thread(target=lambda: (server.asked.wait(5), scope.cancel()))
        timer.start()
        with pytest.raises(RequestCancelledError):
            client.send("POST", "/v1/x", b"{}", scope=scope)
        timer.join()
        assert server.left.wait(CI_BOUND)


@pytest.mark.parametrize("path", ["", "v1/x", "@elsewhere/v1", "//elsewhere/v1", "http://elsewhere/v1", ":80/"])
def test_no_path_leads_to_another_host(path: str) -> None:
    with LMStudioClient(config("http://127.0.0.1:9", api_key=KEY)) as client, pytest.raises(ValidationError):
        client.send("GET", path)


def test_other_methods_are_refused() -> None:
    with LMStudioClient(config("http://127.0.0.1:9")) as client, pytest.raises(ValidationError):
        client.send("DELETE", "/v1/x")


def test_against_the_simulator(client: LMStudioClient, simulator: SimulatorServer) -> None:
    body = b'{"model":"sim-qwen3-8b","stream":true,"max_tokens":5,"messages":[{"role":"user","content":"hi"}]}'
    answer = client.send("POST", "/v1/chat/completions", body)
    assert (answer.status, answer.complaint) == (200, "")
    assert answer.events > 3
    assert simulator.requests[-1].path == "/v1/chat/completions"
