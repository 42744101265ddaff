"""Texts as points in a plane, like ones near each other: dots or marks, coloured by group, and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, cast

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.panes.embeddings.colourless import is_colourless
from lmstudio_tui.tui.panes.embeddings.group_colours import group_colours, group_mark
from lmstudio_tui.tui.panes.embeddings.map_camera import Camera
from lmstudio_tui.tui.panes.embeddings.map_labels import worded
from lmstudio_tui.tui.panes.embeddings.map_painter import MapInks, MapPainter, ends, legend
from lmstudio_tui.tui.panes.embeddings.map_paths import STEPS
from lmstudio_tui.tui.panes.embeddings.map_state import MapState
from lmstudio_tui.tui.panes.embeddings.notice import notice_line
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import App
    from textual.binding import BindingType

_NEARER: Final = 1.5
"""What a step of zoom makes of the scale."""
_PAN: Final = 0.2
"""The share of the room that is gone at a time."""
_CURSOR_LABEL: Final = 40
_READ: Final = 600
"""Characters of a text that are looked at for the line below."""


class _Frame(NamedTuple):
    """What stands around the map: lines above it, the groups below."""

    head: int
    foot: int
    legend: list[list[Segment]]
    inks: MapInks


class PointMap(Widget, can_focus=True, inherit_bindings=False):
    """A map, and a cursor that stands on a point."""

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "point-map--dim", "point-map--strong", "point-map--cursor", "point-map--cursor-quiet", "point-map--mark",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("embeddings.zoom_in", "embeddings.zoom_out", "embeddings.zoom_whole", "embeddings.open"),
        *bindings("embeddings.point_up", "embeddings.point_down", "embeddings.point_left", "embeddings.point_right"),
        *bindings("embeddings.pan_up", "embeddings.pan_down", "embeddings.pan_left", "embeddings.pan_right"),
        *bindings("embeddings.point_next", "embeddings.point_previous"),
    ]

    DEFAULT_CSS = """
    PointMap {
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

    class Moved(Message):
        """The cursor stands on another text."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    class Opened(Message):
        """The text under the cursor is to be looked at."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._state = MapState()
        self._title = ""
        self._cursor = -1
        self._camera: Camera | None = None
        self._notice: tuple[str, ...] = ()
        self._frame: _Frame | None = None
        self._painter: MapPainter | None = None
        self._held = False
        self._dragged = False

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
        points: Sequence[tuple[float, float] | None],
        labels: Sequence[str],
        groups: Sequence[int] = (),
        group_names: Sequence[str] = (),
        title: str = "",
    ) -> None:
        """Show these; no points empty it. The cursor stays on its text; other points are looked at as a whole.

        Args:
            points: where each text is, x to the right and y upwards, to the same scale; None for one that has no place.
            labels: each text, or its beginning.
            groups: the group of each, below 0 for none; empty for none at all.
            group_names: the name of each group.
            title: what the map is.
        """
        before = self.cursor
        if list(points) != list(self._state.points.places):
            self._camera = None
        self._state = MapState(points, labels, groups, group_names)
        self._title = clean_line(title)
        if not self._state.points.has(self._cursor):
            self._cursor = self._state.first
        self._redraw()
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
            self._camera = self._camera.with_in_view(*self._state.points.place(index))
        self._redraw()
        self.post_message(self.Moved(index))

    # Where what stands

    def _around(self) -> _Frame:
        """What stands around the map, as far as there is room for it."""
        if self._frame is None:
            width, height = self.size
            inks = self._inks()
            most = 2 if height >= 20 else 1 if height >= 9 else 0
            rows = legend(self._state.legend, width, most, inks) if most and self._state.legend else []
            self._frame = _Frame(int(height >= 6), int(height >= 4) + len(rows), rows, inks)
        return self._frame

    def _view(self) -> Camera:
        """What is in view now."""
        frame = self._around()
        width, height = max(1, self.size.width), max(1, self.size.height - frame.head - frame.foot)
        camera = self._camera or Camera.whole(self._state.bounds, width, height)
        self._camera = camera.sized(width, height)
        return self._camera

    def _look(self, camera: Camera) -> None:
        if camera != self._camera:
            self._camera = camera
            self._redraw()

    # Painting

    def _redraw(self) -> None:
        self._painter = self._frame = None
        self.refresh()

    def on_resize(self) -> None:
        """There is another room for the map."""
        self._redraw()

    def on_focus(self) -> None:
        """The cursor looks another way when the keys go here."""
        self._redraw()

    def on_blur(self) -> None:
        """The cursor looks another way when the keys go elsewhere."""
        self._redraw()

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        self._redraw()

    def render_line(self, y: int) -> Strip:
        """A line of the screen."""
        base = self.rich_style
        if not len(self._state.points):
            loud, dim = (base + self._ink(name) for name in ("strong", "dim"))
            return notice_line(self._notice, y, self.size, base, loud, dim)
        if self._painter is None:
            self._painter = self._make_painter()
        frame = self._around()
        below = y - (self.size.height - frame.foot)
        if y < frame.head:
            return self._render_head()
        if below < 0:
            return self._painter.line(y - frame.head)
        if below < len(frame.legend):
            return Strip(frame.legend[below]).adjust_cell_length(self.size.width, base)
        return self._render_text()

    def _make_painter(self) -> MapPainter:
        camera, cursor = self._view(), self._cursor
        return MapPainter(
            scene=self._state.scene(camera),
            cursor=self._state.cell_of(camera, cursor),
            cursor_group=self._state.points.groups[cursor],
            cursor_text=cursor,
            cursor_label=worded(self._state.texts[cursor], _CURSOR_LABEL),
            inks=self._around().inks,
        )

    def _inks(self) -> MapInks:
        base = self.rich_style
        app = cast("App[object]", self.app)  # pyright: ignore[reportUnknownMemberType] - as it is
        dark, colourless = app.current_theme.dark, is_colourless(app)
        ink = Color.from_rich_color(self._ink("dim").color)
        cursor = self.get_component_rich_style(f"point-map--cursor{'' if self.has_focus else '-quiet'}")
        return MapInks(
            base=base,
            dim=base + self._ink("dim"),
            mark=base + self._ink("mark") if self._cursor < 0 else cursor,
            cursor=cursor,
            ink=ink,
            behind=self.background_colors[1],
            groups=(ink,) if colourless else group_colours(dark),
        )

    def _ink(self, name: str) -> Style:
        """The colour of a part, on whatever is behind it."""
        style = self.get_component_rich_style(f"point-map--{name}")
        return Style(color=style.color, bold=style.bold)

    def _render_head(self) -> Strip:
        """What the map is, and how much of it is in view."""
        inks, width = self._around().inks, self.size.width
        camera, points = self._view(), self._state.points
        total, seen = len(points), self._state.scene(camera).canvas.total
        absent = len(points.places) - total
        near = f"×{camera.zoom:.3g}   " if camera.zoom > 1 else ""
        shown = f"{seen:,} of {total:,}" if seen < total else f"{total:,}"
        missing = f"   {absent:,} not embedded" if absent else ""
        right = [Segment(f"{near}{shown} point{'' if total == 1 else 's'}{missing} ", inks.dim)]
        room = max(1, width - right[0].cell_length - 3)
        title = fitted(self._title, min(room, cell_len(self._title)))
        return ends([Segment(f" {title}", inks.dim)], right, width, inks.base)

    def _render_text(self) -> Strip:
        """The text under the cursor, and its group."""
        inks, width = self._around().inks, self.size.width
        group, name = self._state.points.groups[self._cursor], self._state.name_of(self._cursor)
        colour = inks.base + Style(color=inks.group(group).rich_color)
        right = [Segment(f"{fitted(name, min(cell_len(name), width // 3))} ", colour)] if name else []
        start = [Segment(f" {group_mark(group)} ", colour), Segment(f"{self._cursor + 1} ", inks.dim)]
        room = width - sum(segment.cell_length for segment in (*start, *right)) - 2
        text = clean_line(self._state.texts[self._cursor][:_READ])
        words = Segment(fitted(text, max(1, min(room, cell_len(text)))), inks.base + self._ink("strong"))
        return ends([*start, words], right, width, inks.base)

    # Keys and mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A map is dragged."""
        if event.button == 1 and len(self._state.points):
            self._held, self._dragged = True, False
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The map follows the mouse."""
        if self._held and (event.delta_x or event.delta_y):
            self._dragged = True
            self._look(self._view().panned(-event.delta_x, -event.delta_y))

    def on_mouse_up(self) -> None:
        """The map stays where it is."""
        if self._held:
            self._held = False
            self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Choose a point; again where several are, the next of them; a double click looks at it."""
        at = event.get_content_offset(self)
        if at is None or self._dragged or not len(self._state.points):
            return
        if event.chain > 1:
            self.action_open()
            return
        found = self._state.picked(self._view(), at.x, at.y - self._around().head, self._cursor)
        if found is not None:
            self.choose(found)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look from nearer, at where the mouse is."""
        self._wheel(event, _NEARER)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Look from farther away."""
        self._wheel(event, 1 / _NEARER)

    def _wheel(self, event: events.MouseEvent, factor: float) -> None:
        if len(self._state.points):
            event.stop()
            camera = self._view()
            self._look(camera.nearer(factor, *camera.place(event.x + 0.5, event.y - self._around().head + 0.5)))

    def action_move(self, direction: str) -> None:
        """Go to the nearest point in a direction."""
        if self._cursor >= 0:
            found = self._state.beside(self._view(), self._cursor, direction)
            if found is not None:
                self.choose(found)

    def action_step(self, step: int) -> None:
        """Go to the next text that is on the map."""
        if self._cursor >= 0:
            self.choose(self._state.after(self._cursor, step))

    def action_pan(self, direction: str) -> None:
        """Look farther in a direction."""
        right, up = STEPS[direction]
        camera = self._view()
        self._look(camera.panned(right * camera.width * _PAN, -up * camera.height * _PAN))

    def action_zoom(self, step: int) -> None:
        """Look from nearer or farther; the point under the cursor stays where it is, if it is in view."""
        if len(self._state.points):
            camera = self._view()
            place = self._state.points.place(self._cursor)
            around = place if camera.sees(*place) else (camera.x, camera.y)
            self._look(camera.nearer(_NEARER**step, *around))

    def action_whole(self) -> None:
        """Look at all of it."""
        self._camera = None
        self._redraw()

    def action_open(self) -> None:
        """Look at the text under the cursor."""
        if self._cursor >= 0:
            self.post_message(self.Opened(self._cursor))
