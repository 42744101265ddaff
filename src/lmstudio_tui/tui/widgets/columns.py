"""Two columns with a handle between them, which the mouse drags and keys move; what was chosen is told, to be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from textual.containers import Container
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from typing import Unpack

    from textual import events

    from lmstudio_tui.tui.typed import WidgetOptions

_STEP: Final = 4
"""Cells that a key moves the handle."""
_LEAST: Final = 18
"""Cells that each column keeps."""
_GRIP: Final = 3
"""Rows of the mark on a handle that nobody points at."""


class Handle(Widget, can_focus=False):
    """The cell between two columns. It is dragged; a double click gives the columns back the room they had at first."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"handle--quiet", "handle--lit"}
    DEFAULT_CSS = """
    Handle {
        width: 1;
        height: 1fr;
        display: none;
        pointer: ew-resize;
        & > .handle--quiet { color: $border-blurred; }
        & > .handle--lit { color: $accent; text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.tooltip = "Drag it; a double click puts it back."
        self._dragged = False

    @property
    def _columns(self) -> Columns:
        assert isinstance(self.parent, Columns)
        return self.parent

    def render_line(self, y: int) -> Strip:
        """A mark in the middle; all of it is marked under the pointer."""
        lit = self._dragged or self.mouse_hover
        style = self.get_component_rich_style(f"handle--{'lit' if lit else 'quiet'}")
        first = (self.size.height - _GRIP) // 2
        marked = lit or first <= y < first + _GRIP
        return Strip([Segment("│" if marked else " ", style)], 1)

    def watch_mouse_hover(self, value: bool) -> None:
        """The pointer came, or went."""
        del value
        self.refresh()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """It is held."""
        event.stop()
        self._dragged = True
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """It goes with the pointer while it is held."""
        if self._dragged:
            event.stop()
            self._columns.move_to(int(event.screen_x) - self._columns.content_region.x)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """It is let go."""
        if self._dragged:
            event.stop()
            self._dragged = False
            self.release_mouse()
            self._columns.settle()
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A double click undoes what was dragged."""
        event.stop()
        if event.chain == 2:
            self._columns.forget()


class Columns(Container):
    """A list and what it is the list of. What is in it besides the handle are the two columns, the second maybe later.

    Whether they stand beside each other, and how much room they have at first, is a matter of the style sheet;
    `share_out` is called when that may have changed.
    """

    DEFAULT_CSS = "Columns { height: 1fr; layout: horizontal; }"

    class Moved(Message):
        """The columns are to have this room from now on.

        Args:
            share: of the first one, of all the room; None for what it had at first.
        """

        def __init__(self, share: float | None) -> None:
            super().__init__()
            self.share = share

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._share: float | None = None
        self._first_width: int | None = None

    def on_mount(self) -> None:
        """Look right as soon as there is something."""
        self.share_out()

    def on_resize(self) -> None:
        """There is another room to be shared."""
        self.share_out()

    @property
    def _pair(self) -> tuple[Widget, ...]:
        return tuple(child for child in self.children if child.display and not isinstance(child, Handle))

    @property
    def beside(self) -> bool:
        """Whether there are two columns beside each other now."""
        return len(self._pair) == 2 and self.styles.layout is not None and self.styles.layout.name == "horizontal"

    def use(self, share: float | None) -> None:
        """Share the room like this.

        Args:
            share: of the first column, between 0 and 1; None for what it has at first.
        """
        if share != self._share:
            self._share = share
            self.share_out()

    def share_out(self) -> None:
        """The handle is there where there are two columns; each keeps a little room."""
        for handle in self.query_children(Handle):
            handle.display = self.beside
        room = self.content_region.width - 1
        if self._share is None or not self.beside:
            self._let_go()
        elif room > 0:
            self._set(self._kept_within(round(self._share * room), room))

    def move_to(self, column: int) -> None:
        """Put the handle there, for the time being.

        Args:
            column: cells from the left edge.
        """
        room = self.content_region.width - 1
        if self.beside and room > 0:
            cells = self._kept_within(column, room)
            self._share = cells / room
            self._set(cells)

    def settle(self) -> None:
        """What it is now is to be kept."""
        if self._first_width is not None:
            self.post_message(self.Moved(self._share))

    def move_by(self, steps: int) -> None:
        """Make the first column wider, or narrower.

        Args:
            steps: of some cells each; negative ones make it narrower.
        """
        if self.beside:
            self.move_to(self._pair[0].outer_size.width + steps * _STEP)
            self.settle()

    def forget(self) -> None:
        """The columns have again what they had at first."""
        self._share = None
        self.share_out()
        self.post_message(self.Moved(None))

    @staticmethod
    def _kept_within(cells: int, room: int) -> int:
        least = min(_LEAST, room // 2)
        return max(least, min(room - least, cells))

    def _set(self, cells: int) -> None:
        if cells == self._first_width:
            return
        self._first_width = cells
        first, second = self._pair
        first.styles.width = cells
        second.styles.width = "1fr"
        for one in (first, second):
            one.styles.min_width, one.styles.max_width = 1, "100%"

    def _let_go(self) -> None:
        if self._first_width is None:
            return
        self._first_width = None
        for child in self.children:
            if not isinstance(child, Handle):
                child.styles.width = child.styles.min_width = child.styles.max_width = None
