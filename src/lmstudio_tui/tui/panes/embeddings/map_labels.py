"""Labels on a map, placed where they hide nothing. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence

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
_AWAY: Final = (0, -1, 1, -2, 2, -3, 3)
"""Lines between the middle of a group and its name, the best first."""
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
    )


def placed(
    canvas: Canvas, cell: int, owner: int, text: str, taken: Container[int], *, anywhere: bool = False
) -> Label | None:
    """A label beside its point; None where there is no room for it.

    Args:
        canvas: the points.
        cell: where the point is.
        owner: its text.
        text: what the label says.
        taken: cells that are to be seen.
        anywhere: whether it may hide something rather than be missing.
    """
    wide = cell_len(text)
    if not wide:
        return None
    fallback: Label | None = None
    for line, column in places(canvas, cell, wide):
        if not (0 <= line < canvas.height and column >= 1 and column + wide < canvas.width):
            continue
        label = Label(line, column, text, wide, owner, canvas.groups.get(cell, -1))
        fallback = fallback or label
        if not any(covered in taken for covered in covers(canvas, label)):
            return label
    return fallback if anywhere else None


def covers(canvas: Canvas, label: Label, around: int = 1) -> range:
    """The cells of a label, and some beside it."""
    start = max(0, label.column - around)
    end = min(canvas.width, label.column + label.wide + around)
    return range(label.line * canvas.width + start, label.line * canvas.width + end)


def labels(
    canvas: Canvas, label_of: Callable[[int], str], names: Sequence[Label] = (), *, crowd: bool = False
) -> list[Label]:
    """As many labels of texts as there is room for, and no more than one can read.

    Args:
        canvas: the points.
        label_of: what the label of a text says.
        names: what stands on the map already.
        crowd: whether there are so many points that only a few are worth a label.
    """
    taken = set(canvas.tops)
    for name in names:
        taken.update(covers(canvas, name))
    found: list[Label] = []
    most = max(4, canvas.width * canvas.height // (_ROOM_IN_CROWD if crowd else _ROOM))
    order = sorted(canvas.tops.items(), key=lambda top: top[1] * _SPREAD & 0xFFFFFFFF)
    for cell, owner in order[: most * _TRIED]:
        taken.discard(cell)
        label = placed(canvas, cell, owner, label_of(owner), taken)
        taken.add(cell)
        if label is not None:
            found.append(label)
            taken.update(covers(canvas, label))
            if len(found) >= most:
                break
    return found


def names_of_groups(canvas: Canvas, names: Mapping[int, str]) -> list[Label]:
    """The names of groups in the middle of their points, like those of places on a map; they hide dots there.

    Args:
        canvas: the points.
        names: of the groups.
    """
    cells: dict[int, list[int]] = {}
    for cell, group in canvas.groups.items():
        cells.setdefault(group, []).append(cell)
    found: list[Label] = []
    taken: set[int] = set()
    for group in sorted(cells, key=lambda one: -len(cells[one])):
        text = f" {worded(names.get(group, ''), _LONGEST_NAME)} "
        wide = cell_len(text)
        middle = sum(cell // canvas.width for cell in cells[group]) // len(cells[group])
        column = sum(cell % canvas.width for cell in cells[group]) // len(cells[group]) - wide // 2
        column = max(0, min(canvas.width - wide, column))
        for line in (middle + away for away in _AWAY):
            label = Label(line, column, text, wide, -1, group)
            if text.strip() and 0 <= line < canvas.height and taken.isdisjoint(covers(canvas, label)):
                found.append(label)
                taken.update(covers(canvas, label))
                break
    return found
