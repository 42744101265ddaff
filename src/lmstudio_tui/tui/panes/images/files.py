"""Image files as they are shown: read and unpacked in a thread, whatever state they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.chat.images import AttachError, looks_like_image, preview
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

_MOST_BYTES: Final = 200_000_000
"""Of a file that is read for a look."""


class UnshowableError(Exception):
    """A file that cannot be shown; the text is a sentence."""


def read_image(path: Path) -> bytes:
    """The bytes of an image. Blocks.

    Raises:
        UnshowableError: it is gone, cannot be read, or is no image.
    """
    name = clean_line(path.name)
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise UnshowableError(f"{name} has {size / 1e6:,.0f} MB, which is too much to be shown here.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnshowableError(f"The file {name} is no longer there.") from None
    except OSError as error:
        raise UnshowableError(f"{name} cannot be read ({error.strerror or type(error).__name__}).") from None
    if not data:
        raise UnshowableError(f"{name} is empty.")
    if not looks_like_image(data):
        raise UnshowableError(f"{name} is no image any more, or of a kind that cannot be shown here.")
    return data


def small_image(path: Path, longest: int) -> Image.Image:
    """A small picture of a file, in RGB. Blocks.

    Args:
        path: of the file.
        longest: pixels that neither side exceeds.

    Raises:
        UnshowableError: it cannot be had.
    """
    data = read_image(path)
    try:
        return preview(data, longest)
    except AttachError as error:
        raise UnshowableError(error.message) from None
