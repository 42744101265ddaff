"""Text into images: what a server draws is kept, each image as a file with its description."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.pictures import BadPictureError, coding
from lmstudio_tui.store.atomic import write_atomic
from lmstudio_tui.store.media.errors import StoreError, failed
from lmstudio_tui.store.media.records import ImageRecord
from lmstudio_tui.text_safety import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.sdk.types.images import GeneratedImage, ImageRequest
    from lmstudio_tui.store.media.shelf import Shelf

__all__ = ["MadeImages", "dimensions_of", "make_images", "suffix_of"]

_SUFFIXES: Final = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}

_MOST_PIXELS: Final = 50_000_000
"""Larger images are not decoded to see whether they are whole."""


@dataclass(frozen=True, slots=True)
class MadeImages:
    """What came of a request.

    Attributes:
        images: those that are kept, in the order of the answer.
        problems: why others are not there, a sentence each.
    """

    images: tuple[ImageRecord, ...]
    problems: tuple[str, ...] = ()


def make_images(
    client: LMStudioSDK,
    request: ImageRequest,
    shelf: Shelf[ImageRecord],
    *,
    scope: CancelScope | None = None,
    now: Callable[[], datetime],
    fetch_elsewhere: bool = False,
) -> MadeImages:
    """Have a server draw, and keep what it drew. It blocks; it ends soon after the scope is cancelled.

    Args:
        client: of the server for images.
        request: what is to be drawn.
        shelf: where the images are kept.
        scope: ends it.
        now: tells the time, with its zone.
        fetch_elsewhere: whether images may be fetched from other hosts than the server's own.

    Raises:
        LMStudioError: the server cannot do it, or did not.
        RequestCancelledError: the scope was cancelled.
        StoreError: none of the images can be kept.
    """
    began = time.monotonic()
    result = client.create_image(request, fetch_elsewhere=fetch_elsewhere, scope=scope)
    took_s, made_at = time.monotonic() - began, now()
    kept: list[ImageRecord] = []
    problems = [clean(problem) for problem in result.problems]
    error: StoreError | None = None
    for image in result.images:
        try:
            id, path = shelf.new_file(suffix_of(image.media_type))  # noqa: A001
            _write(path, image.data)
            width, height = dimensions_of(image.data)
            record = ImageRecord(
                id=id,
                path=path,
                made_at=made_at,
                prompt=request.prompt,
                revised_prompt=clean(image.revised_prompt),
                model=result.model or request.model,
                size=request.size,
                width=width,
                height=height,
                seed=_seed(image, request),
                server=client.config.base_url,
                took_s=took_s,
                size_bytes=len(image.data),
                problem=_problem_of(image.data, width * height),
            )
            kept.append(shelf.keep(record))
        except StoreError as problem:
            error = problem
            problems.append(problem.message)
    if error is not None and not kept:
        raise error
    return MadeImages(tuple(kept), tuple(problems))


def suffix_of(media_type: str) -> str:
    """What the name of an image file ends with: `.png`; `.image` for what is not known."""
    return _SUFFIXES.get(media_type, ".image")


def dimensions_of(data: bytes) -> tuple[int, int]:
    """Width and height in pixels; zeros for what cannot be read here."""
    from PIL import Image

    # Only the header is read.
    with suppress(BadPictureError), coding(), Image.open(BytesIO(data)) as image:
        return image.size
    return 0, 0


def _problem_of(data: bytes, pixels: int) -> str:
    """What is the matter with an image, in a sentence; empty when nothing is."""
    from PIL import Image

    if not pixels:
        return "It cannot be shown here: what came is no image that can be read."
    if pixels > _MOST_PIXELS:
        return ""
    try:
        with coding(), Image.open(BytesIO(data)) as image:
            image.load()
    except BadPictureError:
        return "It is damaged: perhaps only a part of it came."
    return ""


def _seed(image: GeneratedImage, request: ImageRequest) -> int | None:
    # One seed for several images says nothing about each of them.
    return image.seed if image.seed is not None else request.seed if request.n == 1 else None


def _write(path: Path, data: bytes) -> None:
    try:
        write_atomic(path, data)
    except OSError as error:
        raise failed("The image cannot be kept", error) from error
