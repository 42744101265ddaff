"""The five views of a set, one at a time, with their tabs above and how it stands below."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal

from rich.text import Text
from textual.containers import Vertical
from textual.geometry import Size
from textual.widgets import Static

from lmstudio_tui.tui.panes.embeddings.facts_view import FactsView
from lmstudio_tui.tui.panes.embeddings.heat_map import HeatMap
from lmstudio_tui.tui.panes.embeddings.nearest_view import NearestView
from lmstudio_tui.tui.panes.embeddings.point_map import PointMap
from lmstudio_tui.tui.panes.embeddings.status_lines import NoticeScroll, StatusLines
from lmstudio_tui.tui.panes.embeddings.vector_view import VectorView
from lmstudio_tui.tui.panes.embeddings.view_tabs import VIEWS, ViewName, ViewTabs

if TYPE_CHECKING:
    from typing import Unpack

    from textual.app import ComposeResult
    from textual.events import Resize
    from textual.widget import Widget

    from lmstudio_tui.tui.typed import WidgetOptions

Tone = Literal["", "bad", "busy"]

_SLIGHT_BELOW: Final = Size(44, 16)
"""Cells and rows below which nothing stands around the words in the place of a view."""


class ViewStack(Vertical):
    """Shows one of the views, or words in its place."""

    DEFAULT_CSS: ClassVar[str] = """
    ViewStack {
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        &:focus-within { border: round $border; border-title-color: $accent; border-title-style: bold; }
        & > ViewTabs { margin-bottom: 1; padding: 0 1; }
        & > #notice { display: none; height: 1fr; padding: 1 2; align: center middle; scrollbar-size-vertical: 1; }
        & > #notice { hatch: right $foreground 11%; }
        & > #notice > Static { width: auto; max-width: 100%; padding: 1 3; }
        & > #notice > Static { color: $text-muted; background: $background; }
        &.-notice > #notice { display: block; }
        &.-slight > #notice { hatch: none; padding: 0; }
        & > .view { display: none; }
        & > .view.-front { display: block; }
        &.-notice > .view.-front { display: none; }
        & > #work { display: none; height: auto; max-height: 4; padding: 0 1; color: $text-muted; }
        & > #work.-some { display: block; }
        & > #work.-bad { color: $text-error; }
        & > #work.-busy { color: $accent; }
    }
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self.tabs = ViewTabs()
        self.heat = HeatMap(id="similarity")
        self.nearest = NearestView(id="nearest")
        self.map = PointMap(id="map")
        self.vector = VectorView(id="vector")
        self.facts = FactsView(id="facts")
        self._all: dict[ViewName, Widget] = {
            "similarity": self.heat,
            "nearest": self.nearest,
            "map": self.map,
            "vector": self.vector,
            "facts": self.facts,
        }
        self._front: ViewName = "similarity"
        self._notice = Static(markup=False)
        self._work = StatusLines(id="work")

    def compose(self) -> ComposeResult:
        yield self.tabs
        yield NoticeScroll(self._notice, id="notice")
        for view in self._all.values():
            view.add_class("view")
            yield view
        yield self._work

    def on_resize(self, event: Resize) -> None:
        """Words need all of a little room."""
        self.set_class(event.size.width < _SLIGHT_BELOW.width or event.size.height < _SLIGHT_BELOW.height, "-slight")

    def on_mount(self) -> None:
        """The first one is in front."""
        self.bring("similarity")

    @property
    def front(self) -> Widget:
        """The view that is shown."""
        return self._all[self._front]

    @property
    def front_name(self) -> ViewName:
        """Its name."""
        return self._front

    @property
    def shows_heat(self) -> bool:
        """Whether the heat map is to be seen."""
        return self._front == "similarity" and not self.has_class("-notice")

    def bring(self, name: ViewName) -> None:
        """Show this one. The keys go with it where the one before had them."""
        had = self._all[self._front].has_focus_within
        self._front = name
        for one in VIEWS:
            self._all[one].set_class(one == name, "-front")
        self.tabs.show(name)
        if had:
            self.take_keys()

    def take_keys(self) -> None:
        """Give the keys to the view in front, or to the words in its place, which may be longer than there is room."""
        notice = self.query_one("#notice")
        if not self.has_class("-notice"):
            self.front.focus()
        elif notice.focusable:
            notice.focus()

    def say(self, *notice: str) -> None:
        """Words in the place of the view, a line each, the first the loudest; none shows the view."""
        read = not notice and self.query_one("#notice").has_focus
        # Shown first: Textual may measure what is hidden too late, and cut words to the room of those before them.
        self.set_class(bool(notice), "-notice")
        if notice:
            first, *rest = notice
            self._notice.update(Text("\n", justify="center").join([Text(first, "bold"), *map(Text, rest)]))
        if read:
            self.take_keys()

    def show_work(self, words: str, tone: Tone = "") -> None:
        """Say below the view how it stands; nothing takes no room."""
        self._work.tell(words)
        self._work.set_class(bool(words), "-some")
        for name in ("bad", "busy"):
            self._work.set_class(tone == name, f"-{name}")
