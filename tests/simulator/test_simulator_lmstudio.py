"""The LM Studio flavour: the OpenAI surface as LM Studio serves it (server contract, sections 2.1, 2.2 and 2.5)."""

import base64
import math
import struct
from typing import Any

import httpx
import pytest
from simulator_asks import LLAMA, Json, answer, chat, chunks, completed, data_lines, deltas, serving

from lmstudio_tui import __version__
from lmstudio_tui.simulator import FAULTS, SimulatorConfig

OWNER = "lmstudio-tui-simulator"


def test_it_says_what_it_is(client: httpx.Client) -> None:
    response = client.get("/lmstudio-greeting")
    assert response.json() == {"lmstudio": True}
    assert response.headers["x-powered-by"] == "Express"
    assert response.headers["x-simulator"] == f"lmstudio-tui/{__version__}"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/health"), ("POST", "/chat/completions"), ("GET", "/lms-status"), ("DELETE", "/v1/models"), ("GET", "/")],
)
def test_unknown_paths_are_answered_200(client: httpx.Client, method: str, path: str) -> None:
    response = client.request(method, path)
    assert response.status_code == 200
    assert response.json() == {"error": f"Unexpected endpoint or method. ({method} {path})"}


def test_models_are_ids_and_an_owner(client: httpx.Client) -> None:
    body = client.get("/v1/models").json()
    assert body["object"] == "list"
    assert all(set(model) == {"id", "object", "owned_by"} for model in body["data"])
    assert {model["owned_by"] for model in body["data"]} == {OWNER}
    ids = [model["id"] for model in body["data"]]
    assert ids[0] == LLAMA
    assert ids[-len(FAULTS) :] == [f"fault-{name}" for name in FAULTS]


def test_fault_models_can_be_hidden_and_still_answer() -> None:
    with serving(SimulatorConfig(speed=0, list_faults=False)) as (_, client):
        for path, key in (("/v1/models", "id"), ("/api/v0/models", "id"), ("/api/v1/models", "key")):
            body = client.get(path).json()
            assert not [model for model in body.get("data", body.get("models")) if model[key].startswith("fault-")]
        assert client.post("/v1/chat/completions", json=chat("hello", "fault-crash")).status_code == 400


def test_a_buffered_answer_has_all_members(client: httpx.Client) -> None:
    body = completed(client, chat("Explain how tides work"))
    message = body["choices"][0]["message"]
    assert message["reasoning_content"] == ""
    assert message["tool_calls"] == []
    assert body["stats"] == {}
    assert body["object"] == "chat.completion"
    assert body["system_fingerprint"] == f"lmstudio-tui/{__version__}"
    assert body["usage"]["total_tokens"] == body["usage"]["prompt_tokens"] + body["usage"]["completion_tokens"]
    assert "tides" in message["content"]
    assert "imulat" in message["content"]


def test_a_stream_says_the_same_as_the_buffered_answer(client: httpx.Client) -> None:
    found = chunks(client, chat("Explain how tides work"))
    assert deltas(found) == answer(client, "Explain how tides work")
    assert found[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert found[-1]["choices"][0]["finish_reason"] == "stop"
    assert not any("usage" in chunk for chunk in found)


def test_usage_comes_on_a_chunk_of_its_own_when_asked_for(client: httpx.Client) -> None:
    found = chunks(client, chat("hello", stream_options={"include_usage": True}))
    assert found[-1]["choices"] == []
    assert found[-1]["usage"]["completion_tokens"] == len(found) - 3


def test_reasoning_comes_apart(client: httpx.Client) -> None:
    found = chunks(client, chat("Why is the sky blue?", "sim-qwen3-8b", stream_options={"include_usage": True}))
    thoughts = deltas(found, "reasoning_content")
    assert thoughts
    assert thoughts not in deltas(found)
    assert found[-1]["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0
    whole = completed(client, chat("Why is the sky blue?", "sim-qwen3-8b"))["choices"][0]["message"]
    assert whole["reasoning_content"] == thoughts
    off = completed(client, chat("Why is the sky blue?", "sim-qwen3-8b", reasoning_effort="none"))
    assert off["choices"][0]["message"]["reasoning_content"] == ""


def test_reasoning_comes_in_tags(client: httpx.Client) -> None:
    text = answer(client, "Why is the sky blue?", "sim-deepseek-r1-7b")
    assert text.startswith("<think>\n")
    assert "</think>" in text


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"model": LLAMA}, "'messages' field is required"),
        (chat("x", response_format={"type": "json_object"}), "'response_format.type' must be 'json_schema' or 'text'"),
        (
            chat("x", tool_choice={"type": "function", "function": {"name": "f"}}),
            "Invalid tool_choice type: 'object'. Supported string values: none, auto, required",
        ),
        (chat("x", "sim-bge-m3"), 'Model "sim-bge-m3" is an embedding model and cannot generate text'),
    ],
)
def test_wrong_parameters_are_refused(client: httpx.Client, body: Json, message: str) -> None:
    response = client.post("/v1/chat/completions", json=body)
    assert response.status_code == 400
    assert response.json() == {"error": message}


def test_a_body_that_is_no_object_is_refused(client: httpx.Client) -> None:
    for content in (b"{", b"[]", b"\xff"):
        assert client.post("/v1/chat/completions", content=content).status_code == 400
    assert client.post("/v1/completions", json={"model": LLAMA}).json() == {"error": "'prompt' field is required"}


def test_max_tokens_and_stop_are_honoured(client: httpx.Client) -> None:
    short = completed(client, chat("Explain tides", max_tokens=5))
    assert short["choices"][0]["finish_reason"] == "length"
    assert short["usage"]["completion_tokens"] == 5
    assert completed(client, chat("Explain tides", max_tokens=-1))["choices"][0]["finish_reason"] == "stop"
    assert completed(client, chat("Explain tides", max_completion_tokens=3))["usage"]["completion_tokens"] == 3
    whole = answer(client, "Explain tides")
    stopped = completed(client, chat("Explain tides", stop=["###", "never there"]))["choices"][0]
    assert stopped["finish_reason"] == "stop"
    assert stopped["message"]["content"] == whole.partition("###")[0]
    assert answer(client, "Explain tides", stop="###") == whole.partition("###")[0]


def test_numbers_without_an_end_are_ignored(client: httpx.Client) -> None:
    body = b'{"messages": [{"role": "user", "content": "hi \\ud83d"}], "max_tokens": 1e999, "seed": 1e999}'
    assert client.post("/v1/chat/completions", content=body).status_code == 200


def test_answers_are_deterministic_and_varied(client: httpx.Client) -> None:
    first = answer(client, "Explain tides", seed=1)
    assert answer(client, "Explain tides", seed=1) == first
    assert answer(client, "Explain tides", seed=2) != first
    assert answer(client, "Explain tides", seed=1, temperature=0.2) != first
    assert answer(client, "Explain tides", seed=1, temperature=0) == answer(
        client, "Explain tides", temperature=0, seed=2
    )
    with serving(SimulatorConfig(speed=0)) as (_, other):
        assert answer(other, "Explain tides", seed=1) == first


def test_another_model_answers_for_an_unknown_one(client: httpx.Client) -> None:
    assert completed(client, chat("hello", "no-such-model"))["model"] == LLAMA
    body = chat("hello")
    del body["model"]
    assert completed(client, body)["model"] == LLAMA


def test_a_model_is_loaded_just_in_time(client: httpx.Client) -> None:
    assert completed(client, chat("hello", "sim-gemma-3n-e4b"))["model"] == "sim-gemma-3n-e4b"
    states = {model["id"]: model["state"] for model in client.get("/api/v0/models").json()["data"]}
    assert states["sim-gemma-3n-e4b"] == "loaded"
    assert states["sim-gpt-oss-20b"] == "not-loaded"


def test_without_just_in_time_loading_only_loaded_models_answer() -> None:
    with serving(SimulatorConfig(speed=0, load_seconds=0, jit=False)) as (_, client):
        ids = [model["id"] for model in client.get("/v1/models").json()["data"]]
        assert ids == [LLAMA, "sim-nomic-embed-v1.5"]
        assert [model["id"] for model in client.get("/api/v0/models").json()["data"]] == ids
        assert len(client.get("/api/v1/models").json()["models"]) > len(ids)
        for name in ("sim-qwen3-8b", "no-such-model"):
            response = client.post("/v1/chat/completions", json=chat("hello", name))
            assert response.json()["error"]["code"] == "model_not_found"
        for name in ids:
            assert client.post("/api/v1/models/unload", json={"instance_id": name}).status_code == 200
        for name in ("sim-qwen3-8b", "no-such-model"):
            response = client.post("/v1/chat/completions", json=chat("hello", name))
            assert response.status_code == 400
            assert response.json()["error"]["message"].startswith("No models loaded.")


def test_a_prompt_that_does_not_fit_is_refused(client: httpx.Client) -> None:
    long = "word " * 8000
    response = client.post("/v1/chat/completions", json=chat(long))
    assert response.status_code == 400
    assert response.json()["error"].startswith("Trying to keep the first 10000 tokens when context the overflows.")
    with client.stream("POST", "/v1/chat/completions", json=chat(long, stream=True)) as stream:
        assert stream.status_code == 200
        text = stream.read().decode()
    assert text.startswith('event: error\ndata: {"error":{"message":"Input does not fit in context length.')
    assert "[DONE]" not in text


def test_an_answer_ends_where_the_context_does(client: httpx.Client) -> None:
    body = completed(client, chat("x " * 16300 + "write 100 words"))
    assert body["choices"][0]["finish_reason"] == "length"


def test_completions_continue_a_text(client: httpx.Client) -> None:
    body: Json = {"model": LLAMA, "prompt": "Once upon a time"}
    whole = completed(client, body, "/v1/completions")
    found = chunks(client, {**body, "stream_options": {"include_usage": True}}, "/v1/completions")
    text = "".join(choice["text"] for chunk in found for choice in chunk["choices"])
    assert whole["choices"][0]["text"] == text
    assert whole["object"] == found[0]["object"] == "text_completion"
    filled = completed(client, {**body, "prompt": ["Once", "upon"], "suffix": "the end"}, "/v1/completions")
    assert "the end" in filled["choices"][0]["text"]
    code = completed(client, {**body, "prompt": "def total(values):"}, "/v1/completions")
    assert "return" in code["choices"][0]["text"]


def embedded(client: httpx.Client, model: str, *texts: str) -> list[list[float]]:
    body = client.post("/v1/embeddings", json={"model": model, "input": list(texts)}).json()
    return [entry["embedding"] for entry in body["data"]]


def dot(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_embeddings_put_like_texts_near_each_other(client: httpx.Client) -> None:
    near, like, far = embedded(
        client, "sim-nomic-embed-v1.5", "The cat sat on the mat", "A cat sat on a mat", "Quarterly revenue grew 12 %"
    )
    assert len(near) == 256
    assert math.isclose(dot(near, near), 1, abs_tol=1e-6)
    assert dot(near, like) > dot(near, far) + 0.2
    assert len(embedded(client, "sim-bge-m3", "The cat")[0]) == 384


def test_embeddings_come_in_base64_and_count_nothing(client: httpx.Client) -> None:
    request: dict[str, Any] = {"model": "sim-nomic-embed-v1.5", "input": "hello", "encoding_format": "base64"}
    body = client.post("/v1/embeddings", json=request).json()
    assert body["usage"] == {"prompt_tokens": 0, "total_tokens": 0}
    packed = base64.b64decode(body["data"][0]["embedding"])
    floats = embedded(client, "sim-nomic-embed-v1.5", "hello")[0]
    unpacked: tuple[float, ...] = struct.unpack("<256f", packed)
    assert all(math.isclose(one, other, abs_tol=1e-6) for one, other in zip(unpacked, floats, strict=True))


def test_embeddings_refuse_chat_models_and_empty_requests(client: httpx.Client) -> None:
    assert client.post("/v1/embeddings", json={"model": LLAMA, "input": "x"}).status_code == 400
    assert client.post("/v1/embeddings", json={"model": LLAMA}).json() == {"error": "'input' field is required"}
    unknown = client.post("/v1/embeddings", json={"model": "no-such-model", "input": "x"})
    assert unknown.json()["model"] == "sim-nomic-embed-v1.5"


def test_embeddings_need_a_model() -> None:
    with serving(SimulatorConfig(speed=0, jit=False)) as (_, client):
        response = client.post("/v1/embeddings", json={"model": "sim-bge-m3", "input": "x"})
        assert response.json()["error"]["code"] == "model_not_found"


def test_tokens_are_asked_for_as_lm_studio_does() -> None:
    with serving(SimulatorConfig(speed=0, api_key="sk-lm-abcdefgh:0123456789abcdefghij")) as (server, client):
        assert client.get("/lmstudio-greeting").status_code == 200
        missing = client.get("/v1/models")
        assert missing.status_code == 401
        assert missing.json()["error"]["code"] == "invalid_api_key"
        assert missing.json()["error"]["message"].startswith("An LM Studio API token is required ")
        wrong = client.get("/no/such/path", headers={"Authorization": "Bearer 22aac52a71ff00"})
        assert wrong.status_code == 401
        assert wrong.json()["error"]["message"].startswith("Malformed LM Studio API token provided: 22aac52a71… ")
        assert wrong.json()["error"]["type"] == "invalid_request"
        headers = {"Authorization": f"Bearer {server.config.api_key}"}
        assert client.get("/v1/models", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("version", "v0", "v1"), [("0.3.5", False, False), ("0.3.6", True, False), ("0.4.0", True, True)]
)
def test_older_versions_serve_less(version: str, v0: bool, v1: bool) -> None:
    with serving(SimulatorConfig(speed=0, server_version=version)) as (_, client):
        assert ("data" in client.get("/api/v0/models").json()) is v0
        assert ("models" in client.get("/api/v1/models").json()) is v1


def test_images_are_noticed(client: httpx.Client) -> None:
    content = [
        {"type": "text", "text": "What is in this picture?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
    ]
    body = {"model": "sim-gemma-3n-e4b", "messages": [{"role": "user", "content": content}]}
    assert "an image" in completed(client, body)["choices"][0]["message"]["content"]


def test_data_lines_are_events_of_their_own(client: httpx.Client) -> None:
    assert len(data_lines(client, chat("hello"))) > 20
