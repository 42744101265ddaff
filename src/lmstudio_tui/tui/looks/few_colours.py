"""Terminals with sixteen colours, or none: what colours tell elsewhere is told by bold, reverse, underline and shapes.

Shades are lost among so few. So the app is styled in colours of which each stands for one meaning (`signals`), and what
was painted with them is told in another way on its last way to the terminal (`FewColours`).
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.color import Color as Ink
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.color import BLACK, WHITE, Color
from textual.filter import LineFilter
from textual.theme import Theme

from lmstudio_tui.tui.looks.contrast import contrast, luminance

if TYPE_CHECKING:
    from rich.color_triplet import ColorTriplet

_READ: Final = 7.0
"""Contrast with the background below which grey text is muted."""
_TINT: Final = 0x11
"""A ground that is no farther from the background than this is no other; the turns of the user are."""
_FAINT: Final = 40
"""A ground that is no farther than this does not call for the eye: a place to type, or where the cursor was."""
_GREYEST: Final = 70
"""The same for grounds in grey."""
_STRONG: Final = 150
"""The brightest part of a colour from which on a ground is more than a tinted row: a button's, a mark's."""
_SATURATED: Final = 0.5
_DARK: Final = 110
"""The brightest part of a colour below which it is seen through a dialog's shade."""
_MIDDLE: Final = 0.18

FOCUS: Final = "#01ffff"
_MEANINGS: Final = {
    "primary": "#5555ff",
    "secondary": "#ff55ff",
    "warning": "#ffff55",
    "error": "#ff5555",
    "success": "#55ff55",
    "accent": "#00ffff",
}
_TRACKS: Final = (
    "scrollbar-background",
    "scrollbar-background-hover",
    "scrollbar-background-active",
    "scrollbar-corner-color",
)
_BRIGHT: Final = [(255, 85, 85), (85, 255, 85), (255, 255, 85), (85, 85, 255), (255, 85, 255), (0, 255, 255)]
TERMINAL: Final = TerminalTheme(
    (0, 0, 0),
    (229, 229, 229),
    [(0, 0, 0), *_BRIGHT, (229, 229, 229)],
    [(138, 138, 138), *_BRIGHT, (255, 255, 255)],
)
"""What the terminal's colours stand for, where something is blended with them: the screen below a dialog."""

_HALF: Final = "▀"
_QUARTERS: Final = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}

_HUES: Final = (1, 3, 2, 6, 4, 5, 1)
"""The colours of the terminal, by hue: from red through yellow, green, cyan, blue and magenta to red."""
_LIGHT_HUES: Final = {3: 5, 2: 4, 6: 4}
"""Those that cannot be read on white, and what is taken in their place."""


@dataclass(frozen=True)
class Terms:
    """How a terminal with few colours is to be used.

    Args:
        inks: whether there are colours at all.
        grounded: whether the app sets the colours of plain text and its background; else they are the terminal's own.
        light: whether the background is light.
    """

    inks: bool
    grounded: bool
    light: bool = False


def signals(*, light: bool) -> dict[str, str]:
    """The variables of the theme in which the app is styled where there are few colours."""
    ground, text, muted, field = (
        ("#ffffff", "#202020", "#707070", "#e5e5e5") if light else ("#000000", "#e5e5e5", "#8a8a8a", "#1a1a1a")
    )
    accent = _MEANINGS["accent"]
    own = {
        "text": text,
        "text-muted": muted,
        "text-disabled": muted,
        **{f"text-{name}": colour for name, colour in _MEANINGS.items()},
        "border": FOCUS,
        "border-blurred": muted,
        "footer-background": ground,
        "footer-key-foreground": accent,
        "block-cursor-background": accent,
        "block-cursor-foreground": text,
        "block-cursor-blurred-background": field,
        "block-hover-background": field,
        "input-cursor-background": text,
        "input-cursor-foreground": ground,
        "input-selection-background": accent,
        "input-selection-foreground": text,
        "screen-selection-background": accent,
        "screen-selection-foreground": text,
        "button-focus-text-style": "bold reverse underline",
        "scrollbar": muted,
        "scrollbar-hover": text,
        "scrollbar-active": text,
        **dict.fromkeys(_TRACKS, ground),
    }
    theme = Theme(
        name="signals",
        foreground=text,
        background=ground,
        surface=ground,
        panel=field,
        boost=ground,
        dark=not light,
        variables=own,
        primary=_MEANINGS["primary"],
        secondary=_MEANINGS["secondary"],
        warning=_MEANINGS["warning"],
        error=_MEANINGS["error"],
        success=_MEANINGS["success"],
        accent=accent,
    )
    return {**theme.to_color_system().generate(), **own}


class FewColours(LineFilter):
    """Tells what was painted with signals in the colours that there are, or without any.

    Args:
        terms: what there is.
    """

    def __init__(self, terms: Terms) -> None:
        super().__init__()
        self._terms = terms

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line."""
        del background
        terms = self._terms
        return [one if one.control or one.style is None else _told(one.text, one.style, terms) for one in segments]


def _told(text: str, style: Style, terms: Terms) -> Segment:
    colour, ground = style.color, style.bgcolor
    if colour is not None and ground is not None and text and not text.strip(_HALF):
        return _picture(text, style, terms)
    return Segment(text, told_style(style, terms))


def _picture(text: str, style: Style, terms: Terms) -> Segment:
    """Half blocks are two pixels each: the terminal's own colours are near enough; without any it is light or not."""
    if terms.inks:
        return Segment(text, style)
    assert style.color is not None
    assert style.bgcolor is not None
    above, below = (luminance(Color.from_rich_color(one)) > _MIDDLE for one in (style.color, style.bgcolor))
    return Segment(_QUARTERS[above, below] * len(text), style.without_color)


@lru_cache(maxsize=4096)
def told_style(style: Style, terms: Terms) -> Style:
    """The style by other means.

    Args:
        style: in the colours of `signals`, or in such that came of blending them.
        terms: what there is to tell it by.
    """
    if style.color is None and style.bgcolor is None:
        # What is below a dialog has been told already.
        return style
    ink, ground = _triplet(style.color), _triplet(style.bgcolor)
    if style.reverse:
        ink, ground = ground, ink
    raised = ground is not None and _far(ground, terms) > _TINT
    reverse = raised and ground is not None and not _is_faint(ground, terms)
    quiet = ink is not None and not reverse and _is_quiet(ink, terms)
    coloured = ink is not None and _hue(ink) is not None
    told = Style(
        reverse=reverse,
        underline=style.underline or (raised and not reverse),
        bold=style.bold or (coloured and not terms.inks and not quiet),
        dim=quiet,
    )
    if reverse:
        ink = ground if ground is not None and max(ground) >= _STRONG else None
    return style.without_color + told + _inks(ink, terms)


def _inks(colour: ColorTriplet | None, terms: Terms) -> Style:
    """The colours of the terminal for a text in this colour; None is the colour of plain text."""
    if not terms.inks:
        return Style.null()
    hue = None if colour is None else _hue(colour)
    plain, ground = ((0, 15) if terms.light else (7, 0)) if terms.grounded else (None, None)
    number = plain if hue is None else _LIGHT_HUES.get(hue, hue) if terms.light else hue + 8
    return Style.from_color(*(None if one is None else Ink.from_ansi(one) for one in (number, ground)))


def _triplet(colour: Ink | None) -> ColorTriplet | None:
    return None if colour is None else colour.triplet


def _hue(colour: ColorTriplet) -> int | None:
    """The number of the colour of the terminal that is like it; None for greys."""
    hue, saturation, _ = colorsys.rgb_to_hsv(*(part / 255 for part in colour))
    return _HUES[round(hue * 6)] if saturation >= _SATURATED else None


def _far(ground: ColorTriplet, terms: Terms) -> int:
    """How far a ground is from the background."""
    return max(abs(part - (255 if terms.light else 0)) for part in ground)


def _is_faint(ground: ColorTriplet, terms: Terms) -> bool:
    """Whether it does not call for the eye."""
    grey = max(ground) - min(ground) < _TINT
    return _far(ground, terms) <= (_GREYEST if grey else _FAINT)


def _is_quiet(ink: ColorTriplet, terms: Terms) -> bool:
    """Whether text is muted."""
    if _hue(ink) is not None:
        return max(ink) < _DARK
    return contrast(Color(*ink), WHITE if terms.light else BLACK) < _READ
