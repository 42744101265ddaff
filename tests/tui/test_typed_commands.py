"""What is typed as a command: each of them, with what is right and what is wrong, in the app."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from app_parts import OpenApp
from chat_parts import ask, command, keep, leave_open, loaded, path_texts, said, sent, told
from textual.widgets import Input

from lmstudio_tui.features.chat.slash_commands import COMMANDS
from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.panes.chat.slashing import SlashRunner
from lmstudio_tui.tui.screens.choose import Choose
from lmstudio_tui.tui.screens.choose_tools import ChooseTools
from lmstudio_tui.tui.screens.compare import CompareScreen
from lmstudio_tui.tui.screens.model_picker import ModelPicker
from lmstudio_tui.tui.screens.rename import LineEntry
from lmstudio_tui.tui.screens.save_file import SaveFile
from lmstudio_tui.tui.widgets.find_bar import FindBar
from lmstudio_tui.tui.widgets.parameters_panel import ParametersPanel

pytestmark = pytest.mark.anyio

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


async def test_every_command_can_be_run(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        runner = SlashRunner(ui.pane)
        # The prompt itself opens the editor.
        known = {*runner._ways, "editor"}  # pyright: ignore[reportPrivateUsage]
        assert known == {one.name for one in COMMANDS}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/set", "/set NAME VALUE"),
        ("/set temprature=1", "Did you mean temperature?"),
        ("/set nonsense 1", "There is no parameter 'nonsense'."),
        ("/set temperature hot", "Temperature is a number"),
        ("/set temperature 7", "Temperature"),
        ("/set top_k 1.5", "Top K is a whole number"),
        ("/set mirostat=[", "is no JSON"),
        ("/unset", "/unset NAME"),
        ("/unset nonsense", "There is no parameter 'nonsense'."),
        ("/schema /no/such/file.json", "cannot be read: no such file"),
        ("/schema ~nobody-of-that-name/x.json", "There is no such user"),
        ("/preset nonsense", "There is no preset 'nonsense'; there is: none yet."),
        ("/save-preset", "/save-preset NAME"),
        ("/branch", "There is only one branch"),
        ("/branch 2", "There is only one branch"),
        ("/copy 9", "There is no answer to copy yet."),
        ("/copy", "There is no answer to copy yet."),
        ("/code", "There is no such block of code"),
        ("/code x", "Code blocks have numbers from 1"),
        ("/attach", "/attach FILE"),
        ("/attach ~nobody-of-that-name/x.txt", "There is no such user"),
        ("/import", "/import FILE"),
        ("/export", "There is nothing to export yet."),
        ("/delete", "There is nothing to delete."),
    ],
)
async def test_what_is_wrong_with_a_command_is_said(
    simulator: SimulatorServer, open_app: OpenApp, text: str, words: str
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await command(ui, text)
        await told(ui, words)
        assert not ui.pane.thread.path
        assert not sent(simulator)
        assert ui.composer.text == text


@pytest.mark.parametrize("text", ["/attach /no/such/file.txt", "/import /no/such/file.txt"])
async def test_a_file_that_is_not_there_is_named(simulator: SimulatorServer, open_app: OpenApp, text: str) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await command(ui, text)
        await told(ui, "file.txt")
        assert not ui.pane.thread.path


async def test_a_command_that_was_of_no_use_stays_to_be_mended(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await command(ui, "/set temperature hot")
        await told(ui, "Temperature is a number")
        assert ui.composer.text == "/set temperature hot"
        await command(ui, "/set temperature 0.5")
        await ui.shows("temp 0.5")
        assert ui.composer.text == ""


async def test_parameters_are_set_sent_and_left_to_the_server_again(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        for text in ("system Be brief.", "set temp 0.5", "set max_tokens=40", 'set stop "END", X', "set mirostat=2"):
            await command(ui, f"/{text}")
            await ui.until(lambda: ui.composer.text == "")
        await ui.shows("temp 0.5")
        await ask(ui, "hello")
        body = sent(simulator)[-1]
        assert body["messages"][0] == {"role": "system", "content": "Be brief."}
        assert (body["temperature"], body["max_tokens"], body["stop"], body["mirostat"]) == (0.5, 40, ["END", "X"], 2)
        assert "top_p" not in body
        kept = ui.pane.thread.path[1].parameters
        assert kept["system"] == "Be brief."
        assert kept["temperature"] == 0.5
        await command(ui, "/unset temperature, mirostat stop")
        await ui.until(lambda: "temp" not in ui.pane.view.parameters.words)
        await ask(ui, "again")
        assert {"temperature", "mirostat", "stop"}.isdisjoint(sent(simulator)[-1])
        await command(ui, "/unset all")
        await ui.until(lambda: not ui.pane.view.parameters.changed)
        conversation = ui.pane.view.conversation.id
    assert loaded(tmp_path, conversation).conversation.parameters == {}


async def test_presets_are_kept_used_undone_and_deleted(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await command(ui, "/set temperature 0.1")
        await command(ui, "/save-preset Sober")
        await told(ui, "Kept as Sober.")
        await command(ui, "/set temperature 1.5")
        await command(ui, "/save-preset Wild")
        await told(ui, "Kept as Wild.")
        await command(ui, "/preset Sober")
        await ui.shows("temp 0.1")
        await ui.press("f8")
        await ui.shows("temp 1.5")
        await told(ui, "The parameters are as before.")
        await command(ui, "/preset nonsense")
        await told(ui, "there is: Sober, Wild")
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.until(lambda: [one.name for one in ui.pane.desk.presets] == ["Sober", "Wild"])
        await ui.press("ctrl+n")
        await command(ui, "/preset Wild")
        await ui.shows("temp 1.5")
        ui.pane.presets.delete("Wild")
        assert [one.name for one in ui.pane.desk.presets] == ["Sober"]
        await ui.press("f8")
        await told(ui, "The preset Wild is back.")
        assert [one.name for one in ui.pane.desk.presets] == ["Sober", "Wild"]


async def test_a_preset_is_undone_after_its_tab_was_closed(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await command(ui, "/set temperature 0.1")
        await command(ui, "/save-preset Sober")
        await command(ui, "/unset all")
        await ask(ui, "hello")
        await command(ui, "/preset Sober")
        await ui.shows("temp 0.1")
        await ui.press("alt+w")
        await ui.until(lambda: not ui.pane.thread.path)
        await ui.press("f8")
        await ui.until(lambda: path_texts(ui)[:1] == ["hello"] and bool(ui.pane.view.parameters.changed))
        await ui.press("f8")
        await ui.until(lambda: not ui.pane.view.parameters.changed)


async def test_the_parameters_are_shown_beside_the_conversation(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, size=(160, 50)) as ui:
        await ui.ready()
        for text in ("/system", "/preset"):
            await command(ui, text)
            await ui.until(lambda: any(panel.display for panel in ui.app.query(ParametersPanel)))
            await ui.press("ctrl+s")
            await ui.until(lambda: not any(panel.display for panel in ui.app.query(ParametersPanel)))
            assert ui.composer.has_focus
            assert ui.composer.text == ""


async def test_models_are_named_in_part_or_as_they_are(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await command(ui, "/model gemma")
        await ui.shows("Ask sim-gemma-3n-e4b")
        await command(ui, "/model fault-cut")
        await told(ui, "Several models are called so")
        assert ui.pane.view.model == "sim-gemma-3n-e4b"
        await command(ui, "/model not-listed")
        await ui.shows("Ask not-listed")
        await told(ui, "it is asked all the same")
        await command(ui, "/model")
        await ui.until(lambda: isinstance(ui.app.screen, ModelPicker))


async def test_a_conversation_is_named_left_and_begun_anew(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "hello")
        conversation = ui.pane.view.conversation.id
        await command(ui, "/title About  greetings")
        await ui.until(lambda: ui.pane.view.title.startswith("About"))
        await command(ui, "/title")
        await ui.until(lambda: isinstance(ui.app.screen, LineEntry))
        ui.app.screen.query_one(Input).value = "Greetings"
        await ui.press("enter")
        await ui.until(lambda: ui.pane.view.title == "Greetings")
        for text in ("/new", "/clear"):
            before = ui.pane.view
            await command(ui, text)
            await ui.until(lambda before=before: ui.pane.view is not before and ui.composer.has_focus)
            await ask(ui, f"after {text}")
        assert len(ui.pane.tabs) == 3
    kept = loaded(tmp_path, conversation).conversation
    assert (kept.title, kept.titled) == ("Greetings", True)


async def test_answers_are_given_anew_edited_gone_on_with_and_switched(
    simulator: SimulatorServer, open_app: OpenApp
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "hello")
        first = ui.pane.thread.path[1].id
        await command(ui, "/retry")
        await ui.until(lambda: len(ui.pane.thread.messages) == 3 and not ui.pane.streaming)
        second = ui.pane.thread.path[1].id
        await command(ui, "/branch")
        await ui.until(lambda: ui.pane.thread.path[1].id != second)
        await command(ui, "/branch 2")
        await ui.until(lambda: ui.pane.thread.path[1].id == ui.pane.thread.siblings(first)[1])
        await command(ui, "/branch 3")
        await told(ui, "There are 2 branches")
        await command(ui, "/edit")
        await ui.until(lambda: ui.composer.text == "hello")
        await ui.shows("Edit and send again")
        await ui.press("!", "enter")
        await ui.until(lambda: path_texts(ui)[:1] == ["hello!"] and not ui.pane.streaming)
        assert ui.composer.text == ""
        await command(ui, "/continue")
        await ui.until(lambda: len(sent(simulator)) == 4 and not ui.pane.streaming)
        assert sent(simulator)[-1]["messages"][-1]["role"] == "assistant"


async def test_commands_while_an_answer_comes_change_nothing(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-stall") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.until(lambda: len(ui.transcript.turns) == 2 and bool(ui.transcript.turns[1].text))
        for text in ("/retry", "/edit", "/continue", "/delete", "/compare"):
            await command(ui, text)
            await told(ui, "Esc stops it")
            assert len(ui.pane.thread.messages) == 2
            assert ui.pane.streaming
            ui.app.clear_notifications()
        await command(ui, "/set temperature 0.5")
        await ui.shows("temp 0.5")
        await command(ui, "/stats")
        await told(ui, "2 messages")


async def test_answers_and_code_are_copied_and_saved(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    copies: list[str] = []
    async with open_app(simulator.base_url, copies=copies) as ui:
        await ui.ready()
        await ask(ui, "hello")
        await ask(ui, "Write code in Python")
        first, second = path_texts(ui)[1], path_texts(ui)[3]
        for text, wanted in (("/copy", second), ("/copy 1", first), ("/copy 2", second)):
            copies.clear()
            await command(ui, text)
            await ui.until(lambda wanted=wanted: copies == [wanted])
        for text in ("/copy 3", "/copy x", "/copy 0", "/copy ²"):
            await command(ui, text)
            await told(ui, "/copy takes a number from 1 to 2, or all.")
            ui.app.clear_notifications()
        copies.clear()
        await command(ui, "/copy all")
        await ui.until(lambda: len(copies) == 1)
        assert "hello" in copies[0]
        assert first in copies[0]
        copies.clear()
        await command(ui, "/code 1")
        await ui.until(lambda: len(copies) == 1)
        assert copies[0] in second
        await command(ui, f"/code 1 {tmp_path}/it.py")
        await ui.until(lambda: isinstance(ui.app.screen, SaveFile))
        await ui.press("enter")
        await ui.until(lambda: (tmp_path / "it.py").exists())
        assert (tmp_path / "it.py").read_text() == copies[0]


@pytest.mark.parametrize(
    ("text", "name"),
    [("/export", "hello.md"), ("/export html", "hello.html"), ("/export {folder}/mine.json", "mine.json")],
)
async def test_a_conversation_is_written_to_a_file(
    simulator: SimulatorServer,
    open_app: OpenApp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    name: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "hello")
        await command(ui, text.format(folder=tmp_path))
        await ui.until(lambda: isinstance(ui.app.screen, SaveFile))
        assert Path(ui.app.screen.query_one(Input).value).name == name
        await ui.press("enter")
        await ui.until(lambda: (tmp_path / name).exists())
        assert "hello" in (tmp_path / name).read_text()
        await command(ui, "/export ~nobody-of-that-name/x.md")
        await told(ui, "There is no such user")


async def test_what_was_exported_is_imported(simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path) -> None:
    keep(tmp_path, said("a question", "an answer"))
    leave_open(tmp_path, "kept")
    target = tmp_path / "with blank.json"
    (tmp_path / "nonsense.json").write_text("nonsense")
    async with open_app(simulator.base_url) as ui:
        await ui.until(lambda: path_texts(ui) == ["a question", "an answer"])
        await command(ui, f"/export json {target}")
        await ui.until(lambda: isinstance(ui.app.screen, SaveFile))
        await ui.press("enter")
        await ui.until(target.exists)
        await ui.until(lambda: not isinstance(ui.app.screen, SaveFile))
        await command(ui, f'/import "{target}"')
        await ui.until(lambda: len(ui.pane.tabs) == 2 and path_texts(ui) == ["a question", "an answer"])
        assert ui.pane.view.conversation.id != "kept"
        await command(ui, f"/import {tmp_path}/nonsense.json")
        await told(ui, "nonsense.json:")


async def test_files_are_found_in_the_conversation(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "hello")
        await command(ui, "/find simulator")
        await ui.shows("of ")
        assert ui.pane.view.query_one(FindBar).text == "simulator"
        await ui.press("escape", "escape", "escape")
        await ui.until(lambda: ui.composer.has_focus)
        await command(ui, "/find not-there-at-all")
        await ui.shows("not found")
        await ui.press("escape")
        await command(ui, "/find")
        await ui.until(lambda: ui.pane.view.query_one(FindBar).display)


async def test_screens_open_by_their_commands(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        for text, screen in (("/tools", ChooseTools), ("/compare", CompareScreen), ("/help", Choose)):
            await command(ui, text)
            await ui.until(lambda screen=screen: isinstance(ui.app.screen, screen))
            await ui.press("escape")
            await ui.until(lambda: len(ui.app.screen_stack) == 1)
            assert ui.composer.text == ""
        await command(ui, "/help /set")
        await told(ui, "/set NAME VALUE")
        await command(ui, "/fold")
        await ui.pilot.pause()
        assert ui.composer.text == ""


async def test_quit_leaves(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await command(ui, "/quit")
        await ui.until(lambda: _left(ui.app))


def _left(app: LMStudioApp) -> bool:
    return app.return_code is not None or not app.is_running


async def test_what_looks_like_a_command_is_asked_about_and_two_slashes_send_one(
    simulator: SimulatorServer, open_app: OpenApp
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await command(ui, "/modl x")
        await ui.shows("Did you mean /model?")
        assert not sent(simulator)
        await ui.press("enter")
        await ui.until(lambda: path_texts(ui)[:1] == ["/modl x"] and not ui.pane.streaming)
        await command(ui, "//help me")
        await ui.until(lambda: len(path_texts(ui)) == 4 and not ui.pane.streaming)
        assert path_texts(ui)[2] == "/help me"


async def test_a_schema_is_sent_and_its_answer_checked(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    (tmp_path / "city.json").write_text(json.dumps(SCHEMA))
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "odd.json").write_text('{"type": "nonsense"}')
    (tmp_path / "nonsense.json").write_text("{")
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        for name, words in (
            ("list", "that is an object"),
            ("odd", "holds no JSON schema"),
            ("nonsense", "holds no JSON."),
        ):
            await command(ui, f"/schema {tmp_path}/{name}.json")
            await told(ui, words)
        await command(ui, f"/schema {tmp_path}/city.json")
        await told(ui, "Answers follow the schema")
        await ask(ui, "a city")
        assert sent(simulator)[-1]["response_format"]["json_schema"]["schema"] == SCHEMA
        await ui.shows("The JSON follows the schema.")
        conversation = ui.pane.view.conversation.id
        await command(ui, "/schema")
        await told(ui, "Answers are free again.")
        await ask(ui, "anything")
        assert "response_format" not in sent(simulator)[-1]
    assert loaded(tmp_path, conversation).messages[1].note == "The JSON follows the schema."


async def test_an_answer_that_does_not_follow_the_schema_is_marked(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    (tmp_path / "city.json").write_text(json.dumps(SCHEMA))
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await command(ui, f"/schema {tmp_path}/city.json")
        await command(ui, "/set max_tokens 3")
        await ask(ui, "a city")
        await ui.shows("Not what the schema wants: The answer is no JSON", "stops before the JSON is complete")
        assert ui.pane.thread.path[1].note.startswith("Not what the schema wants")
