"""Reading and writing JSON with types: a request body is anything until it was looked at."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

JsonObject: TypeAlias = Mapping[str, object]


def parse(data: bytes) -> object:
    """The value that `data` holds.

    Raises:
        ValueError: It is not JSON.
    """
    value: object = json.loads(data)
    return value


def dump(value: object) -> bytes:
    """`value` as compact JSON in UTF-8, as LM Studio writes it: characters are not escaped.

    Half a surrogate pair, which a request may hold escaped, has no place in UTF-8 and becomes a question mark.
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def as_object(value: object) -> JsonObject | None:
    """`value` if it is a JSON object, otherwise None."""
    return cast("JsonObject", value) if isinstance(value, dict) else None


def as_list(value: object) -> Sequence[object]:
    """`value` if it is a JSON array, otherwise an empty one."""
    return cast("Sequence[object]", value) if isinstance(value, list) else ()


def as_objects(value: object) -> list[JsonObject]:
    """The objects among the members of `value`, when it is an array."""
    return [cast("JsonObject", item) for item in as_list(value) if isinstance(item, dict)]


def text_at(body: JsonObject, key: str, default: str = "") -> str:
    """The string at `key`, or `default` when there is none."""
    value = body.get(key)
    return value if isinstance(value, str) else default


def number_at(body: JsonObject, key: str) -> float | None:
    """The finite number at `key`, or None when there is none (true and false are no numbers)."""
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, int) or math.isfinite(value) else None
