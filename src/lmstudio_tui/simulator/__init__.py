"""A stand-in for LM Studio, a classic server or a bare OpenAI-compatible one, on real sockets.

It runs no language model, and says so in its model list, its headers and its answers. What it answers depends on the
request and on nothing else, so that a test or a screenshot made with it is the same tomorrow. Every odd behaviour that
real servers were seen to have can be asked for with a model named ``fault-<name>`` (see `FAULTS`, `EMBEDDING_FAULTS`,
and `MEDIA_FAULTS` for speech, hearing and images). Its speech is an audible code, which it can hear again; its images
are drawn.

Importing this package is cheap: what it offers is imported when it is asked for, starlette and uvicorn when a server
starts.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lmstudio_tui.simulator.config import Flavour, SimulatorConfig, SimulatorError
    from lmstudio_tui.simulator.embedding_faults import EMBEDDING_FAULTS
    from lmstudio_tui.simulator.faults import FAULTS
    from lmstudio_tui.simulator.journal import RecordedRequest
    from lmstudio_tui.simulator.media.registry import MEDIA_FAULTS
    from lmstudio_tui.simulator.server import SimulatorServer, run_forever

__all__ = [
    "EMBEDDING_FAULTS",
    "FAULTS",
    "MEDIA_FAULTS",
    "Flavour",
    "RecordedRequest",
    "SimulatorConfig",
    "SimulatorError",
    "SimulatorServer",
    "run_forever",
]
_HOME_OF = {
    "EMBEDDING_FAULTS": "embedding_faults",
    "FAULTS": "faults",
    "MEDIA_FAULTS": "media.registry",
    "Flavour": "config",
    "RecordedRequest": "journal",
    "SimulatorConfig": "config",
    "SimulatorError": "config",
    "SimulatorServer": "server",
    "run_forever": "server",
}


def __getattr__(name: str) -> Any:
    module = _HOME_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value
