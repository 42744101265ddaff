"""Selecting text with the keyboard: line by line, as the same selection that the mouse makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.geometry import Offset
from textual.selection import Selection

from lmstudio_tui.tui.commands import keys_of
from lmstudio_tui.tui.widgets.transcript.code_choice import CodeChooser
from lmstudio_tui.tui.widgets.transcript.painter import ROW_BITS

if TYPE_CHECKING:
    from textual import events

    from lmstudio_tui.tui.widgets.transcript.places import Place
    from lmstudio_tui.tui.widgets.transcript.view import TurnView

_ROW_END: Final = 1 << 20
"""More characters than a row has."""


class LineMarker(CodeChooser):
    """A transcript in which lines can be selected with the keyboard."""

    _mark_from: tuple[TurnView, int] | None = None
    """Where the selection began: a turn, and a row in it."""
    _mark_to: tuple[TurnView, int] | None = None

    @property
    def marking(self) -> bool:
        """Whether the cursor keys select lines instead of scrolling."""
        return self._mark_from is not None

    def action_mark(self) -> None:
        """Begin to select lines: at the selected turn where it is in view, else at the first row in view."""
        top = self.scroll_offset.y
        row = top
        if self._selected is not None and self._document.by_serial(self._selected.serial) is self._selected:
            first = self._document.top(self._selected)
            if first < top + self._rows and top < first + self._selected.height:
                row = max(first, top)
        place = self._document.place(row)
        if place is not None:
            self._follow = False
            self._mark_from = self._mark_to = (place.view, place.row)
            self._show_marks()
            self._tell()

    def end_marking(self) -> None:
        """Select no lines any more."""
        if self.marking:
            self._mark_from = self._mark_to = None
            self._drop_selection()

    def action_line(self, lines: int) -> None:
        """Scroll by some lines, or select as many more."""
        if not self._extend_by(lines):
            self._scroll_by(lines)

    def action_page(self, pages: float) -> None:
        """Scroll by some screens, less the line that keeps the eye in place, or select as many more."""
        lines = round(max(1, self._rows - 1) * pages)
        if not self._extend_by(lines):
            self._scroll_by(lines)

    def action_start(self) -> None:
        """Go to the first line, or select up to it."""
        if not self._extend_by(-self._document.height):
            self._scroll_start()

    def action_end(self) -> None:
        """Go to the last line, and follow what comes in; or select up to it."""
        if not self._extend_by(self._document.height):
            self._scroll_end()

    async def on_key(self, event: events.Key) -> None:
        """End the selection with Esc, before anything else is ended by it."""
        if self.marking and event.key in keys_of("transcript.end_select"):
            event.stop()
            event.prevent_default()
            self.end_marking()

    def _extend_by(self, lines: int) -> bool:
        """Select more or fewer lines; False where none are being selected."""
        if self._mark_to is None:
            return False
        document = self._document
        view, row = self._mark_to
        if document.by_serial(view.serial) is not view:
            self.end_marking()
            return False
        goal = min(max(document.top(view) + row + lines, 0), document.height - 1)
        anchor = document.anchor(goal)
        if anchor is not None:
            # Brought into view first: what has never been drawn has rows that are only guessed.
            self._reveal(lambda: document.height - 1 if lines >= document.height else document.row_of(anchor))
            at_end = lines > 0 and goal == document.height - 1
            place = document.place(document.height - 1 if at_end else document.row_of(anchor))
            if place is not None:
                self._mark_to = (place.view, place.row)
                self._show_marks()
        return True

    def _show_marks(self) -> None:
        """Make the marked lines the screen's selection."""
        if self._mark_from is None or self._mark_to is None:
            return
        first, last = sorted((self._mark_from, self._mark_to), key=lambda mark: (mark[0].serial, mark[1]))
        start = Offset(0, first[0].serial << ROW_BITS | first[1])
        end = Offset(_ROW_END, last[0].serial << ROW_BITS | last[1])
        self.screen.selections = {self: Selection(start, end)}

    def _select_word(self, place: Place, word: tuple[int, int]) -> None:
        y = place.view.serial << ROW_BITS | place.row
        prefix = self._painter.geometry.prefix
        self.screen.selections = {self: Selection(Offset(prefix + word[0], y), Offset(prefix + word[1], y))}

    def selection_updated(self, selection: Selection | None) -> None:
        """Show another selection; one made with the mouse ends the one made with the keyboard."""
        if self._mark_from is not None and not self._is_marked(selection):
            self._mark_from = self._mark_to = None
        self.refresh()

    def _is_marked(self, selection: Selection | None) -> bool:
        if selection is None or self._mark_from is None or self._mark_to is None:
            return False
        marks = {mark[0].serial << ROW_BITS | mark[1] for mark in (self._mark_from, self._mark_to)}
        ends = {end.y for end in (selection.start, selection.end) if end is not None}
        return ends == marks
