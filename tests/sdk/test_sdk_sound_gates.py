"""Whether sounds and images may be asked for: version, flag, backend; and which server it is that is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sdk_sounds import wav

from lmstudio_tui.sdk import (
    ClientConfig,
    FeatureUnavailableError,
    ImageRequest,
    LMStudioClient,
    ProtocolError,
    ServerKind,
    SpeechRequest,
    UnsupportedVersionError,
)

Asking = Callable[[LMStudioClient], object]
ASKING: dict[str, Asking] = {
    "transcription": lambda client: client.create_transcription(wav()),
    "translation": lambda client: client.create_translation(wav()),
    "stream": lambda client: client.stream_transcription(wav()).run(),
    "speech": lambda client: client.create_speech(SpeechRequest(input="x")).read(),
    "voices": lambda client: client.list_voices(),
    "images": lambda client: client.create_image(ImageRequest(prompt="x")),
}
ANSWERS = {
    "/v1/audio/transcriptions": {"text": "Hello"},
    "/v1/audio/translations": {"text": "Hello"},
    "/v1/audio/speech": wav(),
    "/v1/audio/voices": ["a"],
    "/v1/images/generations": {"data": [{"b64_json": "iVBORw0KGgo="}]},
}


class Server(httpx.BaseTransport):
    """Answers by path, GET or POST as it is; 404 in words for any other path."""

    def __init__(self, answers: dict[str, Any], *, headers: dict[str, str] | None = None, missing: str = "") -> None:
        self.answers = answers
        self.headers = headers or {}
        self.missing = missing
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(f"{request.method} {request.url.path}")
        answer = self.answers.get(self.asked[-1], self.answers.get(request.url.path))
        if answer is None:
            return httpx.Response(404, text=self.missing or "Not Found", headers=self.headers)
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, content=answer.content, headers=self.headers)
        if isinstance(answer, bytes | str):
            return httpx.Response(200, content=answer, headers=self.headers)
        return httpx.Response(200, json=answer, headers=self.headers)


def client_of(server: Server, **settings: Any) -> LMStudioClient:
    on = {"enable_audio": True, "enable_images": True, "max_retries": 0}
    return LMStudioClient(ClientConfig(**{**on, **settings}), transport=server)


def classic(version: str) -> Server:
    health = {"status": "ok", "lmstudio_version": version}
    return Server({"/health": health, "/v1/models": {"data": []}, **ANSWERS})


@pytest.mark.parametrize("name", ASKING)
def test_unknown_blocks_nothing(name: str) -> None:
    with client_of(Server(ANSWERS)) as client:
        assert ASKING[name](client)


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize("looked", [True, False])
def test_a_flag_that_is_off_is_named_and_nothing_is_sent(name: str, looked: bool) -> None:
    server = Server({**ANSWERS, "/v1/models": {"data": [{"id": "m"}]}})
    flag = "enable_images" if name == "images" else "enable_audio"
    with client_of(server, **{flag: False}) as client:
        if looked:
            assert client.health().kind is ServerKind.OPENAI
            server.asked.clear()
        with pytest.raises(FeatureUnavailableError, match=f"set {flag} = true") as caught:
            ASKING[name](client)
    assert caught.value.context["missing"] == flag
    assert f"LM_STUDIO_{flag.upper()}=true" in caught.value.hint
    assert server.asked == []


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize(
    ("version", "refused"),
    [("0.2.17", UnsupportedVersionError), ("0.2.19", FeatureUnavailableError), ("0.2.20", None), ("0.2.21", None)],
)
def test_a_classic_server_is_judged_by_its_version(name: str, version: str, refused: type[Exception] | None) -> None:
    server = classic(version)
    if name == "images" and version == "0.2.20":
        refused = FeatureUnavailableError
    with client_of(server) as client:
        client.health()
        server.asked.clear()
        if refused is None:
            assert ASKING[name](client)
            return
        with pytest.raises(refused, match=version.replace(".", r"\.")) as caught:
            ASKING[name](client)
        assert isinstance(caught.value, FeatureUnavailableError)
        assert caught.value.context["missing"] == "version"
        assert server.asked == []


def test_the_version_in_an_answer_says_why_there_is_no_such_endpoint() -> None:
    server = Server({}, headers={"x-lmstudio-version": "0.2.19"})
    with client_of(server) as client:
        with pytest.raises(FeatureUnavailableError, match=r"0\.2\.19 has no audio; 0\.2\.20 is the first") as caught:
            client.create_transcription(wav())
        assert (caught.value.context["status"], caught.value.context["missing"]) == (404, "version")
        # It is known from then on; and no classic server has whisper.cpp's endpoint.
        with pytest.raises(FeatureUnavailableError, match=r"0\.2\.19"):
            client.create_speech(SpeechRequest(input="x")).read()
        assert server.asked == ["POST /v1/audio/transcriptions"]
    old = Server({}, headers={"x-lmstudio-version": "0.2.17"})
    with client_of(old) as client, pytest.raises(UnsupportedVersionError):
        client.create_transcription(wav())


@pytest.mark.parametrize("name", [name for name in ASKING if name != "voices"])
def test_lm_studio_has_none_of_it(name: str) -> None:
    server = Server({"/lmstudio-greeting": {"lmstudio": True}, "/v1/models": {"data": []}})
    with client_of(server) as client:
        client.health()
        server.asked.clear()
        with pytest.raises(FeatureUnavailableError, match="No version of LM Studio") as caught:
            ASKING[name](client)
        assert "base_url" in caught.value.hint
        assert server.asked == []


# Servers for audio that list no models


WHISPER = {"/health": {"status": "ok"}, "/": "<html><head><title>Whisper.cpp Server</title></head></html>"}


@pytest.mark.parametrize("headers", [{"server": "whisper.cpp"}, {}])
def test_whisper_cpp_is_recognised_and_asked_at_its_own_endpoint_at_once(headers: dict[str, str]) -> None:
    server = Server({**WHISPER, "POST /inference": {"text": "Hello"}}, headers=headers, missing="File Not Found (/x)")
    with client_of(server) as client:
        status = client.health()
        assert (status.kind, status.software) == (ServerKind.OPENAI, "whisper.cpp")
        can = {name: one.available for name, one in status.capabilities.items()}
        assert [name for name, there in can.items() if there] == ["transcription"]
        assert can["translation"] is None
        assert {can[name] for name in ("speech", "images", "chat", "model_load")} == {False}
        assert client.ping(status.kind) >= 0
        del server.answers["/health"]
        assert client.ping(status.kind) >= 0
        server.asked.clear()
        assert client.create_transcription(wav()).text == "Hello"
        assert server.asked == ["POST /inference"]
        with pytest.raises(FeatureUnavailableError, match=r"whisper\.cpp does not do that"):
            client.create_speech(SpeechRequest(input="x")).read()


def test_a_server_that_has_audio_and_no_list_of_models_is_one() -> None:
    server = Server({"GET /v1/audio/speech": httpx.Response(405), **ANSWERS})
    for path in ANSWERS:
        server.answers[f"GET {path}"] = httpx.Response(405 if path == "/v1/audio/speech" else 404)
    with client_of(server) as client:
        status = client.health()
        assert status.kind is ServerKind.OPENAI
        can = {name: one.available for name, one in status.capabilities.items()}
        assert (can["speech"], can["transcription"], can["images"], can["chat"]) == (True, False, False, None)
        assert client.ping(status.kind) >= 0
    with client_of(server, enable_audio=False, enable_images=False) as client, pytest.raises(ProtocolError):
        client.health()
    with client_of(Server({})) as client, pytest.raises(ProtocolError, match="not as a model server does"):
        client.health()


def test_kokoro_only_speaks_even_where_its_endpoints_do_not_tell() -> None:
    server = Server({"/v1/models": {"data": [{"id": "kokoro", "owned_by": "kokoro"}]}})
    with client_of(server) as client:
        status = client.health()
    can = {name: one.available for name, one in status.capabilities.items()}
    assert (status.software, can["speech"], can["transcription"], can["chat"]) == ("Kokoro", True, False, False)
