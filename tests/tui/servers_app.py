"""An app with nothing but the list of servers, on a settings file of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from app_parts import Piloted
from textual.app import App
from textual.pilot import Pilot

from lmstudio_tui.cli.profiles import SettingsProfiles
from lmstudio_tui.sdk import ClientConfig, LMStudioClient, LMStudioSDK
from lmstudio_tui.tui.screens.servers import ServersScreen
from lmstudio_tui.tui.themes import QUIET_DARK


class ServersApp(App[None]):
    """Shows the list at once, and keeps what it gave."""

    def __init__(self, screen: ServersScreen) -> None:
        super().__init__()
        self._servers = screen
        self.given: list[str | None] = []

    def on_mount(self) -> None:
        self.register_theme(QUIET_DARK)
        self.theme = QUIET_DARK.name
        self.push_screen(self._servers, self.given.append)


class Servers(Piloted):
    """The app under test."""

    def __init__(self, app: ServersApp, pilot: Pilot[None], path: Path) -> None:
        super().__init__(pilot)
        self.app = app
        self.path = path

    @property
    def file(self) -> str:
        return self.path.read_text()

    async def settled(self) -> None:
        """Wait until nothing moves any more: the frame is in the middle, and grows with its list."""
        seen: list[str] = []
        for _ in range(500):
            seen.append(self.screen)
            if len(seen) > 10 and len(set(seen[-10:])) == 1:
                return
            await self.pilot.pause(0.02)

    async def gave(self, name: str | None) -> None:
        await self.until(lambda: self.app.given == [name])


@asynccontextmanager
async def open_servers(
    path: Path,
    *,
    current: str | None = None,
    size: tuple[int, int] = (80, 24),
    ports: Sequence[int] = (),
    environ: dict[str, str] | None = None,
) -> AsyncGenerator[Servers]:
    """Open the list on the profiles of a settings file."""

    def connect(config: ClientConfig) -> LMStudioSDK:
        return LMStudioClient(config)

    profiles = SettingsProfiles(path, config_path=path, without=ClientConfig, environ=environ or {})
    app = ServersApp(ServersScreen(profiles, connect, current, ports=ports))
    async with app.run_test(size=size) as pilot:
        servers = Servers(app, pilot, path)
        await servers.shows("no profile")
        await servers.settled()
        yield servers
