"""Pictures drawn from a prompt: a landscape, in the colours and with the things that the prompt names.

The same prompt, size and seed give the same picture.
"""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from lmstudio_tui.simulator.engine import drawing_lands
from lmstudio_tui.simulator.engine.canvas import Canvas, Colour, mixed
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.engine.drawing_things import THINGS

_COLOURS: dict[str, Colour] = {
    "red": (206, 62, 58),
    "orange": (233, 140, 54),
    "yellow": (242, 201, 76),
    "gold": (214, 168, 60),
    "green": (84, 158, 92),
    "turquoise": (64, 190, 180),
    "blue": (66, 118, 200),
    "purple": (132, 84, 178),
    "violet": (132, 84, 178),
    "pink": (236, 140, 170),
    "brown": (132, 92, 62),
    "black": (34, 34, 42),
    "white": (240, 240, 238),
    "gray": (140, 144, 150),
    "grey": (140, 144, 150),
}
_SKIES: dict[str, tuple[Colour, Colour]] = {
    "night": ((10, 14, 40), (46, 52, 98)),
    "sunset": ((70, 60, 120), (250, 160, 90)),
    "morning": ((120, 160, 220), (252, 222, 190)),
    "day": ((90, 150, 220), (210, 230, 246)),
    "storm": ((60, 66, 78), (130, 138, 148)),
}
_WORDS: dict[str, str] = {
    **dict.fromkeys(("night", "dark", "midnight", "moon", "star", "stars", "starry", "space"), "night"),
    **dict.fromkeys(("sunset", "evening", "dusk"), "sunset"),
    **dict.fromkeys(("morning", "dawn", "sunrise"), "morning"),
    **dict.fromkeys(("storm", "rain", "rainy", "stormy"), "storm"),
    **dict.fromkeys(("mountain", "mountains", "alps", "peak", "hill", "hills"), "mountains"),
    **dict.fromkeys(("sea", "ocean", "lake", "water", "beach", "river", "harbour", "harbor"), "sea"),
    **dict.fromkeys(("boat", "ship", "sail", "sailing", "harbour", "harbor"), "boat"),
    **dict.fromkeys(("tree", "trees", "forest", "wood", "woods", "park"), "trees"),
    **dict.fromkeys(("house", "home", "cottage", "village", "hut", "cabin"), "house"),
    **dict.fromkeys(("city", "town", "skyline", "skyscraper", "skyscrapers"), "city"),
    **dict.fromkeys(("cat", "cats", "kitten"), "cat"),
    **dict.fromkeys(("dog", "dogs", "puppy"), "dog"),
    **dict.fromkeys(("bird", "birds"), "birds"),
    **dict.fromkeys(("flower", "flowers", "garden", "meadow"), "flowers"),
    **dict.fromkeys(("cloud", "clouds", "cloudy"), "clouds"),
    **dict.fromkeys(("snow", "winter", "ice"), "snow"),
    **dict.fromkeys(("robot", "android"), "robot"),
    **dict.fromkeys(("pattern", "abstract", "mosaic", "geometric"), "pattern"),
}
_LANDS = ("mountains", "sea", "trees", "clouds", "birds")
_FINE = 2
"""Drawn so many times as large, and made smaller: edges are smooth."""
_LARGE = 1024
"""A picture with an edge longer than this is smooth enough as it is."""
_MOST_LETTERS = 120
_SEEDS = 2**64


@dataclass(frozen=True, slots=True)
class _Idea:
    """What a prompt says that can be drawn."""

    things: frozenset[str]
    colours: tuple[Colour, ...]


def draw(prompt: str, width: int, height: int, seed: int, kind: str = "png") -> bytes:
    """The file of a picture.

    Args:
        prompt: What is to be seen; it also stands small in a corner.
        width: In pixels.
        height: In pixels.
        seed: Another one gives another picture of the same.
        kind: ``png``, ``jpeg`` or ``webp``.
    """
    chance = Chance("picture", prompt, seed % _SEEDS)
    idea = _understood(prompt, chance)
    fine = _FINE if max(width, height) <= _LARGE else 1
    sky, horizon = _sky(idea)
    image = _graded(width * fine, height * fine, sky, horizon)
    canvas = Canvas(
        image, ImageDraw.Draw(image, "RGBA"), width * fine, height * fine, chance, sky, horizon, idea.colours
    )
    if "pattern" in idea.things:
        drawing_lands.pattern(canvas)
    else:
        _landscape(canvas, idea)
    image = image.resize((width, height), Image.Resampling.LANCZOS) if fine > 1 else image
    _sign(image, prompt)
    file = io.BytesIO()
    image.save(file, kind.upper())
    return file.getvalue()


def _understood(prompt: str, chance: Chance) -> _Idea:
    words = re.findall(r"[^\W\d_]+", prompt.lower())
    things = {_WORDS[word] for word in words if word in _WORDS}
    if any(word in {"sun", "sunny", "sunset", "sunrise"} for word in words):
        things.add("sun")
    if "moon" in words:
        things.add("moon")
    if not things - {*_SKIES, "sun", "moon"}:
        things |= set(chance.shuffled(_LANDS)[: 2 + chance.number(2)])
    colours = [_COLOURS[word] for word in words if word in _COLOURS]
    return _Idea(frozenset(things), tuple(colours))


def _sky(idea: _Idea) -> tuple[Colour, Colour]:
    """The colours of the sky above and at the horizon."""
    name = next((name for name in _SKIES if name in idea.things), "day")
    top, bottom = _SKIES[name]
    if not idea.colours:
        return top, bottom
    return mixed(top, idea.colours[0], 0.45), mixed(bottom, idea.colours[-1], 0.35)


def _graded(width: int, height: int, top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, 256))
    for place in range(256):
        column.putpixel((0, place), mixed(top, bottom, min(1.0, place / 160)))
    return column.resize((width, height), Image.Resampling.BILINEAR)


def _landscape(canvas: Canvas, idea: _Idea) -> None:
    """What is far away first, then what is nearer."""
    things = idea.things
    if "night" in things:
        drawing_lands.stars(canvas)
    if "moon" in things or ("night" in things and "sun" not in things):
        drawing_lands.disc(canvas, (244, 240, 220), glow=False)
    elif "storm" not in things:
        drawing_lands.disc(canvas, (255, 236, 170), glow=True)
    if things & {"clouds", "storm"}:
        drawing_lands.clouds(canvas)
    if "mountains" in things or not things & {"sea", "city"}:
        drawing_lands.ridges(canvas, snow="mountains" in things)
    if "sea" in things:
        drawing_lands.sea(canvas)
    else:
        drawing_lands.ground(canvas, snow="snow" in things)
    for name, thing in THINGS.items():
        if name in things:
            thing(canvas)
    if things & {"snow", "storm"}:
        drawing_lands.falling(canvas, slanted="storm" in things)


def _sign(image: Image.Image, prompt: str) -> None:
    """Write the prompt small into a corner."""
    size = max(9, round(math.sqrt(image.width * image.height) / 42))
    text = " ".join(prompt.split())[:_MOST_LETTERS]
    font = ImageFont.load_default(size)
    room = image.width - 2 * size
    while text and font.getlength(text) > room:
        text = text[: max(0, len(text) - 2)].rstrip(" …") + "…" if len(text) > 3 else ""
    if not text or image.height < 3 * size:
        return
    place = (size * 0.8, image.height - size * 1.7)
    shade = Image.new("L", image.size, 0)
    ImageDraw.Draw(shade).text(place, text, 170, font)
    shade = shade.filter(ImageFilter.GaussianBlur(size / 5))
    image.paste((0, 0, 0), (0, 0), shade)
    ImageDraw.Draw(image).text(place, text, (250, 250, 246), font)
