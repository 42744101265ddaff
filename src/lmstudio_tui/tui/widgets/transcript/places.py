"""Places in a conversation: what stands at a row, and what stays where it is while rows come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lmstudio_tui.tui.widgets.transcript.chunks import Chunk
    from lmstudio_tui.tui.widgets.transcript.lines import Line
    from lmstudio_tui.tui.widgets.transcript.view import TurnView


class Anchor(NamedTuple):
    """A place in the content that stays where it is when rows above it come or go."""

    view: TurnView
    chunk: Chunk | None
    row: int
    """Row within the chunk."""
    turn_row: int
    """Row within the turn, for when the chunk is gone."""
    height: int
    """How high the chunk was."""
    number: int = 0
    """Which of the turn's chunks it was."""


class Place(NamedTuple):
    """What stands at one row."""

    view: TurnView
    row: int
    """Row within the turn."""
    line: Line
    chunk: Chunk | None = None
    inside: int = 0
    """Row within the chunk."""


def place_of(anchor: Anchor, view: TurnView) -> int | None:
    """Return where the chunk of an anchor stands now."""
    chunks, chunk = view.chunks, anchor.chunk
    if chunk is None:
        return None
    if anchor.number < len(chunks) and chunks[anchor.number] is chunk:
        return anchor.number
    return chunks.index(chunk) if chunk in chunks else None
