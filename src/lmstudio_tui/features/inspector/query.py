"""The filter of the list: words over all columns, and a few that mean something. Whatever is typed, it is no error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lmstudio_tui.features.inspector.words import duration_of, outcome_of, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lmstudio_tui.features.inspector.exchange import Summary

    Test = Callable[[Summary], bool]

_TERM = re.compile(r'[-!]*(?:\w+[:<>]\s?)?"[^"]*"?|\S+')
_STATUS = re.compile(r"([1-9])(?:xx?|[0-9]x)?$")
_SLOW = re.compile(r"(?:slow|time|took)([<>])=?(\d+(?:[.,]\d+)?)?(ms|s|m|min)?$")
_UNITS = {"ms": 1.0, "s": 1000.0, "m": 60_000.0, "min": 60_000.0}


def matching(summaries: Iterable[Summary], query: str) -> list[Summary]:
    """Those that hold every word of the query, in the order in which they came.

    Beside plain words it knows `status:4xx`, `status:200`, `method:post`, `path:chat`, `failed`, `stream`, `slow>2s`
    and a few like them; a `-` or `!` before a word turns it round.
    """
    tests = [_test(term) for term in _TERM.findall(query.lower())]
    return [summary for summary in summaries if all(test(summary) for test in tests)]


def _test(term: str) -> Test:
    bare = term.lstrip("-!")
    if not bare:
        return _any
    test = _meaning(bare)
    return (lambda summary: not test(summary)) if (len(term) - len(bare)) % 2 and test is not _any else test


def _any(summary: Summary) -> bool:
    """What is only half typed leaves everything in."""
    del summary
    return True


_FLAGS: dict[str, Test] = {
    "failed": lambda summary: summary.failed,
    "ok": lambda summary: summary.state == "ok",
    "stopped": lambda summary: summary.state == "stopped",
    "running": lambda summary: summary.under_way,
    "stream": lambda summary: summary.stream or summary.events > 0,
    "retried": lambda summary: summary.attempts > 1,
    "replay": lambda summary: summary.replay_of is not None,
    "poll": lambda summary: summary.background,
}


def _meaning(term: str) -> Test:
    if term in _FLAGS:
        return _FLAGS[term]
    if (slow := _SLOW.match(term)) is not None:
        return _slower(slow)
    name, colon, wanted = term.partition(":")
    wanted = wanted.strip().strip('"')
    if colon and name in {"status", "method", "path", "feature", "url", "error", "is"}:
        return _field(name, wanted) if wanted else _any
    words = term.strip('"')
    return (lambda summary: words in _haystack(summary)) if words else _any


def _slower(match: re.Match[str]) -> Test:
    if match[2] is None:
        return _any
    bound = float(match[2].replace(",", ".")) * _UNITS[match[3] or "s"]
    more = match[1] == ">"

    def test(summary: Summary) -> bool:
        took = summary.duration_ms
        return took is not None and (took > bound if more else took < bound)

    return test


def _field(name: str, wanted: str) -> Test:
    match name:
        case "is":
            return _FLAGS.get(wanted, _any)
        case "status":
            family = _STATUS.match(wanted)
            if family is not None and not wanted.isdigit():
                return lambda summary: str(summary.status or "").startswith(family[1])
            return lambda summary: wanted in outcome_of(summary) or str(summary.status or "").startswith(wanted)
        case "method":
            return lambda summary: summary.method.lower().startswith(wanted)
        case "error":
            return lambda summary: wanted in f"{summary.error} {summary.message}".lower()
        case "feature":
            return lambda summary: wanted in summary.feature.lower()
        case _:
            return lambda summary: wanted in (summary.url if name == "url" else summary.path).lower()


def _haystack(summary: Summary) -> str:
    """Everything about a request that a plain word may hit."""
    parts = (
        summary.method,
        summary.url,
        summary.feature,
        str(summary.status or ""),
        outcome_of(summary),
        summary.error,
        summary.message,
        duration_of(summary.duration_ms),
        duration_of(summary.first_byte_ms),
        size_of(summary.bytes_received),
    )
    # The words with a meaning are found while they are being typed, too.
    return " ".join([*parts, *(name for name, test in _FLAGS.items() if test(summary))]).lower()
