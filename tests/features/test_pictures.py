"""Damaged pictures, of every kind that is read here: whatever is wrong with one, it is told in one way."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import pytest
from PIL import Image

from lmstudio_tui.features.chat.images import AttachError, prepare, preview
from lmstudio_tui.features.imaging import dimensions_of
from lmstudio_tui.features.pictures import BadPictureError, TooManyPixelsError, coding

NOISE = tuple(Image.effect_noise((40, 30), 80) for _ in range(3))


def saved(kind: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    NOISE[0].convert(mode).save(file, kind, **options)  # pyright: ignore[reportArgumentType] - of the kind
    return file.getvalue()


def several(kind: str, mode: str) -> bytes:
    first, *others = [one.convert(mode) for one in NOISE]
    file = io.BytesIO()
    first.save(file, kind, save_all=True, append_images=others)
    return file.getvalue()


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "by the sea"
    return exif


WHOLE = {
    "png": lambda: saved("PNG", exif=turned()),
    "png with a palette": lambda: saved("PNG", "P"),
    "png that moves": lambda: several("PNG", "P"),
    "jpeg": lambda: saved("JPEG", exif=turned(), comment=b"hi"),
    "jpeg for print": lambda: saved("JPEG", "CMYK"),
    "several jpegs": lambda: several("MPO", "RGB"),
    "gif": lambda: several("GIF", "P"),
    "webp": lambda: saved("WEBP", exif=turned()),
    "webp that moves": lambda: several("WEBP", "RGB"),
    "bmp": lambda: saved("BMP"),
    "tiff": lambda: saved("TIFF", tiffinfo={270: "by the sea"}),
    "tiff that is packed": lambda: saved("TIFF", compression="tiff_lzw"),
    "tiff of a jpeg": lambda: saved("TIFF", compression="jpeg"),
}


def damaged(data: bytes, rolls: random.Random) -> bytes:
    """Cut short, with bytes that are others, or without some."""
    changed = bytearray(data)
    if rolls.random() < 0.25:
        return bytes(changed[: rolls.randrange(len(changed))])
    reach = rolls.choice([64, 200, 1000, len(changed)])
    for _ in range(rolls.choice([1, 1, 2, 4, 16])):
        at = rolls.randrange(min(len(changed), reach))
        changed[at] = rolls.choice([changed[at] ^ 1 << rolls.randrange(8), 0, 255, rolls.randrange(256)])
    if rolls.random() < 0.1:
        at = rolls.randrange(len(changed))
        del changed[at : at + rolls.randrange(1, 20)]
    return bytes(changed)


@pytest.mark.parametrize("make", WHOLE.values(), ids=WHOLE.keys())
def test_damage_is_told_in_one_way(make: Callable[[], bytes]) -> None:
    whole = make()
    assert dimensions_of(whole) == (40, 30)
    assert preview(whole, 20).size[0] <= 20
    rolls, said = random.Random(7), set[str]()
    for _ in range(120):
        data = damaged(whole, rolls)
        # Nothing but the one error comes of any of it.
        for look in (lambda: prepare(data, "It"), lambda: preview(data, 20)):  # noqa: B023 - called at once
            try:
                look()
            except AttachError as error:
                said.add(error.message.partition(",")[2])
        width, height = dimensions_of(data)
        assert width >= 0
        assert height >= 0
    assert " but it is broken or incomplete." in said
    assert said <= {" but it is broken or incomplete.", " which is too many to unpack."}


@pytest.mark.parametrize(
    "error",
    [OSError, EOFError, IndexError, KeyError, OverflowError, ZeroDivisionError, MemoryError, NotImplementedError],
)
def test_what_a_coder_stumbles_over_is_a_bad_picture(error: type[Exception]) -> None:
    with pytest.raises(BadPictureError, match="why"), coding():
        raise error("why")


def test_too_many_pixels_are_told_apart() -> None:
    for error in (Image.DecompressionBombError, Image.DecompressionBombWarning):
        with pytest.raises(TooManyPixelsError), coding():
            raise error("many")


def test_a_key_press_goes_through() -> None:
    with pytest.raises(KeyboardInterrupt), coding():
        raise KeyboardInterrupt
