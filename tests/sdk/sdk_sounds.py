"""What the tests of audio and images share."""

from __future__ import annotations

import re
import struct
from typing import Any

from sdk_servers import RawServer, config

from lmstudio_tui.sdk import LMStudioClient

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
MISSING = b"File Not Found (/v1/audio/transcriptions)"
"""How whisper.cpp answers at a path that it does not know."""


def wav(seconds: float = 0.01, rate: int = 16_000) -> bytes:
    """A WAV file of silence."""
    data = bytes(int(seconds * rate) * 2)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16,
                       b"data", len(data))  # fmt: skip
    return head + data


def client_of(server: RawServer | str, **settings: Any) -> LMStudioClient:
    """A client to which nothing is switched off, and that does not wait for long."""
    return LMStudioClient(config(server, **{"enable_audio": True, "enable_images": True, **settings}))


def form_of(request: bytes) -> dict[str, Any]:
    """The fields of the form in a request; of a file its name, content type and bytes; repeated ones as lists."""
    head, _, body = request.partition(b"\r\n\r\n")
    match = re.search(rb"(?i)boundary=(\S+)", head)
    assert match is not None
    found: dict[str, Any] = {}
    for part in body.split(b"--" + match[1])[1:-1]:
        lines, _, content = part[2:-2].partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', lines)
        assert name is not None
        file = re.search(rb'filename="([^"]*)"\r\nContent-Type: (\S+)', lines)
        value: Any = content.decode() if file is None else (file[1].decode(), file[2].decode(), content)
        key = name[1].decode()
        found[key] = [*found[key], value] if isinstance(found.get(key), list) else (
            [found[key], value] if key in found else value
        )  # fmt: skip
    return found


def line_of(request: bytes) -> str:
    """The method and the path of a request."""
    return request.split(b" HTTP/1.1", 1)[0].decode()
