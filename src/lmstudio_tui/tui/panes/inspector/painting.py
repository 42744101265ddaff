"""What of a paragraph stands in a row, with its colours and with what is selected of it. Pure."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from lmstudio_tui.tui.panes.inspector.looks import json_spans

if TYPE_CHECKING:
    from lmstudio_tui.tui.panes.inspector.paragraphs import Paragraph, Row


def coloured(paragraph: Paragraph) -> list[tuple[str, str]]:
    """The pieces of a paragraph, JSON in its colours."""
    found: list[tuple[str, str]] = []
    for text, style in paragraph.pieces:
        if style == "json":
            found += json_spans(text)
        else:
            found.append((text, style))
    return found


def cut(pieces: list[tuple[str, str]], row: Row) -> list[tuple[str, str]]:
    """What of the pieces stands in a row."""
    found: list[tuple[str, str]] = []
    at = 0
    for text, style in pieces:
        start, end = max(row.start - at, 0), min(row.end - at, len(text))
        if start < end:
            found.append((text[start:end], style))
        at += len(text)
    return found


def marked(segments: list[Segment], span: tuple[int, int], highlight: Style) -> list[Segment]:
    """The segments with the characters of a selection in its style; an end of -1 is that of the row."""
    ends = list(accumulate(len(segment.text) for segment in segments))
    first, last = span[0], span[1] if span[1] >= 0 else (ends[-1] if ends else 0)
    found: list[Segment] = []
    for segment, end in zip(segments, ends, strict=True):
        start = end - len(segment.text)
        cuts = [min(max(at, start), end) - start for at in (first, last)]
        style = segment.style or Style.null()
        for text, own in (
            (segment.text[: cuts[0]], style),
            (segment.text[cuts[0] : cuts[1]], style + highlight),
            (segment.text[cuts[1] :], style),
        ):
            if text:
                found.append(Segment(text, own))
    return found
