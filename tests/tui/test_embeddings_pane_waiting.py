"""The embeddings pane while something is waited for: keys that come early, servers that answer late or not at all."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from app_parts import FakeServer
from embeddings_parts import TEXTS, Embeddings, embeddings_app
from textual.events import Paste

from embedding_server import EmbeddingServer
from lmstudio_tui.features.server_view import Presence
from lmstudio_tui.sdk import CancelScope, EmbeddingBatch, ModelSummary, ServerRefusedError
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.panes.embeddings.text_states import TextStates
from lmstudio_tui.tui.panes.embeddings.view_tabs import ViewName
from lmstudio_tui.tui.screens.embedding_sets import EmbeddingSets
from lmstudio_tui.tui.widgets.key_footer import KeyFooter

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:9"


def footer(ui: Embeddings) -> str:
    """What the footer says."""
    return str(ui.app.screen.query_one(KeyFooter).render())


# Keys


async def test_texts_typed_in_a_burst_of_keys_are_texts_of_their_own(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.until(lambda: ui.embeddings.entry.has_focus)
        for key in ("a", "enter", "b", "enter"):
            ui.app.simulate_key(key)
        await ui.until(lambda: ui.texts == ["a", "b"])
        assert ui.embeddings.entry.text == ""


async def test_thirty_lines_pasted_as_keys_are_thirty_texts(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.until(lambda: ui.embeddings.entry.has_focus)
        lines = [f"x{number}" for number in range(30)]
        for line in lines:
            for key in (*line, "enter"):
                ui.app.simulate_key(key)
        await ui.until(lambda: ui.texts == lines)


async def test_the_views_are_gone_through_while_one_types(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        ui.embeddings.entry.focus()
        await ui.until(lambda: ui.embeddings.entry.has_focus)
        for key, name in (("right", "nearest"), ("left", "similarity"), ("m", "map"), ("v", "vector"), ("i", "facts")):
            await ui.press(f"alt+{key}")
            await ui.until(lambda name=name: ui.embeddings.views.front_name == name)
        await ui.press("alt+s")
        await ui.until(lambda: ui.embeddings.views.front_name == "similarity")
        assert ui.embeddings.entry.text == ""


# What is wanted before the set of last time is there


async def test_what_comes_early_goes_into_the_set_that_it_was_meant_for(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.until(lambda: [one.count for one in ui.shelf.sets()] == [6])
        ui.desk.loaded = False
        ui.desk.add_pasted("of the old one")
        await ui.press("ctrl+n")
        ui.desk.add_pasted("of the new one")
        ui.desk.load(lambda: None)
        await ui.until(lambda: ui.texts == ["of the new one"])
        await ui.until(lambda: sorted(one.count for one in ui.shelf.sets()) == [1, 7])


async def test_keys_stay_in_the_box_when_the_set_comes(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.until(lambda: [one.count for one in ui.shelf.sets()] == [6])
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.until(lambda: ui.embeddings.entry.has_focus)
        await ui.type("xe")
        await ui.press("enter")
        await ui.until(lambda: ui.texts == [*TEXTS, "xe"])


# Servers that answer late, or not at all


async def test_a_server_that_never_answers_is_said_and_stopped(tmp_path: Path) -> None:
    config = SimulatorConfig(speed=0, load_seconds=0, media_fault="embeddings-never")
    with SimulatorServer(config) as server:
        async with embeddings_app(server.base_url, tmp_path) as ui:
            await ui.paste(*TEXTS)
            await ui.shows("Asking sim-nomic-embed-v1.5 for 6 texts …")
            assert "Looking in the store" not in ui.screen
            await ui.until(lambda: "1 s · Esc leaves the box, then stops" in ui.work)
            await ui.until(lambda: "Leave" in footer(ui) and "Stop" not in footer(ui))
            await ui.press("a", "escape")
            await ui.until(lambda: not ui.embeddings.entry.has_focus)
            assert ui.desk.embedding.running, "Esc in a text leaves that, and no more"
            assert ui.embeddings.entry.text == "a"
            await ui.until(lambda: "s · Esc stops" in ui.work)
            assert "Asking" not in ui.work, "that is said in the middle"
            await ui.until(lambda: "Stop" in footer(ui) and "Leave" not in footer(ui))
            await ui.press("escape")
            await ui.shows("Stopped before", "Ctrl+R asks again")
            assert "Stop" not in footer(ui)


class BrokenServer(FakeServer):
    """Embeds a batch, and is gone then."""

    def embedded(self, texts: Sequence[str], batch: EmbeddingBatch, scope: CancelScope) -> EmbeddingBatch:
        if batch.indices[0]:
            self.health_error = ServerRefusedError("Connection refused.")
            raise ServerRefusedError("The line was cut.", hint="Is it still on?")
        return super().embedded(texts, batch, scope)


async def test_why_a_run_broke_stays_though_the_server_is_found_to_be_gone(tmp_path: Path) -> None:
    server = BrokenServer()
    async with embeddings_app(URL, tmp_path, connect=server.connect) as ui:
        await ui.paste(*(f"text {number}" for number in range(150)))
        await ui.until(lambda: ui.desk.view.presence is Presence.OFFLINE)
        await ui.until(lambda: not ui.desk.embedding.running)
        await ui.until(lambda: "The line was cut." in ui.work)
        assert "32 of 150 vectors are there, and kept." in ui.work
        await ui.view("facts")
        await ui.shows("it ended early")
        await ui.press("ctrl+r")
        await ui.until(lambda: "Looking for the server again" in ui.told)


async def test_that_nothing_is_missing_is_said(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await ui.press("ctrl+r")
        await ui.until(lambda: "Nothing is missing" in ui.told)


async def test_it_says_what_it_asks_for_from_the_first_moment(tmp_path: Path) -> None:
    server = FakeServer(hold=threading.Event())
    async with embeddings_app(URL, tmp_path, connect=server.connect) as ui:
        await ui.paste(*TEXTS)
        await ui.shows("Asking text-embedding-nomic for 6 texts …")
        assert ui.work == "0 s · Esc leaves the box, then stops"
        assert server.hold is not None
        server.hold.set()
        await ui.all_embedded()


# Sets that come back


@pytest.mark.parametrize("where", ["dialog", "pane"])
async def test_a_set_that_was_in_front_is_in_front_again_when_it_comes_back(where: str, tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.press("f7")
        await ui.until(lambda: isinstance(ui.app.screen, EmbeddingSets))
        await ui.shows("6 texts")
        await ui.press("delete")
        await ui.until(lambda: ui.shelf.sets() == [] and ui.texts == [])
        if where == "pane":
            await ui.press("escape")
            await ui.until(lambda: not isinstance(ui.app.screen, EmbeddingSets))
        await ui.press("f8")
        await ui.until(lambda: ui.texts == list(TEXTS))
        assert [one.count for one in ui.shelf.sets()] == [6]


async def test_prefixes_are_shown_with_their_blanks(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        ui.desk.held.use_prefixes("query: ", "passage: ")
        await ui.all_embedded()
        await ui.view("facts")
        await ui.press("end")
        ui.embeddings.views.facts.focus()
        await ui.press("end")
        await ui.shows("“passage: ”", "“query: ”")


async def test_a_paste_while_the_list_has_the_keys_is_texts_too(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        ui.embeddings.list.focus()
        await ui.until(lambda: ui.embeddings.list.has_focus_within)
        ui.app.post_message(Paste("one\ntwo"))
        await ui.until(lambda: ui.texts == [*TEXTS, "one", "two"])


async def test_the_metric_is_said_where_values_are(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await ui.shows("1.000 cosine")
        ui.embeddings.list.focus()
        await ui.press("t")
        await ui.shows("dot product", "with itself: the square of its length")
        await ui.press("t")
        await ui.shows("0.000 Euclidean distance", "with itself: no distance at all")
        await ui.press("enter")
        await ui.shows("distance  text", "Euclidean distance · 6 texts")


# Runs that are given up


async def test_what_the_finished_requests_took_is_known_of_a_run_that_was_given_up(tmp_path: Path) -> None:
    with EmbeddingServer("bge-m3") as server:
        server.holding = 2
        async with embeddings_app(server.base_url, tmp_path) as ui:
            await ui.paste(*(f"text {number}" for number in range(100)))
            await ui.until(lambda: "64 of 100" in ui.work and server.held.is_set())
            ui.desk.add_pasted("another")
            await ui.until(lambda: [side.asked for side in ui.desk.embedding.measured.values()] == [64])
            ui.desk.stop()
            await ui.until(lambda: ui.embedded == [64])
            await ui.view("facts")
            await ui.shows("Speed, when last asked")


class SlowSecond(FakeServer):
    """The second model is waited for."""

    def __init__(self) -> None:
        models = tuple(ModelSummary(id=name, type="embedding") for name in ("first", "second"))
        super().__init__(models=models)
        self.answers = threading.Event()

    def embedded(self, texts: Sequence[str], batch: EmbeddingBatch, scope: CancelScope) -> EmbeddingBatch:
        while batch.model == "second" and not self.answers.wait(0.01):
            scope.raise_if_cancelled()
        return super().embedded(texts, batch, scope)


@pytest.mark.parametrize("view", ["similarity", "vector"])
async def test_texts_that_come_while_the_second_model_is_asked_are_no_defect(view: ViewName, tmp_path: Path) -> None:
    server = SlowSecond()
    async with embeddings_app(URL, tmp_path, connect=server.connect) as ui:
        await ui.until(lambda: ui.desk.can_ask)
        await ui.view(view)
        ui.desk.use_models("first", "second")
        ui.embeddings.entry.focus()
        await ui.until(lambda: ui.embeddings.entry.has_focus)
        for number in range(1, 6):
            await ui.type(f"text {number}")
            await ui.press("enter")
            await ui.until(lambda number=number: ui.embedded == [number])
            # The list looks at the last one, of which the first answers knew nothing.
            ui.embeddings.list.choose(number - 1)
        server.answers.set()
        await ui.all_embedded(2)


# What is refused


async def test_a_long_refusal_can_be_read_to_its_end(tmp_path: Path) -> None:
    why = f"It is too long. {' '.join(f'word{number}' for number in range(50))} and finis"
    with EmbeddingServer("bge-m3") as server:
        server.refuse = lambda text: why if "bad" in text else ""
        async with embeddings_app(server.base_url, tmp_path, size=(80, 20)) as ui:
            await ui.paste("good", "bad")
            await ui.until(lambda: ui.embedded == [1])
            await ui.until(lambda: ui.work.endswith("… Alt+I has all of it."))
            await ui.press("alt+i", "alt+i")
            await ui.until(lambda: ui.embeddings.views.facts.has_focus)
            for _ in range(60):
                await ui.press("down")
                if "finis" in ui.screen:
                    break
            await ui.shows("finis")
            await ui.press("ctrl+n")
            await ui.paste("bad 1", "bad 2")
            await ui.shows("bge-m3 refused all texts.")
            await ui.press("alt+i")
            await ui.until(lambda: ui.embeddings.query_one("#notice").has_focus)
            await ui.press("end")
            await ui.shows("finis", "Ctrl+R tries again")


async def test_without_a_server_the_way_to_a_query_is_said_whole(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
    away = FakeServer(health_error=ServerRefusedError("Connection refused."))
    async with embeddings_app(URL, tmp_path, connect=away.connect, size=(80, 24)) as ui:
        await ui.all_embedded()
        await ui.press("alt+n")
        await ui.type("where")
        await ui.shows("No server embeds a query now. Enter in the list", "takes a text of the set as one.")


async def test_how_texts_stand_is_worked_out_once(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        states = TextStates(ui.desk)
        before = states.all
        await ui.view("map")
        ui.embeddings.views.map.focus()
        await ui.press("c", "c")
        assert states.all is before
        await ui.paste("another one")
        await ui.all_embedded()
        assert states.all == ("embedded",) * 7
