"""Sound as a row of bars: while it is recorded the newest is at the right, and the older ones move to the left."""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from lmstudio_tui.tui.typed import WidgetOptions

_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
_FLOOR_DB: Final = -54.0
"""What is quieter has the lowest bar: a linear scale would show speech as a line."""
_CLIPPED: Final = 0.999


def height_of(peak: float, rows: int) -> int:
    """How high a bar is, in eighths of a row, by its loudness as it is heard.

    Args:
        peak: 0 to 1, of full scale.
        rows: how many rows there are.
    """
    if peak <= 0:
        return 1
    share = 1 - 20 * log10(min(1.0, peak)) / _FLOOR_DB
    return max(1, min(8 * rows, round(share * 8 * rows)))


class Waveform(Widget):
    """Shows peaks, as many as there are columns. Of a fixed size, whatever it shows; it posts nothing."""

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"waveform--bar", "waveform--still", "waveform--clipped"}

    DEFAULT_CSS = """
    Waveform {
        height: 1;
        width: 1fr;
        & > .waveform--bar { color: $accent; }
        & > .waveform--still { color: $text-muted; }
        & > .waveform--clipped { color: $text-error; }
    }
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._peaks: tuple[float, ...] = ()
        self._moving = True

    @property
    def columns(self) -> int:
        """How many peaks there is room for."""
        return self.size.width

    def show(self, peaks: Sequence[float], *, moving: bool = True) -> None:
        """Show other peaks. Draws only when they are others.

        Args:
            peaks: 0 to 1, the oldest first. Of too many the oldest are left out; too few stand at the right.
            moving: whether more come; else they are drawn quietly.
        """
        if (found := tuple(peaks)) != self._peaks or moving is not self._moving:
            self._peaks, self._moving = found, moving
            self.refresh()

    def clear(self) -> None:
        """Show nothing."""
        self.show(())

    def render_line(self, y: int) -> Strip:
        """One row of the screen: the bars as far as they reach into it."""
        width, rows = self.size.width, max(1, self.size.height)
        base = self.rich_style
        peaks = self._peaks[-width:] if width else ()
        segments = [Segment(" " * (width - len(peaks)), base)]
        below = 8 * (rows - 1 - y)
        usual = base + self._style("bar" if self._moving else "still")
        clipped = base + self._style("clipped")
        for peak in peaks:
            eighths = max(0, min(8, height_of(peak, rows) - below))
            segments.append(Segment(_EIGHTHS[eighths], clipped if peak >= _CLIPPED else usual))
        return Strip(segments).adjust_cell_length(width, base).simplify()

    def _style(self, name: str) -> Style:
        return Style(color=self.get_component_rich_style(f"waveform--{name}").color)
