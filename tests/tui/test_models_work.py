"""The models pane at work: loading, unloading and downloading, on a fake and on the simulator."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from models_parts import GEMMA, NOMIC, QWEN, THREE, URL, FakeManager, Models, away, models_pane, view, watched
from textual.widgets import Button, Input

from lmstudio_tui.sdk import (
    BadRequestError,
    ClientConfig,
    ConnectionLostError,
    DownloadNotFoundError,
    DownloadStatus,
    FeatureUnavailableError,
    LMStudioClient,
    LMStudioError,
    ModelInstance,
    ModelLoadError,
    ModelNotFoundError,
    ServerRefusedError,
)
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.store.downloads import KnownDownload
from lmstudio_tui.tui.panes.models.activity import ActivityLine, ActivityStrip
from lmstudio_tui.tui.screens.choose import Choose
from lmstudio_tui.tui.screens.confirm import Confirm
from lmstudio_tui.tui.screens.download_model import DownloadModel
from lmstudio_tui.tui.screens.load_model import LoadModel

pytestmark = pytest.mark.anyio

TWICE = QWEN.model_copy(
    update={"instances": (*QWEN.instances, ModelInstance(id="qwen/qwen3-8b:2", context_length=32768))}
)
IDLE = GEMMA.model_copy(update={"id": "idle"})


async def open_form(ui: Models, *keys: str) -> LoadModel:
    """Open the form for the model that some keys lead to."""
    await ui.press(*keys, "l")
    await ui.until(lambda: isinstance(ui.app.screen, LoadModel))
    screen = ui.app.screen
    assert isinstance(screen, LoadModel)
    return screen


async def test_a_model_is_loaded_as_the_form_says(tmp_path: Path) -> None:
    server = FakeManager()
    async with models_pane(tmp_path, size=(80, 24), server=server, seen=view()) as ui:
        await open_form(ui, "G")
        await ui.shows("Load google/gemma-4-26b", "at most 262,144 tokens", "about 19 GB of weights", "rule of thumb")
        await ui.press("right", "right", "right")
        await ui.shows("for 8,192")
        await ui.press("left")
        await ui.shows("for 4,096")
        await ui.press("tab", "right")
        await ui.press("tab", *"512")
        await ui.press("tab", *"4")
        await ui.press("tab", "left", "enter")
        await ui.until(lambda: bool(server.loads))
        assert server.loads[0].payload() == {
            "model": GEMMA.id,
            "context_length": 4096,
            "flash_attention": True,
            "eval_batch_size": 512,
            "num_experts": 4,
            "offload_kv_cache_to_gpu": False,
            "echo_load_config": True,
        }
        await ui.until(lambda: "is loaded with 4,096 tokens, in 9.1 s." in ui.told)
        await ui.until(lambda: ui.app.doubted == 1)
        assert not ui.app.query_one(ActivityStrip).display


async def test_what_cannot_be_is_said_before_it_is_sent(tmp_path: Path) -> None:
    server = FakeManager()
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        form = await open_form(ui, "G")
        await ui.type("300k")
        await ui.shows("at most 262,144 tokens.")
        await ui.press("enter")
        assert ui.app.screen is form
        await ui.press(*["backspace"] * 4, "8", "k")
        ui.pane.show_server(away(view()))
        await ui.press("enter")
        await ui.shows("Nothing answers at http://127.0.0.1:1234.")
        assert ui.app.screen is form, "the form stays open, with what was typed"
        assert form.query_one("#context_length", Input).value == "8k"
        ui.pane.show_server(view())
        await ui.press("enter")
        await ui.until(lambda: bool(server.loads))
        assert server.loads[0].context_length == 8192


async def test_while_it_loads_the_row_says_so_and_it_can_be_stopped(tmp_path: Path) -> None:
    server = FakeManager(hold=threading.Event())
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        await open_form(ui, "G")
        await ui.press("enter")
        await ui.shows("loading 0 s", "loading, 0 s", "s stop", "1 under way")
        await ui.shows("loading, 1 s")
        assert ui.pane.at_stake().startswith("google/gemma-4-26b is being loaded")
        await ui.press("g")
        await ui.shows("s Stop")
        await ui.press("s")
        await ui.shows("no longer waited for", "The server may go on with it")
        assert "loading 1 s" not in ui.screen
        await ui.until(lambda: ui.app.doubted == 1)
        await ui.press("x")
        await ui.until(lambda: not ui.app.query_one(ActivityStrip).display)
        await ui.until(lambda: ui.pane._ticker is None)
        assert ui.pane.at_stake() == ""


async def test_several_loads_at_once(tmp_path: Path) -> None:
    server = FakeManager(hold=threading.Event())
    async with models_pane(tmp_path, server=server, seen=view((GEMMA, IDLE))) as ui:
        for keys in (("g",), ("G",)):
            await open_form(ui, *keys)
            await ui.press("enter")
        await ui.until(lambda: len(server.loads) == 2)
        await ui.shows("2 under way")
        await ui.press("down", "up", "slash")
        await ui.type("idle")
        await ui.shows("1 of 2")
        assert server.hold is not None
        server.hold.set()
        await ui.until(lambda: ui.told.count("is loaded") == 2)


async def test_a_second_instance_is_warned_of_and_wants_a_yes(tmp_path: Path) -> None:
    server = FakeManager()
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        form = await open_form(ui, "g")
        await ui.shows("is loaded already with 8,192 tokens", "qwen/qwen3-8b:2")
        await ui.type("4k")
        await ui.press("enter")
        await ui.until(lambda: isinstance(ui.app.screen, Confirm))
        await ui.press("escape")
        await ui.until(lambda: ui.app.screen is form)
        assert not server.loads
        await ui.press("enter")
        await ui.until(lambda: isinstance(ui.app.screen, Confirm))
        await ui.press("y")
        await ui.until(lambda: len(server.loads) == 1)


async def test_one_that_is_being_loaded_counts_as_loaded(tmp_path: Path) -> None:
    server = FakeManager(hold=threading.Event())
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        await open_form(ui, "G")
        await ui.press("enter")
        await ui.until(lambda: bool(server.loads))
        await open_form(ui)
        await ui.shows("is being loaded already")


LOAD_ERRORS = (
    ModelLoadError('Failed to load model "x". Error: insufficient system resources', status=400),
    ModelNotFoundError('Invalid model identifier "x".', status=404),
    BadRequestError("Unrecognized key(s) in object: 'num_experts'", status=400),
    FeatureUnavailableError("This LM Studio cannot load models", feature="model_load"),
    ConnectionLostError("The connection was lost before an answer came."),
)


@pytest.mark.parametrize("error", LOAD_ERRORS, ids=lambda error: type(error).__name__)
async def test_a_load_that_fails_stays_to_be_read(tmp_path: Path, error: LMStudioError) -> None:
    server = FakeManager(load_error=error)
    async with models_pane(tmp_path, size=(120, 30), server=server, seen=view()) as ui:
        await open_form(ui, "G")
        await ui.type("16k")
        await ui.press("enter")
        await ui.shows("was not loaded.", error.message[:20], error.hint[:20], "x dismiss")
        assert ui.told == ""
        form = await open_form(ui)
        assert form.query_one("#context_length", Input).value == "16384", "it is tried again as it was"
        await ui.press("escape", "x")
        await ui.until(lambda: "was not loaded" not in ui.screen)
        assert ui.table.has_focus


async def test_a_new_try_takes_the_place_of_what_failed(tmp_path: Path) -> None:
    server = FakeManager(load_error=LOAD_ERRORS[0])
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        for _ in range(2):
            await open_form(ui, "G")
            await ui.press("enter")
            await ui.shows("was not loaded")
        await ui.until(lambda: len(server.loads) == 2)
        assert len(ui.app.query(ActivityLine)) == 1


async def test_a_load_goes_on_while_the_pane_is_hidden(tmp_path: Path) -> None:
    server = FakeManager(hold=threading.Event())
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        await open_form(ui, "G")
        await ui.press("enter")
        await ui.until(lambda: bool(server.loads))
        ui.pane.display = False
        await ui.pilot.pause()
        assert server.hold is not None
        server.hold.set()
        await ui.until(lambda: "is loaded" in ui.told)
        ui.pane.display = True
        await ui.shows("google/gemma")


async def test_one_instance_is_unloaded_at_once(tmp_path: Path) -> None:
    server = FakeManager()
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        await ui.press("u")
        await ui.until(lambda: "qwen/qwen3-8b is unloaded." in ui.told)
        assert server.unloads == ["qwen/qwen3-8b"]
        await ui.until(lambda: ui.app.doubted == 1)
        await ui.press("G", "u")
        await ui.until(lambda: "google/gemma-4-26b is not loaded." in ui.told)


async def test_of_several_instances_one_or_all_are_chosen(tmp_path: Path) -> None:
    server = FakeManager()
    async with models_pane(tmp_path, server=server, seen=view((TWICE,))) as ui:
        await ui.press("u")
        await ui.until(lambda: isinstance(ui.app.screen, Choose))
        await ui.shows("32,768 tokens", "all 2 of them")
        await ui.press("j", "enter")
        await ui.until(lambda: server.unloads == ["qwen/qwen3-8b:2"])
        await ui.press("u")
        await ui.until(lambda: isinstance(ui.app.screen, Choose))
        await ui.press("end", "enter")
        await ui.until(lambda: server.unloads[1:] == ["qwen/qwen3-8b", "qwen/qwen3-8b:2"])
        await ui.until(lambda: "2 instances are unloaded." in ui.told)


async def test_all_models_are_unloaded_when_that_is_confirmed(tmp_path: Path) -> None:
    server = FakeManager()
    async with models_pane(tmp_path, server=server, seen=view((TWICE, GEMMA, NOMIC))) as ui:
        await ui.press("U")
        await ui.shows("3 instances are in memory", "cut off")
        await ui.press("n")
        assert not server.unloads
        await ui.press("U")
        await ui.shows("3 instances are in memory")
        await ui.press("y")
        await ui.until(lambda: len(server.unloads) == 3)
        await ui.until(lambda: "3 instances are unloaded" in ui.told)
        ui.pane.show_server(view((GEMMA,)))
        await ui.press("U")
        await ui.until(lambda: "No model is loaded." in ui.told)


async def test_an_instance_that_is_gone_already_says_so(tmp_path: Path) -> None:
    server = FakeManager(unload_error=ModelNotFoundError("No such instance.", status=404))
    async with models_pane(tmp_path, size=(134, 30), server=server, seen=view()) as ui:
        await ui.press("u")
        await ui.shows("is gone already")
        await ui.until(lambda: ui.app.doubted == 1)
        server.unload_error = ServerRefusedError("Nothing answers: connection refused.")
        await ui.press("u")
        await ui.shows("was not unloaded. Nothing answers: connection refused.")


@pytest.mark.parametrize("key", ["l", "u", "U", "d"])
async def test_a_server_that_cannot_says_why(tmp_path: Path, key: str) -> None:
    server = FakeManager()
    seen = view(cannot=("model_load", "download"))
    async with models_pane(tmp_path, server=server, seen=seen) as ui:
        await ui.shows("c Chat")
        assert "l Load" not in ui.screen
        assert "d Download" not in ui.screen
        await ui.press(key)
        what = "Downloading models is" if key == "d" else "Loading and unloading models is"
        await ui.until(lambda: f"{what} not possible here. This server has no " in ui.told)
        assert "LM Studio's own window" in ui.told
        assert len(ui.app.screen_stack) == 1
        ui.pane.show_server(view())
        await ui.shows("l Load", "d Download")


async def test_what_nobody_knows_is_tried(tmp_path: Path) -> None:
    async with models_pane(tmp_path, server=FakeManager(), seen=view(unknown=("model_load", "download"))) as ui:
        await open_form(ui)
        await ui.press("escape", "d")
        await ui.until(lambda: isinstance(ui.app.screen, DownloadModel))


async def test_a_defect_of_ours_is_said_and_costs_nothing(tmp_path: Path) -> None:
    server = FakeManager()
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        ui.server.load_model = None  # pyright: ignore[reportAttributeAccessIssue] - the defect
        await open_form(ui, "G")
        await ui.press("enter")
        await ui.shows("Something went wrong in the app itself (TypeError).")
        await ui.press("x")
        await ui.until(lambda: "went wrong" not in ui.screen)


# Downloads


async def ask_for(ui: Models, model: str, quantization: str = "") -> None:
    await ui.press("d")
    await ui.until(lambda: isinstance(ui.app.screen, DownloadModel))
    ui.app.screen.query_one("#model", Input).value = model
    ui.app.screen.query_one("#quantization", Input).value = quantization
    await ui.press("enter")


async def test_a_download_is_shown_until_it_ends_and_outlives_the_app(tmp_path: Path) -> None:
    done = [1_000_000_000]
    ended: list[str] = []

    def look(job_id: str) -> DownloadStatus:
        if ended:
            return DownloadStatus(job_id=job_id, status=ended[0], total_size_bytes=4_000_000_000)
        return DownloadStatus(
            job_id=job_id,
            status="downloading",
            downloaded_bytes=done[0],
            total_size_bytes=4_000_000_000,
            bytes_per_second=50_000_000,
        )

    server = FakeManager(looks=look)
    async with models_pane(tmp_path, size=(100, 24), server=server, seen=view()) as ui:
        await ask_for(ui, " qwen3-4b ", "q8")
        await ui.shows("qwen3-4b@q8", "▓", "25 %", "1.0 GB of 4.0 GB", "50 MB/s", "1:00 min left")
        assert server.downloads == [("qwen3-4b", "q8")]
        assert ui.app.file.load(URL) == (KnownDownload("job_1", "qwen3-4b", "q8"),)
    done[0] = 2_000_000_000
    async with models_pane(tmp_path, server=FakeManager(looks=look), seen=view()) as ui:
        await ui.shows("qwen3-4b@q8", "50 %")
        ended.append("completed")
        # What is said in passing first: it does not stay.
        await ui.until(lambda: "is downloaded." in ui.told)
        await ui.shows("✓ qwen3-4b@q8", "completed, 4.0 GB", "x dismiss")
        await ui.until(lambda: ui.app.doubted == 1)
        await ui.until(lambda: ui.app.file.load(URL) == ())
        asked = len(ui.server.asked)
        await ui.press("x")
        await ui.until(lambda: not ui.app.query_one(ActivityStrip).display)
        assert len(ui.server.asked) == asked, "what has ended is asked for no more"


async def test_a_server_that_is_away_is_not_asked_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    server = FakeManager()
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        await ask_for(ui, "qwen3-4b")
        await ui.until(lambda: len(server.asked) > 0)
        ui.pane.show_server(away(view()))
        await ui.shows("the server is away")
        await ui.until(lambda: all(thread.name != "download" for thread in threading.enumerate()))
        asked = len(server.asked)
        for _ in range(3):
            ui.pane.show_server(away(view()))
            await ui.pilot.pause()
        assert len(server.asked) == asked
        ui.pane.show_server(view())
        await ui.until(lambda: len(server.asked) > asked)


async def test_a_download_the_server_knows_no_longer(tmp_path: Path) -> None:
    def look(job_id: str) -> DownloadStatus:
        raise DownloadNotFoundError(f"The server knows no download {job_id}.", status=404)

    async with models_pane(tmp_path) as ui:
        ui.app.file.add(URL, KnownDownload("job_9", "phi-4"))
        ui.use(FakeManager(looks=look))
        await ui.shows("phi-4", "knows this download no longer")
        await ui.until(lambda: ui.app.file.load(URL) == ())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (DownloadStatus(status="already_downloaded", total_size_bytes=9), "qwen3-4b is there already."),
        (DownloadStatus(status="downloading"), "gives no way to ask how far it is"),
        (DownloadStatus(status="completed"), "qwen3-4b is downloaded."),
    ],
)
async def test_what_needs_no_following(tmp_path: Path, answer: DownloadStatus, words: str) -> None:
    server = FakeManager(download=answer)
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        await ask_for(ui, "qwen3-4b")
        await ui.until(lambda: words in ui.told)
        assert not server.asked
        assert ui.app.file.load(URL) == ()


async def test_a_download_that_cannot_be_begun_stays_to_be_read(tmp_path: Path) -> None:
    server = FakeManager(download=ModelNotFoundError('Invalid model identifier "x".', status=404, hint="Check it."))
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        await ask_for(ui, "x")
        await ui.shows("is not downloaded. Invalid model identifier", "Check it.")
        await ui.press("tab")
        await ui.until(lambda: isinstance(ui.app.focused, ActivityLine))
        await ui.press("x")
        await ui.until(lambda: not ui.app.query_one(ActivityStrip).display)
        assert ui.table.has_focus


async def test_the_dialog_wants_a_name_and_says_what_cannot_be_done(tmp_path: Path) -> None:
    async with models_pane(tmp_path, size=(80, 24), server=FakeManager(), seen=view()) as ui:
        await ask_for(ui, "  ")
        await ui.shows("Which model?", "no way to stop or delete")
        await ui.press("escape")
        await ui.until(lambda: not isinstance(ui.app.screen, DownloadModel))
        assert not ui.server.downloads


async def test_lines_are_used_with_the_mouse(tmp_path: Path) -> None:
    server = FakeManager(hold=threading.Event())
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        await open_form(ui, "G")
        go = ui.app.screen.query_one("#go", Button)
        await ui.click(go)
        await ui.shows("s stop")
        line = ui.app.query_one(ActivityLine)
        await ui.click(line, offset=(line.size.width - 3, 0))
        await ui.shows("x dismiss")
        await ui.click(line, offset=(line.size.width - 3, 0))
        await ui.until(lambda: not ui.app.query_one(ActivityStrip).display)


async def test_what_is_under_way_comes_first_and_the_rest_is_counted(tmp_path: Path) -> None:
    def look(job_id: str) -> DownloadStatus:
        return DownloadStatus(job_id=job_id, status="failed" if int(job_id) < 7 else "downloading", error="no room")

    async with models_pane(tmp_path, size=(96, 30)) as ui:
        for number in range(14):
            ui.app.file.add(URL, KnownDownload(str(number), f"model-{number}"))
        ui.use(FakeManager(looks=look))
        await ui.shows("7 under way ─ 7 ended", "model-7", "+")
        strip = ui.app.query_one(ActivityStrip)
        assert [line.activity.ended for line in ui.app.query(ActivityLine)] == [False] * 7 + [True] * 7
        assert strip.size.height == ui.pane.size.height // 3 - 2
        more = 14 - strip.size.height
        await ui.shows(f"+{more} more ─ Tab, then ↓")
        strip.scroll_end(animate=False)
        await ui.shows("✗ model-6", f"+{more} more")
        strip.scroll_home(animate=False)
        await ui.press("tab", *["down"] * 13)
        await ui.until(lambda: strip.scroll_y > 0)
        ui.pane.table.focus()
        await ui.press(*["x"] * 7)
        await ui.until(lambda: len(ui.app.query(ActivityLine)) == 7 and "ended" not in ui.screen)
        await ui.until(lambda: "more ─" not in ui.screen)


async def test_a_download_at_rest_can_be_forgotten(tmp_path: Path) -> None:
    def look(job_id: str) -> DownloadStatus:
        return DownloadStatus(job_id=job_id, status="paused", downloaded_bytes=1, total_size_bytes=4)

    server = FakeManager(looks=look)
    async with models_pane(tmp_path, size=(80, 24), server=server, seen=view()) as ui:
        await ask_for(ui, "qwen3-4b")
        await ui.shows("1 at rest", "paused: go on in LM Studio's own window", "x forget")
        assert "under way" not in ui.screen
        await ui.press("x")
        await ui.until(lambda: "qwen3-4b is only forgotten here" in ui.told)
        await ui.until(lambda: ui.app.file.load(URL) == ())
        assert not ui.app.query_one(ActivityStrip).display
        assert ui.pane._downloads._following == {}


async def test_the_same_download_is_not_asked_for_twice(tmp_path: Path) -> None:
    server = FakeManager()
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        await ask_for(ui, "qwen/Qwen3-4B", "q8")
        await ui.until(lambda: bool(server.asked))
        await ask_for(ui, "https://huggingface.co/qwen/qwen3-4b", "Q8")
        await ui.until(lambda: "is being downloaded already." in ui.told)
        await ui.until(lambda: isinstance(ui.app.focused, ActivityLine))
        assert server.downloads == [("qwen/Qwen3-4B", "q8")]
        await ask_for(ui, "qwen/qwen3-4b", "q4")
        await ui.until(lambda: len(server.downloads) == 2)
        await ui.until(lambda: len(ui.app.query(ActivityLine)) == 1)


async def test_the_form_follows_what_happens_to_its_model(tmp_path: Path) -> None:
    async with models_pane(tmp_path, server=FakeManager(), seen=view()) as ui:
        await open_form(ui, "G")
        await ui.shows("Load google/gemma-4-26b")
        assert "another instance" not in ui.screen
        await ui.type("8k")
        ui.pane.show_server(view((QWEN, GEMMA.model_copy(update={"state": "loading"}), NOMIC)))
        await ui.shows("is being loaded already")
        ui.pane.show_server(view((QWEN, GEMMA.model_copy(update={"state": "loaded"}), NOMIC)))
        await ui.shows("is loaded already", "8k")
        ui.pane.show_server(view())
        await ui.until(lambda: "another instance" not in ui.screen)
        await ui.press("escape")
        await ui.until(lambda: ui.pane._form is None)


async def test_another_server_has_other_work(tmp_path: Path) -> None:
    server = FakeManager(hold=threading.Event())
    async with models_pane(tmp_path, server=server, seen=view()) as ui:
        await ask_for(ui, "qwen3-4b")
        await open_form(ui, "G")
        await ui.press("enter")
        await ui.shows("2 under way")
        other = FakeManager("http://127.0.0.1:9")
        ui.use(other, view((IDLE,), base_url=other.base_url))
        await ui.shows(f"google/gemma-4-26b  is no longer waited for; {URL} may go on", "loading it.", "1 ended")
        assert "under way" not in ui.screen
        assert ui.pane.at_stake() == ""
        ui.use(FakeManager(), view(THREE))
        await ui.shows("qwen3-4b", "1 under way ─ 1 ended", "is no longer waited for")
        await ui.press("x")
        await ui.until(lambda: "is no longer waited for" not in ui.screen)


async def test_on_the_simulator_from_download_to_unload(tmp_path: Path) -> None:
    config = SimulatorConfig(load_seconds=0.2, speed=0, list_faults=False, download_bytes_per_second=8e9)
    with SimulatorServer(config) as simulator:
        client = LMStudioClient(ClientConfig(base_url=simulator.base_url, max_retries=0))
        async with models_pane(tmp_path, size=(110, 30)) as ui:
            with watched(ui, client):
                await from_download_to_unload(ui)


async def from_download_to_unload(ui: Models) -> None:
    await ui.shows("sim-llama-3.1-8b")
    await ask_for(ui, "sim-phi-4-mini")
    await ui.until(lambda: "sim-phi-4-mini is downloaded." in ui.told)
    await ui.until(lambda: ui.pane._listing.find("sim-phi-4-mini") is not None)
    ui.table.select("sim-phi-4-mini")
    await open_form(ui)
    await ui.type("8k")
    await ui.press("enter")
    await ui.until(lambda: "sim-phi-4-mini is loaded with 8,192 tokens" in ui.told)
    await ui.shows("● sim-phi-4-mini")
    await ui.press("u")
    await ui.until(lambda: "sim-phi-4-mini is unloaded." in ui.told)
    await ui.until(lambda: "8k/128k" not in next(one for one in ui.screen.splitlines() if "phi" in one))
    await ask_for(ui, "sim-broken-download")
    await ui.shows("failed: The download failed: the connection")
    ui.table.select("sim-llama-3.1-8b")
    await ui.press("l")
    await ui.shows("at most 131,072 tokens")
