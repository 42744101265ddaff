"""Watching a server that comes, goes, wants a key, or is none."""

from __future__ import annotations

import itertools
import queue
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import cast

import pytest
from monitor_parts import BASE_URL, ScriptedServer, Watching, pace, watching

from lmstudio_tui.features.health import HealthMonitor, Presence, ServerView
from lmstudio_tui.sdk import (
    AuthenticationError,
    ClientConfig,
    ConnectionLostError,
    LMStudioClient,
    LMStudioError,
    LMStudioSDK,
    NameResolutionError,
    ProtocolError,
    RequestTimeoutError,
    ServerFailureError,
    ServerKind,
    ServerRefusedError,
    TLSError,
)
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

REFUSED = ServerRefusedError("Nothing answers.")


@pytest.fixture
def paced(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """As `pace`."""
    return partial(pace, monkeypatch)


# What is seen


def test_before_the_first_look_it_is_being_looked_for() -> None:
    view = ServerView(BASE_URL)
    assert view.presence is Presence.CONNECTING
    assert not view.online


def test_the_first_look_is_a_whole_one() -> None:
    server = ScriptedServer(latency=7.5)
    with watching(server) as watch:
        view = watch.next()
    assert server.names == ["health", "models"]
    assert view.online
    assert view.base_url == BASE_URL
    assert view.status is not None
    assert view.status.kind is ServerKind.CLASSIC
    assert [model.id for model in view.models] == ["qwen3-8b"]
    assert view.latencies == (7.5,)
    assert view.error is None
    assert view.next_try_at is None


@pytest.mark.parametrize(
    ("error", "presence"),
    [
        (REFUSED, Presence.OFFLINE),
        (NameResolutionError("No such host."), Presence.OFFLINE),
        (TLSError("No TLS."), Presence.OFFLINE),
        (RequestTimeoutError("Too slow.", phase="connect"), Presence.OFFLINE),
        (ConnectionLostError("Cut."), Presence.OFFLINE),
        (AuthenticationError("A key is wanted.", status=401), Presence.LOCKED),
        (ProtocolError("A web page."), Presence.STRANGE),
        (ServerFailureError("It failed.", status=500), Presence.STRANGE),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_what_a_failure_says_of_the_server(error: LMStudioError, presence: Presence) -> None:
    with watching(ScriptedServer(error=error)) as watch:
        view = watch.next()
    assert view.presence is presence
    assert not view.online
    assert view.error is error
    assert view.next_try_at is not None


def test_what_was_known_stays_while_it_is_away() -> None:
    server = ScriptedServer()
    with watching(server) as watch:
        online = watch.next()
        server.error = REFUSED
        away = watch.look()
        assert (away.presence, away.error) == (Presence.OFFLINE, REFUSED)
        assert (away.status, away.models, away.latencies) == (online.status, online.models, online.latencies)
        server.error = None
        back = watch.look()
        assert back.online
        assert (back.error, back.next_try_at) == (None, None)


def test_the_presence_is_dated_from_its_change_only() -> None:
    server = ScriptedServer()
    with watching(server) as watch:
        began = watch.next().since
        assert abs(began - time.time()) < 10
        assert watch.look().since == began
        server.error = REFUSED
        away = watch.look()
        assert away.since > began
        assert watch.look().since == away.since
        server.error = ConnectionLostError("Cut.")
        assert watch.look().since == away.since
        server.error = AuthenticationError("A key is wanted.", status=401)
        assert watch.look().since > away.since


# When it looks


def test_while_all_is_well_the_looks_are_quick_ones(paced: Callable[..., None]) -> None:
    paced(every=0.01)
    server = ScriptedServer()
    with watching(server) as watch:
        first = watch.next()
        server.latency = 4.5
        last = [watch.next() for _ in range(5)][-1]
    assert server.names[:6] == ["health", "models", "ping", "models", "ping", "models"]
    assert server.pinged_as is ServerKind.CLASSIC
    assert last.latencies[0] == 3.0
    assert last.latencies[-1] == 4.5
    assert (last.status, last.models, last.since) == (first.status, first.models, first.since)


def test_it_asks_anew_who_answers_now_and_then(paced: Callable[..., None]) -> None:
    paced(every=0.01, whole_every=0.1)
    server = ScriptedServer()
    with watching(server) as watch:
        while server.names.count("health") < 3:
            watch.next()
    times = [moment for name, moment in server.calls if name == "health"]
    assert all(later - earlier > 0.05 for earlier, later in itertools.pairwise(times))
    assert "ping" in server.names


def test_only_the_latest_latencies_are_kept(paced: Callable[..., None]) -> None:
    paced(every=0.0)
    with watching(ScriptedServer(latency=1.0, slower=1.0)) as watch:
        views = [watch.next() for _ in range(40)]
    assert views[9].latencies == tuple(float(number) for number in range(1, 11))
    assert views[39].latencies == tuple(float(number) for number in range(17, 41))


def test_a_server_that_fails_a_quick_look_is_away_and_then_looked_at_as_a_whole(paced: Callable[..., None]) -> None:
    paced(every=0.01, away=(0.01,))
    server = ScriptedServer()
    with watching(server) as watch:
        watch.next()
        watch.next()
        server.error = REFUSED
        watch.until(Presence.OFFLINE)
        assert server.names[-1] == "ping"
        looked = len(server.calls)
        server.error = None
        watch.until(Presence.ONLINE)
        assert "ping" not in server.names[looked : looked + 2]
        assert {"health", "models"} <= set(server.names[looked : looked + 3])


def test_the_pauses_it_announces_grow_while_nobody_answers() -> None:
    server = ScriptedServer(error=REFUSED)
    pauses: list[float] = []
    with watching(server) as watch:
        view = watch.next()
        for _ in range(11):
            assert view.next_try_at is not None
            pauses.append(view.next_try_at - server.calls[-1][1])
            view = watch.look()
        server.error = None
        assert watch.look().online
        server.error = REFUSED
        view = watch.look()
        assert view.next_try_at is not None
        afresh = view.next_try_at - server.calls[-1][1]
    assert [round(pause) for pause in pauses] == [1, 2, 2, 3, 5, 5, 10, 15, 30, 30, 30]
    assert round(afresh) == 1


def test_it_keeps_to_the_pauses(paced: Callable[..., None]) -> None:
    away = (0.02, 0.05, 0.12)
    paced(every=3600, away=away)
    server = ScriptedServer(error=REFUSED)
    with watching(server) as watch:
        for _ in range(5):
            watch.next()
    times = [moment for _, moment in server.calls]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    # A wait may end a hair early by another clock.
    assert all(gap >= pause - 0.005 for gap, pause in zip(gaps, [*away, away[-1]], strict=False))


def test_it_finds_a_server_that_appears_without_being_told() -> None:
    server = ScriptedServer(error=REFUSED)
    with watching(server) as watch:
        watch.next()
        server.error = None
        began = time.monotonic()
        assert watch.next().online
        assert time.monotonic() - began < 10.0


def test_a_poke_makes_it_look_at_once_and_as_a_whole() -> None:
    server = ScriptedServer()
    with watching(server) as watch:
        watch.next()
        began = time.monotonic()
        assert watch.look().online
        assert time.monotonic() - began < 4.0  # of the 5 s that it would have waited
        assert server.names == ["health", "models"] * 2
        server.error = REFUSED
        for _ in range(9):
            watch.look()
        server.error = None
        began = time.monotonic()
        assert watch.look().online
        assert time.monotonic() - began < 10.0  # of 30 s


def test_a_poke_in_the_middle_of_a_look_is_followed_by_another() -> None:
    server = ScriptedServer()
    started, go_on = threading.Event(), threading.Event()
    views: queue.Queue[ServerView] = queue.Queue()

    def tell(view: ServerView) -> None:
        views.put(view)
        started.set()
        assert go_on.wait(10)

    monitor = HealthMonitor(cast("LMStudioSDK", server))
    thread = threading.Thread(target=monitor.run, args=(tell,))
    thread.start()
    assert started.wait(10)
    monitor.poke()
    go_on.set()
    views.get(timeout=2)
    views.get(timeout=2)  # rather than after 5 s
    monitor.stop()
    thread.join(10)
    assert not thread.is_alive()


# How it ends


def ended_within(watch: Watching, seconds: float) -> bool:
    watch.monitor.stop()
    watch.thread.join(seconds)
    return not watch.thread.is_alive()


def test_stop_ends_a_pause_at_once_and_nothing_more_is_told() -> None:
    with watching(ScriptedServer()) as watch:
        watch.next()
        assert ended_within(watch, 1.0)
        assert watch.nothing_more


def test_stop_ends_a_look_at_once_and_nothing_more_is_told() -> None:
    server = ScriptedServer(blocked=True)
    with watching(server) as watch:
        assert server.arrived.wait(10)
        assert ended_within(watch, 1.0)
        assert watch.nothing_more


def test_stop_before_the_first_look_leaves_the_server_alone() -> None:
    server = ScriptedServer()
    monitor = HealthMonitor(cast("LMStudioSDK", server))
    monitor.stop()
    monitor.run(lambda _: None)
    assert server.calls == []


def test_stop_ends_a_look_at_a_real_server_that_never_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = ClientConfig(base_url=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=60)
        with LMStudioClient(config) as client, watching(client) as watch:
            accepted, _ = silent.accept()
            with accepted:
                assert accepted.recv(1)
                assert ended_within(watch, 1.0)
                assert watch.nothing_more


# With a real server


def test_a_real_server_that_goes_and_comes_back(paced: Callable[..., None]) -> None:
    paced(every=0.05, away=(0.05,))
    with SimulatorServer(SimulatorConfig(speed=0)) as server:
        port = int(server.base_url.rpartition(":")[2])
        client = LMStudioClient(ClientConfig(base_url=server.base_url, max_retries=0))
        with client, watching(client) as watch:
            view = watch.next()
            assert view.online
            assert view.models
            server.stop()
            assert isinstance(watch.until(Presence.OFFLINE).error, ServerRefusedError | ConnectionLostError)
            with SimulatorServer(SimulatorConfig(speed=0, port=port, api_key="sk-lm-abcdefgh:0123456789abcdefghij")):
                assert isinstance(watch.until(Presence.LOCKED).error, AuthenticationError)
            watch.until(Presence.OFFLINE)
            with SimulatorServer(SimulatorConfig(speed=0, port=port)):
                assert watch.until(Presence.ONLINE).models
