"""Text selection: from rows on the screen back to the text that was written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from lmstudio_tui.tui.widgets.transcript.painter import ROW_BITS

if TYPE_CHECKING:
    from textual.selection import Selection

    from lmstudio_tui.tui.widgets.transcript.document import Document
    from lmstudio_tui.tui.widgets.transcript.lines import Line
    from lmstudio_tui.tui.widgets.transcript.view import TurnView

_WORD: Final = re.compile(r"[\w.\-/~@:+]+|[^\w\s]+")
_ROW_MASK: Final = (1 << ROW_BITS) - 1


def extract(document: Document, selection: Selection, prefix: int) -> str:
    """Return the selected text: of turns in part what the screen shows, of whole turns what was written.

    Args:
        document: The turns.
        selection: What is selected, in characters of the painted rows, which are named as `ROW_BITS` says.
        prefix: How many characters stand left of the text on every row.
    """
    first = -1 if selection.start is None else selection.start.y >> ROW_BITS
    last = None if selection.end is None else selection.end.y >> ROW_BITS
    turns: list[str] = []
    for view in document.views:
        if view.serial < first:
            continue
        if last is not None and view.serial > last:
            break
        if view.serial > first and (last is None or view.serial < last):
            # Also keeps a selection of everything from drawing a thousand turns nobody looked at.
            turns.append(view.turn.text)
        else:
            turns.append(_extract_rows(document, view, selection, prefix))
    return "\n\n".join([text.strip("\n") for text in turns if text.strip()])


def _extract_rows(document: Document, view: TurnView, selection: Selection, prefix: int) -> str:
    parts: list[str] = []
    for row, line in enumerate(document.lines(view)):
        span = selection.get_span(view.serial << ROW_BITS | row)
        if span is None:
            continue
        if any(action.kind == "more" for action in line.actions):
            # Folded away, but in the middle of what is selected.
            for hidden in document.hidden_lines(view):
                parts.extend((hidden.join, hidden.cut(0, -1)) if parts else (hidden.cut(0, -1),))
            continue
        if parts:
            parts.append(line.join)
        parts.append(line.cut(span[0] - prefix, -1 if span[1] == -1 else span[1] - prefix))
    return "".join(parts)


def word_at(line: Line, column: int) -> tuple[int, int] | None:
    """Return the characters of the word at a cell of a line."""
    for match in _WORD.finditer(line.text):
        if cell_len(line.text[: match.start()]) <= column < cell_len(line.text[: match.end()]):
            return match.span()
    return None
