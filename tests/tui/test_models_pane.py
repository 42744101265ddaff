"""The models pane: the list, the filter, the order, the details, and a server that comes and goes."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from models_parts import (
    GEMMA,
    NOMIC,
    NOW,
    QWEN,
    THREE,
    URL,
    FakeManager,
    Models,
    away,
    many,
    models_pane,
    view,
    watched,
)
from textual.widgets import Input, OptionList

from lmstudio_tui.features.health import Presence, ServerView
from lmstudio_tui.features.models import RememberedModels
from lmstudio_tui.sdk import ClientConfig, LMStudioClient, ModelInstance, ModelSummary
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.panes.models.activity import ActivityStrip
from lmstudio_tui.tui.panes.models.details import ModelDetails
from lmstudio_tui.tui.screens.choose import Choose

pytestmark = pytest.mark.anyio


def row_of(ui: Models, text: str) -> str:
    return next(line for line in ui.screen.splitlines() if text in line)


async def test_a_small_terminal_shows_what_matters_and_cuts_no_frame(tmp_path: Path) -> None:
    async with models_pane(tmp_path, size=(80, 22), seen=view()) as ui:
        await ui.shows("Models ─ 3 ─ 2 loaded")
        heading = row_of(ui, "name")
        for title in ("params", "quant", "size", "context", "can"):
            assert title in heading
        for fact in ("●", "8B", "Q4_K_M", "4.9 GB", "8k/32k", "tools reason"):
            assert fact in row_of(ui, "qwen/qwen3-8b")
        assert "26B-A4B" in row_of(ui, "google/gemma-4-26b")
        lines = ui.screen.splitlines()
        assert len(lines) == 22
        assert all(line.endswith(("│", "╮", "╯")) for line in lines[:-1])


async def test_a_large_terminal_shows_every_column_and_the_details(tmp_path: Path) -> None:
    async with models_pane(tmp_path, size=(134, 46), seen=view()) as ui:
        await ui.shows("max context")
        heading = row_of(ui, "name  ")
        for title in ("type", "params", "quant", "size", "context", "format", "state", "can"):
            assert title in heading
        await ui.shows("instance qwen/qwen3-8b", "8,192 tokens", "parallel", "off, on", "/api/v0/models")
        await ui.press("down")
        await ui.shows("embeddings", "137M")
        assert "instance qwen" not in ui.screen


async def test_what_no_model_tells_has_no_column(tmp_path: Path) -> None:
    async with models_pane(tmp_path, size=(134, 30), seen=view((ModelSummary(id="a"), ModelSummary(id="b")))) as ui:
        await ui.shows("Models ─ 2 ─")
        assert "quant" not in row_of(ui, "name")
        assert "loaded" not in ui.screen.splitlines()[0], "nobody knows what is loaded"


async def test_moving_by_keys(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view(many(200))) as ui:
        ids = [entry.id for entry in ui.pane._listing.rows]
        for keys, at in (
            (["down", "j"], 2),
            (["k"], 1),
            (["up", "up"], 0),
            (["G"], 199),
            (["down"], 199),
            (["home"], 0),
            (["end"], 199),
            (["g"], 0),
        ):
            await ui.press(*keys)
            assert ui.cursor == ids[at]
            assert ids[at].rpartition("/")[2] in ui.screen
        await ui.press("pagedown")
        page = ids.index(ui.cursor or "")
        assert 10 < page < 30
        await ui.press("pageup")
        assert ui.cursor == ids[0]


async def test_filtering_as_one_types(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view()) as ui:
        await ui.press("slash")
        await ui.type("type:vlm")
        await ui.shows("1 of 3", "google/gemma")
        assert "qwen" not in ui.screen
        await ui.press("down")
        assert ui.table.has_focus
        assert ui.cursor == GEMMA.id
        await ui.press("escape")
        await ui.shows("Models ─ 3", "/ filter")
        assert ui.cursor == GEMMA.id, "the cursor stays on its model when the filter goes"
        await ui.press("slash")
        await ui.type("no-such")
        await ui.shows("No model matches no-such", "Esc clears the filter")
        await ui.press("escape")
        await ui.shows("qwen/qwen3-8b")
        await ui.press("escape")
        assert ui.table.has_focus
        assert ui.cursor == GEMMA.id


async def test_what_was_looked_for_is_highlighted_in_the_name(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view()) as ui:
        await ui.press("slash")
        await ui.type("qwen3 tools")
        await ui.shows("1 of 3")
        styled = [segment for segment in ui.table.render_line(1) if segment.style and segment.style.underline]
        assert [segment.text for segment in styled] == ["qwen3"]


async def test_sorting_by_a_column_and_turning_it_round(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view()) as ui:
        await ui.shows("loaded first")
        await ui.press("o")
        await ui.until(lambda: isinstance(ui.app.screen, Choose))
        options = ui.app.screen.query_one(OptionList)
        options.highlighted = options.get_option_index("size")
        await ui.press("enter")
        await ui.shows("size↓")
        assert [entry.id for entry in ui.pane._listing.rows] == [NOMIC.id, QWEN.id, GEMMA.id]
        await ui.press("O")
        await ui.shows("size↑")
        assert [entry.id for entry in ui.pane._listing.rows] == [GEMMA.id, QWEN.id, NOMIC.id]
        assert ui.cursor == QWEN.id


async def test_a_title_sorts_when_it_is_clicked(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view()) as ui:
        await ui.shows("params")
        x = ui.screen.splitlines()[1].index("params")
        for arrow in ("params↓", "params↑"):
            await ui.pilot.click(offset=(x, 1))
            await ui.shows(arrow)


async def test_a_click_selects_and_a_second_one_opens(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view()) as ui:
        await ui.shows("google/gemma")
        y = next(at for at, line in enumerate(ui.screen.splitlines()) if "google/gemma" in line)
        await ui.pilot.click(offset=(10, y))
        assert ui.cursor == GEMMA.id
        await ui.pilot.click(offset=(10, y), times=2)
        await ui.shows("262,144 tokens")
        assert ui.app.query_one(ModelDetails).has_focus


async def test_the_title_line_opens_the_filter(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view()) as ui:
        await ui.shows("/ filter")
        await ui.pilot.click(offset=(40, 0))
        await ui.until(lambda: isinstance(ui.app.focused, Input))


async def test_details_take_the_place_of_the_list_and_give_it_back(tmp_path: Path) -> None:
    async with models_pane(tmp_path, size=(80, 14), seen=view()) as ui:
        await ui.press("enter")
        await ui.shows("architecture", "qwen3")
        assert "params" not in ui.screen
        await ui.press("end")
        await ui.shows("/v1/models")
        await ui.press("escape")
        await ui.shows("params")
        assert ui.table.has_focus
        assert ui.cursor == QWEN.id


async def test_details_stay_open_when_the_window_grows_and_shrinks(tmp_path: Path) -> None:
    async with models_pane(tmp_path, size=(80, 24), seen=view()) as ui:
        await ui.press("enter")
        await ui.shows("architecture")
        await ui.pilot.resize_terminal(134, 40)
        await ui.shows("architecture", "params")
        await ui.pilot.resize_terminal(60, 20)
        await ui.shows("architecture")
        await ui.press("escape")
        await ui.shows("google/gemma")


async def test_names_that_look_alike_keep_what_tells_them_apart(tmp_path: Path) -> None:
    names = ("mistralai/model-004-vl-instruct-long", "microsoft/model-004-vl-instruct-long")
    hostile = "markup/[red]bold[/red] [link=http://x]y[/]"
    models = tuple(
        QWEN.model_copy(update={"id": name}) for name in (*names, hostile, "qwen/only-one-of-that-long-name")
    )
    async with models_pane(tmp_path, size=(70, 22), seen=view(models)) as ui:
        await ui.shows("mistralai/", "microsoft/", "[red]bold", "● only-one")


async def test_two_instances_are_said_in_the_row(tmp_path: Path) -> None:
    twice = QWEN.model_copy(update={"instances": (*QWEN.instances, ModelInstance(id="qwen/qwen3-8b:2"))})
    for width, words in ((80, "qwen/qwen3-8b ×2"), (150, "loaded ×2")):
        async with models_pane(tmp_path, size=(width, 22), seen=view((twice, GEMMA))) as ui:
            await ui.shows(words)


async def test_the_filter_does_not_blink(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view()) as ui:
        await ui.press("slash")
        await ui.until(lambda: ui.pane._top.filter.has_focus)
        assert not ui.pane._top.filter.cursor_blink, "an idle filter draws nothing"
        assert ui.pane._top.filter._cursor_visible


async def test_a_model_that_cannot_chat_is_called_what_it_is(tmp_path: Path) -> None:
    models = (NOMIC, GEMMA.model_copy(update={"id": "whisper", "type": "transcription"}))
    async with models_pane(tmp_path, seen=view(models)) as ui:
        await ui.press("g", "c")
        await ui.until(lambda: "makes embeddings; it cannot chat" in ui.told)
        await ui.press("G", "c")
        await ui.until(lambda: "whisper is of the type transcription; it cannot chat" in ui.told)
        assert not ui.app.chosen


async def test_a_size_of_nothing_is_unknown(tmp_path: Path) -> None:
    models = (QWEN.model_copy(update={"size_bytes": 0}), GEMMA)
    async with models_pane(tmp_path, size=(134, 30), seen=view(models)) as ui:
        await ui.shows("18 GB", "max context")
        assert "0 B" not in ui.screen.replace("18 GB", "")
        assert "0 bytes" not in ui.screen


async def test_copying_and_choosing(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view()) as ui:
        await ui.press("y", "c", "e")
        await ui.until(lambda: "is no embedding model" in ui.told)
        assert ui.app.copied == [QWEN.id]
        assert ui.app.chosen == [(QWEN.id, "chat")]
        await ui.press("down", "e", "c")
        await ui.until(lambda: "it cannot chat" in ui.told)
        assert ui.app.chosen[1:] == [(NOMIC.id, "embeddings")]
        ui.pane.show_defaults(QWEN.id, NOMIC.id)
        await ui.shows("qwen/qwen3-8b ← chat", "v1.5 ←")
        ui.pane.use_model(GEMMA.id)
        await ui.shows("google/gemma-4-26b ← chat")


async def test_a_list_without_models_says_what_to_do(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view(())) as ui:
        await ui.shows("This server lists no models.", "Press d to download one.")
        await ui.press("down", "enter", "y", "l", "u", "c")
        assert "no model under the cursor" in ui.told
        ui.pane.show_server(view((), surfaces=("/v1/models",)))
        await ui.shows("just-in-time loading off")
        ui.pane.show_server(view(THREE))
        await ui.shows("qwen/qwen3-8b")


async def test_the_cursor_stays_on_its_model_whatever_happens_to_the_list(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view(many(300))) as ui:
        ui.table.select(many(300)[150].id)
        await ui.pilot.pause()
        chosen = many(300)[150].id
        assert ui.cursor == chosen
        ui.pane.show_server(view(many(300)[100:]))
        assert ui.cursor == chosen
        ui.pane.show_server(view((QWEN, *many(300)[120:])))
        assert ui.cursor == chosen
        ui.pane.show_server(view(many(100)))
        assert ui.cursor != chosen, "it is not there"
        ui.pane.show_server(view(many(300)))
        assert ui.cursor == chosen, "and is back"
        await ui.pilot.pause()
        assert chosen.rpartition("/")[2] in ui.screen


async def test_a_change_of_state_is_seen_and_moves_no_cursor(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view()) as ui:
        await ui.press("G")
        loaded = GEMMA.model_copy(
            update={"state": "loaded", "instances": (ModelInstance(id=GEMMA.id, context_length=4096),)}
        )
        ui.pane.show_server(view((QWEN, loaded, NOMIC)))
        await ui.shows("3 loaded", "4k/256k")
        assert ui.cursor == GEMMA.id
        assert "●" in row_of(ui, "google/gemma")


async def test_a_server_that_goes_leaves_its_list(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view()) as ui:
        await ui.shows("qwen/qwen3-8b")
        ui.pane.show_server(away(view()))
        await ui.shows("Nothing answers at http://127.0.0.1:1234. This is the list of 09:41.", "qwen/qwen3-8b")
        await ui.press("l")
        await ui.until(lambda: "Nothing answers at http://127.0.0.1:1234. This needs the server." in ui.told)
        ui.pane.show_server(away(view(), Presence.LOCKED))
        await ui.shows("wants an API key", "F6")
        ui.pane.show_server(view())
        await ui.until(lambda: "list of" not in ui.screen)


async def test_what_is_remembered_is_shown_until_the_server_answers(tmp_path: Path) -> None:
    asked: list[str] = []

    def remembered(base_url: str) -> RememberedModels | None:
        asked.append(base_url)
        return RememberedModels((GEMMA,), NOW - timedelta(hours=12)) if base_url == URL else None

    nobody = away(ServerView(URL))
    async with models_pane(tmp_path, remembered=remembered, seen=nobody, server=FakeManager()) as ui:
        await ui.shows("This is the list of 21:41 yesterday.", "google/gemma")
        ui.pane.show_server(view((QWEN,)))
        await ui.shows("qwen/qwen3-8b")
        assert "google" not in ui.screen
        other = FakeManager("http://127.0.0.1:9")
        ui.use(other, away(ServerView(other.base_url)))
        await ui.shows("There is no list from before.")
        assert asked[-1] == other.base_url


async def test_twenty_times_gone_and_back_costs_nothing(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view(many(50))) as ui:
        await ui.press("o", "down", "enter", "slash")
        await ui.type("qwen")
        await ui.press("down", "down", "down")
        before = (ui.cursor, ui.screen)
        for _ in range(20):
            ui.pane.show_server(away(view(many(50))))
            await ui.pilot.pause(0)
            ui.pane.show_server(view(many(50)))
        await ui.until(lambda: (ui.cursor, ui.screen) == before)


async def test_text_of_a_server_is_no_command(tmp_path: Path) -> None:
    evil = ModelSummary(
        id="a\x1b[31m[bold]red[/nonsense]",
        type="[x]",
        publisher="\x07",
        quantization="\x1b]0;title\x07Q",
        state="loaded",
    )
    async with models_pane(tmp_path, size=(134, 30), seen=view((evil,), cannot=("model_load",))) as ui:
        await ui.shows("a[bold]red[/nonsense]")
        await ui.press("enter", "escape", "u", "U", "c", "l")
        assert "\x1b" not in ui.screen
        ui.pane.show_server(view((evil,)))
        await ui.press("l")
        await ui.shows("Load a[bold]red[/nonsense]")


@pytest.mark.parametrize("count", [500, 5000])
async def test_a_key_in_the_filter_is_answered_at_once(tmp_path: Path, count: int) -> None:
    async with models_pane(tmp_path, size=(160, 50), seen=view(many(count))) as ui:
        spent: list[float] = []
        for text in ("q", "qw", "qwen", "qwen s", "qwen size", "qwen size<40gb", "qwen size<40gb -mlx", ""):
            started = time.process_time()
            ui.pane._listing.ask(text)
            ui.pane._show_list()
            for y in range(46):
                ui.table.render_line(y)
            spent.append(time.process_time() - started)
        assert sorted(spent)[len(spent) // 2] < (0.03 if count == 500 else 0.1)


async def test_the_strip_is_not_there_while_nothing_goes_on(tmp_path: Path) -> None:
    async with models_pane(tmp_path, seen=view()) as ui:
        await ui.shows("qwen")
        assert not ui.app.query_one(ActivityStrip).display
        assert ui.pane._ticker is None


async def test_a_real_server_stopped_and_started_again(tmp_path: Path) -> None:
    config = SimulatorConfig(load_seconds=0, speed=0, list_faults=False)
    async with models_pane(tmp_path) as ui:
        server = SimulatorServer(config)
        server.start()
        try:
            client = LMStudioClient(ClientConfig(base_url=server.base_url, max_retries=0))
            again = replace(config, port=int(server.base_url.rpartition(":")[2]))
            with watched(ui, client) as monitor:
                await ui.shows("sim-llama-3.1-8b")
                await ui.press("slash")
                await ui.type("sim-q")
                await ui.press("enter")
                await ui.shows("sim-qwen3-8b", "1 of 7")
                for _ in range(3):
                    server.stop()
                    monitor.poke()
                    await ui.shows("Nothing answers at", "sim-qwen3-8b", "1 of 7")
                    server = SimulatorServer(again)
                    server.start()
                    monitor.poke()
                    await ui.until(lambda: "Nothing answers" not in ui.screen)
                    assert ui.cursor == "sim-qwen3-8b"
                    assert "1 of 7" in ui.screen
        finally:
            server.stop()
