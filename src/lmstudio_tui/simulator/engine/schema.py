"""Instances of JSON schemas: for structured answers and for the arguments of tool calls."""

import json
from collections.abc import Mapping

from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.jsonio import JsonObject, as_list, as_object, as_objects, number_at, text_at

_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath")
_FORMATS: Mapping[str, str] = {
    "date": "2024-11-13",
    "time": "12:00:00Z",
    "date-time": "2024-11-13T12:00:00Z",
    "email": "simulator@example.com",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "ipv4": "127.0.0.1",
}
_DEEPEST = 8


def instance_text(schema: JsonObject, chance: Chance) -> str:
    """A JSON text that fits `schema`, indented."""
    return json.dumps(instance(schema, chance), ensure_ascii=False, indent=2)


def instance(schema: JsonObject, chance: Chance, hint: str = "") -> object:
    """A value that fits `schema`.

    Understood are the keywords that structured outputs use: types, properties, required, items, enum, const, anyOf,
    oneOf, allOf, local references, bounds and common formats; not patterns. `hint` is used for a string without bounds.
    """
    return _Maker(schema, chance, hint).value(schema, "", 0)


class _Maker:
    def __init__(self, root: JsonObject, chance: Chance, hint: str) -> None:
        self._root = root
        self._chance = chance
        self._hint = hint

    def value(self, schema: JsonObject, name: str, depth: int) -> object:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if options := as_list(schema.get("enum")):
            return self._chance.pick(options)
        for keyword in ("anyOf", "oneOf"):
            if choices := as_objects(schema.get(keyword)):
                # Of a recursive schema the last alternative tends to be the one that ends it.
                return self.value(choices[-1] if depth > _DEEPEST else self._chance.pick(choices), name, depth + 1)
        match self._type(schema):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "integer" | "number" as kind:
                return self._number(schema, whole=kind == "integer")
            case "boolean":
                return self._chance.number(2) == 1
            case "null":
                return None
            case _:
                return self._string(schema, name)

    def _resolved(self, schema: JsonObject) -> JsonObject:
        """`schema` with a local reference followed and ``allOf`` merged."""
        for _ in range(_DEEPEST):
            reference = text_at(schema, "$ref")
            if not reference.startswith("#/"):
                break
            target: object = self._root
            for part in reference[2:].split("/"):
                target = (as_object(target) or {}).get(part.replace("~1", "/").replace("~0", "~"))
            schema = as_object(target) or {}
        merged: dict[str, object] = dict(schema)
        for part in as_objects(schema.get("allOf")):
            part_resolved = self._resolved(part)
            properties = {
                **(as_object(merged.get("properties")) or {}),
                **(as_object(part_resolved.get("properties")) or {}),
            }
            required = [*as_list(merged.get("required")), *as_list(part_resolved.get("required"))]
            merged.update(part_resolved)
            merged.update({"properties": properties, "required": required})
        return merged

    def _type(self, schema: JsonObject) -> str:
        kind = schema.get("type")
        if isinstance(kind, str):
            return kind
        kinds = [item for item in as_list(kind) if isinstance(item, str)]
        if kinds:
            return kinds[0]
        if "properties" in schema:
            return "object"
        return "array" if "items" in schema else "string"

    def _object(self, schema: JsonObject, depth: int) -> dict[str, object]:
        properties = as_object(schema.get("properties")) or {}
        required = {name for name in as_list(schema.get("required")) if isinstance(name, str)}
        made: dict[str, object] = {}
        for name, inner in properties.items():
            # Optional members end the recursion of a schema that refers to itself.
            if name in required or depth < _DEEPEST // 2:
                made[name] = self.value(as_object(inner) or {}, name, depth + 1)
        for name in sorted(required - made.keys()):
            made[name] = self._string({}, name)
        return made

    def _array(self, schema: JsonObject, name: str, depth: int) -> list[object]:
        least = int(number_at(schema, "minItems") or 0)
        most = number_at(schema, "maxItems")
        wanted = max(least, 0 if depth > _DEEPEST // 2 else 2 + self._chance.number(2))
        count = wanted if most is None else min(wanted, int(most))
        items = as_object(schema.get("items")) or {}
        return [self.value(items, name, depth + 1) for _ in range(count)]

    def _number(self, schema: JsonObject, *, whole: bool) -> float | int:
        low, high = number_at(schema, "minimum"), number_at(schema, "maximum")
        above, below = number_at(schema, "exclusiveMinimum"), number_at(schema, "exclusiveMaximum")
        if low is None and above is not None:
            low = above + (1 if whole else 0.5)
        if high is None and below is not None:
            high = below - (1 if whole else 0.5)
        start = low if low is not None else (high - 50 if high is not None else 1)
        span = 50 if high is None else max(0, int(high - start))
        step = int(number_at(schema, "multipleOf") or 0)
        number = start + self._chance.number(span + 1)
        if step:
            number = -(-start // step) * step
        return int(number) if whole else round(float(number), 2)

    def _string(self, schema: JsonObject, name: str) -> str:
        if (known := _FORMATS.get(text_at(schema, "format"))) is not None:
            return known
        text = self._hint or f"simulated {name.replace('_', ' ') or 'text'} {self._chance.pick(_WORDS)}"
        least, most = int(number_at(schema, "minLength") or 0), number_at(schema, "maxLength")
        return text.ljust(least, ".") if most is None else text.ljust(least, ".")[: int(most)]
