"""Texts out of a column of a table: how it is written, whether it has a header, and which column."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from itertools import chain, islice
from statistics import fmean
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.embeddings.gathering import LONGEST, SAMPLE, ReadingError, is_usual, plain, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lmstudio_tui.features.embeddings.gathering import Gathering

_NUMBER: Final = re.compile(r"\s*[-+]?(\d[\d.,_' ]*)?\d?([eE][-+]?\d+)?\s*%?\s*")
_SURE: Final = 0.5
"""Which part of the rows must have as many fields as the first, for that to be how the table is written."""

_LONGEST_NAME: Final = 60
_TIMES_LONGER: Final = 3.0
_END: Final = "\x1e\x1d\x1e"
"""Stands in a line behind the last: it is no row of its own when a quote is still open there."""

_NOWHERE: Final = "\x1f"
"""A delimiter for tables of one column, in which there is none."""


@dataclass(frozen=True, slots=True)
class _Writing:
    """How a table is written.

    Args:
        delimiter: between two fields.
        escape: goes before a quote within quotes; None where it is written twice.
        spaced: whether blanks after a delimiter are no part of the field.
    """

    delimiter: str
    escape: str | None = None
    spaced: bool = False

    def rows(self, lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """The rows, each with the number of the line in which it begins; blank lines are none."""
        reader = csv.reader(
            lines,
            delimiter=self.delimiter,
            escapechar=self.escape,
            doublequote=self.escape is None,
            skipinitialspace=self.spaced,
        )
        begun = 1
        for row in reader:
            if row:
                yield begun, row
            begun = reader.line_num + 1


def read_table(lines: Iterator[str], gathering: Gathering, delimiters: str = ",;\t|") -> None:
    """Read the texts of a column.

    Args:
        lines: with their ends.
        gathering: takes the texts.
        delimiters: that may be between two fields, the likeliest first.

    Raises:
        ReadingError: when it is no table.
    """
    csv.field_size_limit(LONGEST)
    head = list(islice(lines, SAMPLE))
    whole = len(head) < SAMPLE
    try:
        writing = _writing(head, delimiters, whole=whole)
        sample = _sample(writing, head, whole=whole)
        if not sample:
            return
        has_header = _has_header(sample, gathering.asked)
        names = _names(sample, has_header=has_header)
        rows = sample[has_header:] or sample
        values = {name: [row[at] for row in rows if at < len(row)] for at, name in enumerate(names)}
        index = names.index(gathering.choose(names, _lengths(values), values))
        if has_header and not any(map(is_usual, names)):
            gathering.remarks.append("Its first line was taken for the names of the columns.")
        _take(writing.rows(chain(head, lines, [f"{_END}\n"])), gathering, index, skip=int(has_header))
    except csv.Error as error:
        hint = "Is there a quote that is never closed?"
        raise ReadingError(f"{gathering.called} cannot be read as a table: {error}.", hint) from error


def _take(rows: Iterator[tuple[int, list[str]]], gathering: Gathering, index: int, skip: int) -> None:
    missing = f"without {quoted(gathering.columns[index])}"
    for number, row in islice(rows, skip, None):
        if row == [_END]:
            return
        if row[-1].endswith(f"{_END}\n"):
            gathering.leave_out(number, "with a quote that is never closed")
        elif index >= len(row):
            gathering.leave_out(number, missing)
        elif not gathering.take(row[index]):
            return


def _writing(head: Sequence[str], delimiters: str, *, whole: bool) -> _Writing:
    """How the table is most evenly cut into columns."""
    together = "".join(head)
    best, most = _Writing(_NOWHERE), (_SURE, 0.0)
    for delimiter in delimiters:
        ways = [_Writing(delimiter)]
        if f'{delimiter} "' in together:
            ways.append(_Writing(delimiter, spaced=True))
        if '\\"' in together:
            ways += [replace(way, escape="\\") for way in ways]
        for way in ways:
            counts = [len(row) for row in _sample(way, head, whole=whole)]
            if counts and counts[0] > 1:
                share = sum(count == counts[0] for count in counts) / len(counts)
                # The likelier comes first, and stays unless another is better.
                if (share, float(counts[0])) > most and share > _SURE:
                    best, most = way, (share, float(counts[0]))
    return best


def _sample(writing: _Writing, head: Sequence[str], *, whole: bool) -> list[list[str]]:
    """The first rows; the last of them may be cut where the sample ends."""
    rows = [row for _, row in writing.rows(head)]
    return rows if whole or len(rows) < 2 else rows[:-1]


def _has_header(sample: Sequence[Sequence[str]], asked: str | None) -> bool:
    """Whether the first row has the names of the columns."""
    first, rest = sample[0], sample[1:]
    if any(map(is_usual, first)):
        return True
    # A number asks for the column in that place.
    if asked is not None and not asked.strip().isdecimal() and plain(asked) in map(plain, first):
        return True
    names = [cell.strip() for cell in first]
    if not rest or not all(names) or len(set(names)) < len(names) or max(map(len, names)) > _LONGEST_NAME:
        return False
    if any(_is_number(name) for name in names):
        return False
    return any(_names_its_column(name, [row[i] for row in rest if i < len(row)]) for i, name in enumerate(names))


def _names_its_column(name: str, cells: Sequence[str]) -> bool:
    """Whether what stands above is of another kind than what stands below: no number, or much shorter."""
    filled = [cell for cell in cells if cell.strip()]
    if not filled:
        return False
    return all(map(_is_number, filled)) or fmean(map(len, filled)) >= _TIMES_LONGER * len(name)


def _names(sample: Sequence[Sequence[str]], *, has_header: bool) -> list[str]:
    """The names of the columns, all different; those that have none are numbers."""
    width = len(sample[0]) if has_header else max(map(len, sample))
    names: list[str] = []
    for number in range(1, width + 1):
        name = (sample[0][number - 1].strip() if has_header else "") or f"{number}"
        while name in names:
            name = f"{name} ({number})"
        names.append(name)
    return names


def _lengths(values: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """How long the texts of each column are; numbers are none."""
    return {
        name: fmean(map(len, cells))
        for name, cells in values.items()
        if any(cell.strip() and not _is_number(cell) for cell in cells)
    }


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell)) and any(map(str.isdigit, cell))
