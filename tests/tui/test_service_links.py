"""Who serves audio and images: the main server, or one of their own, looked for beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_parts import FakeServer, OpenApp
from picture_media import DRAWINGS, SOUNDS, connect, service_config
from picture_parts import URL

from lmstudio_tui.features.profiles import ProfileError
from lmstudio_tui.features.service_view import Service
from lmstudio_tui.sdk import CancelScope, ClientConfig, HealthStatus, LMStudioSDK, ServerRefusedError
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.messages import PromptWanted, SpeakWanted

pytestmark = pytest.mark.anyio

WIDE = (130, 36)


async def test_the_main_server_serves_what_has_none_of_its_own(open_app: OpenApp) -> None:
    config = SimulatorConfig(flavour="openai", speed=0)
    with SimulatorServer(config) as server:
        on = ClientConfig(base_url=server.base_url, enable_audio=True)
        async with open_app(server.base_url, config=on, pane="speech", size=WIDE) as ui:
            await ui.shows(f"The built-in simulator at {server.base_url}, the main server")


async def test_a_server_of_its_own_is_told_of_everywhere(open_app: OpenApp) -> None:
    main = FakeServer()
    async with open_app(URL, connect=connect(main), service_config=service_config, pane="speech", size=WIDE) as ui:
        await ui.shows("speaches 0.8.3 at http://127.0.0.1:8000, a server of its own for audio")
        # What the main server lacks is there all the same; images come a moment later, from a third server.
        await ui.shows("✓ speech", "✓ transcription", "✓ images")
        await ui.press("ctrl+o", "6")
        # Beside the picture there is room for the short form alone.
        await ui.shows("● speaches 0.8.3 · http://127.0.0.1:8080")


async def test_it_comes_and_goes_on_its_own(open_app: OpenApp) -> None:
    class Going(FakeServer):
        def health(self, *, scope: CancelScope | None = None) -> HealthStatus:
            if gone:
                raise ServerRefusedError("Nothing answers: connection refused.")
            return super().health(scope=scope)

    gone = [True]
    servers = {URL: FakeServer(), SOUNDS: Going(), DRAWINGS: FakeServer()}

    def make(config: ClientConfig) -> LMStudioSDK:
        return servers[config.base_url].connect(config)

    async with open_app(URL, connect=make, service_config=service_config, pane="speech", size=WIDE) as ui:
        await ui.shows("The server for audio at http://127.0.0.1:8000 does not answer", "● ok")
        gone.clear()
        await ui.press("f5")
        await ui.shows("at http://127.0.0.1:8000 does not speak")


async def test_settings_that_cannot_be_used_are_told_where_they_matter(open_app: OpenApp) -> None:
    def refuse(service: Service, main: ClientConfig, profile: str | None) -> ClientConfig | None:
        raise ProfileError("The command of audio_api_key_command failed.", "Run it by hand to see why.")

    async with open_app(URL, connect=connect(FakeServer()), service_config=refuse, pane="speech", size=WIDE) as ui:
        await ui.shows("The command of audio_api_key_command failed.", "● ok")


async def test_a_text_goes_from_pane_to_pane(open_app: OpenApp, tmp_path: Path) -> None:
    with SimulatorServer(SimulatorConfig(flavour="openai", speed=0)) as server:
        on = ClientConfig(base_url=server.base_url, enable_audio=True)
        async with open_app(server.base_url, config=on, size=WIDE) as ui:
            await ui.ready()
            await ui.type("Say: ")
            ui.app.post_message(SpeakWanted("read aloud"))
            await ui.shows("▸ 5 Speech")
            await ui.until(lambda: any(path.suffix != ".json" for path in (tmp_path / "media" / "speech").glob("*")))
            ui.app.post_message(PromptWanted("what was heard"))
            await ui.shows("▸ 1 Chat")
            await ui.until(lambda: ui.composer.text == "Say: what was heard")
            assert ui.composer.has_focus
