"""A stand-in for LM Studio, a classic server or a bare OpenAI-compatible one, on real sockets.

It runs no language model, and says so in its model list, its headers and its answers. What it answers depends on the
request and on nothing else, so that a test or a screenshot made with it is the same tomorrow. Every odd behaviour that
real servers were seen to have can be asked for with a model named ``fault-<name>`` (see `FAULTS`, `EMBEDDING_FAULTS`,
and `MEDIA_FAULTS` for speech, hearing and images). Its speech is an audible code, which it can hear again; its images
are drawn.

Importing this package is cheap: starlette and uvicorn are imported when a server starts.
"""

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
