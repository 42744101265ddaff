"""Nothing ticks when nothing happens."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import cast

import pytest
from app_parts import Driver, OpenApp
from textual.timer import Timer
from textual.widgets import Input, TextArea

import lmstudio_tui.tui
from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.tui.panes import PANES
from lmstudio_tui.tui.typed import is_seen

_THEIRS = re.compile(r"(?<![\w.])(?:Input|TextArea)\(")


def _is_active(timer: Timer) -> bool:
    return cast("asyncio.Event", timer._active).is_set()  # pyright: ignore[reportUnknownMemberType] - as it is


def ticking(ui: Driver) -> list[str]:
    """Timers that fire again and again."""
    pumps = [ui.app, *ui.app.screen_stack, *ui.app.screen.query("*")]
    timers = [timer for pump in pumps for timer in pump._timers]
    return [timer.name for timer in timers if timer._repeat != 0 and _is_active(timer)]


@pytest.mark.anyio
@pytest.mark.parametrize("pane", [name for name, _ in PANES])
async def test_no_pane_ticks(pane: str, open_app: OpenApp, simulator: SimulatorServer) -> None:
    async with open_app(simulator.base_url, pane=pane) as ui:
        await ui.until(lambda: ui.app._view.online)
        await ui.until(lambda: not ticking(ui))
        for field in ui.app.screen.query("Input, TextArea"):
            if field.focusable and is_seen(field):
                field.focus()
                await ui.until(lambda field=field: field.has_focus)
                assert isinstance(field, Input | TextArea)
                assert field._cursor_visible or (isinstance(field, TextArea) and not field.show_cursor)
                assert not ticking(ui), f"{field!r} blinks"


def test_every_field_to_type_into_is_one_that_stands_still() -> None:
    folder = Path(lmstudio_tui.tui.__file__).parent
    made = [path.name for path in folder.rglob("*.py") if _THEIRS.search(path.read_text(encoding="utf-8"))]
    assert not made, "LineInput and SteadyTextArea are there for that"
