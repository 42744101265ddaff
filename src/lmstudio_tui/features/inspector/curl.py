"""A request as a command for a shell."""

from __future__ import annotations

import base64
import re
import shlex
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.inspector.secrets import PLACEHOLDER, safe
from lmstudio_tui.features.inspector.sending import is_media, told_headers, variable_for, whole_body
from lmstudio_tui.features.inspector.texts import is_plain, text_of

if TYPE_CHECKING:
    from lmstudio_tui.features.inspector.exchange import Exchange

_LONGEST_ARGUMENT: Final = 100_000
"""Bytes: Linux takes 128 KiB in one argument."""
_LONGEST_BINARY: Final = 48_000
_GLOBS: Final = re.compile(r"[\[\]{}]")


def as_curl(exchange: Exchange) -> str:
    """The command that sends the request again; it runs in any POSIX shell.

    The key is taken from an environment variable. A body that is no text comes along as base64, or, when that would be
    too long, from a file that a comment names.

    Raises:
        NotExportableError: the body is not kept, or not whole.
    """
    exchange = safe(exchange)
    summary, body = exchange.summary, whole_body(exchange)
    before, data, note = _data(body)
    lines = ["curl"]
    if exchange.events or summary.stream:
        lines[0] += " -N"
    if _GLOBS.search(summary.url):
        lines[0] += " -g"
    if summary.method != ("GET" if body is None else "POST"):
        lines[0] += f" -X {shlex.quote(summary.method)}"
    lines[0] += f" {shlex.quote(summary.url)}"
    named = told_headers(exchange)
    lines += [f"-H {_header(name, value)}" for name, value in named]
    if body is not None and not any(name == "content-type" for name, _ in named):
        # curl would say that it is a form.
        lines.append("-H 'Content-Type:'")
    lines += [data] if data else []
    if is_media(exchange):
        lines.append("--output answer.bin")
    return note + before + " \\\n  ".join(lines) + "\n"


def _header(name: str, value: str) -> str:
    """A header as one shell word; a key is taken from the environment."""
    if not value:
        return shlex.quote(f"{name};")
    variable = variable_for(name)
    pieces = f"{name}: {value}".split(PLACEHOLDER)
    if len(pieces) == 1 or variable is None:
        return shlex.quote(f"{name}: {value}")
    if all(re.fullmatch(r"[\w :/.=;,-]*", piece) for piece in pieces):
        return '"' + f"${variable}".join(pieces) + '"'
    return f'"${variable}"'.join(shlex.quote(piece) if piece else "" for piece in pieces)


def _data(body: bytes | None) -> tuple[str, str, str]:
    """What stands before the command, the argument, and a comment."""
    if body is None:
        return "", "", ""
    text = text_of(body)
    if text is not None and is_plain(text):
        if len(body) <= _LONGEST_ARGUMENT:
            return "", f"--data-raw {shlex.quote(text)}", ""
        return f"printf '%s' {shlex.quote(text)} |\n", "--data-binary @-", ""
    if len(body) <= _LONGEST_BINARY:
        packed = base64.b64encode(body).decode()
        return f"printf '%s' '{packed}' | base64 -d |\n", "--data-binary @-", ""
    return "", "--data-binary @body.bin", f"# body.bin: the {len(body):,} bytes of the body, which are no text.\n"
