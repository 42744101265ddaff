"""What a map shows and where its cursor is: pure, without a screen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.embeddings.map_camera import Bounds, Camera
from lmstudio_tui.tui.panes.embeddings.map_canvas import Canvas, Points, drawn, inside
from lmstudio_tui.tui.panes.embeddings.map_labels import Label, labels, names_of_groups, worded
from lmstudio_tui.tui.panes.embeddings.map_paths import towards

if TYPE_CHECKING:
    from collections.abc import Sequence

_CROWD: Final = 12
"""With fewer cells than this for each point they are dots; else each is a mark."""
_REACH: Final = (3, 2)
"""How many cells and lines beside a point a click still picks it."""


class GroupName(NamedTuple):
    """A group in the legend."""

    group: int
    name: str
    points: int


class Scene(NamedTuple):
    """What is in view.

    Attributes:
        camera: where it is seen from.
        canvas: the points.
        labels: names of groups and labels of texts.
        marks: whether each point is a mark of its group; else they are dots.
    """

    camera: Camera
    canvas: Canvas
    labels: list[Label]
    marks: bool


class MapState:
    """Points, their texts and groups.

    Args:
        places: where each text is; None for one that has no place.
        texts: each text, or its beginning.
        groups: the group of each, below 0 for none; empty for none at all.
        group_names: the name of each group.
    """

    def __init__(
        self,
        places: Sequence[tuple[float, float] | None] = (),
        texts: Sequence[str] = (),
        groups: Sequence[int] = (),
        group_names: Sequence[str] = (),
    ) -> None:
        self.points = Points(places, groups)
        self.texts = texts
        self.bounds = Bounds.around(self.points.xs, self.points.ys)
        counts = Counter(self.points.kinds)
        self.legend = tuple(
            GroupName(group, clean_line(name), counts[group]) for group, name in enumerate(group_names) if counts[group]
        )
        self._scene: Scene | None = None

    @property
    def first(self) -> int:
        """The first text that is on the map; -1 when none is."""
        return min(self.points.texts, default=-1)

    def scene(self, camera: Camera) -> Scene:
        """What is in view; computed when it is another view than the last time."""
        if self._scene is None or self._scene.camera != camera:
            canvas = drawn(self.points, camera)
            marks = canvas.total * _CROWD <= canvas.width * canvas.height
            names = [] if marks else names_of_groups(canvas, {one.group: one.name for one in self.legend})
            found = labels(canvas, lambda text: worded(self.texts[text]), names, crowd=not marks)
            self._scene = Scene(camera, canvas, [*names, *found], marks)
        return self._scene

    def name_of(self, text: int) -> str:
        """The name of a text's group."""
        group = self.points.groups[text]
        return next((one.name for one in self.legend if one.group == group), "")

    def cell_of(self, camera: Camera, text: int) -> int | None:
        """The cell that a text is in; None where it is not in view."""
        column, line = camera.cell(*self.points.place(text))
        if 0 <= column < camera.width and 0 <= line < camera.height:
            return int(line) * camera.width + int(column)
        return None

    def picked(self, camera: Camera, column: int, line: int, cursor: int) -> int | None:
        """The text nearest to a cell, if any is near; where several are in one cell, the one after the cursor's."""
        canvas = self.scene(camera).canvas
        across, down = _REACH
        near = [
            (dx * dx + 4 * dy * dy, (line + dy) * canvas.width + column + dx)
            for dy in range(-down, down + 1)
            for dx in range(-across, across + 1)
            if 0 <= line + dy < canvas.height and 0 <= column + dx < canvas.width
        ]
        _, cell = min(((far, cell) for far, cell in near if cell in canvas.tops), default=(0, None))
        if cell is None:
            return None
        found = inside(self.points, camera, cell) or [canvas.tops[cell]]
        return found[(found.index(cursor) + 1) % len(found)] if cursor in found else found[0]

    def beside(self, camera: Camera, cursor: int, direction: str) -> int | None:
        """The nearest text in a direction: of those in view that are not in the same cell, else of all."""
        start = self.points.place(cursor)
        step = (2 if direction in {"up", "down"} else 1) / camera.scale
        tops = self.scene(camera).canvas.tops.values()
        seen = [(*self.points.place(text), text) for text in tops if text != cursor]
        found = towards(start, seen, direction, step / 2)
        if found is not None:
            return found
        everything = zip(self.points.xs, self.points.ys, self.points.texts, strict=True)
        return towards(start, everything, direction, 0.0)

    def after(self, cursor: int, step: int) -> int:
        """The next text that is on the map in the order of the set, and after the last the first."""
        count = len(self.points.places)
        away = ((cursor + step * number) % count for number in range(1, count))
        return next((text for text in away if self.points.has(text)), cursor)
