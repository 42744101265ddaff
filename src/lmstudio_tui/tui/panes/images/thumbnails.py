"""The images that were made at once, small and side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lmstudio_tui.tui.panes.images.files import UnshowableError, small_image
from lmstudio_tui.tui.widgets.picture import Cells, fitted, half_blocks
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.media.records import ImageRecord

_TILE: Final = Cells(8, 4)
_STEP: Final = _TILE.width + 1
_KEPT: Final = 60
"""Small pictures that are remembered."""


@dataclass(frozen=True, slots=True)
class _Small:
    """A picture for a tile; no lines for one that cannot be shown."""

    id: str
    lines: tuple[Strip, ...]


class Thumbnails(Widget):
    """A row of small pictures in half blocks, with a line under the one that is shown large."""

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"thumbnails--chosen", "thumbnails--dim"}

    DEFAULT_CSS = """
    Thumbnails {
        height: 5;
        display: none;
        & > .thumbnails--chosen { color: $accent; }
        & > .thumbnails--dim { color: $text-muted; }
        &.-several { display: block; }
    }
    """

    @dataclass
    class Chosen(Message):
        """One was clicked."""

        image_id: str

    def __init__(self) -> None:
        super().__init__()
        self._records: tuple[ImageRecord, ...] = ()
        self._at = 0
        self._first = 0
        self._small: dict[str, _Small] = {}
        self._runs = Runs(self)
        self._run: Run[_Small, None] | None = None

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._runs.drop_all()

    def show(self, records: Sequence[ImageRecord], chosen: str) -> None:
        """Show these; with one alone there is nothing to choose, and no row.

        Args:
            records: the images.
            chosen: the id of the one that is shown large.
        """
        records = tuple(records)
        same = [one.id for one in records] == [one.id for one in self._records]
        self._records = records
        self._at = next((at for at, one in enumerate(records) if one.id == chosen), 0)
        self.set_class(len(records) > 1, "-several")
        self._scroll()
        if not same:
            self._unpack()
        self.refresh()

    def _unpack(self) -> None:
        if self._run is not None:
            self._run.drop()
        wanted = [one for one in self._records if one.id not in self._small] if len(self._records) > 1 else []
        if not wanted:
            return

        def unpack(emit: Callable[[_Small], None], scope: CancelScope) -> None:
            for record in wanted:
                if scope.cancelled:
                    return
                emit(_Small(record.id, _lines(record)))

        self._run = self._runs.start(unpack, items=self._came, name="thumbnails")

    def _came(self, found: list[_Small]) -> None:
        for one in found:
            self._small[one.id] = one
        wanted = {one.id for one in self._records}
        for known in [known for known in self._small if known not in wanted][: max(0, len(self._small) - _KEPT)]:
            del self._small[known]
        self.refresh()

    def on_resize(self) -> None:
        """Keep the chosen one in view."""
        self._scroll()

    def _scroll(self) -> None:
        room = self._room
        if self._at < self._first:
            self._first = self._at
        elif self._at >= self._first + room:
            self._first = self._at - room + 1
        self._first = max(0, min(self._first, len(self._records) - room))

    @property
    def _room(self) -> int:
        """How many are in view."""
        return max(1, (self.size.width + 1) // _STEP)

    @property
    def _left(self) -> int:
        """Cells before the first: they stand in the middle."""
        return max(0, (self.size.width - min(self._room, len(self._records)) * _STEP + 1) // 2)

    # Painting

    def render_line(self, y: int) -> Strip:
        """A line through all tiles; the last one marks."""
        width, base = self.size.width, self.rich_style
        strips = [Strip.blank(self._left, base)]
        for at in range(self._first, min(len(self._records), self._first + self._room)):
            strips += [self._line(at, y, base), Strip.blank(1, base)]
        return Strip.join(strips).adjust_cell_length(width, base)

    def _line(self, at: int, y: int, base: Style) -> Strip:
        chosen = at == self._at
        name = "thumbnails--chosen" if chosen else "thumbnails--dim"
        style = base + Style(color=self.get_component_rich_style(name).color)
        if y >= _TILE.height:
            words = f"━ {at + 1} ━" if chosen else str(at + 1)
            return Strip([Segment(words.center(_TILE.width)[: _TILE.width], style)])
        small = self._small.get(self._records[at].id)
        if small is None or not small.lines:
            words = ("…" if small is None else "damaged") if y == _TILE.height // 2 else ""
            return Strip([Segment(words.center(_TILE.width), style)])
        above = (_TILE.height - len(small.lines)) // 2
        if not above <= y < above + len(small.lines):
            return Strip.blank(_TILE.width, base)
        line = small.lines[y - above]
        left = (_TILE.width - line.cell_length) // 2
        right = _TILE.width - left - line.cell_length
        return Strip.join([Strip.blank(left, base), line, Strip.blank(right, base)])

    def on_click(self, event: events.Click) -> None:
        """Choose that one."""
        column, within = divmod(event.x - self._left, _STEP)
        at = self._first + column
        if column >= 0 and within < _TILE.width and at < len(self._records):
            self.post_message(self.Chosen(self._records[at].id))


def _lines(record: ImageRecord) -> tuple[Strip, ...]:
    try:
        image = small_image(record.path, 4 * _TILE.width)
    except UnshowableError:
        return ()
    return tuple(half_blocks(image, fitted(image.size, _TILE)))
