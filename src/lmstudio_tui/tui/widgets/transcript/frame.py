"""What stands around the text of a turn: the fold lines, what was sent along, the notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

from lmstudio_tui.tui.widgets.transcript.figures import branch_label, figure_lines
from lmstudio_tui.tui.widgets.transcript.lines import BLANK, Action, Line, wrap
from lmstudio_tui.tui.widgets.transcript.model import Role, Turn

if TYPE_CHECKING:
    from lmstudio_tui.tui.widgets.transcript.palette import Palette

CURSOR: Final = "▍"
_TIME_ROOM: Final = 8
_HEAD_WIDTH: Final = 40
"""Narrowest text beside which there is room for the time of a prompt."""
_ENDINGS: Final = {"stopped": "stopped", "interrupted": "interrupted", "failed": "failed"}


def head_label(turn: Turn, width: int) -> str:
    """Return what stands at the right of a prompt's first row: the time, and its branch where that fits for certain."""
    branch = branch_label(turn.branch) if width >= _HEAD_WIDTH else ""
    return "  ".join(part for part in (branch, turn.time) if part)


def text_width(turn: Turn, width: int) -> int:
    """Return how wide the text may be; a prompt leaves room for what stands at its right."""
    if turn.role is Role.USER and width >= _HEAD_WIDTH and (label := head_label(turn, width)):
        return width - max(_TIME_ROOM, cell_len(label) + 2)
    return max(1, width)


def fold_line(turn: Turn, folded: bool, words: int, answered: bool, width: int, palette: Palette) -> Line:
    """Draw the line that stands for the reasoning, or above it."""
    if turn.reasoning_label:
        label = turn.reasoning_label
    elif turn.status == "streaming" and not answered:
        label = f"thinking… {words:,} words"
    else:
        label = f"thought ({words:,} words)"
    text = f"{'▸' if folded else '▾'} {label}"
    return Line((Segment(_fitted(text, width), palette["dim"]),), copied=False, actions=(Action("fold"),))


def more_line(rows: int, exact: bool, width: int, palette: Palette) -> Line:
    """Draw the line that stands for the rest of a message that is folded.

    Args:
        rows: How many rows are hidden.
        exact: Whether that was counted, or only guessed.
        width: Cells to fit.
        palette: The styles.
    """
    text = f"▸ {'' if exact else 'about '}{rows:,} more line{'s' if rows != 1 else ''} · z shows them"
    return Line((Segment(_fitted(text, width), palette["dim"]),), copied=False, actions=(Action("more"),))


def bottom_lines(turn: Turn, spoken: bool, width: int, palette: Palette) -> list[Line]:
    """Draw what stands under the text: what is going on, what went wrong, the figures, and the space to the next turn.

    Args:
        turn: The turn.
        spoken: Whether any row stands above.
        width: Cells to fit.
        palette: The styles.
    """
    parts: list[list[Line]] = []
    if turn.status == "streaming" and turn.activity:
        parts.append(wrap([(turn.activity, palette["dim"])], width))
    note = turn.note or _ENDINGS.get(turn.status, "")
    if note:
        style = palette["error" if turn.status == "failed" else "warning"]
        parts.append(wrap([(note if not note[0].isalnum() else f"■ {note}", style)], width))
    if turn.caution:
        parts.append(wrap([(f"▲ Caution: {turn.caution}", palette["warning"])], width))
    if turn.role is not Role.USER or width < _HEAD_WIDTH or turn.footer:
        figures = figure_lines(turn, width, palette)
        if figures:
            parts.append(figures)
    lines = _attachment_lines(turn, width, palette)
    for part in parts:
        if (lines or spoken) and not palette.compact:
            lines.append(BLANK)
        lines.extend(part)
    # A prompt's tint and rule set it apart without.
    return lines if palette.compact and lines and turn.role is not Role.USER else [*lines, BLANK]


def _attachment_lines(turn: Turn, width: int, palette: Palette) -> list[Line]:
    lines: list[Line] = []
    for number, attachment in enumerate(turn.attachments):
        text = attachment if attachment and not attachment[0].isalnum() else f"▣ {attachment}"
        segment = Segment(_fitted(text, text_width(turn, width)), palette["dim"])
        lines.append(Line((segment,), copied=False, actions=(Action("look", number),)))
    return lines


def _fitted(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, max(1, width - 1)) + "…"
