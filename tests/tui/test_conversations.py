"""Several conversations: tabs, what is open again at the next start, and the list of all of them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from app_parts import NOW, Driver, FakeServer, OpenApp
from chat_parts import ask, command, keep, leave_open, library, loaded, path_texts, said, sent, told
from textual.widgets import Input

from lmstudio_tui.features.history.exporting import export
from lmstudio_tui.sdk import ServerRefusedError
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.store.library import Conversation, Library, Loaded
from lmstudio_tui.store.state import AppState, StateFile
from lmstudio_tui.tui.screens.conversations import Conversations
from lmstudio_tui.tui.screens.rename import LineEntry
from lmstudio_tui.tui.screens.save_file import SaveFile
from lmstudio_tui.tui.widgets.conversation_list import ConversationList
from lmstudio_tui.tui.widgets.find_bar import FindBar
from lmstudio_tui.tui.widgets.tab_strip import TabStrip
from lmstudio_tui.tui.widgets.transcript import Transcript

pytestmark = pytest.mark.anyio

URL = "http://127.0.0.1:1234"


async def _new_tab(ui: Driver) -> None:
    before = ui.pane.view
    await ui.press("ctrl+n")
    await ui.until(lambda: ui.pane.view is not before and ui.composer.has_focus)


async def _listed(ui: Driver) -> ConversationList:
    """The dialog with all conversations, once it shows them."""
    await ui.press("f7")
    await ui.until(lambda: isinstance(ui.app.screen, Conversations))
    found = ui.app.screen.query_one(ConversationList)
    await ui.until(lambda: found.chosen is not None)
    return found


# Tabs


@pytest.fixture
def steady() -> Iterator[SimulatorServer]:
    """A simulator at the pace of a quick machine, for answers without an end."""
    with SimulatorServer(SimulatorConfig(speed=100, load_seconds=0)) as server:
        yield server


async def test_tabs_are_answered_at_the_same_time(steady: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(steady.base_url, model="fault-endless") as ui:
        await ui.ready()
        for number in range(3):
            if number:
                await _new_tab(ui)
            await ui.ask(f"question {number}")
            await ui.until(lambda: bool(ui.transcript.turns) and bool(ui.transcript.turns[-1].text))
        views = [tab.view for tab in ui.pane.tabs]
        assert len(views) == 3
        assert all(view is not None and view.streaming for view in views)
        lengths = {tab.conversation.id: _length(ui, number) for number, tab in enumerate(ui.pane.tabs)}
        await ui.until(lambda: all(_length(ui, at) > old for at, old in enumerate(lengths.values())))
        await ui.shows("question 0", "question 1", "question 2", "●")
        await ui.press("alt+left")
        await ui.until(lambda: path_texts(ui)[:1] == ["question 1"])
        await ui.press("escape")
        await ui.answered()
        assert [view.streaming for view in views if view is not None] == [True, False, True]
        assert {body["messages"][0]["content"] for body in sent(steady)} == {f"question {n}" for n in range(3)}


def _length(ui: Driver, tab: int) -> int:
    view = ui.pane.tabs[tab].view
    assert view is not None
    return len(view.query_one(Transcript).turns[-1].text)


async def test_an_answer_that_has_ended_out_of_sight_is_marked(open_app: OpenApp) -> None:
    server = FakeServer(hold=threading.Event(), held=3)
    async with open_app(URL, connect=server.connect) as ui:
        await ui.ready()
        await ui.ask("question")
        await ui.until(lambda: ui.pane.streaming)
        await _new_tab(ui)
        await ui.until(lambda: "1 question ●" in ui.screen)
        assert server.hold is not None
        server.hold.set()
        await ui.until(lambda: "1 question ✓" in ui.screen)
        await ui.press("alt+left")
        await ui.hides("✓")
        assert not ui.pane.tabs[0].unread


async def test_tabs_are_walked_clicked_and_closed(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        assert not ui.app.query_one(TabStrip).display
        await ask(ui, "alpha")
        await _new_tab(ui)
        await ask(ui, "beta")
        await ui.shows("1 alpha", "2 beta")
        await ui.press("alt+right")
        await ui.until(lambda: path_texts(ui)[:1] == ["alpha"] and ui.composer.has_focus)
        row = next(y for y, line in enumerate(ui.screen.splitlines()) if "2 beta" in line)
        await ui.pilot.click(offset=(ui.screen.splitlines()[row].index("beta"), row))
        await ui.until(lambda: path_texts(ui)[:1] == ["beta"])
        line = ui.screen.splitlines()[row]
        await ui.pilot.click(offset=(line.index("×"), row))
        await ui.until(lambda: len(ui.pane.tabs) == 1 and path_texts(ui)[:1] == ["alpha"])
        await ui.until(lambda: not ui.app.query_one(TabStrip).display)
        await ui.press("alt+w")
        await ui.shows("is listening")
        assert len(ui.pane.tabs) == 1
        assert not ui.pane.thread.path
        for text in ("alpha", "beta"):
            await ui.press("f8")
            await ui.until(lambda text=text: path_texts(ui)[:1] == [text])


async def test_a_blank_tab_makes_room(simulator: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "alpha")
        await _new_tab(ui)
        await ui.press("ctrl+n")
        await ui.pilot.pause()
        assert len(ui.pane.tabs) == 2
        await ui.press("alt+w")
        await ui.until(lambda: len(ui.pane.tabs) == 1)
        # A blank tab leaves nothing behind that could be brought back.
        await ui.press("f8")
        await ui.pilot.pause()
        assert len(ui.pane.tabs) == 1


async def test_a_closed_tab_stops_and_comes_back(simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path) -> None:
    async with open_app(simulator.base_url, model="fault-stall") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.until(lambda: len(ui.transcript.turns) == 2 and bool(ui.transcript.turns[1].text))
        text = ui.transcript.turns[1].text
        conversation = ui.pane.view.conversation.id
        await ui.press("alt+w")
        assert simulator.wait_for(lambda s: any(r.disconnected for r in s.requests), timeout=5)
        await ui.press("f8")
        await ui.until(lambda: path_texts(ui)[:1] == ["hello"])
        await ui.until(lambda: ui.pane.thread.path[1].status == "stopped")
        assert path_texts(ui)[1].startswith(text)
        await ui.shows("Stopped. What had arrived is kept.")
    assert loaded(tmp_path, conversation).messages[1].status == "stopped"


async def test_a_tab_closed_and_opened_at_once_shows_how_it_ended(
    simulator: SimulatorServer, open_app: OpenApp
) -> None:
    async with open_app(simulator.base_url, model="fault-stall") as ui:
        await ui.ready()
        await ui.ask("hello")
        await ui.until(lambda: len(ui.transcript.turns) == 2 and bool(ui.transcript.turns[1].text))
        await ui.press("alt+w", "f8")
        await ui.until(lambda: len(path_texts(ui)) == 2 and ui.pane.thread.path[1].status == "stopped")
        await ui.shows("Stopped.")
        assert not ui.pane.streaming


# The next start


async def test_the_next_start_shows_the_same_tabs_drafts_and_branches(
    simulator: SimulatorServer, open_app: OpenApp
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "alpha")
        await ui.type("unsent words")
        await _new_tab(ui)
        await ask(ui, "beta")
        await ui.press("ctrl+r")
        await ui.until(lambda: len(ui.pane.thread.messages) == 3 and not ui.pane.streaming)
        await command(ui, "/set temperature 0.3")
        await _new_tab(ui)
        await ui.type("a third, never sent")
        await ui.press("alt+left")
        await ui.until(lambda: path_texts(ui)[:1] == ["beta"])
        shown = path_texts(ui)
        await ui.press("ctrl+q")
    async with open_app(simulator.base_url) as ui:
        await ui.until(lambda: path_texts(ui) == shown)
        await ui.shows("1 alpha", "2 beta", "3 ", "temp 0.3")
        assert [tab.view is not None for tab in ui.pane.tabs] == [False, True, False]
        assert ui.pane.thread.position(ui.pane.thread.path[1].id) == (2, 2)
        await ui.press("alt+right")
        await ui.until(lambda: ui.composer.text == "a third, never sent")
        await ui.press("alt+right")
        await ui.until(lambda: path_texts(ui)[:1] == ["alpha"] and ui.composer.text == "unsent words")
        await ui.press("enter")
        await ui.until(lambda: len(path_texts(ui)) == 4 and not ui.pane.streaming)
        assert path_texts(ui)[2] == "unsent words"


async def test_an_answer_cut_off_by_a_crash_is_gone_on_with(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "Explain the moon")
        whole = path_texts(ui)[1]
    await _die_in_the_middle(tmp_path, "Explain the moon", whole[:40])
    leave_open(tmp_path, "dead")
    async with open_app(simulator.base_url) as ui:
        await ui.shows("Interrupted when the app ended", "Alt+M goes on with it")
        assert ui.pane.thread.path[1].status == "interrupted"
        assert path_texts(ui)[1] == whole[:40]
        await ui.until(lambda: ui.pane.desk.server.online)
        await ui.press("escape", "m")
        await ui.until(lambda: path_texts(ui)[1:2] == [whole] and not ui.pane.streaming)
        await ui.hides("Interrupted")
        assert ui.pane.thread.path[1].status == "complete"
    assert loaded(tmp_path, "dead").messages[1].text == whole


async def _die_in_the_middle(folder: Path, prompt: str, answer: str) -> None:
    """Another program writes an answer, and ends without an end of it."""
    code = """
import os, pathlib, sys
from lmstudio_tui.store.library import Conversation, Library, Message
kept = Library(pathlib.Path(sys.argv[1]))
kept.create(Conversation(id="dead", title="Dead", created_at=1.0, updated_at=1.0))
kept.add(Message(id="p", conversation_id="dead", parent_id=None, role="user", text=sys.argv[2], created_at=1.0))
begun = Message(id="a", conversation_id="dead", parent_id="p", role="assistant", status="streaming", created_at=2.0)
writer = kept.begin(begun)
kept.update("dead", head="a")
writer.text(sys.argv[3])
kept.flush()
os._exit(9)
"""
    await anyio.run_process([sys.executable, "-c", code, str(folder / "library.sqlite3"), prompt, answer], check=False)


async def test_a_tab_whose_conversation_is_gone_is_a_new_one(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    keep(tmp_path, said("one", "two"))
    leave_open(tmp_path, "gone", "kept", front="gone")
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "hello")
        assert path_texts(ui)[0] == "hello"
        conversation = ui.pane.view.conversation.id
    assert len(loaded(tmp_path, conversation).messages) == 2


async def test_a_prompt_sent_while_the_conversation_is_still_read_is_put_behind_it(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    keep(tmp_path, said("one", "two"))
    leave_open(tmp_path, "kept")
    async with open_app(simulator.base_url) as ui:
        # From its very first moment on, as with keys that were typed before the app was there.
        ui.composer.put("three")
        ui.composer.action_submit()
        await ui.until(lambda: bool(ui.composer.text) or len(path_texts(ui)) > 2)
        await ui.until(lambda: path_texts(ui)[:2] == ["one", "two"])
        await ui.until(lambda: ui.pane.desk.server.online)
        if ui.composer.text:
            await ui.press("enter")
        await ui.until(lambda: len(path_texts(ui)) == 4 and not ui.pane.streaming)
        assert path_texts(ui)[:3] == ["one", "two", "three"]


async def test_two_apps_share_one_library(simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path) -> None:
    async with open_app(simulator.base_url) as one:
        await one.ready()
        await ask(one, "from the first app")
        await one.until(lambda: bool(StateFile(tmp_path / "state.json").load().open_chats))
        assert one.pane.desk.library.flush()
        async with open_app(simulator.base_url) as other:
            await other.until(lambda: path_texts(other)[:1] == ["from the first app"])
            await other.until(lambda: other.pane.desk.server.online)
            await ask(other, "from the second app")
            await other.press("ctrl+n")
            await other.shows("is listening")
            await ask(other, "only in the second")
            assert other.pane.desk.library.flush()
        await ask(one, "again from the first")
        listed = await _listed(one)
        await one.shows("only in the second")
        await one.press("escape")
        assert listed is not None
        conversation = one.pane.view.conversation.id
    kept = {message.text for message in loaded(tmp_path, conversation).messages if message.role == "user"}
    assert kept == {"from the first app", "from the second app", "again from the first"}


async def test_what_another_app_writes_is_seen_as_it_comes(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    keep(tmp_path, said("question"))
    leave_open(tmp_path, "kept")
    other = library(tmp_path)
    begun = replace(said("question", "")[1], status="streaming")
    writer = other.begin(begun)
    other.update("kept", head=begun.id)
    writer.text("the beginning")
    assert other.flush()
    try:
        async with open_app(simulator.base_url) as ui:
            await ui.shows("the beginning", "Another window is writing this answer.")
            await ui.until(lambda: ui.pane.desk.server.online)
            await ui.press("escape", "m")
            await ui.pilot.pause()
            assert not sent(simulator)
            writer.text(" and the end")
            writer.end(replace(begun, text="the beginning and the end", status="complete"))
            assert other.flush()
            await ui.shows("the beginning and the end")
            await ui.hides("Another window")
    finally:
        other.close()


async def test_what_is_typed_is_kept_when_the_app_is_left(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.type("not sent yet")
        conversation = ui.pane.view.conversation.id
        await ui.press("ctrl+q")
    found = loaded(tmp_path, conversation)
    assert found.conversation.draft == "not sent yet"
    assert found.messages == ()
    async with open_app(simulator.base_url) as ui:
        await ui.until(lambda: ui.composer.text == "not sent yet")


async def test_prompts_of_other_conversations_come_back_with_the_up_key(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    keep(tmp_path, said("asked long ago", "answer"))
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ui.until(lambda: ui.pane.desk.prompts == ["asked long ago"])
        await ui.press("up")
        assert ui.composer.text == "asked long ago"


# The model


async def test_the_model_follows_the_tab(simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path) -> None:
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "alpha")
        await _new_tab(ui)
        await command(ui, "/model sim-gemma-3n-e4b")
        await ui.shows("Ask sim-gemma-3n-e4b")
        await ask(ui, "beta")
        await ui.press("alt+left")
        await ui.shows("Ask sim-llama-3.1-8b")
        await ask(ui, "alpha again")
        await ui.press("alt+left")
        await ui.shows("Ask sim-gemma-3n-e4b")
        await ask(ui, "beta again")
        assert [body["model"] for body in sent(simulator)] == [
            "sim-llama-3.1-8b",
            "sim-gemma-3n-e4b",
            "sim-llama-3.1-8b",
            "sim-gemma-3n-e4b",
        ]
    async with open_app(simulator.base_url) as ui:
        await ui.shows("Ask sim-gemma-3n-e4b")
        await ui.until(lambda: ui.pane.desk.server.online)
        await ui.press("alt+left")
        await ui.shows("Ask sim-llama-3.1-8b")


# The list


async def test_conversations_are_renamed_pinned_duplicated_deleted_and_brought_back(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    keep(tmp_path, said("about boats", "they float", of="boats"), title="Boats", updated_at=NOW.timestamp() - 50)
    keep(tmp_path, said("about trains", "they roll", of="trains"), title="Trains", updated_at=NOW.timestamp() - 900)
    leave_open(tmp_path, "boats", "trains", front="boats")
    async with open_app(simulator.base_url) as ui:
        await ui.until(lambda: path_texts(ui) == ["about boats", "they float"])
        listed = await _listed(ui)
        await ui.press("f2")
        await ui.until(lambda: isinstance(ui.app.screen, LineEntry))
        ui.app.screen.query_one(Input).value = "Ships"
        await ui.press("enter")
        await ui.until(lambda: listed.chosen is not None and listed.chosen.conversation.title == "Ships")
        assert ui.pane.view.title == "Ships"
        listed.select("trains")
        listed.focus_list()
        await ui.press("p")
        await ui.shows("Pinned")
        await ui.until(lambda: any(hit.conversation.pinned for hit in [listed.find("trains")] if hit is not None))
        await ui.press("d")
        await ui.shows("Duplicated")
        await ui.until(lambda: ui.screen.count("Trains") >= 2)
        listed.select("boats")
        listed.focus_list()
        await ui.press("x")
        await ui.shows("Deleted “Ships”")
        await ui.until(lambda: all(tab.conversation.id != "boats" for tab in ui.pane.tabs))
        await ui.press("u")
        await ui.shows("“Ships” is back.")
        await ui.until(lambda: any(tab.conversation.id == "boats" for tab in ui.pane.tabs))
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.app.screen, Conversations))
        await ui.until(lambda: path_texts(ui) == ["about boats", "they float"])
    kept = library(tmp_path)
    found = {hit.conversation.title: hit.conversation for hit in kept.conversations()}
    kept.close()
    assert found["Ships"].titled
    assert found["Trains"].pinned
    assert len(found) == 3


async def test_a_conversation_that_is_being_answered_is_deleted(steady: SimulatorServer, open_app: OpenApp) -> None:
    async with open_app(steady.base_url, model="fault-endless") as ui:
        await ui.ready()
        await ui.ask("endless")
        await ui.until(lambda: len(ui.transcript.turns) == 2 and bool(ui.transcript.turns[1].text))
        listed = await _listed(ui)
        listed.focus_list()
        await ui.press("delete")
        await ui.shows("Deleted “endless”")
        assert steady.wait_for(lambda s: any(r.disconnected for r in s.requests), timeout=5)
        await ui.press("escape")
        await ui.until(lambda: not ui.pane.thread.path and not isinstance(ui.app.screen, Conversations))
        await ui.press("f8")
        await ui.until(lambda: path_texts(ui)[:1] == ["endless"])
        await ui.until(lambda: ui.pane.thread.path[1].status == "stopped")


async def test_a_search_opens_the_conversation_where_it_was_found(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    keep(tmp_path, said(*[f"line {n} of many" for n in range(60)], "the needle is here", "yes", of="hay"), title="Hay")
    keep(tmp_path, said("nothing to see", "no", of="other"), title="Other")
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        listed = await _listed(ui)
        await ui.type("needle")
        await ui.until(lambda: listed.chosen is not None and listed.chosen.conversation.id == "hay")
        await ui.shows("needle is here")
        await ui.press("enter")
        await ui.until(lambda: ui.pane.view.conversation.id == "hay" and len(path_texts(ui)) == 62)
        await ui.shows("1 of 1", "the needle is here")
        assert ui.pane.view.query_one(FindBar).text == "needle"
        # The blank tab has made room.
        assert len(ui.pane.tabs) == 1


async def test_find_steps_through_a_long_conversation(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    texts = [f"number {n} of many" + (" special" if n % 100 == 0 else "") for n in range(400)]
    keep(tmp_path, said(*texts))
    leave_open(tmp_path, "kept")
    async with open_app(simulator.base_url) as ui:
        await ui.until(lambda: len(path_texts(ui)) == 400)
        await ui.press("ctrl+f")
        await ui.type("special")
        await ui.shows("of 4")
        seen: set[str] = set()
        for _ in range(4):
            await ui.press("enter")
            await ui.pilot.pause()
            await ui.until(lambda: "special" in _above_bar(ui))
            seen |= {word for word in ("number 0 ", "number 100 ", "number 200 ", "number 300 ") if word in ui.screen}
        assert len(seen) == 4
        await ui.press("escape")
        await ui.until(lambda: ui.transcript.has_focus)
        assert not ui.pane.view.query_one(FindBar).display
        # The hits stay for n and N; Esc leaves them, and then the transcript.
        before = ui.screen
        await ui.press("n")
        await ui.until(lambda: ui.screen != before and "special" in ui.screen)
        await ui.press("escape", "escape")
        await ui.until(lambda: ui.composer.has_focus)


def _above_bar(ui: Driver) -> str:
    return "\n".join(line for line in ui.screen.splitlines() if "Find" not in line)


# Export and import


async def test_a_conversation_is_exported_and_imported_through_the_dialogs(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    target = tmp_path / "out.json"
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await ask(ui, "carry me over")
        answer = path_texts(ui)[1]
        await command(ui, f"/export json {target}")
        await ui.until(lambda: isinstance(ui.app.screen, SaveFile))
        await ui.press("enter")
        await ui.shows("Written")
        await ui.until(target.exists)
        listed = await _listed(ui)
        listed.focus_list()
        await ui.press("e")
        await ui.shows("Export as")
        await ui.press("enter")
        await ui.until(lambda: isinstance(ui.app.screen, SaveFile))
        assert ui.app.screen.query_one(Input).value == "carry-me-over.md"
        await ui.press("escape")
        await ui.until(lambda: isinstance(ui.app.screen, Conversations))
        listed.focus_list()
        await ui.press("i")
        await ui.until(lambda: not isinstance(ui.app.screen, Conversations))
        ui.app.screen.query_one(Input).value = str(target)
        await ui.pilot.pause()
        await ui.press("enter")
        await ui.shows("One conversation read.")
        await ui.until(lambda: isinstance(ui.app.screen, Conversations))
        await ui.until(lambda: ui.screen.count("carry me over") >= 2)
        await ui.press("escape")
        await ui.until(lambda: len(ui.pane.tabs) == 2)
        await ui.until(lambda: path_texts(ui) == ["carry me over", answer])


# The server


async def test_a_prompt_is_kept_while_there_is_no_server(open_app: OpenApp, tmp_path: Path) -> None:
    server = FakeServer(health_error=ServerRefusedError("Nothing listens at 127.0.0.1:1234."))
    keep(tmp_path, said("one", "two"), draft="what I wanted to ask")
    leave_open(tmp_path, "kept")
    async with open_app(URL, connect=server.connect) as ui:
        await ui.until(lambda: path_texts(ui) == ["one", "two"])
        await ui.until(lambda: ui.composer.text == "what I wanted to ask")
        assert ui.composer.display
        await ui.press("ctrl+q")
    assert loaded(tmp_path, "kept").conversation.draft == "what I wanted to ask"


# What others have written


async def test_a_file_of_somebody_else_stops_nothing(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    odd = {"duration_ms": "long", "phases": 3, "tokens_per_second": 0, "reasoning_deltas": "x"}
    usage = {"completion_tokens": "x", "reasoning_tokens": "y", "prompt_tokens": -1}
    messages = said("a \x1b[31mquestion", "an answer", reasoning="hm", usage=usage, stats=odd, model="m\x07")
    text = export(Loaded(Conversation(id="kept", title="Odd\x07"), tuple(messages)), "json")
    (tmp_path / "odd.json").write_text(text.replace('"tokens_per_second": 0', '"tokens_per_second": 1e999'))
    async with open_app(simulator.base_url) as ui:
        await ui.ready()
        await command(ui, f"/import {tmp_path / 'odd.json'}")
        await ui.until(lambda: len(path_texts(ui)) == 2)
        await command(ui, "/stats")
        await told(ui, "2 messages")
        await ask(ui, "and now?")
        assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in ui.screen.replace("\n", ""))
    async with open_app(simulator.base_url) as ui:
        await ui.until(lambda: len(path_texts(ui)) == 4)


# A library that takes its time


@pytest.fixture
def slow_library(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Conversations are read only when this is set."""
    gate = threading.Event()
    load = Library.load

    def slowly(self: Library, conversation_id: str) -> Loaded | None:
        gate.wait(20)
        return load(self, conversation_id)

    monkeypatch.setattr(Library, "load", slowly)
    yield gate
    gate.set()


async def test_a_conversation_that_is_still_read_loses_nothing(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path, slow_library: threading.Event
) -> None:
    keep(tmp_path, said("one", "two"), model="sim-gemma-3n-e4b", draft="old draft")
    leave_open(tmp_path, "kept")
    async with open_app(simulator.base_url) as ui:
        await ui.until(lambda: ui.pane.desk.server.online and ui.pane.desk.model is not None)
        await ui.until(lambda: ui.composer.has_focus)
        assert "is listening" not in ui.screen
        await ui.type("three")
        await ui.press("enter")
        await told(ui, "still being read; the prompt is kept")
        assert ui.composer.text == "three"
        slow_library.set()
        await ui.until(lambda: path_texts(ui) == ["one", "two"])
        await ui.shows("Ask sim-gemma-3n-e4b")
        await ui.press("enter")
        await ui.until(lambda: len(path_texts(ui)) == 4 and not ui.pane.streaming)
        assert sent(simulator)[-1]["model"] == "sim-gemma-3n-e4b"
    slow_library.set()
    assert loaded(tmp_path, "kept").conversation.model == "sim-gemma-3n-e4b"


async def test_a_tab_is_closed_before_it_was_read(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path, slow_library: threading.Event
) -> None:
    keep(tmp_path, said("one", "two", of="first"))
    keep(tmp_path, said("three", "four", of="second"))
    leave_open(tmp_path, "first", "second")
    async with open_app(simulator.base_url) as ui:
        await ui.until(lambda: ui.pane.desk.server.online)
        await ui.press("alt+w")
        await ui.until(lambda: len(ui.pane.tabs) == 1)
        slow_library.set()
        await ui.until(lambda: path_texts(ui) == ["one", "two"])
        await ui.press("f8")
        await ui.until(lambda: path_texts(ui) == ["three", "four"])


async def test_a_conversation_goes_on_with_its_own_model(
    simulator: SimulatorServer, open_app: OpenApp, tmp_path: Path
) -> None:
    keep(tmp_path, said("one", "two"), model="sim-gemma-3n-e4b")
    state = AppState(open_chats=("kept",), front_chat="kept", last_model={simulator.base_url: "sim-llama-3.1-8b"})
    assert StateFile(tmp_path / "state.json").save(state)
    async with open_app(simulator.base_url) as ui:
        await ui.shows("Ask sim-gemma-3n-e4b")
        await ui.until(lambda: ui.pane.desk.model == "sim-gemma-3n-e4b")
        await ask(ui, "three")
        assert sent(simulator)[-1]["model"] == "sim-gemma-3n-e4b"
    assert loaded(tmp_path, "kept").conversation.model == "sim-gemma-3n-e4b"
