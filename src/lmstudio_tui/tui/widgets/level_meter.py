"""How loud it is now, in one line: a bar that grows with the loudness, a mark at the peak, and the peak in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from lmstudio_tui.audio.values import QUIETEST_DB

if TYPE_CHECKING:
    from typing import Unpack

    from textual.app import RenderResult

    from lmstudio_tui.tui.typed import WidgetOptions

FLOOR_DB: Final = -60.0
"""Where the bar begins: speech at a good distance lies between -40 and -6 dB."""
_LOUD_DB: Final = -6.0
_HOT_DB: Final = -1.0
"""From here on it is about to clip."""
_CLIPS: Final = "CLIPS"
_FIGURE: Final = 6


def decibels(value: float) -> str:
    """A level below full scale: `−6 dB`, with the sign that is as wide as a figure; `−∞ dB` for silence."""
    if value <= QUIETEST_DB:
        return "−∞ dB"
    rounded = round(value)
    return f"−{-rounded} dB" if rounded < 0 else f"{rounded} dB"


class LevelMeter(Widget):
    """Shows a level. One line, however wide; it takes decibels below full scale, and posts nothing."""

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "level-meter--quiet", "level-meter--loud", "level-meter--hot", "level-meter--rest", "level-meter--peak",
        "level-meter--figure",
    }  # fmt: skip

    DEFAULT_CSS = """
    LevelMeter {
        height: 1;
        width: 1fr;
        & > .level-meter--quiet { color: $text-success; }
        & > .level-meter--loud { color: $text-warning; }
        & > .level-meter--hot { color: $text-error; text-style: bold; }
        & > .level-meter--rest { color: $border-blurred; }
        & > .level-meter--peak { color: $foreground; }
        & > .level-meter--figure { color: $text-muted; }
    }
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._level = (QUIETEST_DB, QUIETEST_DB, False)
        self._drawn = Text()

    def show(self, peak_db: float, rms_db: float, *, clipped: bool = False) -> None:
        """Show another level. Draws only what looks different.

        Args:
            peak_db: of the last tenth of a second, in dB below full scale.
            rms_db: the loudness of the same stretch.
            clipped: whether something was at full scale a moment ago.
        """
        self._level = (peak_db, rms_db, clipped)
        if self.is_mounted and (line := self._line()) != self._drawn:
            self._drawn = line
            self.refresh()

    def clear(self) -> None:
        """Nothing is listened to."""
        self.show(QUIETEST_DB, QUIETEST_DB)

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        self.refresh()

    def render(self) -> RenderResult:
        self._drawn = self._line()
        return self._drawn

    def _line(self) -> Text:
        peak_db, rms_db, clipped = self._level
        words = Text(f"  {decibels(peak_db):>{_FIGURE}}", style=self._style("figure"))
        words.append(f" {_CLIPS if clipped else ' ' * len(_CLIPS)}", style=self._style("hot"))
        width = self.size.width - words.cell_len
        if width < 4:
            words.truncate(max(0, self.size.width))
            return words
        line = Text(no_wrap=True, end="", overflow="crop")
        full, peak = _cells(rms_db, width), _cells(peak_db, width)
        for cell in range(width):
            if cell == peak - 1 and peak > full:
                line.append("│", self._style(_zone(cell, width)))
            elif cell < full:
                line.append("▆", self._style(_zone(cell, width)))
            else:
                line.append("─", self._style("rest"))
        return line.append_text(words)

    def _style(self, name: str) -> Style:
        found = self.get_component_rich_style(f"level-meter--{name}")
        return Style(color=found.color, bold=found.bold)


def _cells(level_db: float, width: int) -> int:
    """How many cells of the bar a level fills."""
    return max(0, min(width, round((level_db - FLOOR_DB) / -FLOOR_DB * width)))


def _zone(cell: int, width: int) -> str:
    """How loud it is where a cell of the bar stands."""
    level = FLOOR_DB - FLOOR_DB * (cell + 1) / width
    return "hot" if level > _HOT_DB else "loud" if level > _LOUD_DB else "quiet"
