"""Labels on a map, placed where they hide nothing. Pure."""

from __future__ import annotations

from math import hypot, inf
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.embeddings.map_room import Room, nearest_bit, spread
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lmstudio_tui.tui.panes.embeddings.map_canvas import Canvas

LONGEST: Final = 24
"""Cells of a label."""
_READ: Final = 120
"""Characters of a text that are looked at for one."""
_TRIED: Final = 8
"""Points that are tried for each label, so that a crowd does not take longer."""
_ROOM: Final = 150
_ROOM_IN_CROWD: Final = 500
"""Cells of the map for each label: with more of them nobody reads any."""
_LONGEST_NAME: Final = 20
_NEAR: Final = 1.6
"""How far from the middle of a group its name may stand: so many times the distance of an average point, …"""
_ASIDE: Final = 2.0
"""… and so many lines more."""
_SPREAD: Final = 2654435761
"""A multiplier (Knuth's) that makes of an order one in which neighbours are far apart, and always the same."""


class Label(NamedTuple):
    """A text on the map.

    Attributes:
        line: from the top.
        column: where it begins.
        text: what it says.
        wide: its cells.
        owner: the text it is about; -1 for a group.
        group: the group of what it is about.
    """

    line: int
    column: int
    text: str
    wide: int
    owner: int
    group: int


def worded(text: str, longest: int = LONGEST) -> str:
    """A text as a label: one harmless line, no longer than it may be."""
    line = clean_line(text[:_READ])
    wide = cell_len(line)
    return fitted(line, longest).rstrip() if wide > longest else line


def room_of(canvas: Canvas) -> Room:
    """The cells without points."""
    return Room(canvas.width, canvas.height, canvas.raster.tops)


def places(canvas: Canvas, cell: int, wide: int) -> Iterable[tuple[int, int]]:
    """Where the label of a cell may stand, the best place first: line and column."""
    line, column = divmod(cell, canvas.width)
    return (
        (line, column + 2),
        (line, column - wide - 1),
        (line - 1, column),
        (line + 1, column),
        (line - 1, column - wide + 1),
        (line + 1, column - wide + 1),
        (line - 1, column - wide // 2),
        (line + 1, column - wide // 2),
    )


def placed(canvas: Canvas, cell: int, owner: int, text: str, room: Room) -> Label | None:
    """A label beside its point; None where there is no room for it.

    Args:
        canvas: the points.
        cell: where the point is.
        owner: its text.
        text: what the label says.
        room: the cells that are free.
    """
    wide = cell_len(text)
    if not wide:
        return None
    for line, column in places(canvas, cell, wide):
        if 1 <= column < canvas.width - wide and room.is_free(line, column, wide):
            return Label(line, column, text, wide, owner, canvas.raster.groups.get(cell, -1))
    return None


def covers(canvas: Canvas, label: Label) -> range:
    """The cells of a label."""
    start = label.line * canvas.width + label.column
    return range(start, start + label.wide)


def labels(canvas: Canvas, label_of: Callable[[int], str], room: Room, *, crowd: bool = False) -> list[Label]:
    """As many labels of texts as there is room for, and no more than one can read.

    Args:
        canvas: the points.
        label_of: what the label of a text says.
        room: the cells that are free; those of the labels are taken.
        crowd: whether there are so many points that only a few are worth a label.
    """
    found: list[Label] = []
    most = max(4, canvas.width * canvas.height // (_ROOM_IN_CROWD if crowd else _ROOM))
    order = sorted(canvas.raster.tops.items(), key=lambda top: top[1] * _SPREAD & 0xFFFFFFFF)
    for cell, owner in order[: most * _TRIED]:
        label = placed(canvas, cell, owner, label_of(owner), room)
        if label is not None:
            found.append(label)
            room.take(label.line, label.column, label.wide)
            if len(found) >= most:
                break
    return found


def names_of_groups(canvas: Canvas, names: Mapping[int, str], room: Room) -> list[Label]:
    """The names of groups, each beside points of its own, as near to their middle as there is room for it.

    Args:
        canvas: the points.
        names: of the groups.
        room: the cells that are free; those of the names are taken.
    """
    cells: dict[int, list[int]] = {}
    for cell, group in canvas.raster.groups.items():
        cells.setdefault(group, []).append(cell)
    found: list[Label] = []
    for group in sorted(cells, key=lambda one: (-len(cells[one]), one)):
        text = worded(names.get(group, ""), _LONGEST_NAME)
        label = _named(canvas, cells[group], group, text, room) if text else None
        if label is not None:
            found.append(label)
            room.take(label.line, label.column, label.wide)
    return found


def _named(canvas: Canvas, cells: list[int], group: int, text: str, room: Room) -> Label | None:
    """The name of a group; None where there is no room near enough to the middle of it."""
    width, wide, count = canvas.width, cell_len(text), len(cells)
    middle = sum(cell // width for cell in cells) / count
    centre = sum(cell % width for cell in cells) / count
    # In lines: a cell is twice as high as it is wide.
    far = sum(hypot(cell // width - middle, (cell % width - centre) / 2) for cell in cells) / count
    own = Room(width, canvas.height, cells)
    best, at = _NEAR * far + _ASIDE, None
    for line in range(canvas.height):
        if abs(line - middle) >= best:
            continue
        beside = spread(own.taken(line - 1) | own.taken(line + 1), wide)
        beside |= own.taken(line) << 2 | own.taken(line) >> wide + 1
        column = nearest_bit(room.starts(line, wide) & beside, round(centre - wide / 2))
        # From the nearest cell of the name: it may well reach out of the group.
        aside = max(column - centre, centre - column - wide, 0.0) / 2 if column >= 0 else inf
        if (distance := hypot(line - middle, aside)) < best:
            best, at = distance, (line, column)
    return None if at is None else Label(*at, text, wide, -1, group)
