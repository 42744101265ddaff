"""What the terminal is known to be able to show, from what it says of itself in the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOCALE: Final = ("LC_ALL", "LC_CTYPE", "LANG")
"""The first of these that is set counts."""
UTF8: Final = frozenset({"utf8", "utf-8"})
"""Names of the encoding in which everything can be shown."""
_PLAIN_TERMS: Final = frozenset({"linux", "dumb", "ansi", "cygwin", "sun", "vt52", "vt100", "vt102", "vt220", "vt320"})
"""Terminals (TERM) whose letters are few, whatever the locale: no rounded corners, no arrows, no dots of Braille."""
_WESTERN: Final = "latin-1"


@dataclass(frozen=True)
class Surroundings:
    """What the app finds around it. The defaults are those of a picture: everything is there.

    Args:
        encoding: what is not in this one cannot be shown.
        few_colours: whether there may be no more than sixteen; the terminal is asked nothing, its name tells.
        moves: whether it costs nothing to move things: not so on a machine far away.
    """

    encoding: str = "utf-8"
    few_colours: bool = False
    moves: bool = True


def surroundings_of(environ: Mapping[str, str], encoding: str) -> Surroundings:
    """What is known of the terminal.

    Args:
        environ: the environment as the program was given it: Python puts a locale of its own in the place of C.
        encoding: what text is written in.
    """
    if environ.get("TEXTUAL_DRIVER"):
        # The app is shown by another program, such as a browser: this terminal tells nothing.
        return Surroundings()
    remote = any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY"))
    still = environ.get("TEXTUAL_ANIMATIONS", "").lower() == "none"
    return Surroundings(_encoding(environ, encoding), few_colours=True, moves=not (remote or still))


def first_environment(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment as the program was given it, where the system tells; else as it is."""
    try:
        parts = Path("/proc/self/environ").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return environ
    return dict(part.split("=", 1) for part in parts if "=" in part)


def _encoding(environ: Mapping[str, str], written: str) -> str:
    """What letters there are. Where nothing is said of them there are all: terminals of today have them."""
    locale = next((value for name in _LOCALE if (value := environ.get(name))), None)
    if locale is not None and locale in {"C", "POSIX"}:
        return "ascii"
    charset = (locale or "").partition("@")[0].partition(".")[2].lower()
    if written.lower() not in UTF8:
        return written.lower()
    if charset and charset not in UTF8:
        # It is written in UTF-8 all the same, so that only what is the same in both can be shown.
        return "ascii"
    return _WESTERN if environ.get("TERM", "").partition("-")[0] in _PLAIN_TERMS else "utf-8"
