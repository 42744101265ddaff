"""One turn of a transcript: its rows, what of them is folded, and how high it is while nobody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.tui.widgets.transcript.chunks import Canvas, Chunk
from lmstudio_tui.tui.widgets.transcript.layout import Heights
from lmstudio_tui.tui.widgets.transcript.model import Role, Turn
from lmstudio_tui.tui.widgets.transcript.pieces import CodePiece, MarkdownPiece, estimate_lines
from lmstudio_tui.tui.widgets.transcript.rows import LONG, SHOWN, PartKind, TurnRows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lmstudio_tui.tui.widgets.transcript.lines import Line


class TurnView(TurnRows):
    """A turn that is folded, searched, and let go of."""

    @property
    def foldable(self) -> bool:
        """Whether it has anything to fold or unfold: reasoning, calls, or a long text that was asked for whole."""
        return bool(self.content.words or self.content.values.tools or self.cut or self.whole)

    def is_laid_out(self, canvas: Canvas) -> bool:
        """Whether the turn is laid out for this canvas, perhaps without what came last."""
        return self._canvas is canvas

    def estimate(self, canvas: Canvas) -> int:
        """Return how many rows the turn takes, or guess without looking into its text."""
        return self.height if self._canvas is canvas else self.guess(canvas)

    def guess(self, canvas: Canvas) -> int:
        """Guess how many rows the turn takes, from the length of its text or from what it took before."""
        if self._known is not None and self._known[0] == canvas.width:
            return self._known[1]
        if self._given is not None:
            values, characters, newlines = self._given, len(self._given.text), self._given.text.count("\n")
            thought = bool(values.reasoning)
        else:
            values, answer = self.content.values, self.content.answer
            characters, newlines, thought = answer.characters, answer.newlines, self.content.words > 0
        extra = 2 * bool(values.footer or values.model) + 2 * bool(values.note) + 2 * thought + 1
        rows = estimate_lines(characters, newlines, canvas.width)
        if rows > LONG and not self.whole and (values.role is Role.USER or self.whole is False):
            rows = SHOWN + 1
        return rows + extra + 2 * bool(values.caution) + len(values.attachments) + len(values.tools)

    def unload(self) -> None:
        """Let go of everything but the text and the height."""
        if self._canvas is None or not self.content.is_final:
            return
        self._known = (self._canvas.width, self.height)
        self.content.unload()
        self._canvas = self._shape = None
        self.chunks, self.texts, self.thoughts = [], [], []
        self.heights = Heights()
        self._cards.clear()

    def update(self, turn: Turn, text: str | None = None, reasoning: str | None = None) -> None:
        """Take new values, as `TurnContent.update` does."""
        if self.content.update(turn, text, reasoning):
            self.thoughts.clear()
            self.texts.clear()
            self._shape = None

    # --- folding --------------------------------------------------------------------------------------------------

    def fold(self, folded: bool) -> None:
        """Fold or unfold the reasoning."""
        self.folded = folded
        self.content.pending = True

    def show_whole(self, whole: bool) -> None:
        """Show all of the text, or only its first rows."""
        self.whole = whole
        self.content.pending = True

    def open_tools(self, numbers: set[int]) -> None:
        """Show these calls of functions whole, and no others."""
        self.opened = numbers
        self.content.pending = True

    def toggle(self) -> None:
        """Unfold what is folded: the text, else the reasoning and the calls; where nothing is, fold those."""
        if self.cut:
            self.show_whole(True)
            return
        calls = len(self.content.values.tools)
        if self.whole and not calls and not self.content.words:
            self.show_whole(False)
            return
        closed = (self.folded and self.content.words > 0) or len(self.opened) < calls
        self.fold(not closed)
        self.open_tools(set(range(calls)) if closed else set())

    def tool_row(self, number: int) -> int:
        """Return the row at which the card of a call stands."""
        for index, chunk in enumerate(self.chunks):
            if chunk.kind == "tool" and chunk.number == number:
                return self.heights.top(index)
        return 0

    def code_row(self, number: int, canvas: Canvas) -> int | None:
        """Return the row of the header above a block of code, or None where it is not shown."""
        for index, chunk in enumerate(self.chunks):
            piece = chunk.piece
            if isinstance(piece, CodePiece):
                holds = piece.number == number and piece.start == 0
            else:
                holds = isinstance(piece, MarkdownPiece) and 0 < number - piece.code_number <= piece.codes
            for row, line in enumerate(chunk.draw(canvas, self.content.values) if holds else ()):
                if line.heads(number):
                    return self.heights.top(index) + row
        return None

    def hidden_lines(self, canvas: Canvas) -> Iterator[Line]:
        """Draw and return the rows of the text that are folded away."""
        rows = 0
        for chunk in self._text_chunks():
            for line in list(chunk.draw(canvas, self.content.values)):
                rows += 1
                if rows > SHOWN:
                    yield line

    def part_chunks(self, kind: PartKind) -> list[Chunk]:
        """Return the chunks of the reasoning or of the text, shown or not, with those that may still change."""
        closed = self.thoughts if kind == "reasoning" else self.texts
        part = self.content.thoughts if kind == "reasoning" else self.content.answer
        shown = {id(chunk.piece): chunk for chunk in self.chunks[self._placed :]}
        return [*closed, *[shown.get(id(piece)) or Chunk(kind, piece) for piece in part.open]]
