"""Where the search is typed, above the list of conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from lmstudio_tui.tui.commands import bound
from lmstudio_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from textual.binding import BindingType

_WHOLE = "Search titles and texts"
_SHORT = "Search"


class SearchInput(LineInput):
    """One line. What is typed in it is searched as one types."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("filter.to_list", "leave_search"),
        bound("filter.clear", "clear_search"),
    ]

    DEFAULT_CSS = """
    SearchInput, SearchInput:focus {
        height: 1;
        border: none;
        padding: 0 1;
        background: $panel;
    }
    """

    class Left(Message):
        """The cursor goes down to the list."""

    def __init__(self) -> None:
        super().__init__(placeholder=_WHOLE)

    def on_resize(self) -> None:
        """Say as much as there is room for."""
        self.placeholder = _WHOLE if self.content_size.width > len(_WHOLE) else _SHORT

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a text to clear, Escape means what it means around."""
        if action == "clear_search":
            return bool(self.value)
        return super().check_action(action, parameters)

    def action_leave_search(self) -> None:
        """Go to the list, and keep the search."""
        self.post_message(self.Left())

    def action_clear_search(self) -> None:
        """Search no more."""
        self.value = ""
