"""What the arguments of slash commands mean."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.chat.parameter_fields import BY_NAME, field_named, parse, parse_extra
from lmstudio_tui.features.chat.parameters import Parameters

if TYPE_CHECKING:
    from lmstudio_tui.features.chat.parameter_fields import Field

FORMATS: Final = ("md", "json", "html")
"""What a conversation can be written as."""

PARAMETER_ALIASES: Final = {"temp": "temperature", "max": "max_tokens", "reasoning": "reasoning_effort"}

_ASSIGNED: Final = re.compile(r"([A-Za-z_][\w.-]*)(\s*=\s*|\s+|$)(.*)", re.DOTALL | re.ASCII)
_ENDINGS: Final = {".md": "md", ".markdown": "md", ".json": "json", ".html": "html", ".htm": "html"}


def assignment(argument: str) -> tuple[Field, str]:
    """`temperature 0.7` or `temperature=0.7` as the parameter and what was typed for it.

    Raises:
        ValueError: when it names no parameter of ours; the text is a sentence.
    """
    found = _ASSIGNED.fullmatch(argument.strip())
    if found is None:
        raise ValueError("Say what to set, such as /set temperature 0.7.")
    name = found[1].lower()
    return field_named(PARAMETER_ALIASES.get(name, name)), found[3]


def with_assigned(parameters: Parameters, argument: str) -> Parameters:
    """The parameters after `/set`: `NAME VALUE`, `NAME=VALUE`, or `NAME=JSON` for one that only this server knows.

    Raises:
        ValueError: when that cannot be set; the text is a sentence that says why.
    """
    found = _ASSIGNED.fullmatch(argument.strip())
    name = found[1].lower() if found else ""
    if found and name not in BY_NAME and name not in PARAMETER_ALIASES and found[2].strip() == "=":
        near = get_close_matches(name, BY_NAME, n=1, cutoff=0.8)
        if near:
            raise ValueError(f"There is no parameter {name!r}. Did you mean {near[0]}?")
        return parameters.with_extra(*parse_extra(argument))
    field, typed = assignment(argument)
    value = parse(field, typed)
    if value is None:
        raise ValueError(f"Say what {field.name} is to be; /unset {field.name} leaves it to the server.")
    if field.kind == "extra":
        value = {**parameters.extra, **value}
    return parameters.with_value(field.name, value)


def without_assigned(parameters: Parameters, argument: str) -> Parameters:
    """The parameters after `/unset`: one or several names, or `all`.

    Raises:
        ValueError: when there is no such parameter; the text is a sentence.
    """
    names = argument.replace(",", " ").split()
    if not names:
        raise ValueError("Say what to unset, such as /unset temperature; all for everything.")
    if [name.lower() for name in names] == ["all"]:
        return Parameters()
    for name in names:
        if name in parameters.extra:
            parameters = parameters.with_extra(name, None)
        else:
            parameters = parameters.with_value(PARAMETER_ALIASES.get(name.lower(), name.lower()), None)
    return parameters


def path_of(argument: str) -> str:
    """A path that was typed, without the quotes around it."""
    path = argument.strip()
    return path[1:-1] if len(path) > 1 and path[0] == path[-1] and path[0] in "\"'" else path


def export_of(argument: str) -> tuple[str, str]:
    """The format and the path after `/export`; the path is empty when none was given.

    The format may be left out: the ending of the path tells it, and else it is Markdown.
    """
    first, _, rest = argument.strip().partition(" ")
    wanted = {"markdown": "md", "htm": "html"}.get(first.lower(), first.lower())
    if wanted in FORMATS:
        return wanted, path_of(rest)
    path = path_of(argument)
    return _ENDINGS.get(PurePath(path).suffix.lower(), "md"), path


def code_of(argument: str) -> tuple[int | None, str]:
    """The number and the path after `/code`; None for the last block, an empty path to copy it.

    Raises:
        ValueError: when the number is none; the text is a sentence.
    """
    first, _, rest = argument.strip().partition(" ")
    if not first:
        return None, ""
    if not first.isascii() or not first.isdigit() or not 0 < len(first) < 7 or int(first) == 0:
        raise ValueError("Code blocks have numbers from 1, such as /code 2, or /code 2 main.py to save it.")
    return int(first), path_of(rest)
