"""What the tests of the embeddings' file share."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lmstudio_tui.store.embeddings import EmbeddingShelf, TextRecord, VectorKey, content_hash

if TYPE_CHECKING:
    from pathlib import Path

    from lmstudio_tui.store.embeddings.records import Vector

KEY = VectorKey("http://localhost:1234", "nomic")
OTHER = VectorKey("http://localhost:1234", "bge")


class Clock:
    """Tells a time that a test moves on."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    def pass_days(self, days: float) -> None:
        self.time += timedelta(days=days)


def entries(*texts: str, source: str = "") -> list[TextRecord]:
    return [TextRecord(text, source) for text in texts]


def many(count: int, word: str = "text") -> list[TextRecord]:
    return [TextRecord(f"{word} {number}", "file.csv") for number in range(count)]


def words(shelf: EmbeddingShelf, set_id: str) -> list[str]:
    return [each.text for each in shelf.texts(set_id)]


def names(shelf: EmbeddingShelf, query: str = "") -> list[str]:
    return [each.name for each in shelf.sets(query)]


def vector(number: int, dimensions: int = 8) -> Vector:
    """A vector that no other number has."""
    return array("f", [number + index / 4 for index in range(dimensions)])


def made(start: int, end: int) -> list[tuple[bytes, Vector]]:
    """Vectors by the hashes of `text 5` and its like."""
    return [(content_hash(f"text {number}"), vector(number)) for number in range(start, end)]


def hashes(start: int, end: int) -> list[bytes]:
    return [content_hash(f"text {number}") for number in range(start, end)]


def filled(path: Path, sets: int = 3, texts: int = 40) -> None:
    """A file with something in it, closed."""
    shelf = EmbeddingShelf(path)
    for number in range(sets):
        shelf.create(f"Set {number}", many(texts, f"word{number} " + "x" * 100))
    shelf.keep(KEY, made(0, 200))
    shelf.close()


def heard(shelf: EmbeddingShelf) -> list[str]:
    """What the shelf says, from its beginning on."""
    sentences: list[str] = []
    shelf.listen(sentences.append)
    return sentences
