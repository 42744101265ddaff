"""The error screen: what went wrong in the app itself, where it is written down, and going on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from lmstudio_tui.tui.commands import bindings, moves, told
from lmstudio_tui.tui.messages import CopyWanted
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.fitting import home_path

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType


class MishapScreen(Dialog[bool]):
    """Gives True when the app is to be left.

    Args:
        said: what went wrong, in one line.
        report: where it is written down; None where that could not be done.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "mishap.copy", "mishap.quit"),
        *moves(left="app.focus_previous", up="app.focus_previous", right="app.focus_next", down="app.focus_next"),
    ]
    AUTO_FOCUS = "#on"

    DEFAULT_CSS = """
    MishapScreen {
        & > .frame { max-width: 78; padding: 1 2; }
        & Static { margin-bottom: 1; }
        & #what { color: $text-error; }
        & Horizontal { height: 1; align-horizontal: right; }
        & Button { margin-left: 2; min-width: 10; }
    }
    """

    def __init__(self, said: str, report: Path | None) -> None:
        super().__init__()
        self._said = said
        self._report = report

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Something went wrong in the app itself"
            frame.border_subtitle = told(
                ("" if self._report is None else "{mishap.copy} copy path   ")
                + "{mishap.quit} quit   {dialog.leave} go on"
            )
            yield Static(Text(self._said), id="what")
            yield Static(Text("You can go on. What you see may be out of date until you come back to it."))
            yield Static(Text(self._where()))
            with Horizontal():
                yield Button(Text("Quit"), id="quit", compact=True)
                yield Button(Text("Go on"), id="on", variant="primary", compact=True)

    def _where(self) -> str:
        if self._report is None:
            return "No report of it could be written: the folder for reports takes no files."
        return f"A report without your keys and texts is in\n{home_path(self._report)}\nNothing was sent anywhere."

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answered."""
        self.dismiss(event.button.id == "quit")

    def action_copy(self) -> None:
        """Copy where the report is."""
        if self._report is not None:
            app_of(self).post_message(CopyWanted(str(self._report), "The path"))

    def action_quit(self) -> None:
        """Leave the app."""
        self.dismiss(True)

    def action_leave(self) -> None:
        """Go on."""
        self.dismiss(False)
