"""Where what stands in a heat map: pure arithmetic of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Zoom = Literal["values", "colours", "dense", "whole"]
"""Figures on colours; squares of two cells; of half a cell; as dense, but only every n-th text, so that all is seen."""

ZOOMS: Final[tuple[Zoom, ...]] = ("whole", "dense", "colours", "values")
_WIDE: Final[dict[Zoom, int]] = {"values": 4, "colours": 2, "dense": 1, "whole": 1}

_LONGEST_LABEL: Final = 30
_LABEL_SHARE: Final = 0.3
"""How much of the width the labels may take."""
_LEAST_LABEL: Final = 6
"""Cells below which a text says nothing; there are numbers alone then."""


@dataclass(frozen=True, slots=True)
class HeatLayout:
    """A heat map on a screen.

    Positions count the texts as they are in order, from 0. Squares count what is painted: one for each text, or one
    for each `stride` of them.

    Attributes:
        count: how many texts.
        width: cells of the room.
        height: lines of the room.
        zoom: how large a square is.
        longest: cells of the longest label.
        bars: whether groups are shown beside the labels and below the numbers.
        halves: whether a line can show two rows.
        x: how far it is scrolled to the right, in cells.
        y: how far it is scrolled down, in lines.
    """

    count: int
    width: int
    height: int
    zoom: Zoom
    longest: int
    bars: bool = False
    halves: bool = True
    x: int = 0
    y: int = 0

    @property
    def wide(self) -> int:
        """Cells of a square."""
        return _WIDE[self.zoom]

    @property
    def rows_a_line(self) -> int:
        """Rows of squares in a line."""
        return 2 if self.halves and self.wide == 1 else 1

    @property
    def digits(self) -> int:
        """Cells of the largest number."""
        return len(str(self.count))

    @property
    def margin(self) -> int:
        """Cells at the left: the mark, the number, the label, the group."""
        numbers = 1 + self.digits + 1
        room = min(_LONGEST_LABEL, self.longest, int(self.width * _LABEL_SHARE) - numbers - 1)
        return numbers + (room + 1 if room >= min(_LEAST_LABEL, self.longest) else 0) + self.bars

    @property
    def head(self) -> int:
        """Lines above: the numbers, the groups."""
        return 1 + self.bars

    @property
    def foot(self) -> int:
        """Lines below: both texts and the value, or the value alone."""
        return 4 if self.height >= 14 else 3 if self.height >= 10 else 1 if self.height >= 5 else 0

    @property
    def columns_in_view(self) -> int:
        """How many columns of squares there is room for."""
        return max(1, (self.width - self.margin) // self.wide)

    @property
    def lines_in_view(self) -> int:
        """How many lines there are between head and foot."""
        return max(1, self.height - self.head - self.foot)

    @property
    def rows_in_view(self) -> int:
        """How many rows of squares there is room for."""
        return self.lines_in_view * self.rows_a_line

    @property
    def stride(self) -> int:
        """Every how many texts are painted."""
        if self.zoom != "whole":
            return 1
        return max(1, -(-self.count // self.columns_in_view), -(-self.count // self.rows_in_view))

    @property
    def squares(self) -> int:
        """How many squares a side has."""
        return -(-self.count // self.stride)

    @property
    def fits(self) -> bool:
        """Whether all of it is in view."""
        return self.squares <= self.columns_in_view and self.squares <= self.rows_in_view

    @property
    def virtual(self) -> tuple[int, int]:
        """Width and height of everything, in cells and lines."""
        lines = -(-self.squares // self.rows_a_line)
        return self.margin + self.squares * self.wide, self.head + lines + self.foot

    @property
    def first_column(self) -> int:
        """The square at the left."""
        return min(-(-self.x // self.wide), max(0, self.squares - 1))

    @property
    def first_row(self) -> int:
        """The square on top."""
        return min(self.y * self.rows_a_line, max(0, self.squares - 1))

    @property
    def columns(self) -> range:
        """The squares in view, from left to right."""
        return range(self.first_column, min(self.squares, self.first_column + self.columns_in_view))

    @property
    def rows(self) -> range:
        """The squares in view, from top to bottom."""
        return range(self.first_row, min(self.squares, self.first_row + self.rows_in_view))

    def scrolled_to(self, row: int, column: int) -> tuple[int, int]:
        """Where to scroll to for a square to be in view, x and y; no farther than needed."""
        x, y = self.x, self.y
        if column < self.first_column:
            x = column * self.wide
        elif column >= self.first_column + self.columns_in_view:
            x = (column - self.columns_in_view + 1) * self.wide
        line = row // self.rows_a_line
        if line < y:
            y = line
        elif line >= y + self.lines_in_view:
            y = line - self.lines_in_view + 1
        return x, y

    def row_at(self, y: int) -> int | None:
        """The row of squares at a line of the screen, the upper of two."""
        row = self.first_row + (y - self.head) * self.rows_a_line
        return row if self.head <= y < self.head + self.lines_in_view and row < self.squares else None

    def column_at(self, x: int) -> int | None:
        """The column of squares at a cell of the screen."""
        column = self.first_column + (x - self.margin) // self.wide
        return column if x >= self.margin and column in self.columns else None


def zooms_for(layout: HeatLayout) -> tuple[Zoom, ...]:
    """The zooms that make a difference, from the farthest to the nearest.

    Args:
        layout: a layout of dense squares.
    """
    return ZOOMS[1:] if layout.fits else ZOOMS


def numbers_step(layout: HeatLayout) -> int:
    """Every how many squares a number stands above them."""
    step = 1
    while step * layout.wide < layout.digits + 1:
        step = {1: 2, 2: 5, 5: 10}.get(step, step * 2)
    return max(step, 5) if layout.wide == 2 and step > 1 else max(step, 10) if layout.wide == 1 else step
