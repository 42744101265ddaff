"""The last line of defence: nothing that leaves the inspector holds a key.

The recording has taken the keys out already. Here the headers that carry a secret lose their values as a whole once
more, whatever they hold, and texts lose what looks like a key, so that an exchange from anywhere else is safe, too.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lmstudio_tui.sdk.redaction import PLACEHOLDER, Redactor

if TYPE_CHECKING:
    from lmstudio_tui.features.inspector.exchange import Body, Exchange
    from lmstudio_tui.sdk.recording import Headers

__all__ = ["PLACEHOLDER", "is_secret", "masked", "safe"]

_SECRET: Final = re.compile(
    r"authorization|authentication|api-?key|secret|cookie|password|(?:^|-)(?:auth|key|token|signature|session)$"
)
_SCHEME: Final = re.compile(r"(?i)(bearer|basic|token|digest) ")
_redact: Final = Redactor()


def is_secret(name: str) -> bool:
    """Whether the value of a header of that name is a secret."""
    return _SECRET.search(name.lower()) is not None


def masked(headers: Headers) -> Headers:
    """The headers, with the values of the secret ones replaced as a whole."""
    return tuple((name, _value(name, value)) for name, value in headers)


def _value(name: str, value: str) -> str:
    if not is_secret(name):
        return value
    scheme = _SCHEME.match(value)
    return f"{scheme[1]} {PLACEHOLDER}" if scheme else PLACEHOLDER


def safe(exchange: Exchange) -> Exchange:
    """The same, with no key in any place."""
    summary = exchange.summary
    return replace(
        exchange,
        summary=replace(
            summary, url=_redact(summary.url), path=_redact(summary.path), message=_redact(summary.message)
        ),
        request_headers=_headers(exchange.request_headers),
        response_headers=_headers(exchange.response_headers),
        request_body=_body(exchange.request_body),
        response_body=_body(exchange.response_body),
        events=tuple(replace(event, name=_redact(event.name), data=_redact(event.data)) for event in exchange.events),
        attempts=tuple(replace(attempt, message=_redact(attempt.message)) for attempt in exchange.attempts),
    )


def _headers(headers: Headers) -> Headers:
    return tuple((name, _redact(value)) for name, value in masked(headers))


def _body(body: Body | None) -> Body | None:
    return None if body is None else replace(body, head=_bytes(body.head), tail=_bytes(body.tail), size=_sized(body))


def _sized(body: Body) -> int:
    """The size that leaves the same number of bytes out."""
    return body.size if body.dropped else body.left_out + len(_bytes(body.head)) + len(_bytes(body.tail))


def _bytes(raw: bytes) -> bytes:
    try:
        return _redact(raw.decode()).encode()
    except UnicodeDecodeError:
        return _redact(raw.decode("latin-1")).encode("latin-1")
