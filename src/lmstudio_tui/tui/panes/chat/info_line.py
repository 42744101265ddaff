"""The line above a conversation: its title, what was changed for it, and how full the context is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.app import RenderResult

    from lmstudio_tui.features.chat.context import ContextUse

_BAR = 8
_LEAST_TITLE = 12


class InfoLine(Widget):
    """One row; nothing in it moves by itself."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"info--title", "info--dim", "info--warn", "info--full"}

    DEFAULT_CSS = """
    InfoLine {
        height: 1;
        padding: 0 1;
        & > .info--title { text-style: bold; }
        & > .info--dim { color: $text-muted; }
        & > .info--warn { color: $text-warning; text-style: bold; }
        & > .info--full { color: $text-error; text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[str, str, ContextUse | None] = ("", "", None)

    def show(self, title: str, parameters: str, context: ContextUse | None) -> None:
        """Show other values."""
        if (title, parameters, context) != self._shown:
            self._shown = (title, parameters, context)
            self.refresh()

    def render(self) -> RenderResult:
        title, parameters, context = self._shown
        width = self.size.width - 2
        style = self.get_component_rich_style
        right = Text()
        if context is not None and context.limit:
            level = style({"warn": "info--warn", "full": "info--full"}.get(context.level, "info--dim"))
            filled = min(_BAR, round(context.share * _BAR))
            word = {"warn": "filling ", "full": "nearly full "}.get(context.level, "")
            right.append(f"{word}{context.words} ", level)
            right.append("▓" * filled + "░" * (_BAR - filled), level)
        elif context is not None and context.used:
            right.append(context.words, style("info--dim"))
        if parameters and width - cell_len(parameters) - 3 - right.cell_len >= _LEAST_TITLE:
            right = Text.assemble((f"{parameters}   ", style("info--dim")), right)
        room = width - right.cell_len - 2
        if room < _LEAST_TITLE:
            right, room = Text(), width
        if cell_len(title) > room:
            title = set_cell_size(title, max(1, room - 1)) + "…"
        line = Text(title, style("info--title"), no_wrap=True, end="")
        line.append(" " * max(0, width - cell_len(title) - right.cell_len))
        return line.append_text(right)
