"""A simulator without delays, and a client that talks to it."""

from collections.abc import Iterator

import httpx
import pytest

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer


@pytest.fixture
def sim() -> Iterator[SimulatorServer]:
    """The LM Studio flavour, as fast as possible."""
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, download_bytes_per_second=1e12)) as server:
        yield server


@pytest.fixture
def client(sim: SimulatorServer) -> Iterator[httpx.Client]:
    """A client of `sim`."""
    with httpx.Client(base_url=sim.base_url, timeout=10, verify=False) as http:
        yield http
