"""Ranking the texts by a query: it is embedded by each model, in a thread, and the last one that was typed counts."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.embeddings.query_vectors import QueryVectors
from lmstudio_tui.sdk import LMStudioError, RequestCancelledError
from lmstudio_tui.tui.panes.embeddings.words import error_in_words, short
from lmstudio_tui.vectors.values import Stopped, VectorsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.features.embeddings.comparison import NearText
    from lmstudio_tui.features.embeddings.embedded import Embedded
    from lmstudio_tui.features.embeddings.text_set import TextSet
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.tui.worker_bridge import Run, Runs
    from lmstudio_tui.vectors.values import Metric, Vector

SHOWN: Final = 500
"""Texts that are listed at most."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked.

    Attributes:
        text: as it was typed.
        texts: that are ranked.
        sides: their vectors.
        metric: how near is measured.
        side: by whose ranks they are listed.
        client: embeds the query; None while there is none.
    """

    text: str
    texts: TextSet
    sides: tuple[Embedded, ...]
    metric: Metric
    side: int
    client: LMStudioSDK | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """What came of it.

    Attributes:
        query: what was asked.
        rows: the nearest texts.
        took_s: seconds to compare, without the server's.
        problem: why it is not as it should be, in a sentence.
    """

    query: Query
    rows: tuple[NearText, ...] = ()
    took_s: float = 0.0
    problem: str = ""


class Ranking:
    """Ranks, one query at a time.

    Args:
        runs: what runs on behalf of the pane.
        ranked: is told what came of it.
    """

    def __init__(self, runs: Runs, ranked: Callable[[Ranked], None]) -> None:
        self._runs = runs
        self._ranked = ranked
        self._vectors = QueryVectors()
        self._run: Run[None, Ranked | None] | None = None

    @property
    def running(self) -> bool:
        """Whether something is being ranked."""
        return self._run is not None

    def ask(self, query: Query) -> None:
        """Rank the texts by this from now on."""
        self.drop()
        vectors = self._vectors

        def work(emit: object, scope: CancelScope) -> Ranked | None:
            del emit
            try:
                return _ranked(query, vectors, scope)
            except (RequestCancelledError, Stopped):
                return None
            except LMStudioError as error:
                return Ranked(query, problem=error_in_words(error))
            except VectorsError as error:
                return Ranked(query, problem=str(error))

        def done(found: Ranked | None) -> None:
            self._run = None
            if found is not None:
                self._ranked(found)

        self._run = self._runs.start(work, finished=done, name="rank")

    def drop(self) -> None:
        """Hear no more of what is being ranked."""
        if self._run is not None:
            self._run.drop()
            self._run = None


def _ranked(query: Query, vectors: QueryVectors, scope: CancelScope) -> Ranked:
    from lmstudio_tui.features.embeddings.comparison import nearest

    problems: list[str] = []
    queries: list[Vector | None] = []
    for side in query.sides:
        try:
            queries.append(_vector(query, side, vectors, scope))
        except RequestCancelledError:
            raise
        except LMStudioError as error:
            # One model may well embed what the other one does not.
            queries.append(None)
            problems.append(
                f"{short(side.key.model)}: {error_in_words(error)}" if len(query.sides) > 1 else error_in_words(error)
            )
    began = time.perf_counter()
    found = nearest(query.sides, queries, query.metric, lambda: scope.cancelled)
    side = query.side if query.side < len(query.sides) and found.count(query.side) else 0
    if not found.count(side) and len(query.sides) > 1:
        side = 1
    rows = tuple(found.top(SHOWN, side))
    took = time.perf_counter() - began
    if not problems and all(one is None for one in queries):
        problems.append("No server embeds a query now. Enter in the list takes a text of the set as one.")
    return Ranked(query, rows, took, " ".join(problems))


def _vector(query: Query, side: Embedded, vectors: QueryVectors, scope: CancelScope) -> Vector | None:
    """The query's vector; without a server that of the same text in the set."""
    if query.client is not None:
        return vectors.vector(query.client, side, query.texts.sent_query(query.text), scope)
    same = next(
        (at for at, record in enumerate(query.texts.records) if record.text.strip() == query.text.strip()), None
    )
    return None if same is None else side.vector(same)
