"""What of a paragraph stands in a row, with its colours. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
