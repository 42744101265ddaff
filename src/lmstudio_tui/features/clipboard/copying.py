"""Copying a text by whichever way there is, and saying how sure it is that it is on the clipboard."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from lmstudio_tui.features.clipboard.programs import Budget, found, run
from lmstudio_tui.features.clipboard.surroundings import is_remote, longest_copy, takes_copies
from lmstudio_tui.features.clipboard.tools import same, tools_for

if TYPE_CHECKING:
    from collections.abc import Mapping

How = Literal["verified", "terminal", "failed"]

OSC_52: Final = "OSC 52"
TMUX: Final = "tmux"
BROWSER_LIMIT: Final = 7_000_000
"""Bytes. xterm.js takes ten million characters of one sequence, and four of them are three bytes."""
_SAVE: Final = "save it to a file instead"
_NATIVE_BUDGET: Final = (1.6, 1.4)
_TMUX_BUDGET: Final = (0.7, 0.7)
_LOOK_BUDGET: Final = (0.4, 0.4)
"""Seconds for all steps, and for one of them; it all adds up only where everything hangs."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of a copy.

    Args:
        how: `verified`, it is on the clipboard, because it was read back; `terminal`, it was given to the terminal, or
            is to be; `failed`, there is no way.
        tool: what took it, such as `xclip`, `tmux` or `OSC 52`; empty when nothing did.
        sentence: says so to people, and what to do next where it did not work.
    """

    how: How
    tool: str
    sentence: str

    @property
    def to_send(self) -> bool:
        """Whether the app is to send it to the terminal itself (OSC 52)."""
        return self.how == "terminal" and self.tool == OSC_52


def copy(text: str, *, environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Copied:
    """Copy a text. Blocks for at most about two seconds (it runs programs); for a worker thread.

    On this machine its own clipboard is written, and read back. From another one, or without a display, the text goes
    to the terminal: through tmux, which also keeps it, or by the app.

    Args:
        text: exactly what is to be on the clipboard.
        environ: describes the displays and the terminal.
        platform: as `sys.platform`.
    """
    if not text:
        return Copied("failed", "", "There is nothing to copy.")
    tried: list[str] = []
    if not _is_remote(environ):
        tool = _natively(text, environ, platform, tried)
        if tool:
            return Copied("verified", tool, "Copied.")
    despite = f" {' and '.join(tried)} could not be made to keep it." if tried else ""
    if environ.get("TMUX"):
        kept = _by_tmux(text, environ)
        if kept is not None:
            return kept
    return _by_the_app(text, environ, platform, despite)


def copy_in_browser(text: str) -> Copied:
    """Have a text copied by the browser that shows the app, which is where whoever reads it has their clipboard.

    Args:
        text: exactly what is to be on the clipboard.
    """
    if not text:
        return Copied("failed", "", "There is nothing to copy.")
    raw = text.encode("utf-8", "replace")
    if len(raw) > BROWSER_LIMIT:
        return Copied("failed", "", f"Not copied. {_size(raw)} is too long for the terminal in the page; {_SAVE}.")
    return Copied("terminal", OSC_52, "Sent to the browser, which takes it if it has the focus.")


def _is_remote(environ: Mapping[str, str]) -> bool:
    """As `is_remote`; in tmux by where it is used from now, which need not be where it was started from."""
    if environ.get("TMUX"):
        said = _tmux(environ, Budget(*_LOOK_BUDGET), "show-environment", "SSH_CONNECTION")
        if said is not None and b"SSH_CONNECTION" in said:
            return not said.startswith(b"-")
    return is_remote(environ)


def _natively(text: str, environ: Mapping[str, str], platform: str, tried: list[str]) -> str:
    """Write this machine's clipboard: the name of the tool that did, and in `tried` those that did not."""
    if platform in {"win32", "cygwin"}:
        return _by_windows(text, tried)
    budget = Budget(*_NATIVE_BUDGET)
    for tool in tools_for(environ, platform):
        if tool.copy(text, environ, budget):
            return tool.name
        tried.append(tool.name)
    return ""


def _by_windows(text: str, tried: list[str]) -> str:
    """Windows has a clipboard without a program."""
    # pyperclip looks for its tools when it is imported.
    import pyperclip

    try:
        pyperclip.copy(text)
        held = pyperclip.paste()
    except (pyperclip.PyperclipException, OSError, UnicodeError):
        held = ""
    if same(held, text, own_line_ends=True):
        return "Windows"
    tried.append("Windows")
    return ""


def _by_tmux(text: str, environ: Mapping[str, str]) -> Copied | None:
    """Give it to tmux, which keeps it and passes it on to its terminal; None when it does not keep it."""
    budget, raw = Budget(*_TMUX_BUDGET), text.encode("utf-8", "replace")
    passes_on = _tmux(environ, budget, "load-buffer", "-w", "-", given=raw) is not None
    # Before 3.2 it does not pass on what it is given.
    if not passes_on and _tmux(environ, budget, "load-buffer", "-", given=raw) is None:
        return None
    if _tmux(environ, budget, "show-buffer") != raw:
        return None
    if len(raw) > longest_copy(environ):
        sentence = f"In tmux's buffer. The terminal may not take {_size(raw)}; to be sure, {_SAVE}."
        return Copied("terminal", TMUX, sentence)
    return Copied("terminal", TMUX if passes_on else OSC_52, "In tmux's buffer, and sent to the terminal.")


def _tmux(environ: Mapping[str, str], budget: Budget, *arguments: str, given: bytes = b"") -> bytes | None:
    """What tmux says; None when there is none, or it fails."""
    program = found("tmux", environ)
    if program is None:
        return None
    return run([program, *arguments], environ, budget, given=given, reads=True)


def _by_the_app(text: str, environ: Mapping[str, str], platform: str, despite: str) -> Copied:
    """Let the app send it to the terminal, where that makes sense."""
    if not takes_copies(environ, platform):
        lacking = despite or " There is no tool for it here, and the terminal does not take it."
        return Copied("failed", "", f"Not copied.{lacking} Please {_SAVE}.")
    raw = text.encode("utf-8", "replace")
    if len(raw) > longest_copy(environ):
        return Copied("failed", "", f"Not copied.{despite} {_size(raw)} is too long for the terminal; {_SAVE}.")
    return Copied("terminal", OSC_52, f"Sent to the terminal.{despite}")


def _size(raw: bytes) -> str:
    """How much it is, for people."""
    return f"{len(raw) / 1_000_000:.1f} MB" if len(raw) >= 1_000_000 else f"{max(1, round(len(raw) / 1000))} kB"
