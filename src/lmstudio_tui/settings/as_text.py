"""Settings as a person types them: from a text to the value for the file, and back."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, cast

from lmstudio_tui.settings.catalogue import shown

if TYPE_CHECKING:
    from lmstudio_tui.settings.catalogue import Setting

MASK = "••••••"
"""Stands for a value that is not shown, and that stays as it is."""
_TRUTHS = {"true": True, "false": False}


def text_of(setting: Setting, value: object) -> str:
    """What an editor begins with; of what is hidden, nothing but names.

    Args:
        setting: which one.
        value: what stands in the file; None is nothing.
    """
    if value is None:
        return ""
    if setting.kind == "table" and isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        return _lines(dict.fromkeys(entries, MASK) if setting.hidden else entries)
    return "" if setting.hidden else shown(value)


def told(setting: Setting, value: object) -> str:
    """A value as it may be shown in one line; of what is hidden only that there is something."""
    if value is None or value == "":
        return ""
    if isinstance(value, dict):
        return ", ".join(cast("dict[str, object]", value))
    return "set" if setting.hidden else shown(value)


def value_of(setting: Setting, text: str, was: object) -> object:
    """The value for the file, which the settings' own checks still have to take; None where nothing is typed.

    Args:
        setting: which one.
        text: what was typed.
        was: what stands in the file; None is nothing.

    Raises:
        ValueError: when it can be no such value; a sentence.
    """
    plain = text.strip()
    if not plain:
        return None
    match setting.kind:
        case "bool" | "choice":
            return _TRUTHS.get(plain.lower(), plain)
        case "number":
            return _number(plain)
        case "list":
            return [part for part in (one.strip() for one in plain.replace("\n", ",").split(",")) if part]
        case "table":
            return _table(setting, text, was)
        case _:
            return plain


def _number(text: str) -> object:
    """A number where it is one; the settings' check says what any other text has to be."""
    for sort in (int, float):
        try:
            return sort(text)
        except ValueError:
            continue
    return text


def _table(setting: Setting, text: str, was: object) -> dict[str, object]:
    table = _parsed(text)
    if table is None:
        example = '"chat.send" = "ctrl+s"' if setting.name == "keys" else 'X-Team = "blue"'
        raise ValueError(f"It must be lines such as {example}, with quotes around what has other characters.")
    before = cast("dict[str, object]", was) if isinstance(was, dict) else {}
    if setting.hidden:
        for name, value in table.items():
            if value == MASK:
                if name not in before:
                    raise ValueError(f"{name} needs a value: {MASK} stands for the one that it has.")
                table[name] = before[name]
    return table


def _parsed(text: str) -> dict[str, object] | None:
    """The table, which may also be typed as in one line of the file, or as in the environment."""
    for read, key in ((tomllib.loads, ""), (tomllib.loads, "it"), (json.loads, "")):
        try:
            found: object = read(f"{key} = {text.strip()}" if key else text)
        except (ValueError, RecursionError):
            continue
        if key and isinstance(found, dict):
            found = cast("dict[str, object]", found).get(key) if len(found) == 1 else None
        if isinstance(found, dict):
            return cast("dict[str, object]", found)
    return None


def _lines(entries: dict[str, object]) -> str:
    import tomlkit  # only where a table is edited

    return tomlkit.dumps(entries)
