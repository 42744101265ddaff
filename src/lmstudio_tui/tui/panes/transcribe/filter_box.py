"""Where the recordings are filtered: there only while something is in it, or the cursor is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input

if TYPE_CHECKING:
    from textual.binding import BindingType


class FilterBox(Input):
    """A line of words, all of which have to be in a name or a transcript."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,enter", "to_list", "To the list", show=False),
        Binding("escape", "clear", "Clear", show=False),
    ]

    DEFAULT_CSS = """
    FilterBox, FilterBox:focus {
        display: none; border: none; height: 1; padding: 0 1; background: $panel;
        &.-some, &:focus { display: block; }
    }
    """

    class Left(Message):
        """The cursor goes back to the list."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(placeholder="words of a name or a transcript", id=id)
        # Nothing ticks when nothing happens: a filter may keep the keyboard for hours.
        self.cursor_blink = False

    def open(self) -> None:
        """Put the cursor here."""
        self.add_class("-some")
        self.focus()

    def watch_value(self, value: str) -> None:
        """It is there while something is in it."""
        self.set_class(bool(value) or self.has_focus, "-some")

    def on_blur(self) -> None:
        """It goes with the cursor when it is empty."""
        self.set_class(bool(self.value), "-some")

    def action_to_list(self) -> None:
        """Go to the list, and keep the filter."""
        self.post_message(self.Left())

    def action_clear(self) -> None:
        """Filter no more; without a filter, go to the list."""
        if self.value:
            self.value = ""
        else:
            self.post_message(self.Left())
