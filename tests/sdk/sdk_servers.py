"""Servers of a few lines, for tests in which the bytes on the wire matter."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from lmstudio_tui.sdk import ChatCompletionRequest, ChatMessage, ClientConfig

if TYPE_CHECKING:
    import ssl

KEY = "sk-lm-Ab3dEf9h:0123456789abcdefGHIJ"
CI_BOUND = 1.0
"""Seconds in which a cancelled call ends on a slow machine; 0.1 is what is promised."""


class Connection:
    """The server's side of one connection."""

    def __init__(self, sock: socket.socket, server: RawServer) -> None:
        self.sock = sock
        self._server = server

    def request(self) -> bytes:
        """Read one HTTP request, and note it."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        while length and len(body) < int(length[1]):
            body += self._more()
        request = head + b"\r\n\r\n" + body
        self._server.requests.append(request)
        self._server.asked.set()
        return request

    def _more(self) -> bytes:
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionAbortedError("the client has left")
        return data

    def send(self, data: bytes) -> None:
        """Write all of it."""
        self.sock.sendall(data)

    def wait_until_left(self) -> None:
        """Say nothing until the client closes the connection."""
        with contextlib.suppress(OSError):
            while self.sock.recv(65536):
                pass
        self._server.left.set()

    def hold(self) -> None:
        """Let what is written next arrive together with the end, so that no client can come between (Linux only)."""
        if sys.platform == "linux":
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)

    def finish(self) -> None:
        """Close in order."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)
        self.wait_until_left()

    def reset(self) -> None:
        """Cut the connection."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


Handler = Callable[[Connection], None]


class RawServer:
    """Listens on loopback, and gives each connection to a handler: the first to the first, and so on; the last stays.

    Attributes:
        requests: what was asked, byte for byte.
        asked: set when a request has arrived.
        left: set when a client has closed its connection.
    """

    def __init__(self, *handlers: Handler, tls: ssl.SSLContext | None = None) -> None:
        self._handlers = handlers
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self.requests: list[bytes] = []
        self.asked = threading.Event()
        self.left = threading.Event()
        self.accepted = threading.Event()

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for sock in self._open:
            sock.close()

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        number = 0
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self._open.append(sock)
                self.accepted.set()
                handler = self._handlers[min(number, len(self._handlers) - 1)]
                number += 1
                self._start(self._serve, sock, handler)

    def _serve(self, sock: socket.socket, handler: Handler) -> None:
        with contextlib.suppress(OSError):
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            handler(Connection(sock, self))
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()


def answering(*answers: bytes) -> Handler:
    """Answers the requests of a connection one after the other, then closes it."""

    def handle(connection: Connection) -> None:
        for number, answer in enumerate(answers, 1):
            connection.request()
            if number == len(answers):
                connection.hold()
            connection.send(answer)
        connection.finish()

    return handle


def reply(body: bytes | dict[str, Any], status: int = 200, kind: str = "application/json", *headers: str) -> bytes:
    """A whole HTTP answer."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(raw)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


def stream_head(*headers: str) -> bytes:
    """The head of a stream whose body is chunked."""
    lines = ["HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def chunked(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def whole_stream(*events: bytes) -> bytes:
    """A chunked stream from beginning to end."""
    return stream_head() + b"".join(map(chunked, events)) + b"0\r\n\r\n"


def event(value: object, name: str = "") -> bytes:
    """One server-sent event."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value)}\n\n".encode()


def delta(text: str | None = None, finish: str | None = None, **members: Any) -> dict[str, Any]:
    """A chunk of a chat."""
    inner = {**({} if text is None else {"content": text}), **members}
    choice = {"index": 0, "delta": inner, "finish_reason": finish}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def whole(text: str, **members: Any) -> dict[str, Any]:
    """A buffered answer."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **members}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    return {"id": "chatcmpl-1", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage}


DONE = b"data: [DONE]\n\n"


def config(server: RawServer | str, **settings: Any) -> ClientConfig:
    """Settings that do not wait for long."""
    base_url = server if isinstance(server, str) else server.base_url
    return ClientConfig(**{"base_url": base_url, "stream_retry_ms": 1, "timeout": 10, **settings})


def ask(text: str = "Hello", **parameters: Any) -> ChatCompletionRequest:
    """A chat request."""
    parameters = {"model": "m", **parameters}
    return ChatCompletionRequest(messages=[ChatMessage(role="user", content=text)], **parameters)
