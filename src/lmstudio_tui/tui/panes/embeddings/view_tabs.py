"""The five views in one line: which is shown, and a click on another shows that."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal

from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from typing import Unpack

    from textual import events
    from textual.app import RenderResult

    from lmstudio_tui.tui.typed import WidgetOptions

ViewName = Literal["similarity", "nearest", "map", "vector", "facts"]

VIEWS: Final[tuple[ViewName, ...]] = ("similarity", "nearest", "map", "vector", "facts")
"""In the order of their keys."""


class ViewTabs(Widget):
    """One line: number and name of each view."""

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"view-tabs--current", "view-tabs--quiet"}
    DEFAULT_CSS: ClassVar[str] = """
    ViewTabs {
        height: 1;
        & > .view-tabs--current { color: $accent; text-style: bold; }
        & > .view-tabs--quiet { color: $text-muted; }
    }
    """

    class Clicked(Message):
        """A view is to be shown."""

        def __init__(self, view: ViewName) -> None:
            super().__init__()
            self.view: ViewName = view

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._current: ViewName = "similarity"
        self._places: list[tuple[int, int, ViewName]] = []

    def show(self, current: ViewName) -> None:
        """Mark the view that is in front."""
        if current != self._current:
            self._current = current
            self.refresh()

    def render(self) -> RenderResult:
        """Nothing: `render_line` draws it."""
        return ""

    def render_line(self, y: int) -> Strip:
        """The line."""
        del y
        base, width = self.rich_style, self.size.width
        gap, words = self._words(width)
        self._places = []
        segments: list[Segment] = []
        at = 0
        for name, text in words.items():
            part = "current" if name == self._current else "quiet"
            segments += [
                Segment(text, self.get_component_rich_style(f"view-tabs--{part}")),
                Segment(" " * gap, base),
            ]
            self._places.append((at, at + len(text), name))
            at += len(text) + gap
        return Strip(segments).adjust_cell_length(width, base)

    def _words(self, width: int) -> tuple[int, dict[ViewName, str]]:
        """What stands in the line, and how far apart; less where there is no room."""
        named: dict[ViewName, str] = {name: f"{number} {name.capitalize()}" for number, name in enumerate(VIEWS, 1)}
        short: dict[ViewName, str] = {name: text if name == self._current else text[0] for name, text in named.items()}
        for gap, words in ((3, named), (2, named), (1, named), (2, short), (1, short)):
            if sum(len(text) + gap for text in words.values()) <= width + gap:
                return gap, words
        return 1, {self._current: short[self._current]}

    def on_click(self, event: events.Click) -> None:
        """Tell which was clicked."""
        for start, end, name in self._places:
            if start <= event.x < end:
                self.post_message(self.Clicked(name))
