"""The settings screen, on a settings file and a simulator: finding, changing, going back, undoing."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from app_parts import Driver, OpenApp, services
from textual.widgets import Input, OptionList, TextArea

from lmstudio_tui import paths
from lmstudio_tui.cli.session import Session
from lmstudio_tui.features.settings_desk import SettingRow
from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.screens.settings import SettingsScreen
from lmstudio_tui.tui.screens.settings.line import SettingLine

pytestmark = pytest.mark.anyio
KEY = "sk-s3cr3t-s3cr3t"
FULL = """# mine
timeout = 5   # seconds

[profiles.box]
timeout = 7
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setattr(paths, "config_file", lambda: path)
    path.write_text(FULL)
    path.chmod(0o600)
    return path


class Settings(Driver):
    """The app with its settings open."""

    @property
    def list(self) -> SettingsScreen:
        screen = self.app.screen
        assert isinstance(screen, SettingsScreen)
        return screen

    @property
    def under(self) -> str:
        under = self.list.list.under
        return under.row.name if under is not None else ""

    async def settled(self) -> None:
        """Wait until nothing moves any more: a click goes to where something was."""
        seen: list[str] = []
        while len(seen) < 20 or len(set(seen[-20:])) > 1:
            # The header above is alive.
            seen.append(str([line.region for line in self.list.query(SettingLine)]))
            await self.pilot.pause(0.01)

    def row(self, name: str) -> SettingRow:
        return next(line.row for line in self.list.query(SettingLine) if line.row.name == name)

    async def find(self, name: str) -> None:
        """Search for a setting, and go to the list."""
        await self.press("slash")
        await self.until(lambda: self.list.query_one("#search", Input).has_focus)
        self.list.query_one("#search", Input).value = name
        await self.until(lambda: self.under == name)

    async def change(self, name: str, text: str) -> None:
        """Type another value, without taking it."""
        await self.find(name)
        await self.press("enter")
        await self.until(lambda: isinstance(self.app.screen.focused, Input) and self.app.screen.focused.id != "search")
        field = self.app.screen.focused
        assert isinstance(field, Input)
        field.value = text


@asynccontextmanager
async def opened(base_url: str, folder: Path, size: tuple[int, int] = (100, 30)) -> AsyncGenerator[Settings]:
    session = Session(base_url=base_url, quiet=True)
    with session:
        made = replace(services(base_url, folder, config=session.config), settings=lambda: session.settings_desk)
        app = LMStudioApp(made)
        async with app.run_test(size=size, notifications=True) as pilot:
            ui = Settings(app, pilot)
            await ui.ready()
            await ui.press("f12")
            await ui.until(lambda: isinstance(app.screen, SettingsScreen) and ui.under != "")
            yield ui


async def test_a_value_is_found_checked_as_it_is_typed_written_and_undone(
    simulator: SimulatorServer, tmp_path: Path, file: Path
) -> None:
    async with opened(simulator.base_url, tmp_path) as ui:
        await ui.shows("base_url", "--base-url", "was given when the app was started")
        await ui.change("timeout", "ten")
        await ui.shows("✗ It must be a number of seconds, above 0 and up to 86400.")
        await ui.press("enter")
        await ui.until(lambda: "✗ It must be a number of seconds" in ui.screen and "From config.toml" not in ui.screen)
        assert file.read_text() == FULL
        field = ui.app.screen.focused
        assert isinstance(field, Input)
        field.value = "12.5"
        await ui.press("enter")
        await ui.shows("✓ timeout is written.")
        assert file.read_text() == FULL.replace("= 5 ", "= 12.5 ")
        await ui.until(lambda: ui.app._link.config.timeout == 12.5)  # pyright: ignore[reportPrivateUsage]
        await ui.press("z")
        await ui.shows("timeout is as it was before.")
        assert file.read_text() == FULL
        await ui.until(lambda: ui.app._link.config.timeout == 5)  # pyright: ignore[reportPrivateUsage]


async def test_keys_are_checked_with_the_commands_and_remarked_on(
    simulator: SimulatorServer, tmp_path: Path, file: Path
) -> None:
    async with opened(simulator.base_url, tmp_path) as ui:
        await ui.find("keys")
        await ui.press("enter")
        await ui.until(lambda: isinstance(ui.app.screen.focused, TextArea))
        field = ui.app.screen.focused
        assert isinstance(field, TextArea)
        field.text = '"chat.sned" = "alt+x"'
        await ui.shows("✗ 'chat.sned' must be the id of a command. Did you mean chat.send")
        await ui.press("enter")
        await ui.until(lambda: "✗ 'chat.sned'" in ui.screen and "other keys for commands" not in ui.screen)
        assert file.read_text() == FULL
        field.text = '{"chat.model" = "ctrl+i"}'
        await ui.press("enter")
        await ui.shows("✓ keys is written.", "Ctrl+I (chat.model) may never arrive", "It counts from")
        assert tomllib.loads(file.read_text())["keys"] == {"chat.model": "ctrl+i"}


async def test_the_palette_goes_to_a_setting(simulator: SimulatorServer, tmp_path: Path, file: Path) -> None:
    async with opened(simulator.base_url, tmp_path) as ui:
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.app.screen, SettingsScreen))
        await ui.press("ctrl+p")
        await ui.search("smoothly", "Setting animation")
        await ui.press("enter")
        await ui.until(lambda: isinstance(ui.app.screen, SettingsScreen))
        await ui.shows("▸ animation", "off lets nothing move smoothly")
        assert ui.under == "animation"
        # From there, too, and whatever is searched for.
        await ui.find("timeout")
        await ui.press("ctrl+p")
        await ui.search("what the log of", "Setting log_level")
        await ui.press("enter")
        await ui.until(lambda: isinstance(ui.app.screen, SettingsScreen) and ui.under == "log_level")


async def test_a_file_that_cannot_be_read_is_told_with_the_way_back(
    simulator: SimulatorServer, tmp_path: Path, file: Path
) -> None:
    async with opened(simulator.base_url, tmp_path) as ui:
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.app.screen, SettingsScreen))
        file.write_text("timeout = = 5")
        await ui.press("f12")
        await ui.shows("✗ config.toml, line 1", "not valid TOML", "Esc back")
        assert "Enter change" not in ui.screen


async def test_choices_truths_and_defaults(simulator: SimulatorServer, tmp_path: Path, file: Path) -> None:
    async with opened(simulator.base_url, tmp_path) as ui:
        await ui.find("theme")
        await ui.press("enter")
        await ui.until(lambda: bool(ui.app.screen.query(OptionList)))
        options = ui.app.screen.query_one(OptionList)
        options.highlighted = options.get_option_index("nord")
        await ui.press("enter")
        await ui.until(lambda: ui.app.theme == "nord")
        assert 'theme = "nord"' in file.read_text()
        await ui.find("enable_streaming")
        await ui.press("enter")
        await ui.shows("enable_streaming is written")
        assert "enable_streaming = false" in file.read_text()
        await ui.find("timeout")
        await ui.press("escape", "home", "slash")
        await ui.find("timeout")
        ui.app.screen.set_focus(ui.list.list)
        await ui.press("x")
        await ui.shows("timeout is out of the file")
        assert "timeout = 5" not in file.read_text()


async def test_the_model_that_is_named_is_asked_at_once(simulator: SimulatorServer, tmp_path: Path, file: Path) -> None:
    async with opened(simulator.base_url, tmp_path) as ui:
        models = ui.app._view.models  # pyright: ignore[reportPrivateUsage]
        other = next(one.id for one in models if one.id != ui.pane.view.model)
        await ui.change("default_model", other)
        await ui.press("enter")
        await ui.shows("default_model is written")
        await ui.until(lambda: ui.pane.view.model == other)


async def test_a_profile_is_changed_and_a_key_is_never_shown(
    simulator: SimulatorServer, tmp_path: Path, file: Path
) -> None:
    async with opened(simulator.base_url, tmp_path) as ui:
        await ui.press("p")
        await ui.shows("Where settings stand")
        await ui.press("down", "enter")
        await ui.shows("profile box")
        await ui.change("api_key", KEY)
        await ui.until(lambda: KEY not in ui.screen)
        await ui.press("enter")
        await ui.shows("api_key is written")
        assert KEY not in ui.screen
        assert f'[profiles.box]\ntimeout = 7\napi_key = "{KEY}"' in file.read_text()
        await ui.press("enter")
        await ui.shows("unchanged; type to replace it")
        await ui.press("enter")
        await ui.hides("unchanged; type to replace it")
        assert KEY in file.read_text()


async def test_a_profile_that_cannot_be_read_is_told_and_left_alone(
    simulator: SimulatorServer, tmp_path: Path, file: Path
) -> None:
    file.write_text(FULL + "tiemout = 3\n")
    async with opened(simulator.base_url, tmp_path) as ui:
        await ui.press("p")
        await ui.shows("Where settings stand")
        await ui.press("down", "enter")
        await ui.shows("unknown key 'tiemout'", "top of the file")


async def test_what_somebody_else_wrote_is_told_and_read(
    simulator: SimulatorServer, tmp_path: Path, file: Path
) -> None:
    async with opened(simulator.base_url, tmp_path) as ui:
        await ui.change("timeout", "6")
        file.write_text(FULL.replace("= 5 ", "= 55 "))
        await ui.press("enter")
        await ui.shows("nothing was written")
        assert "= 55 " in file.read_text()
        # Whoever has read that may insist.
        await ui.until(lambda: ui.row("timeout").text == "55")
        await ui.press("enter")
        await ui.shows("✓ timeout is written.")
        assert "timeout = 6 " in file.read_text()
        file.write_text("timeout = \n")
        await ui.change("max_retries", "3")
        await ui.press("enter")
        await ui.shows("config.toml, line 1, column 11: not valid TOML")
        assert file.read_text() == "timeout = \n"


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_size_with_the_mouse(
    simulator: SimulatorServer, tmp_path: Path, file: Path, size: tuple[int, int]
) -> None:
    async with opened(simulator.base_url, tmp_path, size) as ui:
        await ui.shows("Settings", "base_url", "Enter change")
        line = next(one for one in ui.list.query(SettingLine) if one.row.name == "verify_tls")
        await ui.settled()
        await ui.click(line)
        await ui.until(lambda: ui.under == "verify_tls")
        await ui.click(line)
        await ui.shows("verify_tls is written")
        assert "verify_tls = false" in file.read_text()
        await ui.press("end")
        await ui.until(lambda: ui.under == "log_level")
        await ui.shows("log_level")
        await ui.press("g", "j", "k", "escape")
        await ui.until(lambda: len(ui.app.screen_stack) == 1)
        assert all(len(one) <= size[0] for one in ui.screen.splitlines())


async def test_without_a_file_it_is_told(open_app: OpenApp, simulator: SimulatorServer) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.press("f12")
        await ui.until(lambda: "There is no file to keep settings in." in ui.told)
