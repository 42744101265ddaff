"""What the tests of the SDK share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from lmstudio_tui.sdk import ClientConfig, LMStudioClient
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

if TYPE_CHECKING:
    from collections.abc import Iterator

# A slow machine is no failure.
settings.register_profile("patient")
settings.load_profile("patient")


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    """LM Studio's stand-in, as fast as it can."""
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        yield server


@pytest.fixture
def client(simulator: SimulatorServer) -> Iterator[LMStudioClient]:
    """A client of the simulator that does not wait for long."""
    simulator.clear_requests()
    with LMStudioClient(ClientConfig(base_url=simulator.base_url, stream_retry_ms=1, timeout=10)) as made:
        yield made


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """No waits between attempts; gives the waits that would have been."""
    waits: list[float] = []

    def pause(_: object, seconds: float, __: object) -> None:
        waits.append(seconds)

    monkeypatch.setattr("lmstudio_tui.sdk.transport.Transport._pause", pause)
    return waits


@pytest.fixture
def lm_studio() -> Iterator[SimulatorServer]:
    """A stand-in of its own, for tests that change it; its downloads hardly move."""
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, download_bytes_per_second=1)) as server:
        yield server
