"""The native v0 surface, ``/api/v0/…`` (server contract, section 2.3)."""

from collections.abc import Sequence

from lmstudio_tui.simulator import errors
from lmstudio_tui.simulator.answers import Answer, Call, json_answer
from lmstudio_tui.simulator.catalogue import SimModel
from lmstudio_tui.simulator.chunks import ChunkMaker
from lmstudio_tui.simulator.config import FINGERPRINT
from lmstudio_tui.simulator.engine.ask import Kind
from lmstudio_tui.simulator.engine.generation import Generation
from lmstudio_tui.simulator.surfaces import RouteEntry, embeddings, openai
from lmstudio_tui.simulator.world import Instance, World

JsonDict = dict[str, object]

_STOP_REASONS = {"stop": "eosFound", "length": "maxPredictedTokensReached", "tool_calls": "toolCalls"}
_FASTEST = 1000.0


def _entry(world: World, model: SimModel, instance: Instance | None) -> JsonDict:
    """One entry of the list; a second instance has an entry and an id (``model:2``) of its own."""
    entry: JsonDict = {
        "id": instance.id if instance else model.key,
        "object": "model",
        "type": model.type,
        "publisher": model.publisher,
        "arch": model.architecture,
        "compatibility_type": model.format or "gguf",
        "quantization": model.quantization or "unknown",
        "state": "loaded" if instance else world.unloaded_state(model),
        "max_context_length": model.max_context,
    }
    if instance is not None:
        entry["loaded_context_length"] = instance.context_length
    if model.tools:
        entry["capabilities"] = ["tool_use"]
    return entry


def _entries(world: World, model: SimModel) -> list[JsonDict]:
    instances = world.instances_of(model)
    return [_entry(world, model, instance) for instance in instances] or [_entry(world, model, None)]


async def _models(call: Call) -> Answer:
    world = call.world
    data = [entry for model in world.listed() for entry in _entries(world, model)]
    return json_answer({"data": data, "object": "list"})


async def _model(call: Call) -> Answer:
    wanted = call.path.removeprefix("/api/v0/models/")
    entries = [entry for model in call.world.listed() for entry in _entries(call.world, model)]
    found = next((entry for entry in entries if entry["id"] == wanted), None)
    return errors.model_not_found(wanted) if found is None else json_answer(found)


def speeds(world: World, generation: Generation, delay: float) -> tuple[float, float, float]:
    """Tokens per second, seconds to the first token and seconds of generation, as configured and not as measured."""
    rate = world.config.speed or _FASTEST
    return round(rate, 2), round(delay + 1 / rate, 3), round(generation.completion_tokens / rate, 3)


def _extra(world: World, prepared: openai.Prepared) -> JsonDict:
    model = prepared.instance.model
    rate, first, whole = speeds(world, prepared.generation, openai.prompt_delay(world, prepared.ask))
    return {
        "stats": {
            "tokens_per_second": rate,
            "time_to_first_token": first,
            "generation_time": whole,
            "stop_reason": _STOP_REASONS[prepared.generation.finish_reason],
        },
        "model_info": {
            "arch": model.architecture,
            "quant": model.quantization,
            "format": model.format,
            "context_length": prepared.instance.context_length,
        },
        "runtime": {
            "name": FINGERPRINT,
            "version": FINGERPRINT.partition("/")[2],
            "supported_formats": ["gguf", "mlx"],
        },
    }


async def _generate(call: Call, kind: Kind) -> Answer:
    prepared = await openai.prepare(call, kind)
    if not isinstance(prepared, openai.Prepared):
        return prepared
    await openai.whole_delay(call, prepared)
    if prepared.ask.stream:
        return openai.respond(call, prepared)
    body = ChunkMaker.for_ask(prepared.ask, prepared.instance.id).buffered(prepared.generation)
    return json_answer({**body, **_extra(call.world, prepared)})


async def _chat(call: Call) -> Answer:
    return await _generate(call, "chat")


async def _completion(call: Call) -> Answer:
    return await _generate(call, "text")


ROUTES: Sequence[RouteEntry] = (
    ("GET", "/api/v0/models", _models),
    ("GET", "/api/v0/models/{name:path}", _model),
    ("POST", "/api/v0/chat/completions", _chat),
    ("POST", "/api/v0/completions", _completion),
    ("POST", "/api/v0/embeddings", embeddings.embeddings),
)
