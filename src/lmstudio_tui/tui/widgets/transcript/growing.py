"""Blocks that are taken in line by line while they grow, for they have no siblings inside: fences and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.text_safety import clean
from lmstudio_tui.tui.widgets.transcript.code import CodeSource, find_lexer
from lmstudio_tui.tui.widgets.transcript.markdown import cell_align, closing
from lmstudio_tui.tui.widgets.transcript.pieces import CodePiece, Piece, Shared, TablePiece, TableSource

if TYPE_CHECKING:
    import re

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from lmstudio_tui.tui.widgets.transcript.paragraph import ParagraphDraft
    from lmstudio_tui.tui.widgets.transcript.units import Unit

LIMIT: Final = 16_384
"""Longest block, in characters, that is kept whole; longer ones are cut, so that no text can hold up the screen."""
PARAGRAPH: Final = 4_096
"""Longest paragraph, in characters, that is kept whole: nothing but emphasis goes on behind a cut in one."""
_TABLE_ROWS: Final = 16


class GrowingBlocks:
    """The part of a splitter that is inside of a fence or a table.

    Attributes:
        closed: The finished pieces, in order; only ever appended to.
    """

    def __init__(self, parser: MarkdownIt) -> None:
        self.shared = Shared(parser)
        self.closed: list[Piece] = []
        self._tail = ""
        self._code: CodeSource | None = None
        self._table: TableSource | None = None
        self._table_head = ""
        self._drawn_to = 0
        self._started = False
        self._looked_at = (-1, 0)
        """How long the whole lines of the tail were, and all of it, when no end of a block was found there."""
        self._in_paragraph = False
        """Whether those whole lines are one paragraph, which the next may go on with."""
        self._draft: ParagraphDraft | None = None
        """What draws that paragraph."""
        self._follows: int | None = None
        self._in_list = False
        self._glued = False
        self._join = "\n"
        self._codes: list[CodeSource] = []

    def _open_code(self, fence: re.Match[str]) -> None:
        self._code = CodeSource.open(fence)
        # Loading a lexer takes as long as everything else at once: better here, before the time is looked at.
        find_lexer(self._code.language)
        self._codes.append(self._code)
        self._tail = self._tail[fence.end() + 1 :]
        self._drawn_to = 0

    def _step_code(self, code: CodeSource, final: bool) -> bool:
        """Take the lines up to the next cut, or all there are."""
        place = 0
        while (end := self._tail.find("\n", place)) >= 0:
            closed = code.add(self._tail[place:end])
            place = end + 1
            if closed or code.cuts[-1] > self._drawn_to:
                self._tail = self._tail[place:]
                if closed:
                    self._close_code(code)
                else:
                    self._cut_code(code)
                return True
        self._tail = self._tail[place:]
        if final:
            if self._tail and not code.add(self._tail):
                self._cut_code(code)
            self._tail = ""
            self._close_code(code)
        return False

    def _cut_code(self, code: CodeSource) -> None:
        if code.cuts[-1] > self._drawn_to:
            # Highlighted here, where the time is watched, and not all at once when a late line comes into view.
            code.prepare(self._drawn_to, code.cuts[-1])
            self._close(CodePiece(code, len(self._codes), self._drawn_to, code.cuts[-1], self._gap()))
            self._drawn_to = code.cuts[-1]

    def _close_code(self, code: CodeSource) -> None:
        code.close()
        self._close(CodePiece(code, len(self._codes), self._drawn_to, len(code.lines), self._gap()))
        self._code = None

    def _step_table(self, table: TableSource, final: bool) -> bool:
        complete = len(self._tail) if final else self._tail.rfind("\n") + 1
        if complete == 0:
            return self._end_table(table) if final else False
        source = self._tail[:complete]
        if complete > LIMIT:
            source = source[: source.rfind("\n", 0, LIMIT) + 1 or source.find("\n") + 1 or complete]
        rows, used = self._rows(source)
        self._take_rows(table, rows)
        lines = source.split("\n")
        count = len(lines) - (not lines[-1])
        taken = sum(len(line) + 1 for line in lines[:used])
        self._tail = self._tail[taken:]
        if used < count or (final and not self._tail):
            return self._end_table(table)
        return len(source) < complete

    def _take_rows(self, table: TableSource, rows: list[tuple[str, ...]]) -> None:
        table.rows.extend(rows)
        while len(table.rows) - self._drawn_to > _TABLE_ROWS:
            end = self._drawn_to + _TABLE_ROWS
            self._close(TablePiece(table, self._drawn_to, end, self._gap()))
            self._drawn_to = end

    def _end_table(self, table: TableSource) -> bool:
        if self._drawn_to < len(table.rows) or not self._drawn_to:
            self._close(TablePiece(table, self._drawn_to, len(table.rows), self._gap()))
        table.partial = None
        self._table = None
        return bool(self._tail)

    def _rows(self, source: str) -> tuple[list[tuple[str, ...]], int]:
        """Return the rows at the start of `source`, and how many of its lines they take."""
        tokens = self._parse(self._table_head + source)
        if not tokens or tokens[0].type != "table_open" or tokens[0].map is None:
            return [], 0
        rows: list[list[str]] = []
        for index, token in enumerate(tokens[: closing(tokens, 0)]):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("td_open", "th_open"):
                rows[-1].append(clean(tokens[index + 1].content))
        return [tuple(row) for row in rows[1:]], tokens[0].map[1] - tokens[0].map[0] - 2

    def _open_table(self, unit: Unit, window: str) -> None:
        rows = window.split("\n")
        self._table_head = "\n".join(rows[:2]) + "\n"
        heads = [index for index, token in enumerate(unit.tokens) if token.type == "th_open"]
        header = tuple([clean(unit.tokens[index + 1].content) for index in heads])
        self._table = TableSource(self.shared, header, tuple([cell_align(unit.tokens[index]) for index in heads]))
        self._drawn_to = 0
        self._in_list = False
        self._tail = self._tail[len(self._table_head) :]

    def _gap(self) -> bool:
        return self._started and self._drawn_to == 0

    def _close(self, piece: Piece) -> None:
        self.closed.append(piece)
        self._started = True
        self._glued = False
        self._join = "\n"
        self._in_list = False
        self._follows = None
        self._look_again()

    def _look_again(self) -> None:
        """Take the tail for something that was not looked at yet."""
        self._looked_at = (-1, 0)
        self._in_paragraph = False
        self._draft = None

    def _parse(self, source: str, references: dict[str, object] | None = None) -> list[Token]:
        tokens: list[Token] = []
        env: dict[str, object] = {"references": {} if references is None else references}
        self.shared.parser.block.parse(source, self.shared.parser, env, tokens)
        return tokens
