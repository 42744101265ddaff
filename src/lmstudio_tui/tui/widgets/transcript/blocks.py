"""Cut Markdown into pieces while it arrives, so that nothing finished is ever looked at twice.

A piece is a top-level block, an item of a top-level list, some lines of a fence, or some rows of a table. A piece is
finished when the next one has begun on a whole line: CommonMark never reopens a block once its next sibling is open. So
only the text from the last cut on is parsed again, by markdown-it itself, and a text gives the same pieces however it
was split on its way here. Fences and tables, which have no siblings inside, are taken in line by line.
"""

from __future__ import annotations

import re
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING, Final

from lmstudio_tui.tui.widgets.transcript.code import FENCE
from lmstudio_tui.tui.widgets.transcript.growing import LIMIT, PARAGRAPH, GrowingBlocks
from lmstudio_tui.tui.widgets.transcript.inflow import Inflow
from lmstudio_tui.tui.widgets.transcript.markdown import fence_code
from lmstudio_tui.tui.widgets.transcript.model import CodeBlock
from lmstudio_tui.tui.widgets.transcript.paragraph import ParagraphDraft, goes_on
from lmstudio_tui.tui.widgets.transcript.pieces import CodePiece, MarkdownPiece, Piece, TablePiece
from lmstudio_tui.tui.widgets.transcript.units import Unit, find_units

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_WINDOWS: Final = (2_048, PARAGRAPH + 1, 8_192, LIMIT + 1)
"""How much is parsed at once, in characters, until the end of a block is found."""
_OVERFLOWS: Final = (PARAGRAPH + 1, LIMIT + 1)
_BLANK: Final = re.compile(r"(?:[ \t]*\n)+")
_DEFINITION: Final = re.compile(r"\s*\[(?:[^\[\]\\]|\\.)*(?:\]:|\]?\Z)", re.DOTALL)
_SOFT_CUT: Final = re.compile(r"[ \t](?=[^\W\d_])")


def _limit(unit: Unit | None) -> int:
    """Return how long a block may be to be kept whole; a heading is a paragraph until its last line is there."""
    return PARAGRAPH if unit is not None and unit.kind in ("paragraph_open", "heading_open") else LIMIT


def _is_paragraph(unit: Unit, text: str, lines: int) -> bool:
    """Whether a text of so many whole lines is one paragraph, which the next line may go on with.

    One that begins like a link definition may still become one.
    """
    within = unit.kind == "paragraph_open" and unit.start == 0 and 0 < lines <= unit.end
    return within and not _DEFINITION.match(text)


class MarkdownSplitter(GrowingBlocks):
    """Cuts one Markdown text into pieces as it grows.

    Attributes:
        closed: The finished pieces, in order; only ever appended to.
        open: The pieces of the rest, new after each `advance`.
    """

    def __init__(self, parser: MarkdownIt) -> None:
        super().__init__(parser)
        self.open: list[Piece] = []
        self._arrived = Inflow()
        self._item_gap = False

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

    # --- blocks ---------------------------------------------------------------------------------------------------

    def _step_blocks(self, complete: int, final: bool) -> bool:
        known, seen = self._looked_at
        size = len(self._tail)
        if not final and not any(seen < limit <= size for limit in _OVERFLOWS):
            # Only a line that is whole, or too much text, can end a block.
            if complete == max(known, 0):
                return False
            if self._in_paragraph and goes_on(self._tail[known : complete - 1]):
                self._looked_at = (complete, size)
                return False
        for window in _WINDOWS:
            # What is shorter was looked at before, and found to have no end.
            if seen <= window:
                end = min(window, size)
                text = self._tail[:end]
                whole = complete if end == size else text.rfind("\n") + 1
                if self._cut_blocks(text, whole, final and end == size):
                    return True
            if window >= size:
                break
        self._looked_at = (complete, size)
        return False

    def _cut_blocks(self, window: str, whole: int, last: bool) -> bool:
        """Close the blocks of `window` that are finished; False when there are none."""
        # In too much text also what has begun on a line that goes on beyond it ends the block before.
        over = len(window) > LIMIT
        lines = window.count("\n", 0, whole) + ((last or over) and not window.endswith("\n"))
        tokens = self._parse(window)
        units = find_units(tokens, window, self._in_list, self._follows)
        if units and units[0].kind in ("fence", "table_open") and units[0].start < lines - 1:
            self._enter_block(units[0], window)
            return True
        rows = window.split("\n")
        if self._is_too_long(units, rows, len(window)):
            return True
        limit = next((n for n, unit in enumerate(units) if n and unit.kind in ("fence", "table_open")), len(units))
        ready = [unit for unit in units[1 : limit + 1] if unit.start < lines]
        starts = [0, *[unit.start for unit in ready]]
        if last and limit >= len(units):
            starts.append(window.count("\n") + 1)
        used = closed = 0
        for start, end in pairwise(starts):
            source = "\n".join(rows[start:end])
            unit = units[closed] if units else None
            if closed and len(source) >= _limit(unit):
                # It is cut as soon as it is the first.
                break
            used += len(source) + 1
            closed += 1
            self._close_unit(unit, source)
        if closed:
            self._tail = self._tail[used:]
            self._enter(units[closed] if closed < len(units) else None)
        else:
            self._in_paragraph = bool(units) and _is_paragraph(units[0], window, lines)
        return closed > 0

    def _is_too_long(self, units: list[Unit], rows: list[str], size: int) -> bool:
        """Cut the first block if it is too long to be kept whole; False where it is not."""
        first = units[0] if units else None
        limit = _limit(first)
        if size <= limit:
            return False
        end = units[1].start if len(units) > 1 else len(rows)
        if len("\n".join(rows[:end])) < limit:
            return False
        self._force_cut(first, limit)
        return True

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
        self._look_again()

    def _define(self, source: str) -> None:
        """Remember the link definitions in a finished piece."""
        if "]:" not in source:
            return
        known = len(self.shared.references)
        self._parse(source, self.shared.references)
        self.shared.version += len(self.shared.references) - known

    def _force_cut(self, unit: Unit | None, limit: int) -> None:
        """Cut a block that is too long: at a line end, else between words, else anywhere."""
        cut = self._tail.rfind("\n", limit // 2, limit) + 1
        if not cut:
            soft = [match.end() for match in _SOFT_CUT.finditer(self._tail, limit // 2, limit)]
            cut = soft[-1] if soft else limit
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
        piece = MarkdownPiece(tail, self.shared, gap, self._follows, len(self._codes), join=self._join)
        if self._in_paragraph:
            self._draft = piece.draft = self._draft or ParagraphDraft(self.shared.parser)
        return [piece]
