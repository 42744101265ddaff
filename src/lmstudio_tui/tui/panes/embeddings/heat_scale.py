"""How like two texts are, as a colour, as a shade and in figures. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Final

from lmstudio_tui.tui.panes.embeddings.perception import lab_of, mixed, ramp, turned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.color import Color

STEPS: Final = 48
"""Levels that are told apart; an eye sees hardly more, and fewer colours draw quicker."""
ABSENT: Final = STEPS
"""Stands for a pair of which a text has no vector."""

SHADES: Final = " ░▒▓█"
"""Where there are no colours."""

_EMBERS: Final = 0.42
"""Where embers lie between ground and warm, by lightness."""
_EMBERS_CHROMA: Final = 0.6
_EMBERS_TURN: Final = 26.0
"""Degrees towards red."""
_BEYOND: Final = 0.34
"""How much farther than the warm colour the most alike lies, by lightness."""
_PEAK_CHROMA: Final = 0.75

_EQUAL: Final = 1e-9
"""The span of a scale, as a share of its values, below which all of them are the same."""


@dataclass(frozen=True, slots=True)
class HeatScale:
    """Values to levels from 0, the least alike, to `STEPS - 1`.

    A scale that goes through 0 is the same on both sides of it, so that 0 has the colour in the middle.

    Attributes:
        low: painted as the least alike. Larger than `high` where less is nearer, as with distances.
        high: painted as the most alike.
        both_ways: whether values below 0 have colours of their own.
    """

    low: float
    high: float
    both_ways: bool = False

    @classmethod
    def between(cls, low: float, high: float, *, both_ways: bool = False) -> HeatScale:
        """The scale between two values; around them where they are the same, from 0 to 1 where they are no numbers.

        Args:
            low: the value of the least alike.
            high: the value of the most alike.
            both_ways: whether values below 0 have colours of their own though none is expected.
        """
        if not isfinite(high - low):
            low, high = 0.0, 1.0
        if abs(high - low) <= _EQUAL * max(1.0, abs(low), abs(high)):
            room = max(1.0, abs(low)) / 2
            return cls(low - room, high + room)
        if low < 0 < high or (both_ways and low < high):
            far = max(-low, high)
            return cls(-far, far, both_ways=True)
        return cls(low, high)

    def levels(self, values: Sequence[float | None]) -> list[int]:
        """The level of each value; `ABSENT` where there is none."""
        slope = STEPS / (self.high - self.low)
        start, top = -self.low * slope, STEPS - 1
        try:
            return [
                ABSENT if value is None else 0 if (level := int(value * slope + start)) < 0 else min(top, level)
                for value in values
            ]
        except (ValueError, OverflowError):  # not finite, or far beyond the scale
            low, high = sorted((self.low, self.high))
            within = [max(low, min(high, value)) if value is not None and isfinite(value) else None for value in values]
            return self.levels(within)

    def level(self, value: float | None) -> int:
        """The level of one value."""
        return self.levels([value])[0]


def heat_colours(ground: Color, warm: Color, cold: Color, *, both_ways: bool) -> list[Color]:
    """The colour of each level; lightness changes evenly, away from the ground.

    Args:
        ground: of the least alike, or of 0.
        warm: of the alike; the most alike is beyond it.
        cold: of what is farthest below 0.
        both_ways: whether the scale goes through 0.
    """
    if not both_ways:
        return ramp(_stops(ground, warm), STEPS)
    half = STEPS // 2
    return [*reversed(ramp((ground, cold), half)), *ramp(_stops(ground, warm), STEPS - half)]


def _stops(ground: Color, warm: Color) -> tuple[Color, ...]:
    """From the ground by way of embers to what glows: a straight way between two colours would be muddy."""
    start, end = lab_of(ground)[0], lab_of(warm)[0]
    beyond = end + (end - start) * _BEYOND
    embers = turned(warm, start + (end - start) * _EMBERS, _EMBERS_CHROMA, -_EMBERS_TURN if end > start else 0)
    return ground, embers, warm, turned(warm, min(0.93, max(0.28, beyond)), _PEAK_CHROMA)


def lifted(colours: Sequence[Color], light: Color, share: float) -> list[Color]:
    """The colours of the row and the column that are looked at."""
    return [mixed(colour, light, share) for colour in colours]


def shade(level: int) -> str:
    """A level where there are no colours."""
    return "·" if level == ABSENT else SHADES[level * len(SHADES) // STEPS]


def figure(value: float | None) -> str:
    """A value in at most four cells: `.87`, `−.12`, `1.0`, `104`, `9k`, `·` for none."""
    if value is None or not isfinite(value):
        return "·"
    size, sign = abs(value), "−" if value < 0 else ""
    if size < 0.995:
        found = f"{size:.2f}"[1:]
        return found if found == ".00" else sign + found
    if size < 9.95:
        return f"{sign}{size:.1f}"
    if size < 999.5:
        return f"{sign}{size:.0f}"
    for factor, letter in ((1e3, "k"), (1e6, "M"), (1e9, "G")):
        if size < 95 * factor:
            return sign + (f"{size / factor:.1f}"[1:] if size < 0.95 * factor else f"{size / factor:.0f}") + letter
    return f"{sign}≫"


def exact(value: float | None) -> str:
    """A value to three places, with a sign as wide as a figure; `not embedded` for none."""
    if value is None or not isfinite(value):
        return "not embedded"
    text = f"{abs(value):.3f}" if abs(value) < 1e4 else f"{abs(value):.4g}"
    return f"−{text}" if value < 0 and text != "0.000" else text
