"""Faults of images: URLs that lead astray, files that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.simulator.media.images import FILES, ImageAsk, as_base64, drawn, listed, row_of
from lmstudio_tui.simulator.media.serving import broken_off

if TYPE_CHECKING:
    from lmstudio_tui.simulator.answers import Answer, Call

_ELSEWHERE = "http://images.elsewhere.invalid/"


async def faulty_images(call: Call, ask: ImageAsk, fault: str) -> Answer | None:
    """The answer of `fault`, or None when the sound one is to be given."""
    urls = {
        "elsewhere": f"{_ELSEWHERE}one.png",
        "gone": f"{call.origin}{FILES}gone.png",
        "relative": f"{FILES}gone.png",
    }
    if fault in urls:
        return listed([row_of(picture, url=urls[fault]) for picture in ask.pictures])
    kind = fault if fault in {"jpeg", "webp"} else "png"
    files = [await drawn(call, picture, kind) for picture in ask.pictures]
    coded = [as_base64(data) for data in files]
    links = [f"data:image/png;base64,{text}" for text in coded]
    first = {"junk-b64": "this is *not* base64", "not-an-image": as_base64(b"This is no image. " * 20)}
    match fault:
        case "cut":
            return broken_off(listed([{"b64_json": text} for text in coded]))
        case "data-url":
            return listed([row_of(picture, url=link) for picture, link in zip(ask.pictures, links, strict=True)])
        case "data-in-b64":
            coded = links
        case "junk-b64" | "not-an-image":
            coded[0] = first[fault]
        case "truncated":
            coded = [as_base64(data[: len(data) // 2]) for data in files]
        case "fewer":
            coded = coded[:-1]
        case "none":
            coded = []
        case _:
            pass
    return listed([row_of(picture, b64_json=text) for picture, text in zip(ask.pictures, coded, strict=False)])
