"""Which texts a filter leaves, found in slices, so that nobody waits for it. Pure."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lmstudio_tui.store.embeddings import TextRecord

_CHUNK: Final = 128
"""Texts between two looks at the clock."""
_LONG: Final = 20_000
"""Characters of a text from which on the clock is looked at after it."""


class TextSearch:
    """Texts that have all words of a filter in the text or in the name of its file, in any case.

    Args:
        texts: all of them.
        words: the filter; empty leaves all.
        before: an earlier search in the same texts; what it has left out is left out again where that is sure.
        clock: seconds.

    Attributes:
        words: the filter.
        hits: what was found so far, as indices in their order.
        done: whether all texts were looked at.
    """

    def __init__(
        self,
        texts: Sequence[TextRecord],
        words: str = "",
        before: TextSearch | None = None,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self.words = words
        self._needles = tuple(dict.fromkeys(words.casefold().split()))
        self._texts = texts
        self._clock = clock
        self._sources: dict[str, str] = {}
        self.hits: Sequence[int] = ()
        self.done = not self._needles
        if self.done:
            self.hits = range(len(texts))
            return
        narrower = before is not None and before.done and before.keeps(self._needles)
        self._rest: Sequence[int] = before.hits if before is not None and narrower else range(len(texts))
        self._at = 0
        self._found: list[int] = []
        self.hits = self._found

    def keeps(self, needles: Iterable[str]) -> bool:
        """Whether everything with these words, folded, is found by this search, too."""
        return all(any(mine in other for other in needles) for mine in self._needles)

    def step(self, seconds: float) -> bool:
        """Go on for about so long. Returns whether it is done."""
        until = self._clock() + seconds
        while not self.done:
            self._chunk()
            if self._clock() >= until:
                break
        return self.done

    def _chunk(self) -> None:
        length = 0
        end = min(len(self._rest), self._at + _CHUNK)
        while self._at < end and length < _LONG:
            index = self._rest[self._at]
            self._at += 1
            record = self._texts[index]
            length += len(record.text)
            if self._matches(record):
                self._found.append(index)
        self.done = self._at >= len(self._rest)

    def _matches(self, record: TextRecord) -> bool:
        text = record.text.casefold()
        return all(needle in text or needle in self._source(record.source) for needle in self._needles)

    def _source(self, source: str) -> str:
        """The name of a file, folded once."""
        found = self._sources.get(source)
        if found is None:
            found = self._sources[source] = source.casefold()
        return found
