"""What a map shows and where its cursor is: pure, without a screen."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.embeddings.map_camera import Bounds, Camera
from lmstudio_tui.tui.panes.embeddings.map_canvas import Canvas, Points, drawn, inside
from lmstudio_tui.tui.panes.embeddings.map_labels import Label, labels, names_of_groups, room_of, worded
from lmstudio_tui.tui.panes.embeddings.map_paths import towards
from lmstudio_tui.vectors.plane import Plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.tui.panes.embeddings.map_room import Room

_CROWD: Final = 3
"""With fewer cells than this for each point they are dots; else each is a mark."""
_SPOT: Final = 2
"""With more points than this for each cell dots would only be a spot: there, a mark says which group has the most."""
_REACH: Final = (3, 2)
"""How many cells and lines beside a point a click still picks it."""


class GroupName(NamedTuple):
    """A group in the legend, and how many of its points are in view."""

    group: int
    name: str
    points: int


class Scene(NamedTuple):
    """What is in view.

    Attributes:
        camera: where it is seen from.
        canvas: the points.
        labels: names of groups and labels of texts.
        room: the cells that neither points nor labels of texts have taken.
        marks: whether each cell is a mark of its group; else it is dots.
        crowd: whether there are many points.
    """

    camera: Camera
    canvas: Canvas
    labels: list[Label]
    room: Room
    marks: bool
    crowd: bool


class MapState:
    """Points, their texts and groups.

    Args:
        plane: where each text is.
        texts: each text, or its beginning.
        groups: the group of each, below 0 for none; empty for none at all.
        group_names: the name of each group.
    """

    def __init__(
        self,
        plane: Plane | None = None,
        texts: Sequence[str] = (),
        groups: Sequence[int] = (),
        group_names: Sequence[str] = (),
    ) -> None:
        self.points = Points(plane or Plane(), groups)
        self.texts = texts
        self.names = tuple(clean_line(name) for name in group_names)
        self.bounds = Bounds(*self.points.plane.bounds)
        self._scene: Scene | None = None
        self._plain = False

    @property
    def first(self) -> int:
        """The first text that is on the map; -1 when none is."""
        return self.points.plane.first

    def scene(self, camera: Camera, *, plain: bool = False) -> Scene:
        """What is in view; computed when it is another view than the last time.

        Args:
            camera: where it is seen from.
            plain: whether there are no colours, so that marks have to tell groups apart, however many points there are.
        """
        if self._scene is None or self._scene.camera != camera or self._plain != plain:
            canvas, self._plain = drawn(self.points, camera), plain
            cells = canvas.width * canvas.height
            crowd, spot = canvas.raster.total * _CROWD > cells, canvas.raster.total > _SPOT * cells
            marks, room = not crowd or (len(canvas.raster.of_groups) > 1 and (plain or spot)), room_of(canvas)
            names = names_of_groups(canvas, dict(enumerate(self.names)), room) if crowd else []
            found = labels(canvas, lambda text: worded(self.texts[text]), room, crowd=crowd)
            self._scene = Scene(camera, canvas, [*names, *found], room, marks, crowd)
        return self._scene

    @cached_property
    def everything(self) -> list[GroupName]:
        """All groups that are on the map."""
        counts = self.points.of_groups
        return [GroupName(group, name, counts[group]) for group, name in enumerate(self.names) if group in counts]

    def legend(self, scene: Scene) -> list[GroupName]:
        """The groups that are in view."""
        seen = sorted(scene.canvas.raster.of_groups.items())
        return [GroupName(group, self.names[group], count) for group, count in seen if 0 <= group < len(self.names)]

    def name_of(self, text: int) -> str:
        """The name of a text's group."""
        group = self.points.group(text)
        return self.names[group] if 0 <= group < len(self.names) else ""

    def cell_of(self, camera: Camera, text: int) -> int | None:
        """The cell that a text is in; None where it is not in view."""
        column, line = camera.cell(*self.points.place(text))
        if 0 <= column < camera.width and 0 <= line < camera.height:
            return int(line) * camera.width + int(column)
        return None

    def picked(self, scene: Scene, column: int, line: int, cursor: int) -> int | None:
        """The text nearest to a cell, if any is near; where several are in one cell, the one after the cursor's."""
        canvas = scene.canvas
        across, down = _REACH
        near = [
            (dx * dx + 4 * dy * dy, (line + dy) * canvas.width + column + dx)
            for dy in range(-down, down + 1)
            for dx in range(-across, across + 1)
            if 0 <= line + dy < canvas.height and 0 <= column + dx < canvas.width
        ]
        _, cell = min(((far, cell) for far, cell in near if cell in canvas.raster.tops), default=(0, None))
        if cell is None:
            return None
        found = inside(self.points, scene.camera, cell) or [canvas.raster.tops[cell]]
        return found[(found.index(cursor) + 1) % len(found)] if cursor in found else found[0]

    def beside(self, scene: Scene, cursor: int, direction: str) -> int | None:
        """The nearest text in a direction: of those in view that are not in the same cell, else of all."""
        start = self.points.place(cursor)
        step = (2 if direction in {"up", "down"} else 1) / scene.camera.scale
        seen = [(*self.points.place(text), text) for text in scene.canvas.raster.tops.values() if text != cursor]
        found = towards(start, seen, direction, step / 2)
        return found if found is not None else towards(start, self.points.plane.points, direction, 0.0)

    def after(self, cursor: int, step: int) -> int:
        """The next text that is on the map in the order of the set, and after the last the first."""
        count = len(self.points.plane.places)
        away = ((cursor + step * number) % count for number in range(1, count))
        return next((text for text in away if self.points.has(text)), cursor)
