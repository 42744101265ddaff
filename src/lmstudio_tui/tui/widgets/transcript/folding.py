"""Selecting turns, and folding what is in them."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from lmstudio_tui.tui.widgets.transcript.keeping import SLICE
from lmstudio_tui.tui.widgets.transcript.messages import TurnSelected
from lmstudio_tui.tui.widgets.transcript.painter import ROW_BITS
from lmstudio_tui.tui.widgets.transcript.scroller import TurnScroller

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.tui.widgets.transcript.view import TurnView


class TurnFolder(TurnScroller):
    """A transcript whose turns can be selected and folded."""

    def action_select_turn(self, step: int) -> None:
        """Select the turn before or after the selected one, or the first in view."""
        views = self._document.views
        if not views:
            return
        if self._selected is None:
            found = self._document.view_at(self.scroll_offset.y + (self._rows - 1 if step < 0 else 0))
            view = views[-1] if found is None else found[0]
        else:
            index = self._document.index(self._selected) + step
            if not 0 <= index < len(views):
                return
            view = views[index]
        self._select(view)
        self._scroll_to_turn(view)

    def action_fold(self) -> None:
        """Fold or unfold what the selected turn, or the last one in view that has any, shows folded."""
        view = self._selected if self._selected is not None and self._selected.foldable else None
        view = view or (self._last_in_view(lambda one: one.foldable) if self._selected is None else None)
        if view is not None and view.foldable:
            self._refold(view, view.toggle)

    def action_fold_message(self) -> None:
        """Fold the selected turn, or the last one in view, to its first rows, or show it whole."""
        view = self._selected or self._last_in_view()
        if view is not None:
            cut = view.cut
            self._refold(view, lambda: view.show_whole(cut))

    def _select(self, view: TurnView) -> None:
        if view is not self._selected:
            self._selected = view
            self.refresh()
            self.post_message(TurnSelected(self, view.id))

    def _last_in_view(self, wanted: Callable[[TurnView], bool] | None = None) -> TurnView | None:
        top = self.scroll_offset.y
        row = min(top + self._rows, self._document.height) - 1
        while row >= top and (found := self._document.view_at(row)) is not None:
            if wanted is None or wanted(found[0]):
                return found[0]
            row -= found[1] + 1
        return None

    def _refold(self, view: TurnView, change: Callable[[], None], head: Callable[[], int] = lambda: 0) -> None:
        """Fold or unfold something.

        Args:
            view: The turn.
            change: Does it.
            head: Returns the row within the turn that stays where it is, or comes into view.
        """
        self._drop_selection_of(view)
        if self._follow and not view.content.is_final:
            change()
            self._mark(view)
            return
        scroll = self.scroll_offset.y
        offset = min(0, scroll - self._document.top(view) - head())
        change()
        self._settle_fold(view, lambda: self._document.top(view) + head() + offset)

    def _unfold_below(self, view: TurnView) -> None:
        """Show a message whole: nothing moves but what is below its first rows."""
        self._drop_selection_of(view)
        offset = self.scroll_offset.y - self._document.top(view)
        view.show_whole(True)
        self._settle_fold(view, lambda: self._document.top(view) + offset)

    def _settle_fold(self, view: TurnView, top: Callable[[], int]) -> None:
        self._follow = False
        if not self._document.advance(view, perf_counter() + SLICE):
            self._go_on_with(view)
        self._show(top)
        self._follow = self.scroll_offset.y >= self._last_top
        self._tell()

    def _toggle_tool(self, view: TurnView, number: int) -> None:
        """Open or close the card of one call of a function."""
        self._refold(view, lambda: view.open_tools(view.opened ^ {number}), lambda: view.tool_row(number))

    def _drop_selection_of(self, view: TurnView) -> None:
        """Forget a text selection that begins or ends in a turn whose rows are about to change."""
        selection = self.text_selection if self.is_attached else None
        if selection is not None and any(
            end is not None and end.y >> ROW_BITS == view.serial for end in (selection.start, selection.end)
        ):
            self._drop_selection()
