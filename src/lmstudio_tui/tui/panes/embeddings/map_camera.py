"""Which part of a map is on the screen: pure arithmetic. A cell is twice as high as it is wide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

NEAREST: Final = 4096.0
"""How many times nearer than the whole map one can look."""
_SAME: Final = 1e-6
"""What is nearer to each other than this share of its distance from 0 is in one place."""
_SMALLEST: Final = 1e-200
"""A distance below it is none: nothing can be divided by it."""
_MARGIN: Final = 0.06
"""Of the room, free on each side of the whole map."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The smallest rectangle with all points in it."""

    left: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    top: float = 0.0

    @property
    def middle(self) -> tuple[float, float]:
        """The point in the middle."""
        return self.left / 2 + self.right / 2, self.bottom / 2 + self.top / 2


@dataclass(frozen=True, slots=True)
class Camera:
    """A view of a map.

    Attributes:
        bounds: of all points.
        width: cells of the room.
        height: lines of the room.
        zoom: how many times nearer than the whole map, at least 1.
        x: what is in the middle of the room.
        y: the same, upwards.
    """

    bounds: Bounds
    width: int
    height: int
    zoom: float
    x: float
    y: float

    @classmethod
    def whole(cls, bounds: Bounds, width: int, height: int) -> Camera:
        """All of a map."""
        return cls(bounds, width, height, 1.0, *bounds.middle)

    @property
    def scale(self) -> float:
        """Cells in a row for a unit of the map; half as many lines."""
        across = self.bounds.right - self.bounds.left
        up = self.bounds.top - self.bounds.bottom
        free = 1 - 2 * _MARGIN
        ends = (self.bounds.left, self.bounds.right, self.bounds.bottom, self.bounds.top)
        least = max(_SAME * max(map(abs, ends)), _SMALLEST)
        rooms = [room * free / span for room, span in ((self.width, across), (2 * self.height, up)) if span > least]
        return min(rooms, default=1.0) * self.zoom

    def cell(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the map is: cells from the left, lines from the top."""
        scale = self.scale
        return (x - self.x) * scale + self.width / 2, (self.y - y) * scale / 2 + self.height / 2

    def place(self, column: float, line: float) -> tuple[float, float]:
        """Which point of the map is there."""
        scale = self.scale
        return self.x + (column - self.width / 2) / scale, self.y - (line - self.height / 2) * 2 / scale

    def sees(self, x: float, y: float) -> bool:
        """Whether a point is in view."""
        column, line = self.cell(x, y)
        return 0 <= column < self.width and 0 <= line < self.height

    def sized(self, width: int, height: int) -> Camera:
        """The same middle and zoom in another room."""
        return replace(self, width=width, height=height)

    def nearer(self, factor: float, x: float, y: float) -> Camera:
        """From nearer or farther; a point of the map stays where it is on the screen.

        Args:
            factor: more than 1 is nearer.
            x: of the point.
            y: of the point.
        """
        zoom = max(1.0, min(NEAREST, self.zoom * factor))
        if zoom == 1.0:
            return Camera.whole(self.bounds, self.width, self.height)
        share = self.zoom / zoom
        return replace(self, zoom=zoom, x=x + (self.x - x) * share, y=y + (self.y - y) * share).kept()

    def panned(self, columns: float, lines: float) -> Camera:
        """Farther to the right and down, in cells and lines."""
        scale = self.scale
        return replace(self, x=self.x + columns / scale, y=self.y - lines * 2 / scale).kept()

    def kept(self) -> Camera:
        """No farther away than the points are."""
        x = max(self.bounds.left, min(self.bounds.right, self.x))
        y = max(self.bounds.bottom, min(self.bounds.top, self.y))
        return replace(self, x=x, y=y)

    def with_in_view(self, x: float, y: float) -> Camera:
        """The same, or moved so that a point is in the middle."""
        return self if self.sees(x, y) else replace(self, x=x, y=y)
