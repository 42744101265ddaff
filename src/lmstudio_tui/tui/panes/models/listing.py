"""Which models the pane shows: the server's, or the last ones known; filtered and sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from lmstudio_tui.features.models.columns import Entry
from lmstudio_tui.features.models.order import Order
from lmstudio_tui.features.models.query import Query
from lmstudio_tui.features.models.saying import away_in_words
from lmstudio_tui.features.models.words import moment_in_words
from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from lmstudio_tui.features.models import RememberedModels
    from lmstudio_tui.sdk import ModelSummary

_LISTS_ALL: Final = "/api/v1/models"
"""The one list that holds all models even where models are not loaded by being asked."""


_NEXT_KEY: Final = {
    Presence.LOCKED: "{app.key} types the key.",
    Presence.STRANGE: "{app.servers} chooses another server.",
}


class Listing:
    """The list of models and how it is looked at; every question to it is answered at once.

    Args:
        now: the time of day.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.view = ServerView("")
        self.order = Order()
        self.query = Query()
        self.filter = ""
        self._models: tuple[ModelSummary, ...] = ()
        self._listed_at: datetime | None = None
        self._entries: dict[str, Entry] = {}
        self._sorted: list[Entry] = []

    @property
    def entries(self) -> Sequence[Entry]:
        """All of them, in their order."""
        return self._sorted

    @property
    def rows(self) -> list[Entry]:
        """Those that pass the filter, in their order."""
        keeps = self.query.keeps
        return [entry for entry in self._sorted if keeps(entry)] if self.query.tests else list(self._sorted)

    def find(self, model_id: str) -> ModelSummary | None:
        """The model of that id, as it is now."""
        entry = self._entries.get(model_id)
        return entry.model if entry is not None else None

    # What it is told

    def see(self, view: ServerView) -> bool:
        """Take note of the server. Returns whether there are other models, or other facts of them."""
        moved = view.base_url != self.view.base_url
        self.view = view
        if moved:
            self._listed_at = None
            return self._use(view.models) if not view.online else self._fresh(view)
        return self._fresh(view) if view.online else False

    def remember(self, base_url: str, remembered: RememberedModels) -> bool:
        """Show what a server had, as long as it has told nothing itself. Returns whether that is so."""
        if base_url != self.view.base_url or self._listed_at is not None:
            return False
        self._listed_at = remembered.fetched_at
        return self._use(remembered.models)

    def ask(self, text: str) -> None:
        """Filter by something else."""
        self.filter, self.query = text, Query.read(text)

    def sort(self, order: Order) -> None:
        """Sort by something else."""
        self.order = order
        self._sorted = order.sorted(self._entries.values())

    def _fresh(self, view: ServerView) -> bool:
        self._listed_at = self._now()
        return self._use(view.models)

    def _use(self, models: tuple[ModelSummary, ...]) -> bool:
        """Show other models; what was worked out for those that are the same is kept."""
        if models is self._models:
            return False
        before = self._entries
        entries: dict[str, Entry] = {}
        for model in models:
            known = before.get(model.id)
            entries[model.id] = known if known is not None and known.model == model else Entry(model)
        self._models = models
        same = len(before) == len(entries) and all(before.get(key) is entry for key, entry in entries.items())
        if not same:
            self._entries = entries
            self._sorted = self.order.sorted(entries.values())
        return not same

    # In words

    def title(self, shown: int) -> str:
        """The counts, over the list."""
        total = len(self._sorted)
        counts = [str(total) if shown == total else f"{shown} of {total}"] if total else []
        loaded = sum(entry.model.loaded for entry in self._sorted)
        if any(entry.model.state != "unknown" for entry in self._sorted):
            counts.append(f"{loaded} loaded")
        return " ─ ".join(["Models", *counts])

    def banner(self) -> str:
        """What is to be known before the list is read: that it is an old one."""
        away = away_in_words(self.view)
        if not away or not self._sorted:
            return ""
        hint = told(_NEXT_KEY.get(self.view.presence, ""))
        if self._listed_at is not None:
            away = f"{away} This is the list of {moment_in_words(self._listed_at, self._now())}."
        return f"{away} {hint}".strip()

    def empty(self) -> Text:
        """What stands where there is no row."""
        if self._sorted:
            return Text.assemble(
                (f"No model matches {clean_line(self.filter)}", "bold"),
                told("\n\n{models.back} clears the filter."),
                justify="center",
            )
        if self.view.presence is Presence.CONNECTING:
            return Text(f"Looking for a server at {clean_line(self.view.base_url)} …", justify="center")
        away = away_in_words(self.view)
        if away:
            hint = told(
                _NEXT_KEY.get(self.view.presence, "It is tried again by itself; {app.retry_server} tries at once.")
            )
            after = f"\n\nThere is no list from before. {hint}"
            return Text.assemble((away, "bold"), after, justify="center")
        return Text.assemble(("This server lists no models.", "bold"), "\n\n", self._why_none(), justify="center")

    def _why_none(self) -> str:
        status = self.view.status
        if status is not None and _LISTS_ALL not in status.surfaces:
            return told(
                "With just-in-time loading off a server lists only what is loaded: load a model there, "
                "or turn it on, and the list follows by itself. {app.servers} goes to another server."
            )
        return told("Press {models.download} to download one.")
