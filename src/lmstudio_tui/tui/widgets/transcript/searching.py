"""Searching the conversation: what is found is marked, and gone to."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Final

from lmstudio_tui.tui.timers import once
from lmstudio_tui.tui.widgets.transcript.finder import Finder, Hit
from lmstudio_tui.tui.widgets.transcript.keeping import SLICE
from lmstudio_tui.tui.widgets.transcript.marking import LineMarker
from lmstudio_tui.tui.widgets.transcript.messages import HitsChanged

if TYPE_CHECKING:
    from textual.timer import Timer

    from lmstudio_tui.tui.widgets.transcript.painter import Look
    from lmstudio_tui.tui.widgets.transcript.places import Anchor, Place
    from lmstudio_tui.tui.widgets.transcript.view import TurnView

_PAUSE: Final = 0.008
"""How long others have the screen after that."""


class HitFinder(LineMarker):
    """A transcript in which a text can be searched for."""

    _origin: Anchor | None = None
    """What was read when the search began: the nearest place from there on is gone to first."""
    _step: int = 0
    """Which way to go as soon as it is known what is there; 0 when nobody waits for it."""
    _goal: Hit | None = None
    """A place that is gone to and not yet in view, because its turn is still being laid out."""
    _search_timer: Timer | None = None
    _told_hits: tuple[int, int] | None = None
    """What was told last; None where a search has begun and nothing of it is known."""
    _unfolded: tuple[TurnView, bool, bool | None] | None = None
    """What was unfolded only to show a hit, and how it was before."""

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self._document)

    @cached_property
    def _touched(self) -> dict[int, TurnView]:
        return {}

    def search(self, query: str) -> None:
        """Look for a text in all turns, whatever its case; go to the first place from here on.

        Counting goes on in the background, and `HitsChanged` tells how far it has come. Also text that comes later is
        searched, until `clear_search`.

        Args:
            query: The text as it is shown; "" ends the search.
        """
        if not query:
            self.clear_search()
            return
        if query.casefold() == self._finder.needle:
            return
        if self._origin is None:
            self._origin = self._document.anchor(self.scroll_offset.y)
        self._begin_search(query)

    def clear_search(self) -> None:
        """Search no more, and mark nothing."""
        self._stop_search_timer()
        self._origin = None
        self._unfolded = None
        self._step = 0
        self._goal = None
        if self._finder.needle:
            self._finder.begin("")
            self.refresh()
        self._tell_hits()

    def action_hit(self, step: int) -> None:
        """Go to the next place that was found (1), or the one before (-1); after the last comes the first."""
        if self._finder.needle:
            self._step = step
            self._search_slice()

    def _begin_search(self, query: str) -> None:
        start = 0
        if self._origin is not None and self._document.by_serial(self._origin.view.serial) is self._origin.view:
            start = self._document.index(self._origin.view)
        else:
            self._origin = None
        self._finder.begin(query, start)
        self._told_hits = None
        self._step = 1
        self._goal = None
        self.refresh()
        self._search_slice()

    def _search_anew(self) -> None:
        """Search other turns for the same text."""
        if self._finder.needle:
            self._origin = self._unfolded = None
            self._begin_search(self._finder.needle)

    def _restyle(self) -> None:
        super()._restyle()
        # What was to be found before there was anything to see waits until now.
        if self._search_timer is None and (self._step or self._finder.busy):
            self._search_slice()

    def _search_slice(self) -> None:
        """Count for a moment, and go where somebody wants to be."""
        self._stop_search_timer()
        if self._document.canvas is None:
            return
        height = self._document.height
        deadline = perf_counter() + SLICE
        if self._step:
            self._go(self._step, deadline)
        self._pursue(deadline)
        self._finder.advance(deadline)
        if self._step:
            self._go(self._step, deadline)
        if self._document.height != height:
            self._relayout(deadline=deadline)
        self._tell_hits()
        if self._finder.busy or self._step or self._goal is not None:
            self._search_timer = once(self, _PAUSE, self._search_slice)

    def _stop_search_timer(self) -> None:
        if self._search_timer is not None:
            self._search_timer.stop()
            self._search_timer = None

    # --- going to a place -----------------------------------------------------------------------------------------

    def _go(self, step: int, deadline: float) -> None:
        """Go to the next place, unless turns in between have to be counted first, for which there is no time."""
        current = self._finder.current
        if current is not None and self._document.by_serial(current.view.serial) is current.view:
            hit = self._finder.next_in(current.view, step, current)
            start = self._document.index(current.view) + step
        else:
            hit = self._first_here(deadline)
            start = 0 if self._origin is None else self._document.index(self._origin.view) + step
        views = self._document.views
        for passed in range(len(views)) if hit is None else ():
            view = views[(start + step * passed) % len(views)]
            if not self._finder.count(view, deadline):
                return
            hit = self._finder.next_in(view, step)
            if hit is not None:
                break
        self._step = 0
        if hit is not None:
            self._visit(hit)

    def _first_here(self, deadline: float) -> Hit | None:
        """Return the first place in the turn that was read when the search began, from there on."""
        origin = self._origin
        if origin is None or not self._finder.count(origin.view, deadline) or origin.chunk is None:
            return None
        chunks = origin.view.texts
        start = chunks.index(origin.chunk) if origin.chunk in chunks else 0
        return self._finder.next_in(origin.view, 1, start=start)

    def _visit(self, hit: Hit) -> None:
        view = hit.view
        self._fold_back(view)
        if view.cut or (hit.kind == "reasoning" and view.folded):
            self._unfolded = self._unfolded or (view, view.folded, view.whole)
            view.fold(view.folded and hit.kind != "reasoning")
            if view.cut:
                view.show_whole(True)
        self._finder.current = self._goal = hit
        self._pursue(perf_counter() + SLICE)
        self.refresh()

    def _pursue(self, deadline: float) -> None:
        """Scroll to the place that is gone to, as soon as its turn is laid out so far."""
        hit = self._goal
        if hit is None:
            return
        done = self._document.by_serial(hit.view.serial) is not hit.view or self._document.advance(hit.view, deadline)
        chunk = self._finder.chunk_of(hit)
        if chunk is not None and chunk in hit.view.chunks:
            self._goal = None
            self._reveal(lambda: self._row_of(hit), self._rows // 3)
        elif done:
            self._goal = None

    def _fold_back(self, view: TurnView) -> None:
        """Fold again what was unfolded only for a place in another turn."""
        if self._unfolded is None or self._unfolded[0] is view:
            return
        other, folded, whole = self._unfolded
        self._unfolded = None
        if self._document.by_serial(other.serial) is other:
            other.fold(folded)
            if whole is not other.whole:
                other.whole = whole
            self._document.advance(other, perf_counter() + SLICE)

    def _row_of(self, hit: Hit) -> int:
        """Return the row at which a place stands."""
        top = self._document.top(hit.view)
        chunk = self._finder.chunk_of(hit)
        if chunk is None or chunk not in hit.view.chunks:
            return top
        places = self._finder.places(hit.view, chunk)
        row = places[min(hit.nth, len(places) - 1)][0].row if places else 0
        return top + hit.view.heights.top(hit.view.chunks.index(chunk)) + row

    # --- keeping up -----------------------------------------------------------------------------------------------

    def _tell_hits(self) -> None:
        now = (self._finder.number, self._finder.total)
        # That there is nothing can be said only when everything was looked at.
        if now != self._told_hits and (now[1] or not self._finder.busy):
            self._told_hits = now
            self.post_message(HitsChanged(self, *now))

    def _mark(self, view: TurnView) -> None:
        super()._mark(view)
        if self._finder.needle:
            self._touched[view.serial] = view

    def _flush(self) -> None:
        super()._flush()
        for view in self._touched.values():
            self._finder.touch(view)
        if self._touched:
            self._touched.clear()
            if self._search_timer is None:
                self._search_timer = once(self, _PAUSE, self._search_slice)

    def _look(self, place: Place) -> Look:
        look = super()._look(place)
        if not self._finder.needle or place.chunk is None:
            return look
        hits = self._finder.marks(place.view, place.chunk, place.inside)
        return replace(look, hits=hits) if hits else look
