"""Typing the server's API key, for this session only."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.widgets import Input, Label

from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class KeyEntry(Dialog[str | None]):
    """Gives the key that was typed, or None. It is never shown and never written anywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog.leave")]

    DEFAULT_CSS = """
    KeyEntry {
        & > .frame { max-width: 72; padding: 1 2; }
        & Input, & Input:focus { background: $panel; padding: 0 1; }
    }
    """

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "API key"
            frame.border_subtitle = told("Enter use   {dialog.leave} back")
            yield LineInput(password=True, placeholder="The key of this server")
            yield Label("Kept for this session only. To keep it: LM_STUDIO_API_KEY, or api_key in config.toml.")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Use it."""
        self.dismiss(event.value.strip() or None)

    def action_leave(self) -> None:
        """Use none."""
        self.dismiss(None)
