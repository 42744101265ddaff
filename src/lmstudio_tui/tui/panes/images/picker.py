"""Choosing the size, and the model that draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.features.models.columns import Entry
from lmstudio_tui.tui.panes.images.reading import SIZES, UnreadableFieldError, size_of
from lmstudio_tui.tui.screens.choose import Choose
from lmstudio_tui.tui.screens.model_picker import ModelPicker
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.widget import Widget

    from lmstudio_tui.sdk import ModelSummary

_ANY = "any"


def choose_size(widget: Widget, typed: str, take: Callable[[str], None]) -> None:
    """Offer the sizes that servers commonly draw.

    Args:
        widget: on whose behalf.
        typed: what is in the field.
        take: is told what was chosen; empty for the server's own.
    """
    try:
        current = size_of(typed)
    except UnreadableFieldError:
        current = None

    def chosen(size: str | None) -> None:
        if size is not None:
            take("" if size == _ANY else size)

    options = [(_ANY, "any", "the server decides"), *((size, size.replace("x", " × "), words) for size, words in SIZES)]
    app_of(widget).push_screen(Choose("Size", options, current or _ANY), chosen)


class ArtistPicker(ModelPicker):
    """Gives the id of a model, or None: those that draw first, as far as that is known, then the others.

    Args:
        models: of the server.
        current: the one in use.
    """

    def __init__(self, models: Sequence[ModelSummary], current: str | None) -> None:
        super().__init__((), current)
        known = [model for model in models if draws(model)]
        entries = {model.id: Entry(model) for model in known or models}
        self._entries = self._order.sorted(entries.values())


def draws(model: ModelSummary) -> bool:
    """Whether a server says that a model makes images."""
    kind = (model.type or "").lower().replace("_", "-")
    return any(word in kind for word in ("image", "diffusion")) and "to-text" not in kind


def choose_model(widget: Widget, models: Sequence[ModelSummary], current: str, take: Callable[[str], None]) -> None:
    """Offer the models that draw; where no server says which do, all of them.

    Args:
        widget: on whose behalf.
        models: of the server.
        current: what is in the field.
        take: is told what was chosen.
    """

    def chosen(model: str | None) -> None:
        if model is not None:
            take(model)

    app_of(widget).push_screen(ArtistPicker(models, current or None), chosen)
