"""Comparing answers: choosing who is asked, watching them answer, telling them apart, keeping one."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from app_parts import MODELS, NOW, FakeServer, OpenApp, Piloted
from textual.app import App
from textual.pilot import Pilot

from lmstudio_tui.features.chat.compare import Contestant
from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.features.chat.thread import Thread
from lmstudio_tui.sdk import (
    CancelScope,
    ChatCompletionRequest,
    ChatStream,
    ClientConfig,
    LMStudioClient,
    LMStudioSDK,
    ModelSummary,
    ServerConnectionError,
    TextDelta,
)
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.store.library import Library
from lmstudio_tui.store.library.records import Conversation, Message, Preset
from lmstudio_tui.tui.messages import CopyWanted, ServerDoubted
from lmstudio_tui.tui.panes.chat.desk import ChatDesk
from lmstudio_tui.tui.screens.compare import CompareResult, CompareScreen
from lmstudio_tui.tui.screens.compare.arena import Arena
from lmstudio_tui.tui.screens.compare.column import Column
from lmstudio_tui.tui.screens.compare.diff import DiffScreen, Side
from lmstudio_tui.tui.screens.compare.diff_view import DiffView
from lmstudio_tui.tui.screens.compare.setup import PromptBox
from lmstudio_tui.tui.themes import THEMES

pytestmark = pytest.mark.anyio

TALK = Conversation(id="talk", title="Rust vs Go", created_at=1.0, updated_at=1.0)
BEFORE = (
    Message(id="p0", conversation_id="talk", parent_id=None, role="user", text="What is Rust?", created_at=1.0),
    Message(id="a0", conversation_id="talk", parent_id="p0", role="assistant", text="A language.", created_at=2.0),
)
PRESETS = (Preset("warm", {"temperature": 0.9}), Preset("cold", {"temperature": 0.1, "seed": 7}))


class Host(App[None]):
    """Opens the comparison at once, and keeps what it gave and what it asked for."""

    def __init__(self, screen: Any) -> None:
        super().__init__()
        self._first = screen
        self.given: list[CompareResult | None] = []
        self.copies: list[str] = []
        self.doubts = 0
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def on_mount(self) -> None:
        self.push_screen(self._first, self.given.append)

    def on_copy_wanted(self, event: CopyWanted) -> None:
        self.copies.append(event.text)

    def on_server_doubted(self, _: ServerDoubted) -> None:
        self.doubts += 1


class Driver(Piloted):
    """A comparison under test."""

    def __init__(self, host: Host, pilot: Pilot[None], library: Library) -> None:
        super().__init__(pilot)
        self.host = host
        self.library = library

    @property
    def columns(self) -> list[Column]:
        return self.host.screen.query_one(Arena).columns

    @property
    def states(self) -> list[str]:
        return [column.state for column in self.columns]

    async def are(self, *states: str) -> None:
        """Wait until the contestants are as far as this."""
        await self.until(lambda: bool(self.host.screen.query(Arena)) and self.states == list(states))

    async def gives(self) -> CompareResult:
        """What came of it."""
        await self.until(lambda: bool(self.host.given))
        (given,) = self.host.given
        assert given is not None
        return given

    @property
    def kept(self) -> dict[str, Message]:
        """What the library has of the conversation."""
        loaded = self.library.load("talk")
        assert loaded is not None
        return {one.id: one for one in loaded.messages}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """With the conversation in it."""
    library = Library(tmp_path / "library.sqlite3", now=lambda: NOW.timestamp())
    library.create(TALK)
    for message in BEFORE:
        library.add(message)
    yield library
    library.close()


@asynccontextmanager
async def comparing(
    library: Library,
    client: LMStudioSDK,
    *,
    prompt: str = "Compare their errors.",
    chosen: Sequence[str] = ("qwen3-8b", "gemma-3n-e4b"),
    models: Sequence[ModelSummary] = MODELS,
    size: tuple[int, int] = (120, 40),
    thread: Thread | None = None,
    conversation: Conversation = TALK,
    parameters: Parameters | None = None,
) -> AsyncGenerator[Driver]:
    desk = ChatDesk(library, lambda: NOW, Path("tools"), Path("approvals"), client=client, model="qwen3-8b")
    screen = CompareScreen(
        desk,
        conversation,
        Thread(BEFORE, "a0") if thread is None else thread,
        parameters or Parameters(values={"temperature": 0.2}),
        PRESETS,
        models,
        prompt,
        chosen,
    )
    host = Host(screen)
    async with host.run_test(size=size, notifications=True) as pilot:
        driver = Driver(host, pilot, library)
        await driver.shows("Who is asked")
        yield driver


class Many(FakeServer):
    """Answers as the model that is asked; each waits for leave of its own where there is one."""

    def __init__(self, texts: Mapping[str, Sequence[str]], gates: dict[str, threading.Event] | None = None) -> None:
        super().__init__()
        self.texts = dict(texts)
        self.gates = gates or {}
        self.failing: set[str] = set()
        self.asked: list[ChatCompletionRequest] = []

    def stream_chat_completion(self, request: ChatCompletionRequest, *, scope: CancelScope | None = None) -> ChatStream:
        self.asked.append(request)
        model = request.model or ""
        one = FakeServer(
            events=[TextDelta(piece) for piece in self.texts[model]],
            error=ServerConnectionError("Nothing answers.", hint="Start it.") if model in self.failing else None,
            hold=self.gates.get(model),
            held=1,
        )
        return one.stream_chat_completion(request, scope=scope)


def many(*gated: str) -> Many:
    texts = {
        "qwen3-8b": ["The quick ", "brown fox."],
        "gemma-3n-e4b": ["The quick ", "red fox."],
        "third": ["No ", "fox."],
    }
    return Many(texts, {model: threading.Event() for model in gated})


def sdk(server: Many) -> LMStudioSDK:
    return cast("LMStudioSDK", server)


# Choosing who is asked


async def test_nothing_is_asked_before_all_is_there(library: Library) -> None:
    server = many()
    async with comparing(library, sdk(server), prompt="", chosen=(), size=(80, 24)) as ui:
        await ui.shows("qwen3-8b", "loaded", "as the conversation: temp 0.2", "+ add a model", "1 of 2 to 4")
        await ui.until(lambda: isinstance(ui.host.focused, PromptBox))
        await ui.press("ctrl+r")
        await ui.shows("Type a prompt first.")
        await ui.press(*"Hi", "ctrl+j", *"you", "enter")
        await ui.shows("Choose two models at least")
        assert not server.asked
        await ui.press("enter")
        await ui.shows("Type to filter")
        await ui.press(*"gemm")
        await ui.hides("qwen3-8b         8B")
        await ui.press("enter")
        await ui.shows("2  gemma-3n-e4b", "2 of 2 to 4")
        await ui.press("ctrl+r")
        await ui.are("done", "done")
    assert [request.messages[-1].content for request in server.asked] == ["Hi\nyou"] * 2


async def test_one_model_with_two_presets(library: Library) -> None:
    server = many()
    async with comparing(library, sdk(server), chosen=("qwen3-8b", "qwen3-8b", "third"), size=(80, 24)) as ui:
        await ui.shows("3  third", "not listed")
        await ui.press("up", "x")
        await ui.hides("third")
        await ui.press("up", "p")
        await ui.shows("Parameters", "warm", "temp 0.9", "cold", "temp 0.1 · seed 7")
        await ui.press("down", "down", "enter")
        await ui.shows("preset cold: temp 0.1 · seed 7")
        await ui.press("ctrl+r")
        await ui.shows("qwen3-8b · own parameters", "qwen3-8b · cold")
        await ui.are("done", "done")
    assert [(one.temperature, one.seed) for one in server.asked] == [(0.2, None), (0.1, 7)]


async def test_another_model_in_the_place_of_one_and_no_more_than_four(library: Library) -> None:
    async with comparing(library, sdk(many()), chosen=["qwen3-8b"] * 5, size=(80, 24)) as ui:
        await ui.shows("4 of 2 to 4")
        await ui.hides("+ add")
        await ui.press("a")
        await ui.press("home", "enter")
        await ui.shows("Type to filter")
        await ui.press(*"unknown-model", "enter")
        await ui.shows("1  unknown-model", "not listed", "4 of 2 to 4")


async def test_leaving_before_anything_was_asked_keeps_what_was_typed(library: Library) -> None:
    async with comparing(library, sdk(many())) as ui:
        await ui.press("shift+tab", "end", *" Now.", "escape")
        assert await ui.gives() == CompareResult((), None, "Compare their errors. Now.")
    async with comparing(library, sdk(many())) as ui:
        await ui.click("#back")
        await ui.until(lambda: ui.host.given == [None])
    loaded = library.load("talk")
    assert loaded is not None
    assert len(loaded.messages) == len(BEFORE)


# Being answered


async def test_one_after_the_other_and_kept_as_branches_of_one_prompt(library: Library) -> None:
    server = many("qwen3-8b")
    async with comparing(library, sdk(server)) as ui:
        await ui.press("ctrl+r")
        await ui.are("answering", "waiting")
        await ui.shows("The quick", "waits its turn", "esc Stop")
        assert len(server.asked) == 1
        # What has arrived is in the library while more is still to come.
        await ui.until(lambda: any(one.text == "The quick " and one.status == "streaming" for one in ui.kept.values()))
        loaded = library.load("talk")
        assert loaded is not None
        assert loaded.conversation.head in ui.kept
        server.gates["qwen3-8b"].set()
        await ui.are("done", "done")
        await ui.shows("The quick brown fox.", "The quick red fox.", "★ 41.3 tok/s", "★ 420 ms", "8.12 s")
        await ui.press("right", "enter")
        result = await ui.gives()
    prompt, *answers = result.messages
    assert (prompt.role, prompt.text, prompt.parent_id) == ("user", "Compare their errors.", "a0")
    assert [(one.parent_id, one.requested_model, one.text) for one in answers] == [
        (prompt.id, "qwen3-8b", "The quick brown fox."),
        (prompt.id, "gemma-3n-e4b", "The quick red fox."),
    ]
    assert result.chosen == answers[1].id
    assert {one.id: one for one in (*BEFORE, *result.messages)} == ui.kept
    assert [[message.content for message in request.messages] for request in server.asked] == [
        ["What is Rust?", "A language.", "Compare their errors."]
    ] * 2
    thread = Thread(ui.kept.values(), answers[1].id)
    assert thread.position(answers[1].id) == (2, 2)


async def test_all_at_once(library: Library) -> None:
    server = many("qwen3-8b", "gemma-3n-e4b")
    async with comparing(library, sdk(server)) as ui:
        await ui.click("#at-once")
        await ui.press("ctrl+r")
        await ui.are("answering", "answering")
        server.gates["gemma-3n-e4b"].set()
        await ui.are("answering", "done")
        server.gates["qwen3-8b"].set()
        await ui.are("done", "done")


async def test_without_the_conversation_it_begins_anew(library: Library) -> None:
    server = many()
    async with comparing(library, sdk(server)) as ui:
        await ui.shows("The conversation so far goes along")
        await ui.click("#along")
        await ui.press("ctrl+r")
        await ui.are("done", "done")
        await ui.press("escape")
        result = await ui.gives()
    assert result.chosen is None
    assert result.messages[0].parent_id is None
    assert [len(request.messages) for request in server.asked] == [1, 1]


async def test_a_conversation_that_begins_with_it_gets_its_title(library: Library) -> None:
    new = replace(TALK, id="new", title="")
    library.create(new)
    async with comparing(library, sdk(many()), conversation=new, thread=Thread()) as ui:
        await ui.hides("The conversation so far")
        await ui.press("ctrl+r")
        await ui.are("done", "done")
    loaded = library.load("new")
    assert loaded is not None
    assert loaded.conversation.title == "Compare their errors."
    assert len(loaded.messages) == 3


async def test_one_that_fails_says_why_and_is_asked_again(library: Library) -> None:
    server = many()
    server.failing.add("qwen3-8b")
    async with comparing(library, sdk(server)) as ui:
        await ui.press("ctrl+r")
        await ui.are("failed", "done")
        await ui.shows("✗ failed", "Nothing answers. Start it. r asks again.")
        await ui.until(lambda: ui.host.doubts == 1)
        server.failing.clear()
        await ui.press("r")
        await ui.are("done", "done")
        await ui.hides("Nothing answers")
        await ui.press("enter")
        result = await ui.gives()
    # The answer of before had a text: it stays, as a branch.
    assert [one.status for one in result.messages[1:]] == ["failed", "complete", "complete"]
    assert result.chosen == result.messages[-1].id


async def test_another_model_that_answers_is_told(library: Library) -> None:
    async with comparing(library, sdk(many()), chosen=("third", "qwen3-8b")) as ui:
        await ui.press("ctrl+r")
        await ui.are("done", "done")
        await ui.shows("▲ qwen3-8b", "Another model answered: qwen3-8b, not", "third.")


# Stopping


async def test_esc_stops_the_one_in_front_then_all_then_leaves(library: Library) -> None:
    server = many("qwen3-8b", "gemma-3n-e4b")
    async with comparing(library, sdk(server), chosen=("qwen3-8b", "gemma-3n-e4b", "third")) as ui:
        await ui.press("ctrl+r")
        await ui.are("answering", "waiting", "waiting")
        await ui.shows("The quick")
        await ui.press("escape")
        await ui.are("stopped", "answering", "waiting")
        await ui.shows("Stopped. What had arrived", "esc Stop all")
        await ui.press("escape")
        await ui.are("stopped", "stopped", "stopped")
        await ui.shows("Not asked. r asks.", "esc Leave, keep all")
        server.gates["qwen3-8b"].set()
        await ui.press("3", "r")
        await ui.are("stopped", "stopped", "done")
        await ui.press("escape")
        result = await ui.gives()
    assert [(one.requested_model, one.status) for one in result.messages[1:]] == [
        ("qwen3-8b", "stopped"),
        ("gemma-3n-e4b", "stopped"),
        ("third", "complete"),
    ]


async def test_keeping_one_while_others_answer_asks_first(library: Library) -> None:
    server = many("gemma-3n-e4b")
    async with comparing(library, sdk(server)) as ui:
        await ui.press("ctrl+r")
        await ui.are("done", "answering")
        await ui.press("2", "enter")
        await ui.shows("This answer is still coming")
        await ui.press("1", "enter")
        await ui.shows("Keep this one?", "Another answer is still to come.")
        await ui.press("escape")
        await ui.hides("Keep this one?")
        assert ui.states == ["done", "answering"]
        await ui.press("enter")
        await ui.shows("Keep this one?")
        await ui.press("y")
        result = await ui.gives()
    assert [one.status for one in result.messages[1:]] == ["complete", "stopped"]
    assert result.chosen == result.messages[1].id
    assert {one.id for one in result.messages} <= set(ui.kept)


async def test_what_was_under_way_when_the_app_ended_is_kept(library: Library) -> None:
    server = many("qwen3-8b")
    async with comparing(library, sdk(server)) as ui:
        await ui.press("ctrl+r")
        await ui.are("answering", "waiting")
        await ui.shows("The quick")

    def over() -> bool:
        loaded = library.load("talk")
        return loaded is not None and loaded.messages[-1].status == "stopped"

    for _ in range(500):
        if over():
            break
        threading.Event().wait(0.01)
    loaded = library.load("talk")
    assert loaded is not None
    assert (loaded.messages[-1].text, loaded.messages[-1].status) == ("The quick ", "stopped")


async def test_a_defect_of_ours_costs_one_answer_only(library: Library) -> None:
    server = many()
    del server.texts["qwen3-8b"]
    async with comparing(library, sdk(server)) as ui:
        await ui.press("ctrl+r")
        await ui.are("failed", "done")
        await ui.shows("Something went wrong in the app itself (KeyError).")
        await ui.press("enter")
        await ui.shows("There is no answer here.")
        await ui.press("escape")
        result = await ui.gives()
    assert result.messages[1].status == ui.kept[result.messages[1].id].status == "failed"


# Looking, copying, telling apart


async def test_one_at_a_time_where_there_is_no_room(library: Library) -> None:
    async with comparing(library, sdk(many()), size=(80, 24)) as ui:
        await ui.press("ctrl+r")
        await ui.are("done", "done")
        await ui.shows("1 ✓ qwen3-8b", "2 ✓ gemma-3n-e4b", "brown fox.", "★ 41.3 tok/s · first ★ 420 ms · 318 tokens")
        assert "red fox" not in ui.screen
        await ui.press("right")
        await ui.shows("red fox.")
        assert "brown fox" not in ui.screen
        await ui.press("right", "1")
        await ui.shows("brown fox.")
        await ui.pilot.resize_terminal(120, 30)
        await ui.shows("brown fox.", "red fox.")
        await ui.pilot.resize_terminal(80, 24)
        await ui.hides("red fox.")
        await ui.click("#tabs", offset=(22, 0))
        await ui.shows("red fox.")


@pytest.mark.parametrize("again", range(3))
async def test_a_step_before_the_columns_are_drawn_is_not_taken_back(again: int, library: Library) -> None:
    del again
    async with comparing(library, sdk(many("qwen3-8b"))) as ui:
        arena = Arena("Which?", [Contestant("qwen3-8b"), Contestant("gemma-3n-e4b")])
        await ui.host.screen.mount(arena)
        arena.look_at(1)
        for _ in range(20):
            await ui.pilot.pause(0.01)
            assert arena.front == 1
        assert arena.column(1).text.has_focus


async def test_copying(library: Library) -> None:
    async with comparing(library, sdk(many("qwen3-8b"))) as ui:
        await ui.press("ctrl+r")
        await ui.are("answering", "waiting")
        await ui.press("right", "y")
        await ui.shows("There is no answer to copy yet.")
        await ui.shows("The quick")
        await ui.press("1", "y")
        await ui.until(lambda: ui.host.copies == ["The quick "])


async def test_the_difference_to_the_only_other_one(library: Library) -> None:
    async with comparing(library, sdk(many()), size=(80, 24)) as ui:
        await ui.press("ctrl+r")
        await ui.are("done", "done")
        await ui.press("d")
        await ui.shows(
            "- qwen3-8b   against   + gemma-3n-e4b", "75% the same words", "The quick [-brown-] {+red+} fox."
        )
        await ui.press("s")
        await ui.shows("- The quick brown fox.", "│ + The quick red fox.")
        await ui.press("escape")
        await ui.are("done", "done")


async def test_the_difference_to_one_of_several(library: Library) -> None:
    async with comparing(library, sdk(many()), chosen=("qwen3-8b", "gemma-3n-e4b", "third")) as ui:
        await ui.press("ctrl+r")
        await ui.are("done", "done", "done")
        await ui.press("d")
        await ui.shows("qwen3-8b against", "2 gemma-3n-e4b", "3 third")
        await ui.press("down", "enter")
        await ui.shows("against   + third", "- The quick brown fox.")


async def test_there_is_no_difference_without_two_answers(library: Library) -> None:
    async with comparing(library, sdk(many("qwen3-8b"))) as ui:
        await ui.press("ctrl+r")
        await ui.are("answering", "waiting")
        await ui.press("d")
        await ui.shows("needs two answers")


async def test_long_texts_are_told_apart_without_holding_anything_up(library: Library) -> None:
    del library
    before = "\n".join(f"Line {number} says something or other about errors." for number in range(2_000))
    after = before.replace("Line 1000 says", "Line 1000 hides").replace("Line 1990 says", "Line 1990 hides")
    host = Host(DiffScreen(Side("one", before), Side("\x1b[31mother", after)))
    async with host.run_test(size=(80, 24)) as pilot:
        ui = Piloted(pilot)
        await ui.shows("100% the same words", "- one   against   + other", "Line 0 says")
        await ui.press("n")
        await ui.shows("[-says-] {+hides+} something")
        await ui.press("n", "n")
        await ui.shows("Line 1990 [-says-] {+hides+}")
        await ui.press("p")
        await ui.shows("Line 1000 [-says-]")
        top = host.screen.query_one(DiffView).scroll_y
        await pilot.resize_terminal(160, 50)
        await ui.shows("│")
        assert abs(host.screen.query_one(DiffView).scroll_y - top) < 100


async def test_the_same_words(library: Library) -> None:
    del library
    host = Host(DiffScreen(Side("one", "a\n b"), Side("two", "a b")))
    async with host.run_test(size=(80, 24)) as pilot:
        await Piloted(pilot).shows("The same words.")


async def test_the_keys_at_the_bottom_can_be_clicked(library: Library) -> None:
    async with comparing(library, sdk(many())) as ui:
        await ui.click("KeyLine", offset=(3, 0))
        await ui.are("done", "done")
        await ui.shows("esc Leave")
        await ui.click("KeyLine", offset=(3, 0))
        assert (await ui.gives()).chosen is None


async def test_on_a_server(library: Library) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        client = LMStudioClient(ClientConfig(base_url=server.base_url, max_retries=0))
        chosen = ("sim-llama-3.1-8b", "sim-qwen3-8b", "fault-wrong-model", "fault-cut-middle")
        async with comparing(library, client, chosen=chosen, size=(160, 50)) as ui:
            await ui.press("ctrl+r")
            await ui.are("done", "done", "done", "failed")
            await ui.shows("▲ ", "★ ", "stop", "r asks again.")
            await ui.press("enter")
            result = await ui.gives()
        client.close()
    assert [one.requested_model for one in result.messages[1:]] == list(chosen)
    assert all(ui.kept[one.id] == one for one in result.messages)


# From the chat


async def test_the_chat_goes_on_with_the_answer_that_was_kept(open_app: OpenApp, simulator: SimulatorServer) -> None:
    async with open_app(simulator.base_url, size=(120, 40)) as ui:
        await ui.ready()
        await ui.type("What is Rust?")
        await ui.press("alt+c")
        await ui.shows("Who is asked", "What is Rust?", "1 of 2 to 4")
        await ui.press("enter")
        await ui.shows("Type to filter")
        await ui.press(*"gemma-3n", "enter")
        await ui.shows("2  sim-gemma-3n-e4b")
        await ui.press("ctrl+r")
        await ui.shows("1 sim-llama-3.1-8b", "✓ done", "esc Leave, keep all")
        await ui.press("2", "enter")
        await ui.shows("‹ 2/2 ›", "sim-gemma-3n-e4b")
        await ui.until(lambda: ui.composer.has_focus and not ui.composer.text)
        thread = ui.pane.thread
        assert [one.role for one in thread.path] == ["user", "assistant"]
        assert thread.path[-1].requested_model == "sim-gemma-3n-e4b"
        await ui.until(lambda: ui.pane.view.model == "sim-gemma-3n-e4b")
        await ui.until(lambda: ui.pane.view.title == "What is Rust?")
        loaded = ui.pane.desk.library.load(ui.pane.view.conversation.id)
        assert loaded is not None
        assert (loaded.conversation.head, loaded.conversation.title) == (thread.head, "What is Rust?")
        await ui.ask("And Go?")
        await ui.answered()
        assert len(ui.pane.thread.path) == 4


async def test_a_comparison_that_is_left_changes_nothing(open_app: OpenApp, simulator: SimulatorServer) -> None:
    async with open_app(simulator.base_url, size=(80, 24)) as ui:
        await ui.ready()
        await ui.press("alt+c")
        await ui.shows("What all of them are asked.", "1 of 2 to 4")
        await ui.press("escape")
        await ui.until(lambda: ui.composer.has_focus)
        assert ui.pane.desk.library.conversations() == ()


async def test_the_command_names_the_models(open_app: OpenApp, simulator: SimulatorServer) -> None:
    async with open_app(simulator.base_url, size=(80, 24)) as ui:
        await ui.ready()
        await ui.ask("/compare sim-llama-3.1-8b sim-gemma-3n-e4b")
        await ui.shows("1  sim-llama-3.1-8b", "2  sim-gemma-3n-e4b", "What all of them are asked.")
        await ui.press(*"Hi", "escape")
        await ui.until(lambda: ui.composer.has_focus and ui.composer.text == "Hi")


async def test_an_answer_without_anything_in_it_makes_room(library: Library) -> None:
    server = many()
    server.failing.add("qwen3-8b")
    server.texts["qwen3-8b"] = []
    async with comparing(library, sdk(server)) as ui:
        await ui.press("ctrl+r")
        await ui.are("failed", "done")
        server.failing.clear()
        server.texts["qwen3-8b"] = ["Here I am."]
        await ui.press("r")
        await ui.are("done", "done")
        await ui.press("enter")
        result = await ui.gives()
    assert [one.requested_model for one in result.messages[1:]] == ["gemma-3n-e4b", "qwen3-8b"]
    assert {one.id for one in result.messages} <= set(ui.kept)
    assert len(ui.kept) == len(BEFORE) + 3


async def test_what_was_thought_is_unfolded(library: Library) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        client = LMStudioClient(ClientConfig(base_url=server.base_url, max_retries=0))
        async with comparing(library, client, chosen=("sim-qwen3-8b", "fault-think-close-only"), size=(120, 50)) as ui:
            await ui.press("ctrl+r")
            await ui.are("done", "done")
            await ui.shows("▸ thought")
            await ui.press("space")
            await ui.shows("▾ thought")
            await ui.press("2", "space", "up", "down")
            await ui.until(lambda: ui.screen.count("▾ thought") == 2)
        client.close()


async def test_without_a_connection_the_prompt_stays(library: Library) -> None:
    async with comparing(library, cast("LMStudioSDK", None)) as ui:
        await ui.press("ctrl+r")
        await ui.shows("There is no connection yet", "Compare their errors.")
