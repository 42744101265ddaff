"""Values as Python source."""

from __future__ import annotations

import math
from typing import Any

from lmstudio_tui.sdk.wire import is_list, is_object

_DEEPEST = 40
"""Levels; Python itself reads about a hundred nested brackets."""
_LINE = 88


class TooDeepError(ValueError):
    """The value is nested too deeply for a literal."""


def literal(value: object, indent: int = 0, level: int = 0) -> str:
    """A JSON value as Python source, over several lines where it is long.

    Args:
        indent: how many columns its lines after the first stand in.

    Raises:
        TooDeepError: it is nested too deeply.
    """
    if level > _DEEPEST:
        raise TooDeepError
    if is_object(value):
        items = [f"{literal(name)}: {literal(member, indent + 4, level + 1)}" for name, member in value.items()]
        return _bracketed("{", items, "}", indent)
    if is_list(value):
        return _bracketed("[", [literal(member, indent + 4, level + 1) for member in value], "]", indent)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**4000:
        # Python reads no longer ones from decimal digits.
        return hex(value)
    return quoted(value) if isinstance(value, str) else repr(value)


def _bracketed(opening: str, items: list[str], closing: str, indent: int) -> str:
    line = opening + ", ".join(items) + closing
    if len(line) + indent <= _LINE and "\n" not in line:
        return line
    pad = " " * (indent + 4)
    return "\n".join([opening, *(f"{pad}{item}," for item in items), " " * indent + closing])


def quoted(text: str) -> str:
    """A text as Python source, in double quotes where that is as short."""
    source = repr(text)
    if source.startswith("'") and '"' not in source and "\\'" not in source:
        return f'"{source[1:-1]}"'
    return source


def arguments(values: dict[str, Any], indent: int = 4) -> str:
    """Keyword arguments, a line each.

    Raises:
        TooDeepError: a value is nested too deeply.
    """
    pad = " " * indent
    return "".join(f"{pad}{name}={literal(value, indent)},\n" for name, value in values.items())
