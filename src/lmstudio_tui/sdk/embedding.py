"""Making embeddings (`POST /v1/embeddings`; server contract, 1 and 2.2).

A long list of texts goes in batches. A server that will not take as many at once is given fewer; where it is one text
that it will not take, that is found by halving, so that it can be named, or left out.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.classify import complaint_of, is_refusal, shortened
from lmstudio_tui.sdk.embedding_lifting import Lifted
from lmstudio_tui.sdk.embedding_numbers import Flaw
from lmstudio_tui.sdk.embedding_reading import even, flawed, in_order, rows_of, tokens_of
from lmstudio_tui.sdk.embedding_refusals import (
    Cause,
    alone,
    cause_of,
    in_our_words,
    is_too_long,
    naming,
    wants_a_string,
)
from lmstudio_tui.sdk.embedding_result import Findings
from lmstudio_tui.sdk.types.embeddings import EmbeddingBatch, RefusedInput
from lmstudio_tui.sdk.wire import as_object, as_text, document_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from lmstudio_tui.sdk.answer import Answer
    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.embedding_numbers import Found
    from lmstudio_tui.sdk.gates import Gate
    from lmstudio_tui.sdk.transport import Transport
    from lmstudio_tui.sdk.types.embeddings import EmbeddingRequest, EmbeddingResult, Vector

PATH = "/v1/embeddings"
BATCH_SIZE = 32
"""Texts for each request, when nobody says how many."""

_LONGEST = 512 * 1024 * 1024
"""Bytes of an answer: that of some thousand texts to a large model."""
_TOLD = 64 * 1024
_CHARACTERS = 200_000
"""Of all texts of a request, when nobody says how many texts it is to have."""
_PLAIN = "Hello"
"""A text that every model embeds: when it is refused, too, the others are not to blame."""
_IN_A_ROW = 3
"""Texts that may be refused one after the other, for no reason that is known, before it is asked for that one."""
_SHOWN = 40


class _Came(NamedTuple):
    """What came for some texts, in their order."""

    embeddings: list[Found]
    took_s: float
    tokens: int | None
    model: str


class Embedder:
    """Makes embeddings.

    Args:
        transport: to the server.
        gate: says whether it may be asked for.
        request: what is to be embedded.
        batch_size: texts for each request; None takes the usual number, and fewer where they are long.
        skip_refused: whether the others go on when a text is refused.
        scope: cancels it.

    Raises:
        ValidationError: for a batch of no texts.
    """

    def __init__(
        self,
        transport: Transport,
        gate: Gate,
        request: EmbeddingRequest,
        *,
        batch_size: int | None,
        skip_refused: bool,
        scope: CancelScope | None,
    ) -> None:
        if batch_size is not None and batch_size < 1:
            raise errors.ValidationError("batch_size: a batch has at least one text.", field="batch_size")
        self._transport = transport
        self._gate = gate
        self._request = request
        self._texts = [request.input] if isinstance(request.input, str) else request.input
        self._model = request.model or transport.config.default_embedding_model
        self._limit = batch_size or BATCH_SIZE
        self._characters = _CHARACTERS if batch_size is None else None
        self._skips = skip_refused
        self._scope = scope
        self._bare = isinstance(request.input, str)
        self._encoding = request.encoding_format
        self._findings = Findings(len(self._texts), self._model, request.dimensions)
        self._refused_in_a_row = 0
        self._answers = False
        self._status: int | None = None

    def embed(self, on_batch: Callable[[EmbeddingBatch, int, int], None] | None = None) -> EmbeddingResult:
        """As `LMStudioClient.create_embedding`."""
        for batch in self.batches():
            self._findings.keep(batch)
            if on_batch is not None:
                on_batch(batch, self._findings.done, len(self._texts))
        return self._findings.result()

    def batches(self) -> Generator[EmbeddingBatch]:
        """As `LMStudioClient.stream_embedding`."""
        self._gate.check("embeddings")
        start = 0
        try:
            while start < len(self._texts):
                end = self._end_of_batch(start)
                yield from self._part(start, end)
                start = end
        except errors.LMStudioError as error:
            base_url = self._transport.config.base_url
            error.with_context(method="POST", base_url=base_url, endpoint=PATH, model=self._model)
            if isinstance(error, errors.ProtocolError) and self._status is not None:
                error.with_context(status=self._status)
            raise

    def _end_of_batch(self, start: int) -> int:
        """Where the batch ends that begins there; it has one text at least."""
        end, characters = start + 1, len(self._texts[start])
        while end < min(start + self._limit, len(self._texts)):
            characters += len(self._texts[end])
            if self._characters is not None and characters > self._characters:
                break
            end += 1
        return end

    # Some of the texts, in as many requests as it takes

    def _part(self, start: int, end: int) -> Generator[EmbeddingBatch]:
        if end - start > self._limit:
            for at in range(start, end, self._limit):
                yield from self._part(at, min(at + self._limit, end))
            return
        try:
            came = self._patiently(self._texts[start:end])
        except errors.StatusError as error:
            failure = error
        else:
            self._refused_in_a_row = 0
            yield self._batch(start, came)
            return
        if not self._bare and wants_a_string(failure):
            self._bare, self._limit = True, 1
            yield from self._part(start, end)
        elif cause_of(failure) is Cause.ALL or self._is_hopeless(failure):
            raise failure
        elif end - start > 1:
            yield from self._halves(start, end, cause_of(failure))
        else:
            yield self._without(start, failure)

    def _halves(self, start: int, end: int, cause: Cause) -> Generator[EmbeddingBatch]:
        middle = (start + end + 1) // 2
        if cause is Cause.BATCH:
            self._limit = middle - start
        refused = self._findings.refusals
        yield from self._part(start, middle)
        yield from self._part(middle, end)
        if self._findings.refusals == refused:
            # No text was to blame, so it was their number.
            self._limit = min(self._limit, middle - start)

    def _without(self, index: int, failure: errors.StatusError) -> EmbeddingBatch:
        """A batch of nothing but a text that was refused.

        Raises:
            StatusError: refused texts are not to be left out; or it is not the text that is refused.
        """
        if len(self._texts) == 1 and not self._skips:
            raise alone(failure)
        self._refused_in_a_row += 1
        doubtful = not self._findings.dimensions or self._refused_in_a_row % _IN_A_ROW == 0
        if cause_of(failure) is Cause.UNSAID and doubtful and not self._embeds_anything():
            raise failure
        self._findings.refusals += 1
        if not self._skips:
            raise naming(failure, index, self._shown(index))
        refused = RefusedInput(index, shortened(failure.message), too_long=is_too_long(failure))
        return EmbeddingBatch((), (), (refused,))

    def _is_hopeless(self, failure: errors.StatusError) -> bool:
        """Whether it would be refused whatever the texts were; looked at before anything was embedded."""
        if self._answers or self._findings.dimensions or cause_of(failure) is not Cause.UNSAID:
            return False
        self._answers = self._embeds_anything()
        return not self._answers

    def _embeds_anything(self) -> bool:
        try:
            self._asked([_PLAIN])
        except errors.StatusError:
            return False
        return True

    def _batch(self, start: int, came: _Came) -> EmbeddingBatch:
        """What came for the texts from there on.

        Raises:
            ProtocolError: an embedding is none, and that text is not to be left out; or they differ in length.
        """
        if not self._findings.dimensions and len(came.embeddings) > 1:
            # Where none of the first is one, it is not the texts.
            flaws = [one for one in came.embeddings if isinstance(one, Flaw)]
            if len(flaws) == len(came.embeddings):
                raise flawed(flaws[0], start, self._shown(start))
        indices: list[int] = []
        vectors: list[Vector] = []
        refused: list[RefusedInput] = []
        for index, embedding in enumerate(came.embeddings, start):
            if not isinstance(embedding, Flaw):
                indices.append(index)
                vectors.append(embedding)
            elif self._skips:
                refused.append(RefusedInput(index, f"The embedding {embedding.text}."))
            else:
                raise flawed(embedding, index, self._shown(index))
        dimensions = even(came.embeddings, self._findings.dimensions, start)
        problems = self._findings.noticed(dimensions, came.model)
        model = came.model or None
        return EmbeddingBatch(tuple(indices), tuple(vectors), tuple(refused), came.took_s, came.tokens, model, problems)

    def _shown(self, index: int) -> str:
        """How a text begins, without the key."""
        return shortened(self._transport.redact(self._texts[index][: _SHOWN * 8]), _SHOWN)

    # One request

    def _patiently(self, texts: list[str]) -> _Came:
        """Ask; and once more where the server failed and did not say why: some fail now and then, whatever they get."""
        try:
            return self._asked(texts)
        except errors.ServerFailureError as error:
            if cause_of(error) is not Cause.UNSAID:
                raise
        came = self._asked(texts)
        self._findings.say("The server failed now and then, and gave no reason; what had failed was asked for again.")
        return came

    def _asked(self, texts: list[str]) -> _Came:
        try:
            return self._sent(texts)
        except errors.BadRequestError as error:
            # Some servers write the numbers in one way only, and refuse to be told how.
            if self._encoding is None or "encoding_format" not in error.message:
                raise
        self._encoding = None
        self._findings.say("The server does not take encoding_format; it has written the numbers in its own way.")
        return self._sent(texts)

    def _sent(self, texts: list[str]) -> _Came:
        body = {
            "model": self._model,
            "input": texts[0] if self._bare else texts,
            "dimensions": self._request.dimensions,
            "encoding_format": self._encoding,
        }
        body = {name: value for name, value in body.items() if value is not None} | self._request.extra
        call = Call("POST", PATH, "embeddings", body, works=True)
        started = time.monotonic()
        try:
            with self._transport.open(call, self._scope) as answer:
                self._status = answer.status
                raw = answer.read(limit=_LONGEST, told=_TOLD)
                took_s = time.monotonic() - started
                return self._read(raw, answer, call, len(texts), took_s)
        except (errors.FeatureUnavailableError, errors.StatusError) as error:
            failure = self._gate.explain(error, "embeddings")
        raise in_our_words(failure, dimensions=self._request.dimensions is not None)

    def _read(self, raw: bytes, answer: Answer, call: Call, count: int, took_s: float) -> _Came:
        lifted = Lifted(raw, self._look)
        body = self._document(lifted, raw, answer)
        rows = rows_of(body, lifted)
        if is_refusal(body) or (not rows and complaint_of(body) is not None):
            raise self._transport.refusal(answer.status, body, "", call)
        if rows is None:
            shown = self._transport.shown(raw, 160)
            raise errors.ProtocolError(f"The answer holds no embeddings: {shown}", received=shown)
        embeddings = in_order(rows, count, lifted)
        self._look()
        model = shortened(as_text(as_object(body).get("model")), 200)
        return _Came(embeddings, took_s, tokens_of(body), model)

    def _document(self, lifted: Lifted, raw: bytes, answer: Answer) -> Any:
        """What is left of the answer, as JSON.

        Raises:
            ProtocolError: with the beginning of what arrived instead.
        """
        try:
            return document_of(lifted.rest)
        except ValueError:
            return self._transport.parsed(raw[:_TOLD], answer)

    def _look(self) -> None:
        if self._scope is not None:
            self._scope.raise_if_cancelled()
