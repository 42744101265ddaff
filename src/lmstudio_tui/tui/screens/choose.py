"""Choosing one of a few things."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.containers import Vertical
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.options import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType


_SIDES: Final = 5
"""Cells of the frame and its padding, and one for a scroll bar."""


class Choose(Dialog[str | None]):
    """Gives the id of what was chosen, or None.

    Args:
        title: of the frame.
        options: id, words, and what is said behind them more quietly.
        current: the one to begin with.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave"),
    ]

    DEFAULT_CSS = """
    Choose {
        & > .frame { min-width: 34; max-width: 96%; padding: 0 1; }
        & OptionList { width: 100%; }
    }
    """

    def __init__(self, title: str, options: Sequence[tuple[str, str, str]], current: str | None = None) -> None:
        super().__init__()
        self._asked = title
        self._options = tuple(options)
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = Text(clean_line(self._asked))
            frame.border_subtitle = told("Enter take   {dialog.leave} back")
            width = max((cell_len(clean_line(words)) for _, words, more in self._options if more), default=0)
            lines = [_line(words, more, width) for _, words, more in self._options]
            frame.styles.width = max((line.cell_len for line in lines), default=0) + _SIDES
            yield Options(*(Option(line, id=name) for line, (name, _, _) in zip(lines, self._options, strict=True)))

    def on_mount(self) -> None:
        """Begin at the current one."""
        names = [name for name, _, _ in self._options]
        self.query_one(OptionList).highlighted = names.index(self._current) if self._current in names else 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take it."""
        self.dismiss(event.option.id)

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss(None)


def _line(words: str, more: str, width: int) -> Text:
    line = Text(clean_line(words), no_wrap=True, overflow="ellipsis")
    if more:
        line.pad_right(max(0, width - line.cell_len) + 2)
        line.append(clean_line(more), style="dim")
    return line
