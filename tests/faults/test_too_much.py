"""A server that sends without end, in every shape: the client stops reading, says so, and its memory stays bounded."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest
from fault_parts import EVENTS_HEAD, JSON_HEAD, MEGABYTE, OddServer, event

if TYPE_CHECKING:
    import socket

ASKING = """
import json, resource, sys
from lmstudio_tui.features.inspector.log import ExchangeLog
from lmstudio_tui.sdk import *

def memory():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) // 1024

kind, url = sys.argv[1:]
client = LMStudioClient(ClientConfig(base_url=url, max_retries=0, stream_retry_ms=1), recorder=ExchangeLog())
before, text = memory(), ""
try:
    if kind == "models":
        client.list_models()
    else:
        request = ChatCompletionRequest(model="m", messages=[ChatMessage(role="user", content="Hello")])
        with client.stream_chat_completion(request) as stream:
            try:
                for _ in stream:
                    pass
            finally:
                text = stream.partial.text
    said = ""
except LMStudioError as error:
    said = f"{type(error).__name__}: {error.message}"
print(json.dumps([said, len(text), memory() - before]))
"""
"""Asks, and prints what was said, how many characters came, and how many megabytes more it took."""

BOUND = 250
"""Megabytes: the longest body or line is 64, and it is there a few times while it is put together and looked at."""


def ask(server: OddServer, kind: str = "chat") -> tuple[str, int, int]:
    done = subprocess.run(
        [sys.executable, "-c", ASKING, kind, server.base_url], capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    said, characters, megabytes = json.loads(done.stdout)
    return said, characters, megabytes


def pouring(*first: bytes, then: bytes) -> OddServer:
    """A server that answers with this, and with the last of it again and again, up to a gigabyte."""

    def act(sock: socket.socket) -> None:
        server.pour(sock, chain(first, repeat(then)))

    server = OddServer(act, lists=act)
    return server


CALL = b'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"'
CALL_END = b'"}}]}}]}\n\n'


def call(number: int) -> bytes:
    """A call of a tool, in an event of its own."""
    return (CALL + CALL_END).replace(b'"index":0,"id"', b'"index":%d,"id"' % number)


BLANKS, LETTERS = b" " * MEGABYTE, b"x" * MEGABYTE
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
SHAPES: dict[str, tuple[list[bytes], bytes, str]] = {
    "one line": ([EVENTS_HEAD, b"data: "], LETTERS, "larger than"),
    "one line of a delta": (
        [EVENTS_HEAD, b'data: {"choices":[{"index":0,"delta":{"content":"'],
        LETTERS,
        "larger than",
    ),
    "one event of many lines": ([EVENTS_HEAD], b"data: x" + b"x" * 100_000 + b"\n", "larger than"),
    "a JSON body": ([JSON_HEAD, b"\r\n", b'{"choices":[{"message":{"content":"'], LETTERS, "longer than"),
    "blanks": ([JSON_HEAD, b"\r\n"], BLANKS, "nothing but blanks"),
    "no events at all": ([EVENTS_HEAD], LETTERS, "larger than"),
    "strange lines": ([EVENTS_HEAD], b"x" * 1000 + b"\n", "is no stream"),
    "large events": ([EVENTS_HEAD], event("x" * MEGABYTE), "longer than"),
    "events of a kilobyte": ([EVENTS_HEAD], event("word " * 200) * 100, "longer than"),
    "calls of tools": ([EVENTS_HEAD], CALL + b"x" * 100_000 + CALL_END, "longer than"),
    "many calls of tools": ([EVENTS_HEAD, *map(call, range(1100))], call(0), "more than 1,000 tools"),
    # Keep-alives and nonsense may come for ever; neither is kept.
    "comments": ([EVENTS_HEAD, event("Hello")], b": " + b"x" * 10_000 + b"\n\n", "closed in the middle"),
    "garbage after an event": (
        [EVENTS_HEAD, event("Hello")],
        b"data: " + b"x" * 10_000 + b"\n\n",
        "closed in the middle",
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_gigabyte(shape: str) -> None:
    first, then, expected = SHAPES[shape]
    with pouring(*first, then=then) as server:
        said, characters, megabytes = ask(server)
    print(shape, said, characters, megabytes, server.sent // MEGABYTE)
    assert expected in said
    assert megabytes < BOUND


def test_a_list_of_models_of_a_gigabyte() -> None:
    first = [JSON_HEAD, b"\r\n", b'{"object":"list","data":[{"id":"m"}']
    with pouring(*first, then=b',{"id":"m"}' * 100_000) as server:
        said, _, megabytes = ask(server, "models")
    print(said, megabytes)
    assert "longer than" in said
    assert megabytes < BOUND
