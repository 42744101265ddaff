"""What OpenAI-compatible servers tell of themselves when they are only looked at (server contract, section 4)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sdk_servers import RawServer, answering, config, reply

from lmstudio_tui.sdk import AuthenticationError, CancelScope, ClientConfig, HealthStatus, LMStudioClient, ServerKind
from lmstudio_tui.sdk.errors import LMStudioError, RequestCancelledError
from lmstudio_tui.sdk.traits import ENDPOINTS
from lmstudio_tui.sdk.types.kinds import CAPABILITIES

NOT_ALLOWED = httpx.Response(405, json={"detail": "Method Not Allowed"})
SWITCHED_ON = {"enable_audio": True, "enable_images": True}
BASE = ["/health", "/lmstudio-greeting", "/v1/models"]


class Looked(httpx.BaseTransport):
    """Answers GETs by path; any other path with 404, as FastAPI does."""

    def __init__(self, answers: dict[str, Any], owner: str = "me", **headers: str) -> None:
        listing = {"object": "list", "data": [{"id": "m", "object": "model", "owned_by": owner}]}
        self.answers: dict[str, Any] = {"/v1/models": listing, **answers}
        self.headers = headers
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert request.method == "GET"
        self.asked.append(request.url.path)
        answer = self.answers.get(request.url.path, httpx.Response(404, json={"detail": "Not Found"}))
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            return httpx.Response(200, text=answer, headers=self.headers)
        if isinstance(answer, httpx.Response):
            return httpx.Response(
                answer.status_code, content=answer.content, headers={**self.headers, **answer.headers}
            )
        return httpx.Response(200, json=answer, headers=self.headers)


def serving(*names: str) -> dict[str, Any]:
    """The answers of a server with these endpoints."""
    return {ENDPOINTS[name]: NOT_ALLOWED for name in names}


def look(server: Looked, **settings: Any) -> HealthStatus:
    with LMStudioClient(ClientConfig(**{**SWITCHED_ON, **settings}), transport=server) as client:
        status = client.health()
    assert status.kind is ServerKind.OPENAI
    assert list(status.capabilities) == list(CAPABILITIES)
    assert all(one.reason.endswith((".", "true.")) for one in status.capabilities.values())
    return status


def able(status: HealthStatus) -> dict[str, bool | None]:
    return {name: one.available for name, one in status.capabilities.items()}


# Endpoints


def test_a_405_proves_that_an_endpoint_is_there_and_that_the_others_are_not() -> None:
    can = look(Looked(serving("transcription", "translation", "chat"))).capabilities
    assert [can[name].available for name in ("chat", "transcription", "translation")] == [True] * 3
    assert [can[name].available for name in ("completions", "embeddings", "speech", "images")] == [False] * 4
    assert can["speech"].reason == "The server has no /v1/audio/speech."
    assert "/v1/audio/translations" in can["translation"].reason
    assert [can[name].available for name in ("streaming", "vision", "tools", "reasoning")] == [None] * 4
    assert [can[name].available for name in ("model_load", "download")] == [False] * 2


def test_a_404_alone_proves_nothing() -> None:
    can = able(look(Looked({})))
    assert {can[name] for name in ENDPOINTS} == {None}


def test_other_answers_prove_nothing() -> None:
    odd = {
        ENDPOINTS["chat"]: NOT_ALLOWED,
        ENDPOINTS["completions"]: httpx.Response(500, text="oops"),
        ENDPOINTS["embeddings"]: {"hello": 1},
        ENDPOINTS["speech"]: httpx.Response(403, text="no"),
        ENDPOINTS["images"]: "<html>",
        ENDPOINTS["translation"]: {"error": "Unexpected endpoint or method. (GET /v1/audio/translations)"},
    }
    can = able(look(Looked(odd)))
    assert [can[name] for name in ("completions", "embeddings", "speech", "images")] == [None] * 4
    assert [can[name] for name in ("translation", "transcription")] == [False] * 2


def test_a_server_that_only_speaks() -> None:
    status = look(Looked(serving("speech"), owner="kokoro"))
    assert (status.software, status.version) == ("Kokoro", "unknown")
    can = able(status)
    assert [name for name in CAPABILITIES if can[name]] == ["speech"]
    assert [name for name in CAPABILITIES if can[name] is None] == []
    assert status.capabilities["tools"].reason == "The server has no endpoint for chats."


def test_what_is_switched_off_is_not_asked_for() -> None:
    server = Looked(serving(*ENDPOINTS))
    can = look(server, enable_audio=False, enable_images=False).capabilities
    assert server.asked == [*BASE, "/api/version", *(ENDPOINTS[name] for name in ("chat", "completions", "embeddings"))]
    for name in ("transcription", "translation", "speech"):
        assert can[name].reason == "It is switched off: set enable_audio = true."
    assert (can["images"].available, can["images"].reason) == (
        False, "It is switched off: set enable_images = true.",
    )  # fmt: skip


def test_no_more_than_a_few_small_requests() -> None:
    server = Looked(serving(*ENDPOINTS))
    look(server)
    assert len(server.asked) == len(BASE) + 1 + len(ENDPOINTS)


# Who it is


def test_llama_cpp_by_its_header() -> None:
    props = {"build_info": "b6123-abcdef", "modalities": {"vision": True, "audio": False}, "total_slots": 1}
    server = Looked({"/props": props, "/health": {"status": "ok"}}, owner="llamacpp", Server="llama.cpp")
    status = look(server)
    assert (status.software, status.version, status.version_source) == ("llama.cpp", "b6123-abcdef", "props")
    can = able(status)
    assert [can[name] for name in ("chat", "streaming", "vision", "speech")] == [True, True, True, False]
    assert [can[name] for name in ("embeddings", "transcription", "tools")] == [None] * 3
    assert server.asked == [*BASE, "/props"]
    blind = look(Looked({"/props": {"build_info": "b1", "modalities": {"vision": False}}}, owner="llamacpp"))
    assert (blind.software, blind.capabilities["vision"].available) == ("llama.cpp", False)
    shy = look(Looked({"/props": httpx.Response(403, text="no")}, Server="llama.cpp"))
    assert (shy.software, shy.version, shy.capabilities["vision"].available) == ("llama.cpp", "unknown", None)


@pytest.mark.parametrize(
    ("answers", "owner", "found"),
    [
        ({"/version": {"version": "0.11.0"}}, "vllm", ("vLLM", "0.11.0", "version")),
        ({"/api/version": {"version": "0.12.3"}, "/": "Ollama is running"}, "library",
         ("Ollama", "0.12.3", "api/version")),
        ({"/health": {"message": "OK"}, "/openapi.json": {"info": {"title": "Speaches", "version": "0.8.3"}}},
         "Systran", ("speaches", "0.8.3", "openapi.json")),
        # Not certain, so not said.
        ({"/api/version": {"version": "0.7.0"}, "/": "<html>Kobold"}, "koboldcpp", ("", "unknown", "unknown")),
        ({"/api/version": {"version": "1", "more": 1}, "/": "Ollama is running"}, "x", ("", "unknown", "unknown")),
        ({"/version": {"version": 5}}, "vllm", ("", "unknown", "unknown")),
        ({"/props": {"total_slots": 1}}, "llamacpp", ("", "unknown", "unknown")),
        ({"/health": {"message": "OK"}, "/openapi.json": {"info": {"title": "Another"}}}, "x",
         ("", "unknown", "unknown")),
        ({"/version": {"version": "0.11.0"}}, "me", ("", "unknown", "unknown")),
    ],
)  # fmt: skip
def test_well_known_servers(answers: dict[str, Any], owner: str, found: tuple[str, str, str]) -> None:
    status = look(Looked(answers, owner=owner))
    assert (status.software, status.version, status.version_source) == found


def test_an_ollama_without_models() -> None:
    answers = {
        "/v1/models": {"object": "list", "data": None},
        "/api/version": {"version": "0.12.3"},
        "/": "Ollama is running",
    }
    status = look(Looked(answers))
    assert status.software == "Ollama"
    assert [status.capabilities[name].available for name in ("chat", "embeddings")] == [True, True]
    with LMStudioClient(ClientConfig(), transport=Looked(answers)) as client:
        assert client.list_models() == []


# When it goes wrong


@pytest.mark.parametrize("path", ["/api/version", *ENDPOINTS.values()])
def test_a_401_anywhere_stops(path: str) -> None:
    server = Looked({**serving("chat"), path: httpx.Response(401, json={"error": "Invalid API key"})})
    with LMStudioClient(ClientConfig(**SWITCHED_ON), transport=server) as client, pytest.raises(AuthenticationError):
        client.health()
    assert server.asked[-1] == path


def test_a_server_that_falls_silent_meanwhile_is_still_known_for_what_it_said() -> None:
    server = Looked({ENDPOINTS["completions"]: httpx.ReadError("reset"), **serving("chat")})
    can = able(look(server))
    assert can["chat"] is None
    assert server.asked[-1] == ENDPOINTS["completions"]


def test_a_look_is_cancelled_as_any_call() -> None:
    scope = CancelScope()

    class Cancelling(Looked):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/api/version":
                scope.cancel()
            return super().handle_request(request)

    with LMStudioClient(ClientConfig(), transport=Cancelling({})) as client, pytest.raises(RequestCancelledError):
        client.health(scope=scope)


# How often


def test_what_was_seen_holds_until_something_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Looked({"/version": {"version": "0.11.0"}, **serving("chat")}, owner="vllm")
    with LMStudioClient(ClientConfig(), transport=server) as client:

        def asks() -> int:
            server.asked.clear()
            status = client.health()
            assert (status.version, status.capabilities["chat"].available) == (
                server.answers["/version"]["version"],
                True,
            )
            return len(server.asked)

        assert asks() == 7
        assert asks() == 3
        server.answers["/v1/models"]["data"].append({"id": "n", "owned_by": "vllm"})
        assert asks() == 7
        server.answers["/v1/models"], kept = httpx.ConnectError("refused"), server.answers["/v1/models"]
        with pytest.raises(LMStudioError):
            client.ping(ServerKind.OPENAI)
        server.answers |= {"/v1/models": kept, "/version": {"version": "0.12.0"}}
        assert asks() == 7
        assert asks() == 3
        monkeypatch.setattr("lmstudio_tui.sdk.traits._FRESH", -1.0)
        assert asks() == 7


def test_a_failed_look_forgets() -> None:
    server = Looked(serving("chat"))
    with LMStudioClient(ClientConfig(max_retries=0), transport=server) as client:
        client.health()
        server.answers["/health"] = httpx.ConnectError("refused")
        with pytest.raises(LMStudioError):
            client.health()
        del server.answers["/health"]
        server.asked.clear()
        client.health()
        assert ENDPOINTS["chat"] in server.asked


def test_a_sign_of_life_looks_at_nothing() -> None:
    server = Looked(serving("chat"))
    with LMStudioClient(ClientConfig(), transport=server) as client:
        client.ping(ServerKind.OPENAI)
    assert server.asked == ["/v1/models"]


def test_over_the_wire_it_is_nothing_but_gets() -> None:
    missing, there = reply({"detail": "Not Found"}, 404), reply({"detail": "Method Not Allowed"}, 405)
    listing = reply({"object": "list", "data": [{"id": "m", "owned_by": "me"}]})
    with (
        RawServer(answering(missing, missing, listing, missing, there, missing, there)) as server,
        LMStudioClient(config(server)) as client,
    ):
        can = able(client.health())
    assert [can[name] for name in ("chat", "completions", "embeddings")] == [True, False, True]
    assert {request.split(b" ", 1)[0] for request in server.requests} == {b"GET"}


# LM Studio

V1, V0 = "/api/v1/models", "/api/v0/models"
LM_STUDIO = {"/lmstudio-greeting": {"lmstudio": True}, "/v1/models": {"error": "Unexpected endpoint or method."}}


def lm_studio(answers: dict[str, Any]) -> HealthStatus:
    with LMStudioClient(ClientConfig(max_retries=0), transport=Looked({**LM_STUDIO, **answers})) as client:
        status = client.health()
    assert status.kind is ServerKind.LM_STUDIO
    return status


@pytest.mark.parametrize(
    ("answers", "loaded"),
    [
        ({V1: {"models": []}}, 0),
        ({V0: {"data": []}}, 0),
        ({V1: {"models": [{"key": "m"}]}}, 0),
        ({V1: {"models": [{"key": "m", "loaded_instances": [{"id": "m"}, {"id": "m:2"}]}]}}, 2),
        ({"/v1/models": {"object": "list", "data": []}}, None),
    ],
)
def test_an_empty_native_list_says_that_nothing_is_loaded(answers: dict[str, Any], loaded: int | None) -> None:
    assert lm_studio(answers).models_loaded == loaded


def test_a_list_that_stumbles_is_not_a_list_that_is_missing() -> None:
    broken = httpx.Response(500, json={"error": "broken"})
    status = lm_studio({V1: broken, V0: {"data": []}})
    assert status.capabilities["model_load"].available is None
    assert "just now" in status.capabilities["model_load"].reason
    server = Looked({**LM_STUDIO, V1: broken, V0: {"data": []}})
    with LMStudioClient(ClientConfig(max_retries=0), transport=server) as client:
        client.health()
        server.answers[V1] = {"models": [{"key": "m", "loaded_instances": []}]}
        assert [model.id for model in client.list_models()] == ["m"]
