"""What the tests of the inspector are made of: exchanges of every kind, recorded or made up."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from lmstudio_tui.features.inspector.exchange import Attempt, Body, Exchange, Summary
from lmstudio_tui.features.inspector.log import ExchangeLog
from lmstudio_tui.sdk import (
    AttemptFailed,
    BodyReceived,
    CallFinished,
    CallStarted,
    ChatCompletionRequest,
    ChatMessage,
    ClientConfig,
    EventReceived,
    HeadersReceived,
    LMStudioClient,
    LMStudioError,
)

KEY = "sk-lm-Ab3dEf9h:0123456789abcdefGHIJ"


@contextlib.contextmanager
def recording(base_url: str, **settings: Any) -> Generator[tuple[LMStudioClient, ExchangeLog]]:
    """A client that does not wait for long, and what is recorded of it."""
    log = ExchangeLog()
    config = ClientConfig(**{"base_url": base_url, "stream_retry_ms": 1, "timeout": 10, "max_retries": 0, **settings})
    with LMStudioClient(config, recorder=log) as client:
        yield client, log


def ask(model: str = "sim-qwen3-8b", text: str = "Hello") -> ChatCompletionRequest:
    return ChatCompletionRequest(model=model, messages=[ChatMessage(role="user", content=text)], max_tokens=12)


def quietly(call: Callable[[], object]) -> None:
    """Do it, however it ends."""
    with contextlib.suppress(LMStudioError):
        call()


def newest(log: ExchangeLog) -> Exchange:
    """The last request."""
    exchange = log.get(log.snapshot()[0].call_id)
    assert exchange is not None
    return exchange


# Made up


def started(call_id: str, *, at: float = 1_700_000_000.0, body: bytes | None = None, **more: Any) -> CallStarted:
    values: dict[str, Any] = {
        "method": "POST" if body is not None else "GET",
        "url": "http://127.0.0.1:1234/v1/models",
        "path": "/v1/models",
        "headers": (("host", "127.0.0.1:1234"),),
        "stream": False,
        "feature": "chat",
        **more,
    }
    return CallStarted(call_id=call_id, body=body, started_at=at, **values)


def answered(call_id: str, status: int = 200, attempt: int = 1, at_ms: float = 5.0, *headers: tuple[str, str]) -> Any:
    return HeadersReceived(call_id, at_ms, attempt, status, headers or (("content-type", "application/json"),))


def failed(call_id: str, attempt: int, at_ms: float, retry_in_ms: float | None, status: int | None = None) -> Any:
    return AttemptFailed(call_id, at_ms, attempt, "ServerFailureError", "it broke", status, retry_in_ms)


def event(call_id: str, data: str, at_ms: float = 10.0, name: str = "") -> EventReceived:
    return EventReceived(call_id, at_ms, name, data)


def finished(call_id: str, at_ms: float = 100.0, **more: Any) -> CallFinished:
    values: dict[str, Any] = {
        "outcome": "ok",
        "error": "",
        "message": "",
        "status": 200,
        "attempts": 1,
        "bytes_sent": 0,
        "bytes_received": 7,
        "duration_ms": at_ms,
        "connect_ms": None,
        "send_ms": 1.0,
        "wait_ms": 4.0,
        "first_byte_ms": 5.0,
        "first_token_ms": None,
        "stream_ms": None,
        **more,
    }
    return CallFinished(call_id=call_id, at_ms=at_ms, **values)


def whole_call(
    log: ExchangeLog, call_id: str, *, body: bytes | None = None, answer: bytes = b"{}", **more: Any
) -> None:
    """One request from its beginning to its end."""
    for moment in (
        started(call_id, body=body, **more),
        answered(call_id),
        BodyReceived(call_id, 6.0, answer),
        finished(call_id),
    ):
        log.record(moment)


def made_up(
    body: bytes | None = None,
    *,
    url: str = "http://127.0.0.1:1234/v1/chat/completions",
    method: str | None = None,
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),),
    answer: bytes | None = b'{"ok":true}',
    **more: Any,
) -> Exchange:
    """An exchange as nobody has recorded it."""
    summary: dict[str, Any] = {
        "call_id": "a1",
        "method": method or ("GET" if body is None else "POST"),
        "url": url,
        "path": "/" + url.partition("://")[2].partition("/")[2].partition("?")[0],
        "started_at": 1_700_000_000.5,
        "state": "ok",
        "outcome": "ok",
        "status": 200,
        "duration_ms": 12.5,
        "bytes_received": len(answer or b""),
    }
    known = set(Summary.__slots__)
    summary |= {name: value for name, value in more.items() if name in known}
    values: dict[str, Any] = {
        "summary": Summary(**summary),
        "request_headers": headers,
        "request_body": None if body is None else Body(body, size=len(body)),
        "response_headers": (("content-type", "application/json"),),
        "response_body": None if answer is None else Body(answer, size=len(answer)),
        "attempts": (Attempt(1, 0.0, headers_ms=10.0, ended_ms=12.5, status=200),),
        **{name: value for name, value in more.items() if name not in known},
    }
    return Exchange(**values)


def chat_body(content: str = "Hello", **more: Any) -> bytes:
    values = {"model": "sim-qwen3-8b", "messages": [{"role": "user", "content": content}], **more}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


class Echo:
    """A server that notes what was asked, byte for byte, and always answers the same.

    Attributes:
        asked: method, target, headers (names in lower case) and body of each request.
    """

    def __init__(self, answer: bytes = b'{"object":"list","data":[]}', kind: str = "application/json") -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        echo = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                size = int(self.headers.get("content-length") or 0)
                names = {name.lower(): value for name, value in self.headers.items()}
                echo.asked.append((self.command, self.path, names, self.rfile.read(size)))
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = handle_any  # noqa: N815 - the names that the base class looks for

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()
