"""Which server it is, which version, what it can do (server contract: 1, 2.1, 3), and the three lists made one."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sdk_servers import ask, config

from lmstudio_tui.sdk import (
    AuthenticationError,
    CancelScope,
    ClientConfig,
    CompletionRequest,
    FeatureUnavailableError,
    HealthStatus,
    LMStudioClient,
    LMStudioError,
    ModelFilter,
    ModelSummary,
    ProtocolError,
    RequestCancelledError,
    ServerFailureError,
    ServerKind,
    UnsupportedVersionError,
)
from lmstudio_tui.sdk.capabilities import parse_version
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.simulator.config import Flavour

GREETING = {"lmstudio": True}
V1 = "/api/v1/models"
V0 = "/api/v0/models"
V1_MODEL: dict[str, Any] = {
    "type": "llm",
    "publisher": "openai",
    "key": "openai/gpt-oss-20b",
    "display_name": "GPT OSS",
    "architecture": "gpt-oss",
    "quantization": {"name": "MXFP4", "bits_per_weight": 4},
    "size_bytes": 12_000_000_000,
    "params_string": "20B",
    "loaded_instances": [],
    "max_context_length": 131072,
    "format": "gguf",
    "capabilities": {
        "vision": True,
        "trained_for_tool_use": True,
        "reasoning": {"allowed_options": ["low", 5, "high"], "default": "low"},
    },
    "description": "A model.",
}
V0_MODEL: dict[str, Any] = {
    "id": "openai/gpt-oss-20b",
    "object": "model",
    "type": "llm",
    "publisher": "openai",
    "arch": "gpt-oss",
    "compatibility_type": "gguf",
    "quantization": "MXFP4",
    "state": "loaded",
    "max_context_length": 131072,
    "loaded_context_length": 4096,
    "capabilities": ["tool_use"],
}


class Paths(httpx.BaseTransport):
    """Answers by path: JSON, or a whole answer; any other path as LM Studio does."""

    def __init__(self, answers: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self.answers = answers
        self.headers = headers or {}
        self.asked: list[str] = []
        self.query = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append(path)
        self.query = request.url.query.decode() or self.query
        unknown = {"error": f"Unexpected endpoint or method. ({request.method} {path})"}
        answer = self.answers.get(path, unknown)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer, headers=self.headers)


def health(answers: dict[str, Any], headers: dict[str, str] | None = None, **settings: Any) -> HealthStatus:
    with LMStudioClient(ClientConfig(**settings), transport=Paths(answers, headers)) as client:
        return client.health()


def models(**answers: Any) -> tuple[ModelSummary, ...]:
    paths = {"openai": "/v1/models", "v1": V1, "v0": V0}
    keys = {"openai": "data", "v1": "models", "v0": "data"}
    bodies = {paths[name]: {keys[name]: rows} for name, rows in answers.items()}
    with LMStudioClient(ClientConfig(), transport=Paths(bodies)) as client:
        return client.fetch_models().models


def listing(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"object": "list", "data": list(rows)}


# Kind and version


@pytest.mark.parametrize(
    ("answers", "headers", "kind", "version", "source"),
    [
        ({"/health": {"status": "ok", "lmstudio_version": "0.2.21"}, "/v1/models": listing()}, {}, "classic", "0.2.21",
         "health"),
        ({"/health": {"status": "ok"}, "/v1/models": listing()}, {"x-lmstudio-version": "0.2.20"}, "classic", "0.2.20",
         "header"),
        ({"/v1/models": listing({"id": "a"}, {"id": "m", "metadata": {"backend_version": "0.2.19"}})}, {}, "classic",
         "0.2.19", "backend_version"),
        ({"/lmstudio-greeting": GREETING, V1: {"models": [V1_MODEL]}, "/lms-status": {"package": "lmstudio",
         "version": "0.4.12"}}, {}, "lmstudio", "0.4.12", "lms-status"),
        ({"/lmstudio-greeting": GREETING, V1: {"models": []}, "/lms-status": {"version": "0.4.12"}}, {}, "lmstudio",
         "unknown", "unknown"),
        ({"/lmstudio-greeting": GREETING, "/v1/models": listing()}, {"x-lmstudio-version": "0.3.5"}, "lmstudio",
         "0.3.5", "header"),
        ({"/v1/models": listing({"id": "m"})}, {}, "openai", "unknown", "unknown"),
        ({"/health": {"status": "ok"}, "/v1/models": listing()}, {}, "openai", "unknown", "unknown"),
        ({"/health": {"message": "OK"}, "/v1/models": [{"id": "m"}]}, {}, "openai", "unknown", "unknown"),
        ({"/health": httpx.Response(200, text="OK"), "/lmstudio-greeting": httpx.Response(404, text="no"),
         "/v1/models": listing()}, {}, "openai", "unknown", "unknown"),
        ({"/health": {"status": "ok", "lmstudio_version": 5}, "/v1/models": listing()}, {}, "openai", "unknown",
         "unknown"),
    ],
)  # fmt: skip
def test_kind_and_version(
    answers: dict[str, Any], headers: dict[str, str], kind: str, version: str, source: str
) -> None:
    status = health(answers, headers)
    assert (status.kind, status.version, status.version_source) == (kind, version, source)
    assert status.latency_ms > 0
    assert status.kind.label


def test_what_a_classic_server_tells_of_itself() -> None:
    said = {"status": "ok", "lmstudio_version": "0.2.21", "api_version": "v1", "models_loaded": 3, "uptime_ms": 362145}
    status = health({"/health": said, "/v1/models": listing()})
    assert (status.api_version, status.models_loaded, status.uptime_ms) == ("v1", 3, 362145)
    odd = health(
        {"/health": {**said, "models_loaded": True, "uptime_ms": -1, "api_version": 1}, "/v1/models": listing()}
    )
    assert (odd.api_version, odd.models_loaded, odd.uptime_ms) == (None, None, None)


@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_still_loading_its_model() -> None:
    loading = httpx.Response(503, json={"error": {"message": "Loading model", "code": 503}})
    status = health({"/health": loading, "/v1/models": loading, "/lmstudio-greeting": loading})
    assert (status.kind, status.status) == (ServerKind.OPENAI, "Loading model")


@pytest.mark.usefixtures("impatient")
def test_what_is_no_model_server() -> None:
    with pytest.raises(ProtocolError, match="not as a model server"):
        health({})
    with pytest.raises(ProtocolError):
        health({path: httpx.Response(200, html="<p>hello") for path in ("/health", "/v1/models", "/lmstudio-greeting")})
    with pytest.raises(ServerFailureError, match="broken"):
        health({"/v1/models": httpx.Response(500, json={"error": "broken"})})


@pytest.mark.parametrize("path", ["/health", "/lmstudio-greeting", V1, "/v1/models"])
def test_a_401_anywhere_ends_the_probing(path: str) -> None:
    refusal = httpx.Response(401, json={"error": {"message": "An LM Studio API token is required"}})
    greeting = {} if path == "/v1/models" else {"/lmstudio-greeting": GREETING}
    transport = Paths({**greeting, path: refusal})
    with LMStudioClient(ClientConfig(), transport=transport) as client, pytest.raises(AuthenticationError):
        client.health()
    assert transport.asked[-1] == path


@pytest.mark.parametrize(
    ("text", "version"),
    [("0.4.4+1", (0, 4, 4)), ("v0.2", (0, 2, 0)), ("1.1.7-beta", (1, 1, 7)), ("new", None), ("9" * 5000 + ".1", None)],
    ids=range(5),
)
def test_versions(text: str, version: tuple[int, int, int] | None) -> None:
    assert parse_version(text) == version


# Capabilities

AUDIO = ("transcription", "translation", "speech")


def classic(version: str, **settings: Any) -> dict[str, bool | None]:
    status = health({"/health": {"status": "ok", "lmstudio_version": version}, "/v1/models": listing()}, **settings)
    assert all(capability.reason for capability in status.capabilities.values())
    return {name: capability.available for name, capability in status.capabilities.items()}


@pytest.mark.parametrize(
    ("version", "settings", "audio", "images"),
    [
        ("0.2.21", {"enable_audio": True, "enable_images": True}, True, None),
        ("0.2.21", {}, False, False),
        ("0.2.20", {"enable_audio": True, "enable_images": True}, True, False),
        ("0.2.19", {"enable_audio": True, "enable_images": True}, False, False),
        ("0.2.18", {}, False, False),
        ("nightly", {}, None, None),
    ],
)
def test_a_classic_server_by_its_version(
    version: str, settings: dict[str, bool], audio: bool | None, images: bool | None
) -> None:
    can = classic(version, **settings)
    assert can["chat"] is (None if version == "nightly" else True)
    assert [can[name] for name in AUDIO] == [audio] * 3
    assert can["images"] is images


def test_a_classic_server_that_is_too_old() -> None:
    assert set(classic("0.2.17").values()) == {False}
    transport = Paths({"/health": {"status": "ok", "lmstudio_version": "0.2.17"}, "/v1/models": listing()})
    with LMStudioClient(ClientConfig(), transport=transport) as client:
        client.health()
        with pytest.raises(UnsupportedVersionError, match=r"0\.2\.17 is too old") as caught:
            client.create_chat_completion(ask())
        assert "0.2.21" in caught.value.hint
        with pytest.raises(UnsupportedVersionError):
            client.stream_chat_completion(ask()).run()
        with pytest.raises(UnsupportedVersionError):
            client.create_completion(CompletionRequest(prompt="x"))
        with pytest.raises(UnsupportedVersionError):
            client.stream_completion(CompletionRequest(prompt="x")).run()
    assert "/v1/chat/completions" not in transport.asked


def test_lm_studio_by_what_answers() -> None:
    new = health({"/lmstudio-greeting": GREETING, V1: {"models": [V1_MODEL, {**V1_MODEL, "key": "b"}]}})
    assert new.capabilities["vision"].reason == "Declared by openai/gpt-oss-20b and 1 more."
    assert new.capabilities["model_load"].available
    assert not new.capabilities["speech"].available
    assert new.surfaces == (V1,)
    plain = health({"/lmstudio-greeting": GREETING, V1: {"models": [{"key": "a", "capabilities": {"vision": False}}]}})
    assert plain.capabilities["tools"].available is False
    old = health({"/lmstudio-greeting": GREETING, V0: {"data": [V0_MODEL]}})
    assert old.capabilities["download"].available is False
    assert old.capabilities["vision"].available is None
    assert old.capabilities["tools"].available
    assert old.models_loaded == 1
    assert health({"/lmstudio-greeting": GREETING, "/v1/models": listing()}).surfaces == ("/v1/models",)


def test_an_lm_studio_that_does_not_say_what_its_models_can() -> None:
    silent, embedding = {"key": "a", "type": "llm"}, {"key": "e", "type": "embedding"}
    told = {"key": "t", "type": "llm", "capabilities": {"vision": False, "trained_for_tool_use": True}}

    def can(*v1: dict[str, Any], v0: tuple[dict[str, Any], ...] = ()) -> list[tuple[bool | None, str]]:
        answers = {"/lmstudio-greeting": GREETING, V1: {"models": list(v1)}, V0: {"data": list(v0)}}
        found = health(answers).capabilities
        return [(found[name].available, found[name].reason) for name in ("vision", "tools", "reasoning")]

    empty: dict[str, Any] = {**silent, "capabilities": {}}
    cases: list[list[dict[str, Any]]] = [[silent], [silent, embedding], [{**silent, "capabilities": None}], [empty]]
    for rows in cases:
        seen = can(*rows)
        assert {available for available, _ in seen} == {None}
        assert all("This LM Studio does not say" in reason for _, reason in seen)
    # One that says nothing among others that do may be able to all the same.
    assert [available for available, _ in can(silent, told)] == [None, True, None]
    assert [available for available, _ in can(told, embedding)] == [False, True, False]
    assert [available for available, _ in can()] == [False, False, False]
    # What only the older list says counts.
    seeing = {**V0_MODEL, "id": "a", "type": "vlm", "capabilities": ["tool_use"]}
    assert can(silent, v0=(seeing,))[:2] == [(True, "Declared by a."), (True, "Declared by a.")]


@pytest.mark.parametrize("flavour", ["lmstudio", "classic", "openai"])
def test_the_simulators_flavours(flavour: Flavour) -> None:
    with (
        SimulatorServer(SimulatorConfig(flavour=flavour, speed=0)) as simulator,
        LMStudioClient(config(simulator.base_url)) as client,
    ):
        status = client.health()
        assert (status.kind, status.simulator) == (flavour, True)
        assert "sim-llama-3.1-8b" in [model.id for model in client.list_models()]
        assert client.config.base_url == simulator.base_url


def test_a_quick_look_whether_it_is_still_there() -> None:
    transport = Paths({"/lmstudio-greeting": GREETING, "/health": {"status": "ok"}})
    with LMStudioClient(ClientConfig(), transport=transport) as client:
        assert client.ping(ServerKind.LM_STUDIO) > 0
        assert client.ping(ServerKind.CLASSIC) > 0
        with pytest.raises(FeatureUnavailableError):
            client.ping(ServerKind.OPENAI)


# Lists of models


def test_everything_that_v1_tells() -> None:
    instances = [{"id": "a", "config": {"context_length": 8192}}, {"id": None}, 5]
    [model] = models(v1=[{**V1_MODEL, "loaded_instances": instances}, {"display_name": "no key"}, 7])
    assert model.model_dump(exclude={"instances"}) == {
        "id": "openai/gpt-oss-20b", "display_name": "GPT OSS", "type": "vlm", "publisher": "openai",
        "architecture": "gpt-oss", "quantization": "MXFP4", "bits_per_weight": 4.0, "format": "gguf",
        "parameters": "20B", "size_bytes": 12_000_000_000, "max_context_length": 131072, "state": "loaded",
        "capabilities": ("vision", "tools", "reasoning"), "owned_by": None, "status": None, "created": None,
        "description": "A model.", "reasoning_options": ("low", "high"), "reasoning_default": "low",
        "variants": (), "selected_variant": None, "sources": (V1,),
    }  # fmt: skip
    assert [(one.id, one.context_length) for one in model.instances] == [("a", 8192)]
    assert model.context_length == 8192
    assert model.can_chat


def test_v1_may_be_blind_to_what_v0_sees_loaded() -> None:
    [model] = models(v1=[V1_MODEL], v0=[V0_MODEL, {**V0_MODEL, "id": "openai/gpt-oss-20b:2"}])
    assert model.loaded
    assert [one.id for one in model.instances] == ["openai/gpt-oss-20b", "openai/gpt-oss-20b:2"]
    assert model.context_length == 4096


def test_a_repeated_key_and_missing_capabilities() -> None:
    bare = {"type": "new-kind", "key": "a", "quantization": "Q4", "format": "splash", "loaded_instances": None}
    [model] = models(v1=[bare, {**bare, "loaded_instances": [{"id": "a"}], "display_name": "A"}])
    assert (model.type, model.quantization, model.state, model.display_name) == ("new-kind", "Q4", "loaded", "A")
    assert model.capabilities == ()


def test_the_same_model_without_its_publisher_and_by_an_instances_name() -> None:
    loaded = {**V1_MODEL, "loaded_instances": [{"id": "my-own-name"}]}
    [model] = models(v1=[loaded], openai=[{"id": "gpt-oss-20b", "owned_by": "x"}, {"id": "my-own-name"}])
    assert (model.id, model.owned_by) == ("openai/gpt-oss-20b", "x")


def test_with_just_in_time_loading_off_only_v1_tells_of_the_others() -> None:
    names = [model.id for model in models(v1=[V1_MODEL, {"key": "idle"}], v0=[V0_MODEL], openai=[{"id": "hidden"}])]
    assert names == ["openai/gpt-oss-20b", "idle", "hidden"]


def test_other_servers_ids_are_taken_as_they_are() -> None:
    names = [model.id for model in models(openai=[{"id": name} for name in ("a/m", "m", "m:2", "m:7b", "m")])]
    assert names == ["a/m", "m", "m:2", "m:7b"]


def test_a_classic_list_and_its_metadata() -> None:
    meta = {
        "format": "gguf",
        "family": "mistral",
        "parameter_size": "7B",
        "quantization_level": "Q4",
        "context_length": 8,
    }
    [ready, embedding, vllm] = models(
        openai=[
            {"id": "m", "owned_by": "lmstudio", "created": 5, "status": "ready", "metadata": meta},
            {"id": "text-embedding-nomic", "status": "unheard-of"},
            {"id": "v", "max_model_len": 4096, "status": ["odd"]},
        ]
    )
    assert (ready.state, ready.architecture, ready.parameters, ready.context_length) == ("loaded", "mistral", "7B", 8)
    assert (embedding.type, embedding.can_chat, embedding.state) == ("embedding", False, "unknown")
    assert vllm.context_length == 4096


def test_vision_that_only_v0_tells() -> None:
    [model] = models(v1=[{"key": "a", "type": "llm"}], v0=[{"id": "a", "type": "vlm", "state": "loading"}])
    assert (model.type, model.state, model.capabilities) == ("vlm", "loading", ("vision",))


def test_filters_are_sent_and_applied() -> None:
    rows = [
        {"id": "a", "owned_by": "me", "status": "ready"},
        {"id": "b", "owned_by": "you"},
        {"id": "c", "owned_by": "me"},
    ]
    transport = Paths({"/v1/models": listing(*rows)})
    with LMStudioClient(ClientConfig(), transport=transport) as client:
        kept = client.list_models(ModelFilter(owned_by="me", limit=1, cursor="x", status="ready"))
    assert [model.id for model in kept] == ["a"]
    assert transport.query == "owned_by=me&status=ready&limit=1&cursor=x"
    native = Paths({V1: {"models": [V1_MODEL]}, V0: {"data": [{**V0_MODEL, "id": "other"}]}})
    with LMStudioClient(ClientConfig(), transport=native) as client:
        assert [model.id for model in client.list_models(ModelFilter(status="loaded"))] == ["other"]
        assert [model.id for model in client.list_models(ModelFilter(status="idle"))] == ["openai/gpt-oss-20b"]


def test_a_server_without_native_lists_is_asked_for_them_once() -> None:
    transport = Paths({"/v1/models": listing({"id": "m"}), V1: listing({"id": "m"})})
    with LMStudioClient(ClientConfig(), transport=transport) as client:
        assert client.fetch_models().sources == ("/v1/models",)
        client.list_models()
        assert transport.asked == ["/v1/models", V1, V0, "/v1/models"]
        transport.answers = {"/lmstudio-greeting": GREETING, V1: {"models": [V1_MODEL]}}
        client.health()
        assert client.fetch_models().sources == (V1,)


@pytest.mark.usefixtures("impatient")
def test_lists_that_cannot_be_had() -> None:
    cases: list[tuple[dict[str, Any], type[LMStudioError]]] = [
        ({}, FeatureUnavailableError),
        ({"/v1/models": {"data": 5}}, ProtocolError),
        ({"/v1/models": httpx.ConnectError("refused")}, LMStudioError),
    ]
    for answers, kind in cases:
        with LMStudioClient(ClientConfig(), transport=Paths(answers)) as client, pytest.raises(kind):
            client.list_models()
    with LMStudioClient(
        ClientConfig(), transport=Paths({"/v1/models": listing({"id": "m"}), V1: httpx.ReadError("reset")})
    ) as client:
        assert [model.id for model in client.list_models()] == ["m"]
    scope = CancelScope()
    scope.cancel()
    with LMStudioClient(ClientConfig(), transport=Paths({})) as client, pytest.raises(RequestCancelledError):
        client.list_models(scope=scope)
