"""Typing the server's API key, for this session only."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class KeyEntry(ModalScreen[str | None]):
    """Gives the key that was typed, or None. It is never shown and never written anywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", id="key.leave")]

    DEFAULT_CSS = """
    KeyEntry {
        align: center middle;
        & > Vertical {
            width: 90%;
            max-width: 72;
            height: auto;
            border: round $border;
            border-title-color: $accent;
            border-title-style: bold;
            border-subtitle-color: $text-muted;
            background: $surface;
            padding: 1 2;
        }
        & Input { border: none; height: 1; background: $panel; padding: 0 1; margin: 0 0 1 0; }
        & Label { color: $text-muted; }
    }
    """

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = "API key"
            frame.border_subtitle = "Enter use   Esc back"
            yield Input(password=True, placeholder="The key of this server")
            yield Label("Kept for this session only. To keep it: LM_STUDIO_API_KEY, or api_key in config.toml.")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Use it."""
        self.dismiss(event.value.strip() or None)

    def action_leave(self) -> None:
        """Use none."""
        self.dismiss(None)
