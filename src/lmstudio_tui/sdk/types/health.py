"""Who answers, and what it can do."""

from __future__ import annotations

from lmstudio_tui.sdk.types.base import RequestModel
from lmstudio_tui.sdk.types.kinds import UNKNOWN, ServerKind


class Capability(RequestModel):
    """Whether something can be done, and how that is known.

    Attributes:
        available: None when it cannot be known without trying.
        reason: one sentence.
        hint: where it cannot be done, the next step; empty when there is none.
        missing: where it cannot be done, what is missing, where that is known: `version`, `enable_audio`,
            `enable_images`, `endpoint`, `model`.
    """

    available: bool | None
    reason: str
    hint: str = ""
    missing: tuple[str, ...] = ()


class HealthStatus(RequestModel):
    """What a server says of itself.

    Attributes:
        status: `ok`, or what the server says instead.
        kind: which of the three kinds it is.
        version: its version, or `unknown`.
        version_source: `health`, `header`, `backend_version`, `lms-status`; of a well-known server the path that told
            it (`props`, `version`, `api/version`, `openapi.json`); or `unknown`.
        latency_ms: how long the quickest of the identifying requests took.
        models_loaded: how many, None when the server does not tell.
        simulator: whether it says that it is a simulator.
        software: what an OpenAI-compatible server is, when that is certain: `llama.cpp`, `vLLM`, `Ollama`, `speaches`,
            `Kokoro`, `whisper.cpp`; otherwise empty.
        surfaces: the endpoints for models that answered.
        capabilities: for each name in `CAPABILITIES`, whether it is there and how that is known.
    """

    status: str
    kind: ServerKind
    version: str = UNKNOWN
    version_source: str = UNKNOWN
    api_version: str | None = None
    models_loaded: int | None = None
    uptime_ms: int | None = None
    latency_ms: float
    simulator: bool = False
    software: str = ""
    surfaces: tuple[str, ...] = ()
    capabilities: dict[str, Capability]
