"""One list of models out of three (server contract: 1, 2.2, 2.3, 2.4).

LM Studio's v1 surface tells most, but may not see loaded instances that v0 sees; `/v1/models` lists what the others hide,
or only what is loaded. Pure functions over the JSON of each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk.types.models import ModelInstance, ModelState, ModelSummary, ModelType

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
    "not-loaded": "not-loaded",
    "not_loaded": "not-loaded",
    "unloaded": "not-loaded",
}


def entries(path: str, body: object) -> list[Mapping[str, Any]] | None:
    """The entries of a listing, or None when the body is no such listing.

    v0 is recognised by `compatibility_type` or `state`, because a server may answer any path with its one list.
    """
    key = "models" if path == NATIVE_V1 else "data"
    found = body.get(key) if isinstance(body, dict) else None
    if path == OPENAI and isinstance(body, list):
        found = body
    if not isinstance(found, list):
        return None
    rows = [row for row in found if isinstance(row, dict)]
    if path == NATIVE_V0 and rows and not any("compatibility_type" in row or "state" in row for row in rows):
        return None
    return rows


def merged(bodies: Mapping[str, list[Mapping[str, Any]]]) -> tuple[ModelSummary, ...]:
    """One summary a model, in the order of the fullest list."""
    rows: dict[str, dict[str, Any]] = {}
    for entry in bodies.get(NATIVE_V1, ()):
        _combine(rows, _from_v1(entry))
    for entry in bodies.get(NATIVE_V0, ()):
        _combine(rows, _from_v0(entry))
    for entry in bodies.get(OPENAI, ()):
        _combine(rows, _from_openai(entry))
    return tuple(ModelSummary.read(row) for row in rows.values())


def _combine(rows: dict[str, dict[str, Any]], row: dict[str, Any] | None) -> None:
    """Add a row, or fill with it the gaps of the row that is the same model."""
    if row is None:
        return
    known = rows.get(_match(rows, str(row["id"])) or "")
    if known is None:
        rows[row["id"]] = row
        return
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


def _match(rows: Mapping[str, Mapping[str, Any]], name: str) -> str | None:
    """The row that means the same model: by its id, an instance's id, or its id without the publisher."""
    base = re.sub(r":\d+$", "", name)
    for wanted in dict.fromkeys((name, base)):
        if wanted in rows:
            return wanted
    for key, row in rows.items():
        if any(instance.id == name for instance in row["instances"]):
            return key
    tails = [key for key in rows if key.rpartition("/")[2] == base]
    return tails[0] if len(tails) == 1 and "/" not in base else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _from_v1(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Server contract, 2.4."""
    key = _text(entry.get("key"))
    if key is None:
        return None
    can: Any = entry.get("capabilities")
    can = can if isinstance(can, dict) else {}
    quantization: Any = entry.get("quantization")
    quantization = quantization if isinstance(quantization, dict) else {"name": quantization}
    loaded: Any = entry.get("loaded_instances")
    instances = [_instance_v1(one) for one in loaded] if isinstance(loaded, list) else []
    kept = tuple(instance for instance in instances if instance is not None)
    reasoning: Any = can.get("reasoning")
    options = reasoning.get("allowed_options") if isinstance(reasoning, dict) else None
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
        "reasoning_options": tuple(option for option in options or () if isinstance(option, str)),
    }


def _instance_v1(one: object) -> ModelInstance | None:
    if not isinstance(one, dict) or not _text(one.get("id")):
        return None
    config: Any = one.get("config")
    length = _number(config.get("context_length")) if isinstance(config, dict) else None
    return ModelInstance(id=str(one["id"]), context_length=length)


def _declared(*, vision: bool, tools: bool, reasoning: bool) -> tuple[str, ...]:
    pairs = (("vision", vision), ("tools", tools), ("reasoning", reasoning))
    return tuple(name for name, is_so in pairs if is_so)


def _from_v0(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Server contract, 2.3."""
    name = _text(entry.get("id"))
    if name is None:
        return None
    kind = _TYPES.get(str(entry.get("type")))
    state = _STATES.get(str(entry.get("state")), "unknown")
    length = _number(entry.get("loaded_context_length"))
    can: Any = entry.get("capabilities")
    can = can if isinstance(can, list) else []
    return {
        "id": name,
        "type": kind,
        "publisher": _text(entry.get("publisher")),
        "architecture": _text(entry.get("arch")),
        "quantization": _text(entry.get("quantization")),
        "format": _text(entry.get("compatibility_type")),
        "max_context_length": _number(entry.get("max_context_length")),
        "state": state,
        "instances": (ModelInstance(id=name, context_length=length),) if state == "loaded" else (),
        "capabilities": _declared(vision=kind == "vlm", tools="tool_use" in can, reasoning=False),
    }


def _from_openai(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Server contract, 1 (with metadata) and 2.2 (without)."""
    name = _text(entry.get("id"))
    if name is None:
        return None
    meta: Any = entry.get("metadata")
    meta = meta if isinstance(meta, dict) else {}
    status = entry.get("status")
    state = _STATES.get(status, "unknown") if isinstance(status, str) else "unknown"
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
        "instances": (ModelInstance(id=name, context_length=length),) if state == "loaded" else (),
        "capabilities": (),
        "owned_by": _text(entry.get("owned_by")),
        "status": _text(status),
        "created": _number(entry.get("created")),
    }


def names(models: Iterable[ModelSummary], capability: str) -> list[str]:
    """The ids of the models that declare a capability."""
    return [model.id for model in models if capability in model.capabilities]
