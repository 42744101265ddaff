"""Having texts embedded: what is in the store at once; the rest by the server, few by themselves, many when asked."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, cast

from lmstudio_tui.store.embeddings import VectorKey, content_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lmstudio_tui.features.embeddings.embedded import Embedded, EmbeddingProgress
    from lmstudio_tui.features.embeddings.text_set import TextSet
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
        changed: is told how far it is.
        ended: is told that it has ended.
        failed: is told of a defect, in words.

    Attributes:
        sides: what there is of each model.
        shown: what these are of; None while there are none.
        job: what was to be embedded last.
        progress: how far it is; None while nothing is asked of the server.
        stopping: whether it was told to end.
    """

    def __init__(
        self,
        runs: Runs,
        shelf: EmbeddingShelf,
        changed: Callable[[], None],
        ended: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        self._runs = runs
        self._shelf = shelf
        self._changed = changed
        self._ended = ended
        self._failed = failed
        self._run: Run[Step, None] | None = None
        self._known = _Known()
        self._coming: list[Embedded] = []
        self.sides: tuple[Embedded, ...] = ()
        self.shown: Job | None = None
        self.job: Job | None = None
        self.progress: Step | None = None
        self.stopping = False
        self._since = 0.0

    @property
    def running(self) -> bool:
        """Whether something is under way."""
        return self._run is not None

    @property
    def asking(self) -> bool:
        """Whether the server is being asked."""
        return self.running and self.progress is not None

    @property
    def waited_s(self) -> float:
        """Seconds since the model was asked for the first time; 0 while nothing is asked of the server."""
        return time.monotonic() - self._since if self.asking else 0.0

    @property
    def measured(self) -> dict[VectorKey, Embedded]:
        """How quickly each model has answered the last time, also when that was given up before its end."""
        return self._known.measured.copy()

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
        self.progress = None
        if job.extent == "all":
            self._known.refused.clear()
        self.job, self.stopping, self._coming = job, False, []
        if self.shown is None:
            # They are of the texts as they were before, of which there may have been fewer.
            self.sides = ()
        shelf, known = self._shelf, self._known

        def work(emit: Callable[[Step], None], scope: CancelScope) -> None:
            for model in job.models:
                emit(Step(model, embedded=_embedded(job, model, shelf, known, emit, scope)))

        self._run = self._runs.start(
            work, items=self._take, finished=self._finished, crashed=self._crashed, name="embed"
        )

    def stop(self) -> None:
        """End it; what is done is kept."""
        if self._run is not None:
            self.stopping = True
            self._run.cancel()

    def clear(self) -> None:
        """There is nothing to embed."""
        if self._run is not None:
            self._run.drop()
        self._run = self.job = self.shown = self.progress = None
        self.sides = ()

    def _take(self, steps: list[Step]) -> None:
        for step in steps:
            if step.embedded is not None:
                self._coming.append(step.embedded)
                if self.shown is None:
                    # Where nothing is shown yet, the first model is shown while the second one is asked.
                    self.sides = tuple(self._coming)
            elif step.progress is not None and step.progress.asking:
                if self.progress is None or self.progress.model != step.model:
                    self._since = time.monotonic()
                self.progress = step
        self._changed()

    def _finished(self, result: None) -> None:
        del result
        self._run = self.progress = None
        self.sides, self.shown, self.stopping = tuple(self._coming), self.job, False
        self._ended()

    def _crashed(self, error: BaseException) -> None:
        self._run = self.progress = None
        self.stopping = False
        self._failed(f"Something went wrong in the app itself ({type(error).__name__}).")
        self._ended()


@dataclass(slots=True)
class _Known:
    """What earlier requests have shown. It is noted in their threads, of which the last may have been given up.

    Attributes:
        refused: texts that a model would not embed, and why.
        answered: the model that has answered, where it is called otherwise than the one that was asked.
        measured: what came of asking each model the last time, without the vectors, which may be many.
    """

    refused: dict[tuple[VectorKey, bytes], str] = field(default_factory=dict[tuple[VectorKey, bytes], str])
    answered: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    measured: dict[VectorKey, Embedded] = field(default_factory=dict[VectorKey, "Embedded"])


def _embedded(
    job: Job, model: str, shelf: EmbeddingShelf, known: _Known, emit: Callable[[Step], None], scope: CancelScope
) -> Embedded:
    """What there is of one model in the end. Blocks."""
    from lmstudio_tui.features.embeddings.embedding import embed_texts
    from lmstudio_tui.features.embeddings.keys import vector_key

    key, sent = vector_key(job.server, known.answered.get((job.server, model), model)), job.texts.sent
    hashes = [content_hash(text) for text in sent]
    refused = {index: known.refused[key, one] for index, one in enumerate(hashes) if (key, one) in known.refused}
    kept = [index for index in range(len(sent)) if index not in refused]
    texts = [sent[index] for index in kept] if refused else sent

    def tell(progress: EmbeddingProgress) -> None:
        emit(Step(model, progress))

    asks = job.client is not None and job.extent != "store"
    if asks and job.extent == "few" and len(texts) > AUTOMATIC:
        found = embed_texts(_as_client(_Nobody()), shelf, key, texts, scope=scope)
        asks = found.error is None and 0 < found.count - found.embedded <= AUTOMATIC
        if not asks:
            return _among_all(replace(found, model_asked=model), kept, refused)
    client = _as_client(_Asking(job.client, model) if asks and job.client is not None else _Nobody())
    found = embed_texts(client, shelf, key, texts, tell=tell, scope=scope)
    if found.asked:
        known.measured[found.key] = replace(found, matrix=None, row_of=(), indices=(), refused={})
    known.answered[job.server, model] = found.key.model
    known.refused.update({(found.key, hashes[kept[at]]): why for at, why in found.refused.items()})
    return _among_all(replace(found, model_asked=model), kept, refused)


def _among_all(found: Embedded, kept: list[int], refused: dict[int, str]) -> Embedded:
    """With the texts in their places that were not asked for again, because they were refused before."""
    if not refused:
        return found
    indices = tuple(kept[index] for index in found.indices)
    rows = {index: row for row, index in enumerate(indices)}
    return replace(
        found,
        row_of=tuple(rows.get(index) for index in range(len(kept) + len(refused))),
        indices=indices,
        refused={**refused, **{kept[at]: why for at, why in found.refused.items()}},
    )


def _as_client(one: _Nobody | _Asking) -> LMStudioSDK:
    """All that is asked of a client here is to embed."""
    return cast("LMStudioSDK", one)


@dataclass(frozen=True, slots=True)
class _Asking:
    """A server that is asked for the model by the name that was chosen, whatever it calls itself."""

    client: LMStudioSDK
    model: str

    def stream_embedding(
        self, request: EmbeddingRequest, *, batch_size: int | None, skip_refused: bool, scope: CancelScope
    ) -> Iterator[EmbeddingBatch]:
        """Embed texts."""
        asked = request.model_copy(update={"model": self.model or None})
        return self.client.stream_embedding(asked, batch_size=batch_size, skip_refused=skip_refused, scope=scope)


class _Nobody:
    """A server that embeds nothing: what is in the store is then all there is."""

    def stream_embedding(self, request: EmbeddingRequest, **options: object) -> Iterator[EmbeddingBatch]:
        """Nothing comes."""
        del request, options
        return iter(())
