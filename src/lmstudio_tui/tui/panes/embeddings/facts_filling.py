"""Fills the facts: what is computed of all vectors, what was measured now or at an earlier time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lmstudio_tui.tui.panes.embeddings.computing import Computed
from lmstudio_tui.tui.panes.embeddings.describing import table_of
from lmstudio_tui.tui.panes.embeddings.facts_kept import KeptSpeeds, when
from lmstudio_tui.tui.panes.embeddings.facts_sweep import Sweeping
from lmstudio_tui.tui.panes.embeddings.facts_view import SweepSide
from lmstudio_tui.vectors.values import VectorsError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from lmstudio_tui.features.embeddings.embedded import Embedded
    from lmstudio_tui.store.embeddings import VectorKey
    from lmstudio_tui.tui.panes.embeddings.desk import Desk
    from lmstudio_tui.tui.panes.embeddings.facts_view import FactsView
    from lmstudio_tui.tui.panes.embeddings.working import Job
    from lmstudio_tui.tui.worker_bridge import Runs
    from lmstudio_tui.vectors.values import SetFacts, Stop


class FactsFilling:
    """Knows the facts, and shows them.

    Args:
        runs: what runs on behalf of the pane.
        desk: the texts and their vectors.
        changed: is told that something that was computed can be shown.

    Attributes:
        sweeping: measures how quickly the models embed.
    """

    def __init__(self, runs: Runs, desk: Desk, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._facts: tuple[Computed[SetFacts], Computed[SetFacts]] = (Computed(runs, changed), Computed(runs, changed))
        path = desk.shelf.path.with_name("embeddings-measured.json")
        self._speeds = KeptSpeeds(path, runs, desk.writer, changed)
        self.sweeping = Sweeping(runs, changed, self._swept)

    def _swept(self, key: VectorKey, side: SweepSide) -> None:
        self._speeds.take_sweep(key, side.paces, side.problems)

    def note(self) -> None:
        """Keep how quickly the models have answered."""
        self._speeds.take(self._desk.embedding.measured)

    def show(self, view: FactsView, job: Job, sides: tuple[Embedded, ...], keys: tuple[Hashable, ...]) -> None:
        """Fill the view.

        Args:
            view: is filled.
            job: what was embedded.
            sides: what came of it.
            keys: what the vectors of each side are of.
        """
        computed = zip(self._facts, keys, sides, strict=False)
        facts = [one.value(key, partial(_described, side)) for one, key, side in computed]
        models = tuple(side.model_asked or side.key.model for side in sides)
        sweeping = self.sweeping
        if not sweeping.running and tuple(side.model for side in sweeping.sides) != models:
            sweeping.clear()
        table = table_of(job, sides, facts, self._desk.sizes, self._speeds, self._desk.broken)
        view.show(table, sweeping.sides or tuple(map(self._kept, sides, models)), sweeping.progress)

    def _kept(self, side: Embedded, model: str) -> SweepSide:
        """What a sweep of an earlier time has found."""
        found = self._speeds.of(side.key)
        return SweepSide(model, found.paces, found.problems, when(found.swept_at))


def _described(side: Embedded, stop: Stop) -> SetFacts:
    from lmstudio_tui.vectors.statistics import describe_all

    if side.matrix is None:
        raise VectorsError("There are no vectors.")
    return describe_all(side.matrix, stop)
