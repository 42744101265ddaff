"""The time of a request as bars of characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.features.inspector.timing import parts_of, segments
from lmstudio_tui.features.inspector.words import compact_of, duration_of
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.inspector.looks import part_style
from lmstudio_tui.tui.panes.inspector.paragraphs import Paragraph, lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.features.inspector.exchange import Attempt, Exchange
    from lmstudio_tui.features.inspector.timing import Part

_FULL = "━"
_LEAST_BARS = 10
"""Cells of all bars in one row: with fewer nothing can be told from them."""
_LABELS = 26
"""Cells left of a bar: the name of a part and its time."""
_LONG = {"tls": "TLS"}
_SHORT = {"first token": "first", "tls": "TLS"}


def attempt_lines(attempt: Attempt, exchange: Exchange, end_ms: float, width: int) -> list[Paragraph]:
    """One attempt: its parts below each other, each where it lies in the time of the whole call.

    Args:
        end_ms: how long the whole call has taken so far.
        width: cells of a row.
    """
    found: list[Paragraph] = []
    if len(exchange.attempts) > 1 or attempt.error:
        status = f", status {attempt.status}" if attempt.status is not None else ""
        found.append(Paragraph(((f"Attempt {attempt.number}{status}", "heading"),)))
    stream = bool(exchange.events or exchange.events_left_out) and (attempt.status or 0) < 400
    parts = parts_of(attempt, end_ms, stream=stream)
    room = width - _LABELS - 1
    for part in parts:
        words = ((f"  {_LONG.get(part.name, part.name):<13}", "plain"), (f"{duration_of(part.ms):>10} ", "dim"))
        bar: tuple[tuple[str, str], ...] = ()
        if room >= 8 and end_ms > 0:
            offset, cells = placed(part, end_ms, room)
            bar = ((" " * offset, "plain"), (_FULL * cells, part_style(part.name)))
        found.append(Paragraph((*words, *bar)))
    if attempt.headers_ms is not None and attempt.connect_ms is None:
        found.append(Paragraph((("  A connection from before was used again.", "dim"),)))
    if attempt.error:
        found += lines(f"  {clean_line(f'{attempt.error}: {attempt.message}')}", "bad", prose=True)
    if attempt.retry_in_ms is not None:
        found.append(Paragraph(((f"  then a pause of {duration_of(attempt.retry_in_ms)}", "dim"),)))
    return found


def placed(part: Part, end_ms: float, room: int) -> tuple[int, int]:
    """Where a bar begins in `room` cells that stand for the whole time, and how long it is: one cell at least."""
    start = min(room - 1, int(part.start_ms / end_ms * room))
    cells = max(1, round((part.start_ms + part.ms) / end_ms * room) - start)
    return start, min(cells, room - start)


def strip_of(parts: Sequence[Part], width: int) -> list[tuple[str, str]]:
    """The parts in one row: each with its name, its time, and a bar as long as its share.

    Where there is no room for all, the shortest are left out.
    """
    kept = list(parts)
    while kept:
        words = [f"{_SHORT.get(part.name, part.name)} {compact_of(part.ms)} " for part in kept]
        room = width - sum(map(len, words)) - len(kept)
        if room >= max(len(kept), _LEAST_BARS if len(kept) > 1 else 1):
            break
        kept.remove(min(kept, key=lambda part: part.ms))
    else:
        return []
    found: list[tuple[str, str]] = []
    for text, bar in zip(words, segments(kept, min(room, 60)), strict=True):
        found += [(text, "dim"), (_FULL * bar.cells + " ", part_style(bar.name))]
    return found
