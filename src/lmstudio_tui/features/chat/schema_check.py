"""Whether an answer follows the JSON schema that was asked for, and why not."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST: Final = 200
"""Characters of an explanation: the value that is wrong is quoted in it, however long it is."""

_FENCED: Final = re.compile(r"\s*(`{3,}|~{3,})[^\n]*\n(.*?)\n?\s*\1[`~]*\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a check.

    Args:
        valid: whether the answer follows the schema.
        message: a sentence for people: what is wrong and where; also what is to be known about a valid one.
    """

    valid: bool
    message: str


def check(text: str, schema: Mapping[str, Any]) -> Verdict:
    """Whether a text is JSON that follows a schema. A fence around it is forgiven, and said.

    Args:
        text: the whole answer.
        schema: the JSON schema. Nothing is fetched for it: a reference to another document counts as a fault.
    """
    if not text.strip():
        return Verdict(False, "The answer is empty; JSON was asked for.")
    fenced = _FENCED.fullmatch(text)
    try:
        value = _json(fenced[2] if fenced else text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        end = " It stops before the JSON is complete." if error.pos >= len(error.doc.rstrip()) else ""
        return Verdict(False, f"The answer is no JSON: {error.msg[:1].lower()}{error.msg[1:]} ({where}).{end}")
    except (ValueError, RecursionError):
        return Verdict(False, "The answer is no JSON: it has a number or a depth that JSON does not have.")
    wrong = _wrong_with(value, schema)
    if wrong:
        return Verdict(False, wrong)
    return Verdict(True, "The JSON follows the schema" + (", within a code fence." if fenced else "."))


def fault_of(schema: Mapping[str, Any]) -> str:
    """What is wrong with a schema itself, as a sentence; empty when nothing is."""
    from jsonschema import exceptions

    try:
        _dialect(schema).check_schema(schema)
    except exceptions.SchemaError as error:
        return _shortened(f"this is no JSON schema{_place(error.absolute_path)}: {error.message}", ".")
    except RecursionError:
        return "this schema is nested too deeply."
    return ""


def _wrong_with(value: object, schema: Mapping[str, Any]) -> str:
    """Why a value does not follow the schema: the fault that says most, and how many more there are."""
    from referencing.exceptions import Unresolvable

    exceptions: Any = import_module("jsonschema.exceptions")
    # With a registry of its own nothing is fetched over the network.
    registry: Any = import_module("jsonschema_specifications").REGISTRY
    try:
        faults: list[Any] = list(_dialect(schema)(schema, registry=registry).iter_errors(value))
    except Unresolvable as error:
        return _shortened(f"The schema refers to {error.ref!r}, which is not in it, so the answer was not checked.")
    except exceptions.UnknownType as error:
        return _shortened(f"The schema has an unknown type {error.type!r}, so the answer was not checked.")
    except re.error as error:
        return _shortened(f"A pattern in the schema is none ({error}), so the answer was not checked.")
    except RecursionError:
        return "The schema refers to itself without end, so the answer was not checked."
    if not faults:
        return ""
    best = exceptions.best_match(faults)
    more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
    return _shortened(f"The JSON does not follow the schema{_place(best.absolute_path)}: {best.message}", more + ".")


def _dialect(schema: Mapping[str, Any]) -> Any:
    """The validator for the version of JSON schema that a schema is written in; the newest if it does not say."""
    from jsonschema import validators

    return validators.validator_for(schema, default=validators.Draft202012Validator)


def _json(text: str) -> Any:
    return json.loads(text.strip().removeprefix("\ufeff"), parse_constant=_no_number)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _place(path: Any) -> str:
    """Where in the JSON something is: ` at items[2].price`."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return f" at {''.join(steps).lstrip('.')}" if steps else ""


def _shortened(text: str, end: str = "") -> str:
    plain = clean_line(text[: 10 * _LONGEST])
    return (plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…") + end
