"""The environment of the app when its screen is a page in a browser. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

DRIVER_VARIABLE: Final = "TEXTUAL_DRIVER"
DRIVER: Final = "textual.drivers.web_driver:WebDriver"
"""How textual-serve tells an app that it is shown in a browser."""
KEY_VARIABLE: Final = "LMSTUDIO_TUI_WEB_KEY"
"""The key that was given with `--api-key`: in the arguments of a program everybody on the machine can read it."""
_TERMINAL: Final = frozenset(
    (
        *("TMUX", "TMUX_PANE", "STY", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "KITTY_WINDOW_ID", "KONSOLE_VERSION"),
        *("VTE_VERSION", "WT_SESSION", "LINES", "COLUMNS", "TERM_FEATURES", "LC_TERMINAL", "WEZTERM_PANE"),
    )
)
"""What tells of the terminal in which the server was started; the app is not in it."""


def app_environment(environ: Mapping[str, str], *, api_key: str | None, version: str) -> dict[str, str]:
    """What the app finds in its environment.

    Args:
        environ: that of the server.
        api_key: the key that was given with an option.
        version: of textual-serve.
    """
    kept = {name: value for name, value in environ.items() if name not in _TERMINAL and name != KEY_VARIABLE}
    return {
        **kept,
        DRIVER_VARIABLE: DRIVER,
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "TERM_PROGRAM": "textual",
        "TERM_PROGRAM_VERSION": version,
        **({KEY_VARIABLE: api_key} if api_key else {}),
    }


def in_browser(environ: Mapping[str, str]) -> bool:
    """Whether the app of this environment is shown in a browser."""
    return environ.get(DRIVER_VARIABLE) == DRIVER


def handed_key(environ: MutableMapping[str, str]) -> str | None:
    """The key that the server was given, for the app; the programs that the app starts do not find it any more."""
    key = environ.pop(KEY_VARIABLE, None)
    if key is not None:
        _handed.append(key)
    return _handed[-1] if _handed else None


_handed: list[str] = []
"""There is one process, which may be asked again when the app could not be opened at once."""
