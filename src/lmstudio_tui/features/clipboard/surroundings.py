"""Where the clipboard is, and what the terminal does with a text that it is sent (OSC 52). Pure."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_USUAL: Final = 74_994
"""Bytes. With these OSC 52 takes 100,000 characters, which is where many terminals stop."""
_LARGE: Final = 750_000
"""Bytes that the terminals below take; their own limits are at or above a million characters, or there are none."""
_LARGE_KINDS: Final = ("kitty", "ghostty", "alacritty", "foot", "wezterm")
_LARGE_PROGRAMS: Final = {"WezTerm", "ghostty", "iTerm.app"}


def is_remote(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this runs on another machine than the one with the clipboard."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def takes_copies(environ: Mapping[str, str], platform: str) -> bool:
    """Whether the terminal may know OSC 52; False where it is known not to.

    Args:
        environ: describes the terminal.
        platform: as `sys.platform`.
    """
    if environ.get("TMUX"):
        return True
    # GNU screen cuts such sequences into pieces, and shows them.
    if environ.get("STY") or environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return False
    kinds = {"dumb", "linux"} if platform == "win32" else {"", "dumb", "linux"}
    return environ.get("TERM", "") not in kinds


def longest_copy(environ: Mapping[str, str]) -> int:
    """How many bytes the terminal takes for sure, as far as that can be known."""
    large = environ.get("TERM_PROGRAM") in _LARGE_PROGRAMS or "KITTY_WINDOW_ID" in environ
    kind = environ.get("TERM", "")
    return _LARGE if not environ.get("TMUX") and (large or any(name in kind for name in _LARGE_KINDS)) else _USUAL
