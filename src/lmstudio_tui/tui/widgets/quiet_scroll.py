"""Scrolling through rows that are drawn by the line API, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.scroll_view import ScrollView
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.reactive import Reactive


class QuietScrollView(ScrollView):
    """A scroll view whose content can grow many times a second."""

    def use_size(self, size: Size) -> None:
        """Have so many columns and rows to scroll through."""
        if size != self.virtual_size:
            # Set quietly: the reactive would lay out the whole screen, and only the scroll bar depends on it.
            self.set_reactive(cast("Reactive[Size]", Widget.virtual_size), size)
            self._scroll_update(size)
