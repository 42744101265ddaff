"""A bare OpenAI-compatible server, with the ``/health`` of llama.cpp (server contract, introduction)."""

from lmstudio_tui.simulator.answers import Answer, Call, json_answer
from lmstudio_tui.simulator.config import CREATED, OWNER, SimulatorConfig
from lmstudio_tui.simulator.media.routes import is_open, media_routes, refusing_get
from lmstudio_tui.simulator.surfaces import RouteEntry, Surface, embeddings, openai
from lmstudio_tui.simulator.surfaces.auth import token_of


def surface(config: SimulatorConfig) -> Surface:
    """What such a server serves."""
    routes: list[RouteEntry] = [
        ("GET", "/health", _health),
        ("GET", "/v1/models", _models),
        ("POST", "/v1/chat/completions", openai.chat),
        ("POST", "/v1/completions", openai.completion),
        ("POST", "/v1/embeddings", embeddings.embeddings),
        *media_routes(config),
    ]
    return Surface([*routes, *refusing_get(routes)], _gate, _unknown)


def _gate(call: Call) -> Answer | None:
    wanted = call.world.config.api_key
    if wanted is None or call.path == "/health" or is_open(call) or token_of(call) == wanted:
        return None
    error = {"message": "Invalid API Key", "type": "authentication_error", "code": 401}
    return json_answer({"error": error}, 401)


async def _health(_: Call) -> Answer:
    return json_answer({"status": "ok"})


async def _models(call: Call) -> Answer:
    about = {"object": "model", "created": CREATED, "owned_by": OWNER}
    data: list[object] = [{"id": model.key, **about} for model in call.world.listed()]
    data += [{"id": model.key, **about, "task": model.task} for model in call.world.listed_media()]
    return json_answer({"object": "list", "data": data})


def _unknown(_: Call) -> Answer:
    return json_answer({"detail": "Not Found"}, 404)
