"""Tables that fit the width: columns shrink and wrap, and where nothing fits rows are listed field by field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from rich.cells import cell_len
from rich.segment import Segment

from lmstudio_tui.tui.widgets.transcript.lines import Line, Span, wrap

if TYPE_CHECKING:
    from rich.style import Style

    from lmstudio_tui.tui.widgets.transcript.palette import Palette

Align: TypeAlias = Literal["left", "center", "right"]
Cells: TypeAlias = Sequence[list[Span]]

_MIN_COLUMN: Final = 5


def gap_width(columns: int, width: int) -> int:
    """Return how many blank cells stand between two columns."""
    return 3 if width >= 60 or columns <= 2 else 2


def fit(natural: Sequence[int], width: int) -> list[int] | None:
    """Return the width of each column so that a row takes at most `width` cells, or None where that is too tight.

    Columns that are narrow anyway keep their width; the wide ones share what is left.
    """
    columns = len(natural)
    room = width - gap_width(columns, width) * (columns - 1)
    if sum(natural) <= room:
        return [max(1, cells) for cells in natural]
    if room < sum(min(max(cells, 1), _MIN_COLUMN) for cells in natural):
        return None
    widths = [0] * columns
    order = sorted(range(columns), key=natural.__getitem__)
    for place, column in enumerate(order):
        share = room // (columns - place)
        widths[column] = max(1, min(natural[column], share))
        room -= widths[column]
    return widths


def row_lines(
    cells: Cells, widths: Sequence[int], aligns: Sequence[Align], gap: int, header: Style | None = None
) -> list[Line]:
    """Draw one row; cells that are too wide wrap."""
    wrapped = [wrap(_styled(cell, header), width) for cell, width in zip(cells, widths, strict=False)]
    result: list[Line] = []
    for number in range(max((len(lines) for lines in wrapped), default=1)):
        segments: list[Segment] = []
        pending = 0
        for lines, width, align in zip(wrapped, widths, aligns, strict=False):
            parts = lines[number].segments if number < len(lines) else ()
            used = sum(cell_len(part.text) for part in parts)
            free = max(0, width - used)
            left = {"left": 0, "right": free, "center": free // 2}[align]
            if parts:
                segments.append(Segment(" " * (pending + left)))
                segments.extend(parts)
                pending = free - left + gap
            else:
                pending += width + gap
        result.append(Line(tuple(segment for segment in segments if segment.text)))
    return result


def rule_line(widths: Sequence[int], gap: int, palette: Palette) -> Line:
    """Draw the rule under the header."""
    return Line((Segment((" " * gap).join("─" * width for width in widths), palette["rule"]),), copied=False)


def record_lines(header: Cells, cells: Cells, width: int, palette: Palette, style: Style) -> list[Line]:
    """Draw one row as a list of its fields, for widths at which no column fits."""
    result: list[Line] = [Line((Segment("─" * max(1, min(width, 8)), palette["rule"]),), copied=False)]
    for name, cell in zip(header, cells, strict=False):
        label = [*_styled(name, style + palette["dim"]), (": ", style + palette["dim"])]
        result.extend(wrap([*label, *cell], width))
    return result


def natural_width(cell: list[Span]) -> int:
    """Return how many cells the widest line of a table cell takes."""
    text = "".join([part for part, _ in cell])
    return len(text) if text.isascii() else cell_len(text)


def _styled(cell: list[Span], style: Style | None) -> list[Span]:
    return cell if style is None else [(text, own + style) for text, own in cell]
