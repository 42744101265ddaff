"""The lands in the pictures of the simulator: sky, mountains, meadows, a sea; or a pattern in their place."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from lmstudio_tui.simulator.engine.canvas import mixed

if TYPE_CHECKING:
    from lmstudio_tui.simulator.engine.canvas import Canvas, Colour


def disc(canvas: Canvas, colour: Colour, *, glow: bool) -> None:
    """The sun, or the moon."""
    x, y = canvas.share(0.2, 0.8) * canvas.width, canvas.share(0.15, 0.35) * canvas.height
    size = canvas.unit * 0.07
    for step in range(12 if glow else 4, 0, -1):
        reach = size * (1 + step * 0.22)
        canvas.oval(x, y, reach, reach, (*colour, 14))
    canvas.oval(x, y, size, size, colour)


def stars(canvas: Canvas) -> None:
    """Points in the upper half."""
    for _ in range(140):
        size = canvas.unit * canvas.share(0.0008, 0.003)
        place = (canvas.share(0, 1) * canvas.width, canvas.share(0, 0.6) * canvas.height)
        canvas.oval(*place, size, size, (255, 255, 240, 120 + canvas.chance.number(130)))


def clouds(canvas: Canvas) -> None:
    """Some heaps of white."""
    for _ in range(4):
        x, y = canvas.share(0, 1) * canvas.width, canvas.share(0.08, 0.35) * canvas.height
        for _ in range(9):
            wide = canvas.unit * canvas.share(0.03, 0.09)
            place = (x + canvas.share(-0.12, 0.12) * canvas.width, y + canvas.share(-0.02, 0.02) * canvas.height)
            canvas.oval(*place, wide, wide * 0.5, (250, 250, 252, 90))


def ridges(canvas: Canvas, *, snow: bool) -> None:
    """Three ranges, the nearer the darker; with snow on the highest peaks."""
    near = canvas.tinged((70, 92, 110))
    for number in range(3):
        colour = mixed(canvas.horizon, near, 0.4 + 0.3 * number)
        base, tall = canvas.height * (0.56 + 0.07 * number), canvas.height * (0.3 - 0.07 * number)
        heights = _ridge(canvas, 9)
        step = canvas.width / (len(heights) - 1)
        line = [(place * step, base - tall * part) for place, part in enumerate(heights)]
        canvas.pen.polygon([(0, canvas.height), *line, (canvas.width, canvas.height)], fill=colour)
        if snow and number == 0:
            _caps(canvas, line, base - tall * 0.72)


def _ridge(canvas: Canvas, count: int) -> list[float]:
    """Heights from 0 to 1, rough ones made finer by halving."""
    heights = [canvas.share(0.1, 1.0) for _ in range(count)]
    for fineness in (0.18, 0.09, 0.045, 0.02):
        finer: list[float] = []
        for one, other in itertools.pairwise(heights):
            finer += [one, (one + other) / 2 + canvas.share(-fineness, fineness)]
        heights = [*finer, heights[-1]]
    return heights


def _caps(canvas: Canvas, line: list[tuple[float, float]], limit: float) -> None:
    for (x, y), (next_x, next_y) in itertools.pairwise(line):
        if y < limit and next_y < limit:
            edge = limit - (limit - min(y, next_y)) * 0.35
            canvas.pen.polygon([(x, y), (next_x, next_y), (next_x, edge), (x, edge)], fill=(246, 248, 252))


def ground(canvas: Canvas, *, snow: bool) -> None:
    """Meadows, one before the other."""
    near = (226, 232, 240) if snow else canvas.tinged((84, 142, 82))
    for number in range(3):
        top, wave = canvas.height * (0.68 + 0.1 * number), canvas.share(0.6, 1.8)
        shift = canvas.share(0, 6)
        line = [
            (x, top + math.sin(x / canvas.width * math.pi * wave + shift) * canvas.height * 0.03)
            for x in range(0, canvas.width + 8, 8)
        ]
        colour = mixed(near, canvas.horizon, 0.4 - 0.2 * number)
        canvas.pen.polygon([(0, canvas.height), *line, (canvas.width, canvas.height)], fill=colour)


def sea(canvas: Canvas) -> None:
    """Water with light on it."""
    top = canvas.height * 0.64
    deep = canvas.tinged((34, 96, 140))
    rows = 60
    for row in range(rows):
        begin = top + (canvas.height - top) * row / rows
        colour = mixed(mixed(canvas.horizon, deep, 0.45), deep, row / rows)
        canvas.pen.rectangle((0, begin, canvas.width, canvas.height), fill=colour)
    for _ in range(160):
        part = canvas.share(0, 1) ** 1.6
        x, y = canvas.share(0, 1) * canvas.width, top + (canvas.height - top) * part
        wide = canvas.unit * (0.008 + 0.06 * part)
        canvas.oval(x, y, wide, max(1.0, canvas.unit * 0.0015 * (1 + 2 * part)), (255, 255, 255, 46))


def falling(canvas: Canvas, *, slanted: bool) -> None:
    """Snow, or rain when it falls at a slant."""
    for _ in range(260):
        x, y = canvas.share(0, 1) * canvas.width, canvas.share(0, 1) * canvas.height
        size = canvas.unit * canvas.share(0.001, 0.004)
        if slanted:
            canvas.pen.line(
                [(x, y), (x - size * 3, y + size * 9)], fill=(220, 230, 240, 110), width=max(1, round(size / 3))
            )
        else:
            canvas.oval(x, y, size, size, (255, 255, 255, 220))


def pattern(canvas: Canvas) -> None:
    """Tiles of arcs in a few colours."""
    palette = canvas.colours or ((38, 70, 83), (42, 157, 143), (233, 196, 106), (244, 162, 97), (231, 111, 81))
    size = max(8, round(canvas.unit / 8))
    for top in range(0, canvas.height, size):
        for left in range(0, canvas.width, size):
            base = canvas.chance.pick(palette)
            canvas.pen.rectangle((left, top, left + size, top + size), fill=mixed(base, (255, 255, 255), 0.25))
            turn = canvas.chance.number(4)
            x, y = left + size * (turn % 2), top + size * (turn // 2)
            for ring in range(4, 0, -1):
                reach = size * ring / 4
                colour = mixed(canvas.chance.pick(palette), base, 0.2)
                begin = (0, 90, 270, 180)[turn]
                canvas.pen.pieslice((x - reach, y - reach, x + reach, y + reach), begin, begin + 90, fill=colour)
