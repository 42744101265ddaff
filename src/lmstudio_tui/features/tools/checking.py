"""Whether arguments are what a tool wants. jsonschema is imported where it is used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from lmstudio_tui.sdk.classify import shortened
from lmstudio_tui.sdk.wire import is_object
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.features.tools.definitions import Tool

_LONGEST: Final = 200


def arguments_of(text: str) -> dict[str, Any]:
    """The arguments that a model wrote; none at all means that there are none.

    Raises:
        ValueError: with a sentence, when they are no JSON object.
    """
    if not text.strip():
        return {}
    try:
        found: object = json.loads(text)
    except RecursionError:
        raise ValueError("The arguments are nested too deeply.") from None
    except ValueError as error:
        raise ValueError(f"The arguments are no JSON: {clean_line(str(error))}.") from None
    if not is_object(found):
        raise ValueError("The arguments are JSON, but no object with names.")
    return found


def check_arguments(tool: Tool, text: str) -> str:
    """What is wrong with the arguments of a call, in a sentence; empty when nothing is.

    Args:
        tool: the one that is called.
        text: JSON, as the model wrote it.
    """
    try:
        arguments = arguments_of(text)
    except ValueError as error:
        return str(error)
    from referencing.exceptions import Unresolvable

    try:
        error: Any = _best_match(_validator(tool.parameters).iter_errors(arguments))
    except Unresolvable as unresolved:
        return f"The schema refers to {clean_line(str(unresolved.ref))}, which is not in it."
    except RecursionError:
        return "The schema refers to itself without end."
    if error is None:
        return ""
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path).lstrip(".")
    message = shortened(clean_line(error.message), _LONGEST).rstrip(".")
    return f"{clean_line(place)}: {message}." if place else f"{message}."


def check_schema(schema: Mapping[str, Any]) -> str:
    """What is wrong with a JSON schema, in a sentence; empty when nothing is."""
    from jsonschema.exceptions import SchemaError, UnknownType

    try:
        _validator(schema).check_schema(schema)
    except SchemaError as error:
        place = ".".join(str(part) for part in error.absolute_path)
        where = f" at {clean_line(place)}" if place else ""
        return f'"parameters" is no JSON schema{where}: {shortened(clean_line(error.message), _LONGEST)}.'
    except (UnknownType, RecursionError):
        return '"parameters" is no JSON schema.'
    return ""


def _validator(schema: Mapping[str, Any]) -> Any:
    """By the schema's own draft; without one, by the latest. It fetches nothing from anywhere."""
    import referencing
    from jsonschema.validators import Draft202012Validator, validator_for

    registry = cast("Any", referencing.Registry)()
    return validator_for(schema, default=Draft202012Validator)(schema, registry=registry)


def _best_match(errors: Any) -> Any:
    """The one of the errors that says most; None without any."""
    from jsonschema import exceptions

    return cast("Any", exceptions).best_match(errors)
