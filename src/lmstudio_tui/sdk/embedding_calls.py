"""The calls for embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.sdk.media_calls import MediaCalls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.embedding import Embedder
    from lmstudio_tui.sdk.types.embeddings import EmbeddingBatch, EmbeddingRequest, EmbeddingResult


class EmbeddingCalls(MediaCalls):
    """One method for each way to have embeddings, besides those of sound and images."""

    def create_embedding(
        self,
        request: EmbeddingRequest,
        *,
        batch_size: int | None = None,
        on_batch: Callable[[EmbeddingBatch, int, int], None] | None = None,
        skip_refused: bool = False,
        scope: CancelScope | None = None,
    ) -> EmbeddingResult:
        """Embeddings of one text or of many (`POST /v1/embeddings`), in the order of the texts.

        A long list is sent in batches, one after the other; a server that takes fewer at once is given fewer. The
        numbers are read whichever way they come, and lose nothing.

        Args:
            request: what is to be embedded.
            batch_size: texts for each request; None sends 32, and fewer where they are long.
            on_batch: is told of each batch when it has come, how many texts are done, and of how many; in this thread.
            skip_refused: whether the others go on when the server will not embed a text, or gives no usable numbers
                for it; then that text is among `refused`. Otherwise the error names it.

        Raises:
            ValidationError: for a batch of no texts; nothing was sent.
            FeatureUnavailableError: the server does not do that.
            BadRequestError: the model makes no embeddings, or a text or a parameter is refused: see the hint.
            ContextOverflowError: a text is too long; `context["index"]` says which.
            ProtocolError: too many or too few came, or of different lengths, or what is no number.
            LMStudioError: connection, authentication and status errors; `RequestCancelledError`.
        """
        return self._embedder(request, batch_size, scope, skip_refused=skip_refused).embed(on_batch)

    def stream_embedding(
        self,
        request: EmbeddingRequest,
        *,
        batch_size: int | None = None,
        skip_refused: bool = False,
        scope: CancelScope | None = None,
    ) -> Iterator[EmbeddingBatch]:
        """The same, batch by batch, each when it has come. Nothing is sent before the first is asked for.

        What was given before an error, or before it was cancelled, is the caller's. Raises as `create_embedding`.
        """
        return self._embedder(request, batch_size, scope, skip_refused=skip_refused).batches()

    def _embedder(
        self, request: EmbeddingRequest, batch_size: int | None, scope: CancelScope | None, *, skip_refused: bool
    ) -> Embedder:
        from lmstudio_tui.sdk.embedding import Embedder

        return Embedder(self._media, self._gate, request, batch_size=batch_size, skip_refused=skip_refused, scope=scope)
