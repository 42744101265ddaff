"""Having texts embedded: what is in the store at once, the rest by the server, a few by themselves and many when asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, cast

from lmstudio_tui.features.embeddings.embedded import Embedded, EmbeddingProgress
from lmstudio_tui.features.embeddings.text_set import TextSet
from lmstudio_tui.store.embeddings import VectorKey, content_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lmstudio_tui.sdk import CancelScope, EmbeddingBatch, EmbeddingRequest, LMStudioSDK
    from lmstudio_tui.store.embeddings import EmbeddingShelf
    from lmstudio_tui.tui.worker_bridge import Run, Runs

AUTOMATIC: Final = 200
"""So many missing texts are embedded without being asked for."""

Extent = Literal["store", "few", "all"]
"""What is done: only the store is asked; the server, too, if few are missing; the server, however many are."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be embedded.

    Attributes:
        client: of the server; None while there is none.
        server: whose vectors they are in the store.
        models: one or two.
        texts: with their prefixes.
        revision: which look of the set this is.
        extent: how much is done.
    """

    client: LMStudioSDK | None
    server: str
    models: tuple[str, ...]
    texts: TextSet
    revision: int
    extent: Extent


@dataclass(frozen=True, slots=True)
class Step:
    """How far it is, or what came of one of the models.

    Attributes:
        model: whose.
        progress: how far it is.
        embedded: what came of it, once it is done.
    """

    model: str
    progress: EmbeddingProgress | None = None
    embedded: Embedded | None = None


class Embedding:
    """Has a set embedded, one look of it at a time.

    Args:
        runs: what runs on behalf of the pane.
        shelf: keeps vectors.
        changed: is told that there is something else to show.
        ended: is told that it has ended.

    Attributes:
        sides: what there is of each model.
        job: what was to be embedded last.
        progress: how far it is; None while nothing is asked of the server.
    """

    def __init__(
        self, runs: Runs, shelf: EmbeddingShelf, changed: Callable[[], None], ended: Callable[[], None]
    ) -> None:
        self._runs = runs
        self._shelf = shelf
        self._changed = changed
        self._ended = ended
        self._run: Run[Step, None] | None = None
        self._refused: dict[tuple[VectorKey, bytes], str] = {}
        self._coming: list[Embedded] = []
        self.sides: tuple[Embedded, ...] = ()
        self.job: Job | None = None
        self.progress: Step | None = None
        self.stopping = False

    @property
    def running(self) -> bool:
        """Whether something is under way."""
        return self._run is not None

    @property
    def asking(self) -> bool:
        """Whether the server is being asked."""
        return self.running and self.progress is not None

    @property
    def missing(self) -> int:
        """How many vectors are not there that could be."""
        return sum(side.count - side.embedded - len(side.refused) for side in self.sides)

    def start(self, job: Job) -> None:
        """Embed this from now on. What was asked for in full goes on being so, while texts are added."""
        before = self.job
        if self._run is not None:
            if before is not None and before.extent == "all" and job.extent == "few" and not self.stopping:
                job = replace(job, extent="all")
            self._run.drop()
        if job.extent == "all":
            self._refused.clear()
        self.job, self.stopping, self._coming = job, False, []
        shelf, refused = self._shelf, self._refused

        def work(emit: Callable[[Step], None], scope: CancelScope) -> None:
            for model in job.models:
                emit(Step(model, embedded=_embedded(job, model, shelf, refused, emit, scope)))

        self._run = self._runs.start(work, items=self._take, finished=self._finished, crashed=self._crashed, name="embed")

    def stop(self) -> None:
        """End it; what is done is kept."""
        if self._run is not None:
            self.stopping = True
            self._run.cancel()

    def clear(self) -> None:
        """There is nothing to embed."""
        if self._run is not None:
            self._run.drop()
        self._run, self.job, self.progress, self.sides = None, None, None, ()

    def _take(self, steps: list[Step]) -> None:
        for step in steps:
            if step.embedded is not None:
                self._coming.append(step.embedded)
                # The other model's vectors are of the same texts, so both are shown as soon as they are there.
                if len(self._coming) == 1 or len(self._coming) == len(self.sides):
                    self.sides = tuple(self._coming)
            elif step.progress is not None and step.progress.took_s > 0:
                self.progress = step
        self._changed()

    def _finished(self, result: None) -> None:
        del result
        self._run = self.progress = None
        self.sides, self.stopping = tuple(self._coming), False
        self._ended()

    def _crashed(self, error: BaseException) -> None:
        self._run = self.progress = None
        self.stopping = False
        raise error


def _embedded(
    job: Job,
    model: str,
    shelf: EmbeddingShelf,
    refused: dict[tuple[VectorKey, bytes], str],
    emit: Callable[[Step], None],
    scope: CancelScope,
) -> Embedded:
    """What there is of one model in the end. Blocks."""
    from lmstudio_tui.features.embeddings.embedding import embed_texts

    key, sent = VectorKey(job.server, model), job.texts.sent
    hashes = [content_hash(text) for text in sent]
    known = {index: refused[key, one] for index, one in enumerate(hashes) if (key, one) in refused}
    kept = [index for index in range(len(sent)) if index not in known]
    texts = [sent[index] for index in kept] if known else sent

    def tell(progress: EmbeddingProgress) -> None:
        emit(Step(model, progress))

    nobody = cast("LMStudioSDK", _Nobody())
    client = nobody if job.client is None or job.extent == "store" else job.client
    found = None
    if client is not nobody and job.extent == "few" and len(texts) > AUTOMATIC:
        found = embed_texts(nobody, shelf, key, texts, scope=scope)
        if found.whole or found.error is not None or found.count - found.embedded > AUTOMATIC:
            return _among_all(found, kept, known)
    found = embed_texts(client, shelf, key, texts, tell=tell, scope=scope)
    refused.update({(key, hashes[kept[at]]): why for at, why in found.refused.items()})
    return _among_all(found, kept, known)


def _among_all(found: Embedded, kept: list[int], known: dict[int, str]) -> Embedded:
    """With the texts in their places that were not asked for again, because they were refused before."""
    if not known:
        return found
    indices = tuple(kept[index] for index in found.indices)
    rows = {index: row for row, index in enumerate(indices)}
    return replace(
        found,
        row_of=tuple(rows.get(index) for index in range(len(kept) + len(known))),
        indices=indices,
        refused={**known, **{kept[at]: why for at, why in found.refused.items()}},
    )


class _Nobody:
    """A server that embeds nothing: what is in the store is then all there is."""

    def stream_embedding(self, request: EmbeddingRequest, **options: object) -> Iterator[EmbeddingBatch]:
        """Nothing comes."""
        del request, options
        return iter(())
