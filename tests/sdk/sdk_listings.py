"""Entries of lists of models, and a server that answers with them."""

from __future__ import annotations

from typing import Any

import httpx

from lmstudio_tui.sdk import ClientConfig, LMStudioClient, ModelSummary
from lmstudio_tui.sdk.listing import NATIVE_V0, NATIVE_V1, OPENAI, merged


def v1(key: str, *instances: str, **more: Any) -> dict[str, Any]:
    loaded = [{"id": name, "config": {"context_length": 4096}} for name in instances]
    return {"type": "llm", "key": key, "loaded_instances": loaded, **more}


def v0(name: str, state: str = "loaded", **more: Any) -> dict[str, Any]:
    length = {"loaded_context_length": 2048} if state == "loaded" else {}
    return {"id": name, "type": "llm", "compatibility_type": "gguf", "state": state, **length, **more}


def openai(*names: str) -> list[dict[str, Any]]:
    return [{"id": name, "object": "model", "owned_by": "organization_owner"} for name in names]


def together(
    one: list[Any] | None = None, zero: list[Any] | None = None, plain: list[Any] | None = None
) -> tuple[ModelSummary, ...]:
    pairs = {NATIVE_V1: one, NATIVE_V0: zero, OPENAI: plain}
    return merged({path: rows for path, rows in pairs.items() if rows is not None})


def ids(model: ModelSummary) -> list[str]:
    return [instance.id for instance in model.instances]


class Server(httpx.BaseTransport):
    """Answers by path; anything else as LM Studio does. Counts what it was asked."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.queries: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.queries.append(str(request.url.query, "ascii"))
        answer = self.answers.get(request.url.path, {"error": "Unexpected endpoint or method."})
        answer = answer(request) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


def fetched(answers: dict[str, Any]) -> tuple[tuple[ModelSummary, ...], tuple[str, ...]]:
    with LMStudioClient(ClientConfig(max_retries=0), transport=Server(answers)) as client:
        listing = client.fetch_models()
        return listing.models, listing.sources
