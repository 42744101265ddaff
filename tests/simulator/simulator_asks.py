"""Requests and readings that several of these tests share."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

LLAMA = "sim-llama-3.1-8b"
Json = dict[str, Any]


@contextmanager
def serving(config: SimulatorConfig) -> Generator[tuple[SimulatorServer, httpx.Client]]:
    """A simulator and a client of it."""
    with SimulatorServer(config) as server, httpx.Client(base_url=server.base_url, timeout=10, verify=False) as client:
        yield server, client


def chat(content: str, model: str = LLAMA, **extra: object) -> Json:
    """The body of a chat request."""
    return {"model": model, "messages": [{"role": "user", "content": content}], **extra}


def completed(client: httpx.Client, body: Json, path: str = "/v1/chat/completions") -> Json:
    """The JSON of a buffered answer."""
    response = client.post(path, json=body)
    assert response.status_code == 200, response.text
    return response.json()


def answer(client: httpx.Client, content: str, model: str = LLAMA, **extra: object) -> str:
    """The text of a buffered answer."""
    return completed(client, chat(content, model, **extra))["choices"][0]["message"]["content"]


def data_lines(client: httpx.Client, body: Json, path: str = "/v1/chat/completions") -> list[str]:
    """What the data lines of a stream hold."""
    with client.stream("POST", path, json={**body, "stream": True}) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        return [line.removeprefix("data: ") for line in response.iter_lines() if line.startswith("data: ")]


def chunks(client: httpx.Client, body: Json, path: str = "/v1/chat/completions") -> list[Json]:
    """The chunks of a stream that ends as it should."""
    lines = data_lines(client, body, path)
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def deltas(found: list[Json], key: str = "content") -> str:
    """What `key` of the deltas says, joined."""
    return "".join(choice["delta"].get(key) or "" for chunk in found for choice in chunk["choices"])
