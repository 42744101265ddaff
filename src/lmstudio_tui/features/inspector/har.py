"""Requests as an HTTP archive (HAR 1.2), which browsers and proxies read."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from lmstudio_tui._version import __version__
from lmstudio_tui.features.inspector.exchange import header
from lmstudio_tui.features.inspector.secrets import safe
from lmstudio_tui.features.inspector.texts import text_of
from lmstudio_tui.features.inspector.timing import parts_of
from lmstudio_tui.sdk.wire import whole_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lmstudio_tui.features.inspector.exchange import Body, Exchange
    from lmstudio_tui.sdk.recording import EventReceived, Headers

_HTTP = "HTTP/1.1"


def as_har(exchanges: Iterable[Exchange]) -> str:
    """The archive, oldest request first, without any key.

    What the format has no place for stands in members that begin with an underscore, as the format wants it: `_events`
    of a stream with their times in milliseconds, `_attempts`, `_error`, `_replayOf`. A body that is no text is base64.
    """
    ordered = sorted(exchanges, key=lambda exchange: exchange.summary.started_at)
    log = {
        "version": "1.2",
        "creator": {"name": "lmstudio-tui", "version": __version__},
        "entries": [_entry(safe(exchange)) for exchange in ordered],
    }
    return whole_text(json.dumps({"log": log}, ensure_ascii=False, indent=1)) + "\n"


def _entry(exchange: Exchange) -> dict[str, Any]:
    summary = exchange.summary
    timings = _timings(exchange)
    entry: dict[str, Any] = {
        "startedDateTime": datetime.fromtimestamp(summary.started_at, UTC).isoformat(timespec="milliseconds"),
        "time": round(sum(value for name, value in timings.items() if name != "ssl" and value > 0), 3),
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": timings,
        "_id": summary.call_id,
        "_feature": summary.feature,
        "_outcome": summary.outcome or "under way",
        "_attempts": [_attempt(exchange, index) for index in range(len(exchange.attempts))],
    }
    if exchange.events or exchange.events_left_out:
        entry["_events"] = [_event(event) for event in exchange.events]
    if exchange.events_left_out:
        entry["_eventsLeftOut"] = exchange.events_left_out
    if summary.error:
        entry["_error"] = {"name": summary.error, "message": summary.message}
        entry["comment"] = f"{summary.error}: {summary.message}"
    if summary.replay_of:
        entry["_replayOf"] = summary.replay_of
    if summary.first_token_ms is not None:
        entry["_firstTokenMs"] = round(summary.first_token_ms, 3)
    return entry


def _request(exchange: Exchange) -> dict[str, Any]:
    summary, body = exchange.summary, exchange.request_body
    request: dict[str, Any] = {
        "method": summary.method,
        "url": summary.url,
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _headers(exchange.request_headers),
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(urlsplit(summary.url).query, keep_blank_values=True)
        ],
        "headersSize": -1,
        "bodySize": 0 if body is None else body.size,
    }
    if body is not None:
        kind = header(exchange.request_headers, "content-type") or "application/octet-stream"
        request["postData"] = {"mimeType": kind, **_content(body)}
    return request


def _response(exchange: Exchange) -> dict[str, Any]:
    summary = exchange.summary
    status = summary.status or 0
    content: dict[str, Any] = {"size": summary.bytes_received, "mimeType": exchange.content_type or "x-unknown"}
    if exchange.response_body is not None:
        content |= _content(exchange.response_body)
    elif exchange.events:
        content["text"] = "".join(_as_sent(event) for event in exchange.events)
        if exchange.events_left_out:
            content["comment"] = f"{exchange.events_left_out:,} events left out to keep memory bounded"
    return {
        "status": status,
        "statusText": _phrase(status),
        "httpVersion": _HTTP if status else "",
        "cookies": [],
        "headers": _headers(exchange.response_headers),
        "content": content,
        "redirectURL": header(exchange.response_headers, "location"),
        "headersSize": -1,
        "bodySize": summary.bytes_received if status else -1,
    }


def _content(body: Body) -> dict[str, Any]:
    """What is kept of a body."""
    if body.dropped:
        return {"text": "", "comment": body.missing}
    raw = body.head + body.tail
    text = text_of(raw)
    found = {"text": base64.b64encode(raw).decode(), "encoding": "base64"} if text is None else {"text": text}
    return found if body.whole else {**found, "comment": f"{body.missing}, after {len(body.head):,} bytes"}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _timings(exchange: Exchange) -> dict[str, float]:
    """The format's own parts of the time of the last attempt; what came before it is `blocked`."""
    summary = exchange.summary
    found = {"blocked": -1.0, "dns": -1.0, "connect": -1.0, "ssl": -1.0, "send": 0.0, "wait": 0.0, "receive": 0.0}
    if not exchange.attempts:
        return found
    last = exchange.attempts[-1]
    if last.started_ms > 0:
        found["blocked"] = last.started_ms
    for part in parts_of(last, summary.duration_ms or 0.0, stream=bool(exchange.events)):
        match part.name:
            case "connect":
                found["connect"] = part.ms
            case "tls":
                # The format counts it within the connecting, too.
                found["ssl"] = part.ms
                found["connect"] = max(0.0, found["connect"]) + part.ms
            case "send" | "wait":
                found[part.name] += part.ms
            case _:
                found["receive"] += part.ms
    return {name: round(value, 3) for name, value in found.items()}


def _attempt(exchange: Exchange, index: int) -> dict[str, Any]:
    attempt = exchange.attempts[index]
    values = {
        "number": attempt.number,
        "startedMs": attempt.started_ms,
        "status": attempt.status,
        "error": attempt.error or None,
        "message": attempt.message or None,
        "retryInMs": attempt.retry_in_ms,
    }
    return {name: value for name, value in values.items() if value is not None}


def _event(event: EventReceived) -> dict[str, Any]:
    values: dict[str, Any] = {"atMs": round(event.at_ms, 3), "data": event.data}
    if event.name:
        values["name"] = event.name
    if event.stray:
        values["stray"] = True
    return values


def _as_sent(event: EventReceived) -> str:
    """An event as it went over the wire, but for the form of its line ends."""
    if event.stray:
        return f"{event.data}\n"
    name = f"event: {event.name}\n" if event.name else ""
    return name + "".join(f"data: {line}\n" for line in event.data.split("\n")) + "\n"
