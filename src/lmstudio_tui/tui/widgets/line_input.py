"""One line of text to type into."""

from __future__ import annotations

from textual.reactive import reactive
from textual.widgets import Input


class LineInput(Input):
    """An input whose cursor stands still: it may keep the keyboard for hours, in which nothing ticks."""

    cursor_blink = reactive(False, init=False)
