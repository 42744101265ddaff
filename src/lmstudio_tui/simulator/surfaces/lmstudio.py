"""LM Studio as it really is (server contract, section 2)."""

from lmstudio_tui.simulator.answers import Answer, Call, json_answer
from lmstudio_tui.simulator.config import OWNER, SimulatorConfig
from lmstudio_tui.simulator.errors import unexpected_endpoint
from lmstudio_tui.simulator.surfaces import RouteEntry, Surface, embeddings, native_chat, native_v0, native_v1, openai
from lmstudio_tui.simulator.surfaces.auth import lmstudio_gate


def surface(config: SimulatorConfig) -> Surface:
    """What the configured version serves: native v0 since 0.3.6, native v1 since 0.4.0 (section 2.1)."""
    routes: list[RouteEntry] = [
        ("GET", "/lmstudio-greeting", _greeting),
        ("GET", "/v1/models", _models),
        ("POST", "/v1/chat/completions", openai.chat),
        ("POST", "/v1/completions", openai.completion),
        ("POST", "/v1/embeddings", embeddings.embeddings),
    ]
    if config.at_least(0, 3, 6):
        routes += native_v0.ROUTES
    if config.at_least(0, 4, 0):
        routes += [*native_v1.ROUTES, *native_chat.ROUTES]
    return Surface(routes, lmstudio_gate, _unknown, {"x-powered-by": "Express"})


async def _greeting(_: Call) -> Answer:
    return json_answer({"lmstudio": True})


async def _models(call: Call) -> Answer:
    data = [{"id": model.key, "object": "model", "owned_by": OWNER} for model in call.world.listed()]
    return json_answer({"data": data, "object": "list"})


def _unknown(call: Call) -> Answer:
    return unexpected_endpoint(call.method, call.path)
