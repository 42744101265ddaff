"""Images as they are sent: upright, of a sensible size, of a kind that servers read, and without their metadata.

Pillow is imported where it is used. Everything here blocks; it is for worker threads.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.hinted import HintedError
from lmstudio_tui.features.pictures import BadPictureError, TooManyPixelsError, coding

if TYPE_CHECKING:
    from PIL import Image

LONGEST_SIDE: Final = 2048
"""Pixels; a larger image is scaled. Models see fewer than that."""

MOST_BYTES: Final = 4_000_000
"""Of what is sent; it becomes a third more as a data URL."""

_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
"""A JPEG may turn out to be an MPO, which is several in one file."""

_DECODERS: Final = ("Png", "Jpeg", "Gif", "WebP", "Bmp", "Tiff")
_KEPT: Final = ("PNG", "JPEG", "WEBP")
_HARMLESS: Final = ("APP0", "APP2", "APP14")
"""Parts of a JPEG that tell how it is to be read (JFIF, colour profile, Adobe); the others tell of who made it."""

_TELLING: Final = ("exif", "xmp", "XML:com.adobe.xmp", "comment", "photoshop")
_ORIENTATION: Final = 0x0112
_SHRINK: Final = 0.8

_STARTS: Final = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",
    b"MM\x00*",
    b"II+\x00",
    b"MM\x00+",
)
_FOREIGN: Final = {
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"heim": "HEIC",
    b"hevc": "HEIC",
    b"mif1": "HEIF",
    b"msf1": "HEIF",
    b"avif": "AVIF",
    b"avis": "AVIF",
}


class AttachError(HintedError):
    """Something cannot be attached."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An image as it is sent.

    Args:
        data: its bytes.
        media_type: such as `image/png`.
        width, height: pixels.
        notes: what was done to it, each in a few words.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    notes: tuple[str, ...] = ()


def looks_like_image(data: bytes) -> bool:
    """Whether the bytes begin as an image does that can be read here."""
    webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    bitmap = data[:2] == b"BM" and data[6:10] == bytes(4)
    return webp or bitmap or data.startswith(_STARTS)


def foreign_image(data: bytes) -> str:
    """The name of a kind of image that cannot be read here; empty when it is none."""
    if data[:4] == b"8BPS":
        return "Photoshop"
    if data[:4] in {b"\x00\x00\x01\x00", b"\x00\x00\x02\x00"} and len(data) > 22:
        return "icon"
    return _FOREIGN.get(data[8:12], "") if data[4:8] == b"ftyp" else ""


def prepare(data: bytes, name: str) -> Prepared:
    """Make an image ready to be sent. Its bytes stay as they are where nothing has to change.

    Args:
        data: the file.
        name: for the sentences.

    Raises:
        AttachError: it is broken, or too large to be unpacked.
    """
    image = _opened(data, name)
    try:
        with coding():
            return _prepared(image, data)
    except BadPictureError as error:
        raise _broken(name) from error


def preview(data: bytes, longest: int) -> Image.Image:
    """A small picture to look at, in plain RGB; what is transparent is white.

    Args:
        data: an image file.
        longest: pixels that neither side exceeds.

    Raises:
        AttachError: it cannot be shown.
    """
    from PIL import Image, ImageOps

    image = _opened(data, "The image")
    try:
        with coding():
            small = _plain(ImageOps.exif_transpose(image))
            small.thumbnail((longest, longest), reducing_gap=2.0)
            if small.mode == "RGBA":
                white = Image.new("RGBA", small.size, "white")
                small = Image.alpha_composite(white, small)
            return small.convert("RGB")
    except BadPictureError as error:
        raise _broken("The image") from error


def _opened(data: bytes, name: str) -> Image.Image:
    """The first picture of the file, unpacked."""
    from PIL import Image

    # Only the decoders that are wanted: each is code that reads what a stranger wrote.
    for decoder in _DECODERS:
        import_module(f"PIL.{decoder}ImagePlugin")
    # A picture that would fill the memory is no warning here.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with coding():
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
            image.load()
    except TooManyPixelsError as error:
        most = (Image.MAX_IMAGE_PIXELS or 0) // 1_000_000
        raise AttachError(
            f"{name} has more than {most} million pixels, which is too many to unpack.", "Scale it down first."
        ) from error
    except BadPictureError as error:
        raise _broken(name) from error
    return image


def _broken(name: str) -> AttachError:
    return AttachError(
        f"{name} begins as an image, but it is broken or incomplete.", "Open it in another program, and save it anew."
    )


def _prepared(image: Image.Image, data: bytes) -> Prepared:
    from PIL import Image, ImageOps

    kind = "JPEG" if image.format == "MPO" else image.format or ""
    several = image.format != "MPO" and getattr(image, "n_frames", 1) > 1
    upright = image.getexif().get(_ORIENTATION, 1) in (0, 1)
    tells = _tells(image) or image.format == "MPO"
    large = max(image.size) > LONGEST_SIDE
    heavy = len(data) > MOST_BYTES
    readable = kind in _KEPT and not (several and kind == "WEBP") and image.mode not in {"CMYK", "YCbCr", "LAB"}
    if readable and upright and not tells and not large and not heavy:
        return Prepared(data, f"image/{kind.lower()}", *image.size)
    if image.format == "JPEG" and readable and upright and not large and not heavy:
        return Prepared(_kept(image), "image/jpeg", *image.size, notes=(_REMOVED,))
    before = image.size
    profile = image.info.get("icc_profile") if image.mode in {"RGB", "RGBA", "L", "P"} else None
    picture = _plain(ImageOps.exif_transpose(image))
    if large:
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    coded, kind_now, picture = _coded(picture, "JPEG" if kind == "JPEG" else "PNG", profile)
    notes = [f"only the first picture of the {kind}"] if several else []
    if picture.size not in {before, before[::-1]}:
        notes.append(f"scaled from {before[0]}×{before[1]} to {picture.width}×{picture.height}")
    if not upright:
        notes.append("turned upright")
    if kind_now != kind:
        notes.append(f"converted from {kind} to {kind_now}")
    elif heavy and not large:
        notes.append("packed more tightly")
    if tells:
        notes.append(_REMOVED)
    return Prepared(coded, f"image/{kind_now.lower()}", *picture.size, notes=tuple(notes))


_REMOVED: Final = "metadata such as the place and the camera removed"


def _tells(image: Image.Image) -> bool:
    """Whether the file holds more than the picture: where, when, by whom it was taken, or after which prompt."""
    if any(image.info.get(name) for name in _TELLING) or len(image.getexif()):
        return True
    parts: list[tuple[str, bytes]] = getattr(image, "applist", [])
    texts: object = getattr(image, "text", None)
    return bool(texts) or any(name not in _HARMLESS for name, _ in parts)


def _kept(image: Image.Image) -> bytes:
    """A JPEG without its metadata, with the very tables it had."""
    profile = image.info.get("icc_profile")
    image.info.clear()
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality="keep", icc_profile=profile)
    return buffer.getvalue()


def _upper_eight_bits(value: Image.ImagePointTransform) -> Image.ImagePointTransform:
    return value * (1 / 256)


def _plain(image: Image.Image) -> Image.Image:
    """In RGB, with transparency if there is any; without anything beside the picture."""
    if image.has_transparency_data:
        picture = image.convert("RGBA")
        lowest = picture.getchannel("A").getextrema()[0]
        if lowest == 255:
            picture = picture.convert("RGB")
    elif image.mode.startswith("I"):
        # 16 bits for each pixel, of which the upper eight are what an eye sees.
        picture = image.convert("I").point(_upper_eight_bits).convert("L")
    else:
        picture = image.convert("L" if image.mode in {"1", "L", "F"} else "RGB")
    if picture is image:
        picture = image.copy()
    picture.info = {}
    return picture


def _coded(picture: Image.Image, kind: str, profile: object) -> tuple[bytes, str, Image.Image]:
    """The picture as a file of at most `MOST_BYTES`, which may cost it its size; of which kind; and what is in it."""
    from PIL import Image

    while True:
        buffer = io.BytesIO()
        if kind == "JPEG":
            picture.save(buffer, "JPEG", quality=90, icc_profile=profile)
        else:
            picture.save(buffer, "PNG", icc_profile=profile)
        if buffer.tell() <= MOST_BYTES:
            return buffer.getvalue(), kind, picture
        if kind == "PNG" and picture.mode != "RGBA":
            kind = "JPEG"
        else:
            longest = max(1, int(max(picture.size) * _SHRINK))
            picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
