"""The embeddings pane: texts become vectors by themselves, are kept, and are looked at."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from app_parts import FakeServer
from embeddings_parts import TEXTS, embeddings_app
from textual.widgets import Input

from lmstudio_tui.sdk import ModelSummary, ServerRefusedError
from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.store.embeddings import TextRecord

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:9"


def many(count: int) -> list[str]:
    return [f"text number {number}" for number in range(count)]


async def test_texts_are_typed_embedded_and_compared(simulator: SimulatorServer, tmp_path: Path) -> None:
    async with embeddings_app(simulator.base_url, tmp_path) as ui:
        await ui.shows("No texts yet.")
        await ui.until(lambda: ui.embeddings.entry.has_focus)
        await ui.type("hello")
        await ui.press("enter")
        await ui.all_embedded()
        assert ui.texts == ["hello"]
        assert ui.embeddings.entry.text == ""

        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await ui.shows("● How do I reset", "sim-nomic-embed", "with itself")


async def test_a_thousand_pasted_lines_are_a_thousand_texts(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*many(1000))
        assert ui.texts == many(1000)
        await ui.shows("1,000 texts are not embedded yet.", "Ctrl+R embeds them")
        await ui.press("ctrl+r")
        await ui.all_embedded()


async def test_the_set_is_there_again_at_the_next_start_and_asks_nobody(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await ui.view("facts")

    deaf = FakeServer(embedding_error=ServerRefusedError("Nobody is there."))
    async with embeddings_app(URL, tmp_path, connect=deaf.connect) as ui:
        await ui.all_embedded()
        assert tuple(ui.texts) == TEXTS
        assert ui.embeddings.views.front_name == "facts"
        await ui.shows("out of the store", "6 of 6")


async def test_without_a_server_what_was_kept_is_shown(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()

    away = FakeServer(health_error=ServerRefusedError("Connection refused."))
    async with embeddings_app(URL, tmp_path, connect=away.connect) as ui:
        await ui.all_embedded()
        await ui.shows("with itself")
        await ui.paste("another one")
        await ui.until(lambda: "6 of 7" in ui.work)
        await ui.press("ctrl+r")
        await ui.until(lambda: "Nothing answers" in ui.told)


async def test_it_says_what_to_do_when_nothing_answers(tmp_path: Path) -> None:
    away = FakeServer(health_error=ServerRefusedError("Connection refused."))
    async with embeddings_app(URL, tmp_path, connect=away.connect) as ui:
        await ui.paste(*TEXTS)
        await ui.shows("Nothing answers at", "F4 chooses a server")


async def test_it_says_what_to_do_when_no_model_embeds(tmp_path: Path) -> None:
    server = FakeServer(models=(ModelSummary(id="qwen3-8b", type="llm"), ModelSummary(id="gemma", type="llm")))
    async with embeddings_app(URL, tmp_path, connect=server.connect) as ui:
        await ui.paste(*TEXTS)
        await ui.shows("No model of this server says that it embeds.")
        await ui.press("ctrl+t")
        await ui.shows("here are all", "gemma")
        await ui.type("gemma")
        await ui.press("enter")
        await ui.all_embedded()


async def test_an_error_is_said_and_tried_again(tmp_path: Path) -> None:
    server = FakeServer(embedding_error=ServerRefusedError("The line was cut.", hint="Is it still on?"))
    async with embeddings_app(URL, tmp_path, connect=server.connect) as ui:
        await ui.paste(*TEXTS)
        await ui.shows("did not embed the texts", "The line was cut.", "Ctrl+R tries again")
        server.embedding_error = None
        await ui.press("ctrl+r")
        await ui.all_embedded()


async def test_stopped_in_the_middle_what_is_done_is_kept_and_the_rest_asked_for(tmp_path: Path) -> None:
    server = FakeServer(hold=threading.Event())
    async with embeddings_app(URL, tmp_path, connect=server.connect) as ui:
        await ui.paste(*many(300))
        await ui.shows("300 texts are not embedded yet.")
        await ui.press("ctrl+r")
        await ui.until(lambda: "288 of 300" in ui.work)
        await ui.shows("The views are here at the end, or when you stop it.")
        ui.embeddings.list.focus()
        await ui.press("escape")
        await ui.until(lambda: "Stopped: 288 of 300" in ui.work)
        assert ui.embedded == [288]
        assert server.hold is not None
        server.hold.set()
        await ui.press("ctrl+r")
        await ui.all_embedded()
        assert ui.desk.sides[0].reused == 288


async def test_texts_that_come_while_others_are_embedded_are_embedded_too(tmp_path: Path) -> None:
    server = FakeServer(hold=threading.Event())
    async with embeddings_app(URL, tmp_path, connect=server.connect) as ui:
        await ui.paste(*many(300))
        await ui.shows("300 texts are not embedded yet.")
        await ui.press("ctrl+r")
        await ui.until(lambda: "288 of 300" in ui.work)
        ui.desk.add_pasted("\n".join(TEXTS))
        assert server.hold is not None
        server.hold.set()
        await ui.all_embedded()
        assert len(ui.texts) == 306


async def test_nearest_ranks_as_typing_stops(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await ui.press("alt+n")
        await ui.type("forgot my password")
        await ui.shows("cosine · 6 texts")
        first = ui.embeddings.views.nearest.chosen
        assert first is not None
        assert "password" in TEXTS[first]
        await ui.press("enter")
        await ui.press("t")
        await ui.shows("dot product · 6 texts")


async def test_enter_on_a_text_finds_what_is_like_it(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        ui.embeddings.list.focus()
        await ui.press("down", "enter")
        await ui.until(lambda: ui.embeddings.views.nearest.query_one(Input).value == TEXTS[1])
        await ui.shows("cosine · 6 texts", "1.000")


async def test_two_models_stand_side_by_side(simulator: SimulatorServer, tmp_path: Path) -> None:
    async with embeddings_app(simulator.base_url, tmp_path) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await ui.press("alt+t")
        await ui.shows("Second model", "sim-bge-m3")
        await ui.press("enter")
        await ui.all_embedded(2)
        assert len({side.key.model for side in ui.desk.sides}) == 2
        await ui.shows("sim-nomic-embed-v1.5 | sim-bge-m3")
        await ui.press("alt+t")
        await ui.all_embedded(1)
        assert "is off again" in ui.told


async def test_each_view_shows_something(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await ui.view("map")
        await ui.shows("PCA", "6 points", "cluster 1")
        await ui.view("vector")
        await ui.shows("dimensions", "norm", "deviation")
        await ui.view("facts")
        await ui.shows("dimensions", "normalised", "6 of 6", "store on disk")


async def test_the_heat_map_is_sorted_by_cluster(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        ui.embeddings.list.focus()
        await ui.press("o")
        await ui.until(lambda: ui.embeddings.views.heat._tiles.grouped)  # pyright: ignore[reportPrivateUsage]
        await ui.press("o")
        await ui.until(lambda: not ui.embeddings.views.heat._tiles.grouped)  # pyright: ignore[reportPrivateUsage]


async def test_a_sweep_measures_and_stops(tmp_path: Path) -> None:
    server = FakeServer(hold=threading.Event())
    async with embeddings_app(URL, tmp_path, connect=server.connect) as ui:
        server.hold, held = None, server.hold
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await ui.view("facts")
        ui.embeddings.list.focus()
        server.hold = held
        await ui.press("b")
        await ui.shows("measuring")
        await ui.press("escape")
        await ui.until(lambda: not ui.embeddings._pictures.sweeping.running)  # pyright: ignore[reportPrivateUsage]


async def test_received_texts_are_added_though_the_pane_was_just_made(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        ui.desk.loaded = False
        ui.desk.add_pasted("one\n\ntwo")
        assert ui.texts == []
        ui.desk.load(lambda: None)
        await ui.until(lambda: ui.texts == ["one", "two"])


async def test_another_server_has_its_own_vectors(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
    other = FakeServer()
    async with embeddings_app("http://127.0.0.1:10", tmp_path, connect=other.connect) as ui:
        await ui.until(lambda: ui.desk.view.online)
        await ui.all_embedded()
        await ui.until(lambda: ui.desk.sides[0].asked == len(TEXTS))
        keys = {key.server for key, _ in ui.shelf.sizes().vectors}
        assert keys == {URL, "http://127.0.0.1:10"}


async def test_what_is_typed_is_on_disk_when_the_app_ends(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        ui.desk.add_pasted("kept")
        ui.app.exit()
        shelf = ui.shelf
        assert [shelf.texts(one.id) for one in shelf.sets()] == [[TextRecord("kept")]]
