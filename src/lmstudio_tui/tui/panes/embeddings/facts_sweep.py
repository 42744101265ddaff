"""Measuring how quickly models embed, by how many texts a request has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.features.embeddings.sweeping import SIZES, Sweep, sweep
from lmstudio_tui.sdk import LMStudioError, RequestCancelledError
from lmstudio_tui.tui.panes.embeddings.facts_view import SweepProgress, SweepSide
from lmstudio_tui.tui.panes.embeddings.words import error_in_words, short

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lmstudio_tui.features.embeddings.embedded import Embedded
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.store.embeddings import VectorKey
    from lmstudio_tui.tui.panes.embeddings.working import Job
    from lmstudio_tui.tui.worker_bridge import Run, Runs


@dataclass(frozen=True, slots=True)
class _Told:
    """What a sweep has found so far, of which model."""

    at: int
    sweep: Sweep


class Sweeping:
    """Measures how quickly models embed, one sweep at a time.

    Args:
        runs: what runs on behalf of the pane.
        changed: is told that there is something else to show.
        measured: is told what was measured of a model, when it has ended.

    Attributes:
        sides: what was measured.
        progress: how far it is; None while nothing is measured.
        problem: why it has ended early, in a sentence.
    """

    def __init__(
        self, runs: Runs, changed: Callable[[], None], measured: Callable[[VectorKey, SweepSide], None]
    ) -> None:
        self._runs = runs
        self._changed = changed
        self._measured = measured
        self._keys: list[VectorKey] = []
        self._run: Run[_Told, str] | None = None
        self.sides: tuple[SweepSide, ...] = ()
        self.progress: SweepProgress | None = None
        self.problem = ""

    @property
    def running(self) -> bool:
        """Whether something is being measured."""
        return self._run is not None

    def start(self, client: LMStudioSDK, job: Job, sides: Sequence[Embedded]) -> None:
        """Measure these models by the texts that they embed."""
        keys = self._keys = [side.key for side in sides]
        models = [side.model_asked or side.key.model for side in sides]
        sent = job.texts.sent
        texts = [[sent[index] for index in side.indices] for side in sides]
        self.sides, self.problem = tuple(SweepSide(model) for model in models), ""
        self.progress = SweepProgress(f"measuring {short(models[0])}", 0, len(SIZES) * len(keys))

        def work(emit: Callable[[_Told], None], scope: CancelScope) -> str:
            for at, key in enumerate(keys):

                def tell(found: Sweep, at: int = at) -> None:
                    emit(_Told(at, found))

                try:
                    emit(_Told(at, sweep(client, key, texts[at], tell=tell, scope=scope)))
                except RequestCancelledError:
                    return "Stopped."
                except LMStudioError as error:
                    return error_in_words(error)
            return ""

        self._run = self._runs.start(work, items=self._told, finished=self._ended, name="sweep")
        self._changed()

    def _told(self, told: list[_Told]) -> None:
        for one in told:
            sides = list(self.sides)
            sides[one.at] = SweepSide(sides[one.at].model, one.sweep.paces, one.sweep.problems)
            self.sides = tuple(sides)
        at = told[-1].at
        done = at * len(SIZES) + len(self.sides[at].paces)
        size = SIZES[min(len(self.sides[at].paces), len(SIZES) - 1)]
        what = f"{short(self.sides[at].model)}, {size:,} texts a request"
        self.progress = SweepProgress(what, done, len(SIZES) * len(self.sides))
        self._changed()

    def _ended(self, problem: str) -> None:
        self._run = self.progress = None
        self.problem = problem
        for key, side in zip(self._keys, self.sides, strict=True):
            self._measured(key, side)
        self._changed()

    def stop(self) -> bool:
        """Give it up; what was measured stays. Returns whether there was something."""
        if self._run is None:
            return False
        self._run.cancel()
        return True

    def clear(self) -> None:
        """What was measured is of other models."""
        if self._run is not None:
            self._run.drop()
        self._run = self.progress = None
        self.sides, self.problem = (), ""
