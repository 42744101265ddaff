"""The list of what the command being typed may become, next to the prompt and never over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.geometry import Offset
from textual.widget import Widget

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.style import Style
    from textual import events
    from textual.app import RenderResult
    from textual.geometry import Region

MOST_ROWS: Final = 8
_LABEL_WIDTH: Final = 40


class Suggestions(Widget, can_focus=False):
    """At most eight rows, each with a word and what it means. The cursor of the keyboard stays in the prompt.

    Args:
        clicked: called with the row that was clicked.
    """

    BORDER_TITLE = "Suggestions"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "suggestions--chosen",
        "suggestions--label",
        "suggestions--help",
    }

    DEFAULT_CSS = """
    Suggestions {
        overlay: screen;
        constrain: inside inside;
        display: none;
        width: auto;
        height: auto;
        background: $surface;
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        & > .suggestions--label { color: $foreground; }
        & > .suggestions--help { color: $text-muted; }
        & > .suggestions--chosen { color: $foreground; text-style: bold; background: $accent 22%; }
    }
    """

    def __init__(self, clicked: Callable[[int], None]) -> None:
        super().__init__()
        self._clicked = clicked
        self._rows: tuple[tuple[str, str], ...] = ()
        self._highlighted = 0
        self._top = 0
        self._height = MOST_ROWS

    @property
    def is_open(self) -> bool:
        """Whether anything is shown."""
        return bool(self._rows)

    @property
    def highlighted(self) -> int:
        """The row that Enter and Tab take."""
        return self._highlighted

    def show(self, rows: Sequence[tuple[str, str]], beside: Region, screen: Region) -> None:
        """Show other rows; none closes it.

        Args:
            rows: each with its word and its meaning.
            beside: where the prompt is.
            screen: where there is room.
        """
        rows = tuple((clean_line(label), clean_line(words)) for label, words in rows)
        if rows != self._rows:
            self._rows, self._highlighted, self._top = rows, 0, 0
        self.display = bool(rows)
        if rows:
            self._place(beside, screen)

    def close(self) -> None:
        """Show nothing."""
        self._rows, self.display = (), False

    def move(self, step: int) -> None:
        """Highlight another row, round about."""
        if self._rows:
            self._highlighted = (self._highlighted + step) % len(self._rows)
            self._scroll()

    def _place(self, beside: Region, screen: Region) -> None:
        """Above the prompt, or below it where there is more room."""
        above, below = beside.y - screen.y, screen.bottom - beside.bottom
        room = max(above, below) - 2
        self._height = max(1, min(MOST_ROWS, len(self._rows), room))
        width = min(self._width() + 4, beside.width, screen.width)
        self.styles.width, self.styles.height = width, self._height + 2
        y = beside.y - self._height - 2 if above >= below else beside.bottom
        self.absolute_offset = Offset(beside.x, max(screen.y, y))
        self._scroll()

    def _scroll(self) -> None:
        last = self._highlighted - self._height + 1
        self._top = max(last, min(self._top, self._highlighted))
        hidden = len(self._rows) > self._height
        count = f"{self._highlighted + 1} of {len(self._rows)}   " if hidden else ""
        self.border_subtitle = count + told("{chat.complete} complete   {chat.hush} close")
        self.refresh()

    def _label_cells(self) -> int:
        return min(_LABEL_WIDTH, max((cell_len(label) for label, _ in self._rows), default=0))

    def _width(self) -> int:
        help_cells = max((cell_len(words) for _, words in self._rows), default=0)
        return max(self._label_cells() + (help_cells + 2 if help_cells else 0), 36)

    def render(self) -> RenderResult:
        width, labels = self.content_size.width, self._label_cells()
        lines: list[Text] = []
        for index in range(self._top, min(self._top + self._height, len(self._rows))):
            label, words = self._rows[index]
            chosen = index == self._highlighted
            line = Text(label, self._style("chosen" if chosen else "label"), no_wrap=True, end="")
            line.truncate(labels, overflow="ellipsis", pad=True)
            line.append("  ")
            line.append(words, style=self._style("chosen" if chosen else "help"))
            line.truncate(width, overflow="ellipsis", pad=True)
            lines.append(line)
        return Text("\n").join(lines)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"suggestions--{name}")

    def on_click(self, event: events.Click) -> None:
        """Take the row under the mouse."""
        event.stop()
        offset = event.get_content_offset(self)
        index = -1 if offset is None else self._top + offset.y
        if 0 <= index < len(self._rows):
            self._clicked(index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go down the list."""
        event.stop()
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go up the list."""
        event.stop()
        self.move(-1)
