"""Colours of a theme that can be read on one another, by the measure of the WCAG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.color import BLACK, WHITE, Color

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GROUNDS: Final = ("background", "surface", "panel")
"""What text stands on."""
TEXTS: Final = ("foreground", "footer-foreground", "footer-description-foreground")
INKS: Final = (
    "accent",
    "footer-key-foreground",
    "text-primary",
    "text-secondary",
    "text-accent",
    "text-success",
    "text-warning",
    "text-error",
)
"""Colours that text has."""
CURSOR: Final = 0.22
"""How much of the accent colour is in the row under the cursor."""

_STEPS: Final = 20
_PALE: Final = {"text-muted": 60, "text-disabled": 38}
"""How much of black or white is at least in paler text, in percent."""
_MOST: Final = 95


@dataclass(frozen=True)
class Floors:
    """The least contrasts.

    Args:
        text: of text with what is behind it, in any colour.
        muted: of paler text: what is muted, and hints where nothing is typed yet.
        frame: of a quiet frame with the background.
        focus: of the focused frame.
    """

    text: float = 4.5
    muted: float = 4.5
    frame: float = 1.6
    focus: float = 3.0


ORDINARY: Final = Floors()
HIGH: Final = Floors(text=7.0, muted=7.0, frame=4.5, focus=7.0)


def luminance(colour: Color) -> float:
    """The relative luminance, from 0 for black to 1 for white."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """The contrast of two opaque colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: Color, grounds: Iterable[Color], least: float) -> Color:
    """The colour, or the nearest lighter or darker one, that has this contrast with all grounds.

    Where none has, black or white, whichever is read better.
    """
    grounds = tuple(grounds)

    def worst(tried: Color) -> float:
        return min(contrast(tried, ground) for ground in grounds)

    end = max((WHITE, BLACK), key=worst)
    for step in range(_STEPS):
        tried = colour.blend(end, step / _STEPS, 1.0)
        if worst(tried) >= least:
            return tried
    return end


def legible(variables: Mapping[str, str], floors: Floors = ORDINARY) -> dict[str, str]:
    """The variables of a theme, with those colours of text and frames corrected that could not be read or seen.

    Args:
        variables: as the theme has them, opaque grounds.
        floors: the least contrasts.
    """
    found = dict(variables)
    grounds = [Color.parse(found[name]) for name in GROUNDS]
    background = grounds[0]
    # The row under the cursor has something of the accent, which may change itself.
    for _ in range(3):
        accent = Color.parse(found["accent"])
        behind = [*grounds, *(ground.blend(accent, CURSOR, 1.0) for ground in grounds[:2])]
        found["accent"] = readable(accent, behind, floors.text).hex
    accent = Color.parse(found["accent"])
    plain = [(ground, (ground,)) for ground in grounds]
    rows = [*plain, *((ground, (ground.blend(accent, CURSOR, 1.0),)) for ground in grounds[:2])]
    behind = [one for _, shown in rows for one in shown]
    for name in (*TEXTS, *INKS):
        colour = Color.parse(found[name])
        # A colour that is partly transparent is what it is on the background.
        found[name] = readable((background + colour) if colour.a < 1 else colour, behind, floors.text).hex
    for name, first in _PALE.items():
        if found[name].startswith("auto"):
            # Nothing can be chosen where a hint stands.
            found[name] = f"auto {_share(rows if name == 'text-muted' else plain, first, floors.muted)}%"
        else:
            found[name] = readable(Color.parse(found[name]), behind, floors.muted).hex
    for name, least in (("border", floors.focus), ("border-blurred", floors.frame)):
        found[name] = readable(background + Color.parse(found[name]), grounds[:2], least).hex
    return found


def _share(rows: Iterable[tuple[Color, tuple[Color, ...]]], first: int, least: float) -> int:
    """How much of black or white paler text needs, in percent.

    Args:
        rows: grounds that the text is mixed with, each with those on which it is shown then.
        first: the percentage to begin with.
        least: the least contrast.
    """
    rows = tuple(rows)
    for percent in range(first, _MOST):
        mixed = ((ground + ground.get_contrast_text(percent / 100), shown) for ground, shown in rows)
        if all(contrast(text, one) >= least for text, shown in mixed for one in shown):
            return percent
    return _MOST
