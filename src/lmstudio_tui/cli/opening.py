"""Opening the app at once: what the command line would import and read first is done behind the first picture."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lmstudio_tui.cli.console import prepare, warn
from lmstudio_tui.cli.launch import has_terminal, run_app, services_of
from lmstudio_tui.cli.session import Session
from lmstudio_tui.tui.panes import PANES
from lmstudio_tui.web.environment import handed_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.tui.services import Services

VALUES: Final = {
    "--base-url": "base_url",
    "--api-key": "api_key",
    "--config": "config",
    "--profile": "profile",
    "--log-level": "log_level",
    "--pane": "pane",
    "--model": "model",
    "-m": "model",
}
"""Options of the program that take a value, and the parameter that gets it."""
_KEY_COMMAND: Final = "API_KEY_COMMAND"
FLAGS: Final = {"--demo": "demo"}
_SOON: Final = (
    "lmstudio_tui.tui.model_choice",
    "lmstudio_tui.tui.server_choice",
    "lmstudio_tui.tui.server_display",
    "lmstudio_tui.tui.service_links",
    "lmstudio_tui.tui.panes.chat",
    "lmstudio_tui.sdk.client",
)
"""What is imported a moment later, in the app's own loop, where it would hold up keys."""


def open_at_once(given: Given) -> int | None:
    """Open the app, and give its exit code.

    Returns:
        None when the command line has to say what keeps the app from opening, or has to ask for a key first.
    """
    if given.pane not in {None, *(name for name, _ in PANES)} or _runs_a_command(given):
        return None
    prepare()
    return _open(given) if has_terminal() else None


def _runs_a_command(given: Given) -> bool:
    """Whether a command may have to print a key, which may ask for a passphrase first: it needs the terminal."""
    from lmstudio_tui.paths import CONFIG_VARIABLE, chosen_config_file

    if any(name.upper().endswith(_KEY_COMMAND) for name in os.environ):
        return True
    file, _ = chosen_config_file(given.config, os.environ.get(CONFIG_VARIABLE, "").strip())
    try:
        return _KEY_COMMAND.lower().encode() in file.read_bytes()
    except OSError:
        return False  # there is none, or the command line says what is wrong with it


def _open(given: Given) -> int | None:
    from lmstudio_tui.paths import state_file
    from lmstudio_tui.store.state import StateFile
    from lmstudio_tui.tui.opening import Opening

    values = given.values
    session = Session(
        base_url=values.get("base_url"),
        api_key=values.get("api_key") or handed_key(os.environ),
        config_path=given.config,
        demo=given.demo,
        model=values.get("model"),
        profile=values.get("profile"),
        log_level=values.get("log_level"),
        # The warnings are told when the app has given the terminal back.
        quiet=True,
    )
    failed: list[bool] = []

    def load() -> Services:
        session.check()
        services = services_of(session, pane=given.pane, model=session.model)
        for module in _SOON:
            import_module(module)
        return services

    with session:
        opening = Opening(StateFile(state_file()), given.pane, load, lambda: failed.append(True))
        code = run_app(opening)
        if failed:
            return None
        if "loaded" in vars(session):
            for text in session.loaded.warnings:
                warn(text)
    return code


@dataclass(frozen=True)
class Given:
    """The options that were given.

    Args:
        values: by the name of the parameter; the last one counts.
        demo: whether the simulator is wanted.
    """

    values: dict[str, str] = field(default_factory=dict[str, str])
    demo: bool = False

    @property
    def pane(self) -> str | None:
        return self.values.get("pane")

    @property
    def config(self) -> Path | None:
        return Path(self.values["config"]) if "config" in self.values else None


def plain_options(arguments: Sequence[str]) -> Given | None:
    """The options, where there is nothing else: no command, no help, nothing that needs a closer look; else None."""
    values: dict[str, str] = {}
    demo = False
    rest = iter(arguments)
    for one in rest:
        name, equals, value = one.partition("=")
        if one in FLAGS:
            demo = True
        elif name in VALUES and (not equals or name.startswith("--")):
            taken = value if equals else next(rest, None)
            if not taken or taken.startswith("-"):
                return None
            values[VALUES[name]] = taken
        else:
            return None
    return Given(values, demo)
