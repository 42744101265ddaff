"""Cut Markdown into pieces while it arrives, so that nothing finished is ever looked at twice.

A piece is a top-level block, an item of a top-level list, some lines of a fence, or some rows of a table. A piece is
finished when the next one has begun on a whole line: CommonMark never reopens a block once its next sibling is open. So
only the text from the last cut on is parsed again, by markdown-it itself, and a text gives the same pieces however it
was split on its way here. Fences and tables, which have no siblings inside, are taken in line by line.
"""

from __future__ import annotations

import re
from time import perf_counter
from typing import TYPE_CHECKING, Final

from lmstudio_tui.text_safety import clean
from lmstudio_tui.tui.widgets.transcript.code import FENCE, CodeSource, find_lexer
from lmstudio_tui.tui.widgets.transcript.inflow import Inflow
from lmstudio_tui.tui.widgets.transcript.markdown import cell_align, closing, fence_code
from lmstudio_tui.tui.widgets.transcript.model import CodeBlock
from lmstudio_tui.tui.widgets.transcript.pieces import (
    CodePiece,
    MarkdownPiece,
    Piece,
    Shared,
    TablePiece,
    TableSource,
)
from lmstudio_tui.tui.widgets.transcript.units import Unit, find_units

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LIMIT: Final = 16_384
"""Longest block, in characters, that is kept whole; longer ones are cut, so that no text can hold up the screen."""
_WINDOW: Final = 2_048
_TABLE_ROWS: Final = 16
_BLANK: Final = re.compile(r"(?:[ \t]*\n)+")
_SOFT_CUT: Final = re.compile(r"[ \t](?=[^\W\d_])")


class MarkdownSplitter:
    """Cuts one Markdown text into pieces as it grows.

    Attributes:
        closed: The finished pieces, in order; only ever appended to.
        open: The pieces of the rest, new after each `advance`.
    """

    def __init__(self, parser: MarkdownIt) -> None:
        self.shared = Shared(parser)
        self.closed: list[Piece] = []
        self.open: list[Piece] = []
        self._tail = ""
        self._arrived = Inflow()
        self._code: CodeSource | None = None
        self._table: TableSource | None = None
        self._table_head = ""
        self._drawn_to = 0
        self._started = False
        self._looked_at = -1
        self._follows: int | None = None
        self._in_list = False
        self._item_gap = False
        self._glued = False
        self._join = "\n"
        self._codes: list[CodeSource] = []

    @property
    def codes(self) -> list[CodeBlock]:
        """The blocks of code so far."""
        return [CodeBlock(number, code.language, code.text) for number, code in enumerate(self._codes, 1)]

    def feed(self, text: str) -> None:
        """Take more text; nothing is done with it before `advance`."""
        self._arrived.put(text)

    def advance(self, final: bool = False, deadline: float | None = None) -> bool:
        """Cut what has arrived.

        Args:
            final: Whether the text ends here.
            deadline: The `perf_counter` time at which to stop and leave the rest for later.

        Returns:
            Whether everything that arrived has been looked at.
        """
        done = False
        while not done:
            if self._arrived:
                self._tail += self._arrived.take()
                self._looked_at = -1
            last = not self._arrived
            while self._step(final and last):
                if deadline is not None and perf_counter() > deadline:
                    self.open = []
                    return False
            done = last
        self.open = self._open_pieces()
        return True

    # --- one step -------------------------------------------------------------------------------------------------

    def _step(self, final: bool) -> bool:
        if self._code is not None:
            return self._step_code(self._code, final)
        if self._table is not None:
            return self._step_table(self._table, final)
        blank = _BLANK.match(self._tail)
        if blank is not None:
            self._tail = self._tail[blank.end() :]
            self._item_gap = True
        if not self._tail:
            return False
        complete = len(self._tail) if final else self._tail.rfind("\n") + 1
        fence = FENCE.match(self._tail) if not self._in_list else None
        if fence is not None and (fence.end() < complete or final):
            self._open_code(fence)
            return True
        return self._step_blocks(complete, final)

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
            code.tokens(self._drawn_to, code.cuts[-1])
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

    def _take_rows(self, table: TableSource, rows: list[list[str]]) -> None:
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

    def _rows(self, source: str) -> tuple[list[list[str]], int]:
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
        return rows[1:], tokens[0].map[1] - tokens[0].map[0] - 2

    # --- blocks ---------------------------------------------------------------------------------------------------

    def _step_blocks(self, complete: int, final: bool) -> bool:
        if (complete == self._looked_at and not final) or (not complete and len(self._tail) < LIMIT):
            return False
        size = _WINDOW
        while True:
            end = min(size, LIMIT + 1, len(self._tail))
            window = self._tail[:end]
            whole = min(window.rfind("\n") + 1, complete) if end < len(self._tail) else complete
            if self._cut_blocks(window, whole, final and end == len(self._tail)):
                return True
            if end == len(self._tail) or end > LIMIT:
                break
            size *= 2
        self._looked_at = complete
        return False

    def _cut_blocks(self, window: str, whole: int, last: bool) -> bool:
        """Close the blocks of `window` that are finished; False when there are none."""
        lines = window.count("\n", 0, whole) + (last and not window.endswith("\n"))
        tokens = self._parse(window)
        units = find_units(tokens, window, self._in_list, self._follows)
        if units and units[0].kind in ("fence", "table_open") and units[0].start < lines - 1:
            self._enter_block(units[0], window)
            return True
        limit = next((n for n, unit in enumerate(units) if n and unit.kind in ("fence", "table_open")), len(units))
        rows = window.split("\n")
        ready = [unit for unit in units[1 : limit + 1] if unit.start < lines]
        starts = [0, *[unit.start for unit in ready]]
        if last and limit >= len(units):
            starts.append(window.count("\n") + 1)
        used = 0
        for number in range(len(starts) - 1):
            source = "\n".join(rows[starts[number] : starts[number + 1]])
            used += len(source) + 1
            self._close_unit(units[number] if units else None, source)
        if used:
            following = units[len(starts) - 1] if len(starts) - 1 < len(units) else None
            self._tail = self._tail[used:]
            self._enter(following)
            return True
        first_end = units[1].start if len(units) > 1 else len(rows)
        if len(window) > LIMIT and len("\n".join(rows[:first_end])) >= LIMIT:
            self._force_cut(units[0] if units else None)
            return True
        return False

    def _enter_block(self, unit: Unit, window: str) -> None:
        """Begin a table; before a fence or a table, only take away the link definitions that stand there."""
        if unit.start == 0:
            self._open_table(unit, window)
            return
        source = "\n".join(window.split("\n")[: unit.start])
        self._define(source)
        self._tail = self._tail[len(source) + 1 :]
        self._enter(None)

    def _close_unit(self, unit: Unit | None, source: str) -> None:
        if unit is None:
            self._define(source)
            return
        gap = self._unit_gap(unit.follows)
        codes = [fence_code(token) for token in unit.tokens if token.type in ("fence", "code_block")]
        piece = MarkdownPiece(source, self.shared, gap, unit.ordinal, len(self._codes), len(codes), self._join)
        self._codes.extend(codes)
        self._define(source)
        self._close(piece)
        self._item_gap = not source[source.rfind("\n") + 1 :].strip(" \t")

    def _unit_gap(self, follows: bool) -> bool:
        return self._item_gap if follows else self._started and not self._glued

    def _enter(self, unit: Unit | None) -> None:
        self._in_list = unit is not None and unit.follows
        self._follows = unit.ordinal if unit is not None and unit.follows else None
        self._looked_at = -1

    def _define(self, source: str) -> None:
        """Remember the link definitions in a finished piece."""
        if "]:" not in source:
            return
        known = len(self.shared.references)
        self._parse(source, self.shared.references)
        self.shared.version += len(self.shared.references) - known

    def _open_table(self, unit: Unit, window: str) -> None:
        rows = window.split("\n")
        self._table_head = "\n".join(rows[:2]) + "\n"
        header: list[str] = []
        table = TableSource(self.shared, header, [])
        for index, token in enumerate(unit.tokens):
            if token.type == "th_open":
                header.append(clean(unit.tokens[index + 1].content))
                table.aligns.append(cell_align(token))
        self._table = table
        self._drawn_to = 0
        self._in_list = False
        self._tail = self._tail[len(self._table_head) :]

    def _force_cut(self, unit: Unit | None) -> None:
        """Cut a block that is too long: at a line end, else between words, else anywhere."""
        cut = self._tail.rfind("\n", LIMIT // 2, LIMIT) + 1
        if not cut:
            soft = [match.end() for match in _SOFT_CUT.finditer(self._tail, LIMIT // 2, LIMIT)]
            cut = soft[-1] if soft else LIMIT
        source, self._tail = self._tail[:cut], self._tail[cut:]
        self._close_unit(unit, source.removesuffix("\n"))
        self._enter(None)
        self._glued = True
        self._join = "\n" if source.endswith("\n") else source[len(source.rstrip(" \t")) :]

    # --- what is left ---------------------------------------------------------------------------------------------

    def _open_pieces(self) -> list[Piece]:
        if self._code is not None:
            self._code.partial = self._tail
            return [CodePiece(self._code, len(self._codes), self._drawn_to, len(self._code.lines), self._gap())]
        if self._table is not None:
            rows = self._rows(self._tail)[0] if self._tail else []
            self._table.partial = rows[0] if rows else None
            return [TablePiece(self._table, self._drawn_to, len(self._table.rows), self._gap(), growing=True)]
        if not self._tail.strip():
            return []
        gap = self._unit_gap(self._in_list)
        tail = self._tail[: 2 * LIMIT]
        return [MarkdownPiece(tail, self.shared, gap, self._follows, len(self._codes), join=self._join)]

    def _gap(self) -> bool:
        return self._started and self._drawn_to == 0

    def _close(self, piece: Piece) -> None:
        self.closed.append(piece)
        self._started = True
        self._glued = False
        self._join = "\n"
        self._in_list = False
        self._follows = None
        self._looked_at = -1

    def _parse(self, source: str, references: dict[str, object] | None = None) -> list[Token]:
        tokens: list[Token] = []
        env: dict[str, object] = {"references": {} if references is None else references}
        self.shared.parser.block.parse(source, self.shared.parser, env, tokens)
        return tokens
