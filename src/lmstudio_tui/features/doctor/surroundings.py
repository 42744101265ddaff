"""Python, the terminal, its colours and its characters."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.features.clipboard import is_remote
from lmstudio_tui.features.doctor.checks import Check, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEAST = (3, 11)
_SMALLEST = (60, 20)


@dataclass(frozen=True, slots=True)
class Terminal:
    """What is known of the terminal.

    Args:
        environ: the environment.
        streams: the standard streams that are terminals: some of `input`, `output`, `error`.
        size: columns and lines; None without a terminal.
        encoding: of standard output.
    """

    environ: Mapping[str, str]
    streams: tuple[str, ...]
    size: tuple[int, int] | None
    encoding: str

    @classmethod
    def here(cls) -> Terminal:
        """The one that this runs in."""
        named = (("input", sys.stdin), ("output", sys.stdout), ("error", sys.stderr))
        ours = [(name, stream) for name, stream in named if stream.isatty()]
        size: tuple[int, int] | None = None
        for _, stream in ours:
            try:
                columns, lines = os.get_terminal_size(stream.fileno())
            except (OSError, ValueError):
                continue
            size = (columns, lines)
            break
        return cls(os.environ, tuple(name for name, _ in ours), size, sys.stdout.encoding or "")

    @property
    def kind(self) -> str:
        """What TERM says."""
        return self.environ.get("TERM", "")


def check_python(version: tuple[int, int, int], place: str) -> Check:
    """Whether this Python is new enough."""
    found = f"{'.'.join(map(str, version))} ({platform.python_implementation()}, {sys.platform}) at {place}"
    if version[:2] >= _LEAST:
        return Check("python", Status.OK, found)
    return Check("python", Status.FAILED, found, "Install Python 3.11 or later.")


def check_terminal(terminal: Terminal) -> Check:
    """Whether there is a terminal in which the app can run."""
    environ = terminal.environ
    if not terminal.streams:
        return Check("terminal", Status.SKIPPED, "This does not run in a terminal; the app needs one, commands do not.")
    parts = [f"TERM={terminal.kind or '(not set)'}"]
    if terminal.size is not None:
        parts.append(f"{terminal.size[0]} × {terminal.size[1]}")
    missing = [name for name in ("input", "output", "error") if name not in terminal.streams]
    if missing:
        parts.append(f"standard {' and '.join(missing)} elsewhere")
    if environ.get("TERM_PROGRAM"):
        parts.append(" ".join(filter(None, (environ["TERM_PROGRAM"], environ.get("TERM_PROGRAM_VERSION")))))
    parts += [word for word, is_so in (("tmux", environ.get("TMUX")), ("screen", environ.get("STY"))) if is_so]
    if is_remote(environ):
        parts.append("over ssh")
    detail = ", ".join(parts)
    if terminal.kind in {"", "dumb"}:
        return Check("terminal", Status.WARNING, detail, "Set TERM to what the terminal is, such as xterm-256color.")
    if (terminal.size is not None and terminal.size < _SMALLEST) or _is_low(terminal.size):
        return Check("terminal", Status.WARNING, detail, "Make the window larger: the app is at its best from 80 × 24.")
    return Check("terminal", Status.OK, detail)


def _is_low(size: tuple[int, int] | None) -> bool:
    return size is not None and size[1] < _SMALLEST[1]


def check_colours(terminal: Terminal) -> Check:
    """How many colours there are."""
    environ = terminal.environ
    said = environ.get("COLORTERM", "").lower()
    told = ", ".join(f"{name}={environ[name]}" for name in ("COLORTERM", "NO_COLOR", "FORCE_COLOR") if name in environ)
    told = f" ({told})" if told else ""
    if environ.get("NO_COLOR"):
        return Check("colours", Status.OK, f"switched off{told}")
    if not terminal.streams:
        return Check("colours", Status.SKIPPED, f"there is no terminal{told}")
    if said in {"truecolor", "24bit"} or terminal.kind.endswith("-direct"):
        return Check("colours", Status.OK, f"16.7 million{told}")
    if "256color" in terminal.kind:
        hint = "If the terminal can show more, set COLORTERM=truecolor."
        return Check("colours", Status.OK, f"256{told}", hint)
    if terminal.kind in {"", "dumb"}:
        return Check("colours", Status.WARNING, f"none{told}", "Set TERM to what the terminal is.")
    hint = "If the terminal can show more, set TERM=xterm-256color or COLORTERM=truecolor."
    return Check("colours", Status.WARNING, f"16, as TERM={terminal.kind} says{told}", hint)


def check_unicode(terminal: Terminal) -> Check:
    """Whether the characters of every language can be written."""
    name = next((name for name in ("LC_ALL", "LC_CTYPE", "LANG") if terminal.environ.get(name)), "")
    said = f"{name}={terminal.environ[name]}" if name else "no locale is set"
    detail = f"output is {terminal.encoding or 'of no encoding'}; {said}"
    if terminal.encoding.lower().replace("-", "").replace("_", "") == "utf8":
        return Check("unicode", Status.OK, detail)
    hint = "Set LANG=C.UTF-8 (or a UTF-8 locale of your language), or PYTHONUTF8=1."
    return Check("unicode", Status.WARNING, detail, hint)
