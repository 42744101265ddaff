"""Where the recordings are filtered: there only while something is in it, or the cursor is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.tui.widgets.filter_input import FilterInput

if TYPE_CHECKING:
    from typing import Unpack

    from lmstudio_tui.tui.typed import WidgetOptions


class FilterBox(FilterInput):
    """A line of words, all of which have to be in a name or a transcript."""

    DEFAULT_CSS = """
    FilterBox, FilterBox:focus {
        display: none; border: none; height: 1; padding: 0 1; background: $panel;
        &.-some, &:focus { display: block; }
    }
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__("words of a name or a transcript", **options)

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
