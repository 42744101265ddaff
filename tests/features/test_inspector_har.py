"""HTTP archives: valid, whole, and readable whatever went over the wire."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector_parts import (
    answered,
    ask,
    chat_body,
    event,
    failed,
    finished,
    made_up,
    quietly,
    recording,
    started,
    whole_call,
)
from lmstudio_tui._version import __version__
from lmstudio_tui.features.inspector.exchange import Body
from lmstudio_tui.features.inspector.har import as_har
from lmstudio_tui.features.inspector.log import ExchangeLog
from lmstudio_tui.sdk import Connected
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer


def read(*exchanges: Any) -> list[dict[str, Any]]:
    text = as_har(exchanges)
    text.encode("utf-8")
    log = json.loads(text)["log"]
    assert log["version"] == "1.2"
    assert log["creator"] == {"name": "lmstudio-tui", "version": __version__}
    for entry in log["entries"]:
        check(entry)
    return log["entries"]


def check(entry: dict[str, Any]) -> None:
    """What the format asks of every entry."""
    datetime.fromisoformat(entry["startedDateTime"])
    request, response, timings = entry["request"], entry["response"], entry["timings"]
    assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
    assert {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"} <= set(
        request
    )
    wanted = "status statusText httpVersion cookies headers content redirectURL headersSize bodySize"
    assert set(wanted.split()) <= set(response)
    assert {"size", "mimeType"} <= set(response["content"])
    for pair in [*request["headers"], *response["headers"], *request["queryString"]]:
        assert all(isinstance(pair[name], str) for name in ("name", "value"))
    assert all(timings[name] >= 0 for name in ("send", "wait", "receive"))
    assert all(value >= -1 for value in timings.values())
    parts = [timings[name] for name in ("blocked", "dns", "connect", "send", "wait", "receive") if timings[name] >= 0]
    assert abs(entry["time"] - sum(parts)) < 0.01
    if "postData" in request:
        assert isinstance(request["postData"]["mimeType"], str)
        assert isinstance(request["postData"]["text"], str)


@pytest.fixture(scope="module")
def simulator():
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        yield server


def test_what_was_really_done(simulator: SimulatorServer) -> None:
    with recording(simulator.base_url, max_retries=2) as (client, log):
        client.list_models()
        client.stream_chat_completion(ask(text="日本語")).run()
        client.create_chat_completion(ask("fault-unavailable"))
        quietly(lambda: client.create_chat_completion(ask("fault-model-not-found")))
        quietly(lambda: client.stream_chat_completion(ask("fault-escape-codes")).run())
        found = [log.get(summary.call_id) for summary in log.snapshot()]
        entries = read(*(exchange for exchange in found if exchange is not None))
    assert len(entries) == len(found)
    times = [entry["startedDateTime"] for entry in entries]
    assert times == sorted(times)
    chats = [entry for entry in entries if entry["request"]["url"].endswith("chat/completions")]
    stream, retried, refused, hostile = chats
    assert "日本語" in stream["request"]["postData"]["text"]
    assert stream["_events"][-1]["data"] == "[DONE]"
    assert stream["response"]["content"]["text"].endswith("data: [DONE]\n\n")
    assert stream["_firstTokenMs"] > 0
    assert retried["timings"]["blocked"] > 0
    assert [attempt.get("status") for attempt in retried["_attempts"]] == [503, 200]
    assert retried["_attempts"][0]["error"] == "ServerFailureError"
    assert (refused["response"]["status"], refused["response"]["statusText"]) == (404, "Not Found")
    assert refused["_error"]["name"] == "ModelNotFoundError"
    assert hostile["_events"]


@settings(max_examples=60)
@given(st.binary(max_size=80), st.binary(max_size=80), st.text(max_size=40), st.text(max_size=40))
def test_anything_can_be_in_it(body: bytes, answer: bytes, name: str, data: str) -> None:
    log = ExchangeLog()
    log.record(started("a", body=body, stream=True, headers=(("x-odd", name), ("content-type", data))))
    log.record(answered("a", 299, 1, 5.0, ("x", data)))
    log.record(event("a", data, name=name))
    log.record(finished("a", message=name, outcome="failed", error="ProtocolError"))
    exchange = log.get("a")
    assert exchange is not None
    [entry] = read(exchange)
    assert entry["request"]["bodySize"] == len(body)
    [other] = read(made_up(body, answer=answer))
    content = other["response"]["content"]
    kept = base64.b64decode(content["text"]) if content.get("encoding") == "base64" else content["text"].encode()
    assert content.get("encoding") in {None, "base64"}
    assert kept == answer


def test_lone_surrogates_do_not_break_it() -> None:
    log = ExchangeLog()
    log.record(started("a", stream=True))
    log.record(event("a", "\ud83d alone", name="\udc00"))
    log.record(finished("a", message="\ud800"))
    exchange = log.get("a")
    assert exchange is not None
    [entry] = read(exchange)
    assert entry["_events"][0]["data"] == "\ufffd alone"


def test_a_binary_body_is_base64() -> None:
    [entry] = read(made_up(bytes(range(256)), answer=b"\x00\xff"))
    post, content = entry["request"]["postData"], entry["response"]["content"]
    assert (post["encoding"], base64.b64decode(post["text"])) == ("base64", bytes(range(256)))
    assert (content["encoding"], base64.b64decode(content["text"])) == ("base64", b"\x00\xff")


def test_what_is_not_whole_says_so() -> None:
    [entry] = read(made_up(b"{}", request_body=Body(b"ab", b"yz", 1000), response_body=Body(size=50, dropped=True)))
    assert entry["request"]["postData"]["text"] == "abyz"
    assert "left out" in entry["request"]["postData"]["comment"]
    assert entry["request"]["bodySize"] == 1000
    assert "dropped" in entry["response"]["content"]["comment"]


def test_the_parts_of_the_time() -> None:
    log = ExchangeLog()
    log.record(started("a", url="https://example.test/v1/models?limit=5&empty="))
    log.record(failed("a", 1, 10.0, 90.0))
    log.record(Connected("a", 130.0, 2, 10.0, 20.0))
    log.record(answered("a", 200, 2, 160.0))
    log.record(finished("a", 200.0, attempts=2, send_ms=5.0))
    whole_call(log, "b")
    exchange = log.get("a")
    assert exchange is not None
    [entry] = read(exchange)
    assert entry["timings"] == {
        "blocked": 100.0, "dns": -1.0, "connect": 30.0, "ssl": 20.0, "send": 5.0, "wait": 25.0, "receive": 40.0,
    }  # fmt: skip
    assert entry["time"] == 200.0
    assert entry["request"]["queryString"] == [{"name": "limit", "value": "5"}, {"name": "empty", "value": ""}]


def test_one_that_had_no_answer_and_one_that_goes_on() -> None:
    log = ExchangeLog()
    log.record(started("a"))
    log.record(started("b", at=1_700_000_001.0, body=chat_body()))
    log.record(finished("a", status=None, outcome="failed", error="ServerRefusedError", message="refused"))
    found = [exchange for name in "ab" if (exchange := log.get(name)) is not None]
    first, second = read(*found)
    assert (first["response"]["status"], first["response"]["content"]["mimeType"]) == (0, "x-unknown")
    assert first["comment"] == "ServerRefusedError: refused"
    assert second["_outcome"] == "under way"
