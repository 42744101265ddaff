"""Durations, sizes and outcomes in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lmstudio_tui.features.inspector.exchange import Summary

_SHORT = {
    "ServerRefusedError": "refused",
    "RequestTimeoutError": "timeout",
    "ConnectionLostError": "cut off",
    "StreamInterruptedError": "cut off",
    "NameResolutionError": "no host",
    "TLSError": "TLS",
    "ProtocolError": "garbled",
}


def duration_of(ms: float | None) -> str:
    """`6 ms`, `2.41 s`, `1 min 05 s`; empty when unknown."""
    if ms is None:
        return ""
    if ms < 0.95:
        return f"{max(0.0, ms):.1f} ms"
    if round(ms) < 1000:
        return f"{ms:.0f} ms"
    seconds = ms / 1000
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def compact_of(ms: float | None) -> str:
    """A duration in at most six characters: `6 ms`, `2.41 s`, `1m05s`, `2h03m`."""
    if ms is None or ms < 59_950:
        return duration_of(ms)
    whole = round(ms / 1000)
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"


def size_of(size: int) -> str:
    """Bytes as people write them: `812 B`, `14.2 kB`. Decimal units."""
    if size < 1000:
        return f"{size} B"
    amount = size / 1000
    for unit in ("kB", "MB"):
        if amount < 999.5:
            return f"{amount:.1f} {unit}" if amount < 99.95 else f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def count_of(number: int, thing: str) -> str:
    """`1 event`, `12,000 events`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def outcome_of(summary: Summary) -> str:
    """How a request stands in a mark and a word or a number; never longer than nine characters."""
    status = "" if summary.status is None else str(summary.status)
    match summary.state:
        case "waiting":
            return "◌ waiting"
        case "receiving":
            return f"▸ {status} …"
        case "ok":
            return f"✓ {status}"
        case "stopped":
            return "■ stopped" if summary.outcome == "cancelled" else "■ closed"
        case "failed":
            short = _SHORT.get(summary.error, "")
            return f"✗ {short}" if short and (not status or status.startswith("2")) else f"✗ {status or 'failed'}"


def sentence_of(summary: Summary) -> str:
    """How a request has ended, in a sentence's worth of words."""
    status = "no answer" if summary.status is None else f"status {summary.status}"
    took = duration_of(summary.duration_ms)
    match summary.state:
        case "waiting":
            return "The answer is waited for."
        case "receiving":
            return f"The answer is coming in ({status})."
        case "stopped":
            return f"Stopped after {took}, {status}." if summary.outcome == "cancelled" else f"Closed after {took}."
        case "failed":
            said = f": {summary.message}" if summary.message else "."
            return f"Failed after {took}, {status}{said}"
        case "ok":
            return f"Done in {took}, {status}, {size_of(summary.bytes_received)}."
