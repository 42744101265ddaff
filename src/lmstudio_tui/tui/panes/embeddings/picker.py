"""Choosing a model that embeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical

from lmstudio_tui.features.embeddings.model_choice import embedding_models
from lmstudio_tui.features.models.columns import Entry
from lmstudio_tui.tui.screens.model_picker import ModelPicker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.widgets import Input

    from lmstudio_tui.sdk import ModelSummary


class EmbeddingModelPicker(ModelPicker):
    """Gives the id of a model, or None. Those that embed, as far as that is known; else all of them.

    What is typed finds the others, too.

    Args:
        models: of the server.
        current: the one in use.
        title: of the frame.
    """

    def __init__(self, models: Sequence[ModelSummary], current: str | None, title: str) -> None:
        super().__init__((), current)
        self._asked = title
        able = embedding_models(models)
        self._able = bool(able)
        self._some = self._order.sorted([Entry(model) for model in able or models])
        self._every = self._order.sorted([Entry(model) for model in models])
        self._entries = self._some

    def on_mount(self) -> None:
        """Say what is listed."""
        super().on_mount()
        frame = self.query_one(Vertical)
        frame.border_title = self._asked if self._able else f"{self._asked}: none says that it embeds, so here are all"

    def on_input_changed(self, event: Input.Changed) -> None:
        """What is typed is looked for among all models."""
        self._entries = self._every if event.value.strip() else self._some
        super().on_input_changed(event)
