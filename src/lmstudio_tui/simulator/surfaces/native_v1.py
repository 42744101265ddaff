"""Models in the native v1 surface: list, load, unload, download (server contract, section 2.4)."""

import asyncio
from collections.abc import Sequence

from lmstudio_tui.simulator import errors
from lmstudio_tui.simulator.answers import Answer, Call, json_answer
from lmstudio_tui.simulator.catalogue import SimModel, fault_model
from lmstudio_tui.simulator.downloads import Download
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.faults import FAULTS
from lmstudio_tui.simulator.jsonio import number_at, text_at
from lmstudio_tui.simulator.surfaces import RouteEntry
from lmstudio_tui.simulator.surfaces.strict import Fields, problem
from lmstudio_tui.simulator.world import Instance, World

JsonDict = dict[str, object]

_NUMBER = (int, float)
_LOAD_OPTIONS: Fields = {
    "eval_batch_size": _NUMBER,
    "flash_attention": (bool,),
    "num_experts": _NUMBER,
    "offload_kv_cache_to_gpu": (bool,),
}
_LOAD: Fields = {"model": (str,), "context_length": _NUMBER, "echo_load_config": (bool,), **_LOAD_OPTIONS}
_UNLOAD: Fields = {"instance_id": (str,)}
_DOWNLOAD: Fields = {"model": (str,), "quantization": (str,)}
_DEFAULTS: JsonDict = {
    "eval_batch_size": 512,
    "parallel": 4,
    "flash_attention": True,
    "offload_kv_cache_to_gpu": True,
}


def _load_config(instance: Instance) -> JsonDict:
    if instance.model.is_embedding:
        return {"context_length": instance.context_length}
    return {"context_length": instance.context_length, **_DEFAULTS, **instance.options}


def _capabilities(model: SimModel) -> JsonDict:
    capabilities: JsonDict = {"vision": model.type == "vlm", "trained_for_tool_use": model.tools}
    if model.efforts:
        capabilities["reasoning"] = {"allowed_options": list(model.efforts), "default": model.efforts[-1]}
    return capabilities


def _entry(model: SimModel, instances: Sequence[Instance]) -> JsonDict:
    entry: JsonDict = {
        "type": "embedding" if model.is_embedding else "llm",
        "publisher": model.publisher,
        "key": model.key,
        "display_name": model.display_name,
        "architecture": model.architecture,
        "quantization": {"name": model.quantization, "bits_per_weight": model.bits} if model.quantization else None,
        "size_bytes": model.size_bytes,
        "params_string": model.params,
        "loaded_instances": [{"id": item.id, "config": _load_config(item)} for item in instances],
        "max_context_length": model.max_context,
        "format": model.format,
        "description": model.description,
    }
    if not model.is_embedding:
        entry["capabilities"] = _capabilities(model)
    if model.variants:
        entry |= {"variants": list(model.variants), "selected_variant": model.variants[0]}
    return entry


def _entries(world: World, model: SimModel) -> list[JsonDict]:
    """The entry of a model; with the oddities that are configured."""
    instances = world.instances_of(model)
    entry = _entry(model, [] if world.config.v1_blind else instances)
    if not (world.config.duplicate_keys and instances):
        return [entry]
    bare = _entry(model, [])
    bare.pop("capabilities", None)
    return [bare, entry]


async def _models(call: Call) -> Answer:
    """All that is on disk, whether or not just-in-time loading is on."""
    world = call.world
    faults = [fault_model(name) for name in FAULTS] if world.config.list_faults else []
    models = [*world.on_disk(), *faults]
    return json_answer({"models": [entry for model in models for entry in _entries(world, model)]})


async def _load(call: Call) -> Answer:
    world, body = call.world, call.json()
    wrong = problem(body, _LOAD)
    if wrong is not None or body is None:
        return wrong or errors.field_required("model")
    name = text_at(body, "model")
    model = world.find(name)
    if model is None:
        return errors.model_not_found(name)
    context = number_at(body, "context_length")
    if context is not None and not 1 <= context <= model.max_context:
        message = f"'context_length' must be between 1 and {model.max_context}"
        return errors.structured_error(message, 400, param="context_length", code="invalid_value")
    with world.while_loading(model):
        await asyncio.sleep(world.config.load_seconds)
    refusal = world.cannot_load(model)
    if refusal is not None:
        return refusal
    options = {key: value for key, value in body.items() if key in _LOAD_OPTIONS}
    instance = world.add_instance(model, None if context is None else int(context), **options)
    answer: JsonDict = {
        "type": "embedding" if model.is_embedding else "llm",
        "instance_id": instance.id,
        "load_time_seconds": round(world.config.load_seconds, 3),
        "status": "loaded",
    }
    if body.get("echo_load_config") is True:
        answer["load_config"] = _load_config(instance)
    return json_answer(answer)


async def _unload(call: Call) -> Answer:
    body = call.json()
    wrong = problem(body, _UNLOAD)
    if wrong is not None or body is None:
        return wrong or errors.field_required("instance_id")
    name = text_at(body, "instance_id")
    if call.world.instances.pop(name, None) is None:
        message = f'No loaded model instance with the identifier "{name}".'
        return errors.structured_error(message, 404, param="instance_id", code="model_not_found")
    return json_answer({"instance_id": name})


async def _download(call: Call) -> Answer:
    world, body = call.world, call.json()
    wrong = problem(body, _DOWNLOAD)
    if wrong is not None or body is None:
        return wrong or errors.field_required("model")
    name = text_at(body, "model")
    model = world.find_downloadable(name)
    if model is None:
        return errors.model_not_found(name)
    if world.find(name) is not None:
        return json_answer({"status": "already_downloaded", "total_size_bytes": model.size_bytes})
    now, number = world.clock(), len(world.downloads) + 1
    job = Download(f"job_{Chance(name, number).digest()}", model, now, world.config.download_bytes_per_second)
    world.downloads[job.job_id] = job
    answer = {key: value for key, value in job.body(now).items() if key in {"job_id", "status", "total_size_bytes"}}
    return json_answer(answer)


async def _download_status(call: Call) -> Answer:
    name = call.path.rpartition("/")[2]
    job = call.world.downloads.get(name)
    if job is None:
        return errors.structured_error(f'No download job "{name}".', 404, param="job_id", code="job_not_found")
    return json_answer(job.body(call.world.clock()))


ROUTES: Sequence[RouteEntry] = (
    ("GET", "/api/v1/models", _models),
    ("POST", "/api/v1/models/load", _load),
    ("POST", "/api/v1/models/unload", _unload),
    ("POST", "/api/v1/models/download", _download),
    ("GET", "/api/v1/models/download/status/{job_id}", _download_status),
)
