"""Nobody's settings, and the app on a server that means harm."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from app_parts import Driver, OpenApp, services, settled
from cli_runs import forget_user
from hostile_app import OpenHostile, Painted
from hostile_strings import TRAP, acts
from rich.console import Console
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip

from lmstudio_tui.sdk import ClientConfig
from lmstudio_tui.tui.app import LMStudioApp


@pytest.fixture
def anyio_backend() -> str:
    """Textual runs on asyncio."""
    return "asyncio"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's settings, nobody's terminal."""
    forget_user(monkeypatch)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> Painted:
    """What is painted from now on."""
    found = Painted()
    display: Callable[[App[Any], Screen[Any], Any], None] = vars(App)["_display"]
    render = Strip.render

    def watched(self: App[Any], screen: Screen[Any], renderable: Any) -> None:
        found.look(screen, renderable)
        display(self, screen, renderable)

    def heeded(self: Strip, console: Console) -> str:
        found.heed(self)
        return render(self, console)

    monkeypatch.setattr(App, "_display", watched)
    monkeypatch.setattr(Strip, "render", heeded)
    return found


def _note(done: list[str], name: str, *_: object, **__: object) -> None:
    """What was called that nobody but the user may call."""
    done.append(name)


@pytest.fixture
def open_hostile(tmp_path: Path, painted: Painted, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenHostile]:
    """Opens the app; in the end nothing must have been painted, copied or opened that a server wanted."""
    monkeypatch.setattr("lmstudio_tui.tui.screens.answer_tool._PAUSE", 0.0)
    monkeypatch.setattr("textual.app.wait_for_idle", settled)
    monkeypatch.setattr("textual.pilot.wait_for_idle", settled)
    done: list[str] = []
    for name in ("open_url", "copy_to_clipboard", f"action_{TRAP}"):
        monkeypatch.setattr(App, name, partial(_note, done, name), raising=False)
    copies: list[str] = []

    @asynccontextmanager
    async def open_it(base_url: str, *, size: tuple[int, int] = (100, 30), **more: Any) -> AsyncGenerator[Driver]:
        config = ClientConfig(base_url=base_url, max_retries=0, enable_audio=True, enable_images=True)
        app = LMStudioApp(services(base_url, tmp_path, copies=copies, config=config, **more))
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Driver(app, pilot)

    yield open_it
    assert painted.findings[:5] == []
    assert painted.texts > 0, "nothing that the server says was shown"
    assert done == []
    assert [found for text in copies for found in acts(text)] == []


@pytest.fixture
def open_unsafe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenApp:
    """Opens the app with a configuration of its own."""
    monkeypatch.setattr("textual.app.wait_for_idle", settled)
    monkeypatch.setattr("textual.pilot.wait_for_idle", settled)

    @asynccontextmanager
    async def open_it(base_url: str, *, size: tuple[int, int] = (140, 30), **more: Any) -> AsyncGenerator[Driver]:
        app = LMStudioApp(services(base_url, tmp_path, **more))
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Driver(app, pilot)

    return open_it
