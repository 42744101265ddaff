"""The endpoints for speech, hearing and images, where they are served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.simulator import errors
from lmstudio_tui.simulator.answers import Answer, Call, Plain, json_answer
from lmstudio_tui.simulator.media import hearing, images, speech

if TYPE_CHECKING:
    from lmstudio_tui.simulator.config import SimulatorConfig
    from lmstudio_tui.simulator.surfaces import RouteEntry


def media_routes(config: SimulatorConfig) -> list[RouteEntry]:
    """What the configured flavour, version and switches have of them."""
    routes: list[RouteEntry] = []
    if config.serves_audio:
        routes += [
            ("POST", "/v1/audio/transcriptions", hearing.transcription),
            ("POST", "/v1/audio/translations", hearing.translation),
            ("POST", "/v1/audio/speech", speech.speech),
            ("GET", "/v1/audio/voices", speech.voices),
        ]
    if config.serves_images:
        routes += [
            ("POST", "/v1/images/generations", images.images),
            ("GET", images.FILES + "{name}", images.image_file),
        ]
    return routes


def is_open(call: Call) -> bool:
    """Whether a request needs no token: an image's URL is all that is wanted to have it."""
    return call.method == "GET" and call.path.startswith(images.FILES)


def refusing_get(routes: list[RouteEntry]) -> list[RouteEntry]:
    """What answers a GET where a POST belongs: 405, so that a client can look what there is."""
    return [("GET", path, _method_refused) for method, path, _ in routes if method == "POST"]


async def _method_refused(call: Call) -> Answer:
    allowed = {"allow": "POST"}
    if call.world.config.flavour == "openai":
        return json_answer({"detail": "Method Not Allowed"}, 405, allowed)
    answer = errors.structured_error(f"{call.method} is not allowed here: use POST.", 405, kind="invalid_request_error")
    return Plain(answer.body, answer.status, headers=allowed)
