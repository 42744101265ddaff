"""A line to type a path into, above a list of what it may mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from lmstudio_tui.tui.commands import bindings, keys_of
from lmstudio_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.events import Key


class PathInput(LineInput):
    """Where the path is typed. While one walks through the list, the space bar marks; else it is a space."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("path.complete", "path.mark"),
    ]

    walking = False

    class CompletionWanted(Message):
        """Tab was pressed."""

    class MarkWanted(Message):
        """The entry under the cursor is to be marked, or no longer."""

    def on_key(self, event: Key) -> None:
        """Mark, before the input makes a space of it."""
        if self.walking and event.key in keys_of("path.mark_walking"):
            event.stop()
            event.prevent_default()
            self.action_mark()

    def action_mark(self) -> None:
        """Mark the entry under the cursor."""
        self.post_message(self.MarkWanted())

    def action_complete(self) -> None:
        """Go on with the name that was begun."""
        self.post_message(self.CompletionWanted())
