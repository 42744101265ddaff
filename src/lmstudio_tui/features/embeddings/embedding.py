"""Texts into vectors: out of the store what is there, from the server what is not.

What comes from the server is kept batch by batch, so that whatever ends it costs no more than the batch on its way;
asked again, it goes on where it was.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lmstudio_tui.features.embeddings.embedded import BatchTime, Embedded, EmbeddingProgress
from lmstudio_tui.features.embeddings.keeping import Keeping
from lmstudio_tui.features.embeddings.keys import same_model
from lmstudio_tui.features.embeddings.memory import check_memory
from lmstudio_tui.sdk import CancelScope, EmbeddingRequest, LMStudioError, ProtocolError, RequestCancelledError
from lmstudio_tui.store.embeddings.records import content_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lmstudio_tui.sdk import EmbeddingBatch, LMStudioSDK
    from lmstudio_tui.store.embeddings import EmbeddingShelf
    from lmstudio_tui.store.embeddings.records import VectorKey
    from lmstudio_tui.vectors.values import Vector

_AHEAD = 2
"""Batches ahead of the one that has come, for which it is looked whether somebody else has had them embedded."""


def embed_texts(
    client: LMStudioSDK,
    shelf: EmbeddingShelf | None,
    key: VectorKey,
    texts: Sequence[str],
    *,
    batch_size: int | None = None,
    tell: Callable[[EmbeddingProgress], None] = lambda _: None,
    scope: CancelScope | None = None,
    anew: bool = False,
    memory: int | None = None,
) -> Embedded:
    """Embed texts, none of them twice. It blocks; it ends soon after the scope is cancelled.

    What goes wrong with the server or the store is no exception, but told with what there is.

    Args:
        client: of the server.
        shelf: has the vectors of earlier times, and keeps these; None for none.
        key: of which server, by which model (empty: the server's choice), in how many dimensions.
        texts: as they are sent, with their prefix.
        batch_size: texts for each request; None leaves it to the client.
        tell: is told how far it is, in the thread that calls.
        scope: ends it.
        anew: whether all are to be embedded, whatever is kept of them.
        memory: bytes that the vectors may take; None for half of what the machine has.

    Returns:
        what there is, also when it ended early: then `stopped` or `error` says so.
    """
    return _Work(client, shelf, key, texts, batch_size, tell, scope or CancelScope(), anew, memory).run()


@dataclass
class _Work:
    client: LMStudioSDK
    shelf: EmbeddingShelf | None
    key: VectorKey
    texts: Sequence[str]
    batch_size: int | None
    tell: Callable[[EmbeddingProgress], None]
    scope: CancelScope
    anew: bool
    memory: int | None
    hashes: list[bytes] = field(init=False)
    times: Counter[bytes] = field(init=False)
    """How often each text is there."""
    model: str = field(init=False)
    store: Keeping = field(init=False)
    vectors: dict[bytes, Vector] = field(default_factory=dict[bytes, "Vector"])
    reused: dict[bytes, Vector] = field(default_factory=dict[bytes, "Vector"])
    """Those of the vectors that came out of the store."""
    refused: dict[bytes, str] = field(default_factory=dict[bytes, str])
    too_long: set[bytes] = field(default_factory=set[bytes])
    made: int = 0
    batches: list[BatchTime] = field(default_factory=list[BatchTime])
    tokens: int | None = 0
    problems: list[str] = field(default_factory=list[str])
    progress: EmbeddingProgress = field(init=False)
    began: float | None = None
    renamed: bool = False
    changed: bool = False
    """Whether other texts are missing than were when the server was asked."""
    backwards: bool = False
    """Whether the last texts are asked for first, because somebody else is at the first ones."""
    stopped: bool = False
    error: LMStudioError | None = None

    def __post_init__(self) -> None:
        self.hashes = [content_hash(text) for text in self.texts]
        self.times = Counter(self.hashes)
        self.model = self.key.model
        self.store = Keeping(self.shelf, self._say)
        self.progress = EmbeddingProgress(0, len(self.texts))

    def run(self) -> Embedded:
        try:
            if not self.anew:
                self._look_up()
            self.tell(self.progress)
            self.changed = True
            while self.changed and (missing := self._missing()):
                self.changed = False
                self._ask(missing)
        except RequestCancelledError:
            self.stopped = True
        except LMStudioError as error:
            self.error = error
        return self._result()

    # The store

    def _look_up(self) -> None:
        """Take what is there already of the texts that have no vector yet."""
        missing = [hash_ for hash_ in self.times if hash_ not in self.vectors]
        found = self.store.found(self.key, missing, self.scope.raise_if_cancelled)
        if self.made and found and len(next(iter(found.values()))) != len(next(iter(self.vectors.values()))):
            # Somebody else has another model of that name at this very time.
            self.store.leave()
            return
        if found:
            self._check(next(iter(found.values())))
            self.reused.update(found)
            self.vectors.update(found)
            self.changed = True
            self._count(reused=self._texts_of(found))

    def _look_ahead(self, batch: EmbeddingBatch, hashes: Sequence[bytes], made: Sequence[tuple[bytes, Vector]]) -> None:
        """See whether another program is having the same texts embedded, before these are kept.

        Whoever finds that it was second with a batch goes on from the other end, so that they meet in the middle.
        """
        if self.anew or not made:
            return
        if self.store.found(self.key, [hash_ for hash_, _ in made]):
            self.backwards = not self.backwards
            self.changed = True
            self._look_up()
            return
        after = max(batch.indices) + 1
        ahead = [hash_ for hash_ in hashes[after : after + _AHEAD * len(made)] if hash_ not in self.vectors]
        if ahead and self.store.found(self.key, ahead):
            self._look_up()

    def _drop(self) -> None:
        """Let go of what came out of the store."""
        if self.reused:
            self.changed = True
            self._count(reused=-self._texts_of(self.reused))
            for hash_ in self.reused:
                del self.vectors[hash_]
            self.reused.clear()

    # The server

    def _missing(self) -> dict[bytes, str]:
        """What is still to be embedded, each once, in the order of the texts."""
        pairs = zip(self.hashes, self.texts, strict=True)
        there = {hash_: text for hash_, text in pairs if hash_ not in self.vectors and hash_ not in self.refused}
        return dict(reversed(there.items())) if self.backwards else there

    def _ask(self, missing: dict[bytes, str]) -> None:
        """Have these embedded, as long as it is these that are missing."""
        hashes = list(missing)
        texts, dimensions = list(missing.values()), self.key.dimensions or None
        request = EmbeddingRequest(input=texts, model=self.model or None, dimensions=dimensions)
        self.began = self.began or time.monotonic()
        if not self.progress.asking:
            self.progress = replace(self.progress, asking=True)
            self.tell(self.progress)
        answers = self.client.stream_embedding(request, batch_size=self.batch_size, skip_refused=True, scope=self.scope)
        for batch in answers:
            self._settle(batch)
            self._take(batch, hashes)
            self.tell(self.progress)
            if self.changed:
                return

    def _take(self, batch: EmbeddingBatch, hashes: Sequence[bytes]) -> None:
        made = [(hashes[index], vector) for index, vector in zip(batch.indices, batch.vectors, strict=True)]
        made = [(hash_, vector) for hash_, vector in made if hash_ not in self.reused]
        refused = {hashes[one.index]: one.message for one in batch.refused}
        self.vectors.update(made)
        self.refused.update(refused)
        self.too_long.update(hashes[one.index] for one in batch.refused if one.too_long)
        for problem in batch.problems:
            self._say(problem)
        if batch.vectors:
            self.batches.append(BatchTime(len(batch.vectors) + len(batch.refused), batch.took_s))
            counted = self.tokens is not None and batch.prompt_tokens is not None
            self.tokens = (self.tokens or 0) + (batch.prompt_tokens or 0) if counted else None
        self.made += len(made)
        self._count(made=self._texts_of(hash_ for hash_, _ in made), refused=self._texts_of(refused))
        self._look_ahead(batch, hashes, made)
        self.store.keep(self.key, made)

    def _settle(self, batch: EmbeddingBatch) -> None:
        """Make sure that what is there and what has come are of one model, whatever it is called.

        Raises:
            ProtocolError: when they cannot be.
            ValidationError: when they would not fit into the memory.
        """
        if batch.model and not same_model(self.key.model, batch.model):
            self._rename(batch.model)
        if not batch.vectors:
            return
        dimensions = len(batch.vectors[0])
        if self.vectors and (had := len(next(iter(self.vectors.values())))) != dimensions:
            self._start_over(had, dimensions)
        if not self.vectors:
            self._check(batch.vectors[0])

    def _rename(self, model: str) -> None:
        """Vectors are kept by the model that made them, not by the one that was asked."""
        if self.renamed:
            # It answers now with this one and now with that: nobody could use what would be kept.
            self.store.leave()
            return
        self.renamed = True
        self.key = replace(self.key, model=model)
        self._drop()
        if not self.anew:
            self._look_up()

    def _start_over(self, had: int, has: int) -> None:
        """Nothing that was kept is of the model that answers now.

        Raises:
            ProtocolError: when that model has answered before.
        """
        if self.made:
            raise ProtocolError(
                f"The model gave vectors of {had:,} numbers, and now of {has:,}: they cannot be compared.",
                hint="Was another model loaded in the meantime? Try again.",
            )
        self._say(f"The vectors that were kept have {had:,} numbers, the model now gives {has:,}: all are made anew.")
        self._drop()
        self.store.forget(self.key)

    def _check(self, vector: Vector) -> None:
        check_memory(len(self.texts), len(vector), vector.itemsize, self.memory)

    # What is told

    def _texts_of(self, hashes: Iterable[bytes]) -> int:
        """How many texts these are, those that are there twice counted twice."""
        return sum(self.times[hash_] for hash_ in hashes)

    def _count(self, *, made: int = 0, reused: int = 0, refused: int = 0) -> None:
        took_s = 0.0 if self.began is None else time.monotonic() - self.began
        self.progress = self.progress.further(took_s, made=made, reused=reused, refused=refused)

    def _say(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def _result(self) -> Embedded:
        indices = tuple(index for index, hash_ in enumerate(self.hashes) if hash_ in self.vectors)
        rows = {index: row for row, index in enumerate(indices)}
        matrix = None
        if indices:
            # numpy is imported when there is something to compute with.
            from lmstudio_tui.vectors.matrix import Matrix

            matrix = Matrix.of([self.vectors[self.hashes[index]] for index in indices])
            if self.key.dimensions not in (0, matrix.dimensions):
                # The client has said so of what came, nobody of what was kept.
                self._say(f"{self.key.dimensions:,} dimensions were asked for; the model gives {matrix.dimensions:,}.")
        return Embedded(
            key=self.key,
            model_asked=self.model,
            matrix=matrix,
            row_of=tuple(rows.get(index) for index in range(len(self.hashes))),
            indices=indices,
            refused={at: self.refused[hash_] for at, hash_ in enumerate(self.hashes) if hash_ in self.refused},
            too_long=self._texts_of(self.too_long),
            reused=self.progress.reused,
            kept=self._texts_of(self.store.kept | self.reused.keys()),
            asked=self.made,
            took_s=sum(batch.took_s for batch in self.batches),
            prompt_tokens=self.tokens,
            batches=tuple(self.batches),
            problems=tuple(self.problems),
            stopped=self.stopped,
            error=self.error,
        )
