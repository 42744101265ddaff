"""Bars of characters, to an eighth of a cell, and numbers beside them. Pure."""

from __future__ import annotations

import re
from itertools import takewhile
from math import floor, isfinite, log10
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

_LYING: Final = " ▏▎▍▌▋▊▉█"
_STANDING: Final = " ▁▂▃▄▅▆▇█"
_WORD_END: Final = re.compile(r"(?<=[-_/:. ])")
_MOST: Final = 1e6
"""Numbers from here on are written with a power of ten."""


def bar(share: float, width: int) -> str:
    """A bar that lies, in exactly so many cells; what is more than nothing is to be seen.

    Args:
        share: of the width, between 0 and 1.
        width: cells of the whole.
    """
    eighths = _eighths(share, width)
    text = "█" * (eighths // 8) + _LYING[eighths % 8]
    return text[:width].ljust(width)


def thin_bar(share: float, width: int) -> str:
    """A bar that lies, to half a cell, thin enough for rows that follow each other.

    Args:
        share: of the width, between 0 and 1.
        width: cells of the whole.
    """
    halves = _steps(share, 2 * width)
    return ("━" * (halves // 2) + "╸" * (halves % 2))[:width].ljust(width)


def columns(shares: Sequence[float], height: int) -> list[str]:
    """Bars that stand beside each other, a cell wide each: the lines, from the top.

    Args:
        shares: of the height, between 0 and 1.
        height: cells of the whole.
    """
    found = [_eighths(share, height) for share in shares]
    return ["".join(_STANDING[max(0, min(8, one - 8 * line))] for one in found) for line in reversed(range(height))]


def level(share: float) -> str:
    """One cell of how much it is, between 0 and 1."""
    return _STANDING[_eighths(share, 1)]


def _eighths(share: float, cells: int) -> int:
    return _steps(share, 8 * max(0, cells))


def _steps(share: float, whole: int) -> int:
    """How many of so many steps; what is more than nothing is one at least."""
    return max(1, round(min(1.0, share) * whole)) if share > 0 and whole else 0


def number(value: float, places: int) -> str:
    """A number with so many figures after the point, a real minus, and a power of ten where it would be too long."""
    if not isfinite(value):
        return "·"
    text = f"{value:.{places}f}" if abs(value) < _MOST else f"{value:.{places}e}"
    return text.replace("-", "−") if float(text) else text.replace("-", "")


def places_for(largest: float, figures: int) -> int:
    """How many figures after the point show so many of the largest number.

    Args:
        largest: of the numbers, by size.
        figures: how many.
    """
    if not isfinite(largest) or largest <= 0 or largest >= _MOST:
        return figures - 1
    return max(0, min(12, figures - 1 - floor(log10(largest))))


def told_apart(names: Sequence[str], width: int) -> tuple[str, ...]:
    """Names in exactly so many cells. Where one of them is cut, what all begin with goes first.

    Args:
        names: in one harmless line each.
        width: cells of each.
    """
    shown = tuple(names) if all(cell_len(name) <= width for name in names) else _without_start(names)
    found = tuple(fitted(name, width) for name in shown)
    if len(set(found)) == len(set(names)):
        return found
    return tuple(fitted(name, width) if cell_len(name) <= width else "…" + _tail(name, width - 1) for name in shown)


def _without_start(names: Sequence[str]) -> tuple[str, ...]:
    """Names without the words that all of them begin with."""
    if len(set(names)) < 2:
        return tuple(names)
    words = [_WORD_END.split(name) for name in names]
    same = sum(1 for _ in takewhile(lambda one: len(set(one)) == 1, zip(*words, strict=False)))
    return tuple("".join(one[same:]) for one in words)


def _tail(text: str, width: int) -> str:
    """The end of a text, in exactly so many cells."""
    while text and cell_len(text) > width:
        text = text[1:]
    return fitted(text, width)
