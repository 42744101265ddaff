"""What came of all batches together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.sdk.types.chat import Usage
from lmstudio_tui.sdk.types.embeddings import EmbeddingResult

if TYPE_CHECKING:
    from lmstudio_tui.sdk.types.embeddings import EmbeddingBatch, RefusedInput, Vector


class Findings:
    """Gathers what the batches bring.

    Args:
        count: how many texts are to be embedded.
        model: that was asked; None when the server was to choose.
        wanted: dimensions that were asked for, if any.

    Attributes:
        dimensions: numbers in each embedding; 0 before the first.
        refusals: texts that were found to be refused.
        done: texts that are embedded or refused.
    """

    def __init__(self, count: int, model: str | None, wanted: int | None) -> None:
        self.dimensions = 0
        self.refusals = 0
        self.done = 0
        self._asked = model
        self._wanted = wanted
        self._model = ""
        self._vectors: list[Vector | None] = [None] * count
        self._refused: list[RefusedInput] = []
        self._tokens: int | None = 0
        self._took_s = 0.0
        self._problems: list[str] = []
        self._unsaid: list[str] = []

    def noticed(self, dimensions: int, model: str) -> tuple[str, ...]:
        """Take note of what a batch is like; gives what is not as it was asked for, and was not said before."""
        if self._wanted and dimensions and dimensions != self._wanted:
            self.say(f"{self._wanted:,} dimensions were asked for; the model gives {dimensions:,}.")
        if model and self._asked and not _same_model(self._asked, model):
            self.say(f"{self._asked} was asked, and {model} has answered.")
        if model and self._model and model != self._model:
            self.say(f"{self._model} has answered first, and then {model}.")
        self.dimensions = dimensions
        self._model = model or self._model
        new, self._unsaid = tuple(self._unsaid), []
        return new

    def say(self, problem: str) -> None:
        """Note a problem, in a sentence; it is told with the next batch."""
        if problem not in self._problems:
            self._problems.append(problem)
            self._unsaid.append(problem)

    def keep(self, batch: EmbeddingBatch) -> None:
        """Take over what a batch has brought."""
        for index, vector in zip(batch.indices, batch.vectors, strict=True):
            self._vectors[index] = vector
        self._refused += batch.refused
        self.done += len(batch.vectors) + len(batch.refused)
        self._took_s += batch.took_s
        if batch.vectors:
            counted = self._tokens is not None and batch.prompt_tokens is not None
            self._tokens = (self._tokens or 0) + (batch.prompt_tokens or 0) if counted else None

    def result(self) -> EmbeddingResult:
        """All of it."""
        tokens = self._tokens
        return EmbeddingResult(
            vectors=tuple(self._vectors),
            dimensions=self.dimensions,
            model=self._model or None,
            usage=Usage(prompt_tokens=tokens, total_tokens=tokens) if tokens else None,
            refused=tuple(self._refused),
            problems=tuple(self._problems),
            took_s=self._took_s,
        )


def _same_model(asked: str, answered: str) -> bool:
    """Whether two names may well be of one model: servers add paths, tags and endings."""
    one, other = asked.casefold(), answered.casefold()
    return one in other or other in one
