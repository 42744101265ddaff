"""What the app does on the side: the garbage collector is spared what was made at the start."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from app_parts import FakeServer, OpenApp, Piloted, services

from lmstudio_tui.tui import upkeep
from lmstudio_tui.tui.app import LMStudioApp

pytestmark = pytest.mark.anyio


async def test_what_was_made_at_the_start_is_not_looked_over_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(gc, "collect", lambda: done.append("collect"))
    monkeypatch.setattr(gc, "freeze", lambda: done.append("freeze"))
    asked: list[int] = []

    def frozen() -> int:
        asked.append(done.count("freeze"))
        return asked[-1]

    monkeypatch.setattr(gc, "get_freeze_count", frozen)
    for times in (1, 2):
        app = LMStudioApp(services("http://127.0.0.1:9", tmp_path, connect=FakeServer().connect))
        async with app.run_test() as pilot:
            await Piloted(pilot).until(lambda times=times: len(asked) == times and "freeze" in done)
    assert done == ["collect", "freeze"], "an app that is opened later leaves garbage that is to be found"


async def test_what_an_answer_needs_is_imported_while_its_prompt_is_typed(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported: list[str] = []
    monkeypatch.setattr(upkeep, "import_module", imported.append)
    async with open_app("http://127.0.0.1:9", connect=FakeServer().connect) as ui:
        await ui.ready()
        assert not imported
        await ui.type("hel")
        await ui.until(lambda: "markdown_it" in imported)
        await ui.type("lo")
        await ui.until(lambda: ui.pane.view.conversation.draft == "hello")
        assert imported.count("markdown_it") == 1
