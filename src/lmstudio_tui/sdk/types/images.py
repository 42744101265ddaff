"""Making images (server contract, section 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from lmstudio_tui.sdk.types.base import JSONObject, RequestModel, Text


class ImageRequest(RequestModel):
    """What is to be drawn, and how. None is not sent: the server's default holds.

    Attributes:
        prompt: what is to be seen.
        model: None asks for the configured one.
        n: how many.
        size: width and height in pixels, such as `512x512`.
        seed: the same one gives the same image, where the server takes one.
        extra: parameters that this server knows and we do not, such as `steps`; sent as they are.
    """

    prompt: Annotated[Text, Field(min_length=1)]
    model: Text | None = None
    n: Annotated[int, Field(ge=1, le=100)] = 1
    size: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,4}x[1-9][0-9]{0,4}$")] | None = None
    seed: int | None = None
    extra: JSONObject = Field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class GeneratedImage:
    """One image.

    Attributes:
        data: the file's bytes.
        media_type: by the bytes themselves: `image/png`, `image/jpeg`, `image/webp`, `image/gif`.
        revised_prompt: what the server made of the prompt; empty when it does not say.
        seed: what it was drawn with; None when the server does not say.
        url: where the server said that it was; empty when it sent the image itself.
    """

    data: bytes
    media_type: str
    revised_prompt: str = ""
    seed: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class ImageResult:
    """What came of a request.

    Attributes:
        images: in the order of the answer; those that could not be had are not in it.
        model: the one that answered; None when the server does not say.
        problems: why some are not there, a sentence each.
    """

    images: tuple[GeneratedImage, ...]
    model: str | None = None
    problems: tuple[str, ...] = ()
