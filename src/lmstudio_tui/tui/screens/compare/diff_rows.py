"""A word diff as rows of a width. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from lmstudio_tui.tui.widgets.transcript.lines import break_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.features.chat.word_diff import Kind, Piece

GUTTER: Final = 2
"""Columns before a text that say whether anything in its row is different."""
BETWEEN: Final = " │ "
_TAB: Final = "    "


class Span(NamedTuple):
    """Some text of one kind."""

    text: str
    kind: Kind


Spans: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One row.

    Args:
        left: the only text, or the first of two.
        right: the second one, beside it; None where they are one text.
    """

    left: Spans
    right: Spans | None = None

    @property
    def changed(self) -> bool:
        """Whether anything in it is different."""
        return any(span.kind != "same" for span in (*self.left, *(self.right or ())))


@dataclass(frozen=True, slots=True)
class DiffRows:
    """All rows.

    Args:
        rows: from the first.
        changes: the rows at which a change begins.
        width: the columns for which they were laid out.
        beside: whether the texts stand side by side.
    """

    rows: tuple[DiffRow, ...] = ()
    changes: tuple[int, ...] = ()
    width: int = 0
    beside: bool = False


def half(width: int) -> int:
    """The columns of each of two texts, with its gutter."""
    return max(GUTTER + 1, (width - len(BETWEEN)) // 2)


def laid_out(pieces: Sequence[Piece], width: int, *, beside: bool) -> DiffRows:
    """Lay a diff out. For a worker thread, when it is long.

    Args:
        pieces: what is the same and what is not.
        width: columns.
        beside: whether the texts stand side by side; otherwise `[-what was removed-]` and `{+what was added+}` stand in
            one text.
    """
    rows = _side_by_side(pieces, half(width) - GUTTER) if beside else _in_one(pieces, max(1, width - GUTTER))
    changes: list[int] = []
    before = False
    for at, row in enumerate(rows):
        changed = row.changed
        if changed and not before:
            changes.append(at)
        before = changed
    return DiffRows(tuple(rows), tuple(changes), width, beside)


def _in_one(pieces: Sequence[Piece], width: int) -> list[DiffRow]:
    text = _Text()
    for piece in pieces:
        if piece.kind == "same":
            text.add(piece.after, "same")
        else:
            begin, end = ("[-", "-]") if piece.kind == "removed" else ("{+", "+}")
            text.add_marked(piece.text, piece.kind, begin, end)
    return [DiffRow(row) for row in text.rows(width)]


def _side_by_side(pieces: Sequence[Piece], width: int) -> list[DiffRow]:
    rows: list[DiffRow] = []
    left, right = _Text(), _Text()
    for piece in pieces:
        before, after = piece.before.split("\n"), piece.after.split("\n")
        if piece.kind == "same" and len(before) == len(after):
            # Where both have the end of a line they stand side by side again.
            for number, (one, other) in enumerate(zip(before, after, strict=True)):
                if number:
                    rows += _paired(left, right, width)
                    left, right = _Text(), _Text()
                left.add(one, "same")
                right.add(other, "same")
        else:
            left.add_marked(piece.before, piece.kind)
            right.add_marked(piece.after, piece.kind)
    return rows + _paired(left, right, width)


def _paired(left: _Text, right: _Text, width: int) -> list[DiffRow]:
    first, second = left.rows(width), right.rows(width)
    more = len(first) - len(second)
    first += [()] * max(0, -more)
    second += [()] * max(0, more)
    return [DiffRow(one, other) for one, other in zip(first, second, strict=True)]


class _Text:
    """A text that is put together of spans, line by line."""

    def __init__(self) -> None:
        self._lines: list[list[Span]] = [[]]

    def add(self, text: str, kind: Kind) -> None:
        """Go on with this."""
        for number, part in enumerate(text.replace("\t", _TAB).split("\n")):
            if number:
                self._lines.append([])
            if part:
                self._lines[-1].append(Span(part, kind))

    def add_marked(self, text: str, kind: Kind, begin: str = "", end: str = "") -> None:
        """Go on with this between marks, which each line has for itself; the space at their ends is outside."""
        for number, part in enumerate(text.split("\n")):
            if number:
                self.add("\n", "same")
            bare = part.rstrip()
            self.add(f"{begin}{bare}{end}" if bare else "", kind)
            self.add(part[len(bare) :], "same")

    def rows(self, width: int) -> list[Spans]:
        """As rows of at most so many columns."""
        rows: list[Spans] = []
        for line in self._lines:
            text = "".join(span.text for span in line)
            cutter = _Cutter(line)
            rows += [cutter.take(start, end) for start, end, _ in break_text(text, width)]
        return rows


class _Cutter:
    """Takes consecutive ranges out of spans, in one pass."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._at = 0
        self._offset = 0

    def take(self, start: int, end: int) -> Spans:
        """What is between two characters."""
        taken: list[Span] = []
        while self._at < len(self._spans):
            text, kind = self._spans[self._at]
            first, last = max(start - self._offset, 0), min(end - self._offset, len(text))
            if first < last:
                taken.append(Span(text[first:last], kind))
            if self._offset + len(text) > end:
                break
            self._offset += len(text)
            self._at += 1
        return tuple(taken)
