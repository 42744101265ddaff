"""What is gathered while texts are read from a file, and what is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.hinted import HintedError
from lmstudio_tui.store.embeddings.records import TextRecord
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LONGEST: Final = 10_000_000
"""Characters of a line, or of a field of a table."""

SAMPLE: Final = 500
"""Rows that are looked at before it is decided how a file is read."""

FORMATS: Final = "txt (a text a line), csv, tsv, json, jsonl or ndjson"
"""What texts are read from, in a sentence."""

_SAMPLES: Final = 3
_SAMPLED: Final = 1000
"""Values of a column that are samples, and characters of each."""

_NAMED: Final = 5
_COLUMNS_NAMED: Final = 8

_PREFERRED: Final = (
    *("text", "texts", "content", "contents", "document", "documents", "body", "passage", "passages"),
    *("chunk", "chunks", "sentence", "sentences", "paragraph", "question", "questions", "query", "queries"),
    *("input", "inputs", "prompt", "message", "description", "abstract", "summary", "comment", "review"),
)
"""What a column of texts may be called; the first of these that there is has them."""

_USUAL: Final = frozenset({*_PREFERRED, "id", "title", "name", "headline", "answer", "response", "label", "category"})


class ReadingError(HintedError):
    """No texts can be read from a file."""


@dataclass(slots=True)
class Gathering:
    """The texts so far.

    Args:
        name: of the file.
        limit: how many texts at most.
        asked: the column that was asked for; None leaves the choice to us.
    """

    name: str
    limit: int
    asked: str | None = None
    texts: list[TextRecord] = field(default_factory=list[TextRecord])
    columns: tuple[str, ...] = ()
    column: str | None = None
    samples: tuple[tuple[str, ...], ...] = ()
    unit: tuple[str, str] = ("line", "lines")
    remarks: list[str] = field(default_factory=list[str])
    more: bool = False
    blank: int = 0
    bad: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def take(self, text: str) -> bool:
        """Add a text, exactly as it is, unless it is blank. Returns whether more are wanted."""
        if not text or text.isspace():
            self.blank += 1
        elif len(self.texts) >= self.limit:
            self.more = True
        else:
            self.texts.append(TextRecord(text, self.name))
        return not self.more

    def leave_out(self, number: int, reason: str) -> None:
        """Count something that gives no text.

        Args:
            number: of its line or its place, from 1.
            reason: goes on after `3 lines`, or `1 line`: `without a text`.
        """
        self.bad.setdefault(reason, []).append(number)

    def choose(self, columns: Sequence[str], lengths: Mapping[str, float], values: Mapping[str, Iterable[str]]) -> str:
        """Decide in which column the texts are.

        Args:
            columns: all of them.
            lengths: how long the texts in each are on average, in characters; without those that have none.
            values: what stands in each; the first of these are samples.

        Raises:
            ReadingError: when there is none of the name that was asked for.
        """
        self.columns = tuple(columns)
        filled = ((value for value in values.get(column, ()) if value.strip()) for column in columns)
        self.samples = tuple(tuple(value[:_SAMPLED] for value in islice(some, _SAMPLES)) for some in filled)
        self.column = self._asked_for(columns) if self.asked is not None else best_column(columns, lengths)
        return self.column

    @property
    def called(self) -> str:
        """The file's name in a sentence."""
        return clean_line(self.name)

    @property
    def skipped(self) -> int:
        """How many lines, rows or members gave no text."""
        return self.blank + sum(map(len, self.bad.values()))

    def notes(self) -> list[str]:
        """What is to be known about what was read, a sentence each."""
        notes = list(self.remarks)
        if self.column is not None and len(self.columns) > 1 and self.asked is None:
            others = [column for column in self.columns if column != self.column]
            notes.append(f"The texts are from {quoted(self.column)}; there is also {named(others)}.")
        if self.more:
            notes.append(f"There are more than {self.limit:,} texts in it: the first {self.limit:,} were read.")
        if self.blank:
            one = self.blank == 1
            notes.append(f"{self.blank:,} blank {self.unit[not one]} {'was' if one else 'were'} left out.")
        notes.extend(self._left_out(numbers, reason) for reason, numbers in self.bad.items())
        return notes

    def _left_out(self, numbers: Sequence[int], reason: str) -> str:
        """`3 lines without a text were left out: 4, 7 and 9.`"""
        one = len(numbers) == 1
        some = [f"{number:,}" for number in numbers[:_NAMED]]
        if len(numbers) > _NAMED:
            some.append(f"{len(numbers) - _NAMED:,} more")
        return f"{len(numbers):,} {self.unit[not one]} {reason} {'was' if one else 'were'} left out: {in_a_row(some)}."

    def _asked_for(self, columns: Sequence[str]) -> str:
        asked = plain(self.asked or "")
        for column in columns:
            if column == self.asked:
                return column
        for column in columns:
            if plain(column) == asked:
                return column
        if asked.isdecimal() and 0 < int(asked) <= len(columns):
            return columns[int(asked) - 1]
        there = f"There is {named(columns)}."
        raise ReadingError(f"{self.called} has no column {quoted(self.asked or '')}.", there)


def best_column(columns: Sequence[str], lengths: Mapping[str, float]) -> str:
    """The column whose name says that texts are in it, or else the one with the longest."""
    # Where nothing but numbers is below such a name, it may still be what they are.
    for likely in ([column for column in columns if lengths.get(column)], columns):
        for wanted in _PREFERRED:
            for column in likely:
                if plain(column).rpartition(".")[2] == wanted:
                    return column
    return max(columns, key=lambda column: lengths.get(column, 0.0))


def is_known(column: str) -> bool:
    """Whether a name says that texts are in the column."""
    return plain(column) in _PREFERRED


def is_usual(column: str) -> bool:
    """Whether it is a name that columns have."""
    return plain(column) in _USUAL


def plain(column: str) -> str:
    """A name without the differences that do not matter."""
    return column.strip().casefold()


def quoted(column: str) -> str:
    """A column's name in a sentence."""
    return f"“{clean_line(column)}”"


def named(columns: Sequence[str]) -> str:
    """The names of columns in a sentence; the first of them when they are many."""
    some = [quoted(column) for column in columns[:_COLUMNS_NAMED]]
    if len(columns) > len(some):
        some.append(f"{len(columns) - len(some):,} more")
    return in_a_row(some)


def in_a_row(words: Sequence[str]) -> str:
    """`one, two and three`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
