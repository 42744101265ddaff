"""Which columns fit beside each other, and how wide they are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, chop_cells, set_cell_size

from lmstudio_tui.features.models.columns import BY_ID, COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lmstudio_tui.features.models.columns import Column, Entry

GAP: Final = 2
"""Cells between two columns; the arrow of the sorted one stands there."""
MARK: Final = 2
"""Cells for the mark before the name."""

_BOUNDS: Final = {
    "name": (20, 60),
    "type": (5, 9),
    "params": (6, 9),
    "quant": (6, 12),
    "size": (6, 8),
    "context": (7, 10),
    "format": (6, 8),
    "state": (7, 14),
    "can": (12, 30),
}
"""The fewest and the most cells of a column; fewer when nothing in it is as long."""
_KEPT: Final = ("name", "size", "params", "can", "context", "quant")
"""The last of these goes first when there is no room."""
_SPARE: Final = ("state", "type", "format")
_SPARE_FROM: Final = 24
"""Cells that have to be left over before there is any of these; with fewer the names are worth more."""
_RIGHT: Final = frozenset({"params", "size"})
_COMFORTABLE_NAME: Final = 26
_COMFORTABLE_CAN: Final = 15
_PUBLISHER: Final = re.compile(r"[\w.-]+/(?=.)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column is drawn.

    Attributes:
        column: which one.
        start: cells from the left.
        width: cells.
    """

    column: Column
    start: int
    width: int

    @property
    def right(self) -> bool:
        """Whether its text stands at its right end."""
        return self.column.id in _RIGHT


def natural_widths(entries: Iterable[Entry]) -> dict[str, int]:
    """How wide each column would have to be to show everything; 0 for one that no model fills."""
    widths = dict.fromkeys(_BOUNDS, 0)
    for entry in entries:
        for name in widths:
            more = cell_len(times_in_words(entry)) if name == "name" else 0
            widths[name] = max(widths[name], cell_len(entry.text(BY_ID[name])) + more)
    return widths


def fitted(width: int, natural: Mapping[str, int]) -> tuple[Place, ...]:
    """Lay out as many columns as fit.

    Args:
        width: cells, the mark included.
        natural: as `natural_widths` gives them.
    """
    wanted = {
        name: min(most, max(natural.get(name, 0), cell_len(BY_ID[name].title)))
        for name, (_, most) in _BOUNDS.items()
        if natural.get(name, 0) or name == "name"
    }
    least = {name: min(_BOUNDS[name][0], cells) for name, cells in wanted.items()}
    room = width - MARK
    widths: dict[str, int] = {}
    for name in (*_KEPT, *_SPARE):
        if name == _SPARE[0] and room < _SPARE_FROM:
            break
        need = least.get(name, 0) + (GAP if widths else 0)
        if name in least and (need <= room or not widths):
            widths[name] = max(1, min(least[name], room))
            room -= need
    _grow(widths, wanted, max(0, room))
    places: list[Place] = []
    start = MARK
    for column in COLUMNS:
        if column.id in widths:
            places.append(Place(column, start, widths[column.id]))
            start += widths[column.id] + GAP
    return tuple(places)


def _grow(widths: dict[str, int], wanted: Mapping[str, int], room: int) -> None:
    """Share out the room that is left: the short columns first, then the names and what the models can."""
    short = [name for name in widths if name not in {"name", "can"}]
    for name, most in (
        *((name, wanted[name]) for name in short),
        ("can", min(_COMFORTABLE_CAN, wanted.get("can", 0))),
        ("name", min(_COMFORTABLE_NAME, wanted["name"])),
        ("can", wanted.get("can", 0)),
        ("name", wanted["name"]),
    ):
        if name in widths:
            more = max(0, min(room, most - widths[name]))
            widths[name] += more
            room -= more


def cut(text: str, width: int, *, right: bool = False) -> str:
    """A text in exactly so many cells; an ellipsis stands for what is left out."""
    missing = width - cell_len(text)
    if missing >= 0:
        return " " * missing + text if right else text + " " * missing
    return set_cell_size(set_cell_size(text, max(0, width - 1)).rstrip(" ") + "…", width)


def shortened_words(text: str, width: int) -> str:
    """As many words as fit in so many cells, and how many are left out: `vision +2`."""
    if cell_len(text) <= width:
        return text
    words = text.split(" ")
    for kept in range(len(words) - 1, 0, -1):
        line = f"{' '.join(words[:kept])} +{len(words) - kept}"
        if cell_len(line) <= width:
            return line
    return text


def times_in_words(entry: Entry) -> str:
    """` ×2` for a model that is in memory twice; empty for the others."""
    count = len(entry.model.instances)
    return f" ×{count}" if count > 1 else ""


def publisher_in(name: str) -> str:
    """The publisher at the start of an id, with its slash; empty when it does not look like one."""
    found = _PUBLISHER.match(name)
    return found[0] if found else ""


def same_but_for_publisher(names: Iterable[str]) -> frozenset[str]:
    """The names that cannot be told apart without their publishers."""
    listed = list(names)
    count = Counter(name.removeprefix(publisher_in(name)) for name in listed)
    return frozenset(name for name in listed if count[name.removeprefix(publisher_in(name))] > 1)


def shortened_name(name: str, width: int, *, whole: bool = False) -> str:
    """A model's id in no more than so many cells: without its publisher, then without its middle.

    Args:
        name: the id, in one harmless line.
        width: cells.
        whole: whether the publisher stays, since another model is called the same but for that.
    """
    if cell_len(name) <= width:
        return name
    name = name if whole else name.removeprefix(publisher_in(name))
    if cell_len(name) <= width:
        return name
    tail = 8 if width >= 24 else 5 if width >= 14 else 0
    head = chop_cells(name, max(1, width - tail - 1))[0]
    return f"{head}…{name[-tail:] if tail else ''}"
