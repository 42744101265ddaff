"""Pieces of a text: what the splitters cut it into, each drawn on its own and kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from rich.style import Style

from lmstudio_tui.tui.widgets.transcript.code import CodeSource, code_lines, header_line
from lmstudio_tui.tui.widgets.transcript.finding import may_show
from lmstudio_tui.tui.widgets.transcript.inline import inline_spans, is_plain, parse_inline
from lmstudio_tui.tui.widgets.transcript.lines import BLANK, Line, Span, wrap
from lmstudio_tui.tui.widgets.transcript.markdown import MarkdownDrawer
from lmstudio_tui.tui.widgets.transcript.palette import Palette
from lmstudio_tui.tui.widgets.transcript.tables import (
    Align,
    fit,
    gap_width,
    natural_width,
    record_lines,
    row_lines,
    rule_line,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt

    from lmstudio_tui.tui.widgets.transcript.paragraph import ParagraphDraft

MEASURED_ROWS: Final = 300
"""How many rows decide how wide the columns of a table are."""


@dataclass
class Shared:
    """What all pieces of one text share.

    Args:
        parser: Parses the pieces.
        references: The link definitions found so far.
        version: Goes up with each new definition.
    """

    parser: MarkdownIt
    references: dict[str, object] = field(default_factory=dict[str, object])
    version: int = 0


class Piece(Protocol):
    """A part of a text that is drawn on its own."""

    gap: bool
    """Whether a blank line stands before it."""

    def draw(self, width: int, palette: Palette) -> list[Line]:
        """Draw the piece so that it fits `width` cells."""
        ...

    def shown(self) -> str | None:
        """Return the text as it is shown, or None where only drawing can tell."""
        ...

    def may_show(self, words: Sequence[str]) -> bool:
        """Whether case-folded words could be in what is shown."""
        ...

    def estimate(self, width: int) -> int:
        """Guess how many lines `draw` would return, quickly."""
        ...

    def key(self) -> object:
        """Return what the drawing depends on besides width and palette."""
        ...


def estimate_lines(characters: int, newlines: int, width: int) -> int:
    """Guess how many rows a text takes."""
    return newlines + 1 + characters // (max(1, width) + 8)


@dataclass(slots=True)
class MarkdownPiece:
    """One top-level block, or one item of a top-level list, or a part of one that is too long.

    Args:
        source: The Markdown.
        shared: What it shares with the others.
        gap: Whether a blank line stands before it.
        ordinal: The number of the item, in an ordered list.
        code_number: The number of the last block of code before it.
        codes: How many blocks of code are in it.
        join: What stands between the piece above and this one when both are copied.
        draft: Draws it while it is a paragraph that grows.
    """

    source: str
    shared: Shared
    gap: bool = False
    ordinal: int | None = None
    code_number: int = 0
    codes: int = 0
    join: str = "\n"
    draft: ParagraphDraft | None = None

    def draw(self, width: int, palette: Palette) -> list[Line]:
        shared, lines = self.shared, None
        if self.draft is not None:
            lines = self.draft.draw(self.source, shared.references, shared.version, width, palette)
        if lines is None:
            drawer = MarkdownDrawer(shared.parser, palette, shared.references, self.code_number, self.ordinal)
            lines = drawer.draw(self.source, width)
        if self.join != "\n" and lines:
            lines[0].join = self.join
        return [BLANK, *lines] if self.gap and lines else lines

    def shown(self) -> str | None:
        return self.source if self.source[:1].isalpha() and is_plain(self.source.rstrip()) else None

    def may_show(self, words: Sequence[str]) -> bool:
        return may_show(self.source, words) or ("[" in self.source and bool(self.shared.references))

    def estimate(self, width: int) -> int:
        source = self.source.rstrip()
        return estimate_lines(len(source), source.count("\n"), width) + self.gap

    def key(self) -> object:
        return self.shared.version if "[" in self.source else None


@dataclass(slots=True)
class LiteralPiece:
    """Text that is shown as it is; `join` stands between the piece above and this one when both are copied."""

    text: str
    style: str = ""
    join: str = "\n"
    gap: bool = False

    def draw(self, width: int, palette: Palette) -> list[Line]:
        lines = wrap([(self.text, palette[self.style] if self.style else Style.null())], width)
        lines[0].join = self.join
        return lines

    def shown(self) -> str | None:
        return self.text

    def may_show(self, words: Sequence[str]) -> bool:
        return may_show(self.text, words)

    def estimate(self, width: int) -> int:
        return estimate_lines(len(self.text), self.text.count("\n"), width)

    def key(self) -> object:
        return None


@dataclass(slots=True)
class CodePiece:
    """Some lines of a block of code; the first piece of a block has its header."""

    code: CodeSource
    number: int
    start: int
    end: int
    gap: bool = False

    def draw(self, width: int, palette: Palette) -> list[Line]:
        lines = code_lines(self.code, self.start, self.end, width, palette)
        if self.start == 0:
            lines.insert(0, header_line(self.code, self.number, width, palette))
        return [BLANK, *lines] if self.gap else lines

    def shown(self) -> str | None:
        return "\n".join(self.code.lines[self.start : self.end])

    def may_show(self, words: Sequence[str]) -> bool:
        return may_show(self.shown() or "", words)

    def estimate(self, width: int) -> int:
        del width
        return self.end - self.start + self.gap + (self.start == 0)

    def key(self) -> object:
        return None


@dataclass(slots=True)
class TableSource:
    """A table that may still be growing: the text of its cells, and how wide its columns have to be.

    Tuples of texts are no work for the garbage collector, which looks at each list of all tables again and again.
    """

    shared: Shared
    header: tuple[str, ...]
    aligns: tuple[Align, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    partial: tuple[str, ...] | None = None
    """The row that is being written."""
    _natural: tuple[int, ...] = ()
    _measured: int = -1
    _measured_for: int = 0
    """With which version of the definitions: a link found late makes a cell wider."""

    def spans(self, cell: str, palette: Palette) -> list[Span]:
        """Draw the text of one cell."""
        if is_plain(cell):
            return [(cell, Style.null())]
        tokens = parse_inline(self.shared.parser, cell, self.shared.references)
        return inline_spans(tokens, palette, Style.null())

    def natural(self) -> tuple[int, ...]:
        """Return how wide each column would like to be."""
        plain = Palette()
        if self._measured < 0 or self._measured_for != self.shared.version:
            self._measured_for = self.shared.version
            self._natural = tuple([natural_width(self.spans(cell, plain)) for cell in self.header])
            self._measured = 0
        end = min(len(self.rows), MEASURED_ROWS)
        if self._measured < end:
            natural = list(self._natural)
            for row in self.rows[self._measured : end]:
                for column, cell in enumerate(row[: len(natural)]):
                    natural[column] = max(natural[column], natural_width(self.spans(cell, plain)))
            self._natural = tuple(natural)
            self._measured = end
        if self.partial is None or len(self.rows) >= MEASURED_ROWS:
            return self._natural
        partial = [natural_width(self.spans(cell, plain)) for cell in self.partial]
        return tuple(max(pair) for pair in zip(self._natural, partial, strict=False))


@dataclass(slots=True)
class TablePiece:
    """Some rows of a table; the first piece of a table has its header."""

    table: TableSource
    start: int
    end: int
    gap: bool = False
    growing: bool = False

    def draw(self, width: int, palette: Palette) -> list[Line]:
        table = self.table
        header = [table.spans(cell, palette) for cell in table.header]
        texts = table.rows[self.start : self.end]
        if self.growing and table.partial is not None:
            texts.append(table.partial)
        rows = [[table.spans(cell, palette) for cell in row] for row in texts]
        widths = fit(table.natural(), width)
        lines: list[Line] = [BLANK] if self.gap else []
        if widths is None:
            for row in rows:
                lines.extend(record_lines(header, row, width, palette, Style.null()))
            return lines
        gap = gap_width(len(widths), width)
        if self.start == 0:
            lines.extend(row_lines(header, widths, table.aligns, gap, palette.strong))
            lines.append(rule_line(widths, gap, palette))
        for row in rows:
            lines.extend(row_lines(row, widths, table.aligns, gap))
        return lines

    def shown(self) -> str | None:
        return None

    def may_show(self, words: Sequence[str]) -> bool:
        rows = [self.table.header, *self.table.rows[self.start : self.end], self.table.partial or ()]
        return may_show("\n".join(cell for row in rows for cell in row), words)

    def estimate(self, width: int) -> int:
        del width
        return self.end - self.start + self.gap + 2 * (self.start == 0)

    def key(self) -> object:
        return self.table.natural(), self.table.shared.version
