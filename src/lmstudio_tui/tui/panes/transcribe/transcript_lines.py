"""A text broken into rows, and broken on when more of it comes: what is above its last row stays as it is. Pure."""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len, chop_cells

_TOKEN: Final = re.compile(r"\n|[^\S\n]+|\S+")


def rows_of(text: str, width: int, start: int = 0) -> list[tuple[int, int]]:
    """Where each row begins and ends, in characters.

    Args:
        text: all of it.
        width: cells of a row; at least two, since a character may need as many.
        start: where the first row begins.
    """
    rows: list[tuple[int, int]] = []
    begin = end = start
    used = 0
    for token in _TOKEN.finditer(text, start):
        said = token[0]
        if said == "\n":
            rows.append((begin, end))
            begin = end = token.end()
            used = 0
            continue
        size = cell_len(said)
        if said.isspace():
            used += size
            continue
        if used + size > width and end > begin:
            rows.append((begin, end))
            begin, used = token.start(), 0
        elif used + size > width:
            # Blanks alone before it: they are worth less than the row.
            begin, used = token.start(), 0
        if size > width:
            at = token.start()
            for piece in chop_cells(said, width):
                if at > token.start():
                    rows.append((begin, at))
                begin = at
                at += len(piece)
                used = cell_len(piece)
        else:
            used += size
        end = token.end()
    rows.append((begin, end))
    return rows


class Growing:
    """A text in rows, cheap to show again when only more has come to its end."""

    def __init__(self) -> None:
        self._text = ""
        self._width = 0
        self._rows: list[tuple[int, int]] = []

    def show(self, text: str, width: int) -> list[tuple[int, int]]:
        """The rows of that text, as `rows_of` gives them."""
        if width != self._width or not self._rows or not text.startswith(self._text):
            self._rows = rows_of(text, width)
        elif len(text) > len(self._text):
            start = self._rows.pop()[0]
            self._rows += rows_of(text, width, start)
        self._text, self._width = text, width
        return self._rows
