"""What the embeddings pane works with: the set in front, the server, the models, the vectors. It shows nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.server_view import ServerView
from lmstudio_tui.store.embeddings import ShelfSizes, StoreError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import key_of, told
from lmstudio_tui.tui.panes.embeddings.choosing import Choice, choice_in_store, choice_of
from lmstudio_tui.tui.panes.embeddings.set_desk import SetDesk
from lmstudio_tui.tui.panes.embeddings.words import (
    absence_in_words,
    asking_in_words,
    count_of,
    empty_in_words,
    no_model_in_words,
    nothing_came_yet,
    short,
    unable_in_words,
)
from lmstudio_tui.tui.panes.embeddings.working import AUTOMATIC, Embedding, Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.features.embeddings.embedded import Embedded
    from lmstudio_tui.sdk import CancelScope, LMStudioError, LMStudioSDK
    from lmstudio_tui.store.embeddings import EmbeddingShelf
    from lmstudio_tui.tui.panes.embeddings.working import Extent
    from lmstudio_tui.tui.worker_bridge import Run, Runs

_LONG_S: Final = 3.0
"""Seconds after which one may have gone elsewhere, and is told of the end."""


class Desk(SetDesk):
    """Holds all of it together. Nothing here blocks.

    Args:
        runs: what runs on behalf of the pane.
        shelf: where sets and vectors are kept.
        changed: is told that there is something else to show.
        progressed: is told that an embedding has come farther.
        ended: is told that an embedding has ended.
        failed: is told what went wrong in passing, in words.

    Attributes:
        embedding: what is being embedded.
        choice: the models, and whose vectors are looked for.
        sizes: what is in the store, as it was last seen.
        view: of the server.
        stopped: whether the last run was stopped by a key.
        broken: why the last run that asked a server has ended early; stays until something else is done.
    """

    def __init__(
        self,
        runs: Runs,
        shelf: EmbeddingShelf,
        changed: Callable[[], None],
        progressed: Callable[[], None],
        ended: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        super().__init__(runs, shelf, failed)
        self._changed = changed
        self._ended = ended
        self._client: LMStudioSDK | None = None
        self._default: str | None = None
        self._settled: object = None
        self._looking: Run[None, ShelfSizes] | None = None
        self.embedding = Embedding(runs, shelf, progressed, self._embedding_ended, failed)
        self.choice = Choice()
        self.sizes = ShelfSizes()
        self.view = ServerView("")
        self.stopped = False
        self.broken: LMStudioError | None = None

    @property
    def sides(self) -> tuple[Embedded, ...]:
        """What there is of each model."""
        return self.embedding.sides

    @property
    def shown(self) -> Job | None:
        """What these are of."""
        return self.embedding.shown or self.embedding.job

    @property
    def behind(self) -> bool:
        """Whether the vectors are of other texts than those in front now."""
        return self.shown is None or self.shown.revision != self.held.revision

    @property
    def client(self) -> LMStudioSDK | None:
        """Who embeds; None while nobody does."""
        return self._client if self.view.online and not unable_in_words(self.view) else None

    @property
    def can_ask(self) -> bool:
        """Whether the server can be asked for what is missing."""
        return self.client is not None and bool(self.choice.models)

    @property
    def long(self) -> bool:
        """Whether the last embedding took so long that one may have gone elsewhere."""
        return sum(side.took_s for side in self.sides) > _LONG_S

    def _held_changed(self) -> None:
        self.stopped, self.broken = False, None
        self.look_again()
        self._changed()

    def _drop_vectors(self) -> None:
        self.embedding.clear()

    # The server, and the models

    def use_client(self, client: LMStudioSDK) -> None:
        """Another server: what was being asked of the one before is dropped, and what came of it is kept."""
        self._client, self._settled, self.broken = client, None, None
        self._settle()

    def see(self, view: ServerView) -> None:
        """Take note of what the server is like."""
        self.view = view
        self._settle()

    def use_default(self, model: str | None) -> None:
        """Take note of the model that is used for embeddings on this server."""
        self._default = model
        self._settle()

    def use_model(self, model: str) -> None:
        """Embed by this from now on; a second model stays."""
        if not self.loaded:
            self._early.append(lambda: self.use_model(model))
            return
        self.use_models(model, *(name for name in self.held.models[1:] if name != model))

    def use_models(self, *models: str) -> None:
        """Embed by these from now on."""
        self.broken = None
        self.held.use_models(*models)
        self.look_again()
        self._changed()

    def _settle(self) -> None:
        """Look again where the server, or what it has, is another one."""
        job = self.embedding.job
        if self.embedding.asking and not self.view.online and job is not None and job.client is self._client:
            # A server that is busy with the texts may not answer a look at it: what is asked of it ends by itself.
            return
        now = (self._client, self.view.presence, self._chosen(), bool(unable_in_words(self.view)))
        if now != self._settled:
            self._settled = now
            self.look_again()
            self._changed()

    def _chosen(self) -> Choice:
        wanted = self.held.models
        if not wanted and self.choice.server and self.choice.models:
            wanted = () if self._default else self.choice.models[:1]
        return choice_of(self.view, wanted, self._default)

    # Embedding

    def look_again(self, extent: Extent = "few") -> None:
        """See what is in the store, and embed what is missing."""
        if not self.loaded:
            return
        self.stopped = False
        if not self.held.count:
            self.embedding.clear()
            self.choice = self._chosen()
        elif self.view.online:
            self.choice = self._chosen()
            self._settled = (self._client, self.view.presence, self.choice, bool(unable_in_words(self.view)))
            self._start(extent)
        else:
            self._look_in_store()

    def _look_in_store(self) -> None:
        """Without a server, what was kept is shown all the same."""
        if self._looking is not None:
            self._looking.drop()

        def found(sizes: ShelfSizes) -> None:
            self._looking, self.sizes = None, sizes
            if not self.view.online:
                self.choice = choice_in_store(self.view, self.held.models, self._default, sizes.vectors)
                self._start("store")
            self._changed()

        self._looking = self._measure(found)

    def measure_store(self) -> None:
        """See how much is in the store."""

        def found(sizes: ShelfSizes) -> None:
            self.sizes = sizes
            self._changed()

        self._measure(found)

    def _measure(self, found: Callable[[ShelfSizes], None]) -> Run[None, ShelfSizes]:
        shelf = self.shelf

        def look(emit: object, scope: CancelScope) -> ShelfSizes:
            del emit, scope
            try:
                return shelf.sizes()
            except StoreError:
                return ShelfSizes()

        return self._runs.start(look, finished=found, name="embeddings")

    def _start(self, extent: Extent) -> None:
        if not self.choice.models:
            self.embedding.clear()
            return
        choice, held = self.choice, self.held
        self.embedding.start(Job(self.client, choice.server, choice.models, held.texts, held.revision, extent))

    def stop(self) -> None:
        """End the embedding; what is done is kept."""
        self.stopped = True
        self.embedding.stop()

    def embed(self) -> None:
        """Embed what is missing, however much it is."""
        self.broken = None
        self.look_again("all")

    def _embedding_ended(self) -> None:
        error = next((side.error for side in self.sides if side.error is not None), None)
        if error is not None or not self.embedding.missing:
            self.broken = error
        self._ended()
        self._settle()

    # How it stands

    def notice(self) -> tuple[str, ...]:
        """Why there is nothing to be seen, and what to do; nothing where there is."""
        if not self.loaded:
            return ("…",)
        if not self.held.count:
            return empty_in_words()
        if any(side.embedded for side in self.sides):
            return ()
        if self.embedding.running or self._looking is not None:
            return (self._doing(),)
        if not self.view.online:
            return absence_in_words(self.view)
        if unable := unable_in_words(self.view):
            return unable
        if not self.choice.models:
            return no_model_in_words(self.view)
        return self._nothing_came()

    def _doing(self) -> str:
        step = self.embedding.progress
        if step is None or step.progress is None:
            return "Looking in the store …"
        if nothing_came_yet(step.progress):
            return asking_in_words(step.model, step.progress)
        return "The views are here at the end, or when you stop it."

    def says_broken(self, notice: tuple[str, ...]) -> bool:
        """Whether a notice says already why the last run has ended early."""
        return self.broken is not None and clean_line(self.broken.message) in notice

    def _nothing_came(self) -> tuple[str, ...]:
        model = short(self.choice.models[0])
        error = self.broken
        if error is not None:
            return (
                f"{model} did not embed the texts.",
                clean_line(error.message),
                clean_line(error.hint),
                "",
                told("{embeddings.embed} tries again, {embeddings.model} chooses another model."),
            )
        refused = next((why for side in self.sides for why in side.refused.values()), "")
        if refused:
            return (
                f"{model} refused all texts.",
                clean_line(refused),
                "",
                told("{embeddings.embed} tries again, {embeddings.model} chooses another model."),
            )
        if self.stopped:
            return (
                f"Stopped before {model} answered.",
                "",
                told("{embeddings.embed} asks again, {embeddings.model} chooses another model."),
            )
        return (
            f"{count_of(self.held.count)} are not embedded yet.",
            "",
            f"{key_of('embeddings.embed')} embeds them by {model}.",
            f"Up to {AUTOMATIC} are embedded by themselves.",
        )
