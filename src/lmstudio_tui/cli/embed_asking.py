"""Having texts embedded for `embed`: by which models, out of the store or by the server, with progress and Ctrl+C."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lmstudio_tui.cli import sounds
from lmstudio_tui.cli.console import say, warn
from lmstudio_tui.cli.outcome import CommandError, Exit, cancelled
from lmstudio_tui.cli.progress import Elapsed
from lmstudio_tui.sdk import CancelScope, LMStudioError, errors
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from lmstudio_tui.cli.outcome import Failure
    from lmstudio_tui.cli.session import Session
    from lmstudio_tui.features.embeddings.embedded import Embedded, EmbeddingProgress
    from lmstudio_tui.features.embeddings.text_set import TextSet
    from lmstudio_tui.sdk import LMStudioClient
    from lmstudio_tui.store.embeddings import EmbeddingShelf
    from lmstudio_tui.vectors.values import Vector

_LISTED = 8
_NAMED = 4
_BEGINNING = 40
"""Models, and texts, that are named; and so much of a text."""


@dataclass(frozen=True)
class Wish:
    """What is to be embedded, and how.

    Args:
        texts: with their prefixes.
        models: that were named; none leaves it to the settings and the server.
        query: what the texts are ranked by; None for nothing.
        dimensions: numbers in each vector; None leaves it to the model.
        batch_size: texts for each request; None for the usual number.
        stored: whether the store is used.
        anew: whether all is embedded, whatever is in the store.
    """

    texts: TextSet
    models: tuple[str, ...] = ()
    query: str | None = None
    dimensions: int | None = None
    batch_size: int | None = None
    stored: bool = True
    anew: bool = False


@dataclass
class Made:
    """What there is.

    Attributes:
        sides: the texts' vectors by each model that was asked.
        queries: the query's vector by each of them.
        failure: why it is not all; None when it is.
        code: the exit code, when a signal has ended it.
    """

    sides: list[Embedded] = field(default_factory=list["Embedded"])
    queries: list[Vector] = field(default_factory=list["Vector"])
    failure: Failure | None = None
    code: int | None = None

    @property
    def kept(self) -> bool:
        """Whether all that came is in the store."""
        return all(side.kept >= side.embedded for side in self.sides)


def make(session: Session, wish: Wish) -> Made:
    """Have all of it embedded. What goes wrong on the way is told with what there is.

    Raises:
        CommandError: when the server has no model for it.
        LMStudioError: when the server cannot be asked which it has.
        SettingsError, ConfigurationError
    """
    client = session.client()
    models = wish.models or (_model_of(session, client),)
    made, scope = Made(), CancelScope()
    with _shelf(wish) as shelf, sounds.ending_gently(then=scope.cancel) as ending:
        asking = _Asking(session, client, shelf, wish, scope)
        for model in models:
            asking.embed(made, model)
            if made.failure is not None:
                break
    if ending.number:
        made.failure, made.code = cancelled(kept_in_words(wish, made)), ending.code
    return made


@dataclass
class _Asking:
    session: Session
    client: LMStudioClient
    shelf: EmbeddingShelf | None
    wish: Wish
    scope: CancelScope

    def embed(self, made: Made, model: str) -> None:
        """Embed the texts, and the query, by one model."""
        from lmstudio_tui.features.embeddings.embedding import embed_texts
        from lmstudio_tui.features.embeddings.keys import vector_key

        base_url = self.client.config.base_url
        key = vector_key(base_url, model, self.wish.dimensions, simulated=self.session.demo)
        with Elapsed("looking in the store") as elapsed:

            def tell(now: EmbeddingProgress) -> None:
                elapsed.what = _in_words(now, model if len(self.wish.models) > 1 else "")

            embedded = embed_texts(
                self.client,
                self.shelf,
                key,
                self.wish.texts.sent,
                batch_size=self.wish.batch_size,
                tell=tell,
                scope=self.scope,
                anew=self.wish.anew,
            )
            made.sides.append(embedded)
            if embedded.error is None and not embedded.stopped and self.wish.query is not None:
                elapsed.what = "the query"
                self._embed_query(made, embedded)
        for problem in embedded.problems:
            warn(problem)
        if embedded.error is not None:
            made.failure = _with_hint(embedded.error, kept_in_words(self.wish, made))

    def _embed_query(self, made: Made, embedded: Embedded) -> None:
        from lmstudio_tui.features.embeddings.query_vectors import QueryVectors

        assert self.wish.query is not None
        sent = self.wish.texts.sent_query(self.wish.query)
        try:
            vectors = QueryVectors(shelf=self.shelf, anew=self.wish.anew)
            made.queries.append(vectors.vector(self.client, embedded, sent, self.scope))
        except errors.RequestCancelledError:
            pass  # The signal tells more.
        except LMStudioError as error:
            made.failure = error


def _model_of(session: Session, client: LMStudioClient) -> str:
    """The model to ask when none was named; empty where the server keeps no list and chooses itself.

    Raises:
        CommandError: when there is none that embeds, with those that there are.
    """
    from lmstudio_tui.features.embeddings.model_choice import embedding_models, model_to_embed

    configured = session.config.default_embedding_model
    if configured:
        return configured
    try:
        models = client.list_models()
    except (errors.FeatureUnavailableError, errors.ProtocolError):
        return ""
    found = model_to_embed(models)
    if found is None:
        there = f"it has {_some([model.id for model in models])}" if models else "it has no models"
        raise CommandError(
            f"The server has no embedding model, as far as it tells; {there}.",
            kind="ModelNotFoundError",
            hint="Give it one, or name the one that embeds: --model ID.",
            code=Exit.UNAVAILABLE,
        )
    others = [model.id for model in embedding_models(models) if model.id != found]
    if others:
        say(f"note: {clean_line(found)} is asked; --model takes another: {_some(others)}.")
    return found


def _some(names: Sequence[str], most: int = _LISTED) -> str:
    """Names in a row, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(clean_line(name) for name in names[:most]) + more


@contextlib.contextmanager
def _shelf(wish: Wish) -> Generator[EmbeddingShelf | None]:
    """The store; None when it is not to be used."""
    if not wish.stored:
        yield None
        return
    from lmstudio_tui.paths import embeddings_file
    from lmstudio_tui.store.embeddings import EmbeddingShelf

    shelf = EmbeddingShelf(embeddings_file())
    shelf.listen(warn)
    try:
        yield shelf
    finally:
        shelf.close()


def _in_words(now: EmbeddingProgress, model: str) -> str:
    """How far it is, in a line."""
    from lmstudio_tui.features.progress import duration_in_words, percent_in_words

    parts = [clean_line(model)] if model else []
    parts.append(f"{percent_in_words(now.done / now.total)}  {now.done:,} of {now.total:,} texts")
    if now.per_second is not None and now.left_s is not None:
        parts.append(f"{now.per_second:,.0f} a second")
        parts.append(f"{duration_in_words(now.left_s)} left")
    return "  ".join(parts)


def kept_in_words(wish: Wish, made: Made) -> str:
    """What became of what was done before it ended early."""
    kept, count = sum(side.kept for side in made.sides), wish.texts.count * max(1, len(wish.models))
    if not kept:
        return ""
    how = ", without --anew," if wish.anew else ""
    return f"{kept:,} of {count:,} vectors are kept: the same command{how} goes on from there."


def _with_hint(error: LMStudioError, hint: str) -> LMStudioError:
    if hint:
        error.hint = f"{error.hint} {hint}".strip()
    return error


def refusal(texts: Sequence[str], made: Made) -> CommandError | None:
    """That some texts were not embedded, as a failure; None when all were."""
    refused = {index: reason for side in made.sides for index, reason in side.refused.items()}
    if not refused:
        return None
    first, *others = sorted(refused)
    if not others:
        which = f"Text {_quoted(texts, first)} was not embedded: {refused[first]}"
    else:
        some = [f"text {_quoted(texts, index)}" for index in (first, *others)]
        named = _some(some, _NAMED)
        which = f"{len(refused):,} of {len(texts):,} texts were not embedded: {named}. The first: {refused[first]}"
    return CommandError(which, kind="RefusedInputError", hint=_instead(len(refused), made))


def _quoted(texts: Sequence[str], index: int) -> str:
    """The number of a text, and how it begins."""
    return f'{index + 1:,} ("{clean_line(texts[index][:_BEGINNING])}")'


def _instead(refused: int, made: Made) -> str:
    """What can be done about texts that were refused."""
    too_long = max((side.too_long for side in made.sides), default=0)
    if refused == 1:
        return "Shorten it, or leave it out." if too_long else "Leave it out, or take another model."
    if not too_long:
        return "Leave them out, or take another model."
    return (
        "Shorten them, or leave them out." if too_long >= refused else "Shorten what is too long; leave out the rest."
    )
