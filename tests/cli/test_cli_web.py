"""`web`: whom it answers, what it starts, and how all of that ends."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from subprocess import Popen
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse
from cli_runs import Run, some, started

from lmstudio_tui.cli import web as command
from lmstudio_tui.simulator import SimulatorServer
from waiting import until

if sys.platform == "win32":
    pytest.skip("the processes are looked for in /proc", allow_module_level=True)

pytestmark = pytest.mark.timeout(300)
ENDS = 90.0
"""Seconds in which the server is gone; the apps have some of them to keep what they have."""


@contextmanager
def served(*arguments: str) -> Generator[tuple[Popen[bytes], str]]:
    """The command, and the address that it prints."""
    with started("web", "--port", "0", *arguments) as process:
        line = some(process.stdout).decode()
        assert line.endswith("/\n")
        yield process, line.strip()


def get(address: str, path: str = "", **headers: str) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of an answer."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=ENDS)
    connection.request("GET", path or parts.path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode("utf-8", "replace"), dict(answer.getheaders())
    connection.close()
    return found


@asynccontextmanager
async def opened(address: str) -> AsyncGenerator[ClientWebSocketResponse]:
    """What a page does: it opens the websocket, and gets pictures."""
    own = f"http://{urlsplit(address).netloc}"
    async with ClientSession() as session, session.ws_connect(f"{address}ws", origin=own) as page:
        yield page


async def shows(page: ClientWebSocketResponse, text: str) -> None:
    """Wait for a text that comes in one piece."""
    found = b""
    while text.encode() not in found:
        message = await page.receive(timeout=ENDS)
        assert isinstance(message.data, bytes), f"it ended with {found[-2000:].decode()}"
        found += message.data


def apps_of(process: Popen[bytes]) -> list[int]:
    """The processes that a server has started."""
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(one) for one in found.read_text().split()] if found.exists() else []


def ended(number: int) -> bool:
    return not Path(f"/proc/{number}/cmdline").exists() or not Path(f"/proc/{number}/cmdline").read_bytes()


def test_only_its_own_pages_are_answered() -> None:
    with served("--demo") as (process, address):
        netloc = urlsplit(address).netloc
        assert urlsplit(address).hostname == "127.0.0.1"
        status, text, headers = get(address)
        assert (status, "terminal" in text) == (200, True)
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert (headers["X-Frame-Options"], headers["Referrer-Policy"]) == ("DENY", "no-referrer")
        assert get(address, Host="evil.example")[0] == 403
        assert get(address, Host=f"evil.example:{urlsplit(address).port}")[0] == 403
        assert get(address, Origin="http://evil.example")[0] == 403
        # Nobody comes in without the secret.
        for path in ("/", "/ws", "/static/js/textual.js", "/x/", "//", f"{urlsplit(address).path[:-2]}/"):
            status, text, _ = get(address, path)
            assert status == 403
            assert "printed" in text
        assert get(address, "/download/x")[0] == 404
        assert get(address, f"{urlsplit(address).path}page/serving.py")[0] == 404
        # A websocket needs an origin, and its own.
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        key = {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
        for origin in ({}, {"Origin": "null"}, {"Origin": "http://localhost:1"}, {"Origin": f"https://{netloc}.x"}):
            assert get(address, f"{urlsplit(address).path}ws", **upgrade, **key, **origin)[0] == 403
        assert apps_of(process) == []


def test_the_page_needs_nothing_from_elsewhere() -> None:
    with served("--demo", "--no-secret") as (_, address):
        assert urlsplit(address).path == "/"
        text = get(address)[1]
        assert "//" not in text.replace("<!--", "")
        assert 'data-font-size="16"' in text
        assert 'data-font-size="22"' in get(address, "/?fontsize=22")[1]
        assert 'data-font-size="16"' in get(address, "/?fontsize=%22%3E%3Cscript%3E")[1]
        for name in ("page/page.css", "page/page.js", "static/css/xterm.css", "static/js/textual.js"):
            status, found, headers = get(address, f"/{name}")
            assert (status, headers["X-Content-Type-Options"]) == (200, "nosniff")
            assert name.rpartition(".")[2].replace("js", "javascript") in headers["Content-Type"]
            assert "url(http" not in found
        assert get(address, "/static/fonts/RobotoMono-VariableFont_wght.ttf")[0] == 200


@pytest.mark.anyio
async def test_a_page_has_an_app_and_takes_it_along(sim: SimulatorServer, home: Path) -> None:
    with served("--base-url", sim.base_url, "--api-key", "hush-hush", "--model", "sim-qwen3-8b") as (process, address):
        async with opened(address) as page:
            await shows(page, "is listening")
            [number] = apps_of(process)
            arguments = Path(f"/proc/{number}/cmdline").read_bytes()
            assert b"hush" not in arguments
            assert b"--model=sim-qwen3-8b" in arguments
            assert any(request.headers.get("authorization") == "Bearer hush-hush" for request in sim.requests)
            await page.send_str(json.dumps(["stdin", "half a thou"]))
            await page.send_str(json.dumps(["stdin", "ght"]))
            await shows(page, "t")
        until(lambda: ended(number), seconds=ENDS, what="the app of a closed page did not end")
        async with opened(address) as page:
            await shows(page, "half")
            [number] = apps_of(process)
            # A page that talks nonsense is closed, and so is its app.
            await page.send_str("{}")
            until(lambda: ended(number), seconds=ENDS)
        async with opened(address) as first, opened(address) as second:
            for page in (first, second):
                await shows(page, "half")
            numbers = apps_of(process)
            process.send_signal(signal.SIGINT)
            assert process.wait(ENDS) == 0
            assert all(ended(number) for number in numbers)
            while (message := await first.receive(timeout=ENDS)).type.name == "BINARY":
                pass
            assert message.type.name in {"CLOSE", "CLOSED", "CLOSING"}


@pytest.mark.anyio
async def test_an_app_that_does_not_open_says_why(home: Path) -> None:
    config = home / "lms.toml"
    config.write_text("", encoding="utf-8")
    with served("--config", str(config)) as (process, address):
        config.write_text("nonsense = 1\n", encoding="utf-8")
        async with opened(address) as page:
            await shows(page, "nonsense")
            assert (await page.receive(timeout=ENDS)).type.name in {"CLOSE", "CLOSED", "CLOSING"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENDS) == 0
        assert process.stderr is not None
        assert b"nonsense" in process.stderr.read()


def test_a_busy_port_is_told(cli: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = cli("web", "--demo", "--port", str(port))
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: Port {port} on 127.0.0.1 is in use: stop what runs there or choose another with --port.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "--expose"),
        (["--host", "0.0.0.0", "--expose", "--no-secret"], "--no-secret"),
        (["--host", ""], "--host"),
        (["--port", "70000"], "--port"),
        (["--pane", "nonsense"], "nonsense"),
        (["--public-url", "box"], "--public-url"),
        (["--demo", "--base-url", "http://127.0.0.1:1"], "--demo"),
        (["--config", "missing.toml"], "missing.toml"),
    ],
    ids=" ".join,
)
def test_mistakes(cli: Run, arguments: list[str], said: str) -> None:
    result = cli("web", *arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_other_machines_are_warned_of() -> None:
    with started("web", "--demo", "--port", "0", "--host", "0.0.0.0", "--expose") as process:
        address = some(process.stdout).decode().strip()
        assert process.stderr is not None
        assert b"warning: Other machines can reach this server" in some(process.stderr)
        status, text, _ = get(address)
        assert (status, '<p id="exposed" >' in text) == (200, True)
        assert get(address, Host="evil.example")[0] == 403


def test_without_the_extra_it_says_how_to_install_it(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("textual_serve", "textual_serve.server", "lmstudio_tui.web.serving"):
        monkeypatch.setitem(sys.modules, name, None)
    result = cli("web", "--demo")
    assert (result.code, result.out) == (2, "")
    assert 'pip install "lmstudio-tui[web]"' in result.err
    assert command.DEFAULT_PORT == 8642
