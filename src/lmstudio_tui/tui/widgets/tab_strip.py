"""The open conversations in one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from textual import events
    from textual.app import RenderResult

    from lmstudio_tui.tui.typed import WidgetOptions

_STYLES: Final = ("current", "other", "number", "streaming", "interrupted", "unread", "button")
_LONGEST_TITLE: Final = 28
_SHORTEST_TITLE: Final = 10
_ARROW: Final = 5
"""Cells for what leads to the tabs out of sight, at either end."""
_NEW: Final = 3


@dataclass(frozen=True, slots=True)
class Tab:
    """An open conversation.

    Args:
        id: of the conversation.
        title: what it is called; empty while nothing was said.
        streaming: whether it is being answered.
        unread: whether an answer has ended in it that nobody has seen.
        interrupted: whether its last answer was cut off.
    """

    id: str
    title: str
    streaming: bool = False
    unread: bool = False
    interrupted: bool = False

    @property
    def state(self) -> tuple[str, str, str]:
        """A symbol, the name of its style, and what it means; three empty texts for a tab that is at rest."""
        if self.streaming:
            return "●", "streaming", "being answered"
        if self.interrupted:
            return "!", "interrupted", "the answer was interrupted"
        if self.unread:
            return "✓", "unread", "answered; not seen yet"
        return "", "", ""


class Place(NamedTuple):
    """Something in the line that can be clicked.

    Attributes:
        start: cells from the left.
        end: cells from the left.
        what: a tab, its cross, the plus, or what leads to the tabs out of sight.
        at: which tab; how far to go for `scroll`.
    """

    start: int
    end: int
    what: Literal["tab", "close", "new", "scroll"]
    at: int = 0


class TabStrip(Widget):
    """Number, title and state of each tab. A click goes there; a middle click or the cross closes it.

    It is out of sight while there is only one.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tab-strip--{name}" for name in _STYLES}
    ALLOW_SELECT: ClassVar[bool] = False

    DEFAULT_CSS = """
    TabStrip {
        display: none;
        height: 1;
        background: $surface;
        & > .tab-strip--current { color: $accent; background: $panel; text-style: bold; }
        & > .tab-strip--other { color: $foreground; }
        & > .tab-strip--number { color: $text-muted; }
        & > .tab-strip--streaming { color: $text-success; }
        & > .tab-strip--interrupted { color: $text-warning; text-style: bold; }
        & > .tab-strip--unread { color: $accent; text-style: bold; }
        & > .tab-strip--button { color: $text-muted; }
    }
    """

    @dataclass
    class TabChosen(Message):
        """A tab is to come to the front.

        Attributes:
            id: that of its conversation.
        """

        id: str

    @dataclass
    class TabClosed(Message):
        """A tab is to be closed; the conversation stays.

        Attributes:
            id: that of its conversation.
        """

        id: str

    class NewTabWanted(Message):
        """A new conversation is to begin."""

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._tabs: tuple[Tab, ...] = ()
        self._current = ""
        self._first = 0
        self._places: list[Place] = []

    def show(self, tabs: Sequence[Tab], current: str) -> None:
        """Show these tabs.

        Args:
            tabs: in their order.
            current: the id of the one in front, which is kept in sight.
        """
        if (tuple(tabs), current) == (self._tabs, self._current):
            return
        moved = current != self._current or len(tabs) != len(self._tabs)
        self._tabs, self._current = tuple(tabs), current
        self.display = len(self._tabs) > 1
        if moved:
            self._reveal()
        self.refresh()

    def on_resize(self) -> None:
        """Keep the one in front in sight."""
        self._reveal()
        self.refresh()

    # Where things are

    def _reveal(self) -> None:
        at = next((at for at, tab in enumerate(self._tabs) if tab.id == self._current), 0)
        self._first = first_in_sight(self._widths(), at, self._first, self._room)

    @property
    def _room(self) -> int:
        return max(1, self.size.width - _NEW)

    def _widths(self) -> list[int]:
        """Cells of each tab: its title at its best, or less where there is no room."""
        titles = [min(_LONGEST_TITLE, cell_len(_name(tab))) for tab in self._tabs]
        around = [self._around(number, tab) for number, tab in enumerate(self._tabs, 1)]
        most = _LONGEST_TITLE
        while most > _SHORTEST_TITLE and sum(min(most, one) for one in titles) + sum(around) > self._room:
            most -= 1
        return [min(most, one) + more for one, more in zip(titles, around, strict=True)]

    def _around(self, number: int, tab: Tab) -> int:
        """Cells beside the title: the mark and the number, the state, the cross, and what keeps tabs apart."""
        state = 2 if tab.state[0] else 0
        return 1 + len(str(number)) + 1 + state + (2 if tab.id == self._current else 0) + 1

    # Drawing

    def render(self) -> RenderResult:
        """Nothing: `render_line` draws it."""
        return ""

    def render_line(self, y: int) -> Strip:
        """The line."""
        del y
        base, widths = self.rich_style, self._widths()
        self._places = []
        segments: list[Segment] = []
        last = last_in_sight(widths, self._first, self._room)
        at = 0
        if self._first:
            at = self._button(segments, f"‹ {self._first}", _ARROW, 0, Place(0, 0, "scroll", -1))
        for number in range(self._first, last):
            at = self._draw_tab(segments, number, widths[number], at)
        if last < len(self._tabs):
            at = self._button(segments, f"{len(self._tabs) - last} ›", _ARROW, at, Place(0, 0, "scroll", 1))
        self._button(segments, "+", _NEW, at, Place(0, 0, "new"))
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _button(self, segments: list[Segment], text: str, width: int, at: int, place: Place) -> int:
        segments.append(Segment(f"{text:^{width}}", self._style("button")))
        self._places.append(place._replace(start=at, end=at + width))
        return at + width

    def _draw_tab(self, segments: list[Segment], number: int, width: int, at: int) -> int:
        tab = self._tabs[number]
        current = tab.id == self._current
        ground = self._style("current") if current else self.rich_style
        symbol, name, _ = tab.state
        title = shortened(_name(tab), width - self._around(number + 1, tab))
        segments += [
            Segment("▌" if current else " ", ground),
            Segment(f"{number + 1} ", ground + (Style.null() if current else self._colours("number"))),
            Segment(title, ground if current else ground + self._colours("other")),
        ]
        if symbol:
            segments.append(Segment(f" {symbol}", ground + self._colours(name)))
        end = at + width
        if current:
            segments.append(Segment(" ×", ground))
            self._places.append(Place(end - 3, end, "close", number))
        segments.append(Segment(" ", ground))
        self._places.append(Place(at, end, "tab", number))
        return end

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"tab-strip--{name}")

    def _colours(self, name: str) -> Style:
        """Only what the class itself sets, so that it goes on any ground."""
        style = self._style(name)
        return Style(color=style.color, bold=style.bold)

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Do what was clicked."""
        place = self._place_at(event.x)
        if place is None:
            return
        if place.what == "new":
            self.post_message(self.NewTabWanted())
        elif place.what == "scroll":
            self._scroll(place.at)
        elif place.what == "close" or event.button == 2:
            self.post_message(self.TabClosed(self._tabs[place.at].id))
        else:
            self.post_message(self.TabChosen(self._tabs[place.at].id))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Look at the tabs further right."""
        event.stop()
        self._scroll(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look at the tabs further left."""
        event.stop()
        self._scroll(-1)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Say the whole title, and what its symbol means, for whoever stays there."""
        place = self._place_at(event.x)
        if place is None or place.what == "scroll":
            self.tooltip = None
        elif place.what == "new":
            self.tooltip = "A new conversation"
        else:
            tab = self._tabs[place.at]
            words = "Close the tab; the conversation stays" if place.what == "close" else tab.state[2]
            self.tooltip = Content(f"{_name(tab)[:300]}{chr(10) if words else ''}{words}")

    def _place_at(self, x: int) -> Place | None:
        return next((place for place in self._places if place.start <= x < place.end), None)

    def _scroll(self, step: int) -> None:
        widths = self._widths()
        further = step < 0 or last_in_sight(widths, self._first, self._room) < len(widths)
        if further:
            self._first = max(0, min(len(widths) - 1, self._first + step))
            self.refresh()


def last_in_sight(widths: Sequence[int], first: int, room: int) -> int:
    """The number of the first tab that is out of sight at the right.

    Args:
        widths: cells of each tab.
        first: the first that is in sight.
        room: cells.
    """
    room -= _ARROW if first else 0
    if sum(widths[first:]) <= room:
        return len(widths)
    room -= _ARROW
    last = first
    while last < len(widths) and widths[last] <= room:
        room -= widths[last]
        last += 1
    # One is always there, though its end may be cut.
    return max(last, first + 1)


def first_in_sight(widths: Sequence[int], at: int, first: int, room: int) -> int:
    """The first tab to show so that one of them is in sight, with as little movement as that needs.

    Args:
        widths: cells of each tab.
        at: the one that has to be in sight.
        first: the first that was in sight before.
        room: cells.
    """
    first = max(0, min(first, at))
    while first < at and at >= last_in_sight(widths, first, room):
        first += 1
    # Where there is room at the right, what went out of sight at the left comes back.
    while first and last_in_sight(widths, first - 1, room) == len(widths):
        first -= 1
    return first


def shortened(text: str, width: int) -> str:
    """A text in exactly so many cells: an ellipsis stands for its middle where there is no room."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    tail = max(0, (width - 1) // 3)
    ending = text[len(text) - tail :] if tail else ""
    while cell_len(ending) > tail:
        ending = ending[1:]
    head = set_cell_size(text, max(0, width - 1 - cell_len(ending)))
    return set_cell_size(f"{head.rstrip(' ')}…{ending.lstrip(' ')}", width)


def _name(tab: Tab) -> str:
    return clean_line(tab.title[:500]) or "New chat"
