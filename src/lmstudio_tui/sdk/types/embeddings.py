"""Embeddings (server contract, section 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, cast

from pydantic import Field, field_validator

from lmstudio_tui.sdk.types.base import JSONObject, RequestModel, Text

if TYPE_CHECKING:
    from array import array

    from lmstudio_tui.sdk.types.chat import Usage

Vector: TypeAlias = "array[float]"
"""The numbers of an embedding, exactly as they came: of type `f` (32 bits) where that loses nothing, else `d`."""


class EmbeddingRequest(RequestModel):
    """What is to be embedded, and how. None is not sent: the server's default holds.

    Attributes:
        input: one text, or as many as you like, but one at least; long lists are sent in batches. Whether an empty
            text can be embedded is left to the server.
        model: None asks for the configured one for embeddings.
        dimensions: how many numbers an embedding is to have, for models that can be cut short.
        encoding_format: how the server is to write the numbers; it is read whichever way it does.
        extra: parameters that this server knows and we do not; sent as they are.
    """

    input: Text | list[Text]
    model: Text | None = None
    dimensions: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    encoding_format: Literal["float", "base64"] | None = None
    extra: JSONObject = Field(default_factory=dict[str, Any])

    @field_validator("input", mode="before")
    @classmethod
    def _some_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return value
        texts = list(cast("list[Any]", value)) if isinstance(value, list | tuple) else None
        if texts is None or not all(isinstance(one, str) for one in texts):
            raise ValueError("it is a text, or a list of texts")
        if not texts:
            raise ValueError("there is no text in the list")
        return texts


@dataclass(frozen=True, slots=True)
class RefusedInput:
    """A text that the server would not embed.

    Attributes:
        index: where it is in the request's input.
        message: why, in a sentence.
        too_long: whether it is longer than the model takes.
    """

    index: int
    message: str
    too_long: bool = False


@dataclass(frozen=True, slots=True)
class EmbeddingBatch:
    """What came of one request to the server.

    Attributes:
        indices: where the texts are in the request's input, in their order.
        vectors: an embedding for each of them.
        refused: those of the batch that were not embedded.
        took_s: seconds from sending it to the whole answer.
        prompt_tokens: what the server counted; None when it does not say (LM Studio says 0).
        model: the one that answered; None when the server does not say.
        problems: what is not as it was asked for, a sentence each; what an earlier batch said is not said again.
    """

    indices: tuple[int, ...]
    vectors: tuple[Vector, ...]
    refused: tuple[RefusedInput, ...] = ()
    took_s: float = 0.0
    prompt_tokens: int | None = None
    model: str | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EmbeddingResult:
    """What came of it all.

    Attributes:
        vectors: an embedding for each text, in the order of the input; None for those that were refused.
        dimensions: numbers in each.
        model: the one that answered; None when the server does not say.
        usage: what the server counted in all; None when it does not say.
        refused: the texts that the server would not embed.
        problems: what is not as it was asked for, a sentence each.
        took_s: seconds, the sum over the batches.
    """

    vectors: tuple[Vector | None, ...]
    dimensions: int
    model: str | None = None
    usage: Usage | None = None
    refused: tuple[RefusedInput, ...] = ()
    problems: tuple[str, ...] = ()
    took_s: float = 0.0
