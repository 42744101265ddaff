"""Sending a recorded request once more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lmstudio_tui.features.inspector.exchange import header
from lmstudio_tui.features.inspector.secrets import PLACEHOLDER
from lmstudio_tui.features.inspector.words import duration_of, size_of

if TYPE_CHECKING:
    from lmstudio_tui.features.inspector.exchange import Exchange
    from lmstudio_tui.features.inspector.log import ExchangeLog
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.sdk.raw import RawAnswer


def refusal(exchange: Exchange, base_url: str) -> str:
    """Why a request cannot be sent again to this server, in a sentence; empty when it can."""
    summary, body = exchange.summary, exchange.request_body
    if summary.method not in {"GET", "POST"}:
        return f"Only GET and POST are sent again, not {summary.method}."
    if body is not None and not body.whole:
        return f"It cannot be sent again: of its body there is not all ({body.missing})."
    if _target(exchange, base_url) is None:
        origin = urlsplit(summary.url)
        return f"It went to {origin.scheme}://{origin.netloc}, and the server in use is {base_url}."
    return ""


def caution(exchange: Exchange) -> str:
    """What differs from the first time, in a sentence; empty when nothing does."""
    body = exchange.request_body
    if body is not None and PLACEHOLDER.encode() in body.head:
        return f"Its body holds {PLACEHOLDER}, where a key may have been taken out: that is what the server will get."
    return ""


def replay(client: LMStudioSDK, log: ExchangeLog, exchange: Exchange, *, scope: CancelScope | None = None) -> RawAnswer:
    """Send a request again, with the key of the client, and wait for the whole answer. Blocks.

    What goes over the wire is recorded as a request of its own, which says whose replay it is. An answer that refuses
    is a result, too.

    Raises:
        LMStudioError: the server cannot be reached, or the connection breaks; `RequestCancelledError`.
        ValueError: `refusal` says why it cannot be sent.
    """
    reason = refusal(exchange, client.config.base_url)
    target = _target(exchange, client.config.base_url)
    if reason or target is None:
        raise ValueError(reason)
    body = exchange.request_body
    kind = header(exchange.request_headers, "content-type") or "application/json"
    with log.replaying(exchange.summary.call_id):
        return client.send(
            exchange.summary.method, target, None if body is None else body.head, content_type=kind, scope=scope
        )


def result_of(answer: RawAnswer, exchange: Exchange) -> str:
    """How a replay went, and how the first time was, in a sentence."""
    before = exchange.summary
    first = f"{before.status or 'no answer'} in {duration_of(before.duration_ms)}" if before.duration_ms else "not over"
    said = f" The server says: {answer.complaint}" if answer.complaint else ""
    took, size = duration_of(answer.duration_ms), size_of(answer.size)
    return f"Sent again: {answer.status}, {size} in {took}; the first time: {first}.{said}"


def _target(exchange: Exchange, base_url: str) -> str | None:
    """The path and the query below the base URL; None when it went somewhere else."""
    url = exchange.summary.url
    rest = url.removeprefix(base_url)
    return rest if rest != url and rest.startswith("/") else None
