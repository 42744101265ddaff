"""What the pictures of the simulator are drawn on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

    from lmstudio_tui.simulator.engine.chance import Chance

Colour: TypeAlias = tuple[int, int, int]


def mixed(one: Colour, other: Colour, part: float) -> Colour:
    """`one` with a part of `other`, from 0 to 1."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


@dataclass(frozen=True, slots=True)
class Canvas:
    """What is drawn on, and with what.

    Attributes:
        sky: The colour of the sky above.
        horizon: The colour of the sky where it ends.
        colours: Those that the prompt names.
    """

    image: Image
    pen: ImageDraw
    width: int
    height: int
    chance: Chance
    sky: Colour
    horizon: Colour
    colours: tuple[Colour, ...]

    @property
    def unit(self) -> float:
        """The shorter edge: what things are measured by."""
        return min(self.width, self.height)

    def share(self, low: float, high: float) -> float:
        """A number between the two, by chance."""
        return low + (high - low) * self.chance.number(10_000) / 10_000

    def tinted(self, usual: Colour) -> Colour:
        """A colour that the prompt names, or else `usual`, as the light of the sky makes it."""
        colour = self.chance.pick(self.colours) if self.colours else usual
        return mixed(colour, self.sky, 0.25)

    def tinged(self, usual: Colour) -> Colour:
        """`usual` with a little of a colour that the prompt names: for what fills half of the picture."""
        return mixed(usual, self.colours[0], 0.3) if self.colours else usual

    def oval(self, x: float, y: float, wide: float, high: float, colour: tuple[int, ...]) -> None:
        """An ellipse about a point."""
        self.pen.ellipse((x - wide, y - high, x + wide, y + high), fill=colour)
