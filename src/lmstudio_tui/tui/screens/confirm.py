"""Asking before something is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.widgets import Button, Static

from lmstudio_tui.tui.commands import bindings, key_of, moves
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

    NEEDS = Size(30, 8)
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "confirm.yes", "confirm.no"),
        *moves(left="app.focus_previous", up="app.focus_previous", right="app.focus_next", down="app.focus_next"),
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
            frame.border_subtitle = f"{key_of('confirm.yes')} {yes.lower()}   {key_of('dialog.leave')} {no.lower()}"
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
