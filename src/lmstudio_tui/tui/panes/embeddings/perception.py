"""Colours as the eye orders them (OKLab, OKLCH): equal steps look equal."""

from __future__ import annotations

from math import atan2, cos, degrees, hypot, radians, sin
from typing import TYPE_CHECKING

from textual.color import Color

if TYPE_CHECKING:
    from collections.abc import Sequence

    Lab = tuple[float, float, float]
    """Lightness from 0 to 1, green to red, blue to yellow."""


def lab_of(colour: Color) -> Lab:
    """A colour in OKLab."""
    red, green, blue = (_linear(part / 255) for part in colour.rgb)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def colour_of(lab: Lab) -> Color:
    """A colour out of OKLab; what no screen shows becomes the next that one does."""
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    red, green, blue = (round(255 * _gamma(min(1.0, max(0.0, part)))) for part in linear)
    return Color(red, green, blue)


def polar(lightness: float, chroma: float, hue: float) -> Color:
    """A colour by OKLCH.

    Args:
        lightness: 0 to 1.
        chroma: 0 is grey; a screen shows up to about 0.3.
        hue: in degrees.
    """
    return colour_of((lightness, chroma * cos(radians(hue)), chroma * sin(radians(hue))))


def turned(colour: Color, lightness: float, chroma: float, hue: float = 0.0) -> Color:
    """A relative of a colour.

    Args:
        colour: where it comes from.
        lightness: of the new one, 0 to 1.
        chroma: how much of the colourfulness stays.
        hue: by how many degrees it is turned.
    """
    _, a, b = lab_of(colour)
    return polar(lightness, hypot(a, b) * chroma, degrees(atan2(b, a)) + hue)


def mixed(one: Color, other: Color, share: float) -> Color:
    """What lies between two colours.

    Args:
        one: where the share is 0.
        other: where it is 1.
        share: 0 to 1.
    """
    a, b = lab_of(one), lab_of(other)
    return colour_of((a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share))


def ramp(stops: Sequence[Color], steps: int) -> list[Color]:
    """Colours from the first stop to the last, so that lightness changes by as much from each to the next.

    Args:
        stops: two or more, each lighter than the one before, or each darker.
        steps: how many colours, at least two.
    """
    lights = [lab_of(stop)[0] for stop in stops]
    colours: list[Color] = []
    for step in range(steps):
        light = lights[0] + (lights[-1] - lights[0]) * step / (steps - 1)
        at = next((n for n in range(1, len(stops) - 1) if (light - lights[n]) * (lights[-1] - lights[0]) <= 0), -1)
        at = len(stops) - 1 if at < 0 else at
        span = lights[at] - lights[at - 1]
        colours.append(mixed(stops[at - 1], stops[at], (light - lights[at - 1]) / span if span else 1.0))
    return colours


def _linear(part: float) -> float:
    return ((part + 0.055) / 1.055) ** 2.4 if part > 0.04045 else part / 12.92


def _gamma(part: float) -> float:
    return 1.055 * part ** (1 / 2.4) - 0.055 if part > 0.0031308 else 12.92 * part
