"""The things in the pictures of the simulator: trees, a house, a cat …"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lmstudio_tui.simulator.engine.canvas import mixed

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.simulator.engine.canvas import Canvas, Colour


def trees(canvas: Canvas) -> None:
    """Firs and round ones, the further the smaller."""
    for number in range(12):
        part = number / 11
        x, y = canvas.share(0.02, 0.98) * canvas.width, canvas.height * (0.7 + 0.22 * part)
        tall = canvas.unit * (0.09 + 0.12 * part)
        leaves = mixed(canvas.tinged((46, 112, 66)), (16, 40, 28), canvas.share(0, 0.4))
        canvas.pen.rectangle((x - tall * 0.04, y - tall * 0.3, x + tall * 0.04, y), fill=(92, 66, 48))
        if canvas.chance.number(3):
            for layer in range(3):
                wide, foot = tall * (0.3 - 0.07 * layer), y - tall * (0.18 + 0.24 * layer)
                canvas.pen.polygon([(x - wide, foot), (x + wide, foot), (x, foot - tall * 0.42)], fill=leaves)
        else:
            for shift in (-0.14, 0.0, 0.14):
                canvas.oval(x + tall * shift, y - tall * (0.5 - abs(shift)), tall * 0.2, tall * 0.2, leaves)


def house(canvas: Canvas) -> None:
    """A house with a roof, a door and two windows that are lit."""
    size = canvas.unit * 0.2
    x, y = canvas.share(0.15, 0.65) * canvas.width, canvas.height * 0.84
    canvas.pen.rectangle((x, y - size * 0.7, x + size, y), fill=canvas.tinted((226, 206, 178)))
    roof = [(x - size * 0.12, y - size * 0.7), (x + size * 1.12, y - size * 0.7), (x + size * 0.5, y - size * 1.25)]
    canvas.pen.rectangle((x + size * 0.72, y - size * 1.2, x + size * 0.86, y - size * 0.8), fill=(120, 76, 66))
    canvas.pen.polygon(roof, fill=(150, 66, 56))
    canvas.pen.rectangle((x + size * 0.42, y - size * 0.38, x + size * 0.6, y), fill=(92, 66, 48))
    for left in (0.12, 0.7):
        frame = (x + size * left, y - size * 0.5, x + size * (left + 0.18), y - size * 0.28)
        canvas.pen.rectangle(frame, fill=(255, 224, 140))


def city(canvas: Canvas) -> None:
    """Towers with windows, some of them lit."""
    x, base = 0.0, canvas.height * 0.8
    while x < canvas.width:
        wide, tall = canvas.unit * canvas.share(0.06, 0.13), canvas.height * canvas.share(0.15, 0.48)
        colour = mixed(canvas.tinted((74, 80, 104)), (20, 22, 34), canvas.share(0.1, 0.6))
        canvas.pen.rectangle((x, base - tall, x + wide, base), fill=colour)
        pane = wide / 7
        for row in range(int(tall / pane / 2)):
            for column in range(3):
                if canvas.chance.number(3):
                    left, top = x + pane * (1 + 2 * column), base - tall + pane * (1 + 2 * row)
                    canvas.pen.rectangle((left, top, left + pane, top + pane), fill=(255, 222, 140, 200))
        x += wide * canvas.share(0.95, 1.2)


def boat(canvas: Canvas) -> None:
    """A boat with a sail."""
    x, y, size = canvas.share(0.2, 0.8) * canvas.width, canvas.height * 0.76, canvas.unit * 0.11
    hull = [(x - size, y), (x + size, y), (x + size * 0.7, y + size * 0.35), (x - size * 0.7, y + size * 0.35)]
    canvas.pen.polygon(hull, fill=(120, 72, 52))
    canvas.pen.polygon(
        [(x, y - size * 0.1), (x, y - size * 1.8), (x + size * 0.9, y - size * 0.1)], fill=(248, 246, 238)
    )
    canvas.pen.polygon(
        [(x - 2, y - size * 0.1), (x - 2, y - size * 1.5), (x - size * 0.7, y - size * 0.1)], fill=(220, 90, 80)
    )


def cat(canvas: Canvas) -> None:
    """A cat that sits."""
    fur = canvas.tinted((66, 62, 70))
    x, y, size = canvas.share(0.35, 0.65) * canvas.width, canvas.height * 0.86, canvas.unit * 0.13
    tail = (x + size * 0.25, y - size * 0.9, x + size * 1.25, y + size * 0.3)
    canvas.pen.arc(tail, 290, 130, fill=fur, width=max(2, round(size * 0.16)))
    canvas.oval(x, y - size * 0.4, size * 0.6, size * 0.75, fur)
    _head(canvas, x, y - size * 1.3, size * 0.48, fur)
    for side in (-1, 1):
        ear = [(x + side * size * 0.45, y - size * 1.4), (x + side * size * 0.12, y - size * 1.7)]
        canvas.pen.polygon([*ear, (x + side * size * 0.42, y - size * 2.05)], fill=fur)
        for whisker in (-0.05, 0.05):
            begin = (x + side * size * 0.12, y - size * 1.15)
            end = (x + side * size * 0.75, y - size * (1.15 + whisker * 2))
            canvas.pen.line([begin, end], fill=(235, 235, 235, 180), width=max(1, round(size * 0.015)))


def dog(canvas: Canvas) -> None:
    """A dog that sits, with ears that hang."""
    fur = canvas.tinted((170, 122, 78))
    x, y, size = canvas.share(0.3, 0.7) * canvas.width, canvas.height * 0.86, canvas.unit * 0.14
    canvas.oval(x, y - size * 0.4, size * 0.6, size * 0.75, fur)
    _head(canvas, x, y - size * 1.3, size * 0.46, fur)
    for side in (-1, 1):
        canvas.oval(x + side * size * 0.46, y - size * 1.2, size * 0.14, size * 0.36, mixed(fur, (40, 26, 20), 0.5))
    canvas.oval(x, y - size * 1.08, size * 0.1, size * 0.08, (30, 24, 24))


def _head(canvas: Canvas, x: float, y: float, size: float, fur: Colour) -> None:
    canvas.oval(x, y, size, size * 0.9, fur)
    for side in (-1, 1):
        canvas.oval(x + side * size * 0.4, y - size * 0.1, size * 0.2, size * 0.2, (240, 216, 110))
        canvas.oval(x + side * size * 0.4, y - size * 0.1, size * 0.08, size * 0.17, (20, 20, 24))


def robot(canvas: Canvas) -> None:
    """A robot that greets."""
    metal = canvas.tinted((160, 170, 182))
    x, y, size = canvas.share(0.35, 0.65) * canvas.width, canvas.height * 0.88, canvas.unit * 0.14
    dark, thick = mixed(metal, (20, 22, 30), 0.6), max(2, round(size * 0.14))
    for side in (-1, 1):
        canvas.pen.line([(x + side * size * 0.25, y), (x + side * size * 0.25, y - size * 0.5)], fill=dark, width=thick)
    canvas.pen.line([(x - size * 0.4, y - size), (x - size * 0.95, y - size * 0.5)], fill=dark, width=thick)
    canvas.pen.line([(x + size * 0.4, y - size), (x + size * 0.95, y - size * 1.7)], fill=dark, width=thick)
    canvas.pen.rounded_rectangle(
        (x - size * 0.5, y - size * 1.25, x + size * 0.5, y - size * 0.35), size * 0.1, fill=metal
    )
    canvas.pen.line([(x, y - size * 2), (x, y - size * 2.3)], fill=dark, width=max(1, thick // 2))
    canvas.oval(x, y - size * 2.32, size * 0.08, size * 0.08, (230, 80, 70))
    canvas.pen.rounded_rectangle(
        (x - size * 0.42, y - size * 2, x + size * 0.42, y - size * 1.35), size * 0.12, fill=metal
    )
    for side in (-1, 1):
        canvas.oval(x + side * size * 0.19, y - size * 1.72, size * 0.1, size * 0.1, (110, 230, 240))


def flowers(canvas: Canvas) -> None:
    """Flowers in the grass."""
    palette = canvas.colours or ((232, 90, 110), (250, 206, 90), (245, 245, 240), (160, 110, 210))
    for _ in range(70):
        part = canvas.share(0, 1)
        x, y = canvas.share(0, 1) * canvas.width, canvas.height * (0.76 + 0.22 * part)
        size, colour = canvas.unit * (0.004 + 0.008 * part), canvas.chance.pick(palette)
        canvas.pen.line([(x, y), (x, y + size * 4)], fill=(60, 110, 60), width=max(1, round(size * 0.4)))
        for petal in range(5):
            angle = petal * math.tau / 5
            canvas.oval(x + math.cos(angle) * size, y + math.sin(angle) * size, size * 0.7, size * 0.7, colour)
        canvas.oval(x, y, size * 0.6, size * 0.6, (250, 210, 80))


def birds(canvas: Canvas) -> None:
    """A few, far away."""
    for _ in range(7):
        x, y = canvas.share(0.1, 0.9) * canvas.width, canvas.share(0.12, 0.45) * canvas.height
        size = canvas.unit * canvas.share(0.01, 0.022)
        for side in (-1, 1):
            wing = (x + min(0, side) * 2 * size, y, x + max(0, side) * 2 * size, y + size)
            canvas.pen.arc(wing, 190, 350, fill=(40, 44, 56), width=max(1, round(size * 0.18)))


THINGS: dict[str, Callable[[Canvas], None]] = {
    "city": city,
    "birds": birds,
    "trees": trees,
    "house": house,
    "boat": boat,
    "flowers": flowers,
    "dog": dog,
    "cat": cat,
    "robot": robot,
}
"""What is drawn by name, the furthest first."""
