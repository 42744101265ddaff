"""The panes in one line, where there is no room for the rail."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.widget import Widget

from lmstudio_tui.tui.messages import PaneWanted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from textual.app import RenderResult
    from textual.events import Click

    from lmstudio_tui.tui.typed import WidgetOptions


class PaneStrip(Widget):
    """Number and title of each pane; a click goes there.

    Args:
        panes: name and title of each.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pane-strip--active", "pane-strip--dim"}

    DEFAULT_CSS = """
    PaneStrip {
        height: 1;
        background: $surface;
        & > .pane-strip--active { color: $accent; text-style: bold; }
        & > .pane-strip--dim { color: $text-muted; }
    }
    """

    def __init__(self, panes: Sequence[tuple[str, str]], **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._panes = tuple(panes)
        self._active = ""

    def show_pane(self, name: str) -> None:
        """Mark the pane that is in front."""
        self._active = name
        self.refresh()

    def render(self) -> RenderResult:
        pieces: list[Text] = []
        for number, (name, title) in enumerate(self._titles, 1):
            component = "pane-strip--active" if name == self._active else "pane-strip--dim"
            mark = "▸" if name == self._active else " "
            pieces.append(Text(f"{mark}{number} {title} ", style=self.get_component_rich_style(component)))
        return Text(" " * self._gap, no_wrap=True, overflow="ellipsis").join(pieces)

    @property
    def _titles(self) -> list[tuple[str, str]]:
        """Names and titles; where there is no room for whole ones, only that of the pane in front is."""
        most = max(len(title) for _, title in self._panes)
        for letters in range(most, 0, -1):
            titles = [(name, title if name == self._active else title[:letters]) for name, title in self._panes]
            if _width(titles) <= self.size.width:
                return titles
        return [(name, title if name == self._active else "") for name, title in self._panes]

    @property
    def _gap(self) -> int:
        """Cells between two of them, where there is room."""
        return 1 if _width(self._titles) + len(self._panes) - 1 <= self.size.width else 0

    def on_click(self, event: Click) -> None:
        """Go to the pane under the mouse."""
        start = 0
        for number, (name, title) in enumerate(self._titles, 1):
            end = start + len(f" {number} {title} ")
            if start <= event.x < end:
                self.post_message(PaneWanted(name))
                return
            start = end + self._gap


def _width(titles: Sequence[tuple[str, str]]) -> int:
    return sum(len(f" {number} {title} ") for number, (_, title) in enumerate(titles, 1))
