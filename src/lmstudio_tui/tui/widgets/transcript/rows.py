"""The rows of a turn: its chunks put together, and kept in step with a text that goes on."""

from __future__ import annotations

from itertools import chain
from time import perf_counter
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from lmstudio_tui.tui.widgets.transcript.chunks import Canvas, Chunk
from lmstudio_tui.tui.widgets.transcript.content import TurnContent
from lmstudio_tui.tui.widgets.transcript.frame import bottom_lines, fold_line, more_line
from lmstudio_tui.tui.widgets.transcript.layout import Heights
from lmstudio_tui.tui.widgets.transcript.lines import BLANK, Line
from lmstudio_tui.tui.widgets.transcript.model import Role, ToolView, Turn
from lmstudio_tui.tui.widgets.transcript.pieces import Piece, estimate_lines
from lmstudio_tui.tui.widgets.transcript.tools import card_line, card_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it import MarkdownIt

PartKind: TypeAlias = Literal["reasoning", "text"]
LONG: Final = 24
"""A prompt of more rows is folded by itself."""
SHOWN: Final = 12
"""How many rows of its text a folded message shows."""
_COUNTED: Final = 24
"""A folded message of more pieces is not drawn only to count its rows."""


class TurnRows:
    """The rows of a turn.

    Args:
        turn: The turn as it is at first.
        serial: Orders the turns of a transcript for good.
        parser: Parses Markdown.
    """

    def __init__(self, turn: Turn, serial: int, parser: MarkdownIt) -> None:
        self.id = turn.id
        self.serial = serial
        self._given: Turn | None = turn
        self._parser = parser
        self._content: TurnContent | None = None
        self.heights = Heights()
        self.chunks: list[Chunk] = []
        self.folded = True
        """Whether the reasoning is folded."""
        self.whole: bool | None = None
        """Whether all of the text is shown; None where its length decides."""
        self.cut = False
        """Whether the text is folded to its first rows."""
        self.opened: set[int] = set()
        """The calls of functions that are shown whole."""
        self.stable = 0
        """How many rows at the top are as they were before the last `advance`."""
        self.thoughts: list[Chunk] = []
        """The finished chunks of the reasoning, shown or not."""
        self.texts: list[Chunk] = []
        """The finished chunks of the text, shown or not."""
        self._canvas: Canvas | None = None
        self._known: tuple[int, int] | None = None
        """The width and the height it had when its rows were let go of."""
        self._shape: object = None
        self._before = 0
        self._placed = 0
        self._cards: dict[int, tuple[ToolView, bool, Canvas, list[Chunk]]] = {}

    @property
    def content(self) -> TurnContent:
        """The values and the text; taken in when they are first asked for, for most turns are out of view."""
        if self._content is None:
            assert self._given is not None
            self._content = TurnContent(self._given, self._parser)
            self._given = None
        return self._content

    @property
    def bulk(self) -> int:
        """How many characters have not been taken in."""
        return 0 if self._given is None else len(self._given.text) + len(self._given.reasoning)

    @property
    def turn(self) -> Turn:
        """The turn as it is now."""
        return self.content.turn

    @property
    def height(self) -> int:
        """How many rows the turn takes, as far as that is known."""
        return self.heights.total

    def is_current(self, canvas: Canvas) -> bool:
        """Whether the turn is laid out for this canvas, with all of its text."""
        return self._canvas is canvas and not self.content.pending

    # --- bringing up to date --------------------------------------------------------------------------------------

    def advance(self, canvas: Canvas, deadline: float | None = None) -> bool:
        """Bring the chunks up to date with the text; False when time ran out first."""
        if self.is_current(canvas):
            self.stable = self.height
            return True
        done = self.content.advance(deadline)
        self.content.pending = not done
        self._sync(self.thoughts, self.content.thoughts.closed, "reasoning")
        self._sync(self.texts, self.content.answer.closed, "text")
        renewed = canvas is not self._canvas
        if renewed:
            same_width = self._canvas is not None and self._canvas.width == canvas.width
            for chunk in chain(self.thoughts, self.texts):
                chunk.forget(same_width)
        self._canvas = canvas
        if done:
            self._known = None
        self.cut = self._is_cut(canvas)
        shape = self._current_shape(renewed or self._shape is None)
        if shape != self._shape or self.cut:
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
    def _sync(chunks: list[Chunk], pieces: list[Piece], kind: PartKind) -> None:
        chunks.extend([Chunk(kind, piece) for piece in pieces[len(chunks) :]])

    def _current_shape(self, anew: bool) -> tuple[object, ...]:
        """Return what decides whether new text only goes on at the end of what is there."""
        words, begun = self.content.words > 0, self.content.answer.begun
        thought = (self.content.thoughts.characters, self.content.is_final)
        late = thought if words and begun and not self.folded else ()
        return anew, self.folded, words, begun, self.cut, late

    def _is_cut(self, canvas: Canvas) -> bool:
        automatic = self.whole is None and self.content.values.role is Role.USER
        if not automatic and self.whole is not False:
            return False
        limit = LONG if automatic else SHOWN + 1
        rows = 0
        for chunk in self._text_chunks():
            rows += len(chunk.draw(canvas, self.content.values)) if chunk.rows is None else chunk.rows
            if rows > limit:
                return True
        return False

    def _text_chunks(self) -> Iterator[Chunk]:
        yield from self.texts
        for piece in self.content.answer.open:
            yield Chunk("text", piece)

    @property
    def _thinks(self) -> bool:
        """Whether new text goes on at the end of the reasoning."""
        return self.content.words > 0 and not self.folded and not self.content.answer.begun and not self.cut

    def _compose(self, canvas: Canvas) -> None:
        """Put all chunks in order anew."""
        old = self.chunks
        chunks = self.chunks = []
        if self.content.words:
            chunks.append(Chunk("fold", lines=[self._fold_line(canvas)]))
            if not self.folded and not self.cut and not self._thinks:
                chunks.extend(self.thoughts)
                chunks.extend([Chunk("reasoning", piece) for piece in self.content.thoughts.open])
            if self.content.answer.begun and not canvas.palette.compact:
                chunks.append(Chunk("frame", lines=[BLANK]))
        self._before = len(chunks)
        if self.cut:
            self._append_cut(canvas)
        else:
            chunks.extend(self.thoughts if self._thinks else self.texts)
        same = 0
        while same < min(len(old), len(chunks)) and old[same] is chunks[same]:
            same += 1
        self.stable = min(self.heights.top(same), self.heights.total)
        self.heights = Heights()
        for chunk in chunks:
            self.heights.append(chunk.height(canvas))
        self._placed = len(chunks)
        self._append_rest(canvas)

    def _append_cut(self, canvas: Canvas) -> None:
        """Put the first rows of the text, and a line for the others."""
        shown: list[Line] = []
        answer = self.content.answer
        chunks = list(self._text_chunks())
        counted = not self.content.pending and len(chunks) <= _COUNTED
        for chunk in chunks:
            if len(shown) < SHOWN or (counted and chunk.rows is None):
                shown.extend(chunk.draw(canvas, self.content.values)[: SHOWN - len(shown)])
            elif not counted:
                break
        exact = not self.content.pending and all(chunk.rows is not None for chunk in chunks)
        if exact:
            total = sum([chunk.rows or 0 for chunk in chunks])
        else:
            total = estimate_lines(answer.characters, answer.newlines, canvas.width)
        self.chunks.append(Chunk("text", lines=shown))
        more = more_line(max(1, total - SHOWN), exact, canvas.width, canvas.palette)
        self.chunks.append(Chunk("more", lines=[more]))

    def _extend(self, canvas: Canvas, deadline: float | None) -> None:
        """Put what is new behind the finished chunks."""
        previous = self.chunks[self._placed] if self._placed < len(self.chunks) else None
        self.stable = self.heights.top(self._placed)
        first = self._placed - self._before
        del self.chunks[self._placed :]
        self.heights.truncate(self._placed)
        for chunk in (self.thoughts if self._thinks else self.texts)[first:]:
            self.chunks.append(chunk)
            # Drawn even out of view, so that what comes in below is counted right, but only while there is time.
            if deadline is not None and perf_counter() < deadline:
                chunk.draw(canvas, self.content.values)
            self.heights.append(chunk.height(canvas))
        place, self._placed = self._placed, len(self.chunks)
        self._append_rest(canvas)
        if self.content.words:
            self._renew_fold(canvas)
        if previous is not None and previous.open:
            self._compare(place, previous, canvas)

    def _compare(self, place: int, previous: Chunk, canvas: Canvas) -> None:
        """Find out how many rows of what was open are still the same."""
        self.measure(place, canvas)
        for new, old in zip(self.chunks[place].lines or (), previous.lines or (), strict=False):
            if new is not old and new != old:
                break
            self.stable += 1

    def _append_rest(self, canvas: Canvas) -> None:
        rest: list[Chunk] = []
        if self._thinks:
            rest = [Chunk("reasoning", piece, opened=True) for piece in self.content.thoughts.open]
        elif not self.cut:
            rest = [Chunk("text", piece, opened=True) for piece in self.content.answer.open]
        spoken = bool(self.content.words or self.content.answer.begun)
        for number, tool in enumerate(self.content.values.tools):
            if spoken and not number and not canvas.palette.compact:
                rest.append(Chunk("frame", lines=[BLANK]))
            rest.extend(self._card(number, tool, canvas))
        spoken = spoken or bool(self.content.values.tools)
        rest.append(Chunk("frame", lines=bottom_lines(self.content.values, spoken, canvas.width, canvas.palette)))
        self.chunks.extend(rest)
        for chunk in rest:
            self.heights.append(chunk.height(canvas))

    def _card(self, number: int, tool: ToolView, canvas: Canvas) -> list[Chunk]:
        opened = number in self.opened and not self.cut
        known = self._cards.get(number)
        if known is not None and known[2] is canvas and known[:2] == (tool, opened):
            return known[3]
        line = card_line(tool, number, opened, canvas.width, canvas.palette)
        chunks = [Chunk("tool", lines=[line], number=number)]
        if opened:
            chunks.extend([Chunk(kind, piece, number=number) for kind, piece in card_pieces(tool)])
        self._cards[number] = (tool, opened, canvas, chunks)
        return chunks

    def _renew_fold(self, canvas: Canvas) -> None:
        line = self._fold_line(canvas)
        if self.chunks[0].lines != [line]:
            self.chunks[0].lines = [line]
            self.stable = 0

    def _fold_line(self, canvas: Canvas) -> Line:
        content, folded = self.content, self.folded or self.cut
        return fold_line(content.values, folded, content.words, content.answer.begun, canvas.width, canvas.palette)
