"""The server comes, goes, wants a key, or is none: what the app makes of it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from app_parts import Driver, OpenApp, services
from pydantic import SecretStr

from lmstudio_tui.cli.profiles import SettingsProfiles
from lmstudio_tui.sdk import ClientConfig
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.screens.key_entry import KeyEntry
from lmstudio_tui.tui.widgets.absence import Absence

pytestmark = pytest.mark.anyio


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_the_page_without_a_server_turns_into_the_chat(open_app: OpenApp) -> None:
    port = _free_port()
    async with open_app(f"http://127.0.0.1:{port}") as ui:
        await ui.shows("Nothing answers at", "lms server start", "no server")
        await ui.until(lambda: ui.app.screen.focused is ui.app.query_one(Absence))
        with SimulatorServer(SimulatorConfig(port=port, speed=0)):
            await ui.pilot.press("r")
            await ui.ready()
            await ui.ask("hello")
            await ui.answered()
            await ui.shows("Simulated answer")


async def test_it_comes_back_without_a_key(open_app: OpenApp) -> None:
    port = _free_port()
    async with open_app(f"http://127.0.0.1:{port}") as ui:
        await ui.shows("Nothing answers at")
        with SimulatorServer(SimulatorConfig(port=port, speed=0)):
            await ui.ready()


async def test_a_server_that_goes_away_leaves_the_conversation(open_app: OpenApp) -> None:
    port = _free_port()
    with SimulatorServer(SimulatorConfig(port=port, speed=0)) as server:
        server_url = server.base_url
        app = open_app(server_url)
        ui = await app.__aenter__()
        await ui.ready()
        await ui.ask("hello")
        await ui.answered()
    try:
        await ui.ask("are you there")
        await ui.until(lambda: len(ui.pane.thread.path) == 4)
        await ui.shows("▌ are you there", "Ctrl+R asks again", "no server")
        with SimulatorServer(SimulatorConfig(port=port, speed=0)):
            await ui.pilot.press("f5")
            await ui.shows("LM Studio")
            await ui.pilot.press("ctrl+r")
            await ui.until(lambda: not ui.pane.streaming and ui.pane.thread.path[-1].status == "complete")
    finally:
        await app.__aexit__(None, None, None)


async def test_the_simulator_is_one_key_away(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(f"http://127.0.0.1:{_free_port()}", simulator=lambda: simulator.base_url) as ui:
        await ui.shows("Nothing answers at")
        await ui.pilot.press("d")
        await ui.ready()
        await ui.shows("simulator")


async def test_the_keys_of_the_page_are_reached_from_a_prompt_with_something_in_it(
    simulator: SimulatorServer, open_app: OpenApp
) -> None:
    port = _free_port()
    with SimulatorServer(SimulatorConfig(port=port, speed=0)) as server:
        app = open_app(server.base_url, simulator=lambda: simulator.base_url)
        ui = await app.__aenter__()
        await ui.ready()
        await ui.type("draft")
    try:
        await ui.pilot.press("f5")
        await ui.shows("Nothing answers at", "Esc leaves the prompt", "draft")
        await ui.pilot.press("d")
        await ui.shows("draftd")
        await ui.pilot.press("escape", "d")
        await ui.shows("simulator", "draftd")
        assert "draftdd" not in ui.screen
    finally:
        await app.__aexit__(None, None, None)


async def test_the_list_of_servers_says_that_the_simulator_is_in_use(
    simulator: SimulatorServer, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{_free_port()}"
    path = tmp_path / "config.toml"
    path.write_text(f'base_url = "{url}"\n')
    profiles = SettingsProfiles(path, config_path=path, without=lambda: ClientConfig(base_url=url), environ={})
    made = services(url, tmp_path, profiles=profiles, simulator=lambda: simulator.base_url)
    app = LMStudioApp(made)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        ui = Driver(app, pilot)
        await ui.shows("Nothing answers at")
        await ui.press("s")
        await ui.shows("● no profile", "in use")
        await ui.press("escape", "d")
        await ui.ready()
        await ui.press("f4")
        await ui.shows("the simulator is in use", "no profile", url)
        assert "● no profile" not in ui.screen
        assert ui.screen.count("in use") == 1
        await ui.press("enter")
        await ui.shows("Nothing answers at")


async def test_a_simulator_that_cannot_start_is_said(open_app: OpenApp) -> None:
    def fail() -> str:
        raise OSError("no port is free")

    async with open_app(f"http://127.0.0.1:{_free_port()}", simulator=fail) as ui:
        await ui.shows("Nothing answers at")
        await ui.pilot.press("d")
        await ui.shows("could not be started")


async def test_a_second_that_goes_by_while_the_app_is_left_does_no_harm(open_app: OpenApp) -> None:
    async with open_app(f"http://127.0.0.1:{_free_port()}") as ui:
        await ui.shows("Nothing answers at")
        # As a timer does that was due already when the app began to be taken down.
        tick = ui.app._shown._tick
    tick()


async def test_a_key_is_asked_for_and_used(open_app: OpenApp) -> None:
    key = "sk-lm-abcdefgh:0123456789abcdefghij"
    with SimulatorServer(SimulatorConfig(speed=0, api_key=key)) as server:
        async with open_app(server.base_url) as ui:
            await ui.shows("wants an API key", "key wanted")
            await ui.pilot.press("k")
            await ui.until(lambda: isinstance(ui.app.screen, KeyEntry))
            await ui.pilot.press("escape")
            await ui.until(lambda: not isinstance(ui.app.screen, KeyEntry))
            await ui.pilot.press("k")
            await ui.until(lambda: isinstance(ui.app.screen, KeyEntry))
            await ui.type(key)
            assert "abcdefgh" not in ui.screen
            await ui.pilot.press("enter")
            await ui.ready()
            await ui.ask("hello")
            await ui.answered()
            await ui.shows("Simulated answer")


async def test_a_wrong_key_is_never_shown(open_app: OpenApp) -> None:
    key = "sk-lm-wrongwro:0123456789abcdefghij"
    with SimulatorServer(SimulatorConfig(speed=0, api_key="sk-lm-abcdefgh:0123456789abcdefghij")) as server:
        config = ClientConfig(base_url=server.base_url, api_key=SecretStr(key), max_retries=0)
        async with open_app(server.base_url, config=config) as ui:
            await ui.shows("wants an API key", "Malformed")
            assert key[:8] not in ui.screen


async def test_what_is_no_model_server_is_said(open_app: OpenApp) -> None:
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<html><body>A web page</body></html>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as web:
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            async with open_app(f"http://127.0.0.1:{web.server_port}") as ui:
                await ui.shows("no model server", "Is the address right?")
        finally:
            web.shutdown()
            thread.join()


async def test_a_standing_warning_stands(open_app: OpenApp) -> None:
    config = ClientConfig(base_url="https://127.0.0.1:9", verify_tls=False, max_retries=0)
    async with open_app("https://127.0.0.1:9", config=config, size=(160, 30)) as ui:
        await ui.shows("Nothing answers", "! TLS certificates are not verified")
