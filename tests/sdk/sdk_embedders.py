"""Servers of embeddings of a few lines, for tests in which it matters what they answer to which texts."""

from __future__ import annotations

import json
import re
import struct
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from sdk_servers import Connection, Handler, RawServer, config, reply

from lmstudio_tui.sdk import EmbeddingBatch, EmbeddingRequest, EmbeddingResult, LMStudioClient

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBER = re.compile(r"\d+")


def vector(text: str) -> list[float]:
    """The embedding of a text that holds a number: that number, so that it can be told whose it is."""
    return [float(NUMBER.findall(text)[0]) if NUMBER.search(text) else 0.0, 0.5, -0.25]


def packed(numbers: list[float]) -> str:
    """Numbers in base64."""
    return b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def rows(texts: list[str]) -> list[dict[str, Any]]:
    """A sound embedding for each text."""
    return [{"object": "embedding", "index": at, "embedding": vector(text)} for at, text in enumerate(texts)]


def sound(texts: list[str], **members: Any) -> bytes:
    """A sound answer."""
    usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
    return reply({"object": "list", "data": rows(texts), "model": "m", "usage": usage, **members})


def refused(message: str, status: int = 400, **members: Any) -> bytes:
    """An answer that says no."""
    return reply({"error": {"message": message, **members}}, status)


class Embeds:
    """A server that gives each list of texts to a function, which says what to answer.

    Attributes:
        asked: the texts of each request, as they came.
        bodies: the whole requests.
    """

    def __init__(self, answer: Callable[[list[str]], bytes]) -> None:
        self._answer = answer
        self.asked: list[list[str]] = []
        self.bodies: list[dict[str, Any]] = []

    @property
    def handler(self) -> Handler:
        """For a `RawServer`: one connection, any number of requests."""

        def handle(connection: Connection) -> None:
            while True:
                body = json.loads(connection.request().partition(b"\r\n\r\n")[2])
                texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
                self.asked.append(texts)
                self.bodies.append(body)
                connection.send(self._answer(texts))

        return handle

    def embed(self, texts: list[str] | str, *, settings: dict[str, Any] | None = None, **how: Any) -> EmbeddingResult:
        """What comes of these texts; `how` goes into the request, or to the call."""
        calling = {name: how.pop(name) for name in ("batch_size", "on_batch", "skip_refused", "scope") if name in how}
        asking: dict[str, Any] = {"model": "m", **how}
        request = EmbeddingRequest(input=texts, **asking)
        with RawServer(self.handler) as server, LMStudioClient(config(server, **(settings or {}))) as client:
            return client.create_embedding(request, **calling)


class Told:
    """Listens to a call, and keeps what it is told.

    Attributes:
        batches: each with how many texts were done after it, and of how many.
    """

    def __init__(self) -> None:
        self.batches: list[tuple[EmbeddingBatch, int, int]] = []

    def __call__(self, batch: EmbeddingBatch, done: int, total: int) -> None:
        self.batches.append((batch, done, total))

    @property
    def indices(self) -> list[int]:
        """Of the texts that have come, in the order in which they have."""
        return [index for batch, _, _ in self.batches for index in batch.indices]


def numbered(count: int, first: int = 0) -> list[str]:
    """So many texts, each with its number."""
    return [f"text {number}" for number in range(first, first + count)]
