"""The vectors of queries, kept in memory: whoever types goes back and forth between the same few."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from lmstudio_tui.sdk import EmbeddingRequest

if TYPE_CHECKING:
    from lmstudio_tui.features.embeddings.embedded import Embedded
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.vectors.values import Vector

_KEPT: Final = 256


class QueryVectors:
    """Embeds queries, the same one once. Thread-safe; it blocks, and is for worker threads.

    Args:
        kept: so many are remembered.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
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
        request = EmbeddingRequest(
            input=[query], model=embedded.model_asked or None, dimensions=embedded.key.dimensions or None
        )
        vector = client.create_embedding(request, scope=scope).vectors[0]
        assert vector is not None, "without skipping, a text that is refused is an error"
        with self._lock:
            self._vectors[name] = vector
            while len(self._vectors) > self._kept:
                self._vectors.popitem(last=False)
        return vector
