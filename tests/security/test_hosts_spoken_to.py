"""The program speaks to the hosts that the user has named, and to nobody else."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest
import trustme
from app_parts import OpenApp
from cli_runs import ran
from hostile_app import OpenHostile
from hostile_server import hostile_server
from hostile_strings import CORPUS, OPEN

from lmstudio_tui.sdk import (
    ChatCompletionRequest,
    ChatMessage,
    ClientConfig,
    CompletionRequest,
    EmbeddingRequest,
    HostNotAllowedError,
    ImageRequest,
    LMStudioClient,
    LMStudioError,
    LoadModelRequest,
    ServerKind,
    SpeechRequest,
    TLSError,
    TranscriptionRequest,
)
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

KEY = "sk-lm-Zq8Wv3Ty:pL5kM9nB2xC7dF4gH1jQ"


class _Handler(BaseHTTPRequestHandler):
    """Sends everybody elsewhere, or takes note of who comes."""

    def answer(self) -> None:
        server = cast("_Server", self.server)
        self.rfile.read(int(self.headers.get("content-length") or 0))
        server.came.append(f"{self.command} {self.path} {self.headers.get('authorization')}")
        self.send_response(server.status)
        if server.elsewhere:
            self.send_header("location", f"{server.elsewhere}{self.path}")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(server.says)))
        self.end_headers()
        self.wfile.write(server.says)

    do_GET = do_POST = do_CONNECT = answer  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: object) -> None:
        del format, args


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, status: int = 200, elsewhere: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = status
        self.elsewhere = elsewhere
        self.says = b""
        self.came: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(status: int = 200, elsewhere: str = "") -> Generator[_Server]:
    server = _Server(status, elsewhere)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _chat() -> ChatCompletionRequest:
    return ChatCompletionRequest(messages=[ChatMessage(role="user", content="Hello")])


def _streamed(client: LMStudioClient) -> None:
    with client.stream_chat_completion(_chat()) as stream:
        list(stream)


def _spoken(client: LMStudioClient) -> None:
    with client.create_speech(SpeechRequest(input="Hello", voice="a")) as stream:
        list(stream)


CALLS: dict[str, Callable[[LMStudioClient, Path], object]] = {
    "models": lambda client, _: client.list_models(),
    "ping": lambda client, _: client.ping(ServerKind.LM_STUDIO),
    "chat": lambda client, _: client.create_chat_completion(_chat()),
    "stream": lambda client, _: _streamed(client),
    "completion": lambda client, _: client.create_completion(CompletionRequest(prompt="a")),
    "embedding": lambda client, _: client.create_embedding(EmbeddingRequest(input="a")),
    "load": lambda client, _: client.load_model(LoadModelRequest(model="a")),
    "unload": lambda client, _: client.unload_model("a"),
    "download": lambda client, _: client.download_model("a"),
    "status": lambda client, _: client.download_status("a"),
    "speech": lambda client, _: _spoken(client),
    "transcription": lambda client, path: client.create_transcription(path, TranscriptionRequest(model="a")),
    "image": lambda client, _: client.create_image(ImageRequest(prompt="a")),
    "voices": lambda client, _: client.list_voices(),
}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", CALLS)
def test_a_redirect_to_another_host_is_refused(call: str, status: int, tmp_path: Path) -> None:
    audio = tmp_path / "a.wav"
    audio.write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt ")
    with serving() as other, serving(status, other.url) as server:
        config = ClientConfig(base_url=server.url, api_key=KEY, max_retries=0, enable_audio=True, enable_images=True)
        with LMStudioClient(config) as client, pytest.raises(LMStudioError) as caught:
            CALLS[call](client, audio)
        assert server.came, "it was asked"
        assert other.came == []
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["{other}/a.png", "//{host}/a.png", "file:///etc/passwd", "ftp://{host}/a", "{own}@{host}/a"]
)
def test_an_address_in_an_answer_is_fetched_from_the_same_host_only(url: str) -> None:
    """Pictures are the one thing that a server may name an address for."""
    with serving() as other, serving() as server:
        config = ClientConfig(base_url=server.url, api_key=KEY, max_retries=0, enable_images=True)
        host = other.url.removeprefix("http://")
        said = {"created": 1, "data": [{"url": url.format(other=other.url, host=host, own=server.url)}]}
        server.says = json.dumps(said).encode()
        with LMStudioClient(config) as client:
            images = []
            with suppress(LMStudioError):
                images = client.create_image(ImageRequest(prompt="a")).images
        assert not images
        assert other.came == []
        assert [one.split()[0] for one in server.came] == ["POST"]


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that anything in this process speaks to, or asks for."""
    visited: list[str] = []

    def watched(owner: object, name: str, at: int) -> None:
        do = getattr(owner, name)

        def watch(*arguments: Any, **named: Any) -> Any:
            visited.append(f"{name} {arguments[at:][:2]}")
            return do(*arguments, **named)

        monkeypatch.setattr(owner, name, watch)

    # Not by an audit hook: it could not be taken away again.
    for name in ("connect", "connect_ex", "sendto"):
        watched(socket.socket, name, 1)
    watched(socket, "getaddrinfo", 0)
    return visited


@pytest.mark.anyio
async def test_a_session_in_the_app_speaks_to_the_server_alone(open_hostile: OpenHostile, visits: list[str]) -> None:
    with hostile_server(CORPUS, flavour="openai") as server:
        visits.clear()  # the server itself had to find its own address
        async with open_hostile(server.base_url) as ui:
            await ui.ready()
            await ui.ask("A table, code, links and pictures")
            await ui.until(lambda: len(ui.pane.thread.path) > 1 and not ui.pane.streaming)
            await ui.until(lambda: OPEN in ui.screen)
            for pane in ("models", "embeddings", "transcribe", "speech", "images", "inspector", "chat"):
                await ui.app.action_pane(pane)
                await ui.pilot.pause(0.05)
            for key in ("f3", "escape", "f4", "escape", "f5", "f1", "escape"):
                await ui.press(key)
        port = int(server.base_url.rpartition(":")[2])
    others = [one for one in visits if f"('127.0.0.1', {port}" not in one and f"'127.0.0.1', {port})" not in one]
    assert visits, "the hook sees nothing"
    assert others == []


@pytest.mark.parametrize("arguments", [("models",), ("chat", "Hello"), ("ping",), ("embed", "a")], ids=" ".join)
def test_proxies_of_the_environment_are_passed_by(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with serving() as proxy, SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        names = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        environ = {**os.environ, **dict.fromkeys(names, proxy.url)}
        environ.pop("no_proxy", None)
        result = ran(*arguments, "--base-url", server.base_url, env=environ)
        assert result.code == 0, result.err
        assert server.requests
        assert proxy.came == []


@pytest.mark.parametrize(
    "host",
    [
        "http://192.0.2.1:1234",
        "http://example.com",
        "https://[2001:db8::1]",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0:1",
        "http://localhost.example.com",
    ],
)
def test_a_host_that_nobody_allowed_is_not_even_looked_up(host: str, visits: list[str]) -> None:
    with pytest.raises(HostNotAllowedError):
        ClientConfig(base_url=host, api_key=KEY)
    assert visits == []


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@contextmanager
def secure(authority: trustme.CA, folder: Path, name: str) -> Generator[SimulatorServer]:
    """A simulator with a certificate for a name."""
    file = folder / "server.pem"
    authority.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(str(file))
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, ssl_certfile=str(file))) as server:
        yield server


def _at(server: SimulatorServer, **more: Any) -> ClientConfig:
    return ClientConfig(base_url=server.base_url, api_key=KEY, max_retries=0, **more)


@pytest.mark.parametrize(("name", "known"), [("127.0.0.1", False), ("other.example", True)])
def test_the_key_goes_to_nobody_whose_certificate_is_not_good(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, known: bool
) -> None:
    if known:
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with secure(authority, tmp_path, name) as server:
        with LMStudioClient(_at(server)) as client, pytest.raises(TLSError):
            client.list_models()
        assert server.requests == []
        unsafe = _at(server, verify_tls=False)
        assert any("not verified" in text for text in unsafe.warnings())
        with LMStudioClient(unsafe) as client:
            assert client.list_models()


@pytest.mark.anyio
async def test_what_is_not_verified_is_said_for_as_long_as_it_is_so(
    authority: trustme.CA, tmp_path: Path, open_unsafe: OpenApp
) -> None:
    with secure(authority, tmp_path, "127.0.0.1") as server:
        async with open_unsafe(server.base_url, config=_at(server, verify_tls=False)) as ui:
            await ui.shows("is listening", "TLS certificates are not verified")
            await ui.ask("Hello")
            await ui.until(lambda: len(ui.pane.thread.path) > 1 and not ui.pane.streaming)
            await ui.app.action_pane("models")
            await ui.shows("TLS certificates are not verified")
        result = ran(
            "models",
            "--base-url",
            server.base_url,
            env={**os.environ, "LM_STUDIO_VERIFY_TLS": "0", "LM_STUDIO_API_KEY": KEY},
        )
        assert "TLS certificates are not verified" in result.err


# The simulator


@pytest.mark.skipif(sys.platform != "linux", reason="only there this machine has 127.0.0.2 without more ado")
def test_the_simulator_listens_on_this_machine_alone() -> None:
    with SimulatorServer(SimulatorConfig()) as server:
        port = int(server.base_url.rpartition(":")[2])
        assert server.base_url.startswith("http://127.0.0.1:")
        # Nobody listens there at another address of this machine.
        with socket.socket() as probe:
            probe.bind(("127.0.0.2", port))
