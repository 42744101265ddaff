"""The table of models, of which only what is in view is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lmstudio_tui.features.models.columns import BY_ID
from lmstudio_tui.features.models.order import Order
from lmstudio_tui.tui.commands import moves
from lmstudio_tui.tui.widgets.empty_state import hatched
from lmstudio_tui.tui.widgets.model_table.fitting import GAP, fitted, natural_widths, same_but_for_publisher
from lmstudio_tui.tui.widgets.model_table.painting import STYLES, Look, RowPainter
from lmstudio_tui.tui.widgets.rows import in_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Unpack

    from textual import events
    from textual.binding import BindingType

    from lmstudio_tui.features.models.columns import Entry
    from lmstudio_tui.tui.typed import WidgetOptions
    from lmstudio_tui.tui.widgets.model_table.fitting import Place

_GROUNDS: Final = frozenset({"base", "heading", "sorted", "cursor", "cursor-blurred"})
"""The styles that have a background of their own."""


class ModelTable(ScrollView, can_focus=True):
    """Rows of models under a line of titles, with a cursor that stays on its model whatever happens to the list.

    Args:
        lit: whether the cursor is bright though the keyboard is elsewhere, such as in a filter above.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"model-table--{name}" for name in STYLES}
    ALLOW_SELECT: ClassVar[bool] = False

    DEFAULT_CSS = """
    ModelTable {
        height: 1fr;
        background: transparent;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        & > .model-table--heading { color: $text-muted; }
        & > .model-table--sorted { color: $accent; }
        & > .model-table--cursor { background: $accent 22%; }
        & > .model-table--cursor-blurred { background: $foreground 8%; }
        & > .model-table--dim { color: $text-muted; }
        & > .model-table--loaded { color: $text-success; }
        & > .model-table--busy { color: $text-warning; }
        & > .model-table--match { color: $accent; text-style: bold underline; }
        & > .model-table--use { color: $accent; text-style: italic; }
        & > .model-table--name { text-style: bold; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="move(-1)", down="move(1)", page_up="page(-1)", page_down="page(1)"),
        *moves(half_up="page(-0.5)", half_down="page(0.5)", first="first", last="last"),
    ]

    @dataclass
    class Highlighted(Message):
        """The cursor is on another model, or on newer facts of the same; None when there is none."""

        entry: Entry | None

    class Pressed(Message):
        """A model was clicked; the cursor is on it."""

    class Opened(Message):
        """A model was clicked twice."""

    @dataclass
    class TitleClicked(Message):
        """The title of a column was clicked: its id."""

        column: str

    def __init__(self, *, lit: bool = False, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._lit = lit
        self._rows: Sequence[Entry] = ()
        self._natural: dict[str, int] = {}
        self._alike: frozenset[str] = frozenset()
        self._cursor = 0
        self._wanted: str | None = None
        self._order = Order()
        self._marks: tuple[str, ...] = ()
        self._stale = False
        self._busy: Mapping[str, str] = {}
        self._uses: Mapping[str, str] = {}
        self._empty = Text()
        self._painter: RowPainter | None = None

    @property
    def entry(self) -> Entry | None:
        """The model under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    # What it is told

    def measure(self, entries: Iterable[Entry]) -> None:
        """Make the columns wide enough for all of these, whichever are shown: a filter moves no column."""
        entries = list(entries)
        self._natural = natural_widths(entries)
        self._alike = same_but_for_publisher(entry.text(BY_ID["name"]) for entry in entries)
        self._repaint()

    def show_rows(self, rows: Sequence[Entry], order: Order, marks: tuple[str, ...]) -> None:
        """Show these models.

        Args:
            rows: in their order.
            order: which order that is.
            marks: what is highlighted in their names, in small letters.
        """
        was, before = self.entry, self._cursor - round(self.scroll_y)
        in_view = 0 <= before < self._page
        self._rows, self._order, self._marks = rows, order, marks
        at = next((at for at, row in enumerate(rows) if row.id == self._wanted), None)
        self._cursor = 0 if at is None else at
        if self._wanted is None and rows:
            self._wanted = rows[0].id
        self.virtual_size = Size(self._inner_width, len(rows) + 1)
        if at is None:
            self.scroll_to(y=0, animate=False, immediate=True)
        elif in_view:
            # The cursor's row stays where it was on the screen.
            self.scroll_to(y=at - before, animate=False, immediate=True)
            self._keep_in_view()
        self.refresh()
        if self.entry is not was:
            self.post_message(self.Highlighted(self.entry))

    def show_state(self, *, stale: bool, busy: Mapping[str, str], uses: Mapping[str, str]) -> None:
        """Show what goes on.

        Args:
            stale: whether the list is an old one.
            busy: what goes on with models, by id, such as `loading 12 s`.
            uses: what models are used for, by id, such as `chat`.
        """
        if (stale, busy, uses) != (self._stale, self._busy, self._uses):
            self._stale, self._busy, self._uses = stale, dict(busy), dict(uses)
            self._repaint()

    def show_empty(self, text: Text) -> None:
        """What to say when there is no row."""
        if text != self._empty:
            self._empty = text
            self.refresh()

    def select(self, model_id: str) -> None:
        """Put the cursor on a model, now or when it is there."""
        self._wanted = model_id
        at = next((at for at, row in enumerate(self._rows) if row.id == model_id), None)
        if at is not None:
            self._go(at)

    # Moving

    def action_move(self, step: int) -> None:
        """Move the cursor by some rows."""
        self._go(self._cursor + step)

    def action_page(self, pages: float) -> None:
        """Move the cursor by some pages, less the row that keeps the eye in place."""
        self._go(self._cursor + in_lines(pages, self._page))

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self._go(0)

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self._go(len(self._rows) - 1)

    def _go(self, at: int) -> None:
        if not self._rows:
            return
        was = self.entry
        self._cursor = max(0, min(len(self._rows) - 1, at))
        self._wanted = self._rows[self._cursor].id
        self._keep_in_view()
        self.refresh()
        if self.entry is not was:
            self.post_message(self.Highlighted(self.entry))

    def _keep_in_view(self) -> None:
        top = round(self.scroll_y)
        wanted = max(min(top, self._cursor), self._cursor - self._page + 1)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, immediate=True)

    @property
    def _page(self) -> int:
        """How many rows are in view."""
        return max(1, self.scrollable_content_region.height - 1)

    @property
    def _inner_width(self) -> int:
        return self.scrollable_content_region.width

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is, open a model, or sort."""
        if event.y == 0:
            for place in self._places():
                if place.start <= event.x < place.start + place.width + GAP:
                    self.post_message(self.TitleClicked(place.column.id))
            return
        at = round(self.scroll_y) + event.y - 1
        if at < len(self._rows):
            self._go(at)
            self.post_message(self.Opened() if event.chain == 2 else self.Pressed())

    # Drawing

    def on_resize(self) -> None:
        """Lay the columns out again."""
        self.virtual_size = Size(self._inner_width, len(self._rows) + 1)
        self._repaint()
        # Only after this the scroll bar knows of the new height.
        self.call_after_refresh(self._keep_in_view)

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        self._painter = None

    def on_focus(self) -> None:
        """The cursor gets its colour, and what it is on is what is meant, though a filter may have put it there."""
        if self._rows:
            self._wanted = self._rows[self._cursor].id
        self._repaint()

    def on_blur(self) -> None:
        """The cursor loses its colour."""
        self._repaint()

    def _repaint(self) -> None:
        self._painter = None
        self.refresh()

    def _paint(self) -> RowPainter:
        if self._painter is None:
            styles = {name: self._style(name) for name in STYLES}
            width = self._inner_width
            self._painter = RowPainter(width, self._places(), styles)
        return self._painter

    def _places(self) -> tuple[Place, ...]:
        """The columns; the names have room for what a model is used for."""
        used = (cell_len(name) + cell_len(use) + 1 for name, use in self._uses.items())
        names = max(self._natural.get("name", 0), *used, 0)
        return fitted(self._inner_width, {**self._natural, "name": names})

    def _style(self, name: str) -> Style:
        if name == "base":
            return self.rich_style
        style = self.get_component_rich_style(f"model-table--{name}")
        if name in _GROUNDS:
            return Style(color=style.color, bgcolor=style.bgcolor, bold=style.bold)
        return Style(color=style.color, bold=style.bold, italic=style.italic, underline=style.underline)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        painter = self._paint()
        if not self._rows:
            return self._empty_line(y)
        if y == 0:
            return painter.heading(self._order)
        at = round(self.scroll_y) + y - 1
        if at >= len(self._rows):
            return Strip.blank(self._inner_width, self.rich_style)
        entry = self._rows[at]
        return painter.row(
            entry,
            Look(
                cursor=at == self._cursor,
                focused=self.has_focus or self._lit,
                stale=self._stale,
                busy=self._busy.get(entry.id, ""),
                uses=self._uses.get(entry.id, ""),
                marks=self._marks,
                alike=entry.text(BY_ID["name"]) in self._alike,
            ),
        )

    def _empty_line(self, y: int) -> Strip:
        """A line of the sentence that stands for the rows, in the middle."""
        width = self._inner_width
        room = max(10, min(64, width - 4))
        lines = list(self._empty.wrap(Console(width=room), room))
        return hatched(lines, y, Size(width, self.scrollable_content_region.height), self.rich_style)
