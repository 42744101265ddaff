"""The images made so far, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment

from lmstudio_tui.store.media.records import ImageRecord
from lmstudio_tui.tui.commands import moves
from lmstudio_tui.tui.panes.images.rows import row_of
from lmstudio_tui.tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Unpack

    from rich.style import Style
    from textual.binding import BindingType

    from lmstudio_tui.tui.typed import WidgetOptions


class ImageList(RecordList[ImageRecord]):
    """A row for each image.

    Args:
        now: the time of day.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="move(-1)", down="move(1)", page_up="page(-1)", page_down="page(1)"),
        *moves(half_up="page(-0.5)", half_down="page(0.5)", first="first", last="last"),
    ]

    DEFAULT_CSS = """
    ImageList > .records--cursor { background: $accent 25%; text-style: bold; }
    """

    def __init__(self, now: Callable[[], datetime], **options: Unpack[WidgetOptions]) -> None:
        super().__init__(now, self._row, **options)

    def _row(self, record: ImageRecord, width: int, base: Style, *, under_cursor: bool) -> list[Segment]:
        """When, what of, and what else is known of it."""
        dim = self.ink("dim")
        row = row_of(record, width - 2, self._now())
        return [
            Segment("▌" if under_cursor else " ", base + self.ink("mark")),
            Segment(row.time, base + dim),
            Segment(row.prompt, base),
            Segment(row.rest, base + dim),
        ]
