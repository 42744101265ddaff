"""Asking before something is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class Confirm(Dialog[bool]):
    """Gives True when the question was answered with yes. The cursor stands on the way back.

    Args:
        title: of the frame: what is to be done.
        question: what will happen, in a sentence or two.
        yes: the word on the button that does it, such as "Unload".
        no: the word on the other.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave"),
        Binding("y", "yes", "Yes", show=False),
        Binding("n", "leave", "No", show=False),
        Binding("left,up", "app.focus_previous", "Previous", show=False),
        Binding("right,down", "app.focus_next", "Next", show=False),
    ]
    AUTO_FOCUS = "#no"

    DEFAULT_CSS = """
    Confirm {
        & > .frame { max-width: 66; padding: 1 2; }
        & Horizontal { height: 1; margin-top: 1; align-horizontal: right; }
        & Button { margin-left: 2; min-width: 10; }
    }
    """

    def __init__(self, title: str, question: str, yes: str, no: str = "Keep") -> None:
        super().__init__()
        self._asked = title
        self._question = question
        self._words = (no, yes)

    def compose(self) -> ComposeResult:
        no, yes = self._words
        with Vertical(classes="frame") as frame:
            frame.border_title = self._asked
            frame.border_subtitle = f"y {yes.lower()}   Esc {no.lower()}"
            yield Static(Text(self._question))
            with Horizontal():
                yield Button(Text(no), id="no", compact=True)
                yield Button(Text(yes), id="yes", variant="warning", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answered."""
        self.dismiss(event.button.id == "yes")

    def action_yes(self) -> None:
        """Do it."""
        self.dismiss(True)

    def action_leave(self) -> None:
        """Leave it."""
        self.dismiss(False)
