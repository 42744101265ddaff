"""What a models pane is tried with: many models, odd lists, downloads that go on, pause and fail."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from simulator_asks import LLAMA, serving

from lmstudio_tui.simulator import SimulatorConfig, SimulatorError, SimulatorServer
from lmstudio_tui.simulator.config import Flavour
from lmstudio_tui.simulator.downloads import Download
from lmstudio_tui.simulator.generated import models_on_disk
from lmstudio_tui.simulator.world import World


def listed(client: httpx.Client, path: str = "/api/v1/models") -> list[dict[str, Any]]:
    body = client.get(path).json()
    return [*body.get("models", []), *body.get("data", [])]


def test_as_many_models_as_are_wanted() -> None:
    with serving(SimulatorConfig(speed=0, models=500, list_faults=False)) as (_, client):
        v1, v0, openai = (listed(client, path) for path in ("/api/v1/models", "/api/v0/models", "/v1/models"))
    assert len({entry["key"] for entry in v1}) == 500
    assert {entry["key"] for entry in v1} == {entry["id"] for entry in v0} == {entry["id"] for entry in openai}
    assert v1[0]["key"] == LLAMA
    assert {entry["type"] for entry in v0} == {"llm", "vlm", "embeddings"}
    assert {entry["format"] for entry in v1} == {"gguf", "mlx"}
    assert len({entry["size_bytes"] for entry in v1}) > 40
    assert [entry["key"] for entry in v1] == [model.key for model in models_on_disk(500)]


@pytest.mark.parametrize("flavour", ["lmstudio", "classic", "openai"])
def test_few_models_and_none(flavour: Flavour) -> None:
    for count in (0, 1):
        with serving(SimulatorConfig(speed=0, flavour=flavour, models=count, list_faults=False)) as (_, client):
            assert len(listed(client, "/v1/models")) == count


@pytest.mark.parametrize("count", [-1, 100_001])
def test_a_number_of_models_that_makes_no_sense(count: int) -> None:
    with pytest.raises(SimulatorError, match="100000"):
        SimulatorConfig(models=count)


def test_a_generated_model_can_be_loaded_and_asked() -> None:
    name = models_on_disk(8)[-1].key
    with serving(SimulatorConfig(speed=0, load_seconds=0, models=8)) as (_, client):
        assert client.post("/api/v1/models/load", json={"model": name}).json()["instance_id"] == name
        body = {"model": name, "messages": [{"role": "user", "content": "Hello"}]}
        assert client.post("/v1/chat/completions", json=body).json()["choices"]


def test_with_just_in_time_loading_off_only_v1_lists_the_rest() -> None:
    with serving(SimulatorConfig(speed=0, jit=False, models=50, list_faults=False)) as (_, client):
        assert len(listed(client)) == 50
        loaded = {entry["id"] for entry in listed(client, "/api/v0/models")}
        assert loaded == {entry["id"] for entry in listed(client, "/v1/models")} == {LLAMA, "sim-nomic-embed-v1.5"}


def test_v1_may_be_blind() -> None:
    with serving(SimulatorConfig(speed=0, v1_blind=True)) as (_, client):
        assert not any(entry["loaded_instances"] for entry in listed(client))
        assert [entry["id"] for entry in listed(client, "/api/v0/models") if entry["state"] == "loaded"]


def test_v1_may_repeat_its_keys() -> None:
    with serving(SimulatorConfig(speed=0, duplicate_keys=True)) as (_, client):
        twice = [entry for entry in listed(client) if entry["key"] == LLAMA]
    assert [len(entry["loaded_instances"]) for entry in twice] == [0, 1]
    assert ["capabilities" in entry for entry in twice] == [False, True]


def test_variants_and_everything_that_an_instance_was_loaded_with() -> None:
    with serving(SimulatorConfig(speed=0, load_seconds=0)) as (_, client):
        client.post("/api/v1/models/load", json={"model": "sim-gpt-oss-20b", "num_experts": 4})
        [model] = [entry for entry in listed(client) if entry["key"] == "sim-gpt-oss-20b"]
    assert model["selected_variant"] in model["variants"]
    assert model["loaded_instances"][0]["config"] == {
        "context_length": 8192,
        "eval_batch_size": 512,
        "parallel": 4,
        "flash_attention": True,
        "offload_kv_cache_to_gpu": True,
        "num_experts": 4,
    }


def test_several_downloads_at_a_time() -> None:
    names = ("sim-phi-4-mini", "sim-smollm2-1.7b", "sim-mistral-small-24b")
    with serving(SimulatorConfig(speed=0, download_bytes_per_second=1000)) as (_, client):
        jobs = [client.post("/api/v1/models/download", json={"model": name}).json()["job_id"] for name in names]
        assert len(set(jobs)) == 3
        for job in jobs:
            status = client.get(f"/api/v1/models/download/status/{job}").json()
            assert status["status"] == "downloading"
            assert status["bytes_per_second"] == 1000
            assert status["estimated_completion"]


def test_a_download_that_pauses_stays_so() -> None:
    now = 0.0
    world = World(SimulatorConfig(), clock=lambda: now)
    model = world.find_downloadable("sim-paused-download")
    assert model is not None
    job = Download("job", model, 0.0, bytes_per_second=model.size_bytes / 10)
    assert job.status(2.9) == "downloading"
    for later in (3.1, 1000.0):
        body = job.body(later)
        assert body["status"] == "paused"
        assert body["downloaded_bytes"] == int(model.size_bytes * 0.3)
        assert "bytes_per_second" not in body
    world.downloads["job"] = job
    now = 1000.0
    assert model.key not in [one.key for one in world.on_disk()]


@pytest.mark.parametrize("path", ["load", "download", "unload"])
def test_strict_schemas_hold_for_every_option(path: str) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, models=20, v1_blind=True)) as server:
        name = {"unload": "instance_id"}.get(path, "model")
        answer = httpx.post(f"{server.base_url}/api/v1/models/{path}", json={name: LLAMA, "ttl": 5, "gpu": "max"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "unrecognized_keys"
