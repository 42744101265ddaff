"""The list that is shown while its server is away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from lmstudio_tui.sdk import ModelSummary


@dataclass(frozen=True, slots=True)
class RememberedModels:
    """What a server had when it was last asked.

    Args:
        models: its list.
        fetched_at: when, with its zone.
    """

    models: tuple[ModelSummary, ...]
    fetched_at: datetime
