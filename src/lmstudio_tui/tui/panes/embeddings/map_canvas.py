"""Points as dots, eight in a cell, or as marks: a cell has one colour, that of the group with the most points there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.vectors.plane import Grid, Plane, Raster

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.tui.panes.embeddings.map_camera import Camera

BRAILLE: Final = 0x2800
_LOUD: Final = (0, 0, 1, 1, 2, 2, 2, 2, 2, 3)
"""How loud so many points in a cell are."""
LOUDNESS: Final = 4


class Points:
    """The points of a map, and their groups.

    Args:
        plane: where each text is.
        groups: the group of each text, below 0 for none; empty for none at all.

    Attributes:
        plane: as it was given.
        groups: the same; empty where there are not as many as texts.
    """

    def __init__(self, plane: Plane, groups: Sequence[int] = ()) -> None:
        self.plane = plane
        self.groups: Sequence[int] = groups if len(groups) == len(plane.places) else ()
        self._kinds = plane.kinds(self.groups) if len(plane) else None

    def __len__(self) -> int:
        return len(self.plane)

    def has(self, text: int) -> bool:
        """Whether a text is on the map."""
        return self.plane.has(text)

    def place(self, text: int) -> tuple[float, float]:
        """Where a text is that is on the map."""
        place = self.plane.places[text]
        assert place is not None
        return place

    def group(self, text: int) -> int:
        """The group of a text; below 0 when it is in none."""
        return max(-1, self.groups[text]) if self.groups else -1

    @property
    def of_groups(self) -> dict[int, int]:
        """How many points are of each group."""
        return {} if self._kinds is None else self.plane.tally(self._kinds)

    def raster(self, camera: Camera) -> Raster | None:
        """What is in each cell of a view; None where there are no points at all."""
        if self._kinds is None:
            return None
        return self.plane.raster(Grid(camera.width, camera.height, camera.x, camera.y, camera.scale), self._kinds)


@dataclass(frozen=True, slots=True)
class Canvas:
    """What is in view.

    Attributes:
        width: cells of a line.
        height: lines.
        raster: what is in the cells.
    """

    width: int
    height: int
    raster: Raster

    def braille(self, cell: int) -> str:
        """The dots of a cell as a character."""
        return chr(BRAILLE + self.raster.dots[cell])

    def loudness(self, cell: int) -> int:
        """0 to 3: how many points are in a cell."""
        return _LOUD[min(self.raster.counts[cell], len(_LOUD) - 1)]


def drawn(points: Points, camera: Camera) -> Canvas:
    """The points that are in view.

    Args:
        points: all of them.
        camera: what is in view.
    """
    width, height = camera.width, camera.height
    found = points.raster(camera)
    return Canvas(width, height, Raster(bytes(width * height), {}, {}, {}, 0, {}) if found is None else found)


def inside(points: Points, camera: Camera, cell: int) -> list[int]:
    """The texts in a cell, in their order."""
    line, column = divmod(cell, camera.width)
    left, top = camera.place(column, line)
    right, bottom = camera.place(column + 1, line + 1)
    return points.plane.inside(left, right, bottom, top)
