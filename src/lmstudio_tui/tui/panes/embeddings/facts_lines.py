"""What was measured, as lines: a table, and how quick requests of each size were. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, Literal

from rich.cells import cell_len

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.embeddings.bars import bar
from lmstudio_tui.tui.panes.embeddings.vector_lines import beside, in_lines, short_names
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.features.embeddings.sweeping import BatchPace
    from lmstudio_tui.tui.panes.embeddings.line_view import Piece

    Lines = list[list[Piece]]

Tone = Literal["plain", "good", "warn", "bad", "dim"]
"""How a cell is meant."""

_LABELS: Final = 24
"""Cells of what is in a row, at most."""
_FIGURES: Final = 21
"""Cells of the figures behind a bar."""
_BESIDE: Final = 84
"""Cells from which on two parts of the table stand beside each other."""
_BAR: Final = 60
"""Cells of the longest bar."""
_PROGRESS: Final = 24


@dataclass(frozen=True, slots=True)
class FactRow:
    """A row of the table.

    Attributes:
        label: what is said in it; of a row without cells it is the title of those below it.
        cells: what is to be said, for each model; a row with one cell says it of all models.
        tone: how it is meant.
    """

    label: str
    cells: tuple[str, ...] = ()
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class FactsTable:
    """What is known.

    Attributes:
        models: one or two.
        rows: in their order.
        notes: sentences below them.
    """

    models: tuple[str, ...]
    rows: tuple[FactRow, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SweepSide:
    """How quickly a model embeds, by how many texts a request has.

    Attributes:
        model: which.
        paces: of each size.
        problems: what is to be known about it, a sentence each.
        measured: when that was; empty for just now.
    """

    model: str
    paces: tuple[BatchPace, ...] = ()
    problems: tuple[str, ...] = ()
    measured: str = ""


@dataclass(frozen=True, slots=True)
class SweepProgress:
    """How far a sweep is.

    Attributes:
        text: what is being measured.
        done: sizes that are measured.
        total: sizes in all.
    """

    text: str
    done: int
    total: int


def table_lines(table: FactsTable, width: int) -> Lines:
    """The table; what is longer than its cell goes on below. Of one model two parts stand beside each other if wide."""
    count = max(1, len(table.models))
    if count == 1 and width >= _BESIDE:
        half = width // 2
        left, right = _halves(_parts(table.rows))
        lines = beside(_rows_lines(left, half - 1, count), _rows_lines(right, width - half, count), half)
    else:
        lines = _rows_lines(table.rows, width, count, table.models if count > 1 else ())
    return [*lines, *sentences(table.notes, width)]


def _parts(rows: Sequence[FactRow]) -> list[list[FactRow]]:
    """The rows, each title with those below it."""
    parts: list[list[FactRow]] = []
    for row in rows:
        if not row.cells or not parts:
            parts.append([])
        parts[-1].append(row)
    return parts


def _halves(parts: list[list[FactRow]]) -> tuple[list[FactRow], list[FactRow]]:
    """The parts in two columns, about as high as each other."""
    heights = [len(part) + 1 for part in parts]
    cut = min(range(1, len(parts) + 1), key=lambda at: max(sum(heights[:at]), sum(heights[at:])))
    left, right = parts[:cut], parts[cut:]
    return [row for part in left for row in part], [row for part in right for row in part]


def _rows_lines(rows: Sequence[FactRow], width: int, count: int, models: Sequence[str] = ()) -> Lines:
    labels = [row.label for row in rows if row.cells]
    longest = max((cell_len(one) for one in labels), default=8)
    label = min(_LABELS, max(8, width // (2 if count < 2 else 3)), longest)
    room = max(6, (width - label - 3) // count - 1)
    names = [in_lines(name, room) for name in short_names(models)]
    lines: Lines = [
        [(" " * (label + 2), ""), *((f" {fitted(name, room)}", _colour(at, count)) for at, name in enumerate(row))]
        for row in zip_longest(*names, fillvalue="")
    ]
    for row in rows:
        title = [[(f" {row.label}", "heading")]]
        lines += _row_lines(row, label, room, count) if row.cells else [[], *title] if lines else title
    return lines


def _row_lines(row: FactRow, label: int, room: int, count: int) -> Lines:
    wide = room if len(row.cells) == count else (room + 1) * count - 1
    rows = [in_lines(cell, wide) for cell in row.cells]
    style = "" if row.tone == "plain" else row.tone
    return [
        [(f" {fitted(name, label)} ", "dim"), *((f" {fitted(cell, wide)}", style) for cell in cells)]
        for name, *cells in zip_longest(in_lines(row.label, label), *rows, fillvalue="")
    ]


def sentences(texts: Sequence[str], width: int) -> Lines:
    """Sentences below a table, a blank line before them."""
    rows = [row for text in texts for row in in_lines(text, max(8, width - 2))]
    return [[], *([(f" {row}", "warn")] for row in rows)] if rows else []


def sweep_lines(sides: Sequence[SweepSide], progress: SweepProgress | None, width: int) -> Lines:
    """Bars of texts in a second, by the size of requests, all to one scale; nothing when nothing was measured."""
    if progress is None and not any(side.paces or side.problems for side in sides):
        return []
    measured = next((f"  measured {side.measured}" for side in sides if side.measured), "")
    lines: Lines = [[], [(" Texts in a second, by texts in a request", "heading"), (measured, "dim")]]
    if len(sides) > 1:
        for at, side in enumerate(sides):
            lines.append([(f" {'█▓'[at % 2]} ", f"group-{at}"), (clean_line(side.model), "dim")])
    if progress is not None:
        lines.append(_progress(progress, width))
    lines += _bars(sides, width)
    if any(side.paces for side in sides):
        lines.append([(" ◂", "mark"), (" the most texts in a second", "dim")])
    several = len(sides) > 1
    problems = [f"{clean_line(side.model)}: {text}" if several else text for side in sides for text in side.problems]
    return [*lines, *sentences(problems, width)]


def _progress(progress: SweepProgress, width: int) -> list[Piece]:
    room = max(4, min(_PROGRESS, width // 3))
    done = room * max(0, min(progress.done, progress.total)) // max(1, progress.total)
    count = f" {progress.done} of {progress.total} "
    text = fitted(clean_line(progress.text), max(0, width - room - len(count) - 2)).rstrip()
    return [(" ", ""), ("━" * done, "warm"), ("─" * (room - done), "faint"), (count, ""), (text, "dim")]


def _bars(sides: Sequence[SweepSide], width: int) -> Lines:
    of = [{pace.size: pace for pace in side.paces} for side in sides]
    sizes = sorted({size for side in of for size in side})
    largest = max((pace.texts_per_s for side in of for pace in side.values()), default=0.0)
    best = [max(side.values(), key=lambda pace: pace.texts_per_s, default=None) for side in of]
    digits = max((len(f"{size:,}") for size in sizes), default=1)
    room = max(4, min(_BAR, width - digits - 2 - _FIGURES))
    lines: Lines = []
    if sizes:
        head = fitted(" in a request", digits + 2 + room)
        lines.append([(f"{head}{'a second':>9} {'a text':>8}", "dim")])
    for size in sizes:
        shown = f" {size:>{digits},} "
        for at, side in enumerate(of):
            if (pace := side.get(size)) is not None:
                share = pace.texts_per_s / largest if largest > 0 else 0.0
                whole = max(1, round(share * room)) * "▓"
                drawn = whole.ljust(room) if at else bar(share, room)
                lines.append([(shown, "dim"), (drawn, _colour(at, len(of), "warm")), *_figures(pace, pace is best[at])])
                shown = " " * len(shown)
    return lines


def _figures(pace: BatchPace, best: bool) -> list[Piece]:
    text = f"{_figure(pace.texts_per_s):>7}/s {milliseconds(pace.per_text_s):>8}"
    return [(text, "heading"), (" ◂", "mark")] if best else [(text, "")]


def _figure(value: float) -> str:
    if value >= 99_999.5:
        return f"{value / 1000:,.0f}k"
    return f"{value:,.0f}" if value >= 99.5 else f"{value:.1f}"


def milliseconds(seconds: float) -> str:
    """A short time, as short as it can be said."""
    if seconds >= 9.995:
        return f"{seconds:,.1f} s"
    found = seconds * 1000
    return f"{found:,.0f} ms" if found >= 99.5 else f"{found:.1f} ms" if found >= 0.95 else f"{found:.2f} ms"


def _colour(side: int, sides: int, alone: str = "quiet") -> str:
    return f"group-{side}" if sides > 1 else alone
