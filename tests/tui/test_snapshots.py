"""Pictures of the screens in the states worth seeing, on a fake: always the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from app_parts import Driver, FakeServer, services
from textual.pilot import Pilot

from lmstudio_tui.features.health import ServerView
from lmstudio_tui.sdk import AuthenticationError, LMStudioError, ServerRefusedError, StreamInterruptedError
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.widgets.composer import Composer

Snap = Callable[..., bool]
SMALL, LARGE = (80, 24), (160, 50)
PROMPT = "Compare error handling in Rust and Go. Short table, then an example each."
REFUSED = ServerRefusedError("Nothing answers: connection refused.")
LOCKED = AuthenticationError("An LM Studio API token is required to make requests to this server.", status=401)
CUT = StreamInterruptedError("The answer was interrupted: The connection broke: it was reset.")


@pytest.fixture
def snap(snap_compare: Any, tmp_path: Path) -> Snap:
    """Compares the app on a fake server, after some steps, with its picture."""

    def compare(
        server: FakeServer, steps: Callable[[Driver], Any], size: tuple[int, int], theme: str | None = None
    ) -> bool:
        app = LMStudioApp(services("http://127.0.0.1:1234", tmp_path, connect=server.connect, theme=theme))

        async def run(pilot: Pilot[None]) -> None:
            app.query_one(Composer).cursor_blink = False
            await steps(Driver(app, pilot))

        same: bool = snap_compare(app, terminal_size=size, run_before=run)
        return same

    return compare


async def _welcome(ui: Driver) -> None:
    await ui.ready()


async def _absence(ui: Driver) -> None:
    await ui.shows("simulator")


async def _answered(ui: Driver) -> None:
    await ui.ready()
    await ui.ask(PROMPT)
    await ui.answered()
    # What came last is drawn a moment later.
    await ui.shows("first 420 ms")
    # What was never in view has an estimated height: look at all of it once, so that the scroll bar is exact.
    ui.transcript.action_start()
    await ui.shows(PROMPT[:30])
    ui.transcript.action_end()
    await ui.shows("first 420 ms")


async def _streaming(ui: Driver) -> None:
    await ui.ready()
    await ui.ask(PROMPT)
    await ui.shows("visible:")


async def _picker(ui: Driver) -> None:
    await ui.ready()
    await ui.pilot.press("ctrl+t")
    await ui.shows("Type to filter", "gemma")


async def _help(ui: Driver) -> None:
    await ui.ready()
    await ui.pilot.press("f1")
    await ui.shows("In the prompt")


def _twelve(view: ServerView) -> int:
    return 12


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing on the screen depends on how quick this machine is."""
    monkeypatch.setattr("lmstudio_tui.features.health._EVERY", 3600.0)
    monkeypatch.setattr("lmstudio_tui.features.health._AWAY", (3600.0,))
    monkeypatch.setattr("lmstudio_tui.tui.widgets.header.seconds_left", _twelve)
    monkeypatch.setattr("lmstudio_tui.features.chat.live.LiveAnswer.thought", "thought for 2.40 s (12 tokens)")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_welcome(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(FakeServer(), _welcome, size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_answered(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(FakeServer(), _answered, size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_streaming(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(FakeServer(hold=threading.Event(), held=8), _streaming, size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("error", [REFUSED, LOCKED], ids=["nobody", "locked"])
def test_absence(snap: Snap, size: tuple[int, int], error: LMStudioError) -> None:
    assert snap(FakeServer(health_error=error), _absence, size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_interrupted(snap: Snap, size: tuple[int, int]) -> None:
    server = FakeServer(error=CUT)
    assert snap(FakeServer(events=server.events[:8], error=CUT), _answered, size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_model_picker(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(FakeServer(), _picker, size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_help(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(FakeServer(), _help, size)


def test_light(snap: Snap) -> None:
    assert snap(FakeServer(), _answered, LARGE, theme="quiet-light")


def test_narrow(snap: Snap) -> None:
    assert snap(FakeServer(), _answered, (50, 18))
