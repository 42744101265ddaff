"""F1: the keys that work here, out of the one catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from lmstudio_tui.tui.catalogue.command import by_parts
from lmstudio_tui.tui.catalogue.embeddings import TEXT_MARKS
from lmstudio_tui.tui.commands import Where, bindings, commands
from lmstudio_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.binding import BindingType

_TITLES: dict[Where, str] = {
    "prompt": "In the prompt",
    "chat": "In the chat",
    "transcript": "In the transcript",
    "conversations": "In the list of conversations",
    "models": "In the list of models",
    "embeddings": "In the Embeddings pane",
    "transcribe": "In the Transcribe pane",
    "speech": "In the Speech pane",
    "images": "In the Images pane",
    "inspector": "In the inspector",
    "everywhere": "Everywhere",
    "servers": "In the list of servers",
    "no server": "On the page without a server",
    "dialog": "In a list or dialog",
}
_FIRST: dict[str, tuple[Where, ...]] = {
    "chat": ("prompt", "chat", "transcript", "conversations", "everywhere"),
    "models": ("models", "everywhere"),
    "embeddings": ("embeddings", "everywhere"),
    "transcribe": ("transcribe", "everywhere"),
    "speech": ("speech", "everywhere"),
    "images": ("images", "everywhere"),
    "inspector": ("inspector", "everywhere"),
}
"""What somebody in this pane wants to read first."""
_SIGNS: dict[tuple[Where, str], tuple[tuple[str, str], ...]] = {("embeddings", "texts"): TEXT_MARKS}
"""What signs on the screen say, by the part of the place where they are."""


class HelpScreen(Dialog[None]):
    """All keys, by where they work, those of the pane in front first.

    Args:
        pane: the name of that pane.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave"),
        Binding("q", "leave", "Back", show=False),
        Binding("up,k", "scroll_up", "Up", show=False),
        Binding("down,j", "scroll_down", "Down", show=False),
    ]

    def __init__(self, pane: str = "chat") -> None:
        super().__init__()
        first = _FIRST.get(pane, ())
        self._places: tuple[Where, ...] = (*first, *(where for where in _TITLES if where not in first))

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="frame") as frame:
            frame.border_title = "Keys"
            frame.border_subtitle = "Esc back"
            yield Static(_keys(self._places))

    def action_leave(self) -> None:
        """Close it."""
        self.dismiss(None)

    def action_scroll_down(self) -> None:
        """Down a line."""
        self.query_one(VerticalScroll).scroll_down()

    def action_scroll_up(self) -> None:
        """Up a line."""
        self.query_one(VerticalScroll).scroll_up()


def _keys(places: Iterable[Where]) -> Table:
    """The keys, with what they do beside them, however narrow it gets."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for where in places:
        for part, rows in by_parts(commands(where)).items():
            if table.row_count:
                table.add_row()
            table.add_row(Text(f"{_TITLES[where]}: {part}" if part else _TITLES[where], style="bold"))
            for keys, text in (*rows, *_SIGNS.get((where, part), ())):
                table.add_row(f"  {keys}", Text(text))
    return table
