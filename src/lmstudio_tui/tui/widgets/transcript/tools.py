"""Calls of functions, as quiet cards: one line each, and opened the whole arguments and what came back."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

from lmstudio_tui.text_safety import clean, clean_line
from lmstudio_tui.tui.widgets.transcript.lines import Action, Line
from lmstudio_tui.tui.widgets.transcript.literal import LiteralSplitter

if TYPE_CHECKING:
    from lmstudio_tui.tui.widgets.transcript.model import ToolView
    from lmstudio_tui.tui.widgets.transcript.palette import Palette
    from lmstudio_tui.tui.widgets.transcript.pieces import Piece

_SHORT: Final = 400
"""How many characters of the arguments and of the result are looked at for the one line."""
_PARSED: Final = 262_144
"""Longest arguments, in characters, that are laid out as JSON; longer ones are shown as they came."""


def card_line(tool: ToolView, number: int, opened: bool, width: int, palette: Palette) -> Line:
    """Draw the line that stands for a call, or above it.

    Args:
        tool: The call.
        number: Which of the turn's calls it is, from 0.
        opened: Whether the rest is shown under it.
        width: Cells to fit.
        palette: The styles.
    """
    call = f"{'▾' if opened else '▸'} {clean_line(tool.name) or 'a function'}"
    ending, style = _ending(tool, opened)
    tail = f" → {ending}" if ending else ""
    if not opened:
        arguments = _short_arguments(tool.arguments[: _PARSED + 1])
        call += f"({arguments}…" if tool.state == "streaming" else f"({arguments})"
    if cell_len(call) + cell_len(tail) > width:
        # The call gives way first: what came of it is what one looks for.
        room = max(width - cell_len(tail), min(cell_len(call), width // 2))
        call = _fitted(call, room)
        tail = _fitted(tail, width - cell_len(call))
    parts = (Segment(call, palette["dim"]), Segment(tail, palette[style]))
    return Line(tuple(part for part in parts if part.text), copied=False, actions=(Action("tool", number),))


def card_pieces(tool: ToolView) -> list[tuple[Literal["tool", "result"], Piece]]:
    """Return what an opened card shows under its line: the arguments and the result, both whole."""
    pieces: list[tuple[Literal["tool", "result"], Piece]] = []
    pieces.extend(("tool", piece) for piece in _pieces(_laid_out(tool.arguments), "dim"))
    result = _pieces(tool.result or "", "")
    pieces.extend(("tool" if number else "result", piece) for number, piece in enumerate(result))
    return pieces


def _pieces(text: str, style: str) -> list[Piece]:
    splitter = LiteralSplitter(style)
    splitter.feed(clean(text))
    splitter.advance(final=True)
    return splitter.closed


def _ending(tool: ToolView, opened: bool) -> tuple[str, str]:
    result = "" if tool.result is None else clean_line(tool.result[:_SHORT])
    match tool.state:
        case "streaming":
            return "", "dim"
        case "waiting":
            return "waits for an answer", "warning"
        case "refused":
            return "refused" if opened or not result else f"refused: {result}", "warning"
        case "failed":
            return "failed" if opened or not result else f"failed: {result}", "error"
        case "done":
            return ("" if opened else result or "nothing"), "dim"


@lru_cache(maxsize=64)
def _short_arguments(arguments: str) -> str:
    values = _parsed(arguments)
    if isinstance(values, dict):
        named = cast("dict[str, Any]", values)
        text = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)[:_SHORT]}" for name, value in named.items())
    else:
        text = arguments if arguments.strip() != "{}" else ""
    return clean_line(text[:_SHORT])


def _laid_out(arguments: str) -> str:
    values = _parsed(arguments)
    if not isinstance(values, dict | list):
        return arguments
    return json.dumps(values, ensure_ascii=False, indent=2) if values else ""


def _parsed(arguments: str) -> object:
    if len(arguments) > _PARSED:
        return None
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return None


def _fitted(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - 1)).rstrip() + "…" if width > 0 else ""
