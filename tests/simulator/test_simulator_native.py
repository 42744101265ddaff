"""The native surfaces of LM Studio, v0 and v1 (server contract, sections 2.3 and 2.4)."""

import json
import threading
from typing import Any

import httpx
import pytest
from simulator_asks import LLAMA, Json, chat, chunks, completed, deltas, serving

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer


def entries(client: httpx.Client) -> dict[str, Json]:
    return {model["key"]: model for model in client.get("/api/v1/models").json()["models"]}


def test_v0_lists_types_and_states(client: httpx.Client) -> None:
    models = {model["id"]: model for model in client.get("/api/v0/models").json()["data"]}
    assert models[LLAMA]["state"] == "loaded"
    assert models[LLAMA]["loaded_context_length"] == 8192
    assert models[LLAMA]["capabilities"] == ["tool_use"]
    assert models["sim-gemma-3n-e4b"]["type"] == "vlm"
    assert models["sim-gemma-3n-e4b"]["compatibility_type"] == "mlx"
    assert models["sim-bge-m3"]["type"] == "embeddings"
    assert "loaded_context_length" not in models["sim-bge-m3"]
    assert {model["publisher"] for model in models.values()} == {"lmstudio-tui-simulator"}
    assert client.get(f"/api/v0/models/{LLAMA}").json() == models[LLAMA]
    assert client.get("/api/v0/models/no-such-model").status_code == 404


def test_v0_answers_with_stats(client: httpx.Client) -> None:
    body = completed(client, chat("hello"), "/api/v0/chat/completions")
    assert body["stats"]["stop_reason"] == "eosFound"
    assert body["stats"]["tokens_per_second"] > 0
    assert body["model_info"]["quant"] == "Q4_K_M"
    assert body["runtime"]["name"].startswith("lmstudio-tui/")
    text = completed(client, {"prompt": "Once", "max_tokens": 3}, "/api/v0/completions")
    assert text["stats"]["stop_reason"] == "maxPredictedTokensReached"
    assert deltas(chunks(client, chat("hello"), "/api/v0/chat/completions"))
    assert client.post("/api/v0/chat/completions", json={}).status_code == 400


def test_v1_lists_what_is_known_of_each_model(client: httpx.Client) -> None:
    models = entries(client)
    llama = models[LLAMA]
    assert llama["quantization"] == {"name": "Q4_K_M", "bits_per_weight": 4.0}
    assert llama["loaded_instances"][0]["config"]["context_length"] == 8192
    assert llama["capabilities"] == {"vision": False, "trained_for_tool_use": True}
    assert models["sim-gpt-oss-20b"]["capabilities"]["reasoning"]["allowed_options"] == ["low", "medium", "high"]
    assert models["sim-gemma-3n-e4b"]["capabilities"]["vision"]
    assert models["sim-bge-m3"]["type"] == "embedding"
    assert "capabilities" not in models["sim-bge-m3"]
    assert models["fault-crash"]["quantization"] is None


def test_loading_always_makes_a_new_instance(client: httpx.Client) -> None:
    request = {"model": LLAMA, "context_length": 4096, "flash_attention": False, "echo_load_config": True}
    body = client.post("/api/v1/models/load", json=request).json()
    assert body["instance_id"] == f"{LLAMA}:2"
    assert body["status"] == "loaded"
    assert body["load_config"]["context_length"] == 4096
    assert body["load_config"]["flash_attention"] is False
    ids = [item["id"] for item in entries(client)[LLAMA]["loaded_instances"]]
    assert ids == [LLAMA, f"{LLAMA}:2"]
    assert f"{LLAMA}:2" in [model["id"] for model in client.get("/api/v0/models").json()["data"]]
    assert completed(client, chat("hello", f"{LLAMA}:2"))["model"] == f"{LLAMA}:2"
    unloaded = client.post("/api/v1/models/unload", json={"instance_id": LLAMA})
    assert unloaded.json() == {"instance_id": LLAMA}
    assert client.post("/api/v1/models/unload", json={"instance_id": LLAMA}).status_code == 404
    assert completed(client, chat("hello"))["model"] == f"{LLAMA}:2"


def test_embedding_models_load_too(client: httpx.Client) -> None:
    body = client.post("/api/v1/models/load", json={"model": "sim-bge-m3"}).json()
    assert (body["type"], "load_config" in body) == ("embedding", False)
    assert entries(client)["sim-bge-m3"]["loaded_instances"][0]["config"] == {"context_length": 8192}


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("load", {"model": LLAMA, "ttl": 60}, 400, "unrecognized_keys"),
        ("load", {"model": LLAMA, "gpu": 1, "context_length": 1}, 400, "unrecognized_keys"),
        ("load", {}, 400, "missing_required_parameter"),
        ("load", {"model": LLAMA, "context_length": True}, 400, "invalid_type"),
        ("load", {"model": LLAMA, "context_length": "1"}, 400, "invalid_type"),
        ("load", {"model": LLAMA, "context_length": 999_999_999}, 400, "invalid_value"),
        ("load", {"model": "no-such-model"}, 404, "model_not_found"),
        ("unload", {"instance_id": LLAMA, "model": LLAMA}, 400, "unrecognized_keys"),
        ("download", {"model": "sim-phi-4-mini", "force": True}, 400, "unrecognized_keys"),
        ("download", {"model": "no-such-model"}, 404, "model_not_found"),
        ("load", [], 400, "invalid_json"),
    ],
)
def test_v1_schemas_are_strict(client: httpx.Client, path: str, body: object, status: int, code: str) -> None:
    response = client.post(f"/api/v1/models/{path}", json=body)
    assert response.status_code == status
    assert response.json()["error"]["code"] == code


def test_a_model_that_does_not_fit_fails_to_load(client: httpx.Client) -> None:
    response = client.post("/api/v1/models/load", json={"model": "fault-load-failed"})
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith('Failed to load model "fault-load-failed"')


def test_a_load_in_progress_shows_and_ends_with_its_client() -> None:
    with serving(SimulatorConfig(speed=0, load_seconds=30)) as (server, client):
        with pytest.raises(httpx.ReadTimeout):
            client.post("/api/v1/models/load", json={"model": "sim-qwen3-8b"}, timeout=0.1)
        assert server.wait_for(lambda seen: any(request.disconnected for request in seen.requests), 5)
        thread = threading.Thread(target=_load_until_cut, args=(server,))
        thread.start()
        assert server.wait_for(lambda seen: len(seen.requests) == 2, 5)
        models = {model["id"]: model["state"] for model in client.get("/api/v0/models").json()["data"]}
        assert models["sim-qwen3-8b"] == "loading"
        server.stop()
        thread.join(5)


def _load_until_cut(server: SimulatorServer) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.post(f"{server.base_url}/api/v1/models/load", json={"model": "sim-qwen3-8b"}, timeout=20)


def test_downloads_progress_and_become_models(client: httpx.Client) -> None:
    job = client.post("/api/v1/models/download", json={"model": "sim-phi-4-mini"}).json()
    assert set(job) == {"job_id", "status", "total_size_bytes"}
    status = client.get(f"/api/v1/models/download/status/{job['job_id']}").json()
    while status["status"] == "downloading":
        status = client.get(f"/api/v1/models/download/status/{job['job_id']}").json()
    assert status["status"] == "completed"
    assert status["downloaded_bytes"] == status["total_size_bytes"]
    assert "sim-phi-4-mini" in entries(client)
    again = client.post("/api/v1/models/download", json={"model": "sim-phi-4-mini"}).json()
    assert again["status"] == "already_downloaded"
    assert client.get("/api/v1/models/download/status/job_none").status_code == 404


def test_downloads_take_their_time() -> None:
    with serving(SimulatorConfig(download_bytes_per_second=1000)) as (_, client):
        job = client.post("/api/v1/models/download", json={"model": "sim-phi-4-mini"}).json()
        status = client.get(f"/api/v1/models/download/status/{job['job_id']}").json()
        assert status["status"] == "downloading"
        assert status["bytes_per_second"] == 1000
        assert status["downloaded_bytes"] < status["total_size_bytes"]
        assert "T" in status["estimated_completion"]
        assert "sim-phi-4-mini" not in entries(client)


def test_a_download_can_fail(client: httpx.Client) -> None:
    job = client.post("/api/v1/models/download", json={"model": "sim-broken-download"}).json()
    status = client.get(f"/api/v1/models/download/status/{job['job_id']}").json()
    while status["status"] == "downloading":
        status = client.get(f"/api/v1/models/download/status/{job['job_id']}").json()
    assert status["status"] == "failed"
    assert "lost" in status["error"]["message"]
    assert "sim-broken-download" not in entries(client)


def named_events(client: httpx.Client, body: Json) -> list[tuple[str, Json]]:
    with client.stream("POST", "/api/v1/chat", json={**body, "stream": True}) as response:
        assert response.status_code == 200
        blocks = response.read().decode().strip().split("\n\n")
    events = [block.split("\n") for block in blocks]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in events]


def test_v1_chat_streams_named_events_in_their_order(client: httpx.Client) -> None:
    events = named_events(client, {"model": "sim-qwen3-8b", "input": "Why is the sky blue?"})
    names = list(dict.fromkeys(name for name, _ in events))
    assert names == [
        *("chat.start", "model_load.start", "model_load.progress", "model_load.end"),
        *("prompt_processing.start", "prompt_processing.progress", "prompt_processing.end"),
        *("reasoning.start", "reasoning.delta", "reasoning.end"),
        *("message.start", "message.delta", "message.end", "chat.end"),
    ]
    assert all(data["type"] == name for name, data in events)
    result = events[-1][1]["result"]
    text = "".join(data["content"] for name, data in events if name == "message.delta")
    assert result["output"][1] == {"type": "message", "content": text}
    assert result["stats"]["model_load_time_seconds"] == 0
    assert result["stats"]["reasoning_output_tokens"] > 0
    assert "model_load.start" not in [name for name, _ in named_events(client, {"model": "sim-qwen3-8b", "input": "x"})]


def test_v1_chat_answers_whole_and_goes_on(client: httpx.Client) -> None:
    parts: list[Any] = [
        {"type": "text", "content": "What is this?"},
        {"type": "image", "data_url": "data:image/png;base64,AA=="},
    ]
    body = client.post("/api/v1/chat", json={"model": LLAMA, "input": parts, "system_prompt": "Be brief."}).json()
    assert "an image" in body["output"][0]["content"]
    assert body["stats"]["input_tokens"] > 256
    onward = {"model": LLAMA, "input": "And then?", "previous_response_id": body["response_id"], "store": False}
    second = client.post("/api/v1/chat", json=onward).json()
    assert "response_id" not in second
    assert second["stats"]["input_tokens"] > body["stats"]["input_tokens"] - 256
    short = client.post("/api/v1/chat", json={"model": LLAMA, "input": "Explain tides", "max_output_tokens": 4}).json()
    assert short["stats"]["total_output_tokens"] == 4


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"model": "no-such-model", "input": "x"}, 404, "model_not_found"),
        ({"model": LLAMA, "input": "x", "messages": []}, 400, "unrecognized_keys"),
        ({"model": LLAMA}, 400, "missing_required_parameter"),
        ({"model": LLAMA, "input": "x", "previous_response_id": "resp_0"}, 404, "response_not_found"),
        ({"model": "sim-bge-m3", "input": "x"}, 400, "invalid_model_type"),
        ({"model": LLAMA, "input": "word " * 8000}, 400, "context_length_exceeded"),
    ],
)
def test_v1_chat_refuses(client: httpx.Client, body: Json, status: int, code: str) -> None:
    response = client.post("/api/v1/chat", json=body)
    assert response.status_code == status
    assert response.json()["error"]["code"] == code


def test_v1_chat_ends_an_overflow_with_an_error_event(client: httpx.Client) -> None:
    events = named_events(client, {"model": "sim-gemma-3n-e4b", "input": "word " * 8000})
    assert [name for name, _ in events[-2:]] == ["error", "chat.end"]
    assert events[-2][1]["error"]["code"] == "context_length_exceeded"


def test_v1_chat_takes_a_context_for_the_load(client: httpx.Client) -> None:
    body = {"model": "sim-gemma-3n-e4b", "input": "word " * 8000, "context_length": 16384}
    assert client.post("/api/v1/chat", json=body).status_code == 200


def test_v1_chat_shows_faults(client: httpx.Client) -> None:
    crash = client.post("/api/v1/chat", json={"model": "fault-crash", "input": "x", "stream": True})
    assert crash.status_code == 400
    events = named_events(client, {"model": "fault-cut-middle", "input": "Explain tides"})
    assert [name for name, _ in events[-2:]] == ["error", "chat.end"]
    assert events[-1][1]["result"]["output"][0]["content"]
    assert named_events(client, {"model": "fault-crlf", "input": "Explain tides"})[-1][0] == "chat.end"
    wrong = client.post("/api/v1/chat", json={"model": "fault-html-200", "input": "x"})
    assert wrong.headers["content-type"].startswith("text/html")


def test_chats_take_the_time_of_their_tokens() -> None:
    with serving(SimulatorConfig(speed=2000, load_seconds=0)) as (_, client):
        assert client.post("/api/v1/chat", json={"model": LLAMA, "input": "hello"}).status_code == 200
        assert client.post("/api/v0/chat/completions", json=chat("hello")).json()["stats"]["tokens_per_second"] == 2000


def test_old_responses_are_forgotten(client: httpx.Client) -> None:
    def ask(text: str, **extra: str) -> httpx.Response:
        return client.post("/api/v1/chat", json={"model": LLAMA, "input": text, "max_output_tokens": 1, **extra})

    names = [ask(f"question {number}").json()["response_id"] for number in range(201)]
    assert ask("go on", previous_response_id=names[-1]).status_code == 200
    assert ask("go on", previous_response_id=names[0]).status_code == 404


def test_a_model_that_cannot_be_loaded_is_said_before_the_stream(client: httpx.Client) -> None:
    job = client.post("/api/v1/models/download", json={"model": "sim-phi-4-mini"}).json()
    assert job["status"] in {"downloading", "completed"}
    body = {"model": "fault-load-failed", "input": "x", "stream": True}
    assert client.post("/api/v1/chat", json=body).status_code == 400
