"""What of the requests is to be exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.widgets.option_list import Option

from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.options import Options

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widgets import OptionList


class ExportChoice(Dialog[str | None]):
    """Gives `one` or `all`, or None.

    Args:
        chosen: the request under the cursor, in a few words.
        count: how many are shown.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "har.one", "har.all"),
    ]
    DEFAULT_CSS = """
    ExportChoice {
        & > .frame { max-width: 64; padding: 0 1; }
        & OptionList { text-wrap: wrap; text-overflow: fold; }
    }
    """

    def __init__(self, chosen: str, count: int) -> None:
        super().__init__()
        self._chosen = chosen
        self._count = count

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Export as HAR"
            frame.border_subtitle = told("Enter take   {dialog.leave} back")
            yield Options(
                Option(Text(f"1  {self._chosen}", no_wrap=True, overflow="ellipsis"), id="one"),
                Option(Text(f"2  All {self._count:,} that are shown"), id="all"),
                compact=True,
            )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Chosen."""
        self.dismiss(event.option.id)

    def action_take(self, what: str) -> None:
        """Chosen by its number."""
        self.dismiss(what)

    def action_leave(self) -> None:
        """Export nothing."""
        self.dismiss(None)
