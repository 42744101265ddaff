"""The embeddings pane: which model answers, what cannot be computed here, and a server that comes and goes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from app_parts import MODELS, FakeServer
from embeddings_parts import TEXTS, embeddings_app

from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.sdk import BadRequestError, CancelScope, EmbeddingBatch, ModelSummary
from lmstudio_tui.sdk.types.health import Capability, HealthStatus
from lmstudio_tui.store.embeddings import VectorKey
from lmstudio_tui.tui.panes.embeddings.choosing import choice_in_store, choice_of
from lmstudio_tui.vectors.projection import methods

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:9"


class RenamingServer(FakeServer):
    """Answers under another name than it was asked by."""

    asked: int = 0

    def embedded(self, texts: Sequence[str], batch: EmbeddingBatch, scope: CancelScope) -> EmbeddingBatch:
        assert batch.model == "text-embedding-nomic", "it is asked by the name that it is listed by"
        self.asked += len(texts)
        return replace(batch, model="nomic-embed-v1.5.gguf")


async def test_a_model_that_answers_under_another_name_is_not_asked_twice(tmp_path: Path) -> None:
    server = RenamingServer()
    async with embeddings_app(URL, tmp_path, connect=server.connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        assert server.asked == 6
        await ui.paste("one more")
        await ui.all_embedded()
        assert server.asked == 7
        await ui.press("alt+n")
        await ui.type("parcel")
        await ui.shows("cosine · 7 texts")


async def test_what_a_chat_model_answers_is_said(tmp_path: Path) -> None:
    error = BadRequestError("The model qwen3-8b makes no embeddings.", status=400, hint="Choose one that embeds.")
    async with embeddings_app(URL, tmp_path, connect=FakeServer(embedding_error=error).connect) as ui:
        await ui.paste(*TEXTS)
        await ui.shows("makes no embeddings.", "Choose one that embeds.", "Ctrl+T chooses another")


async def test_a_map_that_needs_more_says_how_to_install_it(tmp_path: Path) -> None:
    if "tsne" in methods():
        pytest.skip("scikit-learn is installed")
    async with embeddings_app(URL, tmp_path, connect=FakeServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.all_embedded()
        await ui.view("map")
        await ui.shows("PCA")
        ui.embeddings.list.focus()
        await ui.press("t")
        await ui.shows("scikit-learn", "t takes another method.")
        await ui.press("t", "t")
        await ui.shows("PCA")


class MuteServer(FakeServer):
    """Serves no embeddings."""

    def health(self, *, scope: CancelScope | None = None) -> HealthStatus:
        found = super().health(scope=scope)
        no = Capability(available=False, reason="Started without --embeddings.", hint="Start it with --embeddings.")
        return found.model_copy(update={"capabilities": {**found.capabilities, "embeddings": no}})


async def test_a_server_that_does_not_embed_says_why(tmp_path: Path) -> None:
    async with embeddings_app(URL, tmp_path, connect=MuteServer().connect) as ui:
        await ui.paste(*TEXTS)
        await ui.shows("This server does not embed.", "Started without --embeddings.", "Start it with --embeddings.")


async def test_a_look_at_a_busy_server_does_not_end_the_embedding(tmp_path: Path) -> None:
    server = FakeServer(hold=threading.Event())
    async with embeddings_app(URL, tmp_path, connect=server.connect) as ui:
        await ui.paste(*(f"text {number}" for number in range(250)))
        await ui.shows("250 texts are not embedded yet.")
        await ui.press("ctrl+r")
        await ui.until(lambda: "224 of 250" in ui.work)
        ui.embeddings.show_server(replace(ui.desk.view, presence=Presence.OFFLINE))
        assert ui.desk.embedding.asking
        assert server.hold is not None
        server.hold.set()
        await ui.all_embedded()


def view(*models: ModelSummary, presence: Presence = Presence.ONLINE) -> ServerView:
    return ServerView(URL, presence=presence, models=models)


def test_the_model_of_the_set_counts_first_if_it_is_there() -> None:
    other = ModelSummary(id="bge-m3", type="embedding")
    assert choice_of(view(*MODELS, other), ("bge-m3",), "text-embedding-nomic").models == ("bge-m3",)
    gone = choice_of(view(*MODELS), ("bge-m3",), None)
    assert gone.models == ("text-embedding-nomic",)
    assert "bge-m3 is not on this server" in gone.note
    both = choice_of(view(*MODELS, other), ("bge-m3", "text-embedding-nomic"), None)
    assert both.models == ("bge-m3", "text-embedding-nomic")
    assert choice_of(view(ModelSummary(id="llama", type="llm")), (), None).models == ()


def test_without_a_server_the_store_decides() -> None:
    kept = ((VectorKey("http://elsewhere", "a"), 100), (VectorKey(URL, "b"), 5))
    away = view(presence=Presence.OFFLINE)
    assert choice_in_store(away, ("a",), None, kept).server == "http://elsewhere"
    assert choice_in_store(away, (), None, kept).models == ("b",)
    looking = view(presence=Presence.CONNECTING)
    assert choice_in_store(looking, ("a",), None, kept).server == URL
