"""What the tests of the embeddings pane are made of: the app on it, and short names for what is done there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from app_parts import Driver, services
from textual.events import Paste
from textual.widgets import Static

from lmstudio_tui.store.embeddings import EmbeddingShelf
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.panes.embeddings import EmbeddingsPane
from lmstudio_tui.tui.panes.embeddings.view_tabs import ViewName

TEXTS = (
    "How do I reset my password?",
    "I forgot my password",
    "Where is my invoice?",
    "The invoice is wrong",
    "When will my parcel arrive?",
    "My parcel came damaged",
)


class Embeddings(Driver):
    """The app with the embeddings pane in front."""

    shelf: EmbeddingShelf

    @property
    def embeddings(self) -> EmbeddingsPane:
        return self.app.query_one(EmbeddingsPane)

    @property
    def desk(self) -> Any:
        return self.embeddings._desk  # pyright: ignore[reportPrivateUsage]

    @property
    def texts(self) -> list[str]:
        return self.desk.held.texts.texts

    @property
    def embedded(self) -> list[int]:
        """How many vectors there are of each model."""
        return [side.embedded for side in self.desk.sides]

    @property
    def work(self) -> str:
        """What is said below the view."""
        return str(self.embeddings.query_one("#work", Static).content)

    async def opened(self) -> None:
        """Wait until it is known which set was in front."""
        await self.until(lambda: self.desk.loaded)

    async def paste(self, *texts: str) -> None:
        """Paste texts into the box, one a line."""
        self.embeddings.entry.focus()
        await self.until(lambda: self.embeddings.entry.has_focus)
        self.app.post_message(Paste("\n".join(texts)))
        if len(texts) == 1:
            await self.until(lambda: texts[0] in self.embeddings.entry.text)
            await self.press("enter")
        await self.until(lambda: set(texts) <= set(self.texts))

    async def view(self, name: ViewName) -> None:
        """Bring a view to the front."""
        await self.embeddings.run_action(f"view('{name}')")
        await self.until(lambda: self.embeddings.views.front_name == name)

    async def all_embedded(self, models: int = 1) -> None:
        """Wait until each text has a vector of each model."""
        await self.until(lambda: self.embedded == [len(self.texts)] * models and not self.desk.behind)


@asynccontextmanager
async def embeddings_app(
    base_url: str, folder: Path, *, size: tuple[int, int] = (120, 34), **more: Any
) -> AsyncGenerator[Embeddings]:
    """Opens the app on the pane; further arguments are those of `services`."""
    handed = services(base_url, folder, pane="embeddings", **more)
    app = LMStudioApp(handed)
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Embeddings(app, pilot)
        driver.shelf = handed.embeddings
        await driver.opened()
        yield driver
