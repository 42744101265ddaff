"""What pictures of the settings and of the first minutes are made of."""

from __future__ import annotations

from dataclasses import dataclass

from app_parts import Driver
from textual.widgets import Input

from lmstudio_tui.features.settings_desk import TOP, InForce, SettingRow
from lmstudio_tui.settings.catalogue import catalogue

NAMES = ("base_url", "verify_tls", "extra_headers", "api_key", "timeout", "max_retries", "default_model", "log_level")
SET = {
    "base_url": ("http://127.0.0.1:1234", "default"),
    "timeout": ("5", "config.toml"),
    "max_retries": ("4", "LM_STUDIO_MAX_RETRIES"),
    "default_model": ("qwen3-8b", "profile box"),
    "api_key": ("set", "config.toml"),
}


@dataclass
class PicturedDesk:
    """Settings that are always the same."""

    path: str = "~/.config/lmstudio-tui/config.toml"
    undoable: bool = False

    def places(self) -> list[str]:
        return [TOP, "box"]

    def rows(self, place: str, profile: str | None) -> list[SettingRow]:
        del place, profile
        return [self._row(name) for name in NAMES]

    def _row(self, name: str) -> SettingRow:
        one = next(one for one in catalogue() if one.name == name)
        value, origin = SET.get(name, ("", "default"))
        stands = origin == "config.toml"
        return SettingRow(
            *(name, one.group_title, one.meaning, one.must_be, one.default, one.kind, value, origin, stands),
            text=value if stands and not one.hidden else "",
            variables=one.variables,
            hidden=one.hidden,
        )

    def mistake(self, place: str, name: str, text: str) -> str:
        del place, name
        return "It must be a number of seconds, above 0 and up to 86400." if not text.isdigit() else ""

    def put(self, place: str, name: str, text: str) -> None:
        raise NotImplementedError

    def undo(self) -> str:
        raise NotImplementedError

    def in_force(self, profile: str | None) -> InForce:
        raise NotImplementedError


async def show_settings(ui: Driver) -> None:
    await ui.ready()
    await ui.press("f12")
    await ui.shows("default_model", "Enter change")
    await ui.press("j", "j", "j", "j")
    await ui.shows("seconds for an ordinary call")


async def show_wrong(ui: Driver) -> None:
    await show_settings(ui)
    await ui.press("enter")
    await ui.until(lambda: isinstance(ui.app.screen.focused, Input))
    field = ui.app.screen.focused
    assert isinstance(field, Input)
    field.value = "ten"
    await ui.shows("✗ It must be")


async def show_tour(ui: Driver) -> None:
    await ui.ready()
    await ui.shows("ends this tour")


async def show_newcomer(ui: Driver) -> None:
    await ui.shows("Welcome to lmstudio-tui.")
