"""The chat pane, used as a person would, against the simulator over real HTTP."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from app_parts import OpenApp
from textual.events import Key

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.screens.model_picker import ModelPicker

pytestmark = pytest.mark.anyio


async def test_a_prompt_typed_and_sent_is_answered_with_figures(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.answered()
        await ui.shows("▌ hello", "Simulated answer", "tok/s", "first", "tokens", "sim-llama-3.1-8b", "09:41")
        assert ui.composer.text == ""
        sent = json.loads(next(r for r in simulator.requests if r.path == "/v1/chat/completions").body)
        assert sent["messages"] == [{"role": "user", "content": "hello"}]
        assert sent["model"] == "sim-llama-3.1-8b"
        assert sent["stream_options"] == {"include_usage": True}


async def test_keys_typed_in_one_burst_are_all_sent(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        # Without a pause between the last letter and Enter, as from a paste or a quick hand.
        for key in [*"quick brown fox".replace(" ", "_"), "enter"]:
            ui.app.post_message(_key(key))
        await ui.until(lambda: bool(ui.pane.thread.path))
        assert ui.pane.thread.path[0].text == "quick_brown_fox"


def _key(key: str) -> Key:
    return Key("underscore" if key == "_" else key, "\r" if key == "enter" else key)


async def test_the_conversation_goes_on(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.ask("first")
        await ui.answered()
        await ui.ask("second")
        await ui.until(lambda: len(ui.pane.thread.path) == 4)
        sent = [json.loads(r.body) for r in simulator.requests if r.path == "/v1/chat/completions"]
        roles = [message["role"] for message in sent[1]["messages"]]
        assert roles == ["user", "assistant", "user"]
        assert sent[1]["messages"][1]["content"] == ui.pane.thread.path[1].text


async def test_ctrl_j_starts_a_new_line_and_shift_enter_too(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.pilot.press("a", "ctrl+j", "b", "shift+enter", "c")
        assert ui.composer.text == "a\nb\nc"
        await ui.pilot.press("enter")
        await ui.answered()
        assert ui.pane.thread.path[0].text == "a\nb\nc"


async def test_reasoning_is_folded_apart(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-think-tags") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.answered()
        said = ui.pane.thread.path[1]
        assert said.reasoning
        assert "<think>" not in said.text
        await ui.shows("▸ thought for")
        assert said.reasoning.splitlines()[0] not in ui.screen
        await ui.pilot.press("escape", "left_square_bracket", "space")
        await ui.shows(said.reasoning.splitlines()[0][:40])


async def test_reasoning_with_only_a_closing_tag_is_taken_back(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-think-close-only") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.answered()
        said = ui.pane.thread.path[1]
        assert said.reasoning
        turn = ui.transcript.turn(said.id)
        assert said.reasoning.strip().splitlines()[0] in turn.reasoning
        assert said.reasoning.strip().splitlines()[0] not in turn.text


async def test_escape_stops_at_once_and_keeps_the_text(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-endless") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.until(lambda: len(ui.transcript.turns) == 2 and len(ui.transcript.turns[1].text) > 20)
        started = time.monotonic()
        await ui.pilot.press("escape")
        await ui.answered()
        # The promise is 100 ms; a machine that does other things too may take longer to say so.
        assert time.monotonic() - started < 5.0
        said = ui.pane.thread.path[1]
        assert said.status == "stopped"
        assert len(said.text) > 20
        await ui.shows("Stopped. What had arrived is kept.")
        assert simulator.wait_for(lambda s: any(r.disconnected for r in s.requests), timeout=5)


async def test_the_wait_is_counted_and_can_be_ended(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-stall-headers") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.shows("waiting 1 s")
        await ui.pilot.press("escape")
        await ui.answered()
        await ui.shows("Stopped before anything came.")


async def test_a_stalled_stream_does_not_hold_up_the_end(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-stall") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.until(lambda: len(ui.transcript.turns) == 2 and bool(ui.transcript.turns[1].text))
        started = time.monotonic()
        await ui.pilot.press("ctrl+q")
    assert time.monotonic() - started < 10.0
    assert simulator.wait_for(lambda s: any(r.disconnected for r in s.requests), timeout=5)


async def test_a_cut_keeps_what_arrived_and_says_so(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-cut-middle") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.answered()
        assert ui.pane.thread.path[1].status == "interrupted"
        assert ui.pane.thread.path[1].text
        await ui.shows("was interrupted")


async def test_a_refusal_is_shown_where_it_happened_and_can_be_tried_again(
    simulator: SimulatorServer, open_app: OpenApp
) -> None:
    async with open_app(simulator.base_url, model="fault-context-overflow") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.answered()
        await ui.shows("▌ hello", "context", "Ctrl+R asks again")
        assert ui.pane.thread.path[1].status == "failed"
        ui.pane.use_model("sim-llama-3.1-8b")
        await ui.pilot.press("ctrl+r")
        await ui.until(lambda: bool(ui.pane.thread.last_answer) and not ui.pane.streaming)
        assert [said.role for said in ui.pane.thread.path] == ["user", "assistant"]


async def test_another_models_answer_is_marked(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-wrong-model") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.answered()
        await ui.shows("answered; fault-wrong-model was asked for")


async def test_what_a_model_sends_cannot_touch_the_terminal(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-escape-codes") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.answered()
        assert "\x1b" in ui.pane.thread.path[1].text
        assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in ui.screen.replace("\n", ""))
        await ui.shows("[red]")


async def test_tool_calls_are_shown(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-tool-call-pieces") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.answered()
        assert [tool.name for tool in ui.transcript.turns[1].tools] == [
            call.name for call in ui.pane.thread.path[1].tool_calls
        ]
        assert ui.transcript.turns[1].tools


async def test_the_model_is_chosen_by_typing_and_remembered(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.pilot.press("ctrl+t")
        await ui.until(lambda: isinstance(ui.app.screen, ModelPicker))
        await ui.type("gemma")
        await ui.pilot.press("enter")
        await ui.shows("Ask sim-gemma-3n-e4b")
        await ui.ask("hello")
        await ui.answered()
        assert ui.pane.thread.path[1].model == "sim-gemma-3n-e4b"
    assert "sim-gemma-3n-e4b" in (tmp_path / "state.json").read_text()
    async with open_app(simulator.base_url) as ui:
        await ui.shows("Ask sim-gemma-3n-e4b")


async def test_who_types_a_name_gets_the_model_of_that_name(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.pilot.press("ctrl+t")
        await ui.until(lambda: isinstance(ui.app.screen, ModelPicker))
        await ui.type("qwen")
        # The family of another one is the same.
        await ui.shows("sim-deepseek-r1-7b")
        await ui.pilot.press("enter")
        await ui.shows("Ask sim-qwen3-8b")


async def test_an_unlisted_model_can_be_typed_and_the_picker_left(
    simulator: SimulatorServer, open_app: OpenApp
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.pilot.press("ctrl+t")
        await ui.until(lambda: isinstance(ui.app.screen, ModelPicker))
        await ui.pilot.press("down", "pagedown", "up", "escape")
        await ui.until(lambda: not isinstance(ui.app.screen, ModelPicker))
        await ui.pilot.press("f2")
        await ui.until(lambda: isinstance(ui.app.screen, ModelPicker))
        await ui.type("zz-mine")
        await ui.shows("zz-mine")
        await ui.pilot.press("enter")
        await ui.shows("Ask zz-mine")


@pytest.mark.parametrize(("verified", "words"), [(True, "Copied: answer"), (False, "Sent to the terminal. (answer")])
async def test_copying_tells_how_sure_it_is(
    simulator: SimulatorServer, open_app: OpenApp, *, verified: bool, words: str
) -> None:
    copies: list[str] = []
    async with open_app(simulator.base_url, copies=copies, verified=verified) as ui:
        await ui.ready()
        await ui.pilot.press("ctrl+y")
        assert copies == []
        await ui.ask("hello")
        await ui.answered()
        await ui.pilot.press("ctrl+y")
        await ui.shows(words)
        answer = ui.pane.thread.path[1].text
        assert copies == [answer]
        assert verified or ui.app.clipboard == answer


async def test_code_and_prompts_are_copied_from_the_transcript(simulator: SimulatorServer, open_app: OpenApp) -> None:
    copies: list[str] = []
    async with open_app(simulator.base_url, copies=copies) as ui:
        await ui.ready()
        await ui.ask("Write code in Python")
        await ui.answered()
        await ui.pilot.press("escape", "c")
        await ui.until(lambda: len(copies) == 1)
        assert copies[0] in ui.pane.thread.path[1].text
        assert "```" not in copies[0]
        await ui.pilot.press("9")
        await ui.shows("no such block")
        await ui.pilot.press("home", "left_square_bracket", "left_square_bracket", "y")
        await ui.until(lambda: len(copies) == 2)
        assert copies[1] == "Write code in Python"


async def test_earlier_prompts_come_back_with_the_up_key(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        for prompt in ("one", "two"):
            await ui.ask(prompt)
            await ui.answered()
        await ui.type("draft")
        await ui.pilot.press("up")
        assert ui.composer.text == "two"
        await ui.pilot.press("up", "up")
        assert ui.composer.text == "one"
        await ui.pilot.press("down", "down")
        assert ui.composer.text == "draft"


async def test_a_second_prompt_waits_for_the_first(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-endless") as ui:
        await ui.ready()
        await ui.ask("first")
        await ui.until(lambda: ui.pane.streaming)
        await ui.ask("second")
        await ui.shows("Esc stops it")
        assert ui.composer.text == "second"
        first = ui.pane.view
        await ui.pilot.press("ctrl+n")
        await ui.until(lambda: ui.pane.view is not first)
        assert first.streaming
        assert not ui.pane.streaming


async def test_a_conversation_left_can_be_brought_back(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.ask("remember me")
        await ui.answered()
        await ui.pilot.press("ctrl+n")
        await ui.shows("is listening")
        assert not ui.pane.thread.path
        await ui.pilot.press("alt+left")
        await ui.shows("tok/s")
        await ui.pilot.press("escape", "home")
        await ui.shows("▌ remember me")
        assert ui.pane.thread.last_answer is not None


async def test_what_is_said_after_a_new_beginning_is_drawn(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, size=(80, 24)) as ui:
        await ui.ready()
        for prompt in ("first", "Explain it at length"):
            await ui.ask(prompt)
            await ui.answered()
        await ui.pilot.press("ctrl+n")
        await ui.shows("is listening")
        await ui.ask("hello again")
        await ui.answered()
        await ui.shows("▌ hello again", "I am the simulator")
        await ui.pilot.press("alt+left")
        await ui.shows("Simulated answer", "tok/s")
        drawn = [line for line in ui.screen.splitlines()[1:20] if line.strip()]
        assert len(drawn) > 8


async def test_a_stalled_stream_says_for_how_long(
    simulator: SimulatorServer, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lmstudio_tui.features.chat.live._STALL", 1.0)
    async with open_app(simulator.base_url, model="fault-stall") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.shows("nothing has come for")
        await ui.pilot.press("escape")
        await ui.answered()
        await ui.shows("Stopped.")
        assert "nothing has come" not in ui.screen


async def test_the_transcript_scrolls_from_the_prompt_and_letters_find_the_prompt(
    simulator: SimulatorServer, open_app: OpenApp
) -> None:
    async with open_app(simulator.base_url, size=(80, 24)) as ui:
        await ui.ready()
        await ui.ask("Explain it at length")
        await ui.answered()
        await ui.shows("tok/s")
        await ui.pilot.press("pageup")
        await ui.until(lambda: not ui.transcript.at_end)
        assert ui.composer.has_focus
        await ui.pilot.press("pagedown")
        await ui.until(lambda: ui.transcript.at_end)
        await ui.pilot.press("escape", "W", "h", "y")
        await ui.until(lambda: ui.composer.text == "Why")
        assert ui.composer.has_focus


async def test_a_server_too_old_to_chat_is_said_before_anything_is_asked(open_app: OpenApp) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, flavour="classic", server_version="0.2.17")) as server:
        async with open_app(server.base_url) as ui:
            await ui.shows("This server cannot chat", "0.2.17 is too old")


async def test_asking_again_keeps_the_answer_that_was_there(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.answered()
        await ui.pilot.press("ctrl+r")
        await ui.until(lambda: ui.pane.thread.position(ui.pane.thread.path[1].id) == (2, 2) and not ui.pane.streaming)
        await ui.shows("‹ 2/2 ›")
        await ui.pilot.press("escape", "left_square_bracket", "<")
        await ui.shows("‹ 1/2 ›")
        assert ui.pane.thread.path[1].text


async def test_streaming_that_does_not_work_is_said(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-no-streaming") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.answered()
        await ui.shows("Without streaming", "Simulated answer")


async def test_a_server_without_models_says_what_to_do(open_app: OpenApp) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, jit=False)) as server:
        import httpx

        for model in ("sim-llama-3.1-8b", "sim-nomic-embed-v1.5"):
            httpx.post(f"{server.base_url}/api/v1/models/unload", json={"instance_id": model}).raise_for_status()
        async with open_app(server.base_url) as ui:
            await ui.until(lambda: ui.composer.has_focus)
            await ui.ask("hello")
            await ui.answered()
            assert ui.pane.thread.path[1].status in {"failed", "complete"}
