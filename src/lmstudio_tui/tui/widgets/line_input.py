"""One line of text to type into."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from textual.reactive import Reactive, reactive
from textual.widgets import Input

from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from textual.strip import Strip


class LineInput(Input):
    """An input whose cursor stands still: it may keep the keyboard for hours, in which nothing ticks."""

    cursor_blink = reactive(False, init=False)

    def render_line(self, y: int) -> Strip:
        """The text; a hint that is too long for the field ends with an ellipsis, and not with half of what it says."""
        hint, room = self.placeholder, self.scrollable_content_region.width
        if self.value or cell_len(hint) <= room:
            return super().render_line(y)
        shown = cast("Reactive[str]", Input.placeholder)
        self.set_reactive(shown, fitted(hint, room))
        try:
            return super().render_line(y)
        finally:
            self.set_reactive(shown, hint)
