"""What markdown-it found at the top level of a text: blocks, with each list taken apart into its items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.tui.widgets.transcript.markdown import closing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_WEAK: Final = frozenset({"paragraph_open", "heading_open", "code_block", "html_block"})
"""Blocks that may turn out to be the title of the link definition above them."""


@dataclass(slots=True)
class Unit:
    """A block, or an item of a list: where it starts and ends, in lines, and what it is."""

    kind: str
    start: int
    end: int
    tokens: Sequence[Token]
    ordinal: int | None = None
    follows: bool = False
    """Whether it is a further item of the list before it."""


def find_units(tokens: Sequence[Token], text: str, in_list: bool, ordinal: int | None) -> list[Unit]:
    """Return the units of a text that has been parsed.

    Args:
        tokens: What the parser returned.
        text: The text itself.
        in_list: Whether the text begins with an item of a list whose earlier items are no longer in it.
        ordinal: The number of that item, in an ordered list.
    """
    units: list[Unit] = []
    rows = text.split("\n")
    index = 0
    while index < len(tokens):
        end = closing(tokens, index)
        continued = in_list and not units
        for unit in _units_of(tokens[index : end + 1], continued, ordinal):
            previous = units[-1] if units else None
            if previous is not None and unit.kind in _WEAK and _after_definition(previous, unit, rows):
                previous.end = unit.end
                previous.tokens = [*previous.tokens, *unit.tokens]
            else:
                units.append(unit)
        index = end + 1
    return units


def _after_definition(previous: Unit, unit: Unit, rows: list[str]) -> bool:
    """Whether lines that no block owns, which are link definitions and may still go on, stand right before `unit`."""
    return unit.start > previous.end and bool(rows[unit.start - 1].strip(" \t"))


def _units_of(tokens: Sequence[Token], continued: bool, ordinal: int | None) -> list[Unit]:
    """Return the units of one block."""
    token = tokens[0]
    start, stop = token.map or (0, 0)
    if token.type not in ("bullet_list_open", "ordered_list_open"):
        return [Unit(token.type, start, stop, tokens)]
    number = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
    if continued:
        number = ordinal
    units: list[Unit] = []
    place = 1
    while place < len(tokens) - 1:
        close = closing(tokens, place)
        begin, finish = tokens[place].map or (start, stop)
        units.append(Unit(token.type, begin, finish, tokens[place : close + 1], number, continued or bool(units)))
        number = None if number is None else number + 1
        place = close + 1
    return units
