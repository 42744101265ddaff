"""Which model to take."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.sdk import ModelSummary


def model_for_chat(models: Sequence[ModelSummary], *preferred: str | None) -> str | None:
    """Which model to ask: the first preferred one that is listed, else a loaded one, else any that can chat."""
    ids = {model.id for model in models} | {one.id for model in models for one in model.instances}
    for name in preferred:
        if name and name in ids:
            return name
    able = [model for model in models if model.can_chat]
    loaded = [model for model in able if model.loaded]
    return next((model.id for model in [*loaded, *able]), None)
