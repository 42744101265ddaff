"""Every odd behaviour that servers were seen to have, each by a model named ``fault-<name>``.

Where they come from: server contract, sections 1 (streaming), 2.2 and 2.5.
"""

from lmstudio_tui.simulator.faults import cuts, payloads, refusals, shapes
from lmstudio_tui.simulator.faults.case import REGISTRY, Case, FaultFunction

FAULT_PREFIX = "fault-"

FAULTS: dict[str, str] = {name: sentence for name, (sentence, _) in REGISTRY.items()}
"""The name of each fault, and one sentence about it."""

__all__ = [
    "FAULTS",
    "FAULT_PREFIX",
    "Case",
    "FaultFunction",
    "cuts",
    "fault_function",
    "payloads",
    "refusals",
    "shapes",
]


def fault_function(name: str) -> FaultFunction:
    """What makes the answer of the fault `name`."""
    return REGISTRY[name][1]
