"""Sending again what was sent before."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from inspector_parts import KEY, Echo, ask, made_up, newest, quietly, recording
from lmstudio_tui.features.inspector.exchange import Body
from lmstudio_tui.features.inspector.replay import caution, refusal, replay, result_of
from lmstudio_tui.sdk import CancelScope, LMStudioError, ModelFilter, RequestCancelledError, ServerRefusedError
from lmstudio_tui.sdk.raw import RawAnswer
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

URL = "http://127.0.0.1:1234"


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, api_key=KEY)) as server:
        yield server


def test_a_stream_is_recorded_event_by_event(simulator: SimulatorServer) -> None:
    with recording(simulator.base_url, api_key=KEY) as (client, log):
        client.stream_chat_completion(ask()).run()
        first = newest(log)
        answer = replay(client, log, first)
        again = newest(log)
    assert (answer.status, answer.complaint) == (200, "")
    assert answer.events == len(again.events) == len(first.events)
    assert again.summary.replay_of == first.summary.call_id
    assert again.summary.feature == "replay"
    assert again.request_body == first.request_body
    assert again.summary.first_token_ms is not None
    assert again.summary.state == "ok"
    assert "Sent again: 200" in result_of(answer, first)


def test_the_key_is_the_clients(simulator: SimulatorServer) -> None:
    with recording(simulator.base_url, api_key="wrong-key-altogether") as (client, log):
        quietly(client.list_models)
        refused = newest(log)
    with recording(simulator.base_url, api_key=KEY) as (client, log):
        assert replay(client, log, refused).status == 200


def test_a_refusal_is_a_result_in_words(simulator: SimulatorServer) -> None:
    with recording(simulator.base_url, api_key=KEY) as (client, log):
        quietly(lambda: client.create_chat_completion(ask("fault-model-not-found")))
        first = newest(log)
        answer = replay(client, log, first)
        again = newest(log).summary
    assert answer.status == 404
    assert answer.complaint
    assert again.failed
    assert again.error == "ModelNotFoundError"
    assert "The server says: " in result_of(answer, first)


def test_the_query_and_the_content_type_are_the_same() -> None:
    with Echo() as server, recording(server.base_url) as (client, log):
        client.list_models(ModelFilter(owned_by="a b", limit=5))
        listing = next(one for one in log.snapshot() if "?" in one.url)
        exchange = log.get(listing.call_id)
        assert exchange is not None
        replay(client, log, exchange)
        assert server.asked[-1][1] == next(asked[1] for asked in server.asked if "?" in asked[1])
        form = made_up(
            b"--x\r\n\x00\xff\r\n--x--",
            url=f"{server.base_url}/v1/audio/transcriptions",
            headers=(("content-type", "multipart/form-data; boundary=x"),),
        )
        replay(client, log, form)
    method, path, headers, body = server.asked[-1]
    assert (method, path, body) == ("POST", "/v1/audio/transcriptions", b"--x\r\n\x00\xff\r\n--x--")
    assert headers["content-type"] == "multipart/form-data; boundary=x"


def test_nobody_answers() -> None:
    with recording("http://127.0.0.1:9") as (client, log):
        quietly(client.list_models)
        with pytest.raises(ServerRefusedError):
            replay(client, log, newest(log))
        assert newest(log).summary.replay_of is not None
        assert newest(log).summary.attempts == 1


def test_it_can_be_cancelled(simulator: SimulatorServer) -> None:
    scope = CancelScope()
    with recording(simulator.base_url, api_key=KEY) as (client, log):
        exchange = made_up(
            json.dumps(
                {"model": "fault-endless", "stream": True, "messages": [{"role": "user", "content": "x"}]}
            ).encode(),
            url=f"{simulator.base_url}/v1/chat/completions",
        )
        caught: list[LMStudioError] = []

        def send() -> None:
            try:
                replay(client, log, exchange, scope=scope)
            except LMStudioError as error:
                caught.append(error)

        thread = threading.Thread(target=send)
        thread.start()
        while not (log.snapshot() and log.snapshot()[0].events > 2):
            assert thread.is_alive()
        scope.cancel()
        thread.join(5)
        assert isinstance(caught[0], RequestCancelledError)
        assert newest(log).summary.state == "stopped"


@pytest.mark.parametrize(
    ("exchange", "base_url", "why"),
    [
        (made_up(b"x", method="DELETE"), URL, "Only GET and POST"),
        (made_up(b"x", request_body=Body(b"a", b"b", 9)), URL, "not all"),
        (made_up(b"x", request_body=Body(size=9, dropped=True)), URL, "dropped"),
        (made_up(b"x"), "http://127.0.0.1:4321", "http://127.0.0.1:1234, and the server in use is"),
        (made_up(b"x", url="http://127.0.0.1:12345/v1/x"), URL, "the server in use is"),
        (made_up(b"x"), URL, ""),
    ],
)
def test_refusals(exchange: object, base_url: str, why: str) -> None:
    said = refusal(exchange, base_url)  # pyright: ignore[reportArgumentType] - exchanges all of them
    assert why in said
    assert bool(said) is bool(why)


def test_a_refused_one_is_not_sent() -> None:
    with Echo() as server, recording(server.base_url) as (client, log):
        with pytest.raises(ValueError, match="the server in use"):
            replay(client, log, made_up(b"{}", url="http://127.0.0.1:9/v1/x"))
        assert server.asked == []


def test_a_body_without_its_key_is_a_warning() -> None:
    assert "[key]" in caution(made_up(b'{"token":"[key]"}'))
    assert caution(made_up(b"{}")) == caution(made_up(None)) == ""


def test_results_in_words() -> None:
    answer = RawAnswer(500, (), 1200, 2410.0, complaint="it broke")
    said = result_of(answer, made_up(None, status=None, duration_ms=3.0))
    assert said == "Sent again: 500, 1.2 kB in 2.41 s; the first time: no answer in 3 ms. The server says: it broke"
    assert "the first time: not over" in result_of(answer, made_up(None, duration_ms=None))
