"""Keys as people write them, and what becomes of them on their way through a terminal."""

from __future__ import annotations

import string
import unicodedata
from functools import cache
from typing import Final, Literal

from textual.binding import Binding
from textual.keys import Keys

Fate = Literal["lost", "uncertain"]

_MODIFIERS: Final = {
    **{one: one for one in ("alt", "ctrl", "hyper", "meta", "shift", "super")},
    "control": "ctrl",
    "option": "alt",
    "opt": "alt",
    "cmd": "super",
    "command": "super",
    "win": "super",
}
_ALIASES: Final = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "spacebar": "space",
    "pgup": "pageup",
    "page_up": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    "page_down": "pagedown",
    "↑": "up",
    "↓": "down",
    "←": "left",
    "→": "right",
    "bksp": "backspace",
}
_AS_OTHERS: Final = {
    "ctrl+i": "Tab",
    "ctrl+m": "Enter",
    "ctrl+h": "Backspace",
    "ctrl+left_square_bracket": "Esc",
    "ctrl+enter": "Enter",
    "shift+enter": "Enter",
    "alt+enter": "Esc and Enter",
    "shift+space": "Space",
    "ctrl+backspace": "Backspace",
    "shift+backspace": "Backspace",
    "shift+escape": "Esc",
    "ctrl+escape": "Esc",
    "ctrl+space": "nothing that can be told from other keys",
    "ctrl+at": "nothing that can be told from other keys",
}
_SENT_WITH_CTRL: Final = frozenset({"backslash", "right_square_bracket", "circumflex_accent", "underscore"})


class KeyNameError(ValueError):
    """What was written is no name of a key. As a text it says what a key must be.

    Args:
        near: a name that may have been meant, or nothing.
    """

    def __init__(self, near: str = "") -> None:
        super().__init__('a key such as "ctrl+s", "f8", "alt+right", "G" or "/"')
        self.near = near


def parse_key(text: str) -> str:
    """Textual's name of a key that somebody wrote: `Ctrl+S` → `ctrl+s`, `/` → `slash`, `alt+W` → `alt+shift+w`.

    Raises:
        KeyNameError: when there is no such key.
    """
    *before, last = _split(text.strip())
    modifiers = {_MODIFIERS.get(one.lower(), "") for one in before}
    name = _base(last)
    if "" in modifiers or name is None:
        raise KeyNameError(_near(before, last))
    if len(name) == 1 and name.isalpha():
        if name.isupper() and modifiers and modifiers != {"shift"}:
            # `Ctrl+S` is how the key is printed; with alt, the capital letter is another key.
            modifiers |= set() if "ctrl" in modifiers else {"shift"}
            name = name.lower()
        elif modifiers == {"shift"}:
            modifiers, name = set[str](), name.upper()
    return "+".join([*sorted(modifiers), name])


def _split(text: str) -> list[str]:
    """The parts of a name; a `+` at its end is the key itself."""
    if text == "+":
        return ["+"]
    if text.endswith("++"):
        return [*text[:-2].split("+"), "+"]
    return [part.strip() for part in text.split("+")]


def _base(name: str) -> str | None:
    """The key without what is held with it; None when there is none of that name."""
    if len(name) == 1 and name.isprintable() and not name.isspace():
        if name in _ALIASES:
            return _ALIASES[name]
        # Textual divides a list of keys at commas.
        key = "comma" if name == "," else next(iter(Binding.make_bindings([(name, "")]))).key
        return key if len(key) == 1 or _is_name(key) else None
    plain = name.lower()
    plain = _ALIASES.get(plain, plain)
    return plain if _is_name(plain) else None


def _is_name(name: str) -> bool:
    """Whether there is a key of that name: one of Textual's, or that of a character in Unicode."""
    if name in names():
        return True
    try:
        return len(unicodedata.lookup(name.replace("_", " "))) == 1
    except KeyError:
        return False


def _near(modifiers: list[str], name: str) -> str:
    """What was probably meant."""
    import difflib

    known = [*_MODIFIERS]
    said = [next(iter(difflib.get_close_matches(one.lower(), known, n=1)), "") for one in modifiers]
    last = _base(name) or next(iter(difflib.get_close_matches(name.lower(), [*names(), *_ALIASES], n=1)), "")
    return "+".join([*said, last]) if last and all(said) else ""


@cache
def names() -> frozenset[str]:
    """What keys without modifiers are called, but for those that are one character."""
    found = {one.value.rpartition("+")[2] for one in Keys if "<" not in one.value and "-" not in one.value}
    marks = {next(iter(Binding.make_bindings([(mark, "")]))).key for mark in string.punctuation if mark != ","}
    return frozenset(name for name in found | marks | {"comma"} if len(name) > 1) - {"return"}


def fate_of(key: str) -> tuple[Fate, str] | None:
    """What becomes of a key in terminals, as a sentence's end; None when it arrives.

    `lost` are keys that many terminals have no code for, or another's. `uncertain` are those that most send, and some
    keep for themselves.
    """
    *modifiers, name = key.split("+")
    if key in _AS_OTHERS:
        return "lost", f"many terminals send {_AS_OTHERS[key]} for it"
    if name == "tab" and modifiers not in ([], ["shift"]):
        return "lost", "terminals keep it for their own tabs"
    if not {"super", "meta", "hyper"}.isdisjoint(modifiers):
        return "lost", "few terminals have a code for it"
    single = len(name) == 1 or name in _marks()
    if single and "ctrl" in modifiers and (modifiers != ["ctrl"] or not _has_ctrl_code(name)):
        return "lost", "few terminals have a code for it"
    if single and modifiers == ["shift"]:
        return "lost", "a terminal sends what the two keys write together"
    number = int(name[1:]) if name.startswith("f") and name[1:].isdigit() else 0
    if number > 12 or (number and modifiers):
        return "lost", "few keyboards and terminals have it"
    if number > 10:
        return "uncertain", "some terminals keep it for themselves"
    if "alt" in modifiers:
        return "uncertain", "macOS's Terminal sends it only when Option is set to be Meta"
    if name in {"pageup", "pagedown"} and modifiers:
        return "uncertain", "some terminals turn their own tabs or pages with it"
    if name == "insert" and modifiers:
        return "uncertain", "some terminals copy and paste with it"
    return None


def _has_ctrl_code(name: str) -> bool:
    return (name.isascii() and name.isalpha() and len(name) == 1) or name in _SENT_WITH_CTRL


@cache
def _marks() -> frozenset[str]:
    return frozenset({_base(mark) or mark for mark in string.punctuation})


def is_typed(key: str) -> bool:
    """Whether a field of text takes the key as a character."""
    return len(key) == 1 or key == "space" or key in _marks()
