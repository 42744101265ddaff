"""The parameters that can be chosen for a conversation, one by one, and reading what was typed for them."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, Literal

from lmstudio_tui.features.chat.schema_check import fault_of
from lmstudio_tui.sdk.wire import dumped, is_list, is_object
from lmstudio_tui.text_safety import clean_line

Kind = Literal["float", "int", "text", "list", "choice", "schema", "extra"]

_LARGEST: Final = 2**53
"""A whole number beyond this is not exact in the server's JSON."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,20}(?:[.,]\d{0,20})?|[.,]\d{1,20})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE: Final = re.compile(r"([+-]?\d{1,40})(k?)", re.ASCII | re.IGNORECASE)
_WORD: Final = re.compile(r"\S{1,64}")
_NAME: Final = re.compile(r"[A-Za-z_][\w.-]{0,63}", re.ASCII)
_STOP: Final = re.compile(r"""\s*(?:("(?:[^"\\]|\\.)*")|'([^']*)'|((?:[^,"'][^,]*?)?))\s*(?:,|$)""", re.DOTALL)
_UNQUOTED: Final = {"\\n": "\n", "\\t": "\t", "\\r": "\r"}
_TAKEN: Final = frozenset({"messages", "stream", "stream_options"})


@dataclass(frozen=True, slots=True)
class Field:
    """Something that can be chosen.

    Attributes:
        name: as the API has it; `system`, `schema` and `extra` are ours.
        label: for people.
        kind: what its value is: `list` is a list of texts, `schema` a JSON schema, `extra` parameters by their names.
        help: in a few words.
        low, high: the least and the most that it may be; None for no bound.
        step: how far one press of a key moves it.
        choices: what it may be, or for another server something like it.
    """

    name: str
    label: str
    kind: Kind
    help: str
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()


FIELDS: Final = (
    Field("system", "System prompt", "text", "what the model is told before everything else"),
    Field("temperature", "Temperature", "float", "0 is sober, 1 lively, 2 wild", 0.0, 2.0, 0.1),
    Field("top_p", "Top P", "float", "only the likeliest tokens that make up this share", 0.0, 1.0, 0.05),
    Field("top_k", "Top K", "int", "only so many of the likeliest tokens; 0 or -1 for all", -1, None, 10),
    Field("min_p", "Min P", "float", "only tokens at least so likely, measured by the likeliest", 0.0, 1.0, 0.01),
    Field("presence_penalty", "Presence penalty", "float", "above 0: rather new words", -2.0, 2.0, 0.1),
    Field("frequency_penalty", "Frequency penalty", "float", "above 0: fewer words again and again", -2.0, 2.0, 0.1),
    Field("repeat_penalty", "Repeat penalty", "float", "above 1: less repetition; 1 is none", 0.01, 10.0, 0.05),
    Field(
        "max_tokens",
        "Max tokens",
        "int",
        "the most tokens of an answer, such as 512 or 4k; -1 for no limit",
        -1,
        None,
        256,
    ),
    Field("seed", "Seed", "int", "the same seed, the same answer, where the server heeds it", None, None, 1),
    Field("stop", "Stop strings", "list", 'texts that end the answer: a, b or "a", "b, c"; \\n is a new line'),
    Field(
        "reasoning_effort",
        "Reasoning effort",
        "choice",
        "how long to think before the answer",
        choices=("none", "minimal", "low", "medium", "high", "xhigh", "on", "off"),
    ),
    Field("ttl", "Unload after", "int", "seconds without a request until LM Studio unloads the model", 1, None, 300),
    Field("draft_model", "Draft model", "text", "a small model that guesses ahead for the large one"),
    Field("schema", "Answer schema", "schema", "a JSON schema that the answer has to follow"),
    Field("extra", "Other parameters", "extra", "NAME=JSON, one a line: what only this server knows"),
)
"""Everything that can be chosen, in the order in which it is shown."""

BY_NAME: Final = {each.name: each for each in FIELDS}


def field_named(name: str) -> Field:
    """The parameter of this name.

    Raises:
        ValueError: when there is none; the text says what was perhaps meant.
    """
    known = BY_NAME.get(name)
    if known is None:
        near = get_close_matches(name, BY_NAME, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(f"There is no parameter {clean_line(name)[:40]!r}.{meant}")
    return known


def parse(field: Field, text: str) -> Any:
    """What was typed for a parameter, as its value; None when nothing was, which unsets it.

    Raises:
        ValueError: when it cannot be that; the text is a sentence that says why.
    """
    if not text.strip():
        return None
    value: Any
    match field.kind:
        case "float":
            value = _float(field, text.strip())
        case "int":
            value = _int(field, text.strip())
        case "list":
            value = _texts(field, text.strip()) or None
        case "schema":
            value = _schema(field, _json(field, text))
            # Only what is typed is looked at so closely: the check takes long to import, and what is kept passed it.
            if fault := fault_of(value):
                raise ValueError(f"{field.label}: {fault}")
        case "extra":
            value = dict(parse_extra(line) for line in text.splitlines() if line.strip())
        case "choice":
            value = text.strip().lower()
        case "text":
            value = text if field.name == "system" else text.strip()
    return None if value is None else accepted(field, value)


def parse_extra(text: str) -> tuple[str, Any]:
    """`NAME=JSON` as the name and the value of a parameter of the server's own; null unsets it.

    Raises:
        ValueError: when it is not of that form, or when the name cannot be set like this.
    """
    name, equals, typed = (part.strip() for part in text.partition("="))
    if not equals or not _NAME.fullmatch(name):
        raise ValueError(f"{clean_line(text)[:40]!r} is not of the form NAME=JSON, such as mirostat=2.")
    try:
        return name, json.loads(typed, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ValueError(f'{name}: {clean_line(typed)[:40]!r} is no JSON. A text needs quotes: {name}="…".') from None


def as_typed(field: Field, value: Any) -> str:
    """A value as it would be typed: `parse` reads it back. Empty when it is not set."""
    if value is None:
        return ""
    match field.kind:
        case "list":
            return ", ".join(dumped(each) for each in value)
        case "schema":
            return json.dumps(value, indent=2, ensure_ascii=False)
        case "extra":
            return "\n".join(f"{name}={dumped(each)}" for name, each in value.items())
        case _:
            return str(value)


def accepted(field: Field, value: object) -> Any:
    """The value, if the parameter may be that.

    Raises:
        ValueError: when it may not; the text is a sentence that says why.
    """
    match field.kind:
        case "float" | "int":
            return _bounded(field, value)
        case "list":
            return _filled(field, value)
        case "schema":
            return _schema(field, value)
        case "extra":
            return _extra(value)
        case "choice":
            return _chosen(field, value)
        case "text":
            if not isinstance(value, str):
                raise ValueError(f"{field.label} is a text.")
            return value


def _float(field: Field, text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{field.label} is a number{_within(field)}, and {clean_line(text)[:40]!r} is none.")
    return float(text.replace(",", "."))


def _int(field: Field, text: str) -> int:
    found = _WHOLE.fullmatch(text.replace("_", ""))
    if not found:
        raise ValueError(f"{field.label} is a whole number{_within(field)}, and {clean_line(text)[:40]!r} is none.")
    return int(found[1]) * (1024 if found[2] else 1)


def _bounded(field: Field, value: object) -> float | int:
    whole = field.kind == "int"
    if isinstance(value, float) and whole and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise ValueError(f"{field.label} is a {'whole ' if whole else ''}number{_within(field)}.")
    if not _is_exact(value):
        raise ValueError(f"{field.label}: the number is too large.")
    low, high = field.low, field.high
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"{field.label} is a {'whole ' if whole else ''}number{_within(field)}, and {value:g} is not.")
    if field.name == "max_tokens" and value == 0:
        raise ValueError("0 tokens is no answer; -1 is no limit.")
    return value if whole else float(value)


def _is_exact(value: float) -> bool:
    return -_LARGEST <= value <= _LARGEST if isinstance(value, int) else math.isfinite(value)


def _within(field: Field) -> str:
    if field.low is not None and field.high is not None:
        return f" from {field.low:g} to {field.high:g}"
    return "" if field.low is None else f" from {field.low:g}"


def _texts(field: Field, text: str) -> list[str]:
    if text.startswith("["):
        try:
            return _filled(field, json.loads(text))
        except (ValueError, RecursionError):
            raise ValueError(f'{field.label} as a JSON list are texts in quotes, such as ["a", "b"].') from None
    found: list[str] = []
    place = 0
    while place < len(text):
        match = _STOP.match(text, place)
        if match is None:
            raise ValueError(f"{field.label}: a comma is missing after the closing quote, or a quote is not closed.")
        double, single, bare = match.groups()
        found.append(_quoted(field, double) if double else bare if single is None else single)
        if bare is not None:
            found[-1] = re.sub(r"\\[ntr]", lambda escape: _UNQUOTED[escape[0]], bare)
        place = match.end()
    return [each for each in found if each]


def _quoted(field: Field, text: str) -> str:
    try:
        return json.loads(text, strict=False)
    except ValueError:
        raise ValueError(f"{field.label}: {clean_line(text)[:40]} has a \\ that means nothing; \\\\ is one.") from None


def _filled(field: Field, value: object) -> list[str]:
    if isinstance(value, str):
        value = [value]
    if not is_list(value) or not all(isinstance(each, str) and each for each in value):
        raise ValueError(f"{field.label} are texts, none of them empty.")
    return list(dict.fromkeys(value))


def _chosen(field: Field, value: object) -> str:
    """One of the choices; another word, too, for servers that know more, unless it looks like a slip."""
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise ValueError(f"{field.label} is one word, such as {', '.join(field.choices)}.")
    near = get_close_matches(value, field.choices, n=1, cutoff=0.75)
    if value not in field.choices and near:
        raise ValueError(f"{field.label}: there is no {clean_line(value)!r}. Did you mean {near[0]}?")
    return value


def _json(field: Field, text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"{field.label}: this is no JSON ({error.msg[:1].lower()}{error.msg[1:]}, {where}).") from None
    except (ValueError, RecursionError):
        raise ValueError(f"{field.label}: this is no JSON.") from None


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _schema(field: Field, value: object) -> dict[str, Any]:
    """A JSON schema; one that is wrapped as the API wants it is taken out, and its name kept as the title."""
    if is_object(value) and is_object(value.get("json_schema")):
        value = value["json_schema"]
    if is_object(value) and is_object(value.get("schema")) and not {"type", "properties", "$ref"} & value.keys():
        name = value.get("name")
        value = {"title": name, **value["schema"]} if isinstance(name, str) else value["schema"]
    if not is_object(value):
        raise ValueError(f'{field.label} is a JSON object, such as {{"type": "object", "properties": {{…}}}}.')
    return value


def _extra(value: object) -> dict[str, Any]:
    if not is_object(value):
        raise ValueError("Other parameters are NAME=JSON, one a line.")
    for name, each in value.items():
        if name in BY_NAME:
            raise ValueError(f"{name} is a parameter of its own; set it there.")
        if name in _TAKEN or not _NAME.fullmatch(name):
            raise ValueError(f"{clean_line(name)[:40]!r} cannot be set.")
        if not dumped(each):
            raise ValueError(f"{name} has no form in JSON.")
    return {name: each for name, each in value.items() if each is not None}
