"""A text area that survives taking back a long paste and being taken away, and draws nothing while nothing is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Offset
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import TextArea

if TYPE_CHECKING:
    from textual.geometry import Region


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

    def render_lines(self, crop: Region) -> list[Strip]:
        """Nothing where it was taken away just now: the screen may draw it once more, when it has no styles left."""
        if not self.is_attached:
            return [Strip.blank(crop.width)] * crop.height
        return super().render_lines(crop)
