"""What the tests of the images pane are made of: the pane alone in an app, and a fake server that draws."""

from __future__ import annotations

import io
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from app_parts import NOW, Piloted
from pane_app import MediaPaneApp
from PIL import Image, ImageDraw
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widgets import Footer

from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.features.service_view import ServiceView
from lmstudio_tui.sdk import (
    CancelScope,
    Capability,
    ClientConfig,
    HealthStatus,
    LMStudioError,
    LMStudioSDK,
    ModelSummary,
    ServerKind,
)
from lmstudio_tui.sdk.types.images import GeneratedImage, ImageRequest, ImageResult
from lmstudio_tui.sdk.types.kinds import CAPABILITIES
from lmstudio_tui.store.media.records import ImageRecord
from lmstudio_tui.store.media.shelf import MediaShelf
from lmstudio_tui.tui.panes.images import ImagesPane
from lmstudio_tui.tui.panes.images.history import ImageList
from lmstudio_tui.tui.panes.images.preview import Preview, ReadyPicture
from lmstudio_tui.tui.services import Services
from lmstudio_tui.tui.widgets.picture import Way

URL = "http://127.0.0.1:8080"
LIGHTHOUSE = "A lighthouse at dusk"


def drawn(seed: int = 0, size: tuple[int, int] = (64, 64), kind: str = "PNG") -> bytes:
    """A picture, another for each seed."""
    image = Image.new("RGB", size, (seed * 53 % 256, 90, seed * 31 % 256))
    ImageDraw.Draw(image).ellipse([size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4], fill="gold")
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


@dataclass
class FakeArtist:
    """A server that draws at once; `hold` keeps it waiting."""

    base_url: str = URL
    hold: threading.Event | None = None
    error: LMStudioError | None = None
    problems: tuple[str, ...] = ()
    tells_seed: bool = True
    revised: str = ""
    default_model: str | None = None
    asked: list[ImageRequest] = field(default_factory=list[ImageRequest])

    @property
    def config(self) -> ClientConfig:
        return ClientConfig(base_url=self.base_url, default_model=self.default_model)

    def create_image(
        self, request: ImageRequest, *, fetch_elsewhere: bool = False, scope: CancelScope | None = None
    ) -> ImageResult:
        self.asked.append(request)
        while self.hold is not None and not self.hold.wait(0.005):
            (scope or CancelScope()).raise_if_cancelled()
        if self.error is not None:
            raise self.error
        seeds = [(request.seed or 40) + number for number in range(request.n)]
        images = tuple(
            GeneratedImage(drawn(seed), "image/png", self.revised, seed if self.tells_seed else None) for seed in seeds
        )
        return ImageResult(images, request.model or "sim-images", self.problems)

    def client(self) -> LMStudioSDK:
        return cast("LMStudioSDK", self)


def seen(
    *,
    available: bool | None = True,
    reason: str = "It is served.",
    missing: tuple[str, ...] = (),
    hint: str = "",
    presence: Presence = Presence.ONLINE,
    error: LMStudioError | None = None,
    models: tuple[ModelSummary, ...] = (),
    own: bool = True,
    base_url: str = URL,
    kind: ServerKind = ServerKind.OPENAI,
) -> ServiceView:
    """A look at the server for images."""
    can = {name: Capability(available=True, reason="It is served.") for name in CAPABILITIES}
    can["images"] = Capability(available=available, reason=reason, missing=missing, hint=hint)
    status = HealthStatus(status="ok", kind=kind, latency_ms=3.0, capabilities=can, version="2.9.0")
    known = status if presence is Presence.ONLINE else None
    view = ServerView(base_url, presence=presence, status=known, models=models, error=error)
    return ServiceView("images", base_url, own, view)


def keep(media: MediaShelf, prompt: str, *, data: bytes | None = None, **fields: object) -> ImageRecord:
    """Have an image be there already."""
    id_, path = media.images.new_file(".png")
    path.write_bytes(drawn(len(media.images.all())) if data is None else data)
    record = ImageRecord(
        id=id_,
        path=path,
        made_at=NOW,
        prompt=prompt,
        model="black-forest-labs/flux-schnell",
        size="64x64",
        width=64,
        height=64,
        seed=7,
        server=URL,
        took_s=4.2,
        size_bytes=path.stat().st_size,
    )
    return media.images.keep(replace(record, **fields))  # pyright: ignore[reportArgumentType] - fields of it


class ImagesApp(MediaPaneApp):
    """The pane, and nothing else."""

    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]  # noqa: RUF012

    def __init__(self, media: MediaShelf, theme: str | None = None, way: Way | None = None) -> None:
        super().__init__(media, theme)
        self.way: Way | None = way

    def compose(self) -> ComposeResult:
        handed = SimpleNamespace(media=self.media, now=lambda: NOW)
        yield ImagesPane(cast("Services", handed), way=self.way, id="images")
        yield Footer()


class Images(Piloted):
    """The app under test, and short names for what tests do with it."""

    def __init__(self, app: ImagesApp, pilot: Pilot[None]) -> None:
        super().__init__(pilot)
        self.app = app
        self.server = FakeArtist()

    @property
    def pane(self) -> ImagesPane:
        return self.app.query_one(ImagesPane)

    @property
    def list(self) -> ImageList:
        return self.app.query_one(ImageList)

    @property
    def chosen(self) -> ImageRecord | None:
        return self.list.chosen

    @property
    def prompts(self) -> list[str]:
        return [one.prompt for one in self.list.shown]

    @property
    def pictured(self) -> bytes | None:
        """The file that is shown large; None while none is."""
        preview = self.app.query_one(Preview)
        shown = [one for one in preview.query(ReadyPicture) if one.display]
        hidden = preview.has_class("-hinting") or preview.has_class("-helping")
        return shown[-1]._data if shown and not hidden else None  # pyright: ignore[reportPrivateUsage]

    def use(self, server: FakeArtist, view: ServiceView | None = None) -> None:
        """Have images made by a server that looks like that."""
        self.server = server
        self.pane.use_service("images", server.client(), view or seen(base_url=server.base_url))

    async def make(self, prompt: str) -> None:
        """Type a prompt, and have it made."""
        self.pane.form.prompt.focus()
        await self.type(prompt)
        await self.press("enter")

    async def in_list(self) -> None:
        """Put the cursor into the list."""
        await self.until(lambda: self.chosen is not None)
        self.list.focus()
        await self.until(lambda: self.list.has_focus)


@asynccontextmanager
async def images_pane(
    folder: Path,
    *,
    size: tuple[int, int] = (142, 46),
    theme: str | None = None,
    server: FakeArtist | None = None,
    view: ServiceView | None = None,
    media: MediaShelf | None = None,
    way: Way | None = None,
) -> AsyncGenerator[Images]:
    """The pane in an app of its own, on a fake server."""
    app = ImagesApp(media or shelf(folder), theme, way)
    async with app.run_test(size=size, notifications=True) as pilot:
        ui = Images(app, pilot)
        ui.use(server or FakeArtist(), view)
        ui.pane.arrive()
        await pilot.pause()
        yield ui


def shelf(folder: Path, now: datetime = NOW) -> MediaShelf:
    """Where images are kept."""
    return MediaShelf(folder / "media", now=lambda: now)
