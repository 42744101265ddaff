"""Fixtures for the app: on the simulator, or on a fake."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from app_parts import Driver, OpenApp, end_calmly, keep_remarks, resize_surely, services, settled
from inspector_pane_parts import OpenInspector, inspector_pane

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.app import LMStudioApp


@pytest.fixture
def anyio_backend() -> str:
    """Textual runs on asyncio."""
    return "asyncio"


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key press takes as long as the app needs for it."""
    monkeypatch.setattr("textual.app.wait_for_idle", settled)
    monkeypatch.setattr("textual.pilot.wait_for_idle", settled)


@pytest.fixture(autouse=True)
def kept_remarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was said can be asked for after it went away."""
    keep_remarks(monkeypatch)


@pytest.fixture(autouse=True)
def calm_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test began is done before it ends."""
    end_calmly(monkeypatch)


@pytest.fixture(autouse=True)
def sure_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that was resized has its new size."""
    resize_surely(monkeypatch)


@pytest.fixture
def simulator() -> Iterator[SimulatorServer]:
    """A simulator as fast as possible, that loads at once."""
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        yield server


@pytest.fixture
def open_app(tmp_path: Path) -> OpenApp:
    """Opens the app on a base URL; further arguments are those of `services`, and `size`."""

    @asynccontextmanager
    async def open_it(base_url: str, *, size: tuple[int, int] = (100, 30), **more: Any) -> AsyncGenerator[Driver]:
        app = LMStudioApp(services(base_url, tmp_path, **more))
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Driver(app, pilot)

    return open_it


@pytest.fixture
def open_inspector(simulator: SimulatorServer) -> OpenInspector:
    """Opens the inspector pane on the simulator; arguments are those of `inspector_pane`."""
    return partial(inspector_pane, simulator)
