"""The last requests are kept, within their bounds, and cheaply."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest

from inspector_parts import (
    answered,
    ask,
    event,
    failed,
    finished,
    newest,
    quietly,
    recording,
    started,
    whole_call,
)
from lmstudio_tui.features.inspector.exchange import DROPPED
from lmstudio_tui.features.inspector.keeping import BODY_LIMIT, EVENTS_LIMIT
from lmstudio_tui.features.inspector.log import ENTRIES, MEMORY, ExchangeLog
from lmstudio_tui.sdk import BodyReceived, ChunkReceived, Connected, LMStudioClient, Moment
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

MB = 1_000_000


def ids(log: ExchangeLog) -> list[str]:
    return [summary.call_id for summary in log.snapshot()]


# What is kept of a request


@pytest.fixture(scope="module")
def simulator():
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        yield server


def test_a_request_and_its_answer(simulator: SimulatorServer) -> None:
    with recording(simulator.base_url) as (client, log):
        client.create_chat_completion(ask())
        exchange = newest(log)
    summary = exchange.summary
    assert (summary.method, summary.path, summary.status, summary.state) == ("POST", "/v1/chat/completions", 200, "ok")
    assert (summary.feature, summary.background, summary.attempts, summary.stream) == ("chat", False, 1, False)
    assert summary.duration_ms is not None
    assert summary.first_byte_ms is not None
    assert summary.first_byte_ms <= summary.duration_ms
    assert exchange.request_body is not None
    assert b"Hello" in exchange.request_body.head
    assert exchange.response_body is not None
    assert exchange.response_body.whole
    assert summary.bytes_received == exchange.response_body.size
    assert dict(exchange.request_headers)["content-type"] == "application/json"
    assert exchange.content_type == "application/json"
    assert exchange.attempts[0].connect_ms is not None
    assert exchange.attempts[0].send_ms is not None
    assert exchange.attempts[0].ended_ms == summary.duration_ms


def test_a_stream_has_its_events_with_their_times(simulator: SimulatorServer) -> None:
    with recording(simulator.base_url) as (client, log):
        client.stream_chat_completion(ask()).run()
        exchange = newest(log)
    assert exchange.summary.events == len(exchange.events) > 3
    assert exchange.events[-1].data == "[DONE]"
    times = [one.at_ms for one in exchange.events]
    assert times == sorted(times)
    assert exchange.summary.first_token_ms is not None
    assert exchange.response_body is None
    assert exchange.attempts[0].output_ms == exchange.summary.first_token_ms


def test_attempts_with_their_failures(simulator: SimulatorServer) -> None:
    with recording(simulator.base_url, max_retries=2) as (client, log):
        client.create_chat_completion(ask("fault-unavailable"))
        exchange = newest(log)
    first, second = exchange.attempts
    assert (first.status, first.error, second.status, second.error) == (503, "ServerFailureError", 200, "")
    assert first.retry_in_ms is not None
    assert first.ended_ms is not None
    assert abs(second.started_ms - first.ended_ms - first.retry_in_ms) < 0.001
    assert exchange.summary.attempts == 2
    assert exchange.summary.state == "ok"
    assert exchange.summary.parts[0].name == "retries"


@pytest.mark.parametrize(
    ("model", "error", "status"),
    [
        ("fault-cut-middle", "ConnectionLostError", 200),
        ("fault-error-json-200", "", 200),
        ("fault-model-not-found", "ModelNotFoundError", 404),
    ],
)
def test_failures(simulator: SimulatorServer, model: str, error: str, status: int) -> None:
    with recording(simulator.base_url) as (client, log):
        quietly(lambda: client.stream_chat_completion(ask(model)).run())
        summary = log.snapshot()[0]
    assert summary.failed
    assert summary.status == status
    assert summary.message
    assert error in {"", summary.error}


def test_nobody_answers() -> None:
    with recording("http://127.0.0.1:9") as (client, log):
        quietly(client.list_models)
        exchange = newest(log)
    assert exchange.summary.failed
    assert exchange.summary.status is None
    assert exchange.summary.error == "ServerRefusedError"
    assert [part.name for part in exchange.summary.parts] == ["connect"]


def test_a_request_under_way() -> None:
    log = ExchangeLog()
    log.record(started("a", stream=True))
    assert log.snapshot()[0].state == "waiting"
    log.record(Connected("a", 1.0, 1, 0.5, None))
    log.record(answered("a"))
    log.record(ChunkReceived("a", 6.0, 40))
    log.record(event("a", "{}"))
    summary = log.snapshot()[0]
    assert (summary.state, summary.status, summary.duration_ms) == ("receiving", 200, None)
    assert (summary.bytes_received, summary.events, summary.under_way) == (40, 1, True)
    log.record(finished("a", outcome="cancelled", error="RequestCancelledError"))
    assert log.snapshot()[0].state == "stopped"


def test_a_pause_before_an_attempt_that_never_came() -> None:
    log = ExchangeLog()
    log.record(started("a"))
    log.record(answered("a", 503))
    log.record(failed("a", 1, 8.0, 500.0, 503))
    assert log.snapshot()[0].state == "waiting"
    log.record(finished("a", 300.0, outcome="cancelled", error="RequestCancelledError", attempts=1, status=503))
    exchange = log.get("a")
    assert exchange is not None
    assert len(exchange.attempts) == 1
    assert exchange.summary.state == "stopped"


def test_a_refusal_that_is_handed_on_is_a_failure() -> None:
    log = ExchangeLog()
    whole_call(log, "a")
    log.record(started("b"))
    log.record(finished("b", status=404))
    assert [summary.state for summary in log.snapshot()] == ["failed", "ok"]


# Bounds


def test_the_last_ones_are_kept() -> None:
    log = ExchangeLog()
    for number in range(ENTRIES + 20):
        whole_call(log, str(number))
    assert len(ids(log)) == ENTRIES
    assert ids(log)[0] == str(ENTRIES + 19)
    assert log.get("0") is None
    assert log.get("20") is not None


def test_what_is_under_way_outlives_what_has_ended() -> None:
    log = ExchangeLog(entries=3)
    log.record(started("under way"))
    for number in range(5):
        whole_call(log, str(number))
    assert ids(log) == ["4", "3", "under way"]


def test_polls_never_push_out_what_a_person_did() -> None:
    log = ExchangeLog(entries=4)
    background = log.background()
    whole_call(log, "mine")
    for number in range(9):
        background.record(started(f"poll {number}"))
        background.record(finished(f"poll {number}"))
    whole_call(log, "probe", feature="health")
    assert "mine" in ids(log)
    assert len(ids(log)) == 4
    assert [summary.background for summary in log.snapshot()] == [True, True, True, False]
    for number in range(4):
        whole_call(log, f"later {number}")
    assert ids(log) == ["later 3", "later 2", "later 1", "later 0"]
    background.record(started("one more"))
    background.record(finished("one more"))
    assert ids(log) == ["later 3", "later 2", "later 1", "later 0"]


def test_the_sdk_says_what_is_watching(simulator: SimulatorServer) -> None:
    with recording(simulator.base_url) as (client, log):
        client.health()
        assert {summary.background for summary in log.snapshot()} == {True}
        client.list_models()
        assert not log.snapshot()[0].background


def test_bodies_go_before_requests_and_the_oldest_first() -> None:
    log = ExchangeLog(memory=10 * MB)
    for number in range(6):
        whole_call(log, str(number), body=b"q" * MB, answer=b"a" * MB)
    assert log.weight <= 10 * MB
    assert len(ids(log)) == 6
    dropped = [exchange.request_body for name in "012345" if (exchange := log.get(name)) is not None]
    assert [body.dropped for body in dropped if body] == [True, True, False, False, False, False]
    first = log.get("0")
    assert first is not None
    assert first.response_body is not None
    assert first.response_body.missing == DROPPED
    assert (first.response_body.size, first.response_body.head) == (MB, b"")
    assert first.summary.status == 200
    assert first.request_headers


def test_bodies_of_polls_go_first() -> None:
    log = ExchangeLog(memory=5 * MB)
    whole_call(log, "mine", answer=b"a" * 2 * MB)
    for number in range(3):
        whole_call(log, f"poll {number}", answer=b"a" * 2 * MB, feature="health")
    mine = log.get("mine")
    assert mine is not None
    assert mine.response_body is not None
    assert mine.response_body.whole


def test_a_long_body_keeps_its_head_and_its_tail() -> None:
    log = ExchangeLog()
    body = b"<" + b"x" * (2 * BODY_LIMIT) + b">"
    whole_call(log, "a", body=body)
    exchange = log.get("a")
    assert exchange is not None
    kept = exchange.request_body
    assert kept is not None
    assert (kept.head[:1], kept.tail[-1:], kept.size) == (b"<", b">", len(body))
    assert len(kept.head) + len(kept.tail) == BODY_LIMIT
    assert kept.left_out == len(body) - BODY_LIMIT
    assert not kept.whole
    assert "left out" in kept.missing


def test_a_stream_of_a_gigabyte_does_not_grow_it() -> None:
    log = ExchangeLog()
    whole_call(log, "before", body=b"kept")
    log.record(started("a", stream=True))
    log.record(answered("a"))
    data = "x" * 50_000
    for number in range(20_000):
        log.record(event("a", data if 0 < number < 19_999 else f"the {number}th", number))
    assert log.weight <= MEMORY
    exchange = log.get("a")
    assert exchange is not None
    assert (exchange.events[0].data, exchange.events[-1].data) == ("the 0th", "the 19999th")
    assert exchange.summary.events == 20_000
    assert exchange.events_left_out == 20_000 - len(exchange.events)
    assert exchange.bytes_left_out > 900 * MB
    assert sum(len(one.data) for one in exchange.events) < EVENTS_LIMIT
    assert 0 < exchange.head_events < len(exchange.events)
    before = log.get("before")
    assert before is not None
    assert before.request_body is not None
    assert before.request_body.whole


def test_an_event_of_many_megabytes_is_cut() -> None:
    log = ExchangeLog()
    log.record(started("a", stream=True))
    log.record(event("a", "<" + "é" * 30 * MB + ">"))
    exchange = log.get("a")
    assert exchange is not None
    [one] = exchange.events
    assert len(one.data) < 2 * MB
    assert one.data[0] + one.data[-1] == "<>"
    assert "characters left out" in one.data
    assert log.weight < 4 * MB


def test_many_streams_at_once_stay_within_the_bound() -> None:
    log = ExchangeLog()
    for number in range(8):
        log.record(started(str(number), stream=True))
    for _ in range(300):
        for number in range(8):
            log.record(event(str(number), "x" * 40_000))
    assert log.weight <= MEMORY
    assert all(summary.events == 300 for summary in log.snapshot())


def test_headers_count_too() -> None:
    log = ExchangeLog(memory=2 * MB)
    for number in range(100):
        whole_call(log, str(number), headers=tuple((f"x-{index}", "v" * 1000) for index in range(100)))
    assert log.weight <= 2 * MB
    assert len(ids(log)) == 100
    first = log.get("0")
    assert first is not None
    assert first.headers_dropped
    assert first.request_headers == ()


def test_clearing_keeps_what_is_under_way() -> None:
    log = ExchangeLog()
    whole_call(log, "a", body=b"x" * 1000)
    log.record(started("b"))
    weight = log.weight
    log.clear()
    assert ids(log) == ["b"]
    assert log.weight < weight
    log.record(finished("b"))
    log.record(finished("a"))
    assert ids(log) == ["b"]


# Being told, and being quick


def test_a_listener_is_told_once_until_somebody_reads() -> None:
    log = ExchangeLog()
    told: list[int] = []
    end = log.subscribe(lambda _: told.append(threading.get_ident()))
    log.record(started("a"))
    for number in range(100):
        log.record(event("a", str(number)))
    assert told == [threading.get_ident()]
    log.snapshot()
    assert len(told) == 1
    log.record(event("a", "x"))
    log.record(event("a", "y"))
    assert len(told) == 2
    log.snapshot()
    log.clear()
    assert len(told) == 3
    end()
    log.snapshot()
    log.record(finished("a"))
    assert len(told) == 3


def test_of_polls_only_the_end_is_told_and_of_a_person_all() -> None:
    log = ExchangeLog()
    told: list[bool] = []
    log.subscribe(told.append)
    watching = log.background()
    watching.record(started("a"))
    watching.record(event("a", "1"))
    assert told == []
    for call_id in "abcd":
        watching.record(started(call_id))
        watching.record(finished(call_id))
    assert told == [True]
    log.record(started("e"))
    assert told == [True, False]
    log.record(finished("e"))
    watching.record(finished("a"))
    assert told == [True, False]
    log.snapshot()
    watching.record(finished("b"))
    assert told == [True, False, True]


def test_what_was_given_does_not_change() -> None:
    log = ExchangeLog()
    log.record(started("a"))
    log.record(event("a", "1"))
    summary, exchange = log.snapshot()[0], log.get("a")
    assert log.snapshot()[0] is summary
    assert log.get("a") is exchange
    log.record(event("a", "2"))
    assert exchange is not None
    assert len(exchange.events) == summary.events == 1
    assert log.snapshot()[0].events == 2


def test_many_threads_at_once(simulator: SimulatorServer) -> None:
    with recording(simulator.base_url) as (client, log):
        threads = [threading.Thread(target=_calls, args=(client,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            log.snapshot()
        for thread in threads:
            thread.join()
        found = log.snapshot()
        assert len(found) == 30
        assert {summary.state for summary in found} == {"ok"}
        assert all((exchange := log.get(one.call_id)) and len(exchange.events) == one.events for one in found)


def _calls(client: LMStudioClient) -> None:
    for _ in range(5):
        client.stream_chat_completion(ask()).run()


def test_a_chunk_costs_microseconds() -> None:
    log = ExchangeLog()
    log.record(started("a", stream=True))
    moments = [event("a", '{"choices":[{"delta":{"content":"word"}}]}' + str(number)) for number in range(20_000)]
    chunks = [ChunkReceived("a", 1.0, 200)] * 20_000
    best = min(_timed(log, moments), _timed(log, chunks))
    begun = time.perf_counter()
    for moment in moments[:5_000]:
        log.record(moment)
    each = (time.perf_counter() - begun) / 5_000
    # A few on an idle machine; a busy one is no failure.
    assert min(best, each) < 50e-6


def _timed(log: ExchangeLog, moments: Sequence[Moment]) -> float:
    begun = time.perf_counter()
    for moment in moments:
        log.record(moment)
    return (time.perf_counter() - begun) / len(moments)


def test_replays_are_marked_and_only_in_their_own_thread() -> None:
    log = ExchangeLog()
    whole_call(log, "a")
    other = threading.Thread(target=whole_call, args=(log, "other"))
    with log.replaying("a"):
        other.start()
        other.join()
        whole_call(log, "b", feature="replay")
    whole_call(log, "c")
    assert {one.call_id: one.replay_of for one in log.snapshot()} == {"a": None, "other": None, "b": "a", "c": None}


def test_a_body_that_comes_after_its_request_was_dropped() -> None:
    log = ExchangeLog(memory=1 * MB)
    log.record(started("a", body=b"x" * 900_000))
    log.record(event("a", "y" * 300_000))
    log.record(BodyReceived("a", 9.0, b"z" * 300_000))
    exchange = log.get("a")
    assert exchange is not None
    assert exchange.response_body is not None
    assert (exchange.response_body.dropped, exchange.response_body.size) == (True, 300_000)
    assert log.weight < 10_000
