"""A list to choose from, and a text to scroll, with the keys with which one goes through anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.widgets import OptionList

from lmstudio_tui.tui.commands import moves

if TYPE_CHECKING:
    from textual.binding import BindingType


class Options(OptionList):
    """Textual's list of options."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="cursor_up", down="cursor_down", page_up="page_up", page_down="page_down"),
        *moves(half_up="half(-1)", half_down="half(1)", first="first", last="last"),
    ]

    def action_half(self, way: int) -> None:
        """Go up or down by half of what is in view."""
        step = self.action_cursor_down if way > 0 else self.action_cursor_up
        last = self.option_count - 1
        for _ in range(max(1, self.scrollable_content_region.height // 2)):
            # At its ends the list would begin anew.
            if self.highlighted == (last if way > 0 else 0):
                break
            step()


class Reading(VerticalScroll, can_focus=True):
    """A text that is scrolled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="scroll_up", down="scroll_down", page_up="page_up", page_down="page_down"),
        *moves(half_up="half(-1)", half_down="half(1)", first="scroll_home", last="scroll_end"),
    ]

    def action_half(self, way: int) -> None:
        """Scroll up or down by half of what is in view."""
        self.scroll_relative(y=way * max(1, self.scrollable_content_region.height // 2), animate=False)
