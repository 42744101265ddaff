"""Colours and marks that tell groups apart: files, clusters."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from lmstudio_tui.tui.panes.embeddings.perception import polar

if TYPE_CHECKING:
    from textual.color import Color

_HUES: Final = (68, 245, 150, 350, 195, 105, 300, 28, 172, 270, 125, 325)
"""The first ones are the farthest apart."""
_DARK: Final = ((0.80, 0.125), (0.72, 0.125))
_LIGHT: Final = ((0.56, 0.135), (0.48, 0.135))
"""Lightness and chroma, in turn: neighbours in hue differ in lightness, too."""

MARKS: Final = "●◆▲■○◇△□★▼☆"
"""A mark for each group, so that they are told apart without colours; one less than there are colours, so that a group
that has the colour of another has another mark."""
NO_GROUP: Final = "•"


@lru_cache(maxsize=2)
def group_colours(dark: bool) -> tuple[Color, ...]:
    """The colours of groups, as loud as each other; a group beyond them begins again with the first.

    Args:
        dark: whether they are shown on a dark ground.
    """
    kinds = _DARK if dark else _LIGHT
    return tuple(polar(*kinds[number % 2], hue) for number, hue in enumerate(_HUES))


def group_mark(group: int) -> str:
    """The mark of a group, one cell wide; below 0 is none."""
    return NO_GROUP if group < 0 else MARKS[group % len(MARKS)]
