"""The store as one run of embedding uses it: what is there is taken, what comes is kept, a failure is said once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.store.media.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lmstudio_tui.store.embeddings import EmbeddingShelf
    from lmstudio_tui.store.embeddings.records import VectorKey
    from lmstudio_tui.vectors.values import Vector

_AT_ONCE: Final = 2_000
"""Vectors that are read between two looks at whether it goes on."""


class Keeping:
    """A store that may fail, or not be there: then nothing is found, and nothing kept.

    Args:
        shelf: the store; None for none.
        say: is told, in a sentence, that it has failed.

    Attributes:
        kept: the hashes of the texts whose vectors were put into it.
    """

    def __init__(self, shelf: EmbeddingShelf | None, say: Callable[[str], None]) -> None:
        self.kept: set[bytes] = set()
        self._shelf = shelf
        self._say = say

    def found(
        self, key: VectorKey, hashes: Sequence[bytes], look: Callable[[], None] = lambda: None
    ) -> dict[bytes, Vector]:
        """What is there of these, all of one length.

        Args:
            key: whose they are.
            hashes: of the texts.
            look: is called often; what it raises ends it.
        """
        if self._shelf is None or not key.model:
            return {}
        found: dict[bytes, Vector] = {}
        try:
            for start in range(0, len(hashes), _AT_ONCE):
                look()
                found.update(self._shelf.vectors(key, hashes[start : start + _AT_ONCE]))
            if len({len(vector) for vector in found.values()}) > 1:
                # Another model has had the same name in between: nobody knows whose which are.
                self._shelf.forget(key)
                found = {}
        except StoreError as error:
            self._fail(error)
            return {}
        return found

    def keep(self, key: VectorKey, made: Sequence[tuple[bytes, Vector]]) -> None:
        """Put these into it."""
        if self._shelf is None or not key.model or not made:
            return
        try:
            self._shelf.keep(key, made)
        except StoreError as error:
            self._fail(error)
        else:
            self.kept.update(hash_ for hash_, _ in made)

    def forget(self, key: VectorKey) -> None:
        """Remove all of this key."""
        if self._shelf is None:
            return
        try:
            self._shelf.forget(key)
        except StoreError as error:
            self._fail(error)

    def leave(self) -> None:
        """Use the store no more."""
        self._shelf = None

    def _fail(self, error: StoreError) -> None:
        """Go on all the same: the vectors are worth more than the keeping of them."""
        self.leave()
        self._say(f"{error.message} Vectors are not kept. {error.hint}".rstrip())
