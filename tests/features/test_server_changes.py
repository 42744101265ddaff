"""What a watched server may do: stop and start, become another one, load models, say nothing at all."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import httpx
import pytest
from monitor_parts import ScriptedServer, pace, watching

from lmstudio_tui.features.health import Presence, ServerView
from lmstudio_tui.features.silence import SilenceWatch
from lmstudio_tui.sdk import (
    ChatCompletionRequest,
    ChatMessage,
    ClientConfig,
    LMStudioClient,
    LoadModelRequest,
    ModelInstance,
    ModelSummary,
    RequestTimeoutError,
    ServerKind,
)
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

GREETING = {"lmstudio": True}
V1 = "/api/v1/models"
V0 = "/api/v0/models"
OPENAI = "/v1/models"


class Paths(httpx.BaseTransport):
    """Answers by path, as they are now: JSON, or a whole answer; 404 for any other path."""

    def __init__(self, answers: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self.answers = answers
        self.headers = headers or {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers.get(request.url.path)
        if isinstance(answer, httpx.Response):
            return answer
        if answer is None:
            return httpx.Response(404, json={"error": "no such thing"})
        return httpx.Response(200, json=answer, headers=self.headers)


def listing(*names: str, **more: Any) -> dict[str, Any]:
    return {"object": "list", "data": [{"id": name, **more} for name in names]}


def known(view: ServerView) -> tuple[str, str]:
    """The kind and the version."""
    assert view.status is not None
    return view.status.kind.value, view.status.version


def classic(version: str) -> dict[str, Any]:
    return {"/health": {"status": "ok", "lmstudio_version": version}, OPENAI: listing("m")}


def lm_studio(version: str) -> dict[str, Any]:
    status = {"package": "lmstudio", "version": version}
    return {"/lmstudio-greeting": GREETING, "/lms-status": status, V1: {"models": [{"key": "m"}]}}


def llama_cpp(build: str) -> dict[str, Any]:
    return {OPENAI: listing("m", owned_by="llamacpp"), "/props": {"build_info": build}}


def by_metadata(version: str) -> dict[str, Any]:
    return {OPENAI: listing("m", metadata={"backend_version": version})}


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        (classic("0.2.20"), classic("0.2.21"), ("classic", "0.2.21")),
        (lm_studio("0.4.12"), lm_studio("0.4.13"), ("lmstudio", "0.4.13")),
        (llama_cpp("b1"), llama_cpp("b2"), ("openai", "b2")),
        (by_metadata("0.2.20"), by_metadata("0.2.21"), ("classic", "0.2.21")),
        (classic("0.2.21"), lm_studio("0.4.12"), ("lmstudio", "0.4.12")),
        (lm_studio("0.4.12"), classic("0.2.21"), ("classic", "0.2.21")),
        (lm_studio("0.4.12"), {OPENAI: listing("m")}, ("openai", "unknown")),
        (lm_studio("0.4.12"), {"/lmstudio-greeting": {"lmstudio": False}, OPENAI: listing("m")}, ("openai", "unknown")),
        ({OPENAI: listing("m")}, by_metadata("0.2.21"), ("classic", "0.2.21")),
        (lm_studio("0.3.9"), {**lm_studio("0.3.9"), "/lms-status": None}, ("lmstudio", "unknown")),
    ],
    ids=range(10),
)
def test_another_server_is_noticed_though_it_lists_the_same_models(
    monkeypatch: pytest.MonkeyPatch, before: dict[str, Any], after: dict[str, Any], seen: tuple[str, str]
) -> None:
    pace(monkeypatch, every=0.01)
    transport = Paths(before)
    with LMStudioClient(ClientConfig(max_retries=0), transport=transport) as client, watching(client) as watch:
        first = watch.when(lambda view: view.online)
        assert known(first) != seen
        transport.answers = after
        last = watch.when(lambda view: known(view) == seen or not view.online)
    assert (known(last), last.online) == (seen, True)


def test_a_version_in_a_header_is_compared_too(monkeypatch: pytest.MonkeyPatch) -> None:
    pace(monkeypatch, every=0.01)
    transport = Paths({OPENAI: listing("m")}, {"x-lmstudio-version": "0.2.20"})
    with LMStudioClient(ClientConfig(max_retries=0), transport=transport) as client, watching(client) as watch:
        assert known(watch.next()) == ("classic", "0.2.20")
        assert watch.next().online
        transport.headers = {"x-lmstudio-version": "0.2.21"}
        assert known(watch.when(lambda view: known(view)[1] != "0.2.20")) == ("classic", "0.2.21")


def test_twenty_stops_and_starts_on_one_port(monkeypatch: pytest.MonkeyPatch) -> None:
    pace(monkeypatch, every=0.02, away=(0.02,))
    server = SimulatorServer(SimulatorConfig(speed=0))
    server.start()
    port = int(server.base_url.rpartition(":")[2])
    try:
        with LMStudioClient(ClientConfig(base_url=server.base_url)) as client, watching(client) as watch:
            changed: list[float] = [watch.until(Presence.ONLINE).since]
            for _ in range(20):
                server.stop()
                changed.append(watch.until(Presence.OFFLINE, seconds=30).since)
                server = SimulatorServer(SimulatorConfig(speed=0, port=port))
                server.start()
                back = watch.until(Presence.ONLINE, seconds=30)
                changed.append(back.since)
                assert back.models
    finally:
        server.stop()
    assert changed == sorted(changed)
    assert len(set(changed)) == 41


def test_models_that_are_loaded_and_unloaded_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    pace(monkeypatch, every=0.05)
    with (
        SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server,
        LMStudioClient(ClientConfig(base_url=server.base_url)) as client,
        LMStudioClient(ClientConfig(base_url=server.base_url)) as other,
        watching(client) as watch,
    ):
        first = watch.until(Presence.ONLINE)
        assert (first.status and first.status.models_loaded) == 2
        instance = other.load_model(LoadModelRequest(model="sim-qwen3-8b")).instance_id
        seen = watch.when(lambda view: view.models != first.models)
        assert (seen.status and seen.status.models_loaded) == 3
        assert first.models_at < seen.models_at <= seen.checked_at
        other.unload_model(instance)
        last = watch.when(lambda view: view.models != seen.models)
        assert (last.models, last.status and last.status.models_loaded) == (first.models, 2)


def test_a_list_that_stays_the_same_stays_the_same_object_and_keeps_its_date(monkeypatch: pytest.MonkeyPatch) -> None:
    pace(monkeypatch, every=0.01)
    with (
        LMStudioClient(ClientConfig(), transport=Paths(lm_studio("0.4.12"))) as client,
        watching(client) as watch,
    ):
        first, last = watch.next(), [watch.next() for _ in range(3)][-1]
    assert last.models is first.models
    assert last.models_at == first.models_at > 0
    assert last.checked_at > first.checked_at


def test_the_count_of_loaded_models_follows_the_list() -> None:
    loaded = ModelSummary(id="a", state="loaded", instances=(ModelInstance(id="a"), ModelInstance(id="a:2")))
    server = ScriptedServer(kind=ServerKind.LM_STUDIO, models_loaded=7, models=(loaded,))
    with watching(server) as watch:
        assert (status := watch.next().status)
        assert status.models_loaded == 2
        server.models = ()
        assert (status := watch.look().status)
        assert status.models_loaded == 0
        server.models = (ModelSummary(id="a"),)
        assert (status := watch.look().status)
        assert status.models_loaded == 7  # a list that does not tell does not count
        server.kind = ServerKind.CLASSIC
        server.models = (loaded,)
        assert (status := watch.look().status)
        assert status.models_loaded == 7  # as it says itself


# Silence


def test_a_server_that_falls_silent_is_told_of_before_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    pace(monkeypatch, every=0.01, silent_after=0.2)
    server = ScriptedServer()
    with watching(server) as watch:
        assert watch.next().silent_since is None
        server.blocked = True
        began = time.time()
        silent = watch.when(lambda view: view.silent_since is not None)
        assert silent.online
        assert silent.silent_since is not None
        assert abs(silent.silent_since - began) < 2
        server.blocked = False
        again = watch.next()
        assert (again.silent_since, again.online) == (None, True)


class Rest(threading.Condition):
    """Knows when somebody waits in it who has no time to keep, until somebody else calls."""

    def __init__(self) -> None:
        super().__init__()
        self.endless = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is None:
            self.endless.set()
        return super().wait(timeout)

    def notify(self, n: int = 1) -> None:
        self.endless.clear()
        super().notify(n)


def test_it_is_told_once_and_only_while_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    pace(monkeypatch, every=3600, silent_after=0.05)
    rest = Rest()

    class Watch(SilenceWatch):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self._condition = rest

    monkeypatch.setattr("lmstudio_tui.features.health.SilenceWatch", Watch)
    server = ScriptedServer()
    with watching(server) as watch:
        watch.next()
        assert rest.endless.wait(10)  # the monitor waits for its next look, and not for an answer
        assert watch.nothing_more
        server.blocked = True
        watch.monitor.poke()
        assert watch.next().silent_since is not None
        assert rest.endless.wait(10)
        assert watch.nothing_more
        server.blocked = False
        assert watch.next().silent_since is None


def test_a_frozen_server_is_given_up_long_before_the_configured_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    pace(monkeypatch, every=0.01, away=(0.01,), silent_after=0.1)
    monkeypatch.setattr("lmstudio_tui.features.health._PATIENCE", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = ClientConfig(base_url=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=60)
        with LMStudioClient(config) as client, watching(client) as watch:
            first = watch.next()
            assert first.presence is Presence.CONNECTING
            assert first.silent_since is not None
            given_up = watch.next()
            assert given_up.presence is Presence.OFFLINE
            assert isinstance(given_up.error, RequestTimeoutError)
            assert given_up.silent_since == first.silent_since
            # The next look waits as well: it is one silence.
            assert watch.next().silent_since == first.silent_since


def test_a_server_that_is_at_another_answer_is_busy_and_not_away() -> None:
    server = ScriptedServer()
    with watching(server) as watch:
        assert watch.next().online
        server.error = RequestTimeoutError("Too slow.", phase="read")
        server.heard_at = time.monotonic() + 60  # an answer that still comes
        busy = watch.look()
        assert (busy.presence, busy.busy, busy.silent_since, busy.error) == (Presence.ONLINE, True, None, None)
        server.heard_at = float("-inf")
        away = watch.look()
        assert (away.presence, away.busy) == (Presence.OFFLINE, False)
        server.error = None
        back = watch.look()
        assert (back.online, back.busy) == (True, False)


def test_an_answer_that_comes_breaks_the_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    pace(monkeypatch, every=0.01, silent_after=0.2)
    server = ScriptedServer()
    with watching(server) as watch:
        assert watch.next().online
        server.heard_at = time.monotonic() + 1.0
        server.blocked = True
        silent = watch.when(lambda view: view.silent_since is not None)
        # Only since nothing comes any more.
        assert silent.silent_since is not None
        assert time.monotonic() >= server.heard_at + 0.2
        server.blocked = False


def test_the_client_knows_when_anything_was_heard() -> None:
    server = SimulatorServer(SimulatorConfig(speed=0))
    with server as simulator, LMStudioClient(ClientConfig(base_url=simulator.base_url)) as client:
        assert client.heard_at == float("-inf")
        client.list_models()
        listed = client.heard_at
        assert time.monotonic() - 60 < listed <= time.monotonic()
        request = ChatCompletionRequest(messages=[ChatMessage(role="user", content="hello")])
        with client.stream_chat_completion(request) as stream:
            assert sum(1 for _ in stream) > 1
        assert client.heard_at > listed
