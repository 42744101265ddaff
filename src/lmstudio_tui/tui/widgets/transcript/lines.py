"""Lines of styled text, and how text is broken into lines that fit a width."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple, TypeAlias

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style

Span: TypeAlias = tuple[str, Style]
"""A piece of text in one style."""


class Action(NamedTuple):
    """What a click on a part of a line does."""

    kind: Literal["copy", "save", "fold", "tool", "more", "branch", "look"]
    number: int = 0
    start: int = 0
    """First cell, from the start of the line, that answers to the click."""
    end: int = 1 << 16
    """First cell after them."""


@dataclass(slots=True)
class Line:
    """One row of a transcript, as wide as its text.

    Args:
        segments: The text, decoration included.
        indent: How many leading characters are decoration, which is not copied.
        join: What stands between the row above and this one when both are copied: a line end, or what a soft break hid.
        copied: Whether the row holds text at all; a header or a rule does not.
        marked: Whether the row begins with a list marker, which is copied with its indentation.
        actions: What clicks do.
        fill: The style of the rest of the row.
        trailing: How many characters at the end are decoration.
        source: What stood in the text and is not shown, such as the hashes of a heading; it is copied.
        source_at: The character before which it stood.
    """

    segments: tuple[Segment, ...] = ()
    indent: int = 0
    join: str = "\n"
    copied: bool = True
    marked: bool = False
    actions: tuple[Action, ...] = ()
    fill: Style | None = None
    trailing: int = 0
    source: str = ""
    source_at: int = 0

    @property
    def text(self) -> str:
        """The row as plain text, decoration included."""
        return "".join(segment.text for segment in self.segments)

    @property
    def copy_text(self) -> str:
        """The row as it is copied."""
        return self.cut(0, -1).rstrip()

    def cut(self, start: int, end: int) -> str:
        """Return what is copied of the characters from `start` up to `end`; an end of -1 means the end of the row."""
        if not self.copied:
            return ""
        text = self.text
        last = len(text) - self.trailing
        first = max(start, self.indent)
        last = last if end == -1 else max(0, min(end, last))
        if self.source and first <= self.source_at < last:
            return text[first : self.source_at] + self.source + text[self.source_at : last]
        return text[first:last]

    def heads(self, number: int) -> bool:
        """Whether it is the header of the block of code of that number."""
        return any(action.kind == "copy" and action.number == number for action in self.actions)

    def action_at(self, cell: int) -> Action | None:
        """Return what a click on a cell of the line does."""
        return next((action for action in self.actions if action.start <= cell < action.end), None)


BLANK: Final = Line()

_IDEOGRAPHS: Final = (
    "\u2e80-\u2fff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff10-\uff60\U00020000-\U0003ffff"
)
_CLOSERS: Final = "、。，．！？：；）］｝」』】〉》〕”’…"
_WORD: Final = re.compile(
    rf"(?P<space>[ \t]+)|[{_IDEOGRAPHS}][\ufe00-\ufe0f\u3099\u309a{_CLOSERS}]*|[^\s{_IDEOGRAPHS}]+|\s"
)


class Break(NamedTuple):
    """Where a row starts and ends in a text, and what joins it to the row above."""

    start: int
    end: int
    join: str


def break_text(text: str, width: int) -> list[Break]:
    """Break one logical line at spaces, or inside of words longer than `width` cells.

    Every character but the spaces at the breaks is in exactly one row.
    """
    width = max(1, width)
    if len(text) <= width and (text.isascii() or cell_len(text) <= width):
        return [Break(0, len(text), "\n")]
    rows: list[Break] = []
    start = end = used = 0
    join = "\n"
    for match in _WORD.finditer(text):
        cells = _cells(match[0])
        if match["space"] is not None:
            used += cells
            continue
        if used + cells <= width:
            used += cells
            end = match.end()
            continue
        if end > start:
            rows.append(Break(start, end, join))
            join = text[end : match.start()]
        start, end, used = match.start(), match.end(), cells
        for piece in chop_word(match[0], width)[:-1] if cells > width else ():
            rows.append(Break(start, start + len(piece), join))
            start, join, used = start + len(piece), "", used - _cells(piece)
    if end > start or not rows:
        rows.append(Break(start, end, join))
    return rows


def chop_word(word: str, width: int) -> list[str]:
    """Cut `word` into pieces of at most `width` cells, never inside of a character."""
    return [piece for piece in chop_cells(word, max(1, width)) if piece] or [word]


def wrap(spans: list[Span], width: int) -> list[Line]:
    """Break styled text, in which newlines are hard breaks, into lines of at most `width` cells."""
    text = "".join([span[0] for span in spans])
    if "\t" in text:
        spans = expand_tabs(spans)
        text = "".join([span[0] for span in spans])
    if "\n" not in text and len(text) <= width and text.isascii():
        return [Line(tuple([Segment(part, style) for part, style in spans if part]))]
    lines: list[Line] = []
    cutter = _Cutter(spans)
    offset = 0
    for logical in text.split("\n"):
        for start, end, join in break_text(logical, width):
            lines.append(Line(cutter.take(offset + start, offset + end), join=join))
        offset += len(logical) + 1
    return lines


def chop(spans: list[Span], width: int) -> list[Line]:
    """Cut one line of styled text exactly every `width` cells, as code is: nothing but the width decides."""
    text = "".join([span[0] for span in spans])
    if len(text) <= width and (text.isascii() or cell_len(text) <= width):
        return [Line(tuple([Segment(part, style) for part, style in spans if part]))]
    lines: list[Line] = []
    cutter = _Cutter(spans)
    offset = 0
    for piece in chop_word(text, width):
        lines.append(Line(cutter.take(offset, offset + len(piece)), join="" if offset else "\n"))
        offset += len(piece)
    return lines


def indent(lines: list[Line], first: Segment, rest: Segment) -> list[Line]:
    """Put `first` before the first line and `rest`, which has the same width, before the others."""
    result: list[Line] = []
    for number, line in enumerate(lines):
        prefix = rest if number else first
        keeps = line.marked and not prefix.text.strip()
        cells = cell_len(prefix.text) if line.actions else 0
        result.append(
            replace(
                line,
                segments=(prefix, *line.segments) if prefix.text else line.segments,
                indent=line.indent if keeps else line.indent + len(prefix.text),
                actions=tuple([act._replace(start=act.start + cells, end=act.end + cells) for act in line.actions]),
                source_at=line.source_at + len(prefix.text),
            )
        )
    return result


def expand_tabs(spans: list[Span], size: int = 4) -> list[Span]:
    """Replace tabs by the spaces up to the next tab stop."""
    result: list[Span] = []
    column = 0
    for text, style in spans:
        parts: list[str] = []
        for part in re.split(r"([\t\n])", text):
            if part == "\t":
                part = " " * (size - column % size)
            column = 0 if part == "\n" else column + _cells(part)
            parts.append(part)
        result.append(("".join(parts), style))
    return result


def _cells(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


class _Cutter:
    """Takes consecutive ranges out of styled text in one pass."""

    __slots__ = ("_index", "_offset", "_spans")

    def __init__(self, spans: list[Span]) -> None:
        self._spans = spans
        self._index = 0
        self._offset = 0

    def take(self, start: int, end: int) -> tuple[Segment, ...]:
        """Return the text from `start` up to `end`; ranges are asked for in order."""
        segments: list[Segment] = []
        while self._index < len(self._spans):
            text, style = self._spans[self._index]
            first, last = max(start - self._offset, 0), min(end - self._offset, len(text))
            if first < last:
                segments.append(Segment(text[first:last], style))
            if self._offset + len(text) > end:
                break
            self._offset += len(text)
            self._index += 1
        return tuple(segments)
