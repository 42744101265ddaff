"""The classic flavour (server contract, section 1) and the bare OpenAI-compatible one."""

from typing import Any

import httpx
import pytest
from simulator_asks import LLAMA, chat, chunks, completed, deltas, serving

from lmstudio_tui.simulator import SimulatorConfig


def classic(version: str | None = None, **extra: Any) -> SimulatorConfig:
    return SimulatorConfig(flavour="classic", server_version=version, speed=0, load_seconds=0, **extra)


def test_classic_health_tells_version_and_uptime() -> None:
    with serving(classic()) as (_, client):
        body = client.get("/health").json()
        assert body["uptime_ms"] >= 0
        del body["uptime_ms"]
        assert body == {"status": "ok", "lmstudio_version": "0.2.21", "api_version": "v1", "models_loaded": 3}


def test_classic_0_2_20_lacks_the_api_version() -> None:
    with serving(classic("0.2.20")) as (_, client):
        assert "api_version" not in client.get("/health").json()
        assert client.get("/v1/models").headers["x-lmstudio-version"] == "0.2.20"
        assert "x-lmstudio-version" not in client.get("/health").headers


def test_classic_models_have_metadata_and_can_be_filtered() -> None:
    with serving(classic(list_faults=False)) as (_, client):
        models = client.get("/v1/models").json()["data"]
        assert models[0]["metadata"]["quantization_level"] == "Q4_K_M"
        ready = client.get("/v1/models", params={"status": "ready"}).json()["data"]
        assert len(ready) == 3
        assert client.get("/v1/models", params={"owned_by": "nobody"}).json()["data"] == []
        first = client.get("/v1/models", params={"limit": 6}).json()
        rest = client.get("/v1/models", params={"limit": 6, "cursor": first["next_cursor"]}).json()
        assert first["data"] + rest["data"] == models
        assert not rest["has_more"]
        assert client.get("/v1/models", params={"limit": "many"}).status_code == 400


@pytest.mark.parametrize(("version", "count"), [("0.2.18", 0), ("0.2.19", 0), ("0.2.20", 1)])
def test_classic_versions_before_0_2_20_omit_the_usage_chunk(version: str, count: int) -> None:
    with serving(classic(version)) as (_, client):
        found = chunks(client, chat("hello", stream_options={"include_usage": True}))
        assert deltas(found)
        assert sum("usage" in chunk for chunk in found) == count
        assert completed(client, {"prompt": "Once", "suffix": "end"}, "/v1/completions")["usage"]["total_tokens"] > 0


def test_classic_knows_its_errors() -> None:
    with serving(classic(api_key="secret")) as (_, client):
        assert client.get("/health").status_code == 200
        assert client.get("/v1/models").status_code == 401
        client.headers["Authorization"] = "Bearer secret"
        unknown = client.get("/lmstudio-greeting")
        assert unknown.status_code == 404
        assert unknown.json()["error"]["code"] == "unknown_url"
        assert client.post("/v1/chat/completions", json=chat("x", "no-such-model")).status_code == 404
        missing = client.post("/v1/chat/completions", json={"model": LLAMA}).json()
        assert missing["error"]["param"] == "messages"
        assert client.post("/v1/embeddings", json={"input": "four words are here"}).json()["usage"]["total_tokens"] == 5


@pytest.fixture
def bare() -> SimulatorConfig:
    return SimulatorConfig(flavour="openai", speed=0)


def test_a_bare_server_serves_the_openai_surface(bare: SimulatorConfig) -> None:
    with serving(bare) as (_, client):
        assert client.get("/health").json() == {"status": "ok"}
        assert client.get("/v1/models").json()["data"][0]["owned_by"] == "lmstudio-tui-simulator"
        body = completed(client, chat("hello"))
        assert "stats" not in body
        assert set(body["choices"][0]["message"]) == {"role", "content"}
        assert not any("usage" in chunk for chunk in chunks(client, chat("hello")))
        assert chunks(client, chat("hello", stream_options={"include_usage": True}))[-1]["choices"] == []
        missing = client.get("/lmstudio-greeting")
        assert (missing.status_code, missing.json()) == (404, {"detail": "Not Found"})
        assert client.post("/v1/chat/completions", json=chat("x", "no-such-model")).status_code == 404


def test_a_bare_server_takes_what_lm_studio_refuses(bare: SimulatorConfig) -> None:
    tools = [{"type": "function", "function": {"name": name}} for name in ("first", "second")]
    choice = {"type": "function", "function": {"name": "second"}}
    with serving(bare) as (_, client):
        body = completed(client, chat("hello", response_format={"type": "json_object"}))
        assert '"simulated": true' in body["choices"][0]["message"]["content"]
        called = completed(client, chat("hello", tools=tools, tool_choice=choice))["choices"][0]
        assert called["message"]["tool_calls"][0]["function"]["name"] == "second"


def test_a_bare_server_asks_for_its_key() -> None:
    with serving(SimulatorConfig(flavour="openai", speed=0, api_key="secret")) as (_, client):
        assert client.get("/health").status_code == 200
        assert client.get("/v1/models").json()["error"]["message"] == "Invalid API Key"
        headers = httpx.Headers({"Authorization": "Bearer secret"})
        assert client.get("/v1/models", headers=headers).status_code == 200
