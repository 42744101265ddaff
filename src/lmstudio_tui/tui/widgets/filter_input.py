"""Where a list is filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input

if TYPE_CHECKING:
    from typing import Unpack

    from textual.binding import BindingType

    from lmstudio_tui.tui.typed import WidgetOptions


class FilterInput(Input):
    """Where the filter is typed.

    Args:
        placeholder: what can be typed.
        compact: whether it has no border.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,enter", "leave_filter", "To the list", show=False),
        Binding("escape", "clear_filter", "Clear", show=False),
    ]

    class Left(Message):
        """The cursor goes back to the list."""

    def __init__(self, placeholder: str, *, compact: bool = False, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(placeholder=placeholder, compact=compact, **options)
        # Nothing ticks when nothing happens: a filter may keep the keyboard for hours.
        self.cursor_blink = False

    def action_leave_filter(self) -> None:
        """Go to the list, and keep the filter."""
        self.post_message(self.Left())

    def action_clear_filter(self) -> None:
        """Filter no more; without a filter, go to the list."""
        if self.value:
            self.value = ""
        else:
            self.post_message(self.Left())
