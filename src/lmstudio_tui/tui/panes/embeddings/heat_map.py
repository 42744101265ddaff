"""The heat map as it is used: what keys and mouse do in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.geometry import Size
from textual.message import Message

from lmstudio_tui.tui.commands import bindings, moves
from lmstudio_tui.tui.panes.embeddings.heat_field import HeatField
from lmstudio_tui.tui.panes.embeddings.heat_layout import ZOOMS, Zoom, zooms_for
from lmstudio_tui.tui.panes.embeddings.heat_tiles import HeatSource, Painted

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType

__all__ = ["HeatMap", "HeatSource"]

_STEPS: Final = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
"""Rows and columns that each direction goes."""


class HeatMap(HeatField):
    """Goes from pair to pair, looks from nearer or farther, and tells which pair is to be looked at."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("embeddings.zoom_in", "embeddings.zoom_out", "embeddings.zoom_whole", "embeddings.open"),
        *moves(up="move('up')", down="move('down')", left="move('left')", right="move('right')"),
        *moves(page_up="page('up')", page_down="page('down')", half_up="half('up')", half_down="half('down')"),
        *bindings("embeddings.columns_left", "embeddings.columns_right"),
        *bindings("embeddings.row_start", "embeddings.row_end", "embeddings.top", "embeddings.bottom"),
        *bindings("embeddings.diagonal", "embeddings.paint"),
    ]

    class Opened(Message):
        """The pair under the cursor is to be looked at."""

        def __init__(self, row: int, column: int) -> None:
            super().__init__()
            self.row = row
            self.column = column

    def on_click(self, event: events.Click) -> None:
        """Choose a pair, its row by the label or its column by the number; a double click looks at it."""
        at = event.get_content_offset(self)
        if at is None or not self._tiles.count:
            return
        layout = self._layout()
        row, column = layout.row_at(at.y), layout.column_at(at.x)
        if row is not None and layout.rows_a_line == 2 and row + 1 == self._row // layout.stride:
            row += 1  # a line shows two rows; the one that is chosen already stays
        if row is None and at.y >= layout.head:
            return
        self._put(
            self._row if row is None else row * layout.stride,
            self._column if column is None else column * layout.stride,
        )
        if event.chain > 1:
            self.action_open()

    def action_move(self, direction: str) -> None:
        """Go to the next square."""
        self._go(direction, self._layout().stride)

    def action_page(self, direction: str) -> None:
        """Go as far as what is in view, less one."""
        layout = self._layout()
        room = layout.rows_in_view if direction in {"up", "down"} else layout.columns_in_view
        self._go(direction, max(1, room - 1) * layout.stride)

    def action_half(self, direction: str) -> None:
        """Go half as far as a page."""
        layout = self._layout()
        self._go(direction, max(1, layout.rows_in_view // 2) * layout.stride)

    def action_edge(self, direction: str) -> None:
        """Go to the first or last row or column."""
        self._go(direction, self._tiles.count)

    def _go(self, direction: str, texts: int) -> None:
        down, right = _STEPS[direction]
        self._put(self._row + down * texts, self._column + right * texts)

    def action_diagonal(self) -> None:
        """Go to where the text of the row meets itself."""
        self._put(self._row, self._row)

    def action_open(self) -> None:
        """Look at the pair under the cursor."""
        if (now := self.cursor) is not None:
            self.post_message(self.Opened(*now))

    def action_paint(self) -> None:
        """Paint the values of the other model, then both, then the first again."""
        if len(self._tiles.sources) > 1:
            turn: dict[Painted, Painted] = {"first": "second", "second": "both", "both": "first"}
            self._painted = turn[self._painted]
            self.redraw()

    def action_zoom(self, step: int) -> None:
        """Look from nearer or farther."""
        zooms = zooms_for(self._layout("dense"))
        now = self._layout().zoom
        at = zooms.index(now) if now in zooms else 0
        self._look(zooms[max(0, min(len(zooms) - 1, at + step))])

    def action_whole(self) -> None:
        """Look from so far that all of it is in view, and no farther."""
        found: Zoom = "whole"
        for zoom in ZOOMS:
            if self._layout(zoom).fits:
                found = zoom
        self._look(found)

    def _look(self, zoom: Zoom) -> None:
        """Another size of squares; the cursor stays where it is on the screen, as far as that can be."""
        if not self._tiles.count:
            return
        before = self._layout()
        self._zoom = zoom
        after = self._layout()
        self.virtual_size = Size(*after.virtual)
        across = (self._column // before.stride - before.first_column) * before.wide
        down = (self._row // before.stride - before.first_row) // before.rows_a_line
        x = self._column // after.stride * after.wide - across
        y = self._row // after.stride // after.rows_a_line - down
        self.scroll_to(x=max(0, x), y=max(0, y), animate=False, force=True, immediate=True)
        self._arrange()
