"""What every way to write a request down as code has in common."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.inspector.secrets import PLACEHOLDER, is_secret

if TYPE_CHECKING:
    from lmstudio_tui.features.inspector.exchange import Exchange
    from lmstudio_tui.sdk.recording import Headers

KEY_VARIABLE: Final = "LM_STUDIO_API_KEY"
_BORING: Final = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "user-agent", "transfer-encoding", "keep-alive"}
)
_USUAL_ACCEPT: Final = frozenset({"*/*", "application/json"})
_KEY_HEADERS: Final = re.compile(r"^(?:authorization|(?:x-)?api-?key)$")
_TEXTS: Final = re.compile(r"^(?:text/|application/(?:[\w.+-]*json|[\w.+-]*xml|x-ndjson|javascript)|$)")


class NotExportableError(Exception):
    """The request cannot be written down that way; the message says why, in a sentence."""


def whole_body(exchange: Exchange) -> bytes | None:
    """The body of a request; None when it had none.

    Raises:
        NotExportableError: it is not kept, or not whole.
    """
    body = exchange.request_body
    if body is None:
        return None
    if not body.whole:
        raise NotExportableError(f"The request's body is not whole: {body.missing}.")
    return body.head


def told_headers(exchange: Exchange) -> Headers:
    """The headers of a request that mean something, without those that any client sets by itself.

    Raises:
        NotExportableError: they are not kept.
    """
    if exchange.headers_dropped:
        raise NotExportableError("The request's headers are not kept any more, to keep memory bounded.")
    found = ((name.lower(), value) for name, value in exchange.request_headers)
    return tuple(
        (name, value)
        for name, value in found
        if name not in _BORING and not (name == "accept" and value in _USUAL_ACCEPT)
    )


def variable_for(name: str) -> str | None:
    """The environment variable that holds what a secret header holds; None for a header that is none."""
    if not is_secret(name):
        return None
    if _KEY_HEADERS.match(name):
        return KEY_VARIABLE
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_").upper()
    return f"HEADER_{plain}" if plain[:1].isdigit() else plain


def is_hidden(name: str, value: str) -> bool:
    """Whether the value of a header stands in an environment variable."""
    return PLACEHOLDER in value and variable_for(name) is not None


def is_media(exchange: Exchange) -> bool:
    """Whether the answer is something to keep in a file rather than to read."""
    return exchange.summary.state == "ok" and _TEXTS.match(exchange.content_type) is None
