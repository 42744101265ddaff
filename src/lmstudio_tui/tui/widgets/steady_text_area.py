"""A text area that survives taking back a long paste, and draws nothing while nothing is typed."""

from __future__ import annotations

from textual.geometry import Offset
from textual.reactive import reactive
from textual.widgets import TextArea


class SteadyTextArea(TextArea):
    """Textual's own scrolls to the cursor while an undo has shortened the text and not moved the cursor yet.

    Its cursor stands still: it may keep the keyboard for hours, in which nothing ticks.
    """

    cursor_blink = reactive(False, init=False)

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        """Scroll to the cursor, once it is where there is text."""
        if self.cursor_location[0] >= self.document.line_count:
            return Offset(0, 0)
        return super().scroll_cursor_visible(center, animate)
