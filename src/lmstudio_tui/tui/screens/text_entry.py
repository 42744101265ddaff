"""Asking for a text, which may have several lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.submit_text_area import SubmitTextArea

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class TextEntry(Dialog[str | None]):
    """Gives the text as it was typed, or None; also when it was not changed, or nothing is left of it.

    Args:
        title: of the frame: what is to be done.
        text: what stands there at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog.leave")]
    AUTO_FOCUS = "SubmitTextArea"

    DEFAULT_CSS = """
    TextEntry {
        & > .frame { max-width: 92; padding: 1 2; }
        & SubmitTextArea, & SubmitTextArea:focus {
            height: auto;
            min-height: 3;
            max-height: 16;
            border: none;
            padding: 0 1;
            background: $panel;
        }
    }
    """

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._asked = clean_line(title)
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = Text(self._asked)
            frame.border_subtitle = told("{field.submit} save   {field.newline} new line   {dialog.leave} back")
            yield SubmitTextArea(self._text)

    def on_mount(self) -> None:
        """The cursor stands behind it."""
        box = self.query_one(SubmitTextArea)
        # What the text area makes of it, such as other line ends, is no change.
        self._text = box.text
        box.move_cursor(box.document.end)

    def on_submit_text_area_submitted(self) -> None:
        """Take it."""
        text = self.query_one(SubmitTextArea).text
        self.dismiss(text if text.strip() and text != self._text else None)

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss(None)
