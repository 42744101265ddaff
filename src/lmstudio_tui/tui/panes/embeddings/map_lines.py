"""What stands around a map: what it is, the groups, the text under the cursor. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.embeddings.map_inks import sign_of
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.tui.panes.embeddings.map_inks import MapInks
    from lmstudio_tui.tui.panes.embeddings.map_state import GroupName, MapState, Scene

_LONGEST: Final = 28
"""Cells of a group's name."""
_READ: Final = 600
"""Characters of a text that are looked at for its line."""
_FEW: Final = 3
"""From so many groups on, what the names of all begin with is said once."""


def head_line(title: str, state: MapState, scene: Scene, width: int, inks: MapInks) -> Strip:
    """What the map is, and how much of it is in view."""
    total, seen = len(state.points), scene.canvas.raster.total
    absent = len(state.points.plane.places) - total
    near = f"×{scene.camera.zoom:.3g}   " if scene.camera.zoom > 1 else ""
    shown = f"{seen:,} of {total:,}" if seen < total else f"{total:,}"
    missing = f"   {absent:,} not embedded" if absent else ""
    right = [Segment(f"{near}{shown} point{'' if total == 1 else 's'}{missing} ", inks.dim)]
    room = max(1, width - right[0].cell_length - 3)
    return _ends([Segment(f" {fitted(title, min(room, cell_len(title)))}", inks.dim)], right, width, inks.base)


def text_line(state: MapState, cursor: int, marks: bool, width: int, inks: MapInks) -> Strip:
    """The text under the cursor, and its group."""
    group, name = state.points.group(cursor), state.name_of(cursor)
    colour = inks.base + Style(color=inks.group(group).rich_color)
    right = [Segment(f"{fitted(name, min(cell_len(name), width // 3))} ", colour)] if name else []
    start = [Segment(f" {sign_of(group, marks=marks)} ", colour), Segment(f"{cursor + 1} ", inks.dim)]
    room = width - sum(segment.cell_length for segment in (*start, *right)) - 2
    text = clean_line(state.texts[cursor][:_READ])
    words = Segment(fitted(text, max(1, min(room, cell_len(text)))), inks.strong)
    return _ends([*start, words], right, width, inks.base)


def legend(names: Sequence[GroupName], width: int, lines: int, inks: MapInks, *, marks: bool) -> list[list[Segment]]:
    """The groups, each as it looks on the map, with how many points are in view; those without room are counted.

    Args:
        names: the groups.
        width: cells of a line.
        lines: how many there may be.
        inks: the colours.
        marks: whether the map has marks; else it has dots.
    """
    start = _beginning([one.name for one in names])
    rows: list[list[Segment]] = [[Segment(f" {start.strip()} ", inks.dim)] if start else []]
    used = sum(segment.cell_length for segment in rows[0])
    for at, one in enumerate(names):
        count, said = f" ×{one.points:,}", one.name.removeprefix(start)
        name = fitted(said, min(cell_len(said), max(1, min(_LONGEST, width - len(count) - 6))))
        wide = 3 + cell_len(name) + len(count) + 1
        left = len(names) - at
        rest = f" + {left:,} more"
        keep = len(rest) if len(rows) == lines and left > 1 else 0
        if used + wide + keep > width and used:
            if len(rows) == lines:
                rows[-1].append(Segment(rest, inks.dim))
                break
            rows.append([])
            used = 0
        colour = inks.base + Style(color=inks.group(one.group).rich_color)
        rows[-1] += [
            Segment(f" {sign_of(one.group, marks=marks)} ", colour),
            Segment(name, inks.base),
            Segment(f"{count} ", inks.dim),
        ]
        used += wide
    return [row for row in rows if row] if names else []


def _beginning(names: Sequence[str]) -> str:
    """The words that all names begin with, such as `cluster `; empty where some have others."""
    if len(names) < _FEW:
        return ""
    word, blank, _ = names[0].partition(" ")
    start = word + blank
    return start if blank and all(name.startswith(start) and len(name) > len(start) for name in names) else ""


def _ends(left: Sequence[Segment], right: Sequence[Segment], width: int, base: Style) -> Strip:
    """Something at the left and something at the right; the right is left out where there is no room for both."""
    wide = sum(segment.cell_length for segment in left)
    other = sum(segment.cell_length for segment in right)
    if wide + other + 2 > width:
        return Strip(left).adjust_cell_length(width, base)
    return Strip([*left, Segment(" " * (width - wide - other), base), *right]).adjust_cell_length(width, base)
