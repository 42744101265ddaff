"""Counting where a text stands in all turns, a little at a time, and going from one place to the next."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple

from lmstudio_tui.tui.widgets.transcript.finding import count, find_in_lines, may_show, words_of

if TYPE_CHECKING:
    from lmstudio_tui.tui.widgets.transcript.chunks import Chunk
    from lmstudio_tui.tui.widgets.transcript.document import Document
    from lmstudio_tui.tui.widgets.transcript.finding import Part
    from lmstudio_tui.tui.widgets.transcript.lines import Line
    from lmstudio_tui.tui.widgets.transcript.rows import PartKind
    from lmstudio_tui.tui.widgets.transcript.view import TurnView

_KINDS: Final[tuple[PartKind, PartKind]] = ("reasoning", "text")
_KEPT: Final = 256


class Hit(NamedTuple):
    """A place that was found."""

    view: TurnView
    kind: PartKind
    place: int
    """Which chunk of the reasoning or of the text."""
    nth: int
    """Which of the places in that chunk, from 0."""


@dataclass
class _Counts:
    """How often the text was found in each chunk of a turn."""

    generation: int
    parts: dict[PartKind, list[int]] = field(default_factory=lambda: {kind: [] for kind in _KINDS})
    closed: dict[PartKind, int] = field(default_factory=lambda: dict.fromkeys(_KINDS, 0))
    """How many chunks were finished when they were counted."""
    total: int = 0
    done: bool = False


class Finder:
    """Finds a text in the turns of a document, as it is shown."""

    def __init__(self, document: Document) -> None:
        self.needle = ""
        self.current: Hit | None = None
        self._document = document
        self._words: tuple[str, ...] = ()
        self._counts: dict[int, _Counts] = {}
        self._queue: deque[TurnView] = deque()
        self._rows: OrderedDict[Chunk, tuple[list[Line], list[tuple[Part, ...]]]] = OrderedDict()

    @property
    def busy(self) -> bool:
        """Whether there are turns that have not been counted."""
        return bool(self._queue)

    @property
    def total(self) -> int:
        """How many places have been found so far."""
        return sum([counts.total for counts in self._counts.values()])

    @property
    def number(self) -> int:
        """Which of them is the current one, counted from 1; 0 without one."""
        hit = self.current
        counts = self._counts.get(hit.view.serial) if hit is not None else None
        if hit is None or counts is None:
            return 0
        before = sum([other.total for serial, other in self._counts.items() if serial < hit.view.serial])
        if hit.kind == "text":
            before += sum(counts.parts["reasoning"])
        return before + sum(counts.parts[hit.kind][: hit.place]) + hit.nth + 1

    def begin(self, query: str, start: int = 0) -> None:
        """Look for another text, first in the turn with the index `start` and those after it."""
        self.needle = query.casefold()
        self._words = words_of(self.needle)
        self.current = None
        self._counts.clear()
        self._rows.clear()
        views = self._document.views
        self._queue = deque([*views[start:], *reversed(views[:start])] if self.needle else ())

    def touch(self, view: TurnView) -> None:
        """Count a turn again, for its text has changed."""
        counts = self._counts.get(view.serial)
        if counts is not None:
            counts.done = False
        self._queue.append(view)

    def forget(self, view: TurnView) -> None:
        """Leave a turn aside that is no longer there."""
        self._counts.pop(view.serial, None)
        if self.current is not None and self.current.view is view:
            self.current = None

    def advance(self, deadline: float) -> None:
        """Count on until a `perf_counter` time."""
        while self._queue and perf_counter() < deadline:
            view = self._queue[0]
            if self._document.by_serial(view.serial) is view and not self.count(view, deadline):
                return
            self._queue.popleft()

    # --- counting -------------------------------------------------------------------------------------------------

    def count(self, view: TurnView, deadline: float | None) -> bool:
        """Count one turn; False when time ran out first."""
        counts = self._counts.get(view.serial)
        if counts is None or counts.generation != view.content.generation:
            counts = self._counts[view.serial] = _Counts(view.content.generation)
        if counts.done or self._is_without(view):
            counts.done = True
            return True
        laid_out = self._document.advance(view, deadline)
        done = [self._count_part(view, kind, counts, deadline) for kind in _KINDS]
        counts.total = sum([sum(part) for part in counts.parts.values()])
        counts.done = all(done) and laid_out
        return counts.done

    def _is_without(self, view: TurnView) -> bool:
        """Whether a turn that was never cut into pieces need not be, because the text is not in its source."""
        content = view.content
        if view.chunks or not self._words:
            return False
        return not any(may_show(part.text, self._words) for part in (content.answer, content.thoughts))

    def _count_part(self, view: TurnView, kind: PartKind, counts: _Counts, deadline: float | None) -> bool:
        part = counts.parts[kind]
        closed = view.thoughts if kind == "reasoning" else view.texts
        del part[counts.closed[kind] :]
        for chunk in closed[len(part) :]:
            if deadline is not None and perf_counter() > deadline:
                return False
            part.append(self._count_chunk(view, chunk))
            counts.closed[kind] = len(part)
        opened = view.content.thoughts.open if kind == "reasoning" else view.content.answer.open
        if opened:
            part.extend([self._count_chunk(view, chunk) for chunk in view.part_chunks(kind)[len(closed) :]])
        return True

    def _count_chunk(self, view: TurnView, chunk: Chunk) -> int:
        if chunk.piece is None:
            return 0
        shown = chunk.piece.shown()
        if shown is not None:
            return count(shown, self.needle)
        return len(self.places(view, chunk)) if chunk.piece.may_show(self._words) else 0

    def places(self, view: TurnView, chunk: Chunk) -> list[tuple[Part, ...]]:
        """Return where the text stands in the rows of a chunk."""
        canvas = self._document.canvas
        if canvas is None or not self.needle:
            return []
        lines = chunk.draw(canvas, view.content.values)
        known = self._rows.get(chunk)
        if known is not None and known[0] is lines:
            return known[1]
        found = find_in_lines(lines, self.needle)
        self._rows[chunk] = (lines, found)
        if len(self._rows) > _KEPT:
            self._rows.popitem(last=False)
        return found

    # --- going to one ---------------------------------------------------------------------------------------------

    def next_in(self, view: TurnView, step: int, after: Hit | None = None, start: int = 0) -> Hit | None:
        """Return the next place within a turn that has been counted.

        Args:
            view: The turn.
            step: 1 for the next, -1 for the one before.
            after: The place to go on from, in the same turn.
            start: The first chunk of the text to look at, when there is no such place.
        """
        counts = self._counts.get(view.serial)
        if counts is None:
            return None
        thoughts = len(counts.parts["reasoning"])
        many = [*counts.parts["reasoning"], *counts.parts["text"]]
        if after is None:
            place, nth = (thoughts + start if start else 0) if step > 0 else len(many) - 1, 0
        else:
            place, nth = after.place + (thoughts if after.kind == "text" else 0), after.nth + step
        if after is not None and place < len(many) and 0 <= nth < many[place]:
            return after._replace(nth=nth)
        place += step if after is not None else 0
        while 0 <= place < len(many):
            if many[place]:
                kind: PartKind = "text" if place >= thoughts else "reasoning"
                index = place - (thoughts if kind == "text" else 0)
                return Hit(view, kind, index, 0 if step > 0 else many[place] - 1)
            place += step
        return None

    def chunk_of(self, hit: Hit) -> Chunk | None:
        """Return the chunk a place is in."""
        closed = hit.view.thoughts if hit.kind == "reasoning" else hit.view.texts
        if hit.place < len(closed):
            return closed[hit.place]
        chunks = hit.view.part_chunks(hit.kind)
        return chunks[hit.place] if hit.place < len(chunks) else None

    def marks(self, view: TurnView, chunk: Chunk, row: int) -> tuple[tuple[int, int, bool], ...]:
        """Return what is to be marked in one row of a chunk: first and last character, and whether it is current."""
        if not self.needle or chunk.kind not in _KINDS:
            return ()
        hit = self.current if self.current is not None and self.current.view is view else None
        nth = hit.nth if hit is not None and self.chunk_of(hit) is chunk else -1
        return tuple(
            [
                (part.start, part.end, number == nth)
                for number, parts in enumerate(self.places(view, chunk))
                for part in parts
                if part.row == row
            ]
        )
