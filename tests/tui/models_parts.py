"""What the tests of the models pane are made of: the pane alone in an app, on a fake server or on the simulator."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from app_parts import NOW, Piloted
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from lmstudio_tui.features.health import HealthMonitor, Presence, ServerView
from lmstudio_tui.features.models import RememberedModels
from lmstudio_tui.sdk import (
    CancelScope,
    Capability,
    ClientConfig,
    DownloadStatus,
    HealthStatus,
    LMStudioError,
    LMStudioSDK,
    LoadedModel,
    LoadModelRequest,
    ModelSummary,
    ServerKind,
    ServerRefusedError,
)
from lmstudio_tui.sdk.types.kinds import CAPABILITIES
from lmstudio_tui.store.downloads import DownloadsFile
from lmstudio_tui.tui.messages import CopyWanted, ModelChosen
from lmstudio_tui.tui.panes.models import ModelsPane
from lmstudio_tui.tui.themes import THEMES
from lmstudio_tui.tui.widgets.key_footer import KeyFooter
from lmstudio_tui.tui.widgets.model_table import ModelTable
from sample_models import GEMMA, NOMIC, QWEN

URL = "http://127.0.0.1:1234"

THREE = (QWEN, GEMMA, NOMIC)


def many(count: int) -> tuple[ModelSummary, ...]:
    """So many models, all different."""
    families = ("qwen3", "llama-3.1", "gemma-3", "mistral-small", "phi-4", "deepseek-r1", "granite-4")
    found: list[ModelSummary] = []
    for number in range(count):
        family = families[number % len(families)]
        billions = 1 + number * 7 % 120
        found.append(
            ModelSummary(
                id=f"publisher{number % 9}/{family}-{billions}b-v{number}",
                type="vlm" if number % 5 == 0 else "llm",
                publisher=f"publisher{number % 9}",
                architecture=family,
                parameters=f"{billions}B",
                quantization=("Q4_K_M", "Q8_0", "4bit")[number % 3],
                format="mlx" if number % 3 == 2 else "gguf",
                size_bytes=billions * 610_000_000,
                max_context_length=(8192, 32768, 131072)[number % 3],
                state="loaded" if number % 100 == 3 else "not-loaded",
                capabilities=("tools",) if number % 2 else ("vision", "tools", "reasoning"),
            )
        )
    return tuple(found)


@dataclass
class FakeManager:
    """A server that loads, unloads and downloads as it is told; `hold` keeps a load waiting."""

    base_url: str = URL
    hold: threading.Event | None = None
    load_error: LMStudioError | None = None
    unload_error: LMStudioError | None = None
    download: DownloadStatus | LMStudioError = field(
        default_factory=lambda: DownloadStatus(job_id="job_1", status="downloading", total_size_bytes=4_300_000_000)
    )
    looks: Callable[[str], DownloadStatus] | None = None
    loads: list[LoadModelRequest] = field(default_factory=list[LoadModelRequest])
    unloads: list[str] = field(default_factory=list[str])
    downloads: list[tuple[str, str | None]] = field(default_factory=list[tuple[str, str | None]])
    asked: list[str] = field(default_factory=list[str])

    @property
    def config(self) -> ClientConfig:
        return ClientConfig(base_url=self.base_url)

    def load_model(self, request: LoadModelRequest, *, scope: CancelScope | None = None) -> LoadedModel:
        self.loads.append(request)
        while self.hold is not None and not self.hold.wait(0.005):
            (scope or CancelScope()).raise_if_cancelled()
        if self.load_error is not None:
            raise self.load_error
        return LoadedModel(
            instance_id=request.model, model=request.model, load_time_seconds=9.1, context_length=request.context_length
        )

    def unload_model(self, instance_id: str, *, scope: CancelScope | None = None) -> str:
        self.unloads.append(instance_id)
        if self.unload_error is not None:
            raise self.unload_error
        return instance_id

    def download_model(
        self, model: str, quantization: str | None = None, *, scope: CancelScope | None = None
    ) -> DownloadStatus:
        self.downloads.append((model, quantization))
        if isinstance(self.download, LMStudioError):
            raise self.download
        return self.download

    def download_status(self, job_id: str, *, scope: CancelScope | None = None) -> DownloadStatus:
        self.asked.append(job_id)
        if self.looks is None:
            return DownloadStatus(job_id=job_id, status="downloading")
        return self.looks(job_id)

    def client(self) -> LMStudioSDK:
        return cast("LMStudioSDK", self)


def view(
    models: tuple[ModelSummary, ...] = THREE,
    *,
    base_url: str = URL,
    cannot: tuple[str, ...] = (),
    unknown: tuple[str, ...] = (),
    surfaces: tuple[str, ...] = ("/api/v1/models",),
) -> ServerView:
    """A server that answers and has these models."""
    can = {name: Capability(available=True, reason="It is served.") for name in CAPABILITIES}
    can |= {name: Capability(available=False, reason=f"This server has no {name}") for name in cannot}
    can |= {name: Capability(available=None, reason="Nobody knows.") for name in unknown}
    status = HealthStatus(
        status="ok", kind=ServerKind.LM_STUDIO, latency_ms=3.0, capabilities=can, surfaces=surfaces, version="0.4.12"
    )
    return ServerView(base_url, presence=Presence.ONLINE, status=status, models=models)


def away(seen: ServerView, presence: Presence = Presence.OFFLINE) -> ServerView:
    """The same server, gone."""
    error = ServerRefusedError("Nothing answers: connection refused.")
    return replace(seen, presence=presence, error=error)


def _nothing(base_url: str) -> RememberedModels | None:
    """What is remembered of a server that was never asked."""


class PaneApp(App[None]):
    """The pane, and nothing else."""

    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (110, "-wide")]  # noqa: RUF012

    def __init__(
        self, folder: Path, remembered: Callable[[str], RememberedModels | None] | None, theme: str | None = None
    ) -> None:
        super().__init__()
        self.file = DownloadsFile(folder / "downloads.json")
        self._remembered = remembered or _nothing
        self._wanted_theme = theme
        self.copied: list[str] = []
        self.chosen: list[tuple[str, str]] = []
        self.doubted = 0
        self.on_doubt: Callable[[], None] | None = None
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme or THEMES[0].name

    def compose(self) -> ComposeResult:
        yield ModelsPane(self.file, self._remembered, lambda: NOW, id="models")
        yield KeyFooter()

    def on_copy_wanted(self, event: CopyWanted) -> None:
        self.copied.append(event.text)

    def on_model_chosen(self, event: ModelChosen) -> None:
        self.chosen.append((event.model, event.purpose))

    def on_server_doubted(self) -> None:
        self.doubted += 1
        if self.on_doubt is not None:
            self.on_doubt()


class Models(Piloted):
    """The app under test, and short names for what tests do with it."""

    def __init__(self, app: PaneApp, pilot: Pilot[None]) -> None:
        super().__init__(pilot)
        self.app = app
        self.server = FakeManager()

    @property
    def pane(self) -> ModelsPane:
        return self.app.query_one(ModelsPane)

    @property
    def table(self) -> ModelTable:
        return self.app.query_one(ModelTable)

    @property
    def cursor(self) -> str | None:
        entry = self.table.entry
        return None if entry is None else entry.id

    def use(self, server: FakeManager, seen: ServerView | None = None) -> None:
        """Talk to a server that looks like that."""
        self.server = server
        self.pane.use_client(server.client())
        self.pane.show_server(seen or view(base_url=server.base_url))
        self.pane.arrive()


@asynccontextmanager
async def models_pane(
    folder: Path,
    *,
    size: tuple[int, int] = (96, 30),
    remembered: Callable[[str], RememberedModels | None] | None = None,
    theme: str | None = None,
    server: FakeManager | None = None,
    seen: ServerView | None = None,
) -> AsyncGenerator[Models]:
    """The pane in an app of its own, on a fake server."""
    app = PaneApp(folder, remembered, theme)
    async with app.run_test(size=size, notifications=True) as pilot:
        ui = Models(app, pilot)
        if server is not None or seen is not None:
            ui.use(server or FakeManager(), seen)
            await pilot.pause()
        yield ui


@contextmanager
def watched(ui: Models, client: LMStudioSDK) -> Generator[HealthMonitor]:
    """The pane on a real server, with a monitor that looks at it in a thread of its own."""
    pane = ui.pane
    monitor = HealthMonitor(client)

    def tell(seen: ServerView) -> None:
        ui.app.call_later(pane.show_server, seen)

    pane.use_client(client)
    ui.app.on_doubt = monitor.poke
    thread = threading.Thread(target=monitor.run, args=(tell,), daemon=True)
    thread.start()
    pane.arrive()
    try:
        yield monitor
    finally:
        monitor.stop()
        thread.join()
        client.close()
