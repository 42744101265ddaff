"""All turns above each other: which rows they take, measured where it matters and guessed elsewhere.

Rows that have never been in view have guessed heights. `settle` draws what is about to be seen and corrects its height,
so an opened conversation costs what its last screen costs, however long it is.
"""

from __future__ import annotations

from collections import OrderedDict
from time import perf_counter
from typing import TYPE_CHECKING, Final

from lmstudio_tui.tui.widgets.transcript.layout import Heights
from lmstudio_tui.tui.widgets.transcript.lines import BLANK
from lmstudio_tui.tui.widgets.transcript.places import Anchor, Place, place_of
from lmstudio_tui.tui.widgets.transcript.view import TurnView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markdown_it import MarkdownIt

    from lmstudio_tui.tui.widgets.transcript.chunks import Canvas
    from lmstudio_tui.tui.widgets.transcript.lines import Line
    from lmstudio_tui.tui.widgets.transcript.model import Turn

_KEPT_CHARACTERS: Final = 2_000_000
"""How much text is kept laid out beside what is looked at; of the rest only the source and the height stay."""
_BULK: Final = 65_536
"""Longer turns, in characters, are stored as UTF-8 soon, looked at or not."""


class Document:
    """The turns of a transcript, in order."""

    def __init__(self, make_parser: Callable[[], MarkdownIt]) -> None:
        self.views: list[TurnView] = []
        self.canvas: Canvas | None = None
        self._make_parser = make_parser
        self._parser: MarkdownIt | None = None
        self._by_id: dict[str, TurnView] = {}
        self._heights = Heights()
        self._serial = 0
        self._order: dict[int, int] = {}
        self._unfinished: dict[int, TurnView] = {}
        self._laid_out: OrderedDict[TurnView, int] = OrderedDict()
        self._characters = 0
        self._bulky: list[TurnView] = []
        self.following = True
        """Whether the end is looked at, which is then as far as it is known."""
        self._seen: set[int] = set()
        """The turns that were in view when it was last settled."""

    # --- turns ----------------------------------------------------------------------------------------------------

    def __contains__(self, turn_id: str) -> bool:
        return turn_id in self._by_id

    def __getitem__(self, turn_id: str) -> TurnView:
        return self._by_id[turn_id]

    def add(self, turn: Turn) -> TurnView:
        """Put a turn at the end."""
        if turn.id in self._by_id:
            raise ValueError(f"a turn {turn.id!r} is already there")
        if self._parser is None:
            self._parser = self._make_parser()
        view = TurnView(turn, self._serial, self._parser)
        self._order[self._serial] = len(self.views)
        self._serial += 1
        self._by_id[turn.id] = view
        self.views.append(view)
        self._heights.append(0 if self.canvas is None else view.estimate(self.canvas))
        if view.bulk > _BULK:
            self._bulky.append(view)
        return view

    def remove(self, turn_id: str) -> None:
        """Take a turn out."""
        view = self._by_id.pop(turn_id)
        index = self.index(view)
        self._characters -= self._laid_out.pop(view, 0)
        del self.views[index]
        self._heights.delete(index)
        self._order = {other.serial: number for number, other in enumerate(self.views)}

    def clear(self) -> None:
        """Take all turns out."""
        self.views.clear()
        self._by_id.clear()
        self._order.clear()
        self._laid_out.clear()
        self._characters = 0
        self._bulky.clear()
        self._heights.truncate(0)

    def index(self, view: TurnView) -> int:
        """Return where a turn stands."""
        return self._order[view.serial]

    def by_serial(self, serial: int) -> TurnView | None:
        """Return the turn with this serial, if it is still there."""
        index = self._order.get(serial)
        return None if index is None else self.views[index]

    # --- rows -----------------------------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """How many rows all turns take, as far as that is known."""
        return self._heights.total

    def top(self, view: TurnView) -> int:
        """Return the row at which a turn begins."""
        return self._heights.top(self.index(view))

    def use(self, canvas: Canvas) -> None:
        """Lay everything out anew for another width or other styles."""
        self.canvas = canvas
        for index, view in enumerate(self.views):
            self._heights[index] = view.estimate(canvas)

    def advance(self, view: TurnView, deadline: float | None = None) -> bool:
        """Bring one turn up to date; False when time ran out first."""
        assert self.canvas is not None
        done = view.advance(self.canvas, deadline)
        self._heights[self.index(view)] = self._height_of(view)
        self._keep(view)
        return done

    def _height_of(self, view: TurnView) -> int:
        """Return how many rows a turn takes, or will take when it has been cut to its end."""
        if self.following or self.canvas is None or not (view.content.pending and view.content.is_final):
            return view.height
        # Where somebody reads, what is still missing keeps its place, so that nothing below it moves.
        return max(view.height, view.guess(self.canvas))

    def _keep(self, view: TurnView) -> None:
        """Note that a turn was looked at."""
        size = view.content.size
        self._characters += size - self._laid_out.pop(view, 0)
        self._laid_out[view] = size

    def _unload(self) -> None:
        """Let go of what was not looked at for longest, but not of what is in view or still being cut."""
        if self._characters <= _KEPT_CHARACTERS:
            return
        for view in list(self._laid_out):
            if view.serial not in self._seen and not view.content.pending:
                self._characters -= self._laid_out.pop(view)
                view.unload()
                if self._characters <= _KEPT_CHARACTERS:
                    break

    @property
    def has_bulk(self) -> bool:
        """Whether there are long turns that have not been taken in."""
        return bool(self._bulky)

    def take_in(self, deadline: float) -> None:
        """Take in one or more long turns that nobody has looked at, which saves memory."""
        while self._bulky:
            # What it returns is of no matter: asking for it makes it.
            _ = self._bulky.pop().content
            if perf_counter() > deadline:
                break

    def view_at(self, row: int) -> tuple[TurnView, int] | None:
        """Return the turn at a row, and the row within it."""
        if not self._heights.total:
            return None
        index, inside = self._heights.find(row)
        return self.views[index], inside

    def place(self, row: int) -> Place | None:
        """Return what stands at a row, or None beyond the end."""
        if not 0 <= row < self._heights.total:
            return None
        index, inside = self._heights.find(row)
        view = self.views[index]
        if self.canvas is None or inside >= view.height:
            return Place(view, inside, BLANK)
        number, within = view.heights.find(inside)
        chunk = view.chunks[number]
        lines = chunk.lines
        if lines is None:
            # Let go of in the meantime, while something else was drawn.
            lines = chunk.draw(self.canvas, view.content.values)
        return Place(view, inside, lines[within] if within < len(lines) else BLANK, chunk, within)

    def anchor(self, row: int) -> Anchor | None:
        """Return the place in the content at a row."""
        found = self.view_at(row)
        if found is None:
            return None
        view, inside = found
        if inside >= view.height:
            return Anchor(view, None, inside, inside, self._heights[self.index(view)])
        number, within = view.heights.find(inside)
        return Anchor(view, view.chunks[number], within, inside, view.heights[number], number)

    def row_of(self, anchor: Anchor) -> int:
        """Return the row at which a place in the content stands now."""
        view = anchor.view
        if view.serial not in self._order:
            return 0
        top = self.top(view)
        height = self._heights[self.index(view)]
        number = place_of(anchor, view)
        if number is None:
            whole = anchor.height if anchor.chunk is None else 0
            scaled = anchor.turn_row * height // whole if whole else anchor.turn_row
            return top + min(scaled, max(0, height - 1))
        now = view.heights[number]
        row = anchor.row if now == anchor.height or not anchor.height else anchor.row * now // anchor.height
        return top + view.heights.top(number) + min(row, max(0, now - 1))

    # --- measuring ------------------------------------------------------------------------------------------------

    def settle(self, top: Callable[[], int], rows: int, deadline: float | None = None) -> int:
        """Draw all that is in view, and return the row at which the view begins.

        Args:
            top: Returns that row as it follows from the heights known so far.
            rows: How many rows are in view.
            deadline: The `perf_counter` time at which turns still being cut are left for later.
        """
        for _ in range(max(8, 2 * rows)):
            first = top()
            # A turn can stay as high as it was while what is in it moves.
            if not self._measure(first, first + rows, deadline) and top() == first:
                break
        self._unload()
        return top()

    def was_seen(self, view: TurnView) -> bool:
        """Whether a turn was in view when that was last settled."""
        return view.serial in self._seen

    def take_unfinished(self) -> list[TurnView]:
        """Return the turns that ran out of time, once."""
        views, self._unfinished = list(self._unfinished.values()), {}
        return views

    def _measure(self, first: int, end: int, deadline: float | None) -> bool:
        """Draw the rows from `first` up to `end`; True when a height changed."""
        if self.canvas is None or not self.views:
            return False
        changed = False
        self._seen.clear()
        index, _ = self._heights.find(first)
        while index < len(self.views) and self._heights.top(index) < end:
            view = self.views[index]
            self._seen.add(view.serial)
            before = self._heights[index]
            if not view.is_current(self.canvas):
                late = deadline is not None and perf_counter() > deadline and view.is_laid_out(self.canvas)
                if late or not view.advance(self.canvas, deadline):
                    self._unfinished[view.serial] = view
            self._keep(view)
            self._measure_chunks(view, first - self._heights.top(index), end - self._heights.top(index))
            self._heights[index] = self._height_of(view)
            changed = changed or self._heights[index] != before
            index += 1
        return changed

    def _measure_chunks(self, view: TurnView, first: int, end: int) -> None:
        assert self.canvas is not None
        number, _ = view.heights.find(max(first, 0))
        while number < len(view.chunks) and view.heights.top(number) < end:
            view.measure(number, self.canvas)
            number += 1

    def lines(self, view: TurnView) -> Iterator[Line]:
        """Draw and return all rows of a turn, in view or not."""
        assert self.canvas is not None
        view.advance(self.canvas)
        for number in range(len(view.chunks)):
            view.measure(number, self.canvas)
        self._heights[self.index(view)] = self._height_of(view)
        return view.lines(self.canvas)

    def hidden_lines(self, view: TurnView) -> Iterator[Line]:
        """Draw and return the rows of a turn that are folded away."""
        assert self.canvas is not None
        return view.hidden_lines(self.canvas)
