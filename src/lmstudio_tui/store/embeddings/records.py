"""What the store of embeddings holds."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from array import array
    from datetime import datetime

    Vector: TypeAlias = "array[float]"


@dataclass(frozen=True, slots=True)
class TextRecord:
    """One text of a set.

    Attributes:
        text: as it was typed or read, without a prefix.
        source: the name of the file that it came from; empty when it was typed or pasted.
    """

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class SetRecord:
    """A set of texts, without the texts.

    Attributes:
        id: never changes.
        name: as the user calls it; empty until it has one.
        created_at, updated_at: with time zone.
        count: how many texts.
        query_prefix: goes before a query.
        document_prefix: goes before each text.
        models: the models that were chosen last for it, one or two.
    """

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    count: int = 0
    query_prefix: str = ""
    document_prefix: str = ""
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VectorKey:
    """Whose vectors they are: vectors of different keys must never be mixed.

    Attributes:
        server: which server made them: its base URL, or `simulator`.
        model: the model that was asked.
        dimensions: how many were asked for; 0 when the model was left to itself.
    """

    server: str
    model: str
    dimensions: int = 0


@dataclass(frozen=True, slots=True)
class ShelfSizes:
    """What is kept, and how much room it takes.

    Attributes:
        bytes: on disk, all files together.
        sets: how many; without those that are deleted.
        vectors: how many of each key; keys of which there are none are left out.
    """

    bytes: int = 0
    sets: int = 0
    vectors: tuple[tuple[VectorKey, int], ...] = ()


def content_hash(text: str) -> bytes:
    """What a text's vector is kept by.

    Args:
        text: exactly as it is sent, with its prefix.
    """
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
