"""The tour, once more: what is where, and the keys that matter first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.widgets import Static

from lmstudio_tui.tui.panes.chat.first_steps import tour_of
from lmstudio_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Click, Key, Resize

_CORNERS = 8
_SCROLLING = frozenset({"up", "down", "pageup", "pagedown"})


class TourScreen(Dialog[str]):
    """Any key ends it, and so does a click. Gives the letter that was typed, which is meant for the prompt."""

    DEFAULT_CSS = """
    TourScreen > .frame { max-width: 80; padding: 1 2; }
    """

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="frame") as frame:
            frame.border_title = "The tour"
            frame.border_subtitle = "Any key ends it"
            yield Static()

    def on_resize(self, event: Resize) -> None:
        """Fit the lines."""
        self.query_one(Static).update(tour_of(int(event.size.width * 0.9) - _CORNERS))

    def on_key(self, event: Key) -> None:
        """End it; what does not fit may be scrolled to."""
        if event.key not in _SCROLLING or not self.query_one(VerticalScroll).allow_vertical_scroll:
            event.stop()
            event.prevent_default()
            self.dismiss(event.character if event.is_printable and event.character else "")

    def on_click(self, event: Click) -> None:
        """End it."""
        event.stop()
        self.dismiss("")
