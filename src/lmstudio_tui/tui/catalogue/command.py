"""What a command is, and how its keys are written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from textual.binding import Binding

from lmstudio_tui.tui.keymap import changed_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

Where = Literal[
    "everywhere",
    "chat",
    "prompt",
    "transcript",
    "conversations",
    "models",
    "embeddings",
    "images",
    "inspector",
    "transcribe",
    "speech",
    "servers",
    "settings",
    "no server",
    "parameters",
    "compare",
    "player",
    "moving",
    "dialog",
    "fields",
]


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can do.

    Args:
        id: names it for key maps.
        keys: the keys, Textual's names, comma-separated; the first is shown.
        action: Textual's action string.
        title: one or two words, for the footer.
        help: one sentence, for the palette and the help page.
        where: where it works.
        show: whether the footer shows it.
        palette: whether the palette lists it.
        priority: whether it works before the focused widget sees the key.
        parts: the parts of the place in which it works; empty for all of it.
    """

    id: str
    keys: str
    action: str
    title: str
    help: str
    where: Where
    show: bool = False
    palette: bool = True
    priority: bool = False
    parts: tuple[str, ...] = ()

    @property
    def binding(self) -> Binding:
        """As Textual wants it."""
        return Binding(
            self.keys, self.action, self.title, show=self.show, id=self.id, priority=self.priority, tooltip=self.help
        )

    @property
    def usual_keys(self) -> tuple[str, ...]:
        """The keys that it has as long as nobody changes them, Textual's names."""
        return tuple(self.keys.split(","))

    @property
    def keys_now(self) -> tuple[str, ...]:
        """The keys that it has now; none, when the user wants it so."""
        return changed_keys().get(self.id, self.usual_keys)

    @property
    def shown_keys(self) -> str:
        """The keys as people read them, or nothing."""
        return " or ".join(readable_key(key) for key in self.keys_now)

    @property
    def key_word(self) -> str:
        """How a sentence names the quickest way to it: its first key, else where else it is found."""
        keys = self.keys_now
        return readable_key(keys[0]) if keys else f"“{self.title}” {'in the palette' if self.palette else '(no key)'}"


def only_in(parts: Iterable[str], *commands: Command) -> tuple[Command, ...]:
    """The commands as they are in some parts of their place, and in no others."""
    return tuple(replace(one, parts=tuple(parts)) for one in commands)


def by_parts(commands: Iterable[Command]) -> dict[str, list[tuple[str, str]]]:
    """Keys and what they do, by the part of the place; what works in all of it stands first, below an empty name.

    What is done by several commands alike is told once, with the keys of all of them.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for one in commands:
        for part in one.parts or ("",):
            keys = found.setdefault(part, {}).setdefault(one.help, [])
            keys += [key for key in map(readable_key, one.keys_now) if key not in keys]
    return {part: [(_told(keys), text) for text, keys in rows.items()] for part, rows in found.items()}


def _told(keys: list[str]) -> str:
    """The keys in one line; of many digits the first and the last."""
    if len(keys) > 2 and all(key.isdigit() for key in keys):
        return f"{keys[0]} to {keys[-1]}"
    return " or ".join(keys) or "no key"


def escaped(keys: str) -> str:
    """Keys as they stand in a table of Markdown."""
    return keys.replace("\\", "\\\\").replace("|", "\\|").replace("`", "\\`")


_NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "question_mark": "?",
    "slash": "/",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left": "←",
    "right": "→",
    "delete": "Del",
    "backspace": "Backspace",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "insert": "Ins",
    "at": "@",
    "underscore": "_",
    "backslash": "\\",
    "circumflex_accent": "^",
    "comma": ",",
    "full_stop": ".",
    "colon": ":",
    "semicolon": ";",
    "exclamation_mark": "!",
    "quotation_mark": '"',
    "apostrophe": "'",
    "number_sign": "#",
    "dollar_sign": "$",
    "percent_sign": "%",
    "ampersand": "&",
    "asterisk": "*",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "vertical_line": "|",
    "tilde": "~",
    "grave_accent": "`",
}


def readable_key(key: str) -> str:
    """`ctrl+left_square_bracket` → `Ctrl+[`."""
    *modifiers, name = key.strip().split("+")
    function_key = name.startswith("f") and name[1:].isdigit()
    last = _NAMES.get(name, name.upper() if function_key or modifiers else name)
    return "+".join([*(modifier.capitalize() for modifier in modifiers), last])
