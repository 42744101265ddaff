"""Pictures drawn from a prompt, and the endpoint that gives them."""

from __future__ import annotations

import base64
import io

import httpx
import pytest
from PIL import Image
from simulator_asks import Json, serving

from lmstudio_tui.simulator import SimulatorConfig
from lmstudio_tui.simulator.engine.drawing import draw

PATH = "/v1/images/generations"
PROMPTS = (
    "a red house by the mountains",
    "a cat at night under the moon",
    "a boat on the sea at sunset, birds, clouds",
    "an abstract pattern in blue",
    "a robot in the city",
    "snow in the forest, with a dog",
    "flowers in a storm",
    "nothing that is known",
    "日本語 🚀",
)


def config(**extra: object) -> SimulatorConfig:
    return SimulatorConfig(flavour="openai", speed=0, **extra)  # pyright: ignore[reportArgumentType]


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def rows(client: httpx.Client, **asked: object) -> list[Json]:
    response = client.post(PATH, json={"prompt": "a sunny hill", "size": "64x48", **asked})
    assert response.status_code == 200, response.text
    return response.json()["data"]


def test_the_same_prompt_and_seed_give_the_same_picture() -> None:
    drawn = {prompt: draw(prompt, 120, 80, 7) for prompt in PROMPTS}
    assert len(set(drawn.values())) == len(PROMPTS)
    for prompt, data in drawn.items():
        assert draw(prompt, 120, 80, 7) == data != draw(prompt, 120, 80, 8)
        image = opened(data)
        assert (image.format, image.size, image.mode) == ("PNG", (120, 80), "RGB")
        assert len(image.getcolors(120 * 80) or ()) > 20


def test_the_words_of_the_prompt_count() -> None:
    def mean(prompt: str) -> tuple[float, ...]:
        red, green, blue = opened(draw(prompt, 60, 60, 1)).resize((1, 1), Image.Resampling.BOX).split()
        return tuple(float(band.tobytes()[0]) for band in (red, green, blue))

    assert sum(mean("a hill at night")) < sum(mean("a hill by day")) - 100
    assert mean("a red hill")[0] > mean("a blue hill")[0]


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 7), (2048, 100)])
def test_any_size_can_be_drawn(size: tuple[int, int]) -> None:
    assert opened(draw("a house, trees, the sea", *size, -3)).size == size


def test_images_come_as_base64_or_as_urls() -> None:
    with serving(config()) as (server, client):
        first, second = rows(client, n=2, seed=5)
        assert (first["seed"], second["seed"]) == (5, 6)
        assert first["revised_prompt"] == "a sunny hill"
        assert opened(base64.b64decode(first["b64_json"])).size == (64, 48)
        (link,) = rows(client, response_format="url", seed=5)
        assert link["url"].startswith(f"{server.base_url}/v1/images/files/")
        fetched = httpx.get(link["url"])
        assert fetched.headers["content-type"] == "image/png"
        assert fetched.content == base64.b64decode(first["b64_json"])
        assert httpx.get(link["url"].replace(".png", "x.png")).status_code == 404
        assert rows(client)[0]["seed"] == rows(client)[0]["seed"]


def test_a_url_needs_no_key() -> None:
    for flavour in ("openai", "classic"):
        with serving(SimulatorConfig(flavour=flavour, speed=0, api_key="secret")) as (_, client):
            assert client.post(PATH, json={"prompt": "x"}).status_code == 401
            headers = {"Authorization": "Bearer secret"}
            asked = {"prompt": "x", "size": "16x16", "response_format": "url"}
            url = client.post(PATH, json=asked, headers=headers).json()["data"][0]["url"]
            assert httpx.get(url).status_code == 200


def test_only_the_latest_urls_are_kept() -> None:
    with serving(config()) as (_, client):
        first = rows(client, response_format="url", n=10)[0]["url"]
        for turn in range(20):
            rows(client, response_format="url", n=10, seed=1000 * turn)
        assert httpx.get(first).status_code == 404


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"prompt": " "}, "nothing to draw"),
        ({"size": "3000x10"}, "2048x2048"),
        ({"size": "large"}, "cannot be drawn"),
        ({"n": 11}, "from 1 to 10"),
        ({"n": 0}, "from 1 to 10"),
        ({"n": "two"}, "whole number"),
        ({"seed": 1.5}, "whole number"),
        ({"response_format": "svg"}, "b64_json or url"),
        ({"model": "sim-speech"}, "for speech"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(asked: Json, words: str) -> None:
    with serving(config()) as (_, client):
        response = client.post(PATH, json={"prompt": "a hill", **asked})
        assert response.status_code == 400
        assert words in response.json()["error"]["message"]
        assert client.post(PATH, content=b"no").status_code == 400
        assert client.post(PATH, json={"prompt": "x", "model": "dall-e-3"}).status_code == 404
