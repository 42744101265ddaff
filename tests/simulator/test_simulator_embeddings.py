"""Embeddings without a model: like texts are near, nothing depends on the day, and every fault does what it says."""

from __future__ import annotations

import base64
import json
import math
from array import array
from typing import Any

import httpx
import pytest
from simulator_asks import LLAMA, Json, serving

from lmstudio_tui.simulator import EMBEDDING_FAULTS, FAULTS, MEDIA_FAULTS, SimulatorConfig, SimulatorError
from lmstudio_tui.simulator.engine.embedding import cut, embed

NOMIC, BGE = "sim-nomic-embed-v1.5", "sim-bge-m3"
TEXTS = ["The cat sat on the mat", "A cat sat on a mat", "Quarterly revenue grew 12 %"]


def asked(client: httpx.Client, texts: object, model: str = NOMIC, **more: object) -> httpx.Response:
    return client.post("/v1/embeddings", json={"model": model, "input": texts, **more})


def made(client: httpx.Client, texts: object = TEXTS, model: str = NOMIC, **more: object) -> Json:
    response = asked(client, texts, model, **more)
    assert response.status_code == 200, response.text
    return response.json()


def vectors(body: Json) -> list[Any]:
    return [row["embedding"] for row in body["data"]]


def openai(**settings: Any) -> SimulatorConfig:
    return SimulatorConfig(speed=0, load_seconds=0, flavour="openai", **settings)


def test_the_same_text_has_the_same_numbers_and_another_model_has_others(client: httpx.Client) -> None:
    once, again = made(client), made(client, [*TEXTS[1:], TEXTS[0]])
    assert vectors(once) == [vectors(again)[2], *vectors(again)[:2]]
    cats, revenue = vectors(made(client, model=BGE))[0], vectors(made(client, model=BGE))[2]
    assert len(cats) == 384
    assert cats != revenue
    assert vectors(made(client, TEXTS[0])) == [vectors(once)[0]]


def test_the_numbers_have_32_bits_whichever_way_they_are_written(client: httpx.Client) -> None:
    plain, coded = made(client), made(client, encoding_format="base64")
    for numbers, text in zip(vectors(plain), vectors(coded), strict=True):
        assert array("f", numbers).tolist() == numbers
        assert array("f", base64.b64decode(text)).tolist() == numbers


def test_an_embedding_is_cut_to_fewer_dimensions_and_has_length_one_again() -> None:
    with serving(openai()) as (_, client):
        short, whole = vectors(made(client, dimensions=64))[0], vectors(made(client))[0]
        assert len(short) == 64
        assert math.isclose(math.fsum(value * value for value in short), 1, abs_tol=1e-6)
        assert short == cut(whole, 64)
        for wrong in (0, 257, 1.5, "64", True):
            assert asked(client, "x", dimensions=wrong).status_code == 400
        assert "matryoshka" in asked(client, "x", BGE, dimensions=64).json()["error"]["message"]


def test_lm_studio_takes_no_notice_of_dimensions(client: httpx.Client) -> None:
    assert len(vectors(made(client, dimensions=64))[0]) == 256


@pytest.mark.parametrize("value", [None, [], [1, 2], ["x", 1], [["x"]], {"a": 1}, 5])
def test_what_is_no_text(client: httpx.Client, value: object) -> None:
    response = asked(client, value)
    assert response.status_code == 400
    assert "'input' field" in response.json()["error"]


def test_encodings_that_there_are_none_of(client: httpx.Client) -> None:
    assert "encoding_format" in asked(client, "x", encoding_format="hex").json()["error"]


def test_a_text_beyond_the_context(client: httpx.Client) -> None:
    assert "context length of only 2048 tokens" in asked(client, ["x", "word " * 3000]).json()["error"]
    with serving(openai()) as (_, bare):
        error = asked(bare, ["x", "word " * 3000]).json()["error"]
        assert error["code"] == "context_length_exceeded"
        assert asked(bare, ["x", ""]).json()["error"]["message"].startswith("Invalid 'input[1]'")
        assert "array too long" in asked(bare, ["x"] * 2049).json()["error"]["message"]
        assert len(vectors(made(bare, ["x"] * 2048))) == 2048


def test_tokens_are_counted_by_all_but_lm_studio(client: httpx.Client) -> None:
    assert made(client)["usage"] == {"prompt_tokens": 0, "total_tokens": 0}
    with serving(openai()) as (_, bare):
        assert made(bare)["usage"]["prompt_tokens"] == 18


def test_a_chat_model_embeds_nothing(client: httpx.Client) -> None:
    for model in (LLAMA, "fault-html"):
        assert "not an embedding model" in asked(client, "x", model).json()["error"]


# Faults

REFUSING = {
    "batch-limit": 413,
    "batch-limit-400": 400,
    "batch-limit-html": 413,
    "one-at-a-time": 422,
    "unsupported": 501,
    "no-embedder": 400,
    "json-200": 200,
    "html": 200,
    "unavailable-once": 503,
}
OF_A_TEXT = {"too-long": ("word " * 200, 500), "no-empty": ("", 400), "unsaid": ("why?", 500)}
OF_A_PARAMETER = {"base64", "floats", "no-encodings", "no-dimensions"}
BY_AND_BY = {"other-length", "cut", "crash", "slow", "trickle", "never"}
NAMES = [name.removeprefix("embeddings-") for name in EMBEDDING_FAULTS]


def faulty(client: httpx.Client, fault: str, texts: object = TEXTS, **more: object) -> httpx.Response:
    return asked(client, texts, f"fault-embeddings-{fault}", **more)


def test_each_has_a_name_of_its_own_and_a_sentence() -> None:
    assert not EMBEDDING_FAULTS.keys() & {**FAULTS, **MEDIA_FAULTS}.keys()
    assert all(sentence.endswith(".") and not sentence[0].islower() for sentence in EMBEDDING_FAULTS.values())


@pytest.mark.parametrize("name", sorted({*NAMES} - REFUSING.keys() - OF_A_TEXT.keys() - OF_A_PARAMETER - BY_AND_BY))
def test_each_fault_of_an_answer_changes_it(client: httpx.Client, name: str) -> None:
    response = faulty(client, name)
    assert response.status_code == 200
    sound = embed(TEXTS[0], f"fault-embeddings-{name}", 256)
    row = {"object": "embedding", "index": 0, "embedding": sound}
    data = [{**row, "index": at, "embedding": embed(text, f"fault-embeddings-{name}", 256)}
            for at, text in enumerate(TEXTS)]  # fmt: skip
    whole = {"object": "list", "data": data, "model": f"fault-embeddings-{name}"}
    assert response.json() != {**whole, "usage": {"prompt_tokens": 0, "total_tokens": 0}}


@pytest.mark.parametrize(("name", "status"), REFUSING.items())
def test_each_fault_that_refuses(client: httpx.Client, name: str, status: int) -> None:
    response = faulty(client, name, TEXTS * 3)
    assert response.status_code == status
    assert "data" not in response.text
    if name in {"batch-limit", "batch-limit-400", "batch-limit-html"}:
        assert faulty(client, name, ["x"] * 8).status_code == 200
    elif name == "one-at-a-time":
        assert faulty(client, name, "x").status_code == 200
    elif name == "unavailable-once":
        assert faulty(client, name).status_code == 200


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, (text, _) in OF_A_TEXT.items()])
def test_each_fault_of_a_text(client: httpx.Client, name: str, text: str) -> None:
    assert faulty(client, name, [*TEXTS, text]).status_code == OF_A_TEXT[name][1]
    assert faulty(client, name).status_code == 200


def test_each_fault_of_a_parameter(client: httpx.Client) -> None:
    assert all(isinstance(one, str) for one in vectors(faulty(client, "base64").json()))
    assert all(isinstance(one, list) for one in vectors(faulty(client, "floats", encoding_format="base64").json()))
    assert faulty(client, "no-encodings", encoding_format="base64").status_code == 400
    assert faulty(client, "no-encodings").status_code == 200
    with serving(openai()) as (_, bare):
        assert len(vectors(faulty(bare, "no-dimensions", dimensions=8).json())[0]) == 256
        assert len(vectors(faulty(bare, "shuffled", dimensions=8).json())[0]) == 8


def test_each_fault_that_comes_by_and_by(client: httpx.Client) -> None:
    assert [len(vectors(faulty(client, "other-length").json())[0]) for _ in range(4)] == [256, 128, 256, 128]
    assert [faulty(client, "crash").status_code for _ in range(4)] == [200, 200, 400, 400]
    for _ in range(2):
        assert faulty(client, "cut").status_code == faulty(client, "cut").status_code == 200
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            faulty(client, "cut")
    assert len(vectors(faulty(client, "slow").json())) == 3
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/embeddings", json={"model": "fault-embeddings-never", "input": "x"}, timeout=0.1)
    with client.stream("POST", "/v1/embeddings", json={"model": "fault-embeddings-trickle", "input": TEXTS}) as answer:
        assert next(answer.iter_bytes()).startswith(b'{"object":"list"')


def test_nan_is_written_as_other_servers_do(client: httpx.Client) -> None:
    first = json.loads(faulty(client, "nan").text)["data"][0]["embedding"]
    assert math.isnan(first[0])
    assert len(first) == 256


def test_a_fault_for_every_model() -> None:
    with serving(openai(media_fault="embeddings-fewer")) as (_, client):
        assert len(made(client, model=BGE)["data"]) == 2
        assert asked(client, "x", "fault-embeddings-html").text.startswith("<!doctype")
    with pytest.raises(SimulatorError):
        openai(media_fault="embeddings-nonsense")


def test_they_are_not_listed_and_chat_with_nobody(client: httpx.Client) -> None:
    assert "fault-embeddings" not in client.get("/v1/models").text
    body = {"model": "fault-embeddings-nan", "messages": [{"role": "user", "content": "x"}]}
    assert "is an embedding model" in client.post("/v1/chat/completions", json=body).json()["error"]
