"""Finding servers on this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lmstudio_tui.features.discovery import PORTS, Found, discover
from lmstudio_tui.sdk import CancelScope, ClientConfig, LMStudioClient, LMStudioSDK
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer


def connect(config: ClientConfig) -> LMStudioSDK:
    return LMStudioClient(config)


def port_of(url: str) -> int:
    return int(url.rsplit(":", 1)[1])


@pytest.fixture
def sim() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorConfig(speed=0)) as server:
        yield server


@contextmanager
def silent() -> Generator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@contextmanager
def answering(status: int, content: bytes, seen: list[str] | None = None) -> Generator[int]:
    """Something that is no model server."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if seen is not None:
                seen.append(str(self.headers).lower())
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def look(ports: list[int], known: tuple[str, ...] = (), names: tuple[str, ...] = ()) -> list[Found]:
    return discover(connect, known, CancelScope(), names=names, ports=ports)


def test_what_answers_as_a_model_server_is_found(sim: SimulatorServer) -> None:
    with answering(200, b"<html>hello</html>") as web, answering(404, b"") as other, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        ports = [web, closed.getsockname()[1], port_of(sim.base_url), other]
        assert look(ports) == [Found(sim.base_url, "the simulator", "simulator")]


def test_each_has_a_name_that_is_free(sim: SimulatorServer) -> None:
    with SimulatorServer(SimulatorConfig(speed=0)) as second:
        found = look([port_of(sim.base_url), port_of(second.base_url)], names=("Simulator",))
    assert [one.name for one in found] == ["simulator-2", "simulator-3"]


def test_what_is_known_is_not_found_again(sim: SimulatorServer) -> None:
    port = port_of(sim.base_url)
    assert look([port], known=(f"http://localhost:{port}",)) == []
    assert look([port], known=(sim.base_url,)) == []


def test_one_that_wants_a_key_is_told_of_as_that() -> None:
    with SimulatorServer(SimulatorConfig(speed=0, api_key="sk-lm-aBcD1234:s3cr3ts3cr3ts3cr3t12")) as server:
        (found,) = look([port_of(server.base_url)])
    assert (found.wants_key, found.label) == (True, "something that wants a key")


def test_no_key_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_STUDIO_API_KEY", "sk-secret")
    seen: list[str] = []
    with answering(404, b"{}", seen) as port:
        look([port])
    assert seen
    assert not any("authorization" in headers or "sk-secret" in headers for headers in seen)


def test_it_takes_two_seconds_at_most(sim: SimulatorServer) -> None:
    with silent() as one, silent() as two:
        started = time.monotonic()
        found = look([one, port_of(sim.base_url), two])
        assert time.monotonic() - started < 3
    assert [one.base_url for one in found] == [sim.base_url]


def test_it_can_be_called_off(sim: SimulatorServer) -> None:
    scope = CancelScope()
    with silent() as port:
        threading.Timer(0.1, scope.cancel).start()
        started = time.monotonic()
        assert discover(connect, (), scope, ports=[port]) == []
        assert time.monotonic() - started < 1.5


def test_every_client_is_closed(sim: SimulatorServer) -> None:
    closed: list[LMStudioClient] = []

    def watched(config: ClientConfig) -> LMStudioSDK:
        client = LMStudioClient(config)
        close: Callable[[], None] = client.close

        def note() -> None:
            closed.append(client)
            close()

        client.close = note
        return client

    discover(watched, (), CancelScope(), ports=[port_of(sim.base_url)])
    assert len(closed) == 1


def test_where_it_looks() -> None:
    assert PORTS == (1234, 11434, 8080, 8000, 8880)
