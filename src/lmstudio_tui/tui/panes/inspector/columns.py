"""One line for each request: which columns there is room for, and what stands in them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size

from lmstudio_tui.features.inspector.timing import segments
from lmstudio_tui.features.inspector.words import compact_of, outcome_of, size_of
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.inspector.looks import part_style

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from lmstudio_tui.features.inspector.exchange import Summary

_NARROW: Final = 60
_LEAST_PATH: Final = 17
_WHOLE_PATH: Final = 24
"""Most paths are whole in so many cells; that is worth more than the columns that are wanted least."""
_LEAST_WANTED: Final = frozenset({"first", "tries"})
_WIDTHS: Final = {
    "time": 8,
    "method": 4,
    "path": _LEAST_PATH,
    "status": 9,
    "took": 6,
    "first": 8,
    "size": 7,
    "tries": 5,
    "bar": 8,
}
"""In the order in which they stand."""
_RANK: Final = ("path", "status", "took", "time", "method", "bar", "size", "first", "tries")
"""In the order in which they are wanted: where there is no room, the last go first."""
_TITLES: Final = {"took": "took", "first": "1st byte", "size": "size", "tries": "tries", "bar": "", "method": ""}
_RIGHT: Final = frozenset({"took", "first", "size", "tries"})
_BAR: Final = "▪"
_AGAIN: Final = "↻ "


@dataclass(frozen=True, slots=True)
class View:
    """What lines have in common.

    Attributes:
        columns: their names and widths.
        gap: between two of them.
        longest_ms: the duration that fills the bar.
        now: seconds since the epoch.
        zone: of the times of day.
    """

    columns: tuple[tuple[str, int], ...]
    gap: int
    longest_ms: float
    now: float
    zone: tzinfo | None


def columns_for(width: int) -> tuple[tuple[str, int], ...]:
    """The columns that there is room for; the path takes what is left."""
    chosen = ["path"]
    used = _LEAST_PATH
    gap = gap_for(width)
    for name in _RANK[1:]:
        kept = _WHOLE_PATH - _LEAST_PATH if name in _LEAST_WANTED else 0
        if used + gap + _WIDTHS[name] + kept > width:
            break
        chosen.append(name)
        used += gap + _WIDTHS[name]
    spare = width - used
    return tuple((name, max(4, _WIDTHS[name] + (spare if name == "path" else 0))) for name in _WIDTHS if name in chosen)


def gap_for(width: int) -> int:
    """How far columns stand apart."""
    return 1 if width < _NARROW else 2


def title_line(view: View) -> list[tuple[str, str]]:
    """The names of the columns."""
    cells = [_fitted(_TITLES.get(name, name), width, right=name in _RIGHT) for name, width in view.columns]
    return [((" " * view.gap).join(cells), "dim")]


def request_line(summary: Summary, view: View) -> list[tuple[str, str]]:
    """One request, as texts and the names of their styles."""
    found: list[tuple[str, str]] = []
    for name, width in view.columns:
        if found:
            found.append((" " * view.gap, "plain"))
        if name == "bar":
            found += _bar(summary, view, width)
            continue
        text, style = _cell(name, summary, view)
        if name == "path" and summary.replay_of:
            found.append((_AGAIN, "word"))
            width -= len(_AGAIN)
        found.append((_fitted(text, width, right=name in _RIGHT, keep_end=name == "path"), style))
    return found


def _cell(name: str, summary: Summary, view: View) -> tuple[str, str]:
    quiet = "dim" if summary.background else "plain"
    match name:
        case "time":
            return f"{datetime.fromtimestamp(summary.started_at, view.zone or UTC):%H:%M:%S}", "dim"
        case "method":
            return summary.method, quiet
        case "path":
            return clean_line(summary.path), quiet
        case "status":
            return outcome_of(summary), _outcome_style(summary)
        case "took":
            took = summary.duration_ms
            return compact_of(elapsed_of(summary, view.now) if took is None else took), quiet
        case "first":
            return compact_of(summary.first_byte_ms), "dim"
        case "size":
            return size_of(summary.bytes_received) if summary.bytes_received else "", quiet
        case _:
            return f"×{summary.attempts}" if summary.attempts > 1 else "", "warn"


def elapsed_of(summary: Summary, now: float) -> float:
    """For how many milliseconds a request has been under way, in whole seconds: what ticks must not flicker."""
    return max(0, int(now - summary.started_at)) * 1000.0


def _outcome_style(summary: Summary) -> str:
    match summary.state:
        case "ok":
            return "dim" if summary.background else "good"
        case "failed":
            return "bad"
        case "stopped":
            return "warn"
        case _:
            return "word"


def _bar(summary: Summary, view: View, width: int) -> list[tuple[str, str]]:
    took = summary.duration_ms
    if took is None or view.longest_ms <= 0:
        return [(" " * width, "plain")]
    cells = max(1, round(min(1.0, took / view.longest_ms) * width))
    found = [(_BAR * part.cells, part_style(part.name)) for part in segments(summary.parts, cells)]
    return [*found, (" " * (width - sum(len(text) for text, _ in found)), "plain")]


def longest_of(summaries: Sequence[Summary]) -> float:
    """The longest duration among these."""
    return max((summary.duration_ms or 0.0 for summary in summaries), default=0.0)


def _fitted(text: str, width: int, *, right: bool = False, keep_end: bool = False) -> str:
    size = cell_len(text)
    if size <= width:
        return " " * (width - size) + text if right else text + " " * (width - size)
    if not keep_end:
        return set_cell_size(text, width - 1) + "…"
    kept = text[max(0, len(text) - width) :]
    while cell_len(kept) > width - 1:
        kept = kept[1:]
    # A path is cut where one of its parts begins.
    kept = kept[max(0, kept.find("/")) :]
    return set_cell_size("…" + kept, width)
