"""A text area that is done with Enter, as the prompt is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from lmstudio_tui.tui.commands import keys_of
from lmstudio_tui.tui.widgets.steady_text_area import SteadyTextArea

if TYPE_CHECKING:
    from textual.events import Key


class SubmitTextArea(SteadyTextArea):
    """Enter takes what is typed, Ctrl+J begins a new line."""

    class Submitted(Message):
        """Enter was pressed."""

    def on_key(self, event: Key) -> None:
        """Do what these keys do at once: as bindings they would come behind what is typed after them."""
        takes, breaks = event.key in keys_of("field.submit"), event.key in keys_of("field.newline")
        if takes or breaks:
            event.stop()
            event.prevent_default()
            if takes:
                self.action_submit()
            else:
                self.insert("\n")

    def action_submit(self) -> None:
        """Take it."""
        self.post_message(self.Submitted())
