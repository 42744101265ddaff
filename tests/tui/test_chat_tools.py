"""Tools, attachments, and what else goes along with a prompt, in the app."""

from __future__ import annotations

import base64
import io
import json
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from app_parts import Driver, FakeServer, FakeStream, OpenApp
from chat_parts import ask, command, keep, leave_open, loaded, path_texts, roles, said, sent, told
from PIL import Image
from textual.events import Paste
from textual.widgets import Input

from lmstudio_tui.features.tools import Approvals, load_tools
from lmstudio_tui.sdk import (
    CancelScope,
    ChatCompletionRequest,
    ChatStream,
    PartialCompletion,
    ServerConnectionError,
    TextDelta,
    ToolCall,
    ToolCallDelta,
)
from lmstudio_tui.sdk.types.chat import FunctionCall
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.screens.answer_tool import AnswerBox, AnswerTool
from lmstudio_tui.tui.screens.attach_file import AttachFile
from lmstudio_tui.tui.screens.choose_tools import ChooseTools
from lmstudio_tui.tui.screens.key_entry import KeyEntry
from lmstudio_tui.tui.screens.look import Look
from lmstudio_tui.tui.widgets.tick import Tick

pytestmark = pytest.mark.anyio

URL = "http://127.0.0.1:1234"
QUESTION = "What is the weather in Paris?"
WEATHER: dict[str, Any] = {
    "name": "get_weather",
    "description": "The weather of a place.",
    "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is pressed at once was meant for the dialog here."""
    monkeypatch.setattr("lmstudio_tui.tui.screens.answer_tool._PAUSE", 0.0)


def _tool(folder: Path, program: str = "", **more: Any) -> None:
    """Put a tool into the folder; a program of Python answers for it, if there is one."""
    (folder / "tools").mkdir(exist_ok=True)
    definition: dict[str, Any] = {"type": "function", "function": WEATHER, **more}
    if program:
        (folder / "tools" / "answer.py").write_text(program)
        definition["command"] = [sys.executable, "answer.py"]
    (folder / "tools" / "weather.json").write_text(json.dumps(definition))


async def _called(ui: Driver) -> AnswerTool:
    """The dialog of the call, once it is there."""
    await ui.until(lambda: isinstance(ui.app.screen, AnswerTool) and bool(ui.app.screen.query("#refuse")))
    dialog = ui.app.screen
    assert isinstance(dialog, AnswerTool)
    return dialog


async def _use_tools(ui: Driver) -> None:
    await ui.ready()
    ui.pane.view.use_tools(("get_weather",))


async def _gone_on(ui: Driver) -> None:
    """Wait until the model has answered with a text."""
    await ui.until(lambda: ui.pane.thread.last_answer is not None and not ui.pane.streaming)


# Tools


async def test_tools_are_chosen_and_kept_with_the_conversation(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    _tool(tmp_path)
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.press("alt+t")
        await ui.until(lambda: isinstance(ui.app.screen, ChooseTools))
        await ui.shows("get_weather", "The weather of a place.")
        await ui.press("space", "enter")
        await ui.until(lambda: ui.pane.view.tools == ("get_weather",))
        await ask(ui, "hello")
        assert sent(simulator)[-1]["tools"] == [{"type": "function", "function": WEATHER}]
    async with open_app(simulator.base_url) as ui:
        await ui.until(lambda: ui.pane.view.tools == ("get_weather",))


async def test_a_call_is_answered_by_hand(simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path) -> None:
    _tool(tmp_path)
    async with open_app(simulator.base_url) as ui:
        await _use_tools(ui)
        await ui.ask(QUESTION)
        await _called(ui)
        await ui.shows("get_weather is called", "Paris")
        await ui.type("Rain")
        await ui.press("enter")
        await _gone_on(ui)
        assert [message.role for message in ui.pane.thread.path] == ["user", "assistant", "tool", "assistant"]
        assert roles(sent(simulator)[-1]) == ["user", "assistant", "tool"]
        call = sent(simulator)[-1]["messages"][1]["tool_calls"][0]
        assert sent(simulator)[-1]["messages"][2] == {"role": "tool", "content": "Rain", "tool_call_id": call["id"]}
        views = ui.transcript.turns[1].tools
        assert [(one.name, one.result, one.state) for one in views] == [("get_weather", "Rain", "done")]
        conversation = ui.pane.view.conversation.id
    kept = loaded(tmp_path, conversation).messages
    assert [one.text for one in kept if one.role == "tool"] == ["Rain"]
    assert kept[1].tool_calls[0].name == "get_weather"


async def test_a_call_is_refused(simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path) -> None:
    _tool(tmp_path)
    async with open_app(simulator.base_url) as ui:
        await _use_tools(ui)
        await ui.ask(QUESTION)
        await _called(ui)
        await ui.click("#refuse")
        await _gone_on(ui)
        assert "refused" in sent(simulator)[-1]["messages"][2]["content"]
        assert ui.transcript.turns[1].tools[0].state == "refused"


async def test_a_command_runs_only_when_it_is_told_to(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    _tool(tmp_path, "import json, sys; print('Sun in', json.load(sys.stdin)['place'])")
    async with open_app(simulator.base_url) as ui:
        await _use_tools(ui)
        await ui.ask(QUESTION)
        await _called(ui)
        # The whole command line is there to be read before anything runs.
        await ui.shows("answer.py", "Always run this very command")
        assert len(ui.pane.thread.path) == 2
        await ui.press("ctrl+r")
        await _gone_on(ui)
        assert path_texts(ui)[2] == "Sun in Paris"
        # It was not asked for always: the next time it is asked about again.
        await ui.ask(QUESTION)
        await _called(ui)
        await ui.press("escape")
        assert Approvals(tmp_path / "approvals.json").listed() == ()


async def test_a_command_that_was_approved_runs_by_itself_until_it_is_another_one(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    _tool(tmp_path, "print('Sun')")
    async with open_app(simulator.base_url) as ui:
        await _use_tools(ui)
        await ui.ask(QUESTION)
        dialog = await _called(ui)
        dialog.query_one(Tick).value = True
        await ui.press("ctrl+r")
        await _gone_on(ui)
        tool = load_tools(tmp_path / "tools")[0][0]
        await ui.until(lambda: Approvals(tmp_path / "approvals.json").allows(tool))
        await ui.ask(QUESTION)
        await ui.until(lambda: len(path_texts(ui)) == 8 and not ui.pane.streaming)
        assert path_texts(ui)[6] == "Sun"
        changed = json.loads((tmp_path / "tools" / "weather.json").read_text())
        changed["command"].append("--more")
        (tmp_path / "tools" / "weather.json").write_text(json.dumps(changed))
        await ui.ask(QUESTION)
        await _called(ui)
        await ui.shows("--more")


async def test_a_command_that_fails_is_told_to_the_model(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    _tool(tmp_path, "import sys; sys.exit('no such place')")
    async with open_app(simulator.base_url) as ui:
        await _use_tools(ui)
        await ui.ask(QUESTION)
        await _called(ui)
        await ui.press("ctrl+r")
        await _gone_on(ui)
        assert "no such place" in path_texts(ui)[2]
        assert path_texts(ui)[2].startswith("Error: the tool ended with exit code 1.")
        assert ui.transcript.turns[1].tools[0].state == "failed"


async def test_a_call_that_is_left_is_taken_up_again_with_what_was_typed(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    _tool(tmp_path)
    async with open_app(simulator.base_url) as ui:
        await _use_tools(ui)
        await ui.ask(QUESTION)
        await _called(ui)
        await ui.type("Ra")
        await ui.press("escape")
        await told(ui, "The call stays open; Ctrl+R takes it up again.")
        await ui.until(lambda: not isinstance(ui.app.screen, AnswerTool))
        assert ui.transcript.turns[1].tools[0].state == "waiting"
        await ui.press("ctrl+r")
        dialog = await _called(ui)
        assert dialog.query_one(AnswerBox).text == "Ra"
        await ui.type("in")
        await ui.press("enter")
        await _gone_on(ui)
        assert path_texts(ui)[2] == "Rain"


async def test_an_open_call_is_taken_up_after_a_restart(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    _tool(tmp_path)
    async with open_app(simulator.base_url) as ui:
        await _use_tools(ui)
        await ui.ask(QUESTION)
        await _called(ui)
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.app.screen, AnswerTool))
    async with open_app(simulator.base_url) as ui:
        await ui.until(lambda: len(ui.pane.thread.path) == 2 and ui.pane.desk.server.online)
        await ui.press("ctrl+r")
        await _called(ui)
        await ui.type("Rain")
        await ui.press("enter")
        await _gone_on(ui)
        assert roles(sent(simulator)[-1]) == ["user", "assistant", "tool"]


async def test_another_prompt_may_be_asked_while_a_call_is_open(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    _tool(tmp_path)
    async with open_app(simulator.base_url) as ui:
        await _use_tools(ui)
        await ui.ask(QUESTION)
        await _called(ui)
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.app.screen, AnswerTool) and ui.composer.has_focus)
        ui.pane.view.use_tools(())
        await ui.ask("Never mind")
        await _gone_on(ui)
        # A call without an answer is refused by most servers.
        assert all(message["role"] == "user" for message in sent(simulator)[-1]["messages"])


async def test_a_running_command_is_stopped(simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path) -> None:
    _tool(tmp_path, "import time; open('begun', 'w').close(); time.sleep(60)")
    async with open_app(simulator.base_url) as ui:
        await _use_tools(ui)
        await ui.ask(QUESTION)
        await _called(ui)
        await ui.press("ctrl+r")
        await ui.until((tmp_path / "tools" / "begun").exists)
        assert ui.pane.streaming
        await ui.shows("running")
        await ui.press("escape")
        await ui.until(lambda: not ui.pane.streaming)
        await told(ui, "The call stays open")
        assert ui.transcript.turns[1].tools[0].state == "waiting"
        assert ui.transcript.turns[1].status == "complete"
        await ui.press("ctrl+r")
        await _called(ui)


async def test_what_is_called_has_no_tool_any_more(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app(simulator.base_url, model="fault-tool-call-pieces") as ui:
        await ui.ready()
        await ui.ask("hello")
        await _called(ui)
        await ui.shows("There is no tool of this name here.")
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.app.screen, AnswerTool))


async def test_a_call_in_another_tab_waits(open_app: OpenApp) -> None:
    server = Calling(1)
    async with open_app(URL, connect=server.connect) as ui:
        await ui.ready()
        await ui.ask("one")
        await _called(ui)
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.app.screen, AnswerTool))
        first = ui.pane.view
        await ui.press("ctrl+n")
        await ui.until(lambda: ui.pane.view is not first)
        first.answer_tools()
        await told(ui, "Ctrl+R in its conversation answers")
        assert not isinstance(ui.app.screen, AnswerTool)


class Calling(FakeServer):
    """Calls so many functions at once, and answers when it has been told all of them."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count
        self.asked: list[ChatCompletionRequest] = []

    def stream_chat_completion(self, request: ChatCompletionRequest, *, scope: CancelScope | None = None) -> ChatStream:
        self.asked.append(request)
        if request.messages[-1].role == "tool":
            return FakeServer(events=[TextDelta("All told.")]).stream_chat_completion(request, scope=scope)
        numbers = range(self._count)
        events = [ToolCallDelta(index=n, id="same", name=f"tool_{n}", arguments='{"n": 1}') for n in numbers]
        calls = tuple(
            ToolCall(id="same", function=FunctionCall(name=f"tool_{n}", arguments='{"n": 1}')) for n in numbers
        )
        stream = CallingStream(FakeServer(events=events), scope or CancelScope())
        stream.calls = calls
        return stream  # pyright: ignore[reportReturnType] - as good as one


class CallingStream(FakeStream):
    """Ends with calls."""

    calls: tuple[ToolCall, ...] = ()

    @property
    def partial(self) -> PartialCompletion:
        return replace(super().partial, tool_calls=self.calls, finish_reason="tool_calls")


async def test_several_calls_are_answered_one_after_the_other(open_app: OpenApp) -> None:
    server = Calling(3)
    async with open_app(URL, connect=server.connect) as ui:
        await ui.ready()
        await ui.ask("three things")
        for number, word in enumerate(("one", "two", "three")):
            await ui.shows(f"tool_{number} is called")
            await _called(ui)
            await ui.type(word)
            await ui.press("enter")
        await _gone_on(ui)
        await ui.shows("All told.")
        told_back = server.asked[-1].messages
        assert [one.content for one in told_back if one.role == "tool"] == ["one", "two", "three"]
        ids = [one.tool_call_id for one in told_back if one.role == "tool"]
        # The server gave one id to all; each needs its own.
        assert len(set(ids)) == 3
        assert [tool.result for tool in ui.transcript.turns[1].tools] == ["one", "two", "three"]


# Attachments


def _picture(folder: Path, name: str = "photo.png") -> Path:
    Image.new("RGB", (40, 30), "red").save(folder / name)
    return folder / name


async def test_an_image_is_sent_with_the_prompt(simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path) -> None:
    path = _picture(tmp_path)
    async with open_app(simulator.base_url, model="sim-gemma-3n-e4b") as ui:
        await ui.ready()
        await command(ui, f"/attach {path}")
        await ui.shows("1 image")
        await ask(ui, "What is it?")
        await ui.shows("photo.png  40×30")
        await ui.hides("1 image")
        text = json.dumps(sent(simulator)[-1])
        start = text.index("data:image/png;base64,") + len("data:image/png;base64,")
        data = base64.b64decode(text[start : text.index('"', start)])
        with Image.open(io.BytesIO(data)) as image:
            assert image.size == (40, 30)
        await ask(ui, "And now?")
        # It stays where it was said.
        content = sent(simulator)[-1]["messages"][0]["content"]
        assert [part["type"] for part in content] == ["text", "image_url"]
        assert content[1]["image_url"]["url"].startswith("data:image/png;base64,")
        assert sent(simulator)[-1]["messages"][2]["content"] == "And now?"
        conversation = ui.pane.view.conversation.id
    attachment = loaded(tmp_path, conversation).messages[0].attachments[0]
    assert (attachment.name, attachment.width, attachment.height) == ("photo.png", 40, 30)
    async with open_app(simulator.base_url) as ui:
        await ui.until(lambda: len(path_texts(ui)) == 4 and ui.pane.desk.server.online)
        await ask(ui, "Still there?")
        assert sent(simulator)[-1]["messages"][0]["content"][1]["type"] == "image_url"


async def test_an_image_is_refused_for_a_model_that_is_blind(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    path = _picture(tmp_path)
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await command(ui, f"/attach {path}")
        await told(ui, "sim-llama-3.1-8b does not read images, so photo.png cannot be sent.")
        assert "1 image" not in ui.screen
        await ask(ui, "hello")
        assert "data:image" not in json.dumps(sent(simulator)[-1])


async def test_a_text_is_sent_before_the_prompt(simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Notes\n\n```\ninner fence\n```\n")
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.press("alt+a")
        await ui.until(lambda: isinstance(ui.app.screen, AttachFile))
        ui.app.screen.query_one(Input).value = str(tmp_path / "notes.md")
        await ui.pilot.pause()
        await ui.press("enter")
        await ui.shows("1 file")
        await ask(ui, "Sum it up")
        content = sent(simulator)[-1]["messages"][0]["content"]
        assert content.startswith("notes.md:\n````md\n# Notes")
        assert content.endswith("\n````\n\nSum it up")
        assert path_texts(ui)[0] == "Sum it up"


async def test_files_are_attached_by_pasting_their_paths_and_taken_out(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    first, second = _picture(tmp_path), _picture(tmp_path, "other one.png")
    async with open_app(simulator.base_url, model="sim-gemma-3n-e4b") as ui:
        await ui.ready()
        ui.composer.post_message(Paste(f"'{first}' '{second}'\n"))
        await ui.shows("2 images")
        assert ui.composer.text == ""
        ui.pane.view.along.look()
        await ui.until(lambda: isinstance(ui.app.screen, Look))
        await ui.shows("photo.png")
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.app.screen, Look))
        ui.pane.view.along.clear()
        await ui.hides("2 images")
        (tmp_path / "not.png").write_bytes(b"\x00\x01\x02")
        ui.composer.post_message(Paste(str(tmp_path / "not.png")))
        # What cannot be sent is text again.
        await ui.until(lambda: ui.composer.text == str(tmp_path / "not.png"))


async def test_what_was_sent_along_is_looked_at(simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path) -> None:
    path = _picture(tmp_path)
    async with open_app(simulator.base_url, model="sim-gemma-3n-e4b") as ui:
        await ui.ready()
        await command(ui, f"/attach {path}")
        await ui.shows("1 image")
        await ask(ui, "What is it?")
        await ui.press("escape", "o")
        await ui.until(lambda: isinstance(ui.app.screen, Look))
        await ui.shows("photo.png", "40×30")
        await ui.press("escape")
        await ask(ui, "And?")
        await ui.press("escape", "o")
        await told(ui, "Nothing was sent along with this prompt.")


async def test_an_edited_prompt_keeps_what_was_sent_along(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    path = _picture(tmp_path)
    async with open_app(simulator.base_url, model="sim-gemma-3n-e4b") as ui:
        await ui.ready()
        await command(ui, f"/attach {path}")
        await ui.shows("1 image")
        await ask(ui, "What is it?")
        await command(ui, "/edit")
        await ui.until(lambda: ui.composer.text == "What is it?")
        await ui.press("!", "enter")
        await ui.until(lambda: path_texts(ui)[:1] == ["What is it?!"] and not ui.pane.streaming)
        assert "data:image" in json.dumps(sent(simulator)[-1])
        assert [one.name for one in ui.pane.thread.path[0].attachments] == ["photo.png"]


# The context


async def test_a_prompt_too_long_for_the_context_is_warned_of_once(
    simulator: SimulatorServer, open_app: OpenApp
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        text = "word " * 9000
        ui.composer.put(text)
        await ui.pilot.pause()
        await ui.press("enter")
        await told(ui, "more than the 8,192 of the context. Enter sends it all the same.")
        assert not sent(simulator)
        assert ui.composer.text_to_keep == text
        await ui.press("enter")
        await ui.until(lambda: len(ui.pane.thread.path) == 2 and not ui.pane.streaming)
        assert len(sent(simulator)) >= 1


async def test_the_context_meter_fills(simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path) -> None:
    usage = {"prompt_tokens": 7000, "completion_tokens": 500, "total_tokens": 7500}
    keep(tmp_path, said("long", "longer", usage=usage))
    leave_open(tmp_path, "kept")
    async with open_app(simulator.base_url) as ui:
        await ui.shows("nearly full 7.5k / 8.2k")


# The server


async def test_a_server_that_is_gone_keeps_the_prompt(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "hello")
        url = simulator.base_url
        simulator.stop()
        await ask(ui, "are you there?")
        assert ui.pane.thread.path[3].status == "failed"
        await ui.shows("▌ are you there?", "Ctrl+R asks again")
        with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, port=int(url.rpartition(":")[2]))):
            await ui.press("f5")
            await ui.until(lambda: ui.pane.desk.server.online)
            await ui.press("ctrl+r")
            await ui.until(lambda: ui.pane.thread.path[-1].status == "complete" and not ui.pane.streaming)
            assert len(ui.pane.thread.path) == 4


async def test_a_locked_server_keeps_the_prompt(open_app: OpenApp, tmp_path: Path) -> None:
    keep(tmp_path, said("one", "two"))
    leave_open(tmp_path, "kept")
    with SimulatorServer(SimulatorConfig(speed=0, api_key="sesame")) as server:
        async with open_app(server.base_url) as ui:
            await ui.until(lambda: len(path_texts(ui)) == 2)
            await ui.until(lambda: ui.pane.desk.server.presence.name == "LOCKED")
            ui.composer.focus()
            await ui.type("three")
            await ui.press("enter")
            await told(ui, "The server wants an API key first (F6); the prompt is kept.")
            assert ui.composer.text == "three"
            assert len(path_texts(ui)) == 2
            await ui.press("f6")
            await ui.until(lambda: isinstance(ui.app.screen, KeyEntry))
            await ui.type("sesame")
            await ui.press("enter")
            await ui.until(lambda: ui.pane.desk.server.online)
            ui.composer.focus()
            await ui.press("enter")
            await ui.until(lambda: len(path_texts(ui)) == 4 and not ui.pane.streaming)


async def test_a_prompt_waits_while_a_server_is_looked_for(open_app: OpenApp, tmp_path: Path) -> None:
    server = FakeServer()
    go_on = threading.Event()

    class Slow(FakeServer):
        def health(self, *, scope: CancelScope | None = None) -> Any:
            while not go_on.wait(0.01):
                (scope or CancelScope()).raise_if_cancelled()
            return server.health(scope=scope)

    slow = Slow()
    keep(tmp_path, said("one", "two"), draft="three")
    leave_open(tmp_path, "kept")
    async with open_app(URL, connect=slow.connect) as ui:
        await ui.until(lambda: len(path_texts(ui)) == 2 and ui.composer.text == "three")
        ui.composer.focus()
        await ui.press("enter")
        await told(ui, "There is no server yet; the prompt is kept.")
        assert ui.composer.text == "three"
        go_on.set()
        await ui.until(lambda: ui.pane.desk.server.online)
        await ui.press("enter")
        await ui.until(lambda: len(path_texts(ui)) == 4 and not ui.pane.streaming)


async def test_a_connection_that_is_lost_is_looked_after_at_once(open_app: OpenApp) -> None:
    server = FakeServer(events=(), error=ServerConnectionError("Nothing listens at 127.0.0.1:1234."))
    async with open_app(URL, connect=server.connect) as ui:
        await ui.ready()
        server.health_error = ServerConnectionError("Nothing listens at 127.0.0.1:1234.")
        await ask(ui, "hello")
        await ui.shows("Nothing listens at 127.0.0.1:1234.", "Is the server running")
        await ui.until(lambda: not ui.pane.desk.server.online)


# The schema


async def test_an_answer_that_landed_in_the_reasoning_is_shown_and_checked(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    (tmp_path / "any.json").write_text('{"type": "object"}')
    async with open_app(simulator.base_url, model="fault-schema-in-reasoning") as ui:
        await ui.ready()
        await command(ui, f"/schema {tmp_path}/any.json")
        await ask(ui, "something")
        await ui.shows("The JSON came as reasoning; it is shown as the answer.", "The JSON follows the schema.")
