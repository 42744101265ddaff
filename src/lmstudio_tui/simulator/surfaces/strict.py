"""The strict schemas of the native v1 surface: an unknown key is an error (server contract, section 2.4)."""

from collections.abc import Mapping

from lmstudio_tui.simulator import errors
from lmstudio_tui.simulator.answers import Plain
from lmstudio_tui.simulator.jsonio import JsonObject

Fields = Mapping[str, tuple[type, ...]]
"""The types that each known key may have; the first key is required."""


def problem(body: JsonObject | None, fields: Fields) -> Plain | None:
    """What is wrong with `body`, if anything."""
    if body is None:
        return errors.structured_error("The request body is not a JSON object", 400, code="invalid_json")
    required = next(iter(fields))
    if body.get(required) in (None, ""):
        return errors.structured_error(
            f"'{required}' is required", 400, param=required, code="missing_required_parameter"
        )
    unknown = sorted(body.keys() - fields.keys())
    if unknown:
        names = ", ".join(f"'{name}'" for name in unknown)
        message = f"Unrecognized key(s) in object: {names}"
        return errors.structured_error(message, 400, param=unknown[0], code="unrecognized_keys")
    for name, value in body.items():
        # In Python a boolean is an integer; in JSON it is not.
        if not isinstance(value, fields[name]) or (isinstance(value, bool) and bool not in fields[name]):
            return errors.structured_error(f"Invalid type for '{name}'", 400, param=name, code="invalid_type")
    return None
