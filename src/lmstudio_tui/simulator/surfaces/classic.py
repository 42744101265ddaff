"""The classic server (server contract, section 1)."""

from lmstudio_tui.simulator import errors
from lmstudio_tui.simulator.answers import Answer, Call, Frame, Plain, Script, Steps, json_answer
from lmstudio_tui.simulator.catalogue import SimModel, fault_name
from lmstudio_tui.simulator.config import CREATED, OWNER, SimulatorConfig
from lmstudio_tui.simulator.media.registry import MediaModel
from lmstudio_tui.simulator.media.routes import is_open, media_routes, refusing_get
from lmstudio_tui.simulator.surfaces import RouteEntry, Surface, embeddings, openai
from lmstudio_tui.simulator.surfaces.auth import lmstudio_gate
from lmstudio_tui.simulator.world import World

JsonDict = dict[str, object]

_PAGE = 100


def surface(config: SimulatorConfig) -> Surface:
    """What it serves; its version is in a header of each ``/v1`` answer too."""
    routes: list[RouteEntry] = [
        ("GET", "/health", _health),
        ("GET", "/v1/models", _models),
        ("POST", "/v1/chat/completions", _chat),
        ("POST", "/v1/completions", _completion),
        ("POST", "/v1/embeddings", embeddings.embeddings),
        *media_routes(config),
    ]
    return Surface(
        [*routes, *refusing_get(routes)], _gate, _unknown, v1_headers={"x-lmstudio-version": config.version or ""}
    )


def _gate(call: Call) -> Answer | None:
    return None if is_open(call) else lmstudio_gate(call)


async def _health(call: Call) -> Answer:
    """0.2.20 lacks ``api_version``, and so do older ones."""
    world = call.world
    body: JsonDict = {"status": "ok", "lmstudio_version": world.config.version}
    if world.config.at_least(0, 2, 21):
        body["api_version"] = "v1"
    uptime = int((world.clock() - world.started) * 1000)
    return json_answer({**body, "models_loaded": len(world.instances), "uptime_ms": uptime})


def _entry(world: World, model: SimModel) -> JsonDict:
    ready = bool(world.instances_of(model)) or fault_name(model.key) is not None
    return {
        "id": model.key,
        "object": "model",
        "owned_by": OWNER,
        "created": CREATED,
        "status": "ready" if ready else "idle",
        "metadata": {
            "format": model.format or "gguf",
            "family": model.architecture,
            "parameter_size": model.params,
            "quantization_level": model.quantization,
            "context_length": model.default_context,
            "backend_version": world.config.version,
        },
    }


def _media_entry(world: World, model: MediaModel) -> JsonDict:
    metadata = {"format": "gguf", "family": model.architecture, "backend_version": world.config.version}
    about: JsonDict = {"object": "model", "owned_by": OWNER, "created": CREATED, "status": "idle"}
    return {"id": model.key, **about, "task": model.task, "metadata": metadata}


async def _models(call: Call) -> Answer:
    """The list, filtered and paged by the query: ``owned_by``, ``status``, ``limit``, ``cursor``."""
    query = call.query
    entries = [_entry(call.world, model) for model in call.world.listed()]
    entries += [_media_entry(call.world, model) for model in call.world.listed_media()]
    for name in ("owned_by", "status"):
        if name in query:
            entries = [entry for entry in entries if entry[name] == query[name]]
    limit, cursor = query.get("limit", str(_PAGE)), query.get("cursor", "0")
    if not (limit.isdecimal() and cursor.isdecimal() and int(limit) > 0):
        return errors.structured_error(
            "'limit' and 'cursor' are numbers", 400, kind="invalid_request_error", param="limit"
        )
    end = int(cursor) + int(limit)
    body: JsonDict = {"object": "list", "data": entries[int(cursor) : end], "has_more": end < len(entries)}
    if end < len(entries):
        body["next_cursor"] = str(end)
    return json_answer(body)


async def _chat(call: Call) -> Answer:
    return _with_usage_of_its_time(call, await openai.chat(call))


async def _completion(call: Call) -> Answer:
    return _with_usage_of_its_time(call, await openai.completion(call))


def _with_usage_of_its_time(call: Call, answer: Answer) -> Answer:
    """0.2.18 and 0.2.19 omit the usage chunk of a stream."""
    if isinstance(answer, Plain) or call.world.config.at_least(0, 2, 20):
        return answer
    return Script(_without_usage(answer.steps), answer.media_type, answer.headers)


def _without_usage(steps: Steps) -> Steps:
    for step in steps:
        if not (isinstance(step, Frame) and b'"choices":[],"usage"' in step.data):
            yield step


def _unknown(call: Call) -> Answer:
    message = f"Unknown request URL: {call.method} {call.path}."
    return errors.structured_error(message, 404, kind="invalid_request_error", code="unknown_url")
