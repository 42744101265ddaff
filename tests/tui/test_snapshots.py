"""Pictures of the screens in the states worth seeing, on a fake: always the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import picture_embeddings
import picture_first
import picture_media
import pytest
from app_parts import NOW, Driver, FakeServer, services
from picture_media import fill_media
from picture_parts import MODELS, URL, PicturedServer, begin_download, connect, exchanges, profiles
from textual.pilot import Pilot

from lmstudio_tui.features.health import ServerView
from lmstudio_tui.features.models import RememberedModels
from lmstudio_tui.sdk import (
    AuthenticationError,
    CancelScope,
    LMStudioError,
    LoadedModel,
    LoadModelRequest,
    ServerRefusedError,
    StreamInterruptedError,
)
from lmstudio_tui.tui.app import LMStudioApp

Snap = Callable[..., bool]
SMALL, LARGE = (80, 24), (160, 50)
SIXTY = (60, 20)
"""The smallest size at which everything is to be of use."""
PROMPT = "Compare error handling in Rust and Go. Short table, then an example each."
REFUSED = ServerRefusedError("Nothing answers: connection refused.")
LOCKED = AuthenticationError("An LM Studio API token is required to make requests to this server.", status=401)
CUT = StreamInterruptedError("The answer was interrupted: The connection broke: it was reset.")


@pytest.fixture
def snap(snap_compare: Any, tmp_path: Path) -> Snap:
    """Compares the app on a fake server, after some steps, with its picture."""

    def compare(server: FakeServer, steps: Callable[[Driver], Any], size: tuple[int, int], **more: Any) -> bool:
        parts: dict[str, Any] = {"connect": connect(server), "profiles": profiles(tmp_path), **more}
        handed = services(URL, tmp_path, **parts)
        app = LMStudioApp(replace(handed, profile="studio"))

        async def run(pilot: Pilot[None]) -> None:
            await steps(Driver(app, pilot))

        same: bool = snap_compare(app, terminal_size=size, run_before=run)
        return same

    return compare


async def _welcome(ui: Driver) -> None:
    await ui.ready()


async def _absence(ui: Driver) -> None:
    await ui.shows("simulator")


async def _answered(ui: Driver) -> None:
    await ui.ready()
    await ui.ask(PROMPT)
    await ui.answered()
    # What came last is drawn a moment later.
    await ui.shows("first 420 ms")
    # What was never in view has an estimated height: look at all of it once, so that the scroll bar is exact.
    ui.transcript.action_start()
    await ui.shows(PROMPT[:30])
    ui.transcript.action_end()
    await ui.shows("first 420 ms")


async def _interrupted(ui: Driver) -> None:
    await _answered(ui)
    # The server was doubted, and looked at once more.
    await ui.until(lambda: len(ui.app._view.latencies) > 1)


async def _streaming(ui: Driver) -> None:
    await ui.ready()
    await ui.ask(PROMPT)
    await ui.shows("visible:")


async def _picker(ui: Driver) -> None:
    await ui.ready()
    await ui.pilot.press("ctrl+t")
    await ui.shows("Type to filter", "gemma")


async def _help(ui: Driver) -> None:
    await ui.ready()
    await ui.pilot.press("f1")
    await ui.shows("In the prompt")


async def _models(ui: Driver) -> None:
    await ui.shows("qwen3-8b", "← chat")


async def _downloading(ui: Driver) -> None:
    await _models(ui)
    await ui.shows("60 %")


async def _details(ui: Driver) -> None:
    await _models(ui)
    await ui.pilot.press("down", "enter")
    await ui.shows("16,384 tokens")


async def _filtered(ui: Driver) -> None:
    await _models(ui)
    await ui.pilot.press("slash", *"gemma can:vision")
    await ui.shows("2 of 14")


async def _load_form(ui: Driver) -> None:
    await _models(ui)
    await ui.pilot.press("down", "l")
    await ui.shows("Estimated memory", "qwen3-8b:2")


async def _loading(ui: Driver) -> None:
    await _models(ui)
    await ui.pilot.press("down", "down", "l")
    await ui.shows("Estimated memory")
    await ui.pilot.press("enter")
    await ui.shows("loading, 12 s")


async def _remembered(ui: Driver) -> None:
    await ui.shows("This is the list of", "google/gemma-3-12b")


async def _no_models(ui: Driver) -> None:
    await ui.shows("This server lists no models.")


async def _requests(ui: Driver) -> None:
    await ui.shows("✗ 404", "8 polls hidden")


async def _events(ui: Driver) -> None:
    await _requests(ui)
    await ui.pilot.press("enter", "5")
    await ui.shows("+0.420", "36")


async def _timing(ui: Driver) -> None:
    await _requests(ui)
    await ui.pilot.press("enter")
    await ui.shows("first token")


async def _no_requests(ui: Driver) -> None:
    await ui.shows("Nothing has gone over the wire yet.")


async def _servers(ui: Driver) -> None:
    await ui.ready()
    await ui.pilot.press("f4")
    await ui.shows("http://nas.lan:8080")
    await ui.pilot.press("f")
    await ui.shows("Ollama 0.12.6 answers")


async def _server_form(ui: Driver) -> None:
    await ui.ready()
    await ui.pilot.press("f4")
    await ui.shows("http://nas.lan:8080")
    await ui.pilot.press("down", "e")
    await ui.shows("Server box", "pass show box")
    await ui.pilot.press("tab")


async def _facts(ui: Driver) -> None:
    await ui.ready()
    await ui.pilot.press("f3")
    await ui.shows("Health: ok")


def _twelve(view: ServerView) -> int:
    return 12


def _twelve_seconds(seconds: float) -> str:
    return "12 s"


def _morning(moment: float) -> str:
    return "09:41:00"


@dataclass
class Loading(PicturedServer):
    """Never gets a model into memory."""

    done: threading.Event = field(default_factory=threading.Event)

    def load_model(self, request: LoadModelRequest, *, scope: CancelScope | None = None) -> LoadedModel:
        while not self.done.wait(0.01):
            (scope or CancelScope()).raise_if_cancelled()
        return LoadedModel(instance_id=request.model, model=request.model)


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing on the screen depends on how quick this machine is."""
    monkeypatch.setattr("lmstudio_tui.features.health._EVERY", 3600.0)
    monkeypatch.setattr("lmstudio_tui.features.health._AWAY", (3600.0,))
    monkeypatch.setattr("lmstudio_tui.tui.widgets.header.seconds_left", _twelve)
    monkeypatch.setattr("lmstudio_tui.features.chat.live.LiveAnswer.thought", "thought for 2.40 s (12 tokens)")
    monkeypatch.setattr("lmstudio_tui.tui.panes.models.loading.duration_in_words", _twelve_seconds)
    monkeypatch.setattr("lmstudio_tui.tui.panes.chat.asking._TICK", 3600.0)
    monkeypatch.setattr("textual.widgets.Input.cursor_blink", False)
    monkeypatch.setattr("lmstudio_tui.features.facts.clock", _morning)
    monkeypatch.setattr("lmstudio_tui.tui.server_display.clock", _morning)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_welcome(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(FakeServer(), _welcome, size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_answered(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(FakeServer(), _answered, size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_streaming(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(FakeServer(hold=threading.Event(), held=8), _streaming, size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("error", [REFUSED, LOCKED], ids=["nobody", "locked"])
def test_absence(snap: Snap, size: tuple[int, int], error: LMStudioError) -> None:
    assert snap(FakeServer(health_error=error), _absence, size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_interrupted(snap: Snap, size: tuple[int, int]) -> None:
    server = FakeServer(error=CUT)
    assert snap(FakeServer(events=server.events[:8], error=CUT), _interrupted, size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_model_picker(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(FakeServer(), _picker, size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_help(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(FakeServer(), _help, size)


def test_light(snap: Snap) -> None:
    assert snap(FakeServer(), _answered, LARGE, theme="quiet-light")


@pytest.mark.parametrize("theme", ["high-contrast", "high-contrast-light"])
def test_high_contrast(snap: Snap, theme: str) -> None:
    assert snap(FakeServer(), _answered, SMALL, theme=theme)


def test_compact(snap: Snap) -> None:
    assert snap(FakeServer(), _answered, SMALL, density="compact")


def test_compact_dialog(snap: Snap) -> None:
    assert snap(FakeServer(), _picker, SMALL, density="compact")


def test_narrow(snap: Snap) -> None:
    assert snap(FakeServer(), _answered, (50, 18))


# The models pane


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_models(snap: Snap, size: tuple[int, int], tmp_path: Path) -> None:
    begin_download(tmp_path)
    assert snap(PicturedServer(), _downloading, size, pane="models")


def test_models_light(snap: Snap) -> None:
    assert snap(PicturedServer(), _models, LARGE, pane="models", theme="quiet-light")


def test_models_at_sixty(snap: Snap) -> None:
    assert snap(PicturedServer(), _models, SIXTY, pane="models")


def test_models_too_small(snap: Snap) -> None:
    async def said(ui: Driver) -> None:
        await ui.shows("This needs")

    assert snap(PicturedServer(), said, (36, 8), pane="models")


def test_models_narrow(snap: Snap) -> None:
    assert snap(PicturedServer(), _models, (50, 18), pane="models")


def test_model_details(snap: Snap) -> None:
    assert snap(PicturedServer(), _details, SMALL, pane="models")


def test_models_filtered(snap: Snap) -> None:
    assert snap(PicturedServer(), _filtered, SMALL, pane="models")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_load_form(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(PicturedServer(), _load_form, size, pane="models")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_models_loading(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(Loading(), _loading, size, pane="models")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_models_remembered(snap: Snap, size: tuple[int, int]) -> None:
    remembered = RememberedModels(MODELS, NOW - timedelta(hours=15))
    assert snap(PicturedServer(health_error=REFUSED), _remembered, size, pane="models", remembered=remembered)


def test_models_none(snap: Snap) -> None:
    assert snap(PicturedServer(models=()), _no_models, SMALL, pane="models")


# The inspector pane


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_inspector(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(PicturedServer(), _requests, size, pane="inspector", exchanges=exchanges())


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_inspector_events(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(PicturedServer(), _events, size, pane="inspector", exchanges=exchanges())


def test_inspector_at_sixty(snap: Snap) -> None:
    assert snap(PicturedServer(), _requests, SIXTY, pane="inspector", exchanges=exchanges())


def test_inspector_timing(snap: Snap) -> None:
    assert snap(PicturedServer(), _timing, SMALL, pane="inspector", exchanges=exchanges())


def test_inspector_light(snap: Snap) -> None:
    assert snap(PicturedServer(), _events, LARGE, pane="inspector", exchanges=exchanges(), theme="quiet-light")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_inspector_empty(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(PicturedServer(), _no_requests, size, pane="inspector")


# The server


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_servers(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(PicturedServer(), _servers, size)


@pytest.mark.parametrize("size", [SIXTY, SMALL], ids=["sixty", "small"])
def test_server_form(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(PicturedServer(), _server_form, size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_server_facts(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(PicturedServer(), _facts, size)


# Sound and images, each from a server of its own


async def _served(ui: Driver) -> None:
    """Wait until the servers of audio and images have answered."""
    await ui.until(lambda: [one.view.online for one in ui.app._served.views.values()] == [True, True])


async def _recordings(ui: Driver) -> None:
    await _served(ui)
    await ui.shows("Weekly, 20 November", "Good morning", "speaches 0.8.3")


async def _spoken(ui: Driver) -> None:
    await _served(ui)
    await ui.shows("The build is gree", "af_heart", "speaches 0.8.3")


async def _drawn(ui: Driver) -> None:
    await _served(ui)
    await ui.shows("A cat in a garden", "speaches 0.8.3")
    if ui.app.size.width > SIXTY[0]:
        await ui.until(lambda: "512×512 · seed 41" in ui.screen)
        await ui.until(lambda: "▀" in ui.screen)


def _same_token(_size: int | None = None) -> str:
    return "5eed0001"


async def _nobody_listens(ui: Driver) -> None:
    await ui.shows("does not transcribe", "Nothing recorded yet.")


@pytest.mark.parametrize("size", [SIXTY, SMALL, LARGE], ids=["sixty", "small", "large"])
@pytest.mark.parametrize(("pane", "steps"), [("transcribe", _recordings), ("speech", _spoken), ("images", _drawn)])
def test_media(
    snap: Snap,
    size: tuple[int, int],
    pane: str,
    steps: Callable[[Driver], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The paths in the picture are the same wherever the test runs.
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("secrets.token_hex", _same_token)
    fill_media(tmp_path)
    beside = picture_media.connect(FakeServer())
    assert snap(FakeServer(), steps, size, pane=pane, connect=beside, service_config=picture_media.service_config)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_transcribe_without_a_server(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(FakeServer(), _nobody_listens, size, pane="transcribe")


async def _nothing_spoken(ui: Driver) -> None:
    await ui.shows("Nothing was spoken yet.", "does not speak")


async def _nothing_drawn(ui: Driver) -> None:
    await ui.shows("No image yet.", "does not draw")


@pytest.mark.parametrize(("pane", "steps"), [("speech", _nothing_spoken), ("images", _nothing_drawn)])
def test_empty(snap: Snap, pane: str, steps: Callable[[Driver], Any]) -> None:
    assert snap(FakeServer(), steps, SMALL, pane=pane)


def test_light_recordings(snap: Snap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    fill_media(tmp_path)
    parts = {"connect": picture_media.connect(FakeServer()), "service_config": picture_media.service_config}
    assert snap(FakeServer(), _recordings, LARGE, pane="transcribe", theme="quiet-light", **parts)


# Embeddings


def _name_of(value: object) -> str:
    names: dict[object, str] = {SIXTY: "sixty", SMALL: "small", LARGE: "large"}
    return names.get(value, str(value))


@pytest.mark.parametrize(
    ("view", "models", "size"),
    [
        ("similarity", 1, LARGE),
        ("similarity", 1, SMALL),
        ("similarity", 1, SIXTY),
        ("nearest", 2, LARGE),
        ("nearest", 2, SMALL),
        ("points", 1, LARGE),
        ("points", 1, SMALL),
        ("vector", 1, LARGE),
        ("facts", 2, LARGE),
    ],
    ids=_name_of,
)
def test_embeddings(
    snap: Snap, view: str, models: int, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture_embeddings.same_everywhere(monkeypatch)
    picture_embeddings.fill_embeddings(tmp_path, *picture_embeddings.MODELS[:models])
    steps: Callable[[Driver], Any] = getattr(picture_embeddings, view)
    assert snap(picture_embeddings.EmbeddingServer(), steps, size, pane="embeddings")


def test_embeddings_light(snap: Snap, tmp_path: Path) -> None:
    picture_embeddings.fill_embeddings(tmp_path)
    server, steps = picture_embeddings.EmbeddingServer(), picture_embeddings.similarity
    assert snap(server, steps, LARGE, pane="embeddings", theme="quiet-light")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_embeddings_empty(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(picture_embeddings.EmbeddingServer(), picture_embeddings.empty, size, pane="embeddings")


def test_embeddings_without_a_server(snap: Snap, tmp_path: Path) -> None:
    picture_embeddings.fill_embeddings(tmp_path, kept=30)
    assert snap(PicturedServer(health_error=REFUSED), picture_embeddings.away, SMALL, pane="embeddings")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_settings(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(FakeServer(), picture_first.show_settings, size, settings=picture_first.PicturedDesk())


def test_a_setting_that_is_wrong(snap: Snap) -> None:
    assert snap(FakeServer(), picture_first.show_wrong, SMALL, settings=picture_first.PicturedDesk())


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_tour(snap: Snap, size: tuple[int, int]) -> None:
    assert snap(FakeServer(), picture_first.show_tour, size, tour=True)


def test_first_page_without_a_server(snap: Snap) -> None:
    assert snap(FakeServer(health_error=REFUSED), picture_first.show_newcomer, SMALL, tour=True)
