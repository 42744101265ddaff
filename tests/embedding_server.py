"""A server of embeddings that answers out of order, and does what a test tells it, over real HTTP."""

from __future__ import annotations

import json
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from lmstudio_tui.sdk import ClientConfig, LMStudioClient

if TYPE_CHECKING:
    from collections.abc import Callable


def vector(text: str, model: str, dimensions: int) -> list[float]:
    """The embedding of a text, in numbers that need 64 bits."""
    chance = random.Random(f"{model}: {text}")
    return [chance.gauss(0, 1) for _ in range(dimensions)]


class EmbeddingServer:
    """Listens on loopback from `with` on.

    Attributes:
        models: what its list has.
        dimensions: of each embedding; a test may change it.
        named: the model that answers, by the one that was asked; the same if it is not there.
        refuse: says why a text is refused; empty when it is not.
        most: texts at once.
        holding: after so many answers it says nothing more; None answers for ever.
        dying: after so many answers the model has crashed; None never.
        asked: the texts of each request that was answered.
        bodies: each request.
        held: set when a request is not answered.
    """

    def __init__(self, *models: str, dimensions: int = 12) -> None:
        self.models: list[dict[str, Any]] = [{"id": model} for model in models or ("shuffled",)]
        self.dimensions = dimensions
        self.named: dict[str, str] = {}
        self.refuse: Callable[[str], str] = lambda _: ""
        self.most = 1000
        self.holding: int | None = None
        self.dying: int | None = None
        self.asked: list[list[str]] = []
        self.bodies: list[dict[str, Any]] = []
        self.held = threading.Event()
        self._over = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                there = {"object": "list", "data": owner.models}
                self._reply(there if self.path == "/v1/models" else {"error": "no such path"})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                owner.bodies.append(body)
                if owner.holding is not None and len(owner.asked) >= owner.holding:
                    owner.held.set()
                    owner._over.wait(20)
                    self.close_connection = True
                    return
                status, answer = owner.answer(body)
                self._reply(answer, status)

            def _reply(self, value: object, status: int = 200) -> None:
                content = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is printed."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Clients that leave are no failure."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def texts(self) -> list[str]:
        """All texts that it has embedded."""
        return [text for texts in self.asked for text in texts]

    def client(self) -> LMStudioClient:
        """A client for it."""
        return LMStudioClient(ClientConfig(base_url=self.base_url))

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The status and the object for a request."""
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        if self.dying is not None and len(self.asked) >= self.dying:
            return 400, {"error": "The model has crashed without additional information. (Exit code: 11)"}
        if len(texts) > self.most:
            return 413, {"error": {"message": f"batch size {len(texts)} > maximum allowed batch size {self.most}"}}
        reasons = [reason for text in texts if (reason := self.refuse(text))]
        if reasons:
            return 400, {"error": {"message": reasons[0]}}
        self.asked.append(texts)
        asked = str(body.get("model", ""))
        model = self.named.get(asked, asked)
        dimensions = body.get("dimensions") or self.dimensions
        rows = [{"index": at, "embedding": vector(text, model, dimensions)} for at, text in enumerate(texts)]
        random.Random(len(self.asked)).shuffle(rows)
        return 200, {"data": rows, "model": model, "usage": {"prompt_tokens": 2 * len(texts)}}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
