"""Where a list is filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from typing import Unpack

    from textual.binding import BindingType

    from lmstudio_tui.tui.typed import WidgetOptions


class FilterInput(LineInput):
    """Where the filter is typed.

    Args:
        placeholder: what can be typed.
        compact: whether it has no border.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("filter.to_list", "filter.take", "filter.clear"),
    ]

    class Left(Message):
        """The cursor goes back to the list."""

    def __init__(self, placeholder: str, *, compact: bool = False, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(placeholder=placeholder, compact=compact, **options)

    def action_leave_filter(self) -> None:
        """Go to the list, and keep the filter."""
        self.post_message(self.Left())

    def action_clear_filter(self) -> None:
        """Filter no more; without a filter, go to the list."""
        if self.value:
            self.value = ""
        else:
            self.post_message(self.Left())
