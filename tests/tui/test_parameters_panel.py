"""The panel with the parameters: typing, validation, presets, the filter, and what is never lost."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from app_parts import click, screen_text, until
from textual import events
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Button, Input, OptionList, Static, TextArea

from lmstudio_tui.features.chat.parameter_fields import BY_NAME, FIELDS
from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.store.library.records import Preset
from lmstudio_tui.tui.themes import THEMES
from lmstudio_tui.tui.widgets.parameters_panel import ParametersPanel
from lmstudio_tui.tui.widgets.parameters_panel.reading import schema_in_words, stepped
from lmstudio_tui.tui.widgets.parameters_panel.rows import ParameterRow

pytestmark = pytest.mark.anyio
Told = TypeVar("Told", bound=Message)
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}
PRESETS = (Preset("coding", {"temperature": 0.1}), Preset("[b]prose[/b]", {"temperature": 1.2, "top_p": 0.9}))


class PanelApp(App[None]):
    """The panel beside something else, with what it is told kept and shown as a pane would."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self.whole = whole
        self.told: list[Message] = []
        self.parameters = Parameters()
        self.presets: tuple[Preset, ...] = PRESETS
        self.defaults: dict[str, Any] = {}

    def compose(self) -> ComposeResult:
        with Horizontal():
            beside = Static("beside")
            beside.styles.width = "1fr"
            beside.display = not self.whole
            yield beside
            panel = ParametersPanel()
            if self.whole:
                panel.styles.width = "1fr"
            yield panel

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "quiet-dark"
        self.show()

    def show(self) -> None:
        self.query_one(ParametersPanel).show(self.parameters, self.presets, self.defaults)

    def on_parameters_panel_parameters_changed(self, event: ParametersPanel.ParametersChanged) -> None:
        self.told.append(event)
        if not event.of:
            self.parameters = event.parameters
            self.show()

    def on_parameters_panel_preset_used(self, event: ParametersPanel.PresetUsed) -> None:
        self.told.append(event)
        preset = next(one for one in self.presets if one.name == event.name)
        self.parameters = Parameters.from_json(preset.parameters)
        self.show()

    def on_parameters_panel_preset_saved(self, event: ParametersPanel.PresetSaved) -> None:
        self.told.append(event)
        rest = tuple(one for one in self.presets if one.name != event.name)
        self.presets = (*rest, Preset(event.name, event.parameters.to_json()))
        self.show()

    def on_parameters_panel_preset_deleted(self, event: ParametersPanel.PresetDeleted) -> None:
        self.told.append(event)
        self.presets = tuple(one for one in self.presets if one.name != event.name)
        self.show()

    def on_parameters_panel_panel_closed(self, event: ParametersPanel.PanelClosed) -> None:
        self.told.append(event)


class Desk:
    """The app under test, and short names."""

    def __init__(self, app: PanelApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def panel(self) -> ParametersPanel:
        return self.app.query_one(ParametersPanel)

    @property
    def screen(self) -> str:
        return screen_text(self.pilot)

    def row(self, name: str) -> ParameterRow:
        return self.panel.query_one(f"#row-{name}", ParameterRow)

    def box(self, name: str) -> Input | TextArea:
        row = self.row(name)
        return row.query_one(TextArea) if row.query(TextArea) else row.query_one(Input)

    def remark(self, name: str) -> str:
        row = self.row(name)
        return str(row.query_one(".remark", Static).content) if row.has_class("-said") else ""

    def told(self, kind: type[Told]) -> list[Told]:
        return [one for one in self.app.told if isinstance(one, kind)]

    async def until(self, condition: Callable[[], bool]) -> None:
        await until(self.pilot, condition)

    async def go(self, name: str) -> None:
        self.box(name).focus()
        await self.until(lambda: self.box(name).has_focus)

    async def type(self, name: str, text: str) -> None:
        """Replace what is typed for a parameter."""
        await self.go(name)
        box = self.box(name)
        if isinstance(box, Input):
            box.value = text
        else:
            box.text = text
        await self.pilot.pause()

    def press_button(self, name: str) -> None:
        self.panel.query_one(f"#{name}", Button).press()


@asynccontextmanager
async def open_panel(
    parameters: Parameters | None = None, *, size: tuple[int, int] = (120, 50), **defaults: Any
) -> AsyncGenerator[Desk]:
    """Open the panel with these parameters."""
    app = PanelApp(whole=size[0] < 100)
    app.parameters, app.defaults = parameters or Parameters(), defaults
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot)
        await desk.until(lambda: "Temperature" in desk.screen)
        yield desk


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 50)])
async def test_every_parameter_is_there_and_can_be_reached(size: tuple[int, int]) -> None:
    async with open_panel(size=size, top_k=40) as desk:
        assert desk.panel.region.width == (80 if size[0] == 80 else 40)
        desk.panel.focus_filter()
        await desk.until(lambda: isinstance(desk.app.focused, Input))
        for field in FIELDS:
            await desk.go(field.name)
            await desk.until(lambda field=field: field.label in desk.screen and field.help[:20] in desk.screen)
            region = desk.box(field.name).region
            assert region.height >= 1
            assert desk.panel.region.contains_region(region)
        assert desk.row("top_k").query_one(Input).placeholder == "default 40"
        assert desk.row("top_p").query_one(Input).placeholder == "server's own"


async def test_only_what_was_changed_is_marked_and_told() -> None:
    async with open_panel() as desk:
        assert "●" not in desk.screen
        await desk.type("temperature", "0,7")
        assert desk.told(ParametersPanel.ParametersChanged) == []
        await desk.pilot.press("enter")
        await desk.until(lambda: desk.app.parameters == Parameters("", {"temperature": 0.7}))
        await desk.type("max_tokens", "4k")
        await desk.go("seed")
        await desk.until(lambda: desk.app.parameters == Parameters("", {"temperature": 0.7, "max_tokens": 4096}))
        await desk.until(lambda: "2 changed" in desk.screen)
        assert desk.screen.count("●") == 2
        assert desk.row("temperature").typed == "0,7"
        count = len(desk.told(ParametersPanel.ParametersChanged))
        await desk.go("temperature")
        await desk.pilot.press("enter", "down")
        assert len(desk.told(ParametersPanel.ParametersChanged)) == count == 2


async def test_what_cannot_be_is_said_while_it_is_typed_and_does_not_hold() -> None:
    async with open_panel(Parameters("", {"temperature": 0.5})) as desk:
        await desk.type("temperature", "7")
        await desk.until(lambda: "Temperature is a number from 0 to 2" in desk.screen)
        await desk.pilot.press("enter")
        await desk.go("top_p")
        assert desk.app.parameters.value("temperature") == 0.5
        assert desk.row("temperature").typed == "7"
        await desk.type("temperature", "1")
        await desk.until(lambda: "Temperature is a number" not in desk.screen)


async def test_it_is_unset_by_key_by_click_and_by_emptying() -> None:
    values = {"temperature": 0.5, "seed": 1, "stop": ["a"]}
    async with open_panel(Parameters("be terse", values)) as desk:
        await desk.go("temperature")
        await desk.pilot.press("ctrl+delete")
        await desk.until(lambda: desk.app.parameters.value("temperature") is None)
        await desk.type("seed", "")
        await desk.pilot.press("enter")
        await desk.until(lambda: desk.app.parameters.value("seed") is None)
        await click(desk.pilot, "#row-stop _Unset")
        await desk.until(lambda: desk.app.parameters.value("stop") is None)
        await click(desk.pilot, "#row-system _Unset")
        await desk.until(lambda: desk.app.parameters == Parameters())
        assert "●" not in desk.screen
        assert not desk.row("seed").query_one("_Unset").visible


async def test_the_system_prompt_holds_after_a_pause_and_grows_to_eight_rows() -> None:
    async with open_panel() as desk:
        box = desk.box("system")
        assert box.region.height == 3
        await desk.type("system", "\n".join(f"rule {number}" for number in range(12)))
        await desk.until(lambda: desk.app.parameters.system.endswith("rule 11"))
        assert box.has_focus
        await desk.until(lambda: box.region.height == 8)


async def test_taking_back_a_long_paste_does_no_harm() -> None:
    async with open_panel() as desk:
        await desk.go("system")
        desk.app.post_message(events.Paste("line\n" * 30))
        await desk.until(lambda: desk.row("system").typed.count("\n") == 30)
        await desk.pilot.pause()
        await desk.pilot.press("ctrl+z")
        await desk.until(lambda: desk.row("system").typed == "")


async def test_typing_survives_being_shown_again() -> None:
    async with open_panel() as desk:
        await desk.type("temperature", "0.")
        await desk.type("system", "half a sen")
        desk.app.show()
        assert desk.row("temperature").typed == "0."
        assert desk.row("system").typed == "half a sen"
        await desk.type("seed", "not yet a number")
        desk.app.parameters = desk.app.parameters.with_value("top_p", 0.3)
        desk.app.show()
        assert desk.row("seed").typed == "not yet a number"
        assert desk.row("top_p").typed == "0.3"


async def test_what_is_typed_stays_with_what_it_belongs_to() -> None:
    async with open_panel() as desk:
        desk.panel.show(Parameters(), PRESETS, {}, of="one")
        await desk.type("system", "for the first")
        await desk.type("seed", "x")
        desk.panel.show(Parameters("for the second"), PRESETS, {}, of="two")
        assert desk.row("system").typed == "for the second"
        assert desk.row("seed").typed == ""
        await desk.until(lambda: len(desk.told(ParametersPanel.ParametersChanged)) == 1)
        changed = desk.told(ParametersPanel.ParametersChanged)[0]
        assert (changed.of, changed.parameters) == ("one", Parameters("for the first"))


async def test_a_key_steps_through_numbers_and_choices() -> None:
    async with open_panel(Parameters("", {"temperature": 1.9})) as desk:
        await desk.go("temperature")
        await desk.pilot.press("alt+up", "alt+up", "alt+up")
        await desk.until(lambda: desk.app.parameters.value("temperature") == 2.0)
        await desk.pilot.press("ctrl+down")
        await desk.until(lambda: desk.app.parameters.value("temperature") == 1.9)
        await desk.go("reasoning_effort")
        await desk.pilot.press("alt+up")
        await desk.until(lambda: desk.app.parameters.value("reasoning_effort") == "none")
        await desk.pilot.press("alt+down")
        await desk.until(lambda: desk.app.parameters.value("reasoning_effort") is None)


def test_steps_begin_at_the_servers_default() -> None:
    assert stepped(BY_NAME["temperature"], "", 1, 0.8) == "0.9"
    assert stepped(BY_NAME["top_k"], "40", -1, None) == "30"
    assert stepped(BY_NAME["top_p"], "rubbish", 1, None) == "0.05"
    assert stepped(BY_NAME["presence_penalty"], "", -1, None) == "-0.1"
    assert stepped(BY_NAME["stop"], "a", 1, None) == "a"
    assert stepped(BY_NAME["reasoning_effort"], "xhi", 1, None) == "none"


async def test_a_schema_is_a_file_or_json_and_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "person.json"
    file.write_text(json.dumps(SCHEMA))
    async with open_panel(size=(160, 50)) as desk:
        await desk.type("schema", str(file))
        await desk.until(lambda: "✓ A valid JSON schema" in desk.screen)
        await desk.until(lambda: desk.app.parameters.schema == SCHEMA)
        assert desk.row("schema").typed == str(file)
        await desk.type("schema", '{"type": "objekt"}')
        await desk.until(lambda: "is no JSON schema" in desk.remark("schema"))
        await desk.type("schema", '{"type": ')
        await desk.until(lambda: "is no JSON (" in desk.remark("schema"))
        await desk.type("schema", "absent.json")
        await desk.until(lambda: "there is no such file" in desk.remark("schema"))
        await desk.type("schema", str(tmp_path))
        await desk.until(lambda: "it is a folder" in desk.remark("schema"))
        await desk.go("system")
        assert desk.app.parameters.schema == SCHEMA
        await desk.type("schema", '{"type": "array"}')
        await desk.go("system")
        await desk.until(lambda: desk.app.parameters.schema == {"type": "array"})


def test_schemas_in_words() -> None:
    assert schema_in_words(SCHEMA) == "an object with name, age"
    assert schema_in_words({"type": "array"}) == "type array"
    assert schema_in_words({}) == "any JSON"
    many: dict[str, Any] = {"properties": {f"p{number}": {} for number in range(6)}}
    assert schema_in_words(many) == "an object with p0, p1, p2, p3 and 2 more"


async def test_what_only_this_server_knows() -> None:
    async with open_panel() as desk:
        await desk.type("extra", "mirostat=2\ngrammar=x")
        await desk.until(lambda: "needs quotes" in desk.remark("extra"))
        await desk.type("extra", 'mirostat=2\ngrammar="x"')
        await desk.until(lambda: desk.app.parameters.value("extra") == {"mirostat": 2, "grammar": "x"})


async def test_the_filter_leaves_what_has_the_words() -> None:
    async with open_panel() as desk:
        desk.panel.focus_filter()
        await desk.pilot.press(*"pena")
        await desk.until(lambda: "Temperature" not in desk.screen)
        assert all(name in desk.screen for name in ("Presence penalty", "Frequency penalty", "Repeat penalty"))
        await desk.pilot.press("down", "0", ".", "5", "enter")
        await desk.until(lambda: desk.app.parameters == Parameters("", {"presence_penalty": 0.5}))
        desk.panel.focus_filter()
        await desk.pilot.press("end", "z")
        await desk.until(lambda: "No parameter is called that" in desk.screen)
        await desk.pilot.press("escape")
        await desk.until(lambda: "Temperature" in desk.screen)
        assert desk.told(ParametersPanel.PanelClosed) == []


async def test_escape_closes_and_takes_what_is_typed() -> None:
    async with open_panel() as desk:
        await desk.type("seed", "42")
        await desk.pilot.press("escape")
        await desk.until(lambda: len(desk.told(ParametersPanel.PanelClosed)) == 1)
        assert desk.app.parameters == Parameters("", {"seed": 42})
        assert isinstance(desk.app.told[-1], ParametersPanel.PanelClosed)


async def test_a_preset_is_used() -> None:
    async with open_panel() as desk:
        await desk.until(lambda: "[b]prose[/b]" in desk.screen and "temp 1.2 · top_p 0.9" in desk.screen)
        desk.panel.query_one(OptionList).focus()
        await desk.pilot.press("down", "enter")
        await desk.until(lambda: desk.app.parameters == Parameters("", {"temperature": 1.2, "top_p": 0.9}))
        await desk.until(lambda: "● [b]prose[/b]" in desk.screen)
        assert desk.row("temperature").typed == "1.2"
        desk.panel.query_one(OptionList).highlighted = 0
        desk.press_button("use")
        await desk.until(lambda: desk.app.parameters == Parameters("", {"temperature": 0.1}))
        assert [one.name for one in desk.told(ParametersPanel.PresetUsed)] == ["[b]prose[/b]", "coding"]


async def test_a_preset_is_saved_and_another_only_replaced_when_asked() -> None:
    async with open_panel(Parameters("be terse", {"seed": 7})) as desk:
        desk.press_button("save")
        await desk.until(lambda: desk.panel.query_one("_NameBox").has_focus)
        await desk.pilot.press("enter")
        await desk.until(lambda: "needs a name" in desk.screen)
        await desk.pilot.press(*"coding", "enter")
        await desk.until(lambda: "coding is there already" in desk.screen)
        assert desk.told(ParametersPanel.PresetSaved) == []
        await desk.pilot.press("enter")
        await desk.until(lambda: len(desk.told(ParametersPanel.PresetSaved)) == 1)
        saved = desk.told(ParametersPanel.PresetSaved)[0]
        assert (saved.name, saved.parameters) == ("coding", Parameters("be terse", {"seed": 7}))
        await desk.until(lambda: "● coding" in desk.screen)
        desk.press_button("save")
        await desk.until(lambda: desk.panel.query_one("_NameBox").has_focus)
        await desk.pilot.press("escape")
        await desk.until(lambda: not desk.panel.query_one("_NameBox").display)
        assert desk.told(ParametersPanel.PanelClosed) == []


async def test_a_deleted_preset_is_brought_back() -> None:
    async with open_panel() as desk:
        desk.press_button("delete")
        await desk.until(lambda: [one.name for one in desk.told(ParametersPanel.PresetDeleted)] == ["coding"])
        await desk.until(lambda: "coding is deleted" in desk.screen and "Undo" in desk.screen)
        desk.press_button("delete")
        await desk.until(lambda: {one.name for one in desk.app.presets} == {one.name for one in PRESETS})
        assert next(one for one in desk.app.presets if one.name == "coding") == PRESETS[0]
        await desk.until(lambda: "Undo" not in desk.screen and "is deleted" not in desk.screen)


async def test_without_presets_it_says_what_they_are() -> None:
    async with open_panel() as desk:
        desk.app.presets = ()
        desk.app.show()
        await desk.until(lambda: "None yet" in desk.screen)
        assert desk.panel.query_one("#use", Button).disabled
