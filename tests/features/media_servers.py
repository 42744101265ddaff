"""A server of a few lines that answers each request as it is told to, over real HTTP; and audio files to send to it."""

from __future__ import annotations

import json
import math
import re
import socket
import struct
import threading
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from lmstudio_tui.sdk import ClientConfig, LMStudioClient

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 20, 9, 41, tzinfo=UTC)


def now() -> datetime:
    return NOW


@dataclass
class Asked:
    """One request that came."""

    path: str
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def file(self) -> bytes:
        """The file of a form."""
        after = self.body.partition(b'name="file"')[2].partition(b"\r\n\r\n")[2]
        return after.rpartition(b"\r\n--")[0]

    @property
    def filename(self) -> str:
        found = re.search(rb'filename="([^"]*)"', self.body)
        return found[1].decode() if found else ""

    def field(self, name: str) -> str | None:
        """A field of a form."""
        found = re.search(rb'name="%s"\r\n\r\n(.*?)\r\n--' % re.escape(name.encode()), self.body, re.DOTALL)
        return found[1].decode() if found else None


Reply = Callable[["Exchange"], None]


@dataclass
class Exchange:
    """The server's side of one request."""

    asked: Asked
    handler: BaseHTTPRequestHandler
    server: Server

    def answer(self, content: bytes, kind: str = "application/json", status: int = 200, **headers: str) -> None:
        self.handler.send_response(status)
        self.handler.send_header("content-type", kind)
        self.handler.send_header("content-length", str(len(content)))
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.wfile.write(content)

    def begin(self, kind: str, **headers: str) -> None:
        """An answer in pieces."""
        self.handler.send_response(200)
        self.handler.send_header("content-type", kind)
        self.handler.send_header("transfer-encoding", "chunked")
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.wfile.flush()

    def piece(self, content: bytes) -> None:
        self.handler.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
        self.handler.wfile.flush()

    def end(self) -> None:
        self.piece(b"")

    def cut(self) -> None:
        """Break the connection off."""
        self.handler.close_connection = True
        self.handler.connection.shutdown(socket.SHUT_RDWR)

    def wait(self) -> None:
        """Say nothing until the test is over."""
        self.server.over.wait(30)


@dataclass
class Server:
    """Gives the first request to the first reply, and so on; the last reply stays."""

    replies: tuple[Reply, ...]
    asked: list[Asked] = field(default_factory=list[Asked])
    over: threading.Event = field(default_factory=threading.Event)
    base_url: str = ""

    def __enter__(self) -> Self:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.send_response(404)
                self.send_header("content-length", "0")
                self.end_headers()

            def do_POST(self) -> None:
                server.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that leaves is no news
        self.base_url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = Asked(handler.path, _body(handler))
        self.asked.append(asked)
        self.replies[min(len(self.asked), len(self.replies)) - 1](Exchange(asked, handler, self))

    def client(self, **more: Any) -> LMStudioClient:
        config = ClientConfig(base_url=self.base_url, enable_audio=True, enable_images=True, max_retries=0, **more)
        return LMStudioClient(config)


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if "chunked" not in handler.headers.get("transfer-encoding", ""):
        return handler.rfile.read(int(handler.headers.get("content-length", "0")))
    parts: list[bytes] = []
    while size := int(handler.rfile.readline().strip() or b"0", 16):
        parts.append(handler.rfile.read(size))
        handler.rfile.readline()
    handler.rfile.readline()
    return b"".join(parts)


def serving(*replies: Reply) -> Server:
    return Server(replies)


def says(value: object, status: int = 200) -> Reply:
    """Answers with JSON."""
    return lambda exchange: exchange.answer(json.dumps(value).encode(), status=status)


def refuses(message: str, status: int = 400) -> Reply:
    return says({"error": {"message": message, "type": "invalid_request_error"}}, status)


def tone(seconds: float, rate: int = 16_000, channels: int = 1) -> bytes:
    """Samples of 16 bits."""
    samples = (round(8000 * math.sin(at * 440 * math.tau / rate)) for at in range(round(seconds * rate)))
    return b"".join(struct.pack("<h", sample) * channels for sample in samples)


def wav(path: Path, seconds: float = 1.0, rate: int = 16_000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(tone(seconds, rate, channels))
    return path


def encoded(path: Path, kind: str, seconds: float = 1.0, rate: int = 24_000) -> Path:
    """A file in another format: `FLAC`, `OGG`, `MP3`."""
    import numpy as np
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    samples = np.frombuffer(tone(seconds, rate), dtype="<i2")
    soundfile.write(str(path), samples, rate, format=kind)
    return path
