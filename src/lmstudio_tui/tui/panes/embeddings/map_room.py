"""Which cells of a map are still free: a number for each line, a bit for each cell. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Room:
    """The cells of a map.

    Args:
        width: cells of a line.
        height: lines.
        cells: what is taken already; they count line by line, from the top left.
    """

    def __init__(self, width: int, height: int, cells: Iterable[int] = ()) -> None:
        self.width = width
        self.height = height
        self._lines = [0] * height
        for cell in cells:
            line, column = divmod(cell, width)
            self._lines[line] |= 1 << column

    def taken(self, line: int) -> int:
        """The cells of a line that are taken, the first one as the lowest bit; none beyond the map."""
        return self._lines[line] if 0 <= line < self.height else 0

    def take(self, line: int, column: int, wide: int) -> None:
        """Take some cells of a line, and one at each side."""
        self._lines[line] |= _span(column - 1, wide + 2)

    def is_free(self, line: int, column: int, wide: int) -> bool:
        """Whether cells of a line, and one at each side, are in the map and free."""
        if not (0 <= line < self.height and 0 <= column <= self.width - wide):
            return False
        return not self._lines[line] & _span(column - 1, wide + 2)

    def starts(self, line: int, wide: int) -> int:
        """Where in a line so many free cells begin, with a free one at each side, as bits."""
        if not 0 <= line < self.height or wide > self.width:
            return 0
        free = ~self._lines[line] & _span(0, self.width)
        # Beyond both ends of the line it is free.
        free = free << 1 | 1 | 1 << self.width + 1
        done, wanted = 1, wide + 2
        while done < wanted:
            step = min(done, wanted - done)
            free &= free >> step
            done += step
        return free & _span(0, self.width - wide + 1)


def spread(bits: int, wide: int) -> int:
    """Each bit, and so many - 1 before it."""
    done = 1
    while done < wide:
        step = min(done, wide - done)
        bits |= bits >> step
        done += step
    return bits


def nearest_bit(bits: int, wanted: int) -> int:
    """Which bit is nearest to a place; -1 when there is none."""
    wanted = max(0, wanted)
    above, below = bits >> wanted, bits & _span(0, wanted)
    up = wanted + (above & -above).bit_length() - 1 if above else -1
    down = below.bit_length() - 1
    if up < 0 or down < 0:
        return max(up, down)
    return up if up - wanted <= wanted - down else down


def _span(column: int, wide: int) -> int:
    """So many bits from a column on; those before the first one are none."""
    wide += min(0, column)
    return ((1 << max(0, wide)) - 1) << max(0, column)
