"""Which models listen and which speak, as far as a list tells. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.features.service_models import can

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.sdk import ModelSummary


def listens(model: ModelSummary) -> bool:
    """Whether it makes text of speech."""
    return can("transcription", model)


def speaks(model: ModelSummary) -> bool:
    """Whether it makes speech of text."""
    return can("speech", model)


def listening_first(models: Sequence[ModelSummary]) -> list[ModelSummary]:
    """All of them: those that listen first, of these the loaded ones first."""
    return sorted(models, key=lambda model: (not listens(model), not (listens(model) and model.loaded)))


def model_that_listens(models: Sequence[ModelSummary], chosen: str) -> str | None:
    """The one to ask: what was chosen, else the first that listens; None leaves it to the server."""
    if chosen:
        return chosen
    return next((model.id for model in listening_first(models) if listens(model)), None)


def model_that_speaks(models: Sequence[ModelSummary], chosen: str) -> str | None:
    """As `model_that_listens`, for speaking."""
    if chosen:
        return chosen
    able = sorted((model for model in models if speaks(model)), key=lambda model: not model.loaded)
    return able[0].id if able else None
