"""What was typed into the fields, as what is asked for; and what is wrong with it, in a sentence. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lmstudio_tui.sdk.types.images import ImageRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

SIZES: Final = (
    ("256x256", "square, small"),
    ("512x512", "square"),
    ("768x768", "square"),
    ("1024x1024", "square, large"),
    ("768x512", "landscape"),
    ("1152x768", "landscape"),
    ("1536x1024", "landscape, large"),
    ("1792x1024", "landscape, wide"),
    ("512x768", "portrait"),
    ("768x1152", "portrait"),
    ("1024x1536", "portrait, large"),
    ("1024x1792", "portrait, tall"),
)
"""Sizes that servers commonly draw, with a word for each."""

MOST: Final = 100
"""Images that can be asked for at once."""

_LARGEST: Final = 99_999
_SIZE: Final = re.compile(r"\s*([0-9]{1,6})\s*(?:[x×*,\s]\s*([0-9]{1,6}))?\s*", re.IGNORECASE)
_SEED: Final = re.compile(r"\s*([+-]?[0-9]{1,20})\s*")


class UnreadableFieldError(ValueError):
    """A field cannot be read; the text is a sentence.

    Args:
        field: its name: `prompt`, `size`, `count` or `seed`.
        sentence: what is wrong with it, and what would be right.
    """

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def size_of(typed: str) -> str | None:
    """`512` and `512 × 512` → `512x512`; None for nothing, which leaves it to the server.

    Raises:
        UnreadableFieldError: when it is no size.
    """
    if not typed.strip():
        return None
    found = _SIZE.fullmatch(typed)
    if found is None:
        raise UnreadableFieldError("size", "A size is width x height in pixels, such as 512x512.")
    width = int(found[1])
    height = int(found[2] or found[1])
    if not (1 <= width <= _LARGEST and 1 <= height <= _LARGEST):
        raise UnreadableFieldError("size", f"A side has 1 to {_LARGEST:,} pixels.")
    return f"{width}x{height}"


def count_of(typed: str) -> int:
    """How many images; nothing is one.

    Raises:
        UnreadableFieldError: when it is no such number.
    """
    text = typed.strip() or "1"
    count = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
    if not 1 <= count <= MOST:
        raise UnreadableFieldError("count", f"The count is a number from 1 to {MOST}.")
    return count


def seed_of(typed: str) -> int | None:
    """The seed; None for nothing, which is then not sent.

    Raises:
        UnreadableFieldError: when it is no whole number.
    """
    if not typed.strip():
        return None
    found = _SEED.fullmatch(typed)
    if found is None:
        raise UnreadableFieldError("seed", "A seed is a whole number; without one the server chooses.")
    return int(found[1])


def request_of(prompt: str, fields: Mapping[str, str]) -> ImageRequest:
    """What is asked for.

    Args:
        prompt: as it was typed.
        fields: what was typed for `size`, `count`, `seed` and `model`.

    Raises:
        UnreadableFieldError: the first thing that is wrong.
    """
    size, count = size_of(fields.get("size", "")), count_of(fields.get("count", ""))
    seed = seed_of(fields.get("seed", ""))
    if not prompt.strip():
        raise UnreadableFieldError("prompt", "Type what is to be seen.")
    model = fields.get("model", "").strip() or None
    return ImageRequest(prompt=prompt.strip(), model=model, n=count, size=size, seed=seed)


def problem_of(fields: Mapping[str, str]) -> UnreadableFieldError | None:
    """The first thing that is wrong with the fields, whatever the prompt is; None when nothing is."""
    try:
        request_of("any", fields)
    except UnreadableFieldError as problem:
        return problem
    return None


def counted(typed: str, step: int) -> str:
    """The next count, or the one before."""
    try:
        return str(max(1, min(MOST, count_of(typed) + step)))
    except UnreadableFieldError:
        return "1"


def seeded(typed: str, step: int) -> str:
    """The next seed, or the one before; without one, the first."""
    try:
        seed = seed_of(typed)
    except UnreadableFieldError:
        return "1"
    return "1" if seed is None else str(max(0, seed + step))
