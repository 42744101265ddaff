"""A server of a few lines that does the wrong thing, for the real client and the real app."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Self

MODEL = "m"
MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
EVENTS_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

Act = Callable[[socket.socket], None]
"""What is done where an answer to a chat belongs."""


def event(text: str) -> bytes:
    """A piece of an answer."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return b"data: " + json.dumps({"model": MODEL, "choices": [choice]}, ensure_ascii=False).encode() + b"\n\n"


def reset(sock: socket.socket) -> None:
    """Cut the connection."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def wait_until_left(sock: socket.socket) -> None:
    """Say nothing more until the client has gone."""
    with contextlib.suppress(OSError):
        while sock.recv(65536):
            pass


class OddServer:
    """Has one model, like any OpenAI-compatible server, and answers a chat as it is told to.

    Args:
        act: answers a chat; the connection is closed after it.
        lists: answers the question after the models; None has one model.

    Attributes:
        chats: how many chats were asked for.
        sent: bytes that were written by `pour`.
    """

    def __init__(self, act: Act, *, lists: Act | None = None, port: int = 0) -> None:
        self._act = act
        self._lists = lists
        self._listener = socket.create_server(("127.0.0.1", port))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.chats = 0
        self.sent = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def pour(self, sock: socket.socket, pieces: Iterator[bytes], size: int = GIGABYTE) -> None:
        """Write these pieces until so many bytes were written, or the client leaves."""
        with contextlib.suppress(OSError):
            poured = 0
            while poured < size:
                piece = next(pieces)
                sock.sendall(piece)
                poured += len(piece)
                self.sent += len(piece)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with self._lock:
            self._open.add(sock)
        with contextlib.suppress(OSError):
            while (request := _request(sock)) is not None:
                if request.startswith(b"POST /v1/chat/completions "):
                    self.chats += 1
                    self._act(sock)
                    break
                if request.startswith(b"GET /v1/models ") and self._lists is not None:
                    self._lists(sock)
                    break
                sock.sendall(_usual(request))
        with self._lock:
            self._open.discard(sock)
        with contextlib.suppress(OSError):
            sock.close()


def _usual(request: bytes) -> bytes:
    """The answer to what is no chat."""
    found = request.startswith(b"GET /v1/models ")
    body = json.dumps(
        {"object": "list", "data": [{"id": MODEL, "object": "model"}]} if found else {"detail": "Not Found"}
    )
    status = b"200 OK" if found else b"404 Not Found"
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
    return head + body.encode()


def _request(sock: socket.socket) -> bytes | None:
    """The next request's first line; None when there is none."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    missing = int(length[1]) - len(body) if length else 0
    while missing > 0:
        more = sock.recv(65536)
        if not more:
            return None
        missing -= len(more)
    return head.partition(b"\r\n")[0] + b" "
