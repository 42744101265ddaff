"""One list of models out of three (server contract: 1, 2.2, 2.3, 2.4).

LM Studio's v1 surface tells most, but may not see loaded instances that v0 sees; `/v1/models` lists what the others
hide, or only what is loaded. Pure functions over the JSON of each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk.types.models import ModelInstance, ModelState, ModelSummary, ModelType
from lmstudio_tui.sdk.wire import as_object, as_objects, is_count, is_list, is_object, whole_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NATIVE_V1 = "/api/v1/models"
NATIVE_V0 = "/api/v0/models"
OPENAI = "/v1/models"

_TYPES: dict[str, ModelType] = {"llm": "llm", "vlm": "vlm", "embedding": "embedding", "embeddings": "embedding"}
_STATES: dict[str, ModelState] = {
    "loaded": "loaded",
    "ready": "loaded",
    "loading": "not-loaded",
    "idle": "not-loaded",
    "not-loaded": "not-loaded",
    "not_loaded": "not-loaded",
    "unloaded": "not-loaded",
}
_TELLING = {NATIVE_V1: ("key",), NATIVE_V0: ("compatibility_type", "state")}
"""What the entries of the native lists have, because a server may answer any path with its one list."""


def entries(path: str, body: object) -> list[Mapping[str, Any]] | None:
    """The entries of a listing, or None when the body is no such listing."""
    if path == OPENAI and is_list(body):
        body = {"data": body}
    found: object = as_object(body).get("models" if path == NATIVE_V1 else "data")
    if found is None and path == OPENAI and "data" in as_object(body):
        # Ollama's list of no models is null.
        found = []
    if not is_list(found):
        return None
    rows: list[Mapping[str, Any]] = [*as_objects(found)]
    telling = _TELLING.get(path, ())
    if rows and telling and not any(name in row for row in rows for name in telling):
        return None
    return rows


def merged(bodies: Mapping[str, list[Mapping[str, Any]]]) -> tuple[ModelSummary, ...]:
    """One summary a model, in the order of the fullest list.

    Args:
        bodies: the entries by the path that gave them.
    """
    table = _Table(native=NATIVE_V1 in bodies or NATIVE_V0 in bodies)
    readers = ((NATIVE_V1, _from_v1), (NATIVE_V0, _from_v0), (OPENAI, _from_openai))
    for path, read in readers:
        for entry in bodies.get(path, ()):
            row = read(entry)
            if row is not None:
                table.add(row)
    return tuple(ModelSummary.read(row) for row in table.rows.values())


class _Table:
    """Rows by model.

    Args:
        native: whether LM Studio names these models: then `id:2` is a second instance, and an id may lack its
            publisher.
    """

    def __init__(self, *, native: bool) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self._native = native
        self._instances: dict[str, str] = {}
        self._tails: dict[str, set[str]] = {}

    def add(self, row: dict[str, Any]) -> None:
        """Add a row, or fill with it the gaps of the row that is the same model."""
        key = self._match(row["id"])
        if key is None:
            key = row["id"]
            self.rows[key] = row
            self._tails.setdefault(key.rpartition("/")[2], set()).add(key)
        else:
            _combine(self.rows[key], row)
        for instance in row["instances"]:
            self._instances.setdefault(instance.id, key)

    def _match(self, name: str) -> str | None:
        """The row that means the same model: by its id, an instance's id, or its id without the publisher."""
        if name in self.rows or not self._native:
            return name if name in self.rows else None
        base = re.sub(r":\d+$", "", name)
        if base in self.rows:
            return base
        if name in self._instances:
            return self._instances[name]
        tails = self._tails.get(base, set())
        return next(iter(tails)) if len(tails) == 1 and "/" not in base else None


def _combine(known: dict[str, Any], row: dict[str, Any]) -> None:
    for name, value in row.items():
        if name == "instances":
            have = {instance.id for instance in known["instances"]}
            known["instances"] += tuple(instance for instance in value if instance.id not in have)
        elif name == "capabilities":
            known["capabilities"] = tuple(dict.fromkeys([*known["capabilities"], *value]))
        elif name == "state":
            order = ("unknown", "not-loaded", "loaded")
            known["state"] = max(known["state"], value, key=order.index)
        elif known.get(name) is None:
            known[name] = value
    if known.get("type") == "llm" and row.get("type") == "vlm":
        known["type"] = "vlm"


def _text(value: object) -> str | None:
    return whole_text(value) if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    return value if is_count(value) else None


def _from_v1(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Server contract, 2.4."""
    key = _text(entry.get("key"))
    if key is None:
        return None
    can = as_object(entry.get("capabilities"))
    quantization: object = entry.get("quantization")
    quantization = quantization if is_object(quantization) else {"name": quantization}
    instances = (_instance_v1(one) for one in as_objects(entry.get("loaded_instances")))
    kept = tuple(instance for instance in instances if instance is not None)
    reasoning: object = can.get("reasoning")
    options: object = as_object(reasoning).get("allowed_options")
    kind = _TYPES.get(str(entry.get("type")))
    return {
        "id": key,
        "display_name": _text(entry.get("display_name")),
        "type": "vlm" if kind == "llm" and can.get("vision") is True else kind,
        "publisher": _text(entry.get("publisher")),
        "architecture": _text(entry.get("architecture")),
        "quantization": _text(quantization.get("name")),
        "bits_per_weight": quantization.get("bits_per_weight"),
        "format": _text(entry.get("format")),
        "parameters": _text(entry.get("params_string")),
        "size_bytes": _number(entry.get("size_bytes")),
        "max_context_length": _number(entry.get("max_context_length")),
        "state": "loaded" if kept else "not-loaded",
        "instances": kept,
        "capabilities": _declared(
            vision=can.get("vision") is True, tools=can.get("trained_for_tool_use") is True, reasoning=bool(reasoning)
        ),
        "description": _text(entry.get("description")),
        "reasoning_options": tuple(text for option in options if (text := _text(option))) if is_list(options) else (),
    }


def _instance_v1(one: Mapping[str, Any]) -> ModelInstance | None:
    name = _text(one.get("id"))
    length = _number(as_object(one.get("config")).get("context_length"))
    return None if name is None else ModelInstance(id=name, context_length=length)


def _declared(*, vision: bool, tools: bool, reasoning: bool) -> tuple[str, ...]:
    pairs = (("vision", vision), ("tools", tools), ("reasoning", reasoning))
    return tuple(name for name, is_so in pairs if is_so)


def _loaded(name: str, state: ModelState, length: int | None) -> tuple[ModelInstance, ...]:
    """The instance that a list means which has one entry for each."""
    return (ModelInstance(id=name, context_length=length),) if state == "loaded" else ()


def _from_v0(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Server contract, 2.3."""
    name = _text(entry.get("id"))
    if name is None:
        return None
    kind = _TYPES.get(str(entry.get("type")))
    state = _STATES.get(str(entry.get("state")), "unknown")
    can: object = entry.get("capabilities")
    return {
        "id": name,
        "type": kind,
        "publisher": _text(entry.get("publisher")),
        "architecture": _text(entry.get("arch")),
        "quantization": _text(entry.get("quantization")),
        "format": _text(entry.get("compatibility_type")),
        "max_context_length": _number(entry.get("max_context_length")),
        "state": state,
        "instances": _loaded(name, state, _number(entry.get("loaded_context_length"))),
        "capabilities": _declared(vision=kind == "vlm", tools=is_list(can) and "tool_use" in can, reasoning=False),
    }


def _from_openai(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Server contract, 1 (with metadata) and 2.2 (without)."""
    name = _text(entry.get("id"))
    if name is None:
        return None
    meta = as_object(entry.get("metadata"))
    state = _STATES.get(str(entry.get("status")), "unknown")
    length = _number(meta.get("context_length")) or _number(entry.get("max_model_len"))
    # LM Studio gives the ids of embedding models this prefix.
    kind = _TYPES.get(str(entry.get("type"))) or ("embedding" if name.startswith("text-embedding-") else None)
    return {
        "id": name,
        "type": kind,
        "architecture": _text(meta.get("family")),
        "quantization": _text(meta.get("quantization_level")),
        "format": _text(meta.get("format")),
        "parameters": _text(meta.get("parameter_size")),
        "max_context_length": length,
        "state": state,
        "instances": _loaded(name, state, length),
        "capabilities": (),
        "owned_by": _text(entry.get("owned_by")),
        "status": _text(entry.get("status")),
        "created": _number(entry.get("created")),
    }


def names(models: Iterable[ModelSummary], capability: str) -> list[str]:
    """The ids of the models that declare a capability."""
    return [model.id for model in models if capability in model.capabilities]
