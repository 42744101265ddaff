"""What comes of embedding texts, and how far it is. Plain values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lmstudio_tui.sdk import LMStudioError
    from lmstudio_tui.store.embeddings.records import VectorKey
    from lmstudio_tui.vectors.matrix import Matrix
    from lmstudio_tui.vectors.values import Vector


@dataclass(frozen=True, slots=True)
class BatchTime:
    """How long a request took.

    Attributes:
        size: texts in it.
        took_s: seconds from sending it to the whole answer.
    """

    size: int
    took_s: float


@dataclass(frozen=True, slots=True)
class EmbeddingProgress:
    """How far it is. Texts that are there twice count twice.

    Attributes:
        done: texts that have a vector, or were refused.
        total: all texts.
        reused: of those that are done, how many came out of the store.
        refused: of those that are done, how many the server would not embed.
        took_s: seconds since the first request; 0 before it.
        asking: whether the server is being asked; until then it is looked what the store has.
    """

    done: int
    total: int
    reused: int = 0
    refused: int = 0
    took_s: float = 0.0
    asking: bool = False

    @property
    def per_second(self) -> float | None:
        """Texts that the server does in a second; None when that cannot be told yet."""
        made = self.done - self.reused
        return made / self.took_s if made > 0 and self.took_s > 0 else None

    @property
    def left_s(self) -> float | None:
        """Seconds that it will still take at that pace; None when that cannot be told yet."""
        pace = self.per_second
        return (self.total - self.done) / pace if pace else None

    def further(self, took_s: float, *, made: int = 0, reused: int = 0, refused: int = 0) -> EmbeddingProgress:
        """The same when more texts are done; fewer where a number is negative.

        Args:
            took_s: seconds since the first request.
            made: texts that the server has embedded.
            reused: texts whose vectors came out of the store.
            refused: texts that the server would not embed.
        """
        return replace(
            self,
            done=self.done + made + reused + refused,
            reused=self.reused + reused,
            refused=self.refused + refused,
            took_s=took_s,
        )


@dataclass(frozen=True, slots=True)
class Embedded:
    """Texts with their vectors, as far as there are any.

    Attributes:
        key: whose vectors they are. Its model is the one that has answered, when that is another than was asked.
        model_asked: the model that was asked; empty when the server was to choose.
        matrix: the vectors; None when there are none.
        row_of: the row of each text in the matrix; None for a text without a vector.
        indices: the text of each row.
        refused: the texts that the server would not embed, each with the reason.
        too_long: how many of the refused are longer than the model takes.
        reused: texts whose vectors came out of the store.
        kept: texts whose vectors are in the store now: those and what could be put into it.
        asked: texts that the server has embedded; one that is there twice counts once.
        took_s: seconds that the server took, the sum over the requests.
        prompt_tokens: what the server counted; 0 when it was not asked, None when it does not say.
        batches: each request in its order.
        problems: what is not as it should be, a sentence each.
        stopped: whether it was cancelled before its end.
        error: why it ended before its end; None when it did not, or was cancelled.
    """

    key: VectorKey
    model_asked: str
    matrix: Matrix | None
    row_of: tuple[int | None, ...]
    indices: tuple[int, ...]
    refused: dict[int, str]
    too_long: int = 0
    reused: int = 0
    kept: int = 0
    asked: int = 0
    took_s: float = 0.0
    prompt_tokens: int | None = 0
    batches: tuple[BatchTime, ...] = ()
    problems: tuple[str, ...] = ()
    stopped: bool = False
    error: LMStudioError | None = None

    @property
    def count(self) -> int:
        """How many texts, with or without a vector."""
        return len(self.row_of)

    @property
    def embedded(self) -> int:
        """How many of them have a vector."""
        return len(self.indices)

    @property
    def dimensions(self) -> int:
        """Numbers in each vector; 0 when there is none."""
        return 0 if self.matrix is None else self.matrix.dimensions

    @property
    def whole(self) -> bool:
        """Whether each text has a vector."""
        return self.embedded == self.count

    def row(self, index: int) -> int | None:
        """The row of a text in the matrix; None when it has no vector, as one has that was added since."""
        return self.row_of[index] if 0 <= index < len(self.row_of) else None

    def vector(self, index: int) -> Vector | None:
        """The vector of a text; None when it has none."""
        row = self.row(index)
        return None if row is None or self.matrix is None else self.matrix.vector(row)
