"""Long texts as rows: paragraphs of styled text, each broken into the rows it takes, only where somebody looks."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len, chop_cells

from lmstudio_tui.tui.widgets.transcript.lines import break_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST: Final = 4_000
"""Characters of one paragraph; a longer line is several that join."""
_REMEMBERED: Final = 400


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of text, however long.

    Attributes:
        pieces: texts and the names of their styles, without line ends and tabs. The style `json` is coloured as JSON.
        hang: how many cells the rows after the first stand in.
        joined: whether it goes on with the line of the paragraph before.
        prose: whether it is broken at words.
        fold: the number of what can be unfolded and folded here; negative for nothing.
        is_note: whether it says so.
    """

    pieces: tuple[tuple[str, str], ...] = ()
    hang: int = 0
    joined: bool = False
    prose: bool = False
    fold: int = -1
    is_note: bool = False

    @property
    def text(self) -> str:
        """Without styles."""
        return self.pieces[0][0] if len(self.pieces) == 1 else "".join([text for text, _ in self.pieces])


class Row(NamedTuple):
    """The part of a paragraph that stands in one row: characters from `start` up to `end`, after `hang` cells."""

    start: int
    end: int
    hang: int


def line(text: str, style: str = "plain", *, prose: bool = False) -> Paragraph:
    """A paragraph in one style; it must not be long."""
    return Paragraph(((text, style),), prose=prose)


def lines(text: str, style: str = "plain", *, prose: bool = False) -> list[Paragraph]:
    """Clean text as paragraphs, a line each, and several for a very long one."""
    found: list[Paragraph] = []
    for part in text.expandtabs(4).split("\n"):
        if len(part) <= LONGEST:
            found.append(Paragraph(((part, style),), prose=prose))
            continue
        found += [
            Paragraph(((part[start : start + LONGEST], style),), joined=start > 0, prose=prose)
            for start in range(0, len(part), LONGEST)
        ]
    return found


def labelled(label: Sequence[tuple[str, str]], text: str, style: str) -> list[Paragraph]:
    """Clean text behind a label, under which it hangs; line ends of the text start rows of their own.

    Args:
        label: pieces of text with their styles.
    """
    hang = sum(cell_len(part) for part, _ in label)
    found: list[Paragraph] = []
    for number, each in enumerate(lines(text, style)):
        head = tuple(label) if not number else () if each.joined else ((" " * hang, "plain"),)
        found.append(Paragraph((*head, *each.pieces), hang=hang, joined=each.joined))
    return found


def text_of(paragraphs: Iterable[Paragraph]) -> str:
    """The text as it is copied."""
    parts: list[str] = []
    for number, each in enumerate(paragraphs):
        parts += ["" if each.joined or not number else "\n", each.text]
    return "".join(parts)


def height_of(paragraph: Paragraph, width: int) -> int:
    """How many rows a paragraph takes."""
    text = paragraph.text
    if text.isascii() and not paragraph.prose:
        return 1 + _rest(len(text) - width, width - _hang(paragraph, width))
    return 1 if cell_len(text) <= width else len(rows_of(paragraph, width))


def _rest(over: int, width: int) -> int:
    return -(-over // width) if over > 0 else 0


def _hang(paragraph: Paragraph, width: int) -> int:
    """A label never takes more than half of the width."""
    return min(paragraph.hang, width // 2)


def rows_of(paragraph: Paragraph, width: int) -> list[Row]:
    """The rows of a paragraph."""
    text, hang = paragraph.text, _hang(paragraph, width)
    if paragraph.prose:
        return [Row(start, end, 0) for start, end, _ in break_text(text, width)]
    if text.isascii():
        first = [Row(0, min(len(text), width), 0)]
        step = width - hang
        return first + [Row(at, min(len(text), at + step), hang) for at in range(width, len(text), step)]
    rows: list[Row] = []
    at = 0
    pieces = chop_cells(text, width) or [""]
    head, rest = pieces[0], text[len(pieces[0]) :]
    for piece in [head, *(chop_cells(rest, max(1, width - hang)) if rest else [])]:
        rows.append(Row(at, at + len(piece), hang if rows else 0))
        at += len(piece)
    if at < len(text):  # chop_cells leaves out an end that has no width
        rows[-1] = rows[-1]._replace(end=len(text))
    return rows


class Document:
    """Paragraphs one below the other, for a width.

    Attributes:
        foldable: whether some of them can be unfolded.
    """

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self._width = 80
        self._tops = [0]
        self._rows: dict[int, list[Row]] = {}
        self.foldable = False

    @property
    def height(self) -> int:
        """In rows."""
        return self._tops[-1]

    def top(self, index: int) -> int:
        """The row in which a paragraph begins."""
        return self._tops[index]

    def use_width(self, width: int) -> None:
        """Break the text anew."""
        if width != self._width:
            self._width = max(4, width)
            self._measure(0)

    def show(self, paragraphs: Sequence[Paragraph]) -> int:
        """Hold other paragraphs; those that are the same at the beginning cost nothing.

        Returns:
            the row from which on something may have changed.
        """
        same = 0
        for old, new in zip(self.paragraphs, paragraphs, strict=False):
            if old is not new and old != new:
                break
            same += 1
        self.paragraphs[same:] = paragraphs[same:]
        self.foldable = any(each.fold >= 0 for each in self.paragraphs)
        self._measure(same)
        return self._tops[same]

    def extend(self, paragraphs: Sequence[Paragraph]) -> int:
        """Put some at the end; gives the row at which they begin."""
        start = len(self.paragraphs)
        self.paragraphs.extend(paragraphs)
        self.foldable = self.foldable or any(each.fold >= 0 for each in paragraphs)
        self._measure(start)
        return self._tops[start]

    def _measure(self, start: int) -> None:
        del self._tops[start + 1 :]
        total = self._tops[-1]
        for paragraph in self.paragraphs[start:]:
            total += height_of(paragraph, self._width)
            self._tops.append(total)
        self._rows = {index: rows for index, rows in self._rows.items() if index < start} if start else {}

    def place(self, row: int) -> tuple[int, Row, int] | None:
        """What stands in a row: the paragraph's index, its part, and the number of that part. None below the end."""
        if not 0 <= row < self.height:
            return None
        index = bisect_right(self._tops, row) - 1
        number = row - self._tops[index]
        rows = self.rows(index)
        return index, rows[min(number, len(rows) - 1)], number

    def rows(self, index: int) -> list[Row]:
        """The rows of a paragraph; those looked at lately are kept."""
        rows = self._rows.get(index)
        if rows is None:
            if len(self._rows) > _REMEMBERED:
                self._rows.clear()
            rows = self._rows[index] = rows_of(self.paragraphs[index], self._width)
        return rows
