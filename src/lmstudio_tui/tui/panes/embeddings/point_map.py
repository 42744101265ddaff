"""Texts as points in a plane, like ones near each other: going from one to another by keys and mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.message import Message

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.panes.embeddings.map_paths import STEPS
from lmstudio_tui.tui.panes.embeddings.map_view import MapView

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType

_NEARER: Final = 1.5
"""What a step of zoom makes of the scale."""
_PAN: Final = 0.2
"""The share of the room that is gone at a time."""


class PointMap(MapView, can_focus=True, inherit_bindings=False):
    """A map, and a cursor that stands on a point."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("embeddings.zoom_in", "embeddings.zoom_out", "embeddings.zoom_whole", "embeddings.open"),
        *bindings("embeddings.point_up", "embeddings.point_down", "embeddings.point_left", "embeddings.point_right"),
        *bindings("embeddings.pan_up", "embeddings.pan_down", "embeddings.pan_left", "embeddings.pan_right"),
        *bindings("embeddings.point_next", "embeddings.point_previous"),
    ]

    class Opened(Message):
        """The text under the cursor is to be looked at."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    _held: bool = False
    """Whether a button of the mouse is held on the map."""
    _dragged: bool = False

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
        found = self._state.picked(self._scene(), at.x, at.y - self._around().head, self._cursor)
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
            found = self._state.beside(self._scene(), self._cursor, direction)
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
        self.redraw()

    def action_open(self) -> None:
        """Look at the text under the cursor."""
        if self._cursor >= 0:
            self.post_message(self.Opened(self._cursor))
