"""``POST /v1/images/generations``, and the images themselves by GET."""

from __future__ import annotations

import asyncio
import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from lmstudio_tui.simulator.answers import Answer, Call, Plain, json_answer
from lmstudio_tui.simulator.config import CREATED
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.errors import structured_error
from lmstudio_tui.simulator.jsonio import text_at
from lmstudio_tui.simulator.media.serving import RefusedError, checked_model, common_fault, fault_of, refused

if TYPE_CHECKING:
    from lmstudio_tui.simulator.jsonio import JsonObject

JsonDict: TypeAlias = dict[str, object]

FILES = "/v1/images/files/"
"""Where the images are, by number: a URL of one works without a token, as those of real servers do."""

_MOST_IMAGES = 10
_MOST_PIXELS = 2048
_SIZE = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})")
_KEPT = 200
_TOKENS = 20
"""An image takes as long as so many tokens."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that can be drawn."""

    prompt: str
    width: int
    height: int
    seed: int

    def draw(self, kind: str = "png") -> bytes:
        """Its file; for a thread."""
        # Imported here: pillow costs more than most simulators need to spend.
        from lmstudio_tui.simulator.engine.drawing import draw

        return draw(self.prompt, self.width, self.height, self.seed, kind)


@dataclass(frozen=True, slots=True)
class ImageAsk:
    """What is to be drawn."""

    model: str
    pictures: tuple[Picture, ...]
    as_urls: bool


async def images(call: Call) -> Answer:
    """``POST /v1/images/generations``."""
    from lmstudio_tui.simulator.media.image_faults import faulty_images

    try:
        ask = _read(call)
    except RefusedError as error:
        return refused(call, error)
    fault = fault_of(call, ask.model, "images")
    answer = common_fault(call, fault, ask) if fault is not None else None
    if answer is not None:
        return answer
    speed = call.world.config.speed
    await asyncio.sleep(_TOKENS * len(ask.pictures) / speed if speed else 0.0)
    answer = await faulty_images(call, ask, fault) if fault is not None else None
    if answer is not None:
        return answer
    return listed([await _row(call, ask, picture) for picture in ask.pictures])


def listed(rows: list[JsonDict]) -> Plain:
    """The answer with these rows."""
    return json_answer({"created": CREATED, "data": rows})


def row_of(picture: Picture, **where: object) -> JsonDict:
    """What is told of a picture."""
    return {**where, "revised_prompt": picture.prompt, "seed": picture.seed}


async def drawn(call: Call, picture: Picture, kind: str = "png") -> bytes:
    """The file of a picture, drawn in a thread."""
    return await call.world.workers.do(lambda _: picture.draw(kind))


def as_base64(data: bytes) -> str:
    """`data` in base64."""
    return base64.b64encode(data).decode()


async def _row(call: Call, ask: ImageAsk, picture: Picture) -> JsonDict:
    if not ask.as_urls:
        return row_of(picture, b64_json=as_base64(await drawn(call, picture)))
    pictures, name = call.world.pictures, Chance("image", picture).digest()
    pictures[name] = picture
    while len(pictures) > _KEPT:
        del pictures[next(iter(pictures))]
    return row_of(picture, url=f"{call.origin}{FILES}{name}.png")


async def image_file(call: Call) -> Answer:
    """``GET /v1/images/files/<name>.png``: drawn when it is asked for."""
    picture = call.world.pictures.get(call.path.removeprefix(FILES).removesuffix(".png"))
    if picture is None:
        return structured_error("There is no such image.", 404, kind="invalid_request_error")
    return Plain(await drawn(call, picture), 200, "image/png")


def _read(call: Call) -> ImageAsk:
    """What a request asks for.

    Raises:
        RefusedError: It makes no sense.
    """
    body = call.json()
    if body is None:
        message = "The request body is not a JSON object."
        raise RefusedError(message)
    prompt = text_at(body, "prompt")
    if not prompt.strip():
        message = "There is nothing to draw: 'prompt' is missing or empty."
        raise RefusedError(message)
    model = checked_model(text_at(body, "model"), "images")
    where = text_at(body, "response_format") or "b64_json"
    if where not in {"b64_json", "url"}:
        message = f"There is no response_format {where[:100]!r}: use b64_json or url."
        raise RefusedError(message)
    width, height = _size(text_at(body, "size") or "512x512")
    seed = _whole_number(body, "seed", Chance("seed", prompt).number(2**31))
    count = _whole_number(body, "n", 1)
    if not 1 <= count <= _MOST_IMAGES:
        message = f"'n' has to be from 1 to {_MOST_IMAGES}."
        raise RefusedError(message)
    return ImageAsk(
        model, tuple(Picture(prompt, width, height, seed + number) for number in range(count)), where == "url"
    )


def _size(said: str) -> tuple[int, int]:
    found = _SIZE.fullmatch(said)
    if found is None or max(map(int, found.groups())) > _MOST_PIXELS:
        message = f"The size {said[:100]!r} cannot be drawn: use WIDTHxHEIGHT up to {_MOST_PIXELS}x{_MOST_PIXELS}."
        raise RefusedError(message)
    return int(found[1]), int(found[2])


def _whole_number(body: JsonObject, name: str, usual: int) -> int:
    value = body.get(name)
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int):
        message = f"'{name}' has to be a whole number."
        raise RefusedError(message)
    return value
