"""Editing, asking again, going on, deleting: everything makes a branch, and nothing is lost."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from app_parts import Driver, FakeServer, OpenApp
from chat_parts import ask, command, keep, leave_open, loaded, path_texts, roles, said, sent

from lmstudio_tui.sdk import BadRequestError, CancelScope, ChatCompletionRequest, ChatMessage, ChatStream, TextDelta
from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.tui.widgets.empty_state import EmptyState

pytestmark = pytest.mark.anyio


class Refusing(FakeServer):
    """Refuses a conversation that ends with an answer, as some models' templates do."""

    def __init__(self, *pieces: str) -> None:
        super().__init__(events=[TextDelta(piece) for piece in pieces])
        self.asked: list[list[ChatMessage]] = []

    def stream_chat_completion(self, request: ChatCompletionRequest, *, scope: CancelScope | None = None) -> ChatStream:
        self.asked.append(list(request.messages))
        if request.messages[-1].role == "assistant":
            error = BadRequestError("Cannot have 2 assistant messages at the end.", status=400)
            return FakeServer(events=(), error=error).stream_chat_completion(request, scope=scope)
        return super().stream_chat_completion(request, scope=scope)


async def _select_prompt(ui: Driver) -> None:
    """Select the first turn, which is a prompt."""
    if ui.composer.has_focus:
        await ui.press("escape")
    await ui.press("home", "left_square_bracket")
    for _ in ui.transcript.turns:
        await ui.press("left_square_bracket")
    assert ui.transcript.selected_turn == ui.pane.thread.path[0].id


async def test_an_edited_prompt_is_another_branch_and_the_draft_comes_back(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app(simulator.base_url, size=(100, 60)) as ui:
        await ui.ready()
        await ask(ui, "first question")
        await ask(ui, "second question")
        conversation = ui.pane.view.conversation.id
        await ui.type("half a thought")
        await _select_prompt(ui)
        await ui.press("e")
        await ui.until(lambda: ui.composer.text == "first question" and ui.composer.has_focus)
        await ui.shows("Edit and send again")
        await ui.type(" anew")
        await ui.press("enter")
        await ui.until(lambda: path_texts(ui)[:1] == ["first question anew"] and len(path_texts(ui)) == 2)
        await ui.answered()
        assert ui.composer.text == "half a thought"
        assert ui.pane.thread.position(ui.pane.thread.path[0].id) == (2, 2)
        await ui.shows("‹ 2/2 ›")
        assert roles(sent(simulator)[-1]) == ["user"]
        assert len(ui.pane.thread.messages) == 6
    assert len(loaded(tmp_path, conversation).messages) == 6
    assert loaded(tmp_path, conversation).conversation.draft == "half a thought"


async def test_escape_leaves_the_editing_and_brings_back_the_draft(
    simulator: SimulatorServer, open_app: OpenApp
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "question")
        await ui.type("draft")
        await command_key_edit(ui)
        await ui.type(" changed")
        await ui.press("escape")
        assert ui.composer.text == "draft"
        assert ui.composer.has_focus
        await ui.hides("Edit and send again")
        assert len(ui.pane.thread.messages) == 2


async def command_key_edit(ui: Driver) -> None:
    await _select_prompt(ui)
    await ui.press("e")
    await ui.shows("Edit and send again")


async def test_what_is_edited_is_no_draft_when_the_app_ends(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "question")
        conversation = ui.pane.view.conversation.id
        await ui.type("my draft")
        await command_key_edit(ui)
        await ui.type(" changed")
        await ui.press("ctrl+q")
    assert loaded(tmp_path, conversation).conversation.draft == "my draft"


async def test_switching_branches_remembers_where_one_was(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, size=(100, 40)) as ui:
        await ui.ready()
        await ask(ui, "one")
        await ask(ui, "two")
        await ask(ui, "three")
        long_way = path_texts(ui)
        await command_key_edit(ui)
        await ui.type(" b")
        await ui.press("enter")
        await ui.until(lambda: len(path_texts(ui)) == 2)
        await ui.answered()
        short_way = path_texts(ui)
        await _select_prompt(ui)
        await ui.press("<")
        await ui.until(lambda: path_texts(ui) == long_way)
        await ui.shows("‹ 1/2 ›")
        # The turn whose branch was changed stays selected, so that one can go back at once.
        assert ui.transcript.selected_turn == ui.pane.thread.path[0].id
        await ui.press(">")
        await ui.until(lambda: path_texts(ui) == short_way)
        await ui.press(">")
        await ui.pilot.pause()
        assert path_texts(ui) == short_way


async def test_the_branch_in_front_is_in_front_after_a_restart(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, size=(100, 60)) as ui:
        await ui.ready()
        await ask(ui, "one")
        await ui.press("ctrl+r")
        await ui.until(lambda: len(ui.pane.thread.messages) == 3 and not ui.pane.streaming)
        await ui.press("escape", "left_square_bracket", "<")
        await ui.shows("‹ 1/2 ›")
        head = ui.pane.thread.head
    async with open_app(simulator.base_url) as ui:
        await ui.shows("‹ 1/2 ›")
        assert ui.pane.thread.head == head


async def test_an_empty_failed_answer_leaves_no_branch(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app(simulator.base_url, model="fault-crash") as ui:
        await ui.ready()
        await ask(ui, "hello")
        assert ui.pane.thread.path[1].status == "failed"
        conversation = ui.pane.view.conversation.id
        await ui.press("ctrl+r")
        await ui.until(lambda: len(sent(simulator)) >= 2 and not ui.pane.streaming)
        ui.pane.use_model("sim-llama-3.1-8b")
        await ui.press("ctrl+r")
        await ui.until(lambda: ui.pane.thread.last_answer is not None and not ui.pane.streaming)
        assert ui.pane.thread.position(ui.pane.thread.path[1].id) == (1, 1)
        assert len(ui.pane.thread.messages) == 2
        assert "‹" not in ui.screen
    assert [one.status for one in loaded(tmp_path, conversation).messages] == ["complete", "complete"]


async def test_an_answer_in_the_middle_is_given_anew_where_it_stands(
    simulator: SimulatorServer, open_app: OpenApp
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "one")
        await ask(ui, "two")
        first = ui.pane.thread.path[1]
        await _select_prompt(ui)
        await ui.press("R")
        await ui.until(lambda: len(ui.pane.thread.messages) == 5 and not ui.pane.streaming)
        assert len(ui.pane.thread.path) == 2
        assert first.id in ui.pane.thread.siblings(ui.pane.thread.path[1].id)
        assert [message["content"] for message in sent(simulator)[-1]["messages"]] == ["one"]


async def test_a_deleted_turn_comes_back_with_all_below_it(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "one")
        await ask(ui, "two")
        before = path_texts(ui)
        conversation = ui.pane.view.conversation.id
        await _select_prompt(ui)
        await ui.press("x")
        await ui.shows("4 messages are deleted", "is listening")
        assert ui.pane.thread.path == ()
        await ui.press("f8")
        await ui.until(lambda: path_texts(ui) == before)
        await ui.shows("The messages are back.")
    assert len(loaded(tmp_path, conversation).messages) == 4


async def test_what_was_said_after_a_deletion_stays_when_it_is_undone(
    simulator: SimulatorServer, open_app: OpenApp
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "one")
        await command(ui, "/delete")
        await ui.until(lambda: not ui.pane.thread.path)
        await ask(ui, "another")
        await ui.press("f8")
        await ui.until(lambda: len(ui.pane.thread.messages) == 4)
        assert path_texts(ui)[0] == "one"
        assert ui.pane.thread.position(ui.pane.thread.path[0].id)[1] == 2


async def test_a_deletion_is_undone_after_its_tab_was_closed(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "one")
        await ask(ui, "two")
        before = path_texts(ui)
        await command(ui, "/delete")
        await ui.until(lambda: len(path_texts(ui)) == 2)
        await ui.press("alt+w")
        await ui.until(lambda: not ui.pane.thread.path)
        await ui.press("f8")
        await ui.until(lambda: len(path_texts(ui)) == 2)
        await ui.press("f8")
        await ui.until(lambda: path_texts(ui) == before)


async def test_nothing_is_deleted_without_a_choice(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.press("f8")
        assert "back" not in ui.screen
        await ask(ui, "one")
        await ui.press("escape", "x")
        await ui.shows("Select a turn first")
        assert len(ui.pane.thread.path) == 2


async def test_an_answer_is_gone_on_with(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await command(ui, "/set max_tokens 12")
        await ask(ui, "Explain the moon")
        begun = ui.pane.thread.path[1]
        assert begun.finish_reason == "length"
        await command(ui, "/unset max_tokens")
        await ui.press("alt+m")
        await ui.until(lambda: len(ui.pane.thread.path[1].text) > len(begun.text) and not ui.pane.streaming)
        whole = ui.pane.thread.path[1]
        assert whole.id == begun.id
        assert whole.text.startswith(begun.text)
        assert whole.text.endswith("no language model was run.*")
        assert "‹" not in ui.screen
        assert sent(simulator)[-1]["messages"][-1] == {"role": "assistant", "content": begun.text}
        assert ui.transcript.turn(whole.id).text == whole.text


async def test_an_answer_in_the_middle_is_gone_on_with_and_what_followed_stays(
    simulator: SimulatorServer, open_app: OpenApp
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await command(ui, "/set max_tokens 12")
        await ask(ui, "Explain the moon")
        await ask(ui, "and the sun")
        begun = ui.pane.thread.path[1]
        ui.transcript.focus()
        ui.transcript.show_turn(begun.id)
        await ui.press("m")
        await ui.until(lambda: not ui.pane.streaming and len(ui.pane.thread.messages[begun.id].text) > len(begun.text))
        assert [one.id for one in ui.pane.thread.path][:2] == [ui.pane.thread.path[0].id, begun.id]
        assert len(ui.pane.thread.messages) == 4


async def test_a_server_that_refuses_to_go_on_is_asked_in_words(open_app: OpenApp, tmp_path: Path) -> None:
    server = Refusing("and this ", "is the rest.")
    keep(tmp_path, said("question", "This was cut ", status="interrupted"))
    leave_open(tmp_path, "kept")
    async with open_app("http://127.0.0.1:1234", connect=server.connect) as ui:
        await ui.shows("This was cut", "Alt+M goes on with it")
        await ui.until(lambda: ui.pane.desk.server.online)
        await ui.press("alt+m")
        await ui.until(lambda: ui.pane.thread.path[1].text == "This was cut and this is the rest.")
        assert [one.role for one in server.asked[0]] == ["user", "assistant"]
        assert [one.role for one in server.asked[1]] == ["user", "assistant", "user"]
        assert ui.pane.thread.path[1].status == "complete"


async def test_there_is_nothing_to_go_on_with(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-crash") as ui:
        await ui.ready()
        await ask(ui, "hello")
        await ui.press("escape", "m")
        await ui.shows("There is no answer to go on with.")


async def test_nothing_is_changed_while_an_answer_comes(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-endless") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.until(lambda: len(ui.transcript.turns) == 2 and bool(ui.transcript.turns[1].text))
        ui.transcript.focus()
        await ui.press("left_square_bracket")
        for key in ("e", "m", "x", "R"):
            await ui.press(key)
            await ui.pilot.pause()
        assert len(ui.pane.thread.messages) == 2
        assert ui.composer.text == ""
        assert ui.pane.streaming
        await ui.press("escape")
        await ui.answered()


async def test_a_defect_of_the_app_ends_the_answer_and_is_said(open_app: OpenApp) -> None:
    server = FakeServer(error=ValueError("a defect"))  # pyright: ignore[reportArgumentType] - what nobody expects
    async with open_app("http://127.0.0.1:1234", connect=server.connect) as ui:
        await ui.ready()
        await ask(ui, "hello")
        await ui.shows("Something went wrong in the app itself (ValueError)")
        assert ui.pane.thread.path[1].status == "failed"
        assert not ui.pane.streaming
        server.error = None
        await ui.press("ctrl+r")
        await ui.until(lambda: ui.pane.thread.last_answer is not None and not ui.pane.streaming)


async def test_the_welcome_is_back_when_everything_is_deleted(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "one")
        await command(ui, "/delete")
        await ui.shows("is listening")
        assert ui.pane.view.query_one("#welcome", EmptyState).display
        await ui.until(lambda: ui.composer.has_focus)


async def test_an_empty_answer_with_something_below_it_stays(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url, model="fault-crash") as ui:
        await ui.ready()
        await ask(ui, "one")
        ui.pane.use_model("sim-llama-3.1-8b")
        await ask(ui, "two")
        empty = ui.pane.thread.path[1].id
        ui.transcript.focus()
        ui.transcript.show_turn(empty)
        await ui.press("R")
        await ui.until(lambda: len(ui.pane.thread.messages) == 5 and not ui.pane.streaming)
        # What was said below it is on the other branch.
        assert ui.pane.thread.siblings(empty)[0] == empty
        ui.pane.view.switch(ui.pane.thread.path[1].id, -1)
        await ui.until(lambda: path_texts(ui)[2:3] == ["two"])


async def test_what_is_edited_is_let_go_when_it_is_deleted(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "one")
        await ask(ui, "two")
        await ui.type("draft")
        ui.pane.view.edit(ui.pane.thread.path[2])
        await ui.shows("Edit and send again")
        ui.pane.view.delete(ui.pane.thread.path[0])
        await ui.hides("Edit and send again")
        assert ui.composer.text == "draft"


async def test_a_deletion_is_undone_while_another_answer_comes(open_app: OpenApp) -> None:
    server = FakeServer()
    async with open_app("http://127.0.0.1:1234", connect=server.connect) as ui:
        await ui.ready()
        await ask(ui, "one")
        await command(ui, "/delete")
        await ui.until(lambda: not ui.pane.thread.path)
        server.hold, server.held = threading.Event(), 3
        await ui.ask("two")
        await ui.until(lambda: ui.pane.streaming and bool(ui.transcript.turns[-1].text))
        await ui.press("f8")
        await ui.until(lambda: len(ui.pane.thread.messages) == 4)
        assert path_texts(ui)[0] == "two"
        server.hold.set()
        await ui.answered()
        assert ui.transcript.turns[-1].text == ui.pane.thread.path[1].text
        await ui.until(lambda: ui.pane.thread.position(ui.pane.thread.path[0].id)[1] == 2)
        await ui.press("escape", "home")
        await ui.shows("/2 ›")
