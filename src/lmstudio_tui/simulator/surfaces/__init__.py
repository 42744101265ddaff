"""The endpoints of each flavour."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from lmstudio_tui.simulator.answers import Answer, Call, Handler
from lmstudio_tui.simulator.config import SimulatorConfig

RouteEntry: TypeAlias = tuple[str, str, Handler]


@dataclass(frozen=True, slots=True)
class Surface:
    """What a flavour serves.

    Attributes:
        routes: Method, path and handler of each endpoint.
        gate: Turns a request away before its handler sees it, for want of a token.
        unknown: Answers what no route matches.
        headers: The headers that every response carries.
        v1_headers: The headers that every response below ``/v1/`` carries besides.
    """

    routes: Sequence[RouteEntry]
    gate: Callable[[Call], Answer | None]
    unknown: Callable[[Call], Answer]
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    v1_headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def headers_for(self, call: Call) -> Mapping[str, str]:
        """The headers of the flavour that the answer to `call` carries."""
        return {**self.headers, **self.v1_headers} if call.path.startswith("/v1/") else self.headers


def surface_for(config: SimulatorConfig) -> Surface:
    """The surface of the configured flavour and version."""
    # Imported here: the three modules import this one.
    from lmstudio_tui.simulator.surfaces import bare, classic, lmstudio

    return {"lmstudio": lmstudio.surface, "classic": classic.surface, "openai": bare.surface}[config.flavour](config)
