"""From the list of models to the embeddings pane, with the model that is to be tried."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_parts import MODELS, Driver, FakeServer, services
from embeddings_parts import embeddings_app

from lmstudio_tui.sdk import ModelSummary
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.panes.embeddings import EmbeddingsPane
from lmstudio_tui.tui.widgets.model_table import ModelTable

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:9"
BGE = ModelSummary(id="bge-m3", type="embedding", state="not-loaded")


async def choose(ui: Driver, name: str) -> None:
    """Put the cursor on a model in the list of models."""
    await ui.press("slash")
    await ui.type(name)
    await ui.press("enter")
    await ui.until(lambda: ui.app.query_one(ModelTable).has_focus and name in ui.screen)


async def test_a_model_is_tried_on_texts(tmp_path: Path) -> None:
    server = FakeServer(models=(*MODELS, BGE))
    async with embeddings_app(URL, tmp_path, connect=server.connect) as ui:
        await ui.paste("one", "two")
        await ui.all_embedded()
        assert ui.desk.choice.models == ("text-embedding-nomic",)
        await ui.app.run_action("pane('models')")
        await choose(ui, "bge")
        await ui.press("E")
        await ui.until(lambda: ui.embeddings.display and ui.desk.choice.models == ("bge-m3",))
        await ui.all_embedded()
        assert {key.model for key, _ in ui.shelf.sizes().vectors} == {"text-embedding-nomic", "bge-m3"}


async def test_the_pane_may_not_have_been_open_before(tmp_path: Path) -> None:
    server = FakeServer(models=(*MODELS, BGE))
    app = LMStudioApp(services(URL, tmp_path, connect=server.connect, pane="models"))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        ui = Driver(app, pilot)
        await ui.shows("bge-m3")
        await choose(ui, "bge")
        await ui.press("E")
        await ui.shows("No texts yet.", "bge-m3")
        assert app.query_one(EmbeddingsPane).display


async def test_a_chat_model_is_not_tried(tmp_path: Path) -> None:
    app = LMStudioApp(services(URL, tmp_path, connect=FakeServer().connect, pane="models"))
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        ui = Driver(app, pilot)
        await ui.shows("qwen3-8b")
        await choose(ui, "qwen3-8b")
        await ui.press("E")
        await ui.shows("qwen3-8b is no embedding model.")
        assert not app.query(EmbeddingsPane)
