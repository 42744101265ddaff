"""A request as Python code for httpx."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.inspector.literals import TooDeepError, literal, quoted
from lmstudio_tui.features.inspector.secrets import PLACEHOLDER, safe
from lmstudio_tui.features.inspector.sending import is_hidden, is_media, told_headers, variable_for, whole_body
from lmstudio_tui.features.inspector.texts import text_of
from lmstudio_tui.sdk.wire import is_list, is_object

if TYPE_CHECKING:
    from lmstudio_tui.features.inspector.exchange import Exchange

_LONGEST_BINARY: Final = 200_000
_LONGEST_JSON: Final = 200_000


def as_httpx(exchange: Exchange) -> str:
    """Code that sends the request again, byte for byte the same body, and prints the answer.

    The key is taken from an environment variable. A stream is printed line by line as it comes.

    Raises:
        NotExportableError: the body is not kept, or not whole.
    """
    exchange = safe(exchange)
    summary, named = exchange.summary, told_headers(exchange)
    setup, argument, imports = _body(whole_body(exchange))
    if argument.startswith("json="):
        # httpx says so by itself.
        named = tuple(pair for pair in named if pair != ("content-type", "application/json"))
    hidden = any(is_hidden(name, value) for name, value in named)
    imports += ["os"] if hidden else []
    headers = "".join(f"    {quoted(name)}: {_value(name, value)},\n" for name, value in named)
    arguments = [quoted(summary.method), quoted(summary.url)]
    arguments += ["headers=headers"] if headers else []
    arguments += [argument] if argument else []
    # A model may take its time.
    arguments.append("timeout=None")
    parts = ["".join(f"import {name}\n" for name in sorted(imports))] if imports else []
    parts.append("import httpx\n")
    parts += [f"headers = {{\n{headers}}}\n"] if headers else []
    parts += [setup] if setup else []
    return "\n".join([*parts, _sending(exchange, ", ".join(arguments))])


def _sending(exchange: Exchange, arguments: str) -> str:
    if exchange.summary.stream or exchange.events:
        return (
            f"with httpx.stream({arguments}) as response:\n"
            "    print(response.status_code)\n"
            "    for line in response.iter_lines():\n"
            "        print(line)\n"
        )
    ending = "print(response.text)\n"
    if is_media(exchange):
        ending = 'with open("answer.bin", "wb") as file:\n    file.write(response.content)\n'
    return f"response = httpx.request({arguments})\nprint(response.status_code)\n{ending}"


def _value(name: str, value: str) -> str:
    """A header's value as Python source."""
    if is_hidden(name, value):
        found = f'os.environ["{variable_for(name)}"]'
        before, _, after = value.partition(PLACEHOLDER)
        return " + ".join([*([quoted(before)] if before else []), found, *([quoted(after)] if after else [])])
    if value.isascii():
        return quoted(value)
    return repr(value.encode("latin-1", "replace"))


def _body(body: bytes | None) -> tuple[str, str, list[str]]:
    """What comes before the request, the argument, and what is to be imported."""
    if body is None:
        return "", "", []
    text = text_of(body)
    if text is not None:
        source = _as_json(text) if len(text) <= _LONGEST_JSON else None
        if source is not None:
            return f"body = {source}\n", "json=body", []
        return f"body = {quoted(text)}\n", "content=body.encode()", []
    if len(body) <= _LONGEST_BINARY:
        packed = base64.b64encode(body).decode()
        return f'body = base64.b64decode("{packed}")\n', "content=body", ["base64"]
    note = f"# body.bin: the {len(body):,} bytes of the body, which are no text.\n"
    return f'{note}body = pathlib.Path("body.bin").read_bytes()\n', "content=body", ["pathlib"]


def _as_json(text: str) -> str | None:
    """A body as a literal, when httpx makes the very same bytes of it; None otherwise."""
    try:
        value = json.loads(text)
        if not (is_object(value) or is_list(value)):
            return None
        if json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) != text:
            return None
        return literal(value)
    except (ValueError, RecursionError, TooDeepError):
        return None
