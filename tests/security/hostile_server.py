"""The simulator, with strings of the corpus in everything that it says: a server that means harm."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, unquote
from zlib import crc32

import pytest
from hostile_strings import unwrapped, wrapped
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lmstudio_tui.sdk.wire import is_list, is_object
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer, hosting
from lmstudio_tui.simulator.journal import Journal

_WORDS_OF_THE_WIRE = frozenset(
    {"object", "type", "state", "status", "finish_reason", "role", "b64_json", "url", "encoding_format", "lmstudio",
     "package", "version", "lmstudio_version", "api_version", "backend_version", "embedding", "code"}
)  # fmt: skip
"""Members whose values decide how an answer is read: with another value nothing would be shown at all."""


class Poison:
    """Puts strings before what a server says: always the same string before the same text.

    Args:
        strings: what is put in.
    """

    def __init__(self, strings: Sequence[str]) -> None:
        self._strings = strings

    def text(self, text: str) -> str:
        """A text with one of the strings before it."""
        chosen = self._strings[crc32(text.encode("utf-8", "surrogatepass")) % len(self._strings)]
        return wrapped(chosen) + text

    def value(self, value: Any) -> Any:
        """A JSON value with strings in it."""
        if is_object(value):
            return {key: self._member(key, one) for key, one in value.items()}
        if is_list(value):
            return [self.value(one) for one in value]
        return self.text(value) if isinstance(value, str) else value

    def _member(self, key: str, value: Any) -> Any:
        if isinstance(value, str) and key in _WORDS_OF_THE_WIRE:
            return value
        if key == "arguments" and isinstance(value, str):
            try:
                return json.dumps(self.value(json.loads(value)))
            except ValueError:
                return value
        return self.value(value)

    def line(self, line: str) -> str:
        """A line of a stream of events."""
        head, mark, data = line.partition("data: ")
        if head or not mark:
            return line
        try:
            return mark + json.dumps(self.value(json.loads(data)))
        except ValueError:
            return line

    def body(self, body: bytes, kind: str) -> bytes:
        """The body of an answer."""
        if "json" in kind:
            return json.dumps(self.value(json.loads(body))).encode()
        if kind.startswith("text/event-stream"):
            return "\n".join(self.line(line) for line in body.decode().split("\n")).encode()
        if kind.startswith("text/"):
            words = re.sub(r"(?m)^(?=[^\d\n])(?!WEBVTT)(.*)$", lambda found: self.text(found[0]), body.decode())
            return words.encode("utf-8", "surrogatepass")
        return body


class _Answer:
    """One answer on its way through: a stream goes on line by line, all else in one piece."""

    def __init__(self, poison: Poison, send: Send) -> None:
        self._poison = poison
        self._send = send
        self._start: Message | None = None
        self._kind = ""
        self._held = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name, value) for name, value in message["headers"] if name.lower() != b"content-length"]
            self._kind = dict(headers).get(b"content-type", b"").decode()
            said = self._poison.text("header").encode("utf-8", "replace")
            said = bytes(one for one in said if one not in b"\r\n\0")
            self._start = {**message, "headers": [*headers, (b"x-request-id", said), (b"x-said", said)]}
        elif message["type"] == "http.response.body":
            await self._body(message.get("body", b""), more=message.get("more_body", False))
        else:
            await self._send(message)

    async def _body(self, body: bytes, *, more: bool) -> None:
        if self._start is not None and ("event-stream" in self._kind or not more):
            await self._send(self._start)
            self._start = None
        self._held += body
        ready = self._held
        if more:
            ready = self._held[: self._held.rfind(b"\n") + 1] if "event-stream" in self._kind else b""
        self._held = self._held[len(ready) :]
        if ready or not more:
            out = self._poison.body(ready, self._kind) if ready else b""
            await self._send({"type": "http.response.body", "body": out, "more_body": more})


def poisoned(app: ASGIApp, poison: Poison) -> ASGIApp:
    """The server with the poison in its answers, and without it in what it is asked."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def cleaner() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not first:
                first.append(True)
                body = message.get("body", b"")
                while message.get("more_body", False):
                    message = await receive()
                    body += message.get("body", b"")
                return {"type": "http.request", "body": _asked(body), "more_body": False}
            return message

        first: list[bool] = []
        path = unwrapped(unquote(scope["path"]))
        query = quote(unwrapped(unquote(scope["query_string"].decode())), safe="=&").encode()
        headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"content-length"]
        asked = {**scope, "path": path, "raw_path": quote(path).encode(), "query_string": query, "headers": headers}
        await app(asked, cleaner, _Answer(poison, send))

    return serve


def _asked(body: bytes) -> bytes:
    """A request as the server means it: JSON, or the fields of a form."""
    try:
        return json.dumps(_plain(json.loads(body))).encode()
    except ValueError:
        return re.sub("⟪.*?⟫".encode(), b"", body, flags=re.DOTALL)


def _plain(value: Any) -> Any:
    if is_object(value):
        return {key: _plain(one) for key, one in value.items()}
    if is_list(value):
        return [_plain(one) for one in value]
    return unwrapped(value) if isinstance(value, str) else value


@contextmanager
def hostile_server(strings: Sequence[str], **config: Any) -> Generator[SimulatorServer]:
    """A server that says these strings with everything; arguments are those of `SimulatorConfig`."""
    build = hosting.build_app

    def built(settings: SimulatorConfig, journal: Journal) -> ASGIApp:
        return poisoned(build(settings, journal), Poison(strings))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hosting, "build_app", built)
        server = SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, **config))
        server.start()
    try:
        yield server
    finally:
        server.stop()
