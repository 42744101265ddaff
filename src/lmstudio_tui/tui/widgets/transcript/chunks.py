"""The chunks of a turn: its pieces, each with what is known of its rows."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from rich.segment import Segment

from lmstudio_tui.tui.widgets.transcript.frame import CURSOR, text_width
from lmstudio_tui.tui.widgets.transcript.lines import BLANK, Line, indent

if TYPE_CHECKING:
    from lmstudio_tui.tui.widgets.transcript.model import Turn
    from lmstudio_tui.tui.widgets.transcript.palette import Palette
    from lmstudio_tui.tui.widgets.transcript.pieces import Piece

_KEPT_ROWS: Final = 600
"""How many drawn rows are kept; of what was not looked at for longest, only the source and the height stay."""


class Drawn:
    """The chunks whose rows are kept, those looked at last at the end."""

    def __init__(self) -> None:
        self._chunks: OrderedDict[Chunk, int] = OrderedDict()
        self._rows = 0

    def touch(self, chunk: Chunk) -> None:
        """Keep the rows of a chunk, and let go of others for it."""
        rows = chunk.rows or 0
        self._rows += rows - self._chunks.pop(chunk, 0)
        self._chunks[chunk] = rows
        while self._rows > _KEPT_ROWS and len(self._chunks) > 1:
            old, count = self._chunks.popitem(last=False)
            self._rows -= count
            old.lines = None


@dataclass(frozen=True, slots=True)
class Canvas:
    """What turns are drawn on.

    Args:
        width: The reading width, in cells.
        palette: The styles.
        version: Another number for each canvas that is not the same.
        drawn: What is kept of it.
    """

    width: int
    palette: Palette
    version: int
    drawn: Drawn = field(default_factory=Drawn, compare=False, repr=False)


class Chunk:
    """A piece with what is known of its rows, or rows that stand for themselves."""

    __slots__ = ("_drawn_for", "kind", "lines", "number", "open", "piece", "rows")

    def __init__(
        self,
        kind: Literal["frame", "fold", "reasoning", "text", "tool", "result", "more"],
        piece: Piece | None = None,
        lines: list[Line] | None = None,
        opened: bool = False,
        number: int = 0,
    ) -> None:
        self.kind = kind
        self.piece = piece
        self.lines = lines
        self.rows: int | None = None if lines is None else len(lines)
        """How many rows it takes, once that is known."""
        self.open = opened
        self.number = number
        self._drawn_for: object = None

    def height(self, canvas: Canvas) -> int:
        """Return how many rows the chunk takes, or a guess."""
        if self.rows is not None:
            return self.rows
        return 0 if self.piece is None else self.piece.estimate(canvas.width)

    def forget(self, same_width: bool) -> None:
        """Be drawn again for another canvas."""
        self.lines = None
        if not same_width:
            self.rows = None

    def draw(self, canvas: Canvas, turn: Turn) -> list[Line]:
        """Return the rows; they are drawn only when something has changed."""
        if self.piece is None:
            return self.lines or []
        key = (canvas.version, self.piece.key())
        if self.lines is not None and key == self._drawn_for:
            canvas.drawn.touch(self)
            return self.lines
        width = text_width(turn, canvas.width)
        if self.kind in ("reasoning", "tool", "result"):
            bar = Segment("│ " if width > 6 else "│", canvas.palette["rule"])
            first = Segment("→ "[: len(bar.text)], canvas.palette["dim"]) if self.kind == "result" else bar
            lines = indent(self.piece.draw(max(1, width - len(bar.text)), canvas.palette), first, bar)
        else:
            lines = self.piece.draw(width, canvas.palette)
        if self.open:
            _put_cursor(lines, canvas, width)
        self.lines = lines
        self.rows = len(lines)
        self._drawn_for = key
        if not self.open:
            canvas.drawn.touch(self)
        return lines


def _put_cursor(lines: list[Line], canvas: Canvas, width: int) -> None:
    last = lines[-1] if lines else BLANK
    if last is not BLANK and last.copied and sum(part.cell_length for part in last.segments) < width:
        # The line itself may be kept for the next time.
        segments = (*last.segments, Segment(CURSOR, canvas.palette["accent"]))
        lines[-1] = replace(last, segments=segments, trailing=1)
