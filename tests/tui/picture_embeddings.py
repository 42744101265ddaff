"""What the pictures of the embeddings pane show: a set of two files, and a server whose vectors are always the same."""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from app_parts import NOW, Driver
from picture_parts import URL, PicturedServer

from lmstudio_tui.sdk import CancelScope, EmbeddingBatch, Vector
from lmstudio_tui.simulator.engine.embedding import embed
from lmstudio_tui.store.embeddings import EmbeddingShelf, ShelfSizes, TextRecord, VectorKey, content_hash
from lmstudio_tui.tui.panes.embeddings import EmbeddingsPane
from lmstudio_tui.tui.panes.embeddings.view_tabs import ViewName

MODELS: tuple[str, str] = ("nomic-embed-text-v1.5", "text-embedding-bge-m3")
QUERY = "reset a forgotten password"
_DIMENSIONS: dict[str, int] = dict(zip(MODELS, (256, 384), strict=True))
_ASKED = (
    "How do I reset my password?",
    "I forgot my password and cannot sign in",
    "The link to reset the password has expired",
    "Sign in fails although the password is right",
    "Where do I find the invoice for my order?",
    "The invoice shows the wrong address",
    "Please send the invoice for March again",
    "An invoice was charged twice",
    "When will my parcel arrive?",
    "My parcel came damaged",
    "The parcel went to the wrong address",
    "Can I still change the address of my parcel?",
    "How do I cancel my subscription?",
    "Cancel the subscription at the end of March",
    "My subscription was charged twice",
    "Can I pause my subscription for a month?",
    "Why does my password have to be changed?",
    "Is there an invoice in English?",
    "Who takes the parcel when I am away?",
    "What does the subscription cost in a year?",
)
_WRITTEN = (
    "To reset a password, follow the link below the form to sign in.",
    "The link to reset a password is good for an hour, and for one time.",
    "Each invoice is in your account, below Orders.",
    "The address on an invoice can be changed until it is paid.",
    "A parcel is on its way for two to four days.",
    "Send a picture of a damaged parcel, and we send another one.",
    "A subscription ends with the month in which it was cancelled.",
    "A subscription can be paused for three months at most.",
    "A password has twelve characters or more.",
    "The invoice comes by mail on the first of a month.",
    "A parcel that nobody takes goes to the next shop.",
    "A subscription for a year costs as much as ten months.",
)
_TOPICS = ("password", "invoice", "parcel", "subscription")


@dataclass
class EmbeddingServer(PicturedServer):
    """Takes the same time for the same number of texts."""

    def embedded(self, texts: Sequence[str], batch: EmbeddingBatch, scope: CancelScope) -> EmbeddingBatch:
        model = batch.model or MODELS[0]
        slow = 1 + MODELS.index(model)
        return replace(
            batch,
            vectors=tuple(_vector(text, model) for text in texts),
            took_s=slow * (0.009 + 0.0011 * len(texts)),
            prompt_tokens=sum(len(text.split()) + 2 for text in texts),
        )


@cache
def _vector(text: str, model: str) -> Vector:
    """The simulator's, drawn towards what the text is about, and without its many zeros: as of a real model."""
    chance, size = random.Random(f"{model}: {text}"), _DIMENSIONS[model]
    topic = embed(next((one for one in _TOPICS if one in text.lower()), text), model, size)
    pieces = zip(embed(text, model, size), topic, strict=True)
    mixed = [one + 1.1 * other + chance.gauss(0, 0.04) for one, other in pieces]
    length = math.hypot(*mixed)
    return array("f", [number / length for number in mixed])


def fill_embeddings(folder: Path, *models: str, kept: int = 0) -> None:
    """Put the set on the shelf.

    Args:
        folder: of the app's files.
        models: that were chosen for it.
        kept: so many of its texts have a vector already, of the first model.
    """
    shelf = EmbeddingShelf(folder / "embeddings.sqlite", now=lambda: NOW)
    texts = [TextRecord(text, "questions.csv") for text in _ASKED]
    texts += [TextRecord(text, "help.txt") for text in _WRITTEN]
    shelf.create("Support", texts, models=models or MODELS[:1])
    some = [one.text for one in texts[:kept]]
    shelf.keep(VectorKey(URL, MODELS[0], 0), [(content_hash(text), _vector(text, MODELS[0])) for text in some])
    shelf.close()


def same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the pane depends on the machine: its speed, its memory, its SQLite."""
    beats = count()
    sizes = EmbeddingShelf.sizes

    def beat() -> float:
        return next(beats) * 0.001

    def sized(shelf: EmbeddingShelf) -> ShelfSizes:
        return replace(sizes(shelf), bytes=143_360)

    monkeypatch.setattr("lmstudio_tui.tui.panes.embeddings.ranking.time", SimpleNamespace(perf_counter=beat))
    monkeypatch.setattr("lmstudio_tui.tui.panes.embeddings.describing.memory_limit", _memory)
    monkeypatch.setattr(EmbeddingShelf, "sizes", sized)


def _memory() -> int:
    return 16 * 1024**3


# What is done before the picture


def looking_at(view: ViewName, *shown: str, keys: tuple[str, ...] = ()) -> Callable[[Driver], Any]:
    """The steps to a view.

    Args:
        view: which.
        shown: what has to be there before the keys are pressed.
        keys: are pressed at last, each when what came before is there; one that begins with `@` is waited for.
    """

    async def steps(ui: Driver) -> None:
        pane = ui.app.query_one(EmbeddingsPane)
        await ui.until(lambda: bool(pane._desk.sides) and not pane._desk.behind and not pane._desk.embedding.running)
        await pane.run_action(f"view('{view}')")
        await ui.shows(*shown)
        pane.views.take_keys()
        await ui.until(lambda: pane.views.has_focus_within)
        for key in keys:
            if key.startswith("@"):
                await ui.shows(key[1:])
            else:
                await ui.pilot.press(key)
        await ui.until(lambda: not pane._pictures.busy)

    return steps


similarity = looking_at("similarity", "with itself", keys=("o", "@32 ", "down", "down"))
nearest = looking_at("nearest", "a query", keys=(*QUERY, "@±", "tab", "@rank 1"))
points = looking_at("map", "of the variance", keys=("c", "@questions.csv"))
vector = looking_at("vector", "tallest bar")
facts = looking_at("facts", "normalised", keys=("b", "@◂ the most texts"))


async def empty(ui: Driver) -> None:
    """Before there are any texts."""
    await ui.shows("No texts yet.", MODELS[0][:12])


async def away(ui: Driver) -> None:
    """What is kept of a set without a server."""
    await ui.shows("no server", "30 of 32 vectors are there")
