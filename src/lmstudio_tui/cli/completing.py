"""What a shell offers for the values of options. It asks at each Tab: nothing heavy is imported, no server asked."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from lmstudio_tui.paths import CONFIG_VARIABLE, chosen_config_file

if TYPE_CHECKING:
    from collections.abc import Iterable

LOG_LEVELS: Final = ("off", "error", "info", "debug")


def panes(incomplete: str) -> list[str]:
    """The panes whose names begin so."""
    from lmstudio_tui.tui.panes import PANES

    return _beginning(incomplete, (name for name, _ in PANES))


def log_levels(incomplete: str) -> list[str]:
    """The levels of the log whose names begin so."""
    return _beginning(incomplete, LOG_LEVELS)


def profiles(ctx: Any, incomplete: str) -> list[str]:
    """The servers in config.toml whose names begin so; none when that cannot be read.

    Args:
        ctx: what was typed before; `--config` may be among it. typer knows it by this name.
        incomplete: the beginning of the name.
    """
    given = _given_config(ctx)
    file, _ = chosen_config_file(Path(given) if given else None, os.environ.get(CONFIG_VARIABLE, "").strip())
    try:
        found: Any = tomllib.loads(file.read_text(encoding="utf-8")).get("profiles")
    except (OSError, ValueError):
        return []
    return _beginning(incomplete, sorted(cast("dict[str, object]", found))) if isinstance(found, dict) else []


def _given_config(ctx: Any) -> str | None:
    """What `--config` names, before the command or after it."""
    while ctx is not None:
        for name in ("config", "config_path"):
            if ctx.params.get(name):
                return str(ctx.params[name])
        ctx = ctx.parent
    return None


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
