"""How the embeddings pane was left, for the next start."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.store.atomic import write_atomic
from lmstudio_tui.store.json_file import is_text, read_object
from lmstudio_tui.tui.panes.embeddings.view_tabs import VIEWS, ViewName
from lmstudio_tui.vectors.values import METRICS, Metric

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class PaneSettings:
    """What is remembered.

    Attributes:
        set_id: the set that was in front; empty for none.
        view: the view that was.
        metric: by which texts are compared.
        sorted: whether the heat map is sorted by cluster.
    """

    set_id: str = ""
    view: ViewName = "similarity"
    metric: Metric = "cosine"
    sorted: bool = False


class SettingsFile:
    """Where they outlive the app. No fault in it ever stops the pane.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> PaneSettings:
        """What was saved, as far as it is of use. Blocks."""
        members = read_object(self._path) or {}
        set_id, view, metric = members.get("set_id"), members.get("view"), members.get("metric")
        known_view: ViewName | None = next((name for name in VIEWS if name == view), None)
        known_metric: Metric | None = next((name for name in METRICS if name == metric), None)
        return PaneSettings(
            set_id=set_id if is_text(set_id) else "",
            view=known_view or "similarity",
            metric=known_metric or "cosine",
            sorted=members.get("sorted") is True,
        )

    def save(self, settings: PaneSettings) -> None:
        """Write them, if that is possible. Blocks."""
        try:
            write_atomic(self._path, json.dumps(asdict(settings), indent=2) + "\n")
        except OSError:
            return
