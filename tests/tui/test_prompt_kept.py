"""What was said is on disk before it is on the screen."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from app_parts import FakeServer, OpenApp

from lmstudio_tui.store.library.base import Op
from lmstudio_tui.store.library.keeper import Keeper
from lmstudio_tui.tui.widgets.composer import widget
from lmstudio_tui.tui.widgets.transcript import Transcript, Turn

pytestmark = pytest.mark.anyio

NOWHERE = "http://127.0.0.1:9"


def on_disk(file: Path) -> list[str]:
    """What another program would find that a user has said."""
    if not file.exists():
        return []
    with closing(sqlite3.connect(file)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM messages WHERE role = 'user' ORDER BY rowid")]


async def test_a_prompt_is_kept_before_it_is_shown(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[list[str]] = []
    add_turn = Transcript.add_turn

    def looked(transcript: Transcript, turn: Turn) -> None:
        if turn.role == "user":
            kept.append(on_disk(tmp_path / "library.sqlite3"))
        add_turn(transcript, turn)

    monkeypatch.setattr(Transcript, "add_turn", looked)
    async with open_app(NOWHERE, connect=FakeServer().connect) as ui:
        await ui.ready()
        for prompt in ("first", "second"):
            await ui.ask(prompt)
            await ui.answered()
    assert kept == [["first"], ["first", "second"]]


async def test_the_library_is_made_when_the_first_letter_is_typed(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(widget, "_QUIET", 1e6)  # What is typed is never a draft.
    async with open_app(NOWHERE, connect=FakeServer().connect) as ui:
        await ui.ready()
        assert not (tmp_path / "library.sqlite3").exists()
        await ui.type("h")
        await ui.until((tmp_path / "library.sqlite3").exists)


async def test_a_disk_that_does_not_answer_is_not_waited_for(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    write = Keeper.write

    def slow(keeper: Keeper, ops: Sequence[Op]) -> None:
        answers.wait()
        write(keeper, ops)

    monkeypatch.setattr(Keeper, "write", slow)
    async with open_app(NOWHERE, connect=FakeServer().connect) as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.shows("▌ hello")
        await ui.answered()
        assert not on_disk(tmp_path / "library.sqlite3")
        answers.set()
    assert on_disk(tmp_path / "library.sqlite3") == ["hello"]
