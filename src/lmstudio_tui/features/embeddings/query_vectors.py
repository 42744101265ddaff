"""The vectors of queries, kept in memory and in the store: whoever types goes back and forth between the same few."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.embeddings.keys import same_model
from lmstudio_tui.sdk import EmbeddingRequest
from lmstudio_tui.store.embeddings.records import content_hash
from lmstudio_tui.store.media.errors import StoreError

if TYPE_CHECKING:
    from lmstudio_tui.features.embeddings.embedded import Embedded
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.store.embeddings import EmbeddingShelf
    from lmstudio_tui.vectors.values import Vector

_KEPT: Final = 256


class QueryVectors:
    """Embeds queries, the same one once. Thread-safe; it blocks, and is for worker threads.

    Args:
        kept: so many are remembered in memory.
        shelf: has those of earlier times, and keeps these, as if they were texts; None for none.
        anew: whether what it has is left alone, and made again.
    """

    def __init__(self, kept: int = _KEPT, *, shelf: EmbeddingShelf | None = None, anew: bool = False) -> None:
        self._kept = kept
        self._shelf = shelf
        self._anew = anew
        self._lock = threading.Lock()
        self._vectors: OrderedDict[object, Vector] = OrderedDict()

    def vector(self, client: LMStudioSDK, embedded: Embedded, query: str, scope: CancelScope | None = None) -> Vector:
        """The vector of a query, by the model that embedded some texts.

        Args:
            client: of the server.
            embedded: the texts that it will be compared with.
            query: as it is sent, with its prefix.
            scope: ends it.

        Raises:
            LMStudioError: when the server does not embed it.
        """
        name = (embedded.key, embedded.model_asked, query)
        with self._lock:
            if name in self._vectors:
                self._vectors.move_to_end(name)
                return self._vectors[name]
        vector = self._found(embedded, query) or self._asked(client, embedded, query, scope)
        with self._lock:
            self._vectors[name] = vector
            while len(self._vectors) > self._kept:
                self._vectors.popitem(last=False)
        return vector

    def _found(self, embedded: Embedded, query: str) -> Vector | None:
        """What the store has of it, if it goes with the texts."""
        if self._shelf is None or self._anew or not embedded.key.model:
            return None
        hash_ = content_hash(query)
        with suppress(StoreError):
            vector = self._shelf.vectors(embedded.key, [hash_]).get(hash_)
            return vector if vector is not None and len(vector) == embedded.dimensions else None
        return None

    def _asked(self, client: LMStudioSDK, embedded: Embedded, query: str, scope: CancelScope | None) -> Vector:
        request = EmbeddingRequest(
            input=[query], model=embedded.model_asked or None, dimensions=embedded.key.dimensions or None
        )
        result = client.create_embedding(request, scope=scope)
        vector = result.vectors[0]
        assert vector is not None, "without skipping, a text that is refused is an error"
        # What another model may have made is not kept with the vectors of this one.
        same = len(vector) == embedded.dimensions and same_model(embedded.key.model, result.model or embedded.key.model)
        if self._shelf is not None and embedded.key.model and same:
            with suppress(StoreError):
                self._shelf.keep(embedded.key, [(content_hash(query), vector)])
        return vector
