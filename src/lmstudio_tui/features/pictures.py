"""What goes wrong within Pillow, as one error.

A coder of Pillow raises whatever it stumbles over in a damaged file. Pillow is imported when it is used.
"""

from __future__ import annotations

import struct
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

_DAMAGE: Final = (
    # What Pillow says itself: a file that is cut short, of no known kind, or not as its kind has to be.
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    RuntimeError,
    # What its readers run into where a number, a table or a part of the file is not what it should be.
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    TypeError,
    struct.error,
    zlib.error,
    # Of metadata that make no sense, where warnings are errors.
    Warning,
)


class BadPictureError(Exception):
    """A picture that Pillow cannot read, or cannot write."""


class TooManyPixelsError(BadPictureError):
    """A picture that would fill the memory."""


@contextmanager
def coding() -> Generator[None]:
    """Use Pillow on what may be damaged.

    Raises:
        TooManyPixelsError: it has more pixels than Pillow unpacks.
        BadPictureError: it is damaged, or of no kind that can be read here.
    """
    from PIL import Image

    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixelsError(str(error)) from error
    except _DAMAGE as error:
        raise BadPictureError(str(error)) from error
