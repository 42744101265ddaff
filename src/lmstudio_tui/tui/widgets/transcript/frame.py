"""What stands around the text of a turn: the fold line, the figures, the notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

from lmstudio_tui.tui.widgets.transcript.lines import BLANK, Action, Line, wrap
from lmstudio_tui.tui.widgets.transcript.model import Role, Turn

if TYPE_CHECKING:
    from lmstudio_tui.tui.widgets.transcript.palette import Palette

CURSOR: Final = "▍"
_TIME_ROOM: Final = 8
_ENDINGS: Final = {"stopped": "stopped", "interrupted": "interrupted", "failed": "failed"}


def text_width(turn: Turn, width: int) -> int:
    """Return how wide the text may be; a prompt leaves room for the time at its right."""
    if turn.role is Role.USER and turn.time and width >= 40:
        return width - max(_TIME_ROOM, cell_len(turn.time) + 2)
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
    if cell_len(text) > width:
        text = set_cell_size(text, max(1, width - 1)) + "…"
    return Line((Segment(text, palette["dim"]),), copied=False, action=Action("fold"))


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
    if turn.footer or (turn.model and turn.role is Role.ASSISTANT and turn.status != "streaming"):
        parts.append(_figures(turn, width, palette))
    lines: list[Line] = []
    for part in parts:
        if lines or spoken:
            lines.append(BLANK)
        lines.extend(part)
    return [*lines, BLANK]


def _figures(turn: Turn, width: int, palette: Palette) -> list[Line]:
    dim = palette["dim"]
    right = "  ".join(part for part in (turn.model or "", turn.time) if part and part not in turn.footer)
    free = width - cell_len(turn.footer) - cell_len(right)
    if not turn.footer:
        return wrap([(right, dim)], width)
    if not right or free < 3:
        return wrap([(turn.footer, dim)], width)
    return [Line((Segment(turn.footer + " " * free + right, dim),))]
