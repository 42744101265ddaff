"""The sections of a request in one line: which is shown, and a click on another shows that."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lmstudio_tui.tui.panes.inspector.sections import SECTIONS, Section

if TYPE_CHECKING:
    from typing import Unpack

    from textual import events
    from textual.app import RenderResult

    from lmstudio_tui.tui.typed import WidgetOptions

_BACK = "‹ Back"


class SectionTabs(Widget):
    """One line. Sections by number and name; at the right what else can be clicked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tabs--current", "tabs--quiet", "tabs--link"}
    ALLOW_SELECT: ClassVar[bool] = False
    DEFAULT_CSS: ClassVar[str] = """
    SectionTabs {
        height: 1;
        & > .tabs--current { color: $accent; text-style: bold; }
        & > .tabs--quiet { color: $text-muted; }
        & > .tabs--link { color: $text-muted; text-style: underline; }
    }
    """

    class Clicked(Message):
        """Something was clicked.

        Args:
            what: a section, `back` or `raw`.
        """

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._current: Section = "timing"
        self._events = 0
        self._pretty: bool | None = None
        self._way_back: bool = False
        self._places: list[tuple[int, int, str]] = []

    def show(self, current: Section, events: int, *, pretty: bool | None, back: bool) -> None:
        """Show which section is in front.

        Args:
            events: how many there are.
            pretty: whether bodies are laid out; None where there is no body.
            back: whether there is something to go back to.
        """
        new = (current, events, pretty, back)
        if new != (self._current, self._events, self._pretty, self._way_back):
            self._current, self._events, self._pretty, self._way_back = new
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
        for what, text in words:
            name = "current" if what == self._current else "link" if what in {"back", "raw"} else "quiet"
            segments.append(Segment(text, self.get_component_rich_style(f"tabs--{name}")))
            segments.append(Segment(" " * gap, base))
            self._places.append((at, at + len(text), what))
            at += len(text) + gap
        return Strip(segments).adjust_cell_length(width, base)

    def _words(self, width: int) -> tuple[int, list[tuple[str, str]]]:
        """What stands in the line, and how far apart; less where there is no room."""
        named = [(name, f"{number} {name.capitalize()}") for number, name in enumerate(SECTIONS, 1)]
        bare = list(named)
        if self._events:
            named[-1] = ("events", f"{named[-1][1]} {self._events:,}")
        more = [("raw", "w raw" if self._pretty else "w pretty")] if self._pretty is not None else []
        back = [("back", _BACK)] if self._way_back else []
        plain = [(name, name.capitalize()) for name in SECTIONS]
        short = [(name, text[2:] if name == self._current else text[0]) for name, text in bare]
        for gap, words in (
            (2, [*back, *named, *more]),
            (1, [*back, *named, *more]),
            (1, [*back, *bare, *more]),
            (1, [*back, *bare]),
            (1, [*back, *plain, *more]),
            (2, [*back, *short, *more]),
            (1, [*back, *short]),
        ):
            if sum(len(text) + gap for _, text in words) <= width + gap:
                return gap, words
        return 1, [(name, text) for name, text in short if name == self._current]

    def on_click(self, event: events.Click) -> None:
        """Tell what was clicked."""
        for start, end, what in self._places:
            if start <= event.x < end:
                self.post_message(self.Clicked(what))
