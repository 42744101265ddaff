"""Starting, stopping and watching a simulator."""

import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import cast

import httpx
import pytest
import trustme
from simulator_asks import chat, serving

from lmstudio_tui.simulator import Flavour, SimulatorConfig, SimulatorError, SimulatorServer, run_forever
from lmstudio_tui.simulator import server as server_module
from lmstudio_tui.simulator.config import version_numbers
from lmstudio_tui.simulator.hosting import Host
from lmstudio_tui.simulator.journal import Journal, RecordedRequest


def test_importing_it_imports_no_server() -> None:
    script = (
        "import sys, lmstudio_tui.simulator; sys.exit(any(name in sys.modules for name in ('starlette', 'uvicorn')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_it_starts_and_stops_many_times_and_quickly() -> None:
    begun = time.monotonic()
    for _ in range(5):
        with SimulatorServer(SimulatorConfig(speed=0)) as server:
            assert httpx.get(f"{server.base_url}/lmstudio-greeting").json() == {"lmstudio": True}
    assert time.monotonic() - begun < 5


def test_one_server_can_be_started_again() -> None:
    server = SimulatorServer()
    server.start()
    server.stop()
    server.stop()
    with server:
        assert httpx.get(f"{server.base_url}/v1/models").status_code == 200


def test_it_runs_from_another_thread_and_beside_others() -> None:
    def visit(_: int) -> int:
        with SimulatorServer(SimulatorConfig(speed=0)) as server:
            return httpx.get(f"{server.base_url}/v1/models").status_code

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(visit, range(3))) == [200, 200, 200]


def test_it_refuses_to_start_twice() -> None:
    with SimulatorServer() as server, pytest.raises(SimulatorError, match="runs already"):
        server.start()


def test_a_server_that_does_not_come_up_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping = threading.Event()
    run, stop = Host.run, Host.stop

    def late(host: Host) -> None:
        assert stopping.wait(5)
        run(host)

    def stop_late(host: Host) -> None:
        stop(host)
        stopping.set()

    monkeypatch.setattr(server_module, "_START_SECONDS", 0.0)
    monkeypatch.setattr(Host, "run", late)
    monkeypatch.setattr(Host, "stop", stop_late)
    with pytest.raises(SimulatorError, match="in time"):
        SimulatorServer().start()


def test_there_is_no_address_before_it_starts() -> None:
    server = SimulatorServer()
    assert not server.join(0)
    with pytest.raises(SimulatorError, match="does not run"):
        _ = server.base_url


def test_a_busy_port_is_said_in_one_sentence() -> None:
    with SimulatorServer() as first:
        port = int(first.base_url.rpartition(":")[2])
        with pytest.raises(SimulatorError) as caught:
            SimulatorServer(SimulatorConfig(port=port)).start()
    assert str(port) in str(caught.value)
    assert "--port" in str(caught.value)


def test_an_unknown_host_is_said_in_one_sentence() -> None:
    with pytest.raises(SimulatorError, match="not known here"):
        SimulatorServer(SimulatorConfig(host="no host of this name")).start()


def test_an_address_of_another_machine_is_said_in_one_sentence() -> None:
    with pytest.raises(SimulatorError, match="Cannot listen on 192\\.0\\.2\\.1"):
        SimulatorServer(SimulatorConfig(host="192.0.2.1")).start()


def test_a_reserved_port_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(SimulatorError, match="above 1023"):
        SimulatorServer(SimulatorConfig(port=80)).start()


@pytest.mark.parametrize("arguments", [{"speed": -1.0}, {"load_seconds": -1.0}, {"download_bytes_per_second": 0.0}])
def test_senseless_numbers_are_refused(arguments: dict[str, float]) -> None:
    with pytest.raises(SimulatorError):
        replace(SimulatorConfig(), **arguments)


def test_unknown_flavours_and_ports_are_refused() -> None:
    wrong = cast("Flavour", "ollama")
    with pytest.raises(SimulatorError, match="lmstudio, classic, openai"):
        SimulatorConfig(flavour=wrong)
    with pytest.raises(SimulatorError, match="65536"):
        SimulatorConfig(port=65536)


def test_versions_are_read_and_compared() -> None:
    assert version_numbers("0.4.4+1") == (0, 4, 4)
    assert version_numbers("1.1.7-beta") == (1, 1)
    assert SimulatorConfig(server_version="1.1.7").at_least(0, 4, 0)
    assert SimulatorConfig(server_version="0.0.47").at_least(0, 4, 0)
    assert not SimulatorConfig(server_version="0.3.16").at_least(0, 4, 0)
    assert not SimulatorConfig(flavour="openai").at_least(0, 1)


def test_it_listens_on_ipv6_and_on_all_addresses() -> None:
    with SimulatorServer(SimulatorConfig(host="0.0.0.0")) as server:
        assert server.base_url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{server.base_url}/v1/models").status_code == 200
    try:
        with SimulatorServer(SimulatorConfig(host="::1")) as server:
            assert server.base_url.startswith("http://[::1]:")
            assert httpx.get(f"{server.base_url}/v1/models").status_code == 200
    except SimulatorError:
        pytest.skip("this machine has no IPv6")


def test_it_speaks_tls_and_resets_there_too(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem
    certificate.write_to_path(str(tmp_path / "server.pem"))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    config = SimulatorConfig(speed=0, ssl_certfile=str(tmp_path / "server.pem"))
    with SimulatorServer(config) as server:
        assert server.base_url.startswith("https://")
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        with httpx.Client(base_url=server.base_url, verify=context) as client:
            assert client.get("/lmstudio-greeting").json() == {"lmstudio": True}
            with pytest.raises(httpx.TransportError):
                client.post("/v1/chat/completions", json=chat("hello", "fault-cut-before"))


def test_a_bad_certificate_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "server.pem").write_text("no certificate", encoding="utf-8")
    with pytest.raises(SimulatorError, match="certificate"):
        SimulatorServer(SimulatorConfig(ssl_certfile=str(tmp_path / "server.pem"))).start()


def test_requests_are_recorded() -> None:
    with serving(SimulatorConfig(speed=0)) as (server, client):
        client.get("/v1/models?limit=2", headers={"X-Thing": "1"})
        assert server.wait_for(lambda seen: any(request.finished for request in seen.requests), 5)
        (request,) = server.requests
        assert (request.method, request.path, request.query) == ("GET", "/v1/models", "limit=2")
        assert request.headers["x-thing"] == "1"
        assert not request.disconnected
        client.post("/v1/chat/completions", json=chat("hello"))
        assert b"hello" in server.requests[1].body
        server.clear_requests()
        assert server.requests == []
        assert not server.wait_for(lambda seen: bool(seen.requests), 0.01)


@pytest.mark.parametrize("fault", ["stall", "endless", "flood", "slow-byte"])
def test_a_client_that_leaves_a_stream_is_noticed(fault: str) -> None:
    with serving(SimulatorConfig(speed=0 if fault in {"flood", "slow-byte"} else 200)) as (server, client):
        body = chat("a long story", f"fault-{fault}", stream=True)
        with client.stream("POST", "/v1/chat/completions", json=body) as response:
            next(response.iter_raw())
        assert server.wait_for(lambda seen: any(request.disconnected for request in seen.requests), 5)
        assert not server.requests[0].finished


def test_a_client_that_leaves_before_the_headers_is_noticed() -> None:
    with serving(SimulatorConfig(speed=0)) as (server, client):
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/chat/completions", json=chat("hello", "fault-stall-headers"), timeout=0.05)
        assert server.wait_for(lambda seen: any(request.disconnected for request in seen.requests), 5)


def test_a_client_that_leaves_in_the_middle_of_its_request_is_noticed() -> None:
    with SimulatorServer() as server:
        host, port = server.base_url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as raw:
            raw.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert server.wait_for(lambda seen: any(request.disconnected for request in seen.requests), 5)


def test_a_cleared_request_may_end_later() -> None:
    with serving(SimulatorConfig(speed=200)) as (server, client):
        body = chat("hello", "fault-stall", stream=True)
        with client.stream("POST", "/v1/chat/completions", json=body) as response:
            next(response.iter_raw())
            server.clear_requests()
        client.get("/v1/models")
        assert [request.path for request in server.requests] == ["/v1/models"]


@pytest.mark.parametrize("fault", ["stall", "endless", "stall-headers"])
def test_it_stops_at_once_though_streams_are_open(fault: str) -> None:
    ended = threading.Event()

    def read() -> None:
        body = chat("hello", f"fault-{fault}", stream=True)
        try:
            with client.stream("POST", "/v1/chat/completions", json=body) as response:
                response.read()
        except httpx.TransportError:
            ended.set()

    with SimulatorServer(SimulatorConfig(speed=200)) as server, httpx.Client(base_url=server.base_url) as client:
        reader = threading.Thread(target=read)
        reader.start()
        assert server.wait_for(lambda seen: bool(seen.requests), 5)
        begun = time.monotonic()
        server.stop()
        assert time.monotonic() - begun < 5
        assert ended.wait(2)
        reader.join()


def test_tokens_come_at_the_configured_pace() -> None:
    with serving(SimulatorConfig(speed=400)) as (_, client):
        begun = time.monotonic()
        body = chat("Tell me about rivers in 100 tokens", stream=True)
        with client.stream("POST", "/v1/chat/completions", json=body) as response:
            response.read()
        assert 99 / 400 < time.monotonic() - begun < 5
        whole = time.monotonic()
        client.post("/v1/chat/completions", json=chat("Tell me about rivers in 100 tokens"))
        assert time.monotonic() - whole > 100 / 400


def test_the_journal_keeps_the_latest_thousand() -> None:
    journal = Journal()
    for number in range(1002):
        journal.add(RecordedRequest("GET", f"/{number}", "", {}, b""))
    kept = journal.snapshot()
    assert (len(kept), kept[0].path, kept[-1].path) == (1000, "/2", "/1001")


def test_running_for_ever_ends_with_ctrl_c() -> None:
    script = (
        "from lmstudio_tui.simulator import SimulatorConfig, run_forever\n"
        "run_forever(SimulatorConfig(), lambda url: print(url, flush=True))\n"
        "print('stopped', flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx.get(f"{url}/lmstudio-greeting").json() == {"lmstudio": True}
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline().strip() == "stopped"
        assert process.wait(5) == 0
        assert time.monotonic() - begun < 5


def test_running_for_ever_says_when_it_is_ready() -> None:
    seen: list[str] = []

    def ready(url: str) -> None:
        seen.append(url)
        raise KeyboardInterrupt

    run_forever(SimulatorConfig(), ready)
    assert seen[0].startswith("http://127.0.0.1:")
