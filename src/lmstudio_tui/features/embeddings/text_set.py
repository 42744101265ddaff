"""Texts, and what is sent of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.store.embeddings.records import TextRecord

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class TextSet:
    """Some texts in their order, and the prefixes that a model wants before them (such as `search_query: `).

    Attributes:
        records: the texts, each with the file that it came from.
        query_prefix: goes before a query.
        document_prefix: goes before each text.
    """

    records: tuple[TextRecord, ...] = ()
    query_prefix: str = ""
    document_prefix: str = ""

    @staticmethod
    def of(texts: Iterable[str], *, query_prefix: str = "", document_prefix: str = "") -> TextSet:
        """Texts that came from no file."""
        return TextSet(tuple(TextRecord(text) for text in texts), query_prefix, document_prefix)

    @property
    def count(self) -> int:
        """How many texts."""
        return len(self.records)

    @property
    def texts(self) -> list[str]:
        """The texts as they were typed or read."""
        return [record.text for record in self.records]

    @property
    def sources(self) -> list[str]:
        """The file that each came from; empty where it came from none."""
        return [record.source for record in self.records]

    @property
    def sent(self) -> list[str]:
        """The texts as a model is given them."""
        return [self.document_prefix + record.text for record in self.records]

    def sent_query(self, query: str) -> str:
        """A query as a model is given it."""
        return self.query_prefix + query
