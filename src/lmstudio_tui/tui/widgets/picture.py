"""An image in the terminal: by its own graphics where it is sure to have some, else in half blocks.

textual-image asks the terminal questions as it is imported, and reads the answers from the keyboard's line. While an
app runs that line is the app's: the questions would time out, and swallow keys. So none is asked here. What a terminal
can do is known from what it says of itself in the environment, the size of a cell from the system; where either is
unknown, and inside tmux, the image is drawn in half blocks, which any terminal shows.
"""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias, cast

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip
from textual.widget import Widget

from lmstudio_tui.features.chat.images import AttachError, preview
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Unpack

    from PIL import Image
    from textual.app import RenderResult

    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.tui.typed import WidgetOptions

Way: TypeAlias = Literal["kitty", "sixel", "blocks"]
"""How an image is drawn: the terminal graphics protocol of kitty, sixel graphics, or half blocks."""

_KITTY: Final = frozenset({"xterm-kitty", "xterm-ghostty"})
"""Terminals (TERM) that show kitty's graphics among text, and not only above it."""

_SIXEL: Final = frozenset({"foot", "foot-extra", "foot-direct", "mlterm", "mlterm-256color", "contour"})
_SIXEL_PROGRAMS: Final = frozenset({"WezTerm", "iTerm.app"})
_LONGEST: Final = 1024
"""Pixels that are unpacked for a look; no terminal shows more."""

_HALF: Final = "▀"
_CELL: Final = (1, 2)
"""Width and height of a cell, where its size in pixels does not matter."""


class Cells(NamedTuple):
    """A size in cells."""

    width: int
    height: int


def way_for(environ: Mapping[str, str], cell: tuple[int, int] | None) -> Way:
    """How images are drawn on a terminal.

    Args:
        environ: what it says of itself.
        cell: width and height of a cell in pixels; None when unknown.
    """
    term = environ.get("TERM", "")
    if cell is None or environ.get("TMUX") or environ.get("STY") or term.startswith(("tmux", "screen")):
        return "blocks"
    if term in _KITTY:
        return "kitty"
    konsole = environ.get("KONSOLE_VERSION", "")
    modern = konsole.isdecimal() and int(konsole) >= 220400
    return "sixel" if term in _SIXEL or environ.get("TERM_PROGRAM") in _SIXEL_PROGRAMS or modern else "blocks"


def cell_size() -> tuple[int, int] | None:
    """Width and height of a cell in pixels, as the system knows them; None when it does not. It asks no terminal."""
    stream = sys.__stdout__
    if stream is None or sys.platform == "win32":
        return None
    import fcntl
    import struct
    import termios

    try:
        packed = fcntl.ioctl(stream.fileno(), termios.TIOCGWINSZ, bytes(8))
    except (OSError, ValueError):
        return None
    rows, columns, width, height = struct.unpack("HHHH", packed)
    return (width // columns, height // rows) if rows and columns and width >= columns and height >= rows else None


def fitted(pixels: tuple[int, int], room: Cells, cell: tuple[int, int] = _CELL) -> Cells:
    """The cells that an image takes: as many as there are, with its proportions, and no more than its pixels.

    Args:
        pixels: width and height of the image.
        room: the cells there are.
        cell: pixels of one.
    """
    width, height = pixels[0] / cell[0], pixels[1] / cell[1]
    share = min(1.0, room.width / width, room.height / height)
    return Cells(max(1, min(room.width, round(width * share))), max(1, min(room.height, round(height * share))))


def half_blocks(image: Image.Image, size: Cells) -> list[Strip]:
    """An image in RGB as lines of half blocks, of which each shows two pixels."""
    small: Image.Image = cast("Any", image).resize((size.width, size.height * 2), reducing_gap=2.0)
    pixels = small.tobytes()
    row = size.width * 3
    strips: list[Strip] = []
    for line in range(size.height):
        above = pixels[2 * line * row : (2 * line + 1) * row]
        below = pixels[(2 * line + 1) * row : (2 * line + 2) * row]
        segments = [Segment(_HALF, _style(above[at : at + 3], below[at : at + 3])) for at in range(0, row, 3)]
        strips.append(Strip(segments, size.width).simplify())
    return strips


def _style(above: bytes, below: bytes) -> Style:
    return Style(color=Color.from_rgb(*above), bgcolor=Color.from_rgb(*below))


class Picture(Widget):
    """Shows an image in the middle of its room. It is unpacked in a thread; what cannot be shown says why.

    Args:
        data: an image file.
        way: how; None finds out.
    """

    DEFAULT_CSS = """
    Picture { width: 1fr; height: 1fr; align: center middle; content-align: center middle; color: $text-muted; }
    """

    def __init__(self, data: bytes, way: Way | None = None, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._data = data
        self._asked: Way | None = way
        self._way: Way = "blocks"
        self._cell = _CELL
        self._image: Image.Image | None = None
        self._graphics: Widget | None = None
        self._words = "Unpacking …"
        self._drawn: tuple[Cells, list[Strip]] | None = None
        self._runs = Runs(self)

    def on_mount(self) -> None:
        """Find out how, and unpack it."""
        app = app_of(self)
        real = not (app.is_headless or app.is_web)
        cell = cell_size() if real else None
        self._way = self._asked or way_for(os.environ, cell)
        self._cell = cell or ((10, 20) if self._way != "blocks" else _CELL)
        data, way, known = self._data, self._way, self._cell

        def unpack(emit: Callable[[None], None], scope: CancelScope) -> Image.Image | str:
            del emit, scope
            try:
                image = preview(data, _LONGEST)
            except AttachError as error:
                return error.message
            if way != "blocks":
                _widgets(known)
            return image

        self._runs.start(unpack, finished=self._unpacked, crashed=self._crashed, name="picture")

    def on_unmount(self) -> None:
        """The terminal need not keep it."""
        self._runs.drop_all()
        if self._graphics is not None and self._way == "kitty":
            cast("Any", self._graphics).image = None

    def _unpacked(self, found: Image.Image | str) -> None:
        if isinstance(found, str):
            self._words = found
        else:
            self._image = found
            if self._way != "blocks":
                self._mount(found)
        self.refresh()

    def _crashed(self, error: BaseException) -> None:
        self._words = f"It cannot be shown here ({type(error).__name__})."
        self.refresh()

    # Graphics of the terminal

    def _mount(self, image: Image.Image) -> None:
        kitty, sixel = _widgets(self._cell)
        child = (kitty if self._way == "kitty" else sixel)(image, classes="graphics")
        self._graphics = child
        self._fit()
        self.mount(child)

    def on_resize(self) -> None:
        """The graphics are as large as there is room."""
        self._fit()

    def _fit(self) -> None:
        if self._image is not None and self._graphics is not None and self.size.area:
            size = fitted(self._image.size, Cells(*self.size), self._cell)
            # Kitty's way of naming a cell ends at 297.
            styles = self._graphics.styles
            styles.width, styles.height = min(size.width, 290), min(size.height, 290)

    # Half blocks

    def render(self) -> RenderResult:
        """What is said in its place."""
        return Text("" if self._image is not None else self._words)

    def render_line(self, y: int) -> Strip:
        """A line of half blocks."""
        if self._image is None or self._way != "blocks" or not self.size.area:
            return super().render_line(y)
        room = Cells(*self.size)
        if self._drawn is None or self._drawn[0] != room:
            self._drawn = (room, half_blocks(self._image, fitted(self._image.size, room, self._cell)))
        strips = self._drawn[1]
        line = y - (room.height - len(strips)) // 2
        style = self.rich_style
        if not 0 <= line < len(strips):
            return Strip.blank(room.width, style)
        left = (room.width - strips[line].cell_length) // 2
        right = room.width - left - strips[line].cell_length
        return Strip.join([Strip.blank(left, style), strips[line], Strip.blank(right, style)])


def _widgets(cell: tuple[int, int]) -> tuple[Callable[..., Widget], Callable[..., Widget]]:
    """textual-image's widgets for kitty and for sixel, imported without its questions to the terminal.

    It asks only where the output is a terminal, so for the time of the import it is none; and it is told the size of a
    cell, which it would ask for later.
    """
    terminal = import_module("textual_image._terminal")
    terminal.get_cell_size._result = terminal.CellSize(*cell)  # noqa: SLF001 - it has no other place for what is known
    if "textual_image.widget" not in sys.modules:
        output = sys.__stdout__
        setattr(sys, "__stdout__", io.StringIO())  # noqa: B010 - it is declared to be final
        try:
            import_module("textual_image.widget")
        finally:
            setattr(sys, "__stdout__", output)  # noqa: B010
    widgets = sys.modules["textual_image.widget"]
    return widgets.TGPImage, widgets.SixelImage
