"""One turn as rows: its pieces in order, each with its height and, once it has been in view, its lines."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from rich.segment import Segment

from lmstudio_tui.tui.widgets.transcript.content import TurnContent
from lmstudio_tui.tui.widgets.transcript.frame import CURSOR, bottom_lines, fold_line, text_width
from lmstudio_tui.tui.widgets.transcript.layout import Heights
from lmstudio_tui.tui.widgets.transcript.lines import BLANK, Line, indent
from lmstudio_tui.tui.widgets.transcript.pieces import Piece, estimate_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it import MarkdownIt

    from lmstudio_tui.tui.widgets.transcript.model import Turn
    from lmstudio_tui.tui.widgets.transcript.palette import Palette


@dataclass(frozen=True, slots=True)
class Canvas:
    """What turns are drawn on.

    Args:
        width: The reading width, in cells.
        palette: The styles.
        version: Another number for each canvas that is not the same.
    """

    width: int
    palette: Palette
    version: int


class Chunk:
    """A piece with what is known of its rows."""

    __slots__ = ("_drawn_for", "kind", "lines", "open", "piece")

    def __init__(
        self,
        kind: Literal["frame", "fold", "reasoning", "text"],
        piece: Piece | None = None,
        lines: list[Line] | None = None,
        opened: bool = False,
    ) -> None:
        self.kind = kind
        self.piece = piece
        self.lines = lines
        self.open = opened
        self._drawn_for: object = None

    def height(self, canvas: Canvas) -> int:
        """Return how many rows the chunk takes, or a guess."""
        if self.lines is not None:
            return len(self.lines)
        return 0 if self.piece is None else self.piece.estimate(canvas.width)

    def draw(self, canvas: Canvas, turn: Turn) -> list[Line]:
        """Return the rows; they are drawn only when something has changed."""
        if self.piece is None:
            return self.lines or []
        key = (canvas.version, self.piece.key())
        if self.lines is not None and key == self._drawn_for:
            return self.lines
        width = text_width(turn, canvas.width)
        if self.kind == "reasoning":
            bar = Segment("│ " if width > 6 else "│", canvas.palette["rule"])
            self.lines = indent(self.piece.draw(max(1, width - len(bar.text)), canvas.palette), bar, bar)
        else:
            self.lines = self.piece.draw(width, canvas.palette)
        if self.open:
            self._put_cursor(canvas, width)
        self._drawn_for = key
        return self.lines

    def _put_cursor(self, canvas: Canvas, width: int) -> None:
        last = self.lines[-1] if self.lines else BLANK
        if last is not BLANK and last.copied and sum(part.cell_length for part in last.segments) < width:
            last.segments = (*last.segments, Segment(CURSOR, canvas.palette["accent"]))
            last.trailing = 1


class TurnView:
    """The rows of a turn.

    Args:
        turn: The turn as it is at first.
        serial: Orders the turns of a transcript for good.
        parser: Parses Markdown.
    """

    def __init__(self, turn: Turn, serial: int, parser: MarkdownIt) -> None:
        self.id = turn.id
        self.serial = serial
        self.content = TurnContent(turn, parser)
        self.heights = Heights()
        self.chunks: list[Chunk] = []
        self.folded = True
        self.stable = 0
        """How many rows at the top are as they were before the last `advance`."""
        self._canvas: Canvas | None = None
        self._shape: object = None
        self._thoughts: list[Chunk] = []
        self._texts: list[Chunk] = []
        self._placed = 0

    @property
    def turn(self) -> Turn:
        """The turn as it is now."""
        return self.content.turn

    @property
    def height(self) -> int:
        """How many rows the turn takes, as far as that is known."""
        return self.heights.total

    def is_laid_out(self, canvas: Canvas) -> bool:
        """Whether the turn is laid out for this canvas, perhaps without what came last."""
        return self._canvas == canvas

    def is_current(self, canvas: Canvas) -> bool:
        """Whether the turn is laid out for this canvas, with all of its text."""
        return self._canvas == canvas and not self.content.pending

    def estimate(self, canvas: Canvas) -> int:
        """Return how many rows the turn takes, or guess without looking into its text."""
        if self._canvas == canvas:
            return self.height
        answer, values = self.content.answer, self.content.values
        extra = 2 * bool(values.footer or values.model) + 2 * bool(values.note) + 2 * bool(self.content.words) + 1
        return estimate_lines(answer.characters, answer.newlines, canvas.width) + extra

    def update(self, turn: Turn) -> None:
        """Take new values, given as a whole turn."""
        if self.content.update(turn):
            self._thoughts.clear()
            self._texts.clear()
            self._shape = None

    def fold(self, folded: bool) -> None:
        """Fold or unfold the reasoning."""
        self.folded = folded
        self.content.pending = True

    def advance(self, canvas: Canvas, deadline: float | None = None) -> bool:
        """Bring the chunks up to date with the text; False when time ran out first."""
        if self.is_current(canvas):
            self.stable = self.height
            return True
        done = self.content.advance(deadline)
        self._sync(self._thoughts, self.content.thoughts.splitter.closed, "reasoning")
        self._sync(self._texts, self.content.answer.splitter.closed, "text")
        renewed = canvas != self._canvas
        self._canvas = canvas
        if renewed:
            for chunk in (*self._thoughts, *self._texts):
                chunk.lines = None
        shape = (renewed or self._shape is None, self.folded, self.content.words > 0, self.content.answer.begun)
        unfolded = self.content.words > 0 and not self.folded
        if shape != self._shape or unfolded:
            self._compose(canvas)
        else:
            self._extend(canvas, deadline)
        self._shape = (False, *shape[1:])
        return done

    def measure(self, index: int, canvas: Canvas) -> bool:
        """Draw one chunk if it has to be; True when its height changed."""
        height = len(self.chunks[index].draw(canvas, self.content.values))
        changed = self.heights[index] != height
        self.heights[index] = height
        return changed

    def lines(self, canvas: Canvas) -> Iterator[Line]:
        """Draw and return all rows."""
        for chunk in list(self.chunks):
            yield from chunk.draw(canvas, self.content.values)

    # --- chunks ---------------------------------------------------------------------------------------------------

    @staticmethod
    def _sync(chunks: list[Chunk], pieces: list[Piece], kind: Literal["reasoning", "text"]) -> None:
        chunks.extend(Chunk(kind, piece) for piece in islice(pieces, len(chunks), None))

    def _compose(self, canvas: Canvas) -> None:
        """Put all chunks in order anew."""
        old = self.chunks
        self.chunks = self._before_text(canvas)
        self.chunks.extend(self._texts)
        same = 0
        while same < min(len(old), len(self.chunks)) and old[same] is self.chunks[same]:
            same += 1
        self.stable = min(self.heights.top(same), self.heights.total)
        self.heights = Heights()
        for chunk in self.chunks:
            self.heights.append(chunk.height(canvas))
        self._placed = len(self.chunks)
        self._append_rest(canvas)

    def _extend(self, canvas: Canvas, deadline: float | None) -> None:
        """Put what is new behind the finished chunks."""
        previous = self.chunks[self._placed] if self._placed < len(self.chunks) else None
        self.stable = self.heights.top(self._placed)
        first = self._placed - self._before
        del self.chunks[self._placed :]
        self.heights.truncate(self._placed)
        for chunk in self._texts[first:]:
            self.chunks.append(chunk)
            # Drawn even out of view, so that what comes in below is counted right, but only while there is time.
            if deadline is not None and perf_counter() < deadline:
                chunk.draw(canvas, self.content.values)
            self.heights.append(chunk.height(canvas))
        place, self._placed = self._placed, len(self.chunks)
        self._append_rest(canvas)
        self._renew_fold(canvas)
        if previous is not None and previous.open:
            self._compare(place, previous, canvas)

    def _compare(self, place: int, previous: Chunk, canvas: Canvas) -> None:
        """Find out how many rows of what was open are still the same."""
        self.measure(place, canvas)
        for new, old in zip(self.chunks[place].lines or (), previous.lines or (), strict=False):
            if new != old:
                break
            self.stable += 1

    def _before_text(self, canvas: Canvas) -> list[Chunk]:
        chunks: list[Chunk] = []
        if self.content.words:
            chunks.append(Chunk("fold", lines=[self._fold_line(canvas)]))
            if not self.folded:
                chunks.extend(self._thoughts)
                pieces = self.content.thoughts.splitter.open
                chunks.extend(Chunk("reasoning", piece, opened=not self.content.answer.begun) for piece in pieces)
            if self.content.answer.begun:
                chunks.append(Chunk("frame", lines=[BLANK]))
        self._before = len(chunks)
        return chunks

    def _append_rest(self, canvas: Canvas) -> None:
        rest = [Chunk("text", piece, opened=True) for piece in self.content.answer.splitter.open]
        spoken = bool(self.content.words or self.content.answer.begun)
        rest.append(Chunk("frame", lines=bottom_lines(self.content.values, spoken, canvas.width, canvas.palette)))
        self.chunks.extend(rest)
        for chunk in rest:
            self.heights.append(chunk.height(canvas))

    def _renew_fold(self, canvas: Canvas) -> None:
        if self.content.words:
            line = self._fold_line(canvas)
            if self.chunks[0].lines != [line]:
                self.chunks[0].lines = [line]
                self.stable = 0

    def _fold_line(self, canvas: Canvas) -> Line:
        content = self.content
        return fold_line(content.values, self.folded, content.words, content.answer.begun, canvas.width, canvas.palette)
