"""Rows with a cursor on one of them, as many as there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.message import Message

from lmstudio_tui.tui.panes.embeddings.line_view import LineView
from lmstudio_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from textual import events

    from lmstudio_tui.tui.panes.embeddings.line_view import Piece


class RowList(Rows, LineView):
    """Who inherits says what is in a row; places count from 0."""

    class Moved(Message):
        """The cursor stands in another place."""

    class Opened(Message):
        """The row under the cursor was clicked twice, or is to be opened."""

    def moved(self) -> None:
        """The cursor stands in another place."""
        self.post_message(self.Moved())

    def cursor_mark(self, at: int) -> Piece:
        """What stands before a row: the cursor is not told by its colour alone."""
        return ("▌" if at == self.place else " ", "mark" if self.has_focus else "quiet")

    def ground(self, at: int, base: Style) -> Style:
        """The cursor's row stands out."""
        if at != self.place:
            return base
        cursor = self.get_component_rich_style(f"lines--{'cursor' if self.has_focus else 'cursor-quiet'}")
        return base + Style(bgcolor=cursor.bgcolor)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        super().on_resize()
        self.reveal()

    def on_click(self, event: events.Click) -> None:
        """Choose; a double click opens."""
        at = event.get_content_offset(self)
        if at is None or at.y < self.HEAD:
            return
        place = self.scroll_offset.y + at.y - self.HEAD
        if place < self.lines:
            # Other rows may have come since the first click.
            again = place == self.place and event.chain > 1
            self.put(place)
            if again:
                self.action_open()

    def action_open(self) -> None:
        """Look at what is under the cursor."""
        if self.lines:
            self.post_message(self.Opened())
