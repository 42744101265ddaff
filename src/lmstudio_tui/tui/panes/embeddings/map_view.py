"""A map as it looks: the points, what stands around them, which part is in view, where the cursor is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from rich.style import Style
from textual.color import Color
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.embeddings.colourless import is_colourless
from lmstudio_tui.tui.panes.embeddings.group_colours import group_colours
from lmstudio_tui.tui.panes.embeddings.map_camera import Camera
from lmstudio_tui.tui.panes.embeddings.map_inks import MapInks
from lmstudio_tui.tui.panes.embeddings.map_labels import worded
from lmstudio_tui.tui.panes.embeddings.map_lines import head_line, legend, text_line
from lmstudio_tui.tui.panes.embeddings.map_painter import Cursor, MapPainter
from lmstudio_tui.tui.panes.embeddings.map_state import MapState
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.empty_state import notice_row
from lmstudio_tui.tui.widgets.recoloured import Recoloured

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from lmstudio_tui.tui.panes.embeddings.map_state import Scene
    from lmstudio_tui.tui.typed import WidgetOptions
    from lmstudio_tui.vectors.plane import Plane

_CURSOR_LABEL: Final = 40
_LEGEND: Final = ((30, 3), (14, 2), (9, 1))
"""From how many lines on, how many of them the groups may have."""


class _Frame(NamedTuple):
    """How many lines stand around the map.

    Attributes:
        head: above it.
        legend: for the groups, below it.
        foot: below it, with the groups.
    """

    head: int
    legend: int
    foot: int


class MapView(Recoloured, Widget):
    """Shows points. Who inherits says what keys and mouse do."""

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "point-map--dim", "point-map--strong", "point-map--cursor", "point-map--cursor-quiet", "point-map--mark",
    }  # fmt: skip

    DEFAULT_CSS = """
    MapView {
        height: 1fr;
        width: 1fr;
        background: transparent;
        & > .point-map--dim { color: $text-muted; }
        & > .point-map--strong { color: $foreground; text-style: bold; }
        & > .point-map--cursor { background: $accent; color: $background; text-style: bold; }
        & > .point-map--cursor-quiet { background: $border-blurred; color: $foreground; text-style: bold; }
        & > .point-map--mark { color: $foreground; text-style: bold; }
    }
    """

    class Moved(Message, namespace="point_map"):
        """The cursor stands on another text."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._state = MapState()
        self._title = ""
        self._cursor = -1
        self._camera: Camera | None = None
        self._notice: tuple[str, ...] = ()
        self._frame: _Frame | None = None
        self._inks: MapInks | None = None
        self._painter: MapPainter | None = None

    # What is shown

    @property
    def cursor(self) -> int | None:
        """The text under the cursor."""
        return self._cursor if self._cursor >= 0 else None

    @property
    def zoom(self) -> float:
        """How many times nearer than the whole map it is looked at."""
        return 1.0 if self._camera is None else self._camera.zoom

    def show(
        self,
        plane: Plane | None,
        labels: Sequence[str] = (),
        groups: Sequence[int] = (),
        group_names: Sequence[str] = (),
        title: str = "",
    ) -> None:
        """Show these; no points empty it. The cursor stays on its text; another plane is looked at as a whole.

        Args:
            plane: where each text is, x to the right and y upwards, to the same scale; best one that is prepared.
            labels: each text, or its beginning.
            groups: the group of each, below 0 for none; empty for none at all.
            group_names: the name of each group.
            title: what the map is.
        """
        before = self.cursor
        if plane is None or plane is not self._state.points.plane:
            self._camera = None
        self._state = MapState(plane, labels, groups, group_names)
        self._title = clean_line(title)
        if not self._state.points.has(self._cursor):
            self._cursor = self._state.first
        self.redraw()
        if (now := self.cursor) != before and now is not None:
            self.post_message(self.Moved(now))

    def say(self, *notice: str) -> None:
        """What stands there while nothing is shown, a line each; the first is the loudest."""
        if notice != self._notice:
            self._notice = notice
            self.refresh()

    def choose(self, index: int) -> None:
        """Put the cursor on a text, if it is on the map; the map is moved for it to be in view."""
        if not self._state.points.has(index) or index == self._cursor:
            return
        self._cursor = index
        if self._camera is not None:
            self._look(self._camera.with_in_view(*self._state.points.place(index)))
        self.refresh()
        self.post_message(self.Moved(index))

    # Where what stands

    def _around(self) -> _Frame:
        """What stands around the map, as far as there is room for it."""
        if self._frame is None:
            width, height = self.size
            most = next((lines for least, lines in _LEGEND if height >= least), 0)
            # As many as for all groups, whichever are in view: the map keeps its size when it is moved.
            rows = legend(self._state.everything, width, most, self._colours(), marks=True) if most else []
            self._frame = _Frame(int(height >= 6), len(rows), int(height >= 4) + len(rows))
        return self._frame

    def _view(self) -> Camera:
        """What is in view now."""
        frame = self._around()
        width, height = max(1, self.size.width), max(1, self.size.height - frame.head - frame.foot)
        camera = self._camera or Camera.whole(self._state.bounds, width, height)
        self._camera = camera.sized(width, height)
        return self._camera

    def _scene(self) -> Scene:
        """What is in view, drawn."""
        return self._state.scene(self._view(), plain=len(self._colours().groups) == 1)

    def _look(self, camera: Camera) -> None:
        if camera != self._camera:
            self._camera = camera
            self.refresh()

    # Painting

    def redraw(self) -> None:
        """Nothing is as it was."""
        self._painter = self._frame = self._inks = None
        super().redraw()

    def on_resize(self) -> None:
        """There is another room for the map."""
        self.redraw()

    def render_line(self, y: int) -> Strip:
        """A line of the screen."""
        base = self.rich_style
        if not len(self._state.points):
            loud, dim = (base + self._ink(name) for name in ("strong", "dim"))
            return notice_row(self._notice, y, self.size, base, loud, dim)
        frame, width, inks = self._around(), self.size.width, self._colours()
        painter = self._drawn()
        below = y - (self.size.height - frame.foot)
        if y < frame.head:
            return head_line(self._title, self._state, painter.scene, width, inks)
        if below < 0:
            return painter.line(y - frame.head)
        if below < frame.legend:
            rows = legend(self._state.legend(painter.scene), width, frame.legend, inks, marks=painter.scene.marks)
            return Strip(rows[below] if below < len(rows) else []).adjust_cell_length(width, base)
        return text_line(self._state, self._cursor, painter.scene.marks, width, inks)

    def _drawn(self) -> MapPainter:
        """Who draws what is in view, with the cursor where it is."""
        scene, inks, cursor = self._scene(), self._colours(), self._cursor
        if self._painter is None or self._painter.scene is not scene:
            self._painter = MapPainter(scene, inks)
        cell = self._state.cell_of(scene.camera, cursor)
        label = worded(self._state.texts[cursor], _CURSOR_LABEL)
        self._painter.put(None if cell is None else Cursor(cell, self._state.points.group(cursor), cursor, label))
        return self._painter

    def _colours(self) -> MapInks:
        if self._inks is None:
            base = self.rich_style
            app = app_of(self)
            ink = Color.from_rich_color(self._ink("dim").color)
            cursor = self.get_component_rich_style(f"point-map--cursor{'' if self.has_focus else '-quiet'}")
            self._inks = MapInks(
                base=base,
                dim=base + self._ink("dim"),
                strong=base + self._ink("strong"),
                mark=base + self._ink("mark") if self._cursor < 0 else cursor,
                cursor=cursor,
                ink=ink,
                behind=self.background_colors[1],
                groups=(ink,) if is_colourless(app) else group_colours(app.current_theme.dark),
            )
        return self._inks

    def _ink(self, name: str) -> Style:
        """The colour of a part, on whatever is behind it."""
        style = self.get_component_rich_style(f"point-map--{name}")
        return Style(color=style.color, bold=style.bold)
