"""A text area that is done with Enter, as the prompt is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message

from lmstudio_tui.tui.widgets.steady_text_area import SteadyTextArea

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.events import Key


class SubmitTextArea(SteadyTextArea):
    """Enter takes what is typed, Ctrl+J begins a new line."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+j,shift+enter", "newline", "New line", show=False)]

    class Submitted(Message):
        """Enter was pressed."""

    def on_key(self, event: Key) -> None:
        """Enter takes it, before the text area makes a new line of it."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.action_submit()

    def action_submit(self) -> None:
        """Take it."""
        self.post_message(self.Submitted())

    def action_newline(self) -> None:
        """A new line, where Enter would take it."""
        self.insert("\n")
