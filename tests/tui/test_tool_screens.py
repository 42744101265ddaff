"""Deciding about a call of a tool, and choosing the tools of a conversation."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from app_parts import click, screen_text, until
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button

from lmstudio_tui.features.tools import Approvals, Tool, load_tools
from lmstudio_tui.store.library.records import ToolCallRecord
from lmstudio_tui.tui.messages import CopyWanted
from lmstudio_tui.tui.screens.answer_tool import AnswerBox, AnswerTool, ToolDecision, pretty
from lmstudio_tui.tui.screens.choose_tools import FORMAT, ChooseTools
from lmstudio_tui.tui.themes import QUIET_DARK
from lmstudio_tui.tui.widgets.tick import Tick

pytestmark = pytest.mark.anyio

FUNCTION: dict[str, Any] = {
    "name": "get_weather",
    "description": "The weather of a [bold]place[/].",
    "parameters": {"type": "object", "properties": {"days": {"type": "integer"}}},
}


class Host(App[None]):
    """Opens the dialog at once, and keeps what it gave and what it asked for."""

    def __init__(self, dialog: Screen[Any]) -> None:
        super().__init__()
        self._dialog = dialog
        self.given: list[Any] = []
        self.copies: list[str] = []
        self.register_theme(QUIET_DARK)
        self.theme = QUIET_DARK.name

    def on_mount(self) -> None:
        self.push_screen(self._dialog, self.given.append)

    def on_copy_wanted(self, event: CopyWanted) -> None:
        self.copies.append(event.text)


class Driver:
    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def text(self) -> str:
        return screen_text(self.pilot)

    async def shows(self, *texts: str) -> None:
        await until(self.pilot, lambda: all(text in self.text for text in texts))

    async def gives(self, value: object) -> None:
        await until(self.pilot, lambda: self.app.given == [value])

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)


@asynccontextmanager
async def opened(dialog: Screen[Any], size: tuple[int, int] = (80, 24)) -> AsyncGenerator[Driver]:
    app = Host(dialog)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Driver(app, pilot)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmstudio_tui.tui.screens.answer_tool._PAUSE", 0.0)


def call(arguments: str = '{"days": 3}') -> ToolCallRecord:
    return ToolCallRecord(id="1", name="get_weather", arguments=arguments)


def tool(folder: Path, *command: str) -> Tool:
    return Tool(FUNCTION, folder / "a.json", command)


# Answering


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (60, 20)])
async def test_an_answer_by_hand(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(AnswerTool(call(), tool(tmp_path), place=(2, 3)), size) as ui:
        await ui.shows("get_weather is called  (2 of 3)", "The weather of a [bold]place[/].", '"days": 3', "Answer")
        assert "Run" not in ui.text
        assert "Always" not in ui.text
        await ui.press("ctrl+r", "enter")
        await ui.shows("Type an answer first")
        await ui.press(*"rain", "ctrl+j", *"soon", "enter")
        await ui.gives(ToolDecision("answer", "rain\nsoon"))


async def test_a_command_runs_when_it_is_told_to(tmp_path: Path) -> None:
    async with opened(AnswerTool(call(), tool(tmp_path, "python3", "my tool.py"))) as ui:
        await ui.shows("$ python3 'my tool.py'", "[ ] Always run this very command", "Ctrl+R run")
        assert f"in{tmp_path}" in re.sub(r"[\s│▌]", "", ui.text)
        await ui.press("ctrl+r")
        await ui.gives(ToolDecision("run"))


async def test_always_is_ticked_by_hand_and_never_before(tmp_path: Path) -> None:
    async with opened(AnswerTool(call(), tool(tmp_path, "x"))) as ui:
        await ui.shows("[ ] Always")
        await ui.press("shift+tab", "space")
        await ui.shows("[✓] Always")
        await click(ui.pilot, "#run")
        await ui.gives(ToolDecision("run", "", always=True))
    async with opened(AnswerTool(call(), tool(tmp_path, "x"))) as ui:
        await ui.shows("[ ] Always")
        ui.app.screen.query_one(Tick).value = True
        await click(ui.pilot, "#refuse")
        await ui.gives(ToolDecision("refuse"))


async def test_what_was_typed_is_not_lost(tmp_path: Path) -> None:
    async with opened(AnswerTool(call(), tool(tmp_path), answer="it is ")) as ui:
        await ui.shows("it is")
        await ui.press(*"wet", "escape")
        await ui.gives(ToolDecision("later", "it is wet"))


async def test_a_key_meant_for_something_else_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmstudio_tui.tui.screens.answer_tool._PAUSE", 3600.0)
    async with opened(AnswerTool(call(), tool(tmp_path, "x"))) as ui:
        await ui.shows("$ x")
        assert isinstance(ui.app.focused, AnswerBox)
        await ui.press("enter", "ctrl+r", "space")
        await click(ui.pilot, "#run")
        await click(ui.pilot, "#refuse")
        assert ui.app.given == []
        await until(ui.pilot, lambda: not any(one.has_class("-active") for one in ui.app.screen.query(Button)))
        await click(ui.pilot, "#later")
        await ui.gives(ToolDecision("later", " "))


async def test_arguments_that_do_not_fit_and_a_tool_that_is_not_there(tmp_path: Path) -> None:
    async with opened(AnswerTool(call('{"days": "3"}'), tool(tmp_path))) as ui:
        await ui.shows("! days: '3' is not of type 'integer'.")
    async with opened(AnswerTool(call("{nope"), None)) as ui:
        await ui.shows("There is no tool of this name here.", "{nope")
        await click(ui.pilot, "#answer")
        await ui.shows("Type an answer first")


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
async def test_long_arguments_and_commands_leave_room_for_the_decision(tmp_path: Path, size: tuple[int, int]) -> None:
    many = json.dumps({f"key{number}": "value " * 20 for number in range(60)})
    async with opened(AnswerTool(call(many), tool(tmp_path, "x", *["argument"] * 60)), size) as ui:
        await ui.shows("Ctrl+R run", "Type the answer")
        await ui.press(*"ok", "enter")
        await ui.gives(ToolDecision("answer", "ok"))


def test_arguments_as_people_read_them() -> None:
    assert pretty('{"a":"\\u00fc"}') == '{\n  "a": "ü"\n}'
    assert pretty(" ") == "(no arguments)"
    assert pretty("{nope\x1b[31m") == "{nope"
    assert pretty(json.dumps("x" * 30_000)).endswith("and 10,002 more")


# Choosing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "tools"
    place.mkdir()
    weather = {"type": "function", "function": FUNCTION, "command": ["python3", "weather.py"]}
    (place / "weather.json").write_text(json.dumps(weather))
    (place / "ask.json").write_text('{"name": "ask", "description": "Ask a person."}')
    (place / "broken.json").write_text("{nope")
    return place


def chooser(folder: Path, *chosen: str, approvals: Approvals | None = None) -> ChooseTools:
    return ChooseTools(folder, lambda: load_tools(folder), chosen, approvals)


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (60, 16)])
async def test_ticking(folder: Path, size: tuple[int, int]) -> None:
    async with opened(chooser(folder, "get_weather"), size) as ui:
        await ui.shows("[ ] ask", "[✓] get_weather", "! broken.json: It is no JSON", "You answer its calls by hand")
        await ui.press("space", "down", "space")
        await ui.shows("[✓] ask", "[ ] get_weather", "Asks before it runs: $ python3 weather.py")
        await ui.press("j")
        await ui.shows(str(folder / "broken.json")[:30], "line 1 column 2")
        await ui.press("space", "enter")
        await ui.gives(frozenset({"ask"}))


async def test_all_or_none_and_leaving(folder: Path) -> None:
    async with opened(chooser(folder)) as ui:
        await ui.shows("[ ] ask")
        await ui.press("a")
        await ui.shows("[✓] ask", "[✓] get_weather")
        await ui.press("a")
        await ui.shows("[ ] ask", "[ ] get_weather")
        await ui.press("escape")
        await ui.gives(None)


async def test_with_the_mouse(folder: Path) -> None:
    async with opened(chooser(folder)) as ui:
        await ui.shows("[ ] ask")
        lines = ui.text.split("\n")
        row = next(number for number, line in enumerate(lines) if "get_weather" in line)
        await ui.pilot.click(offset=(10, row))
        await ui.shows("[✓] get_weather")
        await click(ui.pilot, "#use")
        await ui.gives(frozenset({"get_weather"}))
    async with opened(chooser(folder)) as ui:
        await ui.shows("Back")
        await click(ui.pilot, "#back")
        await ui.gives(None)


async def test_reading_again_and_the_path(folder: Path) -> None:
    async with opened(chooser(folder, "ask")) as ui:
        await ui.shows("! broken.json")
        (folder / "broken.json").write_text('{"name": "mended"}')
        await ui.press("r")
        await ui.shows("[ ] mended", "[✓] ask")
        await ui.press("c")
        await until(ui.pilot, lambda: ui.app.copies == [str(folder)])


async def test_without_tools_it_says_how_one_is_made(tmp_path: Path) -> None:
    async with opened(chooser(tmp_path / "tools", "gone")) as ui:
        await ui.shows("There are no tools yet", *(line.strip() for line in FORMAT.splitlines()))
        (tmp_path / "tools").mkdir()
        (tmp_path / "tools" / "a.json").write_text(FORMAT)
        await ui.press("r")
        await ui.shows("[ ] get_weather")
        await ui.press("question_mark")
        # How long the path is decides where the line is broken.
        await ui.shows("defines", "one:", '"command": ["python3", "weather.py"]')
        await ui.press("question_mark")
        await ui.shows("[ ] get_weather")
        await ui.press("enter")
        await ui.gives(frozenset[str]())


async def test_an_approval_is_shown_and_taken_back(folder: Path, tmp_path: Path) -> None:
    approvals = Approvals(tmp_path / "approved.json")
    (weather,) = load_tools(folder / "weather.json")[0]
    approvals.allow(weather)
    async with opened(chooser(folder, approvals=approvals)) as ui:
        await ui.shows("get_weather  runs", "hand  Ask a person.")
        await ui.press("x", "down")
        await ui.shows("Runs without asking: $ python3 weather.py")
        await ui.press("x")
        await ui.shows("get_weather  asks", "Asks before it runs")
    assert not approvals.allows(weather)
