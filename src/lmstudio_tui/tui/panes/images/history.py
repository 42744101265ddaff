"""The images made so far, by the line API: only rows in view exist."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.panes.images.rows import row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual import events
    from textual.binding import BindingType

    from lmstudio_tui.store.media.records import ImageRecord


class ImageList(ScrollView, can_focus=True, inherit_bindings=False):
    """A row for each image, the newest first, and a cursor that stays on its image.

    Args:
        now: the time of day.
    """

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "images--cursor", "images--cursor-quiet", "images--dim", "images--mark", "images--heading",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("images.up", "images.down", "images.page_up", "images.page_down", "images.first", "images.last")
    ]

    DEFAULT_CSS = """
    ImageList {
        height: 1fr;
        background: transparent;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        & > .images--cursor { background: $accent 25%; text-style: bold; }
        & > .images--cursor-quiet { background: $panel; }
        & > .images--dim { color: $text-muted; }
        & > .images--mark { color: $accent; }
        & > .images--heading { text-style: bold; }
    }
    """

    class Moved(Message):
        """The cursor stands on another image, or on none."""

    class Opened(Message):
        """The image under the cursor is to be looked at."""

    def __init__(self, now: Callable[[], datetime], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._now = now
        self._shown: tuple[ImageRecord, ...] = ()
        self._cursor = 0
        self._notice: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[ImageRecord, ...]:
        """The images in the list."""
        return self._shown

    @property
    def chosen(self) -> ImageRecord | None:
        """The image under the cursor."""
        return self._shown[self._cursor] if self._shown else None

    def show(self, records: Sequence[ImageRecord]) -> None:
        """Show these; the cursor stays on its image, else in its place."""
        before = self.chosen
        self._shown = tuple(records)
        places = {record.id: at for at, record in enumerate(self._shown)}
        at = None if before is None else places.get(before.id)
        self._cursor = max(0, min(self._cursor, len(self._shown) - 1)) if at is None else at
        self.virtual_size = Size(self.size.width, len(self._shown))
        self._reveal()
        self.refresh()
        if self.chosen != before:
            self.post_message(self.Moved())

    def say(self, *notice: str) -> None:
        """What stands there while the list is empty, a line each; the first is the loudest."""
        if notice != self._notice:
            self._notice = notice
            self.refresh()

    def choose(self, image_id: str) -> None:
        """Put the cursor on an image, if it is in the list."""
        at = next((at for at, record in enumerate(self._shown) if record.id == image_id), None)
        if at is not None:
            self._put(at)

    def _put(self, cursor: int) -> None:
        if not self._shown:
            return
        before, self._cursor = self._cursor, max(0, min(len(self._shown) - 1, cursor))
        self._reveal()
        self.refresh()
        if self._cursor != before:
            self.post_message(self.Moved())

    def _reveal(self) -> None:
        top, room = self.scroll_offset.y, max(1, self.scrollable_content_region.height)
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, immediate=True)
        elif self._cursor >= top + room:
            self.scroll_to(y=self._cursor - room + 1, animate=False, immediate=True)

    # Painting

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self.virtual_size = Size(self.size.width, len(self._shown))
        self._reveal()

    def on_focus(self) -> None:
        """The cursor looks another way when the keys go here."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor looks another way when the keys go elsewhere."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A row of the screen."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        if not self._shown:
            return self._render_notice(y, width)
        at = self.scroll_offset.y + y
        if at >= len(self._shown):
            return Strip.blank(width, base)
        if at == self._cursor:
            base = self.get_component_rich_style("images--cursor" if self.has_focus else "images--cursor-quiet")
        dim = self._ink("dim")
        row = row_of(self._shown[at], width - 2, self._now())
        segments = [
            Segment("▌" if at == self._cursor else " ", base + self._ink("mark")),
            Segment(row.time, base + dim),
            Segment(row.prompt, base),
            Segment(row.rest, base + dim),
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _render_notice(self, y: int, width: int) -> Strip:
        """What to do first, in the middle."""
        base = self.rich_style
        rows = [row for text in self._notice for row in wrap(text, max(1, width - 2)) or [""]]
        number = y - max(0, (self.size.height - len(rows)) // 3)
        if not 0 <= number < len(rows):
            return Strip.blank(width, base)
        pad = Segment(" " * max(0, (width - len(rows[number])) // 2), base)
        text = Segment(rows[number], base + self._ink("heading" if number == 0 else "dim"))
        return Strip([pad, text]).adjust_cell_length(width, base)

    def _ink(self, name: str) -> Style:
        """The colour of a part, on whatever is behind it."""
        style = self.get_component_rich_style(f"images--{name}")
        return Style(color=style.color, bold=style.bold)

    # Keys and mouse

    def on_click(self, event: events.Click) -> None:
        """Choose; a double click looks at it."""
        at = self.scroll_offset.y + event.y
        if at < len(self._shown):
            self._put(at)
            if event.chain > 1:
                self.post_message(self.Opened())

    def action_move(self, step: int) -> None:
        """Go up or down."""
        self._put(self._cursor + step)

    def action_page(self, pages: int) -> None:
        """Go a page up or down."""
        self._put(self._cursor + pages * max(1, self.scrollable_content_region.height - 1))

    def action_first(self) -> None:
        """Go to the newest."""
        self._put(0)

    def action_last(self) -> None:
        """Go to the oldest."""
        self._put(len(self._shown) - 1)
