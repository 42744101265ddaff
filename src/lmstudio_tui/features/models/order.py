"""The order of a list of models."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.models.columns import BY_ID, COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lmstudio_tui.features.models.columns import Column, Entry

LOADED_FIRST: Final = "loaded"
"""The order that is no column's: what is in memory, then the rest, each by name."""
ORDERS: Final = (LOADED_FIRST, *(column.id for column in COLUMNS))

_DIGITS: Final = re.compile(r"(\d+)")
_RANKS: Final = {"loaded": 0, "loading": 1}

_Natural = tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted. What is unknown comes last, whichever way round.

    Args:
        by: one of `ORDERS`.
        reverse: the other way round.
    """

    by: str = LOADED_FIRST
    reverse: bool = False

    @property
    def title(self) -> str:
        """In words."""
        return "loaded first" if self.by == LOADED_FIRST else BY_ID[self.by].title

    @property
    def arrow(self) -> str:
        """Which way."""
        return "↑" if self.reverse else "↓"

    def chosen(self, by: str) -> Order:
        """The order after a column was chosen: chosen again, it is turned round."""
        return replace(self, reverse=not self.reverse) if by == self.by else Order(by)

    def sorted(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries in this order; equal ones by name."""
        by_name = sorted(entries, key=_by_name)
        if self.by == LOADED_FIRST:
            return sorted(by_name, key=lambda entry: _RANKS.get(entry.model.state, 2), reverse=self.reverse)
        column = BY_ID[self.by]
        known = [entry for entry in by_name if _known(entry, column)]
        unknown = [entry for entry in by_name if not _known(entry, column)]
        amount = column.amount
        if column.id == "name":
            known.sort(key=_by_name, reverse=self.reverse)
        elif amount is not None:
            known.sort(key=lambda entry: amount(entry.model) or 0.0, reverse=self.reverse)
        else:
            known.sort(key=lambda entry: natural(entry.text(column)), reverse=self.reverse)
        return known + unknown


def _by_name(entry: Entry) -> tuple[_Natural, _Natural]:
    """By what the models are called; who published them comes second, and is left out where there is little room."""
    return natural(entry.id.rpartition("/")[2]), natural(entry.id)


def natural(text: str) -> _Natural:
    """A key by which `v2` comes before `v10`, and small and capital letters are the same."""
    parts = _DIGITS.split(text.lower())
    # A number of more digits than Python converts is as good as a word.
    return tuple((0, int(part), "") if at % 2 and len(part) < 20 else (1, 0, part) for at, part in enumerate(parts))


def _known(entry: Entry, column: Column) -> bool:
    return column.amount(entry.model) is not None if column.amount is not None else bool(entry.text(column))
