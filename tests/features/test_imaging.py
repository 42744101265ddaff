"""Text into images: each that comes is kept with its description, and what does not come is said."""

from __future__ import annotations

import base64
import errno
import io
from typing import TYPE_CHECKING

import pytest
from media_servers import NOW, Exchange, now, refuses, says, serving
from PIL import Image

from lmstudio_tui.features.imaging import dimensions_of, make_images, suffix_of
from lmstudio_tui.sdk import CancelScope, LMStudioError, RequestCancelledError
from lmstudio_tui.sdk.types.images import ImageRequest
from lmstudio_tui.store.media.errors import StoreError
from lmstudio_tui.store.media.shelf import MediaShelf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, kind)
    return file.getvalue()


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.fixture
def media(tmp_path: Path) -> Iterator[MediaShelf]:
    shelf = MediaShelf(tmp_path / "data", now)
    yield shelf
    shelf.close()


def test_each_image_is_kept_with_what_is_known_of_it(media: MediaShelf) -> None:
    first, second = picture(), picture("JPEG", (16, 4))
    rows = [{"b64_json": encoded(first), "revised_prompt": "a \x1b[31mred fox"}, {"b64_json": encoded(second)}]
    request = ImageRequest(prompt="a fox", n=2, size="512x512", seed=7, model="sd")
    with serving(says({"data": rows})) as server, server.client() as client:
        made = make_images(client, request, media.images, now=now)
    assert made.problems == ()
    one, other = made.images
    assert (one.path.suffix, other.path.suffix) == (".png", ".jpg")
    assert one.path.read_bytes() == first
    assert (one.width, one.height, other.width, other.height) == (8, 6, 16, 4)
    assert (one.prompt, one.revised_prompt, one.model, one.size) == ("a fox", "a red fox", "sd", "512x512")
    assert (one.server, one.made_at, one.size_bytes) == (server.base_url, NOW, len(first))
    assert one.seed is None, "one seed for two images is that of neither"
    assert one.took_s > 0
    assert set(media.images.all()) == {one, other}


def test_the_seed_of_a_single_image_is_kept(media: MediaShelf) -> None:
    with serving(says({"data": [{"b64_json": encoded(picture())}]})) as server, server.client() as client:
        made = make_images(client, ImageRequest(prompt="x", seed=7), media.images, now=now)
    assert made.images[0].seed == 7


def test_what_did_not_come_is_said_beside_what_did(media: MediaShelf) -> None:
    rows = [{"b64_json": "!!!"}, {"b64_json": encoded(picture())}]
    with serving(says({"data": rows})) as server, server.client() as client:
        made = make_images(client, ImageRequest(prompt="x", n=2), media.images, now=now)
    assert len(made.images) == len(made.problems) == 1


def test_half_an_image_is_kept_and_said(media: MediaShelf) -> None:
    content = picture("PNG", (300, 200))
    half = content[: len(content) // 2]
    rows = [{"b64_json": encoded(half)}]
    with serving(says({"data": rows})) as server, server.client() as client:
        (image,) = make_images(client, ImageRequest(prompt="x"), media.images, now=now).images
    assert image.path.read_bytes() == half
    assert "damaged" in image.problem
    assert media.images.all() == (image,)


def test_what_cannot_be_kept_is_said(media: MediaShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("lmstudio_tui.features.imaging.write_atomic", full)
    rows = [{"b64_json": encoded(picture())}]
    with (
        serving(says({"data": rows})) as server,
        server.client() as client,
        pytest.raises(StoreError, match="disk is full"),
    ):
        make_images(client, ImageRequest(prompt="x"), media.images, now=now)
    assert media.images.all() == ()


def test_errors_and_cancelling_leave_nothing_behind(media: MediaShelf) -> None:
    with serving(refuses("no backend", 500)) as server, server.client() as client, pytest.raises(LMStudioError):
        make_images(client, ImageRequest(prompt="x"), media.images, now=now)
    scope = CancelScope()

    def stop(exchange: Exchange) -> None:
        scope.cancel()
        exchange.wait()

    with serving(stop) as server, server.client() as client, pytest.raises(RequestCancelledError):
        make_images(client, ImageRequest(prompt="x"), media.images, scope=scope, now=now)
    assert not media.images.folder.exists()


def test_an_image_that_cannot_be_read_has_no_size() -> None:
    assert dimensions_of(b"\x89PNG\r\n\x1a\n broken") == (0, 0)
    assert dimensions_of(b"") == (0, 0)
    assert suffix_of("image/tiff") == ".image"
