"""From one point of a map to another by the arrows. Pure."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Direction = Literal["up", "down", "left", "right"]
STEPS: Final[dict[str, tuple[int, int]]] = {"up": (0, 1), "down": (0, -1), "left": (-1, 0), "right": (1, 0)}
"""Right and up, that each direction goes."""
_ASIDE: Final = 2.0
"""How much dearer a way to the side is than one straight on."""


def towards(
    start: tuple[float, float], points: Iterable[tuple[float, float, int]], direction: str, least: float
) -> int | None:
    """The nearest point in a direction; None where there is none.

    Args:
        start: x and y, upwards, of where one is.
        points: x, y and number of each.
        direction: up, down, left or right.
        least: how far straight on it must be, at least.
    """
    right, up = STEPS[direction]
    best, found = inf, None
    x0, y0 = start
    for x, y, number in points:
        across, above = x - x0, y - y0
        ahead = across * right + above * up
        aside = abs(above if right else across)
        if ahead > least and aside <= 2 * ahead:
            cost = ahead + _ASIDE * aside
            if cost < best:
                best, found = cost, number
    return found
