"""Where the time of a request went. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.features.inspector.exchange import Attempt

PartName = Literal["retries", "connect", "tls", "send", "wait", "first token", "stream", "body", "pause"]

_NEVER_CONNECTED = frozenset({"ServerRefusedError", "NameResolutionError", "TLSError"})


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the time.

    Attributes:
        name: `connect` is finding the address and connecting; `wait` ends with the headers of the answer, `first token`
            with a model's first output; then comes the rest of the `stream`, or of the `body`. `retries` are the
            attempts before, with the pauses after them.
        start_ms: counted from the beginning of the call.
    """

    name: PartName
    start_ms: float
    ms: float


class Segment(NamedTuple):
    """A part as a stretch of a bar."""

    name: PartName
    cells: int


def parts_of(attempt: Attempt, now_ms: float, *, stream: bool) -> tuple[Part, ...]:
    """The parts of one attempt, one after the other, without gaps.

    Args:
        attempt: the attempt.
        now_ms: the end of one that goes on, counted from the beginning of the call.
        stream: whether its answer is a stream.
    """
    found: list[Part] = []
    at = attempt.started_ms
    end = max(at, now_ms if attempt.ended_ms is None else attempt.ended_ms)

    def add(name: PartName, until: float) -> None:
        nonlocal at
        until = min(max(until, at), end)
        if until > at:
            found.append(Part(name, at, until - at))
            at = until

    if attempt.headers_ms is None and attempt.connect_ms is None and attempt.error in _NEVER_CONNECTED:
        add("connect", end)
        return tuple(found)
    add("connect", at + (attempt.connect_ms or 0.0))
    add("tls", at + (attempt.tls_ms or 0.0))
    add("send", at + (attempt.send_ms or 0.0))
    add("wait", end if attempt.headers_ms is None else attempt.headers_ms)
    if attempt.headers_ms is not None:
        if attempt.output_ms is not None:
            add("first token", attempt.output_ms)
        add("stream" if stream else "body", end)
    return tuple(found)


def whole_of(attempts: Sequence[Attempt], now_ms: float, *, stream: bool) -> tuple[Part, ...]:
    """The parts of a whole call: those of its last attempt, after what came before it."""
    if not attempts:
        return ()
    last = attempts[-1]
    before = (Part("retries", 0.0, last.started_ms),) if last.started_ms > 0 else ()
    return (*before, *parts_of(last, now_ms, stream=stream))


def segments(parts: Sequence[Part], width: int) -> tuple[Segment, ...]:
    """A bar of exactly `width` cells, shared out among the parts as their time is.

    A part that took any time at all has a cell at least, as long as there are enough of them.
    """
    parts = [part for part in parts if part.ms > 0]
    total = sum(part.ms for part in parts)
    if not parts or width <= 0 or total <= 0:
        return ()
    if len(parts) > width:
        parts = sorted(sorted(parts, key=lambda part: -part.ms)[:width], key=lambda part: part.start_ms)
        return tuple(Segment(part.name, 1) for part in parts)
    spare = width - len(parts)
    shares = [part.ms / total * width for part in parts]
    wanted = [max(0.0, share - 1) for share in shares]
    scale = spare / sum(wanted) if sum(wanted) > 0 else 0.0
    exact = [extra * scale for extra in wanted]
    cells = [int(extra) for extra in exact]
    order = sorted(range(len(parts)), key=lambda index: cells[index] - exact[index])
    for index in order[: spare - sum(cells)]:
        cells[index] += 1
    return tuple(Segment(part.name, 1 + extra) for part, extra in zip(parts, cells, strict=True))
