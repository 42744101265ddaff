"""Servers that are too old, and capabilities that are lacking: refused in words, and before anything is handed on."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from sdk_servers import RawServer, answering, ask, config, delta, event, whole, whole_stream

from lmstudio_tui.sdk import (
    AuthenticationError,
    CancelScope,
    Capability,
    ClientConfig,
    CompletionRequest,
    FeatureUnavailableError,
    HealthStatus,
    LMStudioClient,
    RequestCancelledError,
    ServerKind,
    StatusError,
    StreamEvent,
    UnsupportedVersionError,
    require,
)
from lmstudio_tui.sdk.types.kinds import CAPABILITIES
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

OLD = {"x-lmstudio-version": "0.2.17"}
V1 = "/api/v1/models"


class Server(httpx.BaseTransport):
    """Answers by path, with the same headers always; 404 for any other path."""

    def __init__(self, answers: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self.answers = answers
        self.headers = headers or {}
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        answer = self.answers.get(request.url.path)
        if isinstance(answer, httpx.Response | Exception):
            if isinstance(answer, Exception):
                raise answer
            return answer
        if answer is None:
            return httpx.Response(404, json={"error": {"message": "Not Found"}}, headers=self.headers)
        return httpx.Response(200, json=answer, headers=self.headers)


def client_of(server: Server, **settings: Any) -> LMStudioClient:
    return LMStudioClient(ClientConfig(**{"max_retries": 0, "stream_retry_ms": 1, **settings}), transport=server)


def of_classic(version: object) -> Server:
    return Server({"/health": {"status": "ok", "lmstudio_version": version}, "/v1/models": {"data": []}})


# The floor, without a look at who answers


@pytest.mark.parametrize("stream", [True, False])
def test_an_old_version_in_the_headers_of_an_answer_refuses_it(stream: bool) -> None:
    answers = {"/v1/chat/completions": whole("Hello"), "/v1/completions": {"choices": [{"text": "Hello"}]}}
    server = Server(answers, OLD)
    with client_of(server, enable_streaming=stream) as client:
        seen: list[StreamEvent] = []
        with pytest.raises(UnsupportedVersionError, match=r"0\.2\.17 is too old") as caught:
            seen += client.stream_chat_completion(ask())
        assert seen == []
        assert "0.2.21" in caught.value.hint
        assert server.asked == ["/v1/chat/completions"]
        # It is remembered: no model is set to work again.
        for again in (
            lambda: client.create_chat_completion(ask()),
            lambda: client.create_completion(CompletionRequest(prompt="x")),
            lambda: client.unload_model("m"),
        ):
            with pytest.raises(UnsupportedVersionError):
                again()
        assert server.asked == ["/v1/chat/completions"]


def test_a_stream_of_an_old_server_hands_nothing_on() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-LMStudio-Version: 0.1.9\r\n"
    stream = whole_stream(event(delta("secret")), event(delta(None, "stop")))
    answer = head + stream.partition(b"\r\n")[2].partition(b"\r\n")[2]
    with RawServer(answering(answer)) as server, LMStudioClient(config(server)) as client:
        stream_ = client.stream_chat_completion(ask())
        with pytest.raises(UnsupportedVersionError):
            stream_.run()
        assert stream_.partial.text == ""
        assert len(server.requests) == 1


@pytest.mark.parametrize("version", ["0.2.18", "0.2.21", "0.4.12", "nightly", "", "9" * 5000])
def test_other_versions_in_the_headers_change_nothing(version: str) -> None:
    server = Server({"/v1/chat/completions": whole("Hello")}, {"x-lmstudio-version": version})
    with client_of(server) as client:
        assert client.create_chat_completion(ask()).text == "Hello"


def test_the_key_comes_before_the_version() -> None:
    refusal = httpx.Response(401, json={"error": "a key"}, headers=OLD)
    with client_of(Server({"/v1/chat/completions": refusal})) as client, pytest.raises(AuthenticationError):
        client.create_chat_completion(ask())


def test_an_error_of_an_old_server_is_told_as_its_age() -> None:
    failure = httpx.Response(400, json={"error": "odd"}, headers=OLD)
    with client_of(Server({"/v1/chat/completions": failure})) as client, pytest.raises(UnsupportedVersionError):
        client.create_chat_completion(ask())


def test_lm_studio_counts_its_versions_in_another_way() -> None:
    answers: dict[str, Any] = {
        "/lmstudio-greeting": {"lmstudio": True},
        V1: {"models": []},
        "/v1/chat/completions": whole("Hello"),
    }
    with client_of(Server(answers, {"x-lmstudio-version": "0.0.5"})) as client:
        assert client.health().kind is ServerKind.LM_STUDIO
        assert client.create_chat_completion(ask()).text == "Hello"


def test_an_old_server_can_still_be_looked_at() -> None:
    server = Server({"/v1/models": {"data": [{"id": "m"}]}}, OLD)
    with client_of(server) as client:
        assert client.health().version == "0.2.17"
        assert [model.id for model in client.list_models()] == ["m"]


# check_supported


def test_one_short_look_finds_out_and_refuses() -> None:
    server = of_classic("0.2.17")
    with client_of(server) as client:
        for _ in range(2):
            with pytest.raises(UnsupportedVersionError, match=r"0\.2\.17"):
                client.check_supported()
        with pytest.raises(UnsupportedVersionError):
            client.create_chat_completion(ask())
    assert server.asked == ["/health"]


@pytest.mark.parametrize("version", ["0.2.18", "0.4.4+1", "nightly", "", 5, None])
def test_one_short_look_at_a_server_that_will_do(version: object) -> None:
    server = of_classic(version)
    with client_of(server) as client:
        client.check_supported()
        client.check_supported()
    assert server.asked == ["/health"]


def test_what_is_known_is_not_asked_again() -> None:
    server = of_classic("0.2.17")
    with client_of(server) as client:
        client.health()
        server.asked.clear()
        with pytest.raises(UnsupportedVersionError):
            client.check_supported()
        server.answers = of_classic("0.2.21").answers
        client.health()
        server.asked.clear()
        client.check_supported()
    assert server.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {"error": "Unexpected endpoint or method. (GET /health)"},
        httpx.Response(200, text="OK"),
        httpx.Response(503, json={"error": {"message": "Loading model"}}),
        httpx.Response(403, json={"error": "not for you"}),
        httpx.Response(200, json=["0.2.17"]),
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
    ],
    ids=range(8),
)
def test_what_cannot_be_found_out_blocks_nothing(answer: Any) -> None:
    server = Server({"/health": answer, "/v1/chat/completions": whole("Hello")})
    with client_of(server, max_retries=2) as client:
        client.check_supported()
        assert server.asked == ["/health"]
        assert client.create_chat_completion(ask()).text == "Hello"


def test_a_key_that_is_wanted_and_a_cancelled_scope_go_through() -> None:
    refusal = httpx.Response(401, json={"error": {"message": "An LM Studio API token is required"}})
    with client_of(Server({"/health": refusal})) as client, pytest.raises(AuthenticationError):
        client.check_supported()
    scope = CancelScope()
    scope.cancel()
    with client_of(of_classic("0.2.17")) as client, pytest.raises(RequestCancelledError):
        client.check_supported(scope=scope)


def test_a_server_that_does_not_answer_costs_two_seconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmstudio_tui.sdk.floor._PATIENCE", 0.2)
    with (
        RawServer(lambda connection: connection.wait_until_left()) as server,
        LMStudioClient(config(server)) as client,
    ):
        began = time.monotonic()
        client.check_supported()
        assert time.monotonic() - began < 5.0


def test_the_simulator_refuses_nobody_but_is_refused() -> None:
    simulated = SimulatorConfig(flavour="classic", server_version="0.2.17", speed=0)
    with SimulatorServer(simulated) as server, LMStudioClient(ClientConfig(base_url=server.base_url)) as client:
        with pytest.raises(UnsupportedVersionError):
            client.stream_chat_completion(ask()).run()
        with pytest.raises(UnsupportedVersionError):
            client.check_supported()


# require


def status(kind: ServerKind = ServerKind.OPENAI, version: str = "unknown", **can: Capability) -> HealthStatus:
    unknown = Capability(available=None, reason="It does not say.")
    every = dict.fromkeys(CAPABILITIES, unknown) | can
    return HealthStatus(status="ok", kind=kind, version=version, latency_ms=1, capabilities=every)


def looked_at(server: Server, **settings: Any) -> HealthStatus:
    with client_of(server, **settings) as client:
        return client.health()


def test_what_is_there_or_unknown_is_not_refused() -> None:
    known = status(chat=Capability(available=True, reason="Seen."))
    for name in (*CAPABILITIES, "of-tomorrow"):
        require(known, name)


def test_what_is_lacking_is_refused_with_reason_and_next_step() -> None:
    lacking = Capability(available=False, reason="It is not there.", hint="Get it.", missing=("version", "endpoint"))
    with pytest.raises(FeatureUnavailableError, match=r"^It is not there\.$") as caught:
        require(status(speech=lacking), "speech")
    error = caught.value
    assert (error.feature, error.hint, error.context["missing"]) == ("speech", "Get it.", "version, endpoint")
    assert not isinstance(error, UnsupportedVersionError)


@pytest.mark.parametrize(
    ("version", "settings", "capability", "words", "step", "missing"),
    [
        ("0.2.19", {"enable_audio": True}, "speech", "no audio; 0.2.20 is", "Upgrade LM Studio to 0.2.20", "version"),
        ("0.2.19", {}, "speech", "enable_audio is off", "enable_audio = true", "version, enable_audio"),
        ("0.2.20", {}, "transcription", "switched off", "LM_STUDIO_ENABLE_AUDIO", "enable_audio"),
        ("0.2.20", {"enable_images": True}, "images", "0.2.21 is the first", "Upgrade", "version"),
        ("0.2.21", {}, "images", "switched off", "enable_images = true", "enable_images"),
        ("0.2.21", {}, "model_load", "no such endpoint", "0.4.0", "endpoint"),
        ("nightly", {}, "download", "no such endpoint", "0.4.0", "endpoint"),
    ],
)
def test_a_classic_server_says_what_is_missing(
    version: str, settings: dict[str, bool], capability: str, words: str, step: str, missing: str
) -> None:
    with pytest.raises(FeatureUnavailableError) as caught:
        require(looked_at(of_classic(version), **settings), capability)
    assert words in caught.value.message
    assert step in caught.value.hint
    assert caught.value.context["missing"] == missing


def test_everything_of_a_server_that_is_too_old_is_refused_as_such() -> None:
    of_header = Server({"/v1/models": {"data": []}}, OLD)
    of_backend = Server({"/v1/models": {"data": [{"id": "m", "metadata": {"backend_version": "0.2.17"}}]}})
    for server in (of_classic("0.2.17"), of_header, of_backend):
        old = looked_at(server)
        for name in CAPABILITIES:
            with pytest.raises(UnsupportedVersionError, match=r"0\.2\.17.*0\.2\.18"):
                require(old, name)
            least = "0.4.0" if name in {"model_load", "download"} else "0.2.21"
            assert f"Upgrade LM Studio to {least} or later" in old.capabilities[name].hint
            assert old.capabilities[name].available is False


@pytest.mark.parametrize("capability", ["transcription", "translation", "speech", "images"])
def test_lm_studio_has_no_audio_and_no_images_and_another_server_may(capability: str) -> None:
    greeting: dict[str, Any] = {"/lmstudio-greeting": {"lmstudio": True}, V1: {"models": []}}
    with pytest.raises(FeatureUnavailableError, match="No version of LM Studio") as caught:
        require(looked_at(Server(greeting), enable_audio=True, enable_images=True), capability)
    assert "_base_url" in caught.value.hint


def test_every_capability_has_its_reason_in_one_sentence_and_every_lack_a_next_step() -> None:
    greeting = {"/lmstudio-greeting": {"lmstudio": True}}
    servers = (
        *map(of_classic, ("0.2.17", "0.2.18", "0.2.20", "0.2.21", "odd")),
        Server({**greeting, V1: {"models": [{"key": "a"}]}}),
        Server({**greeting, "/v1/models": {"data": []}}),
        Server({"/v1/models": {"data": [{"id": "m"}]}, "/v1/chat/completions": httpx.Response(405)}),
        Server({"/v1/models": {"data": [{"id": "m", "owned_by": "llamacpp"}]}, "/props": {"build_info": "b1"}}),
    )
    for server in servers:
        can = looked_at(server, enable_audio=True).capabilities
        assert list(can) == list(CAPABILITIES)
        for capability in can.values():
            assert capability.reason.endswith(".")
            assert ". " not in capability.reason
            assert bool(capability.hint) == bool(capability.missing) == (capability.available is False)


def test_a_403_beside_the_point_does_not_end_the_probing() -> None:
    forbidden = httpx.Response(403, json={"error": "not for you"})
    found = looked_at(Server({"/health": forbidden, "/lmstudio-greeting": forbidden, "/v1/models": {"data": []}}))
    assert found.kind is ServerKind.OPENAI
    with pytest.raises(StatusError):
        looked_at(Server({"/v1/models": forbidden}))
