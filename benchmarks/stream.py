"""What it costs to read a stream of 20,000 chunks: typed events against the plainest loop."""

from __future__ import annotations

import json
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from lmstudio_tui.sdk import ChatCompletionRequest, ChatMessage, ClientConfig, LMStudioClient, TextDelta

CHUNKS = 20_000


def _serve(listener: socket.socket) -> None:
    """Answer each connection with the same stream, written in small packets."""
    events = [
        b"data: "
        + json.dumps(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion.chunk",
                "created": 1731518400,
                "model": "m",
                "choices": [{"index": 0, "delta": {"content": f" word{number}"}, "finish_reason": None}],
            }
        ).encode()
        + b"\n\n"
        for number in range(CHUNKS)
    ]
    last = {"id": "chatcmpl-1", "model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    events += [b"data: " + json.dumps(last).encode() + b"\n\n", b"data: [DONE]\n\n"]
    while True:
        connection, _ = listener.accept()
        with connection:
            _read_request(connection)
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            for start in range(0, len(events), 4):
                packet = b"".join(events[start : start + 4])
                connection.sendall(b"%x\r\n%b\r\n" % (len(packet), packet))
            connection.sendall(b"0\r\n\r\n")


def _read_request(connection: socket.socket) -> None:
    """All of it: closing a connection with something unread would reset it."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(65536)
    head, _, body = head.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)


@contextmanager
def _server() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = multiprocessing.get_context("fork").Process(target=_serve, args=(listener,), daemon=True)
        process.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            process.kill()
            process.join()


def ours() -> float:
    """CPU of reading it as typed events."""
    with _server() as url, LMStudioClient(ClientConfig(base_url=url)) as client:
        request = ChatCompletionRequest(model="m", messages=[ChatMessage(role="user", content="x")])
        best = float("inf")
        for _ in range(3):
            started = time.process_time()
            with client.stream_chat_completion(request) as stream:
                count = sum(isinstance(event, TextDelta) for event in stream)
            best = min(best, time.process_time() - started)
            assert count == CHUNKS
    return best


def floor() -> float:
    """CPU of httpx's `iter_lines` and `json.loads`."""
    with _server() as url, httpx.Client() as client:
        best = float("inf")
        for _ in range(3):
            started = time.process_time()
            count = 0
            with client.stream("POST", f"{url}/v1/chat/completions", json={}) as response:
                for line in response.iter_lines():
                    if line.startswith("data: {"):
                        count += bool(json.loads(line[6:])["choices"][0]["delta"].get("content"))
            best = min(best, time.process_time() - started)
            assert count == CHUNKS
    return best
