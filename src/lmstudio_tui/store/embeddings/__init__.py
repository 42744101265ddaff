"""Sets of texts and their vectors, in one SQLite file of their own."""

from lmstudio_tui.store.embeddings.records import SetRecord, ShelfSizes, TextRecord, VectorKey, content_hash
from lmstudio_tui.store.embeddings.shelf import EmbeddingShelf
from lmstudio_tui.store.media.errors import StoreError

__all__ = [
    "EmbeddingShelf",
    "SetRecord",
    "ShelfSizes",
    "StoreError",
    "TextRecord",
    "VectorKey",
    "content_hash",
]
