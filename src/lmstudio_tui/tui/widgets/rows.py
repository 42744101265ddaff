"""A cursor that goes through rows, and keeps in view."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lmstudio_tui.tui.widgets.recoloured import Recoloured

if TYPE_CHECKING:
    from textual.scroll_view import ScrollView as _Scrolled
else:
    # Textual looks for styles along the first base that is a widget: this is none.
    _Scrolled = object


def in_lines(pages: float, room: int) -> int:
    """How many lines so many pages are: less the one that keeps the eye in place, and at least one.

    Args:
        pages: below 0 upwards.
        room: the lines in view.
    """
    lines = round(abs(pages) * max(1, room - 1)) or 1
    return lines if pages > 0 else -lines


class Rows(Recoloured, _Scrolled):
    """What lists of rows have in common, as the first base of a scroll view. Places count from 0.

    Who inherits says how many rows there are, and what is told when the cursor moves; and which keys there are for
    `move`, `page`, `first` and `last`.
    """

    HEAD: ClassVar[int] = 0
    """Lines on top that stay where they are."""
    place: int = 0
    """Where the cursor stands; 0 also when there are no rows."""

    @property
    def lines(self) -> int:
        """How many rows there are."""
        return 0

    def moved(self) -> None:
        """The cursor stands in another place."""

    @property
    def room(self) -> int:
        """How many rows are in view."""
        return max(1, self.scrollable_content_region.height - self.HEAD)

    def put(self, place: int) -> None:
        """Move the cursor there, or as near as there are rows, and show it."""
        before = self.place
        self.place = max(0, min(self.lines - 1, place))
        self.reveal()
        self.refresh()
        if self.place != before:
            self.moved()

    def reveal(self) -> None:
        """Bring the cursor into view."""
        top = self.scroll_offset.y
        if self.place < top:
            self.scroll_to(y=self.place, animate=False, force=True, immediate=True)
        elif self.place >= top + self.room:
            self.scroll_to(y=self.place - self.room + 1, animate=False, force=True, immediate=True)

    def action_move(self, lines: int) -> None:
        """Go up or down."""
        self.put(self.place + lines)

    def action_page(self, pages: float) -> None:
        """Go a page up or down."""
        self.put(self.place + in_lines(pages, self.room))

    def action_first(self) -> None:
        """Go to the first row."""
        self.put(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self.put(self.lines - 1)
