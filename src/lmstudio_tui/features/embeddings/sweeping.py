"""How quickly a server embeds, by how many texts a request has. Measured with real requests, never out of the store."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median
from typing import TYPE_CHECKING, Final

from lmstudio_tui.sdk import EmbeddingRequest, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lmstudio_tui.features.embeddings.embedded import BatchTime
    from lmstudio_tui.sdk import CancelScope, EmbeddingBatch, LMStudioSDK
    from lmstudio_tui.store.embeddings.records import VectorKey

SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128)
"""Texts for each request that are tried."""
SECONDS_EACH: Final = 1.5
_MOST_REQUESTS: Final = 50
"""For each size: a server that is as quick as that is measured well enough."""


@dataclass(frozen=True, slots=True)
class BatchPace:
    """How quickly requests of one size were answered.

    Attributes:
        size: texts in each.
        requests: how many there were.
        latency_s: seconds that one took, the middle one of them.
        texts_per_s: texts embedded in a second at that latency.
    """

    size: int
    requests: int
    latency_s: float
    texts_per_s: float

    @property
    def per_text_s(self) -> float:
        """Seconds for each text."""
        return self.latency_s / self.size


@dataclass(frozen=True, slots=True)
class Sweep:
    """What was measured.

    Attributes:
        paces: of each size, the smallest first.
        problems: what is to be known about it, a sentence each.
    """

    paces: tuple[BatchPace, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def best(self) -> BatchPace | None:
        """The one with the most texts in a second."""
        return max(self.paces, key=lambda pace: pace.texts_per_s, default=None)


def paces_of(batches: Sequence[BatchTime]) -> tuple[BatchPace, ...]:
    """How quickly requests of each size were answered, the smallest first."""
    by_size: dict[int, list[float]] = {}
    for batch in batches:
        by_size.setdefault(batch.size, []).append(batch.took_s)
    return tuple(_pace(size, by_size[size]) for size in sorted(by_size))


def sweep(
    client: LMStudioSDK,
    key: VectorKey,
    texts: Sequence[str],
    *,
    sizes: Sequence[int] = SIZES,
    seconds_each: float = SECONDS_EACH,
    tell: Callable[[Sweep], None] = lambda _: None,
    scope: CancelScope | None = None,
) -> Sweep:
    """Try sizes of requests one after the other. It blocks; it ends soon after the scope is cancelled.

    The first request is not counted: it may load the model. Each size gets different texts from one request to the
    next, as far as there are enough, so that no server answers out of what it remembers.

    Args:
        client: of the server.
        key: by which model, in how many dimensions.
        texts: as they are sent, with their prefix; ones that the server embeds.
        sizes: texts for each request.
        seconds_each: for about so long each size is tried; once at least.
        tell: is told what was measured so far, after each size.
        scope: ends it.

    Raises:
        ValidationError: when there are no texts.
        LMStudioError: when the server does not embed them; `RequestCancelledError` when it was cancelled.
    """
    if not texts:
        raise ValidationError("Without texts nothing can be measured.", field="input", hint="Add some texts.")
    tester = _Tester(client, key, cycle(texts), seconds_each, scope)
    tester.request(1)
    found = Sweep()
    if len(texts) < max(sizes):
        few = f"There are {len(texts):,} texts: in larger requests they are there more than once."
        found = Sweep(problems=(few,))
    for size in sizes:
        times = tester.times(size)
        if not times:
            most = f"The server does not take {size:,} texts at once."
            return Sweep(found.paces, (*found.problems, most))
        found = Sweep((*found.paces, _pace(size, times)), found.problems)
        tell(found)
    return found


@dataclass
class _Tester:
    client: LMStudioSDK
    key: VectorKey
    texts: Iterator[str]
    seconds: float
    scope: CancelScope | None

    def times(self, size: int) -> list[float]:
        """How long requests of that size took; nothing when the server takes no such."""
        found: list[float] = []
        until = time.monotonic() + self.seconds
        while not found or (time.monotonic() < until and len(found) < _MOST_REQUESTS):
            batch = self.request(size)
            if batch is None or len(batch.indices) + len(batch.refused) < size:
                return []
            found.append(batch.took_s)
        return found

    def request(self, size: int) -> EmbeddingBatch | None:
        """What came first of the next texts."""
        request = EmbeddingRequest(
            input=list(islice(self.texts, size)), model=self.key.model or None, dimensions=self.key.dimensions or None
        )
        batches = self.client.stream_embedding(request, batch_size=size, scope=self.scope)
        return next(iter(batches), None)


def _pace(size: int, times: Sequence[float]) -> BatchPace:
    latency = median(times)
    return BatchPace(size, len(times), latency, size / latency if latency > 0 else 0.0)
