"""The figures under an answer: what its time went into, its numbers, its branch, the model and the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment

from lmstudio_tui.tui.widgets.transcript.lines import Action, Line, Span, wrap
from lmstudio_tui.tui.widgets.transcript.model import Role, Turn

if TYPE_CHECKING:
    from lmstudio_tui.tui.widgets.transcript.palette import Palette

_MARK: Final = "▪"
_MARKS: Final = 20
"""How many marks all phases have together, at most."""
_APART: Final = 3
"""Cells between what stands at the left of a row and what stands at its right."""


def branch_label(branch: tuple[int, int] | None) -> str:
    """Return the switch between the versions of a turn."""
    return "" if branch is None or branch[1] < 2 else f"‹ {branch[0]}/{branch[1]} ›"


def branch_actions(branch: tuple[int, int] | None, start: int) -> tuple[Action, ...]:
    """Return what clicks on the switch do; its left half goes back, its right half on.

    Args:
        branch: The versions, as in `Turn`.
        start: The cell at which the switch begins.
    """
    cells = len(branch_label(branch))
    middle = start + cells // 2
    return (Action("branch", -1, start, middle), Action("branch", 1, middle, start + cells)) if cells else ()


def phase_spans(phases: tuple[tuple[str, float], ...], marks: int, palette: Palette) -> list[Span]:
    """Draw the bar of the phases.

    Args:
        phases: Names and milliseconds.
        marks: How many marks there may be; each phase has at least one.
        palette: The styles.
    """
    spans: list[Span] = []
    for (name, _), count in zip(phases, _shares([max(0.0, length) for _, length in phases], marks), strict=True):
        spans.append((f"{'  ' if spans else ''}{name} ", palette["dim"]))
        spans.append((_MARK * count, palette["phase"]))
    return spans


def _shares(lengths: list[float], marks: int) -> list[int]:
    """Share out the marks: one each, and the rest in proportion."""
    shares = [1] * len(lengths)
    rest = min(_MARKS, marks) - len(lengths)
    total = sum(lengths)
    if rest <= 0 or not 0 < total < float("inf"):
        return shares
    exact = [length / total * (rest + len(lengths)) for length in lengths]
    for _ in range(rest):
        furthest = max(range(len(lengths)), key=lambda index: exact[index] - shares[index])
        if exact[furthest] <= shares[furthest]:
            break
        shares[furthest] += 1
    return shares


def figure_lines(turn: Turn, width: int, palette: Palette) -> list[Line]:
    """Draw the rows of figures of a turn; none where there is nothing to tell."""
    ended = turn.role is Role.ASSISTANT and turn.status != "streaming"
    names = (turn.model or "", turn.time) if turn.footer or (turn.model and ended) else ()
    texts = [part for part in (branch_label(turn.branch), *names) if part and part not in turn.footer]
    left: list[Span] = [(turn.footer, palette["dim"])] if turn.footer else []
    right = "  ".join(texts)
    if turn.time in texts[1:] and not _fit(left, right, width):
        # The time gives way first: the model that answered is worth more.
        shorter = "  ".join(texts[:-1])
        right = shorter if _fit(left, shorter, width) else right
    lines: list[Line] = []
    bar = phase_spans(turn.phases, _MARKS, palette)
    together = [*bar, *((" " * _APART, palette["dim"]) for _ in left), *left]
    if bar and _fit(together, right, width):
        left = together
    elif bar:
        lines.extend(wrap(fitted, width) if (fitted := _narrower(turn.phases, width, palette)) else [])
    if left and not _fit(left, right, width):
        lines.extend(wrap(left, width))
        left = []
    return [*lines, *(_rows(turn, left, right, width, palette) if left or right else [])]


def _rows(turn: Turn, left: list[Span], right: str, width: int, palette: Palette) -> list[Line]:
    """Put `left` and `right` at the ends of one row; without a left part only the branch goes to the right."""
    if cell_len(right) > width:
        return wrap([(right, palette["dim"])], width)
    start = width - cell_len(right) if right and (left or branch_label(turn.branch)) else 0
    gap = " " * (start - _cells(left)) if right else ""
    spans = [*left, (gap, palette["dim"]), (right, palette["dim"])]
    return [
        Line(tuple([Segment(text, style) for text, style in spans if text]), actions=branch_actions(turn.branch, start))
    ]


def _fit(left: list[Span], right: str, width: int) -> bool:
    """Whether both fit in one row."""
    return _cells(left) + cell_len(right) + (_APART if left and right else 0) <= width


def _narrower(phases: tuple[tuple[str, float], ...], width: int, palette: Palette) -> list[Span]:
    """Return the bar with as many marks as fit, or nothing where not even one for each phase does."""
    spare = width - _cells(phase_spans(phases, 0, palette))
    return phase_spans(phases, len(phases) + spare, palette) if spare >= 0 else []


def _cells(spans: list[Span]) -> int:
    return sum(cell_len(text) for text, _ in spans)
