"""Words in the middle of a widget that has nothing to show yet."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual.geometry import Size


def notice_line(notice: Sequence[str], y: int, size: Size, base: Style, first: Style, rest: Style) -> Strip:
    """A line of a widget that shows nothing but a notice.

    Args:
        notice: what to say, a line each; long ones are wrapped.
        y: the line, from the top.
        size: of the widget.
        base: the style of what is empty.
        first: of the first of the notice.
        rest: of the others.
    """
    rows = [
        (row, first if number == 0 else rest)
        for number, text in enumerate(notice)
        for row in wrap(text, max(1, size.width - 2)) or [""]
    ]
    at = y - max(0, (size.height - len(rows)) // 3)
    if not 0 <= at < len(rows):
        return Strip.blank(size.width, base)
    text, style = rows[at]
    pad = Segment(" " * max(0, (size.width - cell_len(text)) // 2), base)
    return Strip([pad, Segment(text, style)]).adjust_cell_length(size.width, base)
