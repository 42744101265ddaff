"""What one entry of a list of models tells, as a row of the one table (server contract: 1, 2.2, 2.3, 2.4).

Pure functions over JSON. A row has the fields of `ModelSummary`; a member of the wrong type counts as missing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk.classify import shortened
from lmstudio_tui.sdk.modeltypes import type_of
from lmstudio_tui.sdk.types.models import ModelInstance, ModelState
from lmstudio_tui.sdk.wire import as_object, as_objects, dumped, is_count, is_list, is_object, whole_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STATES: dict[str, ModelState] = {
    "loaded": "loaded",
    "ready": "loaded",
    "loading": "loading",
    "idle": "not-loaded",
    "not-loaded": "not-loaded",
    "not_loaded": "not-loaded",
    "unloaded": "not-loaded",
}
_COUNTS = ("context_length", "eval_batch_size", "parallel", "num_experts")
_FLAGS = ("flash_attention", "offload_kv_cache_to_gpu")
_MOST_SETTINGS = 32
_LONGEST_SETTING = 200
_MOST_BITS = 1024.0
_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_NO_TENTHS = 99.95


def from_v1(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """An entry of LM Studio's v1 list (server contract, 2.4); None for one without a key."""
    key = _text(entry.get("key"))
    if key is None:
        return None
    can = as_object(entry.get("capabilities"))
    quantization: object = entry.get("quantization")
    quantization = quantization if is_object(quantization) else {"name": quantization}
    instances = (_instance(one) for one in as_objects(entry.get("loaded_instances")))
    kept = tuple(instance for instance in instances if instance is not None)
    reasoning: object = can.get("reasoning")
    kind = type_of(entry.get("type"))
    return {
        "id": key,
        "display_name": _text(entry.get("display_name")),
        "type": "vlm" if kind == "llm" and can.get("vision") is True else kind,
        "publisher": _text(entry.get("publisher")),
        "architecture": _text(entry.get("architecture")),
        "quantization": _text(quantization.get("name")),
        "bits_per_weight": _real(quantization.get("bits_per_weight")),
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
        "reasoning_options": _texts(as_object(reasoning).get("allowed_options")),
        "reasoning_default": _text(as_object(reasoning).get("default")),
        "variants": _texts(entry.get("variants")),
        "selected_variant": _text(entry.get("selected_variant")),
    }


def from_v0(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """An entry of LM Studio's v0 list (server contract, 2.3); None for one without an id."""
    name = _text(entry.get("id"))
    if name is None:
        return None
    kind = type_of(entry.get("type"))
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


def from_openai(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """An entry of `/v1/models`; None for one without an id.

    With metadata (server contract, 1), with llama.cpp's `meta` and `details`, with vLLM's `max_model_len`, with
    speaches' `task`, or with none of that (2.2).
    """
    name = _text(entry.get("id"))
    if name is None:
        return None
    meta, details = as_object(entry.get("metadata")), as_object(entry.get("details"))
    own = as_object(entry.get("meta"))
    status: object = entry.get("status")
    status = status.get("value") if is_object(status) else status
    # llama.cpp knows these numbers of a model that is in memory only.
    running = status is None and is_count(own.get("n_params"))
    state = "loaded" if running else _STATES.get(str(status), "unknown")
    told = _number(meta.get("context_length")) or _number(entry.get("max_model_len"))
    can: object = entry.get("capabilities")
    # LM Studio gives the ids of embedding models this prefix.
    prefixed = "embedding" if name.startswith("text-embedding-") else None
    return {
        "id": name,
        "type": type_of(entry.get("type")) or type_of(entry.get("task")) or prefixed,
        "architecture": _text(meta.get("family")) or _text(details.get("family")),
        "quantization": _text(meta.get("quantization_level")) or _text(details.get("quantization_level")),
        "format": _text(meta.get("format")) or _text(details.get("format")),
        "parameters": _text(meta.get("parameter_size"))
        or _text(details.get("parameter_size"))
        or _parameters(own.get("n_params")),
        "size_bytes": _number(own.get("size")) or None,
        "max_context_length": told or _number(own.get("n_ctx_train")) or None,
        "state": state,
        "instances": _loaded(name, state, _number(own.get("n_ctx")) or told),
        "capabilities": _declared(
            vision=is_list(can) and "vision" in can,
            tools=is_list(can) and ("tools" in can or "tool_use" in can),
            reasoning=is_list(can) and "thinking" in can,
        ),
        "owned_by": _text(entry.get("owned_by")),
        "status": _text(status),
        "created": _number(entry.get("created")),
    }


def _instance(one: Mapping[str, Any]) -> ModelInstance | None:
    """A loaded instance with everything that it was loaded with."""
    name = _text(one.get("id"))
    if name is None:
        return None
    said = as_object(one.get("config"))
    known = {field: _number(said.get(field)) for field in _COUNTS}
    flags = {field: value for field in _FLAGS if isinstance(value := said.get(field), bool)}
    return ModelInstance.read({"id": name, **known, **flags, "config": dict(_further(said.items()))})


def _further(settings: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, Any]]:
    """The settings that have no field of their own: few, and short."""
    left = _MOST_SETTINGS
    for name, value in settings:
        if name in _COUNTS or name in _FLAGS or value is None or not left:
            continue
        if isinstance(value, float) and not math.isfinite(value):
            continue
        left -= 1
        plain = isinstance(value, bool | float) or is_count(value)
        text = value if isinstance(value, str) else dumped(value)
        yield shortened(whole_text(name), _LONGEST_SETTING), value if plain else shortened(text, _LONGEST_SETTING)


def _loaded(name: str, state: ModelState, length: int | None) -> tuple[ModelInstance, ...]:
    """The instance that a list means which has one entry for each."""
    return (ModelInstance(id=name, context_length=length),) if state == "loaded" else ()


def _declared(*, vision: bool, tools: bool, reasoning: bool) -> tuple[str, ...]:
    pairs = (("vision", vision), ("tools", tools), ("reasoning", reasoning))
    return tuple(name for name, is_so in pairs if is_so)


def _parameters(count: object) -> str | None:
    """A number of parameters as models are named by it: `7.6B`, `137M`."""
    if not is_count(count) or not count:
        return None
    size, unit = next(((count / size, unit) for size, unit in _UNITS if count >= size * 0.9995), (float(count), ""))
    return f"{size:.0f}{unit}" if size >= _NO_TENTHS else f"{size:.1f}".removesuffix(".0") + unit


def _text(value: object) -> str | None:
    return whole_text(value) if isinstance(value, str) and value else None


def _texts(value: object) -> tuple[str, ...]:
    """The texts of a list; of an object in it the one that names it."""
    if not is_list(value):
        return ()
    names = ((as_object(item).get("key") or as_object(item).get("id")) if is_object(item) else item for item in value)
    return tuple(text for name in names if (text := _text(name)))


def _number(value: object) -> int | None:
    return value if is_count(value) else None


def _real(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < _MOST_BITS else None
