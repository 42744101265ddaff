"""F1: the keys that work here, out of the one catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from lmstudio_tui.tui.commands import Where, bindings, commands
from lmstudio_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_TITLES: dict[Where, str] = {
    "prompt": "In the prompt",
    "chat": "In the chat",
    "transcript": "In the transcript",
    "no server": "On the page without a server",
    "dialog": "In a list or dialog",
    "everywhere": "Everywhere",
}


class HelpScreen(Dialog[None]):
    """All keys, by where they work."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave"),
        Binding("q", "leave", "Back", show=False),
        Binding("up,k", "scroll_up", "Up", show=False),
        Binding("down,j", "scroll_down", "Down", show=False),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="frame") as frame:
            frame.border_title = "Keys"
            frame.border_subtitle = "Esc back"
            yield Static(_keys())

    def action_leave(self) -> None:
        """Close it."""
        self.dismiss(None)

    def action_scroll_down(self) -> None:
        """Down a line."""
        self.query_one(VerticalScroll).scroll_down()

    def action_scroll_up(self) -> None:
        """Up a line."""
        self.query_one(VerticalScroll).scroll_up()


def _keys() -> Table:
    """The keys, with what they do beside them, however narrow it gets."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for number, (where, title) in enumerate(_TITLES.items()):
        if number:
            table.add_row()
        table.add_row(Text(title, style="bold"))
        for command in commands(where):
            table.add_row(f"  {command.shown_keys}", Text(command.help))
    return table
