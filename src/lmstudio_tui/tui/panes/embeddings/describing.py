"""What is known and was measured of each model, as a table; and measuring how quickly it embeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.features.embeddings.memory import memory_limit
from lmstudio_tui.features.embeddings.sweeping import SIZES, Sweep, paces_of, sweep
from lmstudio_tui.features.models import size_in_words
from lmstudio_tui.sdk import LMStudioError, RequestCancelledError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.embeddings.facts_view import FactRow, FactsTable, SweepProgress, SweepSide
from lmstudio_tui.tui.panes.embeddings.words import error_in_words, in_quotes, short

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lmstudio_tui.features.embeddings.embedded import Embedded
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.store.embeddings import ShelfSizes, VectorKey
    from lmstudio_tui.tui.panes.embeddings.working import Job
    from lmstudio_tui.tui.worker_bridge import Run, Runs
    from lmstudio_tui.vectors.values import SetFacts


def table_of(
    job: Job,
    sides: Sequence[Embedded],
    facts: Sequence[SetFacts | None],
    sizes: ShelfSizes,
    measured: Mapping[VectorKey, Embedded],
    broken: LMStudioError | None = None,
) -> FactsTable:
    """The table.

    Args:
        job: what was embedded.
        sides: what came of it.
        facts: what was computed of the vectors; None while it is being computed.
        sizes: what is in the store.
        measured: how quickly each model has answered the last time, if it was asked.
        broken: why the last run has ended early.
    """
    asked = [measured.get(side.key, side) for side in sides]
    both = list(zip(sides, facts, strict=True))
    kept = {(key.server, key.model): count for key, count in sizes.vectors}
    rows = [
        FactRow("Vectors"),
        FactRow("dimensions", tuple(f"{side.dimensions:,}" if side.dimensions else "·" for side in sides)),
        FactRow("lengths", tuple(_lengths(one) for _, one in both)),
        FactRow("normalised", tuple("…" if one is None else "yes" if one.normalised else "no" for _, one in both)),
        FactRow("the same twice", tuple("…" if one is None else f"{one.same:,}" for _, one in both)),
        FactRow("numbers", tuple(_precision(side) for side in sides)),
        FactRow("Texts"),
        FactRow("embedded", tuple(f"{side.embedded:,} of {side.count:,}" for side in sides)),
        *([FactRow("it ended early", (error_in_words(broken),), "bad")] if broken is not None else []),
        *_if_any("refused", [len(side.refused) for side in sides], "warn"),
        FactRow("out of the store", tuple(f"{side.reused:,}" for side in sides)),
        FactRow("Speed, when last asked"),
        FactRow("texts", tuple(f"{side.asked:,}" if side.asked else "·" for side in asked)),
        FactRow("tokens, as counted", tuple(_tokens(side) for side in asked)),
        FactRow("texts in a second", tuple(_pace(side) for side in asked)),
        FactRow("per text", tuple(_per_text(side) for side in asked)),
        FactRow("per request", tuple(_per_request(side) for side in asked)),
        FactRow("Room"),
        FactRow("memory", tuple(_memory(side) for side in sides)),
        FactRow("memory, at most", (f"{size_in_words(memory_limit())}, half of the machine's",)),
        FactRow("vectors in the store", tuple(f"{kept.get((side.key.server, side.key.model), 0):,}" for side in sides)),
        FactRow(
            "store on disk", (f"{size_in_words(sizes.bytes)}, {sizes.sets:,} {'set' if sizes.sets == 1 else 'sets'}",)
        ),
        FactRow("Asked"),
        FactRow("server", (clean_line(job.server),)),
        FactRow("before each text", (_prefix(job.texts.document_prefix),)),
        FactRow("before a query", (_prefix(job.texts.query_prefix),)),
    ]
    notes = dict.fromkeys(clean_line(problem) for side in sides for problem in side.problems)
    return FactsTable(tuple(side.key.model for side in sides), tuple(rows), tuple(notes))


def _if_any(label: str, counts: Sequence[int], tone: str) -> list[FactRow]:
    cells = tuple(f"{count:,}" for count in counts)
    return [FactRow(label, cells, "warn" if tone == "warn" else "plain")] if any(counts) else []


def _lengths(facts: SetFacts | None) -> str:
    if facts is None:
        return "…"
    low, mean, high = facts.norms
    return f"{mean:.4g}" if f"{low:.4g}" == f"{high:.4g}" else f"{low:.4g} … {high:.4g}, mean {mean:.4g}"


def _precision(side: Embedded) -> str:
    if side.matrix is None:
        return "·"
    return f"{side.matrix.values.itemsize * 8} bits"


def _tokens(side: Embedded) -> str:
    if not side.asked:
        return "·"
    return "the server does not say" if not side.prompt_tokens else f"{side.prompt_tokens:,}"


def _pace(side: Embedded) -> str:
    return f"{side.asked / side.took_s:,.0f}" if side.asked and side.took_s > 0 else "·"


def _per_text(side: Embedded) -> str:
    return f"{side.took_s / side.asked * 1000:,.1f} ms" if side.asked else "·"


def _per_request(side: Embedded) -> str:
    paces = paces_of(side.batches)
    if not paces:
        return "·"
    common = max(paces, key=lambda pace: pace.requests * pace.size)
    return f"{common.latency_s * 1000:,.0f} ms for {common.size:,}"


def _memory(side: Embedded) -> str:
    return "·" if side.matrix is None else size_in_words(side.matrix.bytes)


def _prefix(prefix: str) -> str:
    return in_quotes(prefix) if prefix else "nothing"


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

    Attributes:
        sides: what was measured.
        progress: how far it is; None while nothing is measured.
        problem: why it has ended early, in a sentence.
    """

    def __init__(self, runs: Runs, changed: Callable[[], None]) -> None:
        self._runs = runs
        self._changed = changed
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
        keys = [side.key for side in sides]
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
