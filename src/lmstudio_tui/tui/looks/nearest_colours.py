"""Terminals with 256 colours: what is painted is shown in the nearest of them.

Rich takes another way, which is made for bright colours: dark grounds become black, and a row that is a little warmer
than the others becomes olive. There, what is said by shades is lost. Over SSH, and in macOS's Terminal, there are
no more colours than these.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.color import Color as Ink
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.filter import LineFilter

if TYPE_CHECKING:
    from rich.color_triplet import ColorTriplet
    from textual.color import Color

_STEPS: Final = (0, 95, 135, 175, 215, 255)
"""What red, green and blue can be in the cube of colours."""
_FIRST_GREY: Final = 232
_GREYS: Final = 24
_LIGHTNESS: Final = 2.0
"""How much more the eye minds a wrong lightness than a wrong hue."""


class NearestColours(LineFilter):
    """Paints in the 240 of the 256 colours that are the same in every terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line."""
        del background
        return [
            one if one.control or one.style is None else Segment(one.text, nearest_style(one.style)) for one in segments
        ]


@lru_cache(maxsize=8192)
def nearest_style(style: Style) -> Style:
    """The style in the nearest colours."""
    ink, ground = _snapped(style.color), _snapped(style.bgcolor)
    return style if ink is ground is None else style + Style(color=ink, bgcolor=ground)


def _snapped(colour: Ink | None) -> Ink | None:
    """The nearest colour; None where there is none to look for."""
    if colour is None or colour.type is not ColorType.TRUECOLOR or colour.triplet is None:
        return None
    return Ink.from_ansi(nearest(colour.triplet))


@lru_cache(maxsize=8192)
def nearest(colour: ColorTriplet) -> int:
    """The number of the nearest colour."""
    steps = [_around(part) for part in colour]
    found = {16 + 36 * red + 6 * green + blue for red in steps[0] for green in steps[1] for blue in steps[2]}
    grey = (0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue - 8) / 10
    found.add(_FIRST_GREY + max(0, min(_GREYS - 1, round(grey))))
    return min(found, key=lambda number: (_distance(_parts(number), colour), number))


def _around(part: int) -> tuple[int, ...]:
    """The steps of the cube next to it."""
    above = next(at for at, step in enumerate(_STEPS) if step >= part)
    return (above,) if _STEPS[above] == part else (above - 1, above)


def _parts(number: int) -> tuple[int, int, int]:
    """Red, green and blue of a colour by its number."""
    if number >= _FIRST_GREY:
        grey = 8 + 10 * (number - _FIRST_GREY)
        return grey, grey, grey
    number -= 16
    return _STEPS[number // 36], _STEPS[number // 6 % 6], _STEPS[number % 6]


def _distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    red, green, blue = (mine - theirs for mine, theirs in zip(one, other, strict=True))
    lightness = 0.299 * red + 0.587 * green + 0.114 * blue
    return float(_LIGHTNESS * lightness**2 + (red - lightness) ** 2 + (blue - lightness) ** 2)
