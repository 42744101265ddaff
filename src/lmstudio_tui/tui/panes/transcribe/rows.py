"""Items of one or more rows by the line API, with a cursor on one of them: only what is in view costs anything."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from lmstudio_tui.tui.commands import moves
from lmstudio_tui.tui.widgets.empty_state import hatched
from lmstudio_tui.tui.widgets.quiet_scroll import QuietScrollView
from lmstudio_tui.tui.widgets.rows import in_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Unpack

    from textual import events
    from textual.binding import BindingType

    from lmstudio_tui.tui.typed import WidgetOptions

_STYLES = ("plain", "dim", "name", "mark", "good", "bad", "warn", "match")


class ItemRows(QuietScrollView, can_focus=True, inherit_bindings=False):
    """A list of items. Who inherits says what they look like.

    Args:
        paint: gives the texts of one row of an item, and the names of their styles.
    """

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"rows--{name}" for name in (*_STYLES, "cursor", "cursor-quiet")}
    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="line(-1)", down="line(1)", page_up="page(-1)", page_down="page(1)"),
        *moves(half_up="page(-0.5)", half_down="page(0.5)", first="first", last="last"),
    ]

    DEFAULT_CSS: ClassVar[str] = """
    ItemRows {
        height: 1fr;
        background: transparent;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        & > .rows--plain { color: $foreground; }
        & > .rows--dim { color: $text-muted; }
        & > .rows--name { color: $foreground; text-style: bold; }
        & > .rows--mark { color: $accent; text-style: bold; }
        & > .rows--good { color: $text-success; }
        & > .rows--bad { color: $text-error; }
        & > .rows--warn { color: $text-warning; }
        & > .rows--match { color: $accent; text-style: bold underline; }
        & > .rows--cursor { background: $accent 22%; }
        & > .rows--cursor-quiet { background: $foreground 8%; }
    }
    """

    class Moved(Message):
        """The cursor stands on another item.

        Args:
            rows: whose cursor.
        """

        def __init__(self, rows: ItemRows) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> ItemRows:
            """Whose cursor."""
            return self.rows

    class Opened(Message):
        """An item was clicked a second time.

        Args:
            rows: whose item.
        """

        def __init__(self, rows: ItemRows) -> None:
            super().__init__()
            self.rows = rows

    def __init__(self, paint: Callable[[int, int], list[tuple[str, str]]], **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._paint = paint
        self._starts: list[int] = []
        self._height = 0
        self._cursor = 0
        self._notice: tuple[str, ...] = ()
        self._sentences: list[tuple[str, bool]] = []
        self._styles: dict[str, Style] = {}

    # For who inherits

    @property
    def columns(self) -> int:
        """How many cells a row has, without the mark of the cursor."""
        return max(4, self.scrollable_content_region.width - 2)

    @property
    def pointing(self) -> bool:
        """Whether there is a cursor to be seen."""
        return True

    def use_heights(self, heights: Sequence[int], *, cursor: int | None = None) -> None:
        """There are items of so many rows.

        Args:
            heights: of each.
            cursor: where it stands now; None where it stood.
        """
        self._starts = [0, *accumulate(heights)][:-1] if heights else []
        self._height = sum(heights) if heights else self._break_notice()
        self._cursor = max(0, min(len(heights) - 1, self._cursor if cursor is None else cursor))
        self.use_size(Size(self.size.width, self._height))
        self.refresh()

    def say(self, *notice: str) -> None:
        """What stands there while there is no item, a line each; the first is the loudest."""
        if notice != self._notice:
            self._notice = notice
            if not self._starts:
                self.use_heights(())

    def _break_notice(self) -> int:
        """Break it for the width. Returns how many rows it has."""
        width = max(8, self.scrollable_content_region.width - 2)
        self._sentences = [
            (row, not number) for number, text in enumerate(self._notice) for row in wrap(text, width) or [""]
        ]
        return len(self._sentences)

    @property
    def notice(self) -> str:
        """What stands there while there is no item, row by row."""
        return "\n".join(row for row, _ in self._sentences)

    @property
    def cursor(self) -> int | None:
        """The item under the cursor; None when there is none."""
        return self._cursor if self._starts else None

    def put(self, item: int) -> None:
        """Put the cursor on an item, and bring that into view."""
        if not self._starts:
            return
        before = self._cursor
        self._cursor = max(0, min(len(self._starts) - 1, item))
        self.reveal()
        self.refresh()
        if self._cursor != before:
            self.post_message(self.Moved(self))

    def reveal(self) -> None:
        """Bring the item under the cursor into view, its beginning first."""
        if not self._starts:
            return
        top, room = self.scroll_offset.y, self._room
        start = self._starts[self._cursor]
        end = self._starts[self._cursor + 1] if self._cursor + 1 < len(self._starts) else self._height
        if start < top or end - start > room:
            self.scroll_to(y=start, animate=False, immediate=True)
        elif end > top + room:
            self.scroll_to(y=end - room, animate=False, immediate=True)

    def show_end(self) -> None:
        """Scroll to the last row."""
        self.scroll_to(y=max(0, self._height - self._room), animate=False, immediate=True)

    @property
    def at_end(self) -> bool:
        """Whether the last row is in view."""
        return self.scroll_offset.y >= self._height - self._room

    @property
    def _room(self) -> int:
        return max(1, self.scrollable_content_region.height)

    @property
    def count(self) -> int:
        """How many items there are."""
        return len(self._starts)

    def first_line(self, item: int) -> int:
        """Which row an item begins in."""
        return self._starts[item]

    def item_at(self, line: int) -> int | None:
        """Which item has that row; None when there is none."""
        return bisect_right(self._starts, line) - 1 if 0 <= line < self._height else None

    # Painting

    def notify_style_update(self) -> None:
        """Another theme: other colours."""
        super().notify_style_update()
        self._styles.clear()

    def on_focus(self) -> None:
        """The cursor looks another way when the keys go here."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor looks another way when the keys go elsewhere."""
        self.refresh()

    def _look(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            whole = self.get_component_rich_style(f"rows--{name}")
            # Only what the class itself sets, so that it goes on any ground.
            cursor = name.startswith("cursor")
            colour, ground = (None, whole.bgcolor) if cursor else (whole.color, None)
            style = Style(color=colour, bgcolor=ground, bold=whole.bold, underline=whole.underline)
            self._styles[name] = style
        return style

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width, base = self.scrollable_content_region.width, self.rich_style
        if not self._starts:
            return self._render_notice(y, width, base)
        line = self.scroll_offset.y + y
        item = self.item_at(line)
        if item is None:
            return Strip.blank(width, base)
        under = self.pointing and item == self._cursor
        if under:
            base += self._look("cursor" if self.has_focus else "cursor-quiet")
        mark = Segment("▌ " if under else "  ", base + self._look("mark" if self.has_focus else "dim"))
        pieces = self._paint(item, line - self._starts[item])
        segments = [mark, *(Segment(text, base + self._look(style)) for text, style in pieces)]
        strip = Strip(self.told(segments, line)).adjust_cell_length(width, base)
        return strip.apply_offsets(0, line) if self.ALLOW_SELECT else strip

    def told(self, segments: list[Segment], line: int) -> list[Segment]:
        """A row of the list, as it is painted."""
        del line
        return segments

    def _render_notice(self, y: int, width: int, base: Style) -> Strip:
        """What to do first, in the middle."""
        loud, quiet = base + self._look("name"), base + self._look("dim")
        lines = [Text(row, loud if first else quiet, no_wrap=True) for row, first in self._sentences]
        self.told_notice(lines)
        return hatched(lines, y + self.scroll_offset.y, Size(width, max(self.size.height, len(lines))), base)

    def told_notice(self, lines: list[Text]) -> None:
        """What stands there while there is no item, as it is painted."""

    # Keys and mouse

    def on_click(self, event: events.Click) -> None:
        """Choose; a second click opens."""
        item = self.item_at(self.scroll_offset.y + event.y) if self._starts else None
        if item is None or not self.pointing:
            return
        again = item == self._cursor
        self.put(item)
        if again or event.chain > 1:
            self.post_message(self.Opened(self))

    def action_line(self, rows: int) -> None:
        """Up or down: by items where there is a cursor, else by rows."""
        if self.pointing and self._starts:
            self.put(self._cursor + rows)
        else:
            self.scroll_relative(y=rows, animate=False)

    def action_page(self, pages: float) -> None:
        """A page up or down."""
        step = in_lines(pages, self._room)
        if not self.pointing or not self._starts:
            self.scroll_relative(y=step, animate=False)
        else:
            line = max(0, min(self._height - 1, self._starts[self._cursor] + step))
            item = self.item_at(line) or 0
            self.put(item if item != self._cursor else self._cursor + (1 if pages > 0 else -1))

    def action_first(self) -> None:
        """To the first."""
        self.put(0)
        self.scroll_to(y=0, animate=False)

    def action_last(self) -> None:
        """To the last."""
        self.put(len(self._starts) - 1)
        self.show_end()
