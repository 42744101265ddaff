"""Commands that are imported when somebody asks for them: to open the app, or to ping, needs none of the others."""

from __future__ import annotations

from collections import UserDict
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.main import get_command

from lmstudio_tui.cli import options
from lmstudio_tui.cli.helping import make_helpful


@dataclass(frozen=True)
class Later:
    """A command that is still to be imported.

    Attributes:
        place: its function, or its group, as `module:name` below the package of the commands.
        short_help: what the list of the commands says of it; empty: the first sentence of its help.
    """

    place: str
    short_help: str = ""

    def load(self, name: str) -> Any:
        """Import it, and give the command of this name."""
        module, _, member = self.place.partition(":")
        found: Any = getattr(import_module(f"lmstudio_tui.cli.{module}"), member)
        if isinstance(found, typer.Typer):
            app = found
        else:
            app = typer.Typer(rich_markup_mode=None, add_completion=False)
            app.command()(found)
        options.complete(app)
        make_helpful(app)
        command = get_command(app)
        command.name = name
        command.short_help = self.short_help or command.short_help
        return command


class LaterCommands(UserDict[str, Any]):
    """Commands by their names, each imported at its first use."""

    def __getitem__(self, name: str) -> Any:
        command = self.data[name]
        if isinstance(command, Later):
            command = self.data[name] = command.load(name)
        return command
