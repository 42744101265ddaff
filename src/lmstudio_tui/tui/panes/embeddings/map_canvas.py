"""Points as dots: eight in a cell, of which it has one colour, that of the group with the most points there. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import compress
from math import isfinite
from operator import itemgetter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.tui.panes.embeddings.map_camera import Camera

_BRAILLE: Final = 0x2800
_BITS: Final = (0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80)
"""The dots of a cell in braille, from left to right and from top to bottom."""
_LOUD: Final = (0, 0, 1, 1, 2, 2, 2, 2, 2, 3)
"""How loud so many points in a cell are."""
LOUDNESS: Final = 4


_height_of = itemgetter(0)


class Points:
    """The points of a map, in lists of one order: from the lowest to the highest.

    Args:
        places: x and y of each text; None for one that has none.
        groups: the group of each text, below 0 for none; empty for none at all.

    Attributes:
        places: as they were given.
        groups: of each text.
        texts: the number of each text that is on the map.
        xs: to the right.
        ys: upwards.
        kinds: the group of each text that is on the map.
    """

    def __init__(self, places: Sequence[tuple[float, float] | None], groups: Sequence[int] = ()) -> None:
        self.places = places
        self.groups: Sequence[int] = groups if len(groups) == len(places) else [-1] * len(places)
        found = [
            (place[1], place[0], text)
            for text, place in enumerate(places)
            if place is not None and isfinite(place[0]) and isfinite(place[1])
        ]
        found.sort(key=_height_of)
        self.ys = [one[0] for one in found]
        self.xs = [one[1] for one in found]
        self.texts = [one[2] for one in found]
        self.kinds = [self.groups[text] for text in self.texts]

    def __len__(self) -> int:
        return len(self.texts)

    def has(self, text: int) -> bool:
        """Whether a text is on the map."""
        if not 0 <= text < len(self.places):
            return False
        place = self.places[text]
        return place is not None and isfinite(place[0]) and isfinite(place[1])

    def place(self, text: int) -> tuple[float, float]:
        """Where a text is that is on the map."""
        place = self.places[text]
        assert place is not None
        return place


@dataclass(frozen=True, slots=True)
class Canvas:
    """What is in view. Cells count line by line, from the top left.

    Attributes:
        width: cells of a line.
        height: lines.
        dots: of each cell, as bits of braille.
        groups: of each cell with dots: the group of most points.
        counts: how many points are in each cell with dots.
        tops: a text of each cell with dots.
        total: how many points are in view.
    """

    width: int
    height: int
    dots: bytearray
    groups: dict[int, int]
    counts: dict[int, int]
    tops: dict[int, int]
    total: int

    def braille(self, cell: int) -> str:
        """The dots of a cell as a character."""
        return chr(_BRAILLE + self.dots[cell])

    def loudness(self, cell: int) -> int:
        """0 to 3: how many points are in a cell."""
        return _LOUD[min(self.counts[cell], len(_LOUD) - 1)]


def drawn(points: Points, camera: Camera) -> Canvas:
    """The points that are in view.

    Args:
        points: all of them.
        camera: what is in view.
    """
    width, kinds = camera.width, max(points.kinds, default=-1) + 2
    scale = 2 * camera.scale
    start = width - camera.x * scale
    dots = bytearray(width * camera.height)
    tallies: Counter[int] = Counter()
    tops: dict[int, int] = {}
    edges = [bisect_left(points.ys, camera.place(0, line / 4)[1]) for line in range(4 * camera.height, -1, -1)]
    for line, low, high in zip(range(4 * camera.height - 1, -1, -1), edges, edges[1:], strict=False):
        if low == high:
            continue
        columns = [int(x * scale + start) for x in points.xs[low:high]]
        texts, groups = points.texts[low:high], points.kinds[low:high]
        if min(columns) < 0 or max(columns) >= 2 * width:
            seen = [0 <= column < 2 * width for column in columns]
            columns, texts, groups = (list(compress(some, seen)) for some in (columns, texts, groups))
        first = (line >> 2) * width
        cells = [first + (column >> 1) for column in columns]
        tops.update(zip(cells, texts, strict=True))
        tallies.update([cell * kinds + group + 1 for cell, group in zip(cells, groups, strict=True)])
        left = _BITS[(line & 3) << 1 : ((line & 3) << 1) + 2]
        for column in set(columns):
            dots[first + (column >> 1)] |= left[column & 1]
    groups_of, counts = _majorities(tallies, kinds)
    return Canvas(width, camera.height, dots, groups_of, counts, tops, sum(counts.values()))


def _majorities(tallies: dict[int, int], kinds: int) -> tuple[dict[int, int], dict[int, int]]:
    """Of each cell the group with the most points, and how many points there are."""
    groups: dict[int, int] = {}
    counts: dict[int, int] = {}
    most: dict[int, int] = {}
    for tally, count in tallies.items():
        cell, group = divmod(tally, kinds)
        counts[cell] = counts.get(cell, 0) + count
        if count > most.get(cell, 0):
            most[cell], groups[cell] = count, group - 1
    return groups, counts


def inside(points: Points, camera: Camera, cell: int) -> list[int]:
    """The texts in a cell, in their order."""
    line, column = divmod(cell, camera.width)
    left, top = camera.place(column, line)
    right, bottom = camera.place(column + 1, line + 1)
    low, high = bisect_left(points.ys, bottom), bisect_right(points.ys, top)
    return sorted(
        text for x, text in zip(points.xs[low:high], points.texts[low:high], strict=True) if left <= x < right
    )
