"""Going somewhere: the panes by number, and what else there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Key


class GoTo(Dialog[str | None]):
    """Gives the name of the place that was chosen, or None.

    Args:
        places: the key, the name and the title of each.
        current: the name of the place that is in front.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog.leave")]

    DEFAULT_CSS = """
    GoTo {
        & > .frame { max-width: 34; padding: 0 1; }
    }
    """

    def __init__(self, places: Sequence[tuple[str, str, str]], current: str) -> None:
        super().__init__()
        self._places = tuple(places)
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Go to"
            frame.border_subtitle = "Esc back"
            options = [Option(Text(f"{key}  {title}"), id=name) for key, name, title in self._places]
            yield OptionList(*options, compact=True)

    def on_mount(self) -> None:
        """The cursor stands on the place that is in front."""
        names = [name for _, name, _ in self._places]
        self.query_one(OptionList).highlighted = names.index(self._current) if self._current in names else 0

    def on_key(self, event: Key) -> None:
        """A place's own key goes there at once."""
        name = next((name for key, name, _ in self._places if key == event.character), None)
        if name is not None:
            event.stop()
            self.dismiss(name)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go there."""
        self.dismiss(event.option.id)

    def action_leave(self) -> None:
        """Stay."""
        self.dismiss(None)
