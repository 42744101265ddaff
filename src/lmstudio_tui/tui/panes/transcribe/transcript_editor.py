"""Editing a transcript: a line for each segment, so that the times stay with the words."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.screens.confirm import Confirm
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.steady_text_area import SteadyTextArea

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType


class TranscriptEditor(Dialog[list[str] | None]):
    """Gives the lines as they were edited, or None. What was changed is not left without asking.

    Args:
        lines: as they are.
        at: the line to begin at.
        timed: whether each line is a segment with its times.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "editor.save"),
    ]
    AUTO_FOCUS = "TextArea"

    DEFAULT_CSS = """
    TranscriptEditor {
        & > .frame { width: 94%; max-width: 120; height: 90%; padding: 0 1; }
        & #about { color: $text-muted; height: auto; max-height: 2; margin-bottom: 1; }
        & TextArea, & TextArea:focus { height: 1fr; border: none; background: $panel; scrollbar-size-vertical: 1; }
        & .buttons { height: 1; margin-top: 1; align-horizontal: right; }
        & Button { margin-left: 2; min-width: 10; }
    }
    """

    def __init__(self, lines: Sequence[str], at: int, *, timed: bool) -> None:
        super().__init__()
        self._lines = list(lines)
        self._at = at
        self._timed = timed

    def compose(self) -> ComposeResult:
        about = (
            "Each line is a piece with its time; what you do to the lines, their times follow." if self._timed else ""
        )
        with Vertical(classes="frame") as frame:
            frame.border_title = "Edit the transcript"
            frame.border_subtitle = told("{editor.save} save   {dialog.leave} back")
            if about:
                yield Static(Text(about), id="about")
            yield SteadyTextArea(
                "\n".join(self._lines), soft_wrap=True, show_line_numbers=self._timed, tab_behavior="focus"
            )
            with Horizontal(classes="buttons"):
                yield Button(Text("Back"), id="back", compact=True)
                yield Button(Text("Save"), id="save", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Begin at the segment that was read."""
        self.query_one(SteadyTextArea).move_cursor((min(self._at, len(self._lines) - 1), 0))

    @property
    def _edited(self) -> list[str]:
        return self.query_one(SteadyTextArea).text.split("\n")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Save, or not."""
        if event.button.id == "save":
            self.action_save()
        else:
            self.action_leave()

    def action_save(self) -> None:
        """Take the text; one that is as it was is none."""
        lines = self._edited
        self.dismiss(lines if lines != self._lines else None)

    def action_leave(self) -> None:
        """Take nothing; ask when something was changed."""
        if self._edited == self._lines:
            self.dismiss(None)
            return

        def answered(sure: bool | None) -> None:
            if sure:
                self.dismiss(None)

        app_of(self).push_screen(
            Confirm("Leave without saving?", "What you changed in the transcript would be lost.", "Leave", "Stay"),
            answered,
        )
